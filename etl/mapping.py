"""A mapping: which column of a foreign file means what, and which entities its rows become.

:mod:`etl.mapping_file` reads mappings from TOML, :mod:`etl.mapping_choice` finds the one that
applies to a file, :mod:`etl.parsing` turns cells into values by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from etl.raw_table import Hints
from warehouse.tables import CANONICAL, DERIVED

SURVEY_RESPONSE = "survey_response"
DATE_ORDERS = ("ymd", "dmy", "mdy")
IDENTIFIERS = ("hr_id", "email", "upn", "platform", "survey")
CASTS = ("integer_text", "year")
_TABLES = {table.name: table for table in CANONICAL if table not in DERIVED}
ENTITIES = (*_TABLES, SURVEY_RESPONSE)


@dataclass(frozen=True)
class Instead:
    """Another column of the file that some rows must be read from.

    ``where`` maps a column of the file to the values that select those rows.
    """

    column: str
    where: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Source:
    """Where the values of one canonical column come from.

    Parameters
    ----------
    column
        Column of the file; None where ``value`` is a constant.
    value
        Constant for every row; the empty text means NULL.
    values
        What the file writes to what the warehouse stores; None where values stay as they are.
    otherwise
        What becomes of a value missing from ``values``: "reject", or the text to store.
    identifier
        Kind of identifier to resolve to a person; None where the value is the id itself.
    date_order, time_zone, decimal
        Conventions of this column where they differ from the file's.
    cast
        integer_text ("1318.0" is the id "1318") or year (the year of a date).
    instead
        Column to read in some rows instead of ``column``; None where all rows are alike.
    """

    column: str | None = None
    value: str | None = None
    values: dict[str, str] | None = None
    otherwise: str = "reject"
    identifier: str | None = None
    date_order: str | None = None
    time_zone: str | None = None
    decimal: str | None = None
    cast: str | None = None
    instead: Instead | None = None

    def file_columns(self) -> list[str]:
        """Return the columns of the file that are read."""
        other = [self.instead.column, *self.instead.where] if self.instead else []
        return ([self.column] if self.column else []) + other


@dataclass(frozen=True)
class Load:
    """How rows of the file become rows of one entity; see the mapping file's documentation.

    ``columns`` maps canonical column to source; ``items`` maps column of the file to item code and
    is used by ``survey_response`` only.
    """

    entity: str
    key: tuple[str, ...]
    columns: dict[str, Source]
    items: dict[str, str] = field(default_factory=dict)
    where: dict[str, tuple[str, ...]] = field(default_factory=dict)
    prefer: dict[str, str] = field(default_factory=dict)
    distinct: bool = False

    def source_columns(self) -> list[str]:
        """Return the columns of the file this load reads, each once."""
        sources = (name for source in self.columns.values() for name in source.file_columns())
        names = (*self.key, *self.where, *self.prefer, *sources, *self.items)
        return list(dict.fromkeys(names))


@dataclass(frozen=True)
class Mapping:
    """A checked mapping.

    Parameters
    ----------
    name
        File name of the mapping, or words such as "canonical columns of session".
    sha256
        Identifies the mapping's content in the ledger.
    declared
        Rows of ``survey``, ``wave`` and ``item`` written in the mapping: canonical column name to
        value (text, number, boolean or date).
    """

    name: str
    sha256: str
    source_system: str
    loads: tuple[Load, ...]
    description: str = ""
    files: tuple[str, ...] = ()
    format: str | None = None
    date_order: str | None = None
    time_zone: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    nulls: tuple[str, ...] = ()
    declared: dict[str, tuple[dict[str, object], ...]] = field(default_factory=dict)

    @property
    def hints(self) -> Hints:
        """What the readers need to know before they look at the bytes."""
        return Hints(self.format, self.encoding, self.sheet, self.date_order)

    def source_columns(self) -> list[str]:
        """Return the columns of the file the mapping reads, each once."""
        return list(dict.fromkeys(name for load in self.loads for name in load.source_columns()))


def is_zone(name: str) -> bool:
    """Tell whether a text is the IANA name of a time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def entity_table(entity: str) -> sa.Table:
    """Return the table whose columns a ``[[load]]`` of ``entity`` may fill."""
    return _TABLES["response" if entity == SURVEY_RESPONSE else entity]


def column_kind(entity: str, column: str) -> str:
    """Return text, date, moment, flag, integer or number: how a canonical column is read."""
    kinds: dict[type[Any], str] = {
        sa.Date: "date",
        sa.DateTime: "moment",
        sa.Boolean: "flag",
        sa.Integer: "integer",
        sa.Double: "number",
        sa.String: "text",
    }
    return kinds[type(entity_table(entity).columns[column].type)]
