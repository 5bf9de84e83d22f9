"""What a report says, free of any file format: sections of tables, sentences, definitions.

A writer turns a :class:`Quarterly` into one format and never looks anything up itself, so that
every format says the same.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Sentence:
    """A sentence in three parts; ``strong`` carries the finding.

    A page or a report can set it in bold; ``str(sentence)`` is the plain text.
    """

    before: str
    strong: str
    after: str

    def __str__(self) -> str:
        return f"{self.before}{self.strong}{self.after}"


@dataclass(frozen=True)
class Withheld:
    """In place of a number: why there is none.

    Attributes
    ----------
    status : str
        suppressed, undefined or not_estimable.
    reason : str
        The sentence to show.
    """

    status: str
    reason: str


Value = float | str | dt.date | Withheld | None


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name : str
        Key, unique within the table.
    title : str
        Head of the column.
    unit : str
        text, day, fraction, count, days, hours, months, ratio, points or number; for rows of
        different units "row", and the unit stands in :attr:`Table.row_units`.
    is_change : bool
        True for differences: shown with their sign.
    decimals : int or None
        Fixed number of decimals; None for the unit's usual number.
    """

    name: str
    title: str
    unit: str = "text"
    is_change: bool = False
    decimals: int | None = None


@dataclass(frozen=True)
class Series:
    """One line or set of bars: a column, with the columns of its interval where there is one."""

    title: str
    column: str
    lower: str | None = None
    upper: str | None = None
    is_reference: bool = False


@dataclass(frozen=True)
class Chart:
    """A picture of columns of the table it belongs to.

    Attributes
    ----------
    kind : str
        line (over an ordered column) or interval (one bar per row with its interval).
    title : str
        What the picture shows, also its alternative text.
    category : str
        Column along the axis.
    series : tuple of Series
    category_title : str
        Words beside the axis.
    """

    kind: str
    title: str
    category: str
    series: tuple[Series, ...]
    category_title: str = ""


@dataclass(frozen=True)
class Table:
    """One table of a report.

    Attributes
    ----------
    name : str
        Short name, unique within the report: a sheet, an anchor.
    title : str
        The finding.
    subtitle : str
        Unit and population.
    columns : tuple of Column
    rows : tuple of tuple of Value
        As many values as columns.
    notes : tuple of str
        Sentences below the table.
    chart : Chart or None
    row_units : tuple of str
        Unit of each row, for columns of unit "row".
    is_heat : bool
        True where all numbers are one metric, to be shaded by size.
    """

    name: str
    title: str
    subtitle: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()
    chart: Chart | None = None
    row_units: tuple[str, ...] = ()
    is_heat: bool = False

    def position(self, name: str) -> int:
        """Return the place of a column by its name, from 0."""
        return [column.name for column in self.columns].index(name)

    def numbers(self, name: str) -> list[float | None]:
        """Return a column's numbers, None where there is none."""
        values = [row[self.position(name)] for row in self.rows]
        return [value if isinstance(value, float) else None for value in values]


def without_empty_notes(table: Table) -> Table:
    """Return the table without its last column where that is a note and says nothing."""
    is_empty = table.columns[-1].name == "note" and not any(row[-1] for row in table.rows)
    if not is_empty:
        return table
    rows = tuple(row[:-1] for row in table.rows)
    return replace(table, columns=table.columns[:-1], rows=rows)


@dataclass(frozen=True)
class Section:
    """A chapter: sentences, then tables."""

    name: str
    title: str
    sentences: tuple[str | Sentence, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Fact:
    """One published figure of the quarter, as the tidy file lists it."""

    metric: str
    label: str
    program: str
    cohort: str
    department: str
    population: str
    period: str
    value: float | None
    lower: float | None
    upper: float | None
    n: int | None
    unit: str
    status: str
    reason: str
    bound: str = ""
    metric_version: int | None = None  # of the definition; None for effects


@dataclass(frozen=True)
class Quarterly:
    """The content of a quarter's report.

    Attributes
    ----------
    quarter : str
        2026Q3.
    title, subtitle : str
    built_at : datetime
        When the release was built (UTC): the only date a file may carry as its own.
    release_id : int
    sections : tuple of Section
    provenance : tuple of (str, str)
        Release, data as-of, metric versions, code version, filters, disclosure policy.
    facts : tuple of Fact
    """

    quarter: str
    title: str
    subtitle: str
    built_at: dt.datetime
    release_id: int
    sections: tuple[Section, ...]
    provenance: tuple[tuple[str, str], ...]
    facts: tuple[Fact, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table in order."""
        return tuple(table for section in self.sections for table in section.tables)
