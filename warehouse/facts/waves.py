"""Which quarter a survey answer belongs to, and when a quarter's figures may be published.

A wave belongs to the quarter in which it closes. A quarter's figures are final, and only then
published, once the last wave closing in it has closed; a quarter without a wave is final when it
is over. An answer given after its wave closed joins the next quarter that was not final yet, so
that no figure changes after it was final.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from warehouse.engine import Warehouse
from warehouse.facts.grain import Span
from warehouse.periods import Period
from warehouse.tables import wave


@dataclass(frozen=True)
class Quarters:
    """The quarters answers can belong to.

    Attributes
    ----------
    periods : tuple of Period
        In order.
    final_on : tuple of date
        Day on which the last wave of each quarter closes, else the quarter's last day.
    as_of : date
        Last day the data speaks about.
    surveys : frozenset of (int, str)
        Number of a quarter and survey of a wave that closes in it.
    """

    periods: tuple[Period, ...]
    final_on: tuple[dt.date, ...]
    as_of: dt.date
    surveys: frozenset[tuple[int, str]] = frozenset()

    def rows(self) -> sa.CTE:
        """Return the quarters as rows: number, final_on, is_final."""
        columns = (
            sa.column("number", sa.Integer),
            sa.column("final_on", sa.Date),
            sa.column("is_final", sa.Boolean),
        )
        data = [
            (number_of(period.starts_on), day, day <= self.as_of)
            for period, day in zip(self.periods, self.final_on, strict=True)
        ]
        values = sa.values(*columns, name="given_quarter").data(data)
        typed = [sa.cast(values.c[c.name], c.type).label(c.name) for c in columns]
        return sa.select(*typed).cte("quarter")

    def final(self) -> dict[int, Period]:
        """Return the quarters whose figures are final, by number."""
        pairs = zip(self.periods, self.final_on, strict=True)
        return {number_of(p.starts_on): p for p, day in pairs if day <= self.as_of}


def number_of(day: dt.date) -> int:
    """Return year * 4 + quarter - 1: consecutive quarters are consecutive numbers."""
    return day.year * 4 + (day.month - 1) // 3


def quarter_number(day: sa.ColumnElement[dt.date]) -> sa.ColumnElement[int]:
    """Return :func:`number_of` of a column."""
    year, quarter = (sa.cast(sa.extract(part, day), sa.Integer) for part in ("year", "quarter"))
    four, one = (sa.literal_column(number, sa.Integer) for number in ("4", "1"))
    return year * four + quarter - one


def read_quarters(warehouse: Warehouse, span: Span) -> Quarters:
    """Return the span's quarters and when each is final."""
    given = sa.select(wave.c.survey_id, wave.c.closes_on).where(wave.c.closes_on.is_not(None))
    waves = warehouse.read(given.distinct())
    closes_on = [day.date() for day in pd.to_datetime(waves["closes_on"])]
    last_of: dict[int, dt.date] = {}
    for day in sorted(closes_on):
        last_of[number_of(day)] = day
    periods = tuple(p for p in span.periods if p.kind == "quarter")
    final_on = tuple(last_of.get(number_of(p.starts_on), p.ends_on) for p in periods)
    surveys = zip(map(number_of, closes_on), waves["survey_id"], strict=True)
    return Quarters(periods, final_on, span.as_of, frozenset(surveys))


def closed_waves(quarters: Quarters) -> sa.CTE:
    """Return waves that close in one of the quarters and had closed by the as-of day.

    Columns: wave_id, survey_id, closes_on, number (of the quarter).
    """
    first, last = quarters.periods[0].starts_on, quarters.as_of
    closes_on = sa.func.max(wave.c.closes_on)
    found = (
        sa.select(
            wave.c.wave_id,
            sa.func.min(wave.c.survey_id).label("survey_id"),
            closes_on.label("closes_on"),
        )
        .group_by(wave.c.wave_id)
        .having(closes_on.between(first, last))
        .subquery("closed")
    )
    return sa.select(*found.c, quarter_number(found.c.closes_on).label("number")).cte("closed_wave")


def joined_quarter(
    answered_on: sa.ColumnElement[dt.date], closed: sa.CTE, late: sa.FromClause
) -> sa.ColumnElement[int]:
    """Return the number of the quarter an answer joins; ``late`` is the quarter of its own day."""
    own, one = quarter_number(answered_on), sa.literal_column("1", sa.Integer)
    is_open = sa.and_(own > closed.c.number, answered_on <= late.c.final_on)
    return sa.case(
        (answered_on <= closed.c.closes_on, closed.c.number), (is_open, own), else_=own + one
    )
