"""A mapping: which column of a foreign file means what, and which entities its rows become.

:mod:`etl.mapping.file` reads mappings from TOML, :mod:`etl.choosing.choice` finds the one that
applies to a file, :mod:`etl.rows.parsing` turns cells into values by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from etl.reading.raw_table import Hints
from warehouse.tables import CANONICAL, DERIVED

SURVEY_RESPONSE = "survey_response"
DATE_ORDERS = ("ymd", "dmy", "mdy")
IDENTIFIERS = ("hr_id", "email", "upn", "platform", "survey", "name")
CASTS = ("integer_text", "year", "lower")
UNRESOLVED = ("reject", "blank")
PICKS = ("first", "last")
RESTS = ("set_aside", "leave_out")
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
class Scale:
    """Two ends of the scale a file uses, and the two they become; what lies between is linear."""

    lowest: float
    highest: float
    new_lowest: float
    new_highest: float


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
        Kind of identifier to resolve to a person; None where the value is the id itself. A name
        is never enough to tell who is meant: it resolves to nobody.
    unresolved
        What becomes of an identifier that resolves to nobody: "reject" (the row is set aside) or
        "blank" (the column stays blank, and is counted).
    date_order, time_zone, decimal
        Conventions of this column where they differ from the file's.
    cast
        integer_text ("1318.0" is the id "1318"), year (the year of a date), or lower (an address
        that serves as an id).
    instead
        Column to read in some rows instead of ``column``; None where all rows are alike.
    followed_by
        Column whose text is added after a space: a last name, or what makes an id unique.
    scale
        The file's scale and ours, where they differ.
    pick
        "first" or "last": of the rows with the same key, in the load's ``order``, the one whose
        value all of them take; None where each row speaks for itself.
    is_optional
        True where a file without the column can be loaded, too.
    is_in_file_name
        True where a file without the column says the day in its name.
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
    unresolved: str = "reject"
    followed_by: str | None = None
    scale: Scale | None = None
    pick: str | None = None
    is_optional: bool = False
    is_in_file_name: bool = False

    @property
    def is_bare(self) -> bool:
        """True where the value is one cell of the file, not put together or translated."""
        return not (self.instead or self.followed_by) and self.values is None

    def file_columns(self) -> list[str]:
        """Return the columns of the file that are read."""
        other = [self.instead.column, *self.instead.where] if self.instead else []
        return [name for name in (self.column, self.followed_by, *other) if name]


@dataclass(frozen=True)
class Choices:
    """A question that takes several answers: each option is an item, 1 where chosen, 0 where not.

    Parameters
    ----------
    columns
        Column of the file to item code, where every option has a column of its own.
    column
        The column that holds all chosen options at once; None where each has its own.
    separator
        What stands between the options in that column.
    options
        Option, as the column writes it, to item code.
    other
        Item code of whatever else stands in that column; its text is not read.
    """

    columns: dict[str, str] = field(default_factory=dict)
    column: str | None = None
    separator: str = ";"
    options: dict[str, str] = field(default_factory=dict)
    other: str = ""

    def file_columns(self) -> list[str]:
        """Return the columns of the file that are read."""
        return [self.column] if self.column else list(self.columns)

    def item_codes(self) -> list[str]:
        """Return the items the options become."""
        return [*self.options.values(), self.other] if self.column else list(self.columns.values())


@dataclass(frozen=True)
class Load:
    """How rows of the file become rows of one entity; see the mapping file's documentation.

    ``columns`` maps canonical column to source; ``items`` maps column of the file to item code;
    ``points`` maps an answer in words to its number. These and choices are used by
    ``survey_response`` only. ``filled`` names columns that must not
    be blank in a row that belongs to the entity, ``order`` the date by which rows with the same
    key follow each other. An optional load is left out where the file lacks one of its columns.
    """

    entity: str
    key: tuple[str, ...]
    columns: dict[str, Source]
    items: dict[str, str] = field(default_factory=dict)
    choices: tuple[Choices, ...] = ()
    points: dict[str, float] = field(default_factory=dict)
    where: dict[str, tuple[str, ...]] = field(default_factory=dict)
    prefer: dict[str, str] = field(default_factory=dict)
    distinct: bool = False
    filled: tuple[str, ...] = ()
    order: str | None = None
    is_optional: bool = False

    def source_columns(self) -> list[str]:
        """Return the columns of the file this load reads, each once."""
        sources = (name for source in self.columns.values() for name in source.file_columns())
        others = (*self.where, *self.prefer, *self.filled, *([self.order] if self.order else []))
        names = (*self.key, *others, *sources, *self.answer_columns())
        return list(dict.fromkeys(names))

    def answer_columns(self) -> list[str]:
        """Return the columns of the file that become answers."""
        return [*self.items, *(name for one in self.choices for name in one.file_columns())]


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
    aliases
        Column the mapping reads to other names the same column goes by.
    without
        Columns that tell a file of another kind: one that has any of them is not meant.
    rest
        What becomes of rows that belong to no load: "set_aside" with the reason, or "leave_out"
        where they are known not to matter.
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
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    rest: str = "set_aside"

    @property
    def reads_file_name(self) -> bool:
        """True where a day may come from the name of the file."""
        sources = (source for load in self.loads for source in load.columns.values())
        return any(source.is_in_file_name for source in sources)

    def as_format(self, name: str) -> Mapping:
        """Return the same mapping for rows that lie in a file of another format."""
        return replace(self, format=name, encoding=None, sheet=None)

    @property
    def hints(self) -> Hints:
        """What the readers need to know before they look at the bytes."""
        return Hints(self.format, self.encoding, self.sheet, self.date_order, self.time_zone)

    def source_columns(self) -> list[str]:
        """Return the columns of the file the mapping reads, each once."""
        return list(dict.fromkeys(name for load in self.loads for name in load.source_columns()))


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
