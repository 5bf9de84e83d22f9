"""What a grain is: one row per something and period, with the slices it can be cut by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from warehouse.periods import Period, periods_between

PERIOD_KEYS = ("period_kind", "period")
NOT_RECORDED = "Not recorded"  # department of people whose department the records do not say


@dataclass(frozen=True)
class Span:
    """The days that figures are computed for.

    Attributes
    ----------
    first_on : date
        First day of the first month computed.
    as_of : date
        Last day the data speaks about; nothing after it is used.
    periods : tuple of Period
        Every month, quarter and year with a day in between.
    """

    first_on: dt.date
    as_of: dt.date
    periods: tuple[Period, ...]

    @classmethod
    def between(cls, first_on: dt.date, as_of: dt.date) -> Span:
        """Return the span of two days."""
        return cls(first_on, as_of, periods_between(first_on, as_of))

    def ending_from(self, day: dt.date) -> Span:
        """Return the span with those of its periods that are not over before a day."""
        return replace(self, periods=tuple(p for p in self.periods if p.ends_on >= day))

    def calendar(self, *kinds: str) -> sa.CTE:
        """Return the periods of some kinds (all by default) as rows to join with.

        Columns: period_kind, period, starts_on, last_on (the period's last day, or the as-of day
        while it is running), opening_on (the day before it starts).
        """
        columns: list[sa.ColumnClause[Any]] = [
            *(sa.column(name, sa.String) for name in PERIOD_KEYS),
            *(sa.column(name, sa.Date) for name in ("starts_on", "last_on", "opening_on")),
        ]
        rows = [
            (p.kind, p.name, p.starts_on, min(p.ends_on, self.as_of), p.opening_on)
            for p in self.periods
            if not kinds or p.kind in kinds
        ]
        values = sa.values(*columns, name="given").data(rows)
        typed = [sa.cast(values.c[c.name], c.type).label(c.name) for c in columns]
        return sa.select(*typed).cte("calendar")


@dataclass(frozen=True, eq=False)
class Grain:
    """A table of facts that metrics are declared on.

    Attributes
    ----------
    name : str
        Name of the table in queries.
    meaning : str
        What one row is.
    table : TableClause
        Its columns, for metrics to refer to. ``period_kind`` and ``period`` are always there.
    build : callable
        Span -> SELECT that yields these columns; the grains of surveys are built by
        :mod:`warehouse.voice` from what surveys ask and when their waves close.
    keys : tuple of str
        Columns every figure is grouped by.
    slices : tuple of tuple of str
        Further columns a figure may be cut by; the empty tuple is the margin.
    unit : str
        Column that identifies the person or pair behind a row.
    settles : bool
        True where nothing said about later days changes the figures of a period that is over.
    """

    name: str
    meaning: str
    table: sa.TableClause
    build: Callable[..., sa.SelectBase]
    keys: tuple[str, ...]
    slices: tuple[tuple[str, ...], ...]
    unit: str
    settles: bool = True


# A cohort belongs to one program: cut by it alone, every figure would stand there twice.
EVERY_SLICE = (
    (),
    ("program",),
    ("department",),
    ("program", "cohort"),
    ("program", "department"),
    ("program", "cohort", "department"),
)


def fact_table(name: str, *, keys: tuple[str, ...], measures: tuple[str, ...]) -> sa.TableClause:
    """Return a table clause with text keys and double measures."""
    columns = [sa.column(key, sa.String) for key in keys]
    return sa.table(name, *columns, *(sa.column(measure, sa.Double) for measure in measures))
