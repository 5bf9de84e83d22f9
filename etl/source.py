"""What an entity declares about its rows: the rules a row must keep before it is stored.

Everything here is data. :mod:`etl.rows.checking` turns it into SQL over the staged file. SQL
fragments are in the staging dialect and name canonical columns and brought names without
qualification.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa


@dataclass(frozen=True)
class Reference:
    """A column whose value must name a row of another table.

    Parameters
    ----------
    column
        Canonical column that refers.
    table
        Table referred to, by ``key`` (default: a column of the same name).
    rule
        Rule broken by a value that is not there; None where the reference only brings values.
    what
        Word for the thing referred to, for messages.
    brings
        Name to aggregate over the referenced rows of one key, for checks.
    only_if_any
        True where the rule holds only once the table has rows.
    other_ids
        Column of another table that holds further ids of the same things.
    """

    column: str
    table: sa.Table
    rule: str | None
    what: str
    key: str = ""
    brings: Mapping[str, str] = field(default_factory=dict)
    only_if_any: bool = False
    other_ids: sa.Column[str] | None = None


@dataclass(frozen=True)
class Check:
    """A rule within a row.

    Parameters
    ----------
    rule
        Stable name.
    column
        Canonical column to blame.
    broken
        SQL condition, true where the rule is broken.
    problem, remedy
        Sentences; ``{name}`` in them is replaced by the value of that column or brought name.
    """

    rule: str
    column: str
    broken: str
    problem: str
    remedy: str


@dataclass(frozen=True)
class SetCheck:
    """A rule between rows.

    Parameters
    ----------
    rows
        SQL query over ``{incoming}`` (good rows of the file: facts and ``source_row``) and
        ``{stored}`` (the table) that yields ``source_row`` and ``other`` (a text) of every row to
        reject.
    only_if
        SQL condition on a row; where no row of the file and none stored fulfils it, the rule
        cannot be broken and is not asked.
    """

    rule: str
    column: str
    rows: str
    problem: str
    remedy: str
    only_if: str = "true"


@dataclass(frozen=True)
class EntityRules:
    """All rules of one entity.

    Parameters
    ----------
    table
        Canonical table.
    required
        Columns that must have a value.
    wanted
        Columns that must have a value where the mapping has a column for them.
    codes
        Column to the codes it may hold; other spellings of a code in capitals are accepted.
    people
        Columns that must name a known person.
    defaults
        Column to SQL for rows that say nothing about it.
    rewrites
        Column to SQL for the value to store.
    key_day
        Column with a day that keys commonly end with, by which stored rows follow each other.
    """

    table: sa.Table
    required: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    checks: tuple[Check, ...] = ()
    set_checks: tuple[SetCheck, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
    rewrites: Mapping[str, str] = field(default_factory=dict)
    key_day: str = ""

    @property
    def name(self) -> str:
        """Name of the entity, which is its table's."""
        return str(self.table.name)
