"""Which days the warehouse's records speak about."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import sqlalchemy as sa

from warehouse.engine import Warehouse
from warehouse.facts.grain import Span
from warehouse.tables import (
    exit_,
    pair,
    participant,
    program,
    response,
    session,
    wave,
    worker_record,
)

LONGEST_YEARS = 10


def first_covered_day(warehouse: Warehouse, *, as_of: dt.date) -> dt.date:
    """Return the first day of the month in which departures or the program first speak.

    Hire dates do not count: they reach back to times of which only those who stayed are known.
    At most ten calendar years are covered. Without departures and program, the first record of a
    worker decides, without those the first survey that closed.
    """
    first = _first_record(warehouse, as_of)
    earliest = dt.date(as_of.year - LONGEST_YEARS + 1, 1, 1)
    return max((first or as_of).replace(day=1), earliest)


def has_records(warehouse: Warehouse, *, until: dt.date) -> bool:
    """Tell whether any record speaks about a day or one before it."""
    return _first_record(warehouse, until) is not None


def last_covered_day(warehouse: Warehouse) -> dt.date | None:
    """Return the last day some record speaks about, or None for an empty warehouse.

    Held sessions, answers, HR rows and exits count, unless dated after they were loaded: a planned
    departure or a session next month says nothing about the days before it.
    """
    seen = (
        (sa.cast(session.c.planned_start_at, sa.Date), session, session.c.status == "held"),
        (sa.cast(response.c.recorded_at, sa.Date), response, sa.true()),
        (worker_record.c.recorded_on, worker_record, sa.true()),
        (exit_.c.exit_on, exit_, sa.true()),
    )
    return _bound(
        warehouse,
        *(
            sa.select(sa.func.max(day)).where(which, day <= sa.cast(table.c.loaded_at, sa.Date))
            for day, table, which in seen
        ),
        latest=True,
    )


def _first_record(warehouse: Warehouse, as_of: dt.date) -> dt.date | None:
    days = (
        exit_.c.exit_on,
        program.c.starts_on,
        participant.c.applied_on,
        participant.c.enrolled_on,
        pair.c.matched_on,
    )
    first = _bound(warehouse, *(sa.select(sa.func.min(day)).where(day <= as_of) for day in days))
    for day in (worker_record.c.recorded_on, wave.c.closes_on):
        if first is None:
            first = _bound(warehouse, sa.select(sa.func.min(day)).where(day <= as_of))
    return first


def read_span(warehouse: Warehouse, *, as_of: dt.date) -> Span:
    """Return the days and periods figures are computed for."""
    return Span.between(first_covered_day(warehouse, as_of=as_of), as_of)


def _bound(
    warehouse: Warehouse, *queries: sa.Select[tuple[dt.date]], latest: bool = False
) -> dt.date | None:
    found = warehouse.read(sa.union_all(*queries)).iloc[:, 0]
    days = pd.to_datetime(found).dropna()
    if days.empty:
        return None
    day: dt.date = (days.max() if latest else days.min()).date()
    return day
