"""What a release remembers of the facts behind it, to say later why a figure changed.

Counts of rows by the load that last wrote them and the month they speak about: rows that a later
release counts under another load were updated, rows it counts besides are new.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import pandas as pd
import sqlalchemy as sa

from warehouse import tables as facts
from warehouse.engine import Warehouse
from warehouse.fact_days import dated, month_name, year_and_month
from warehouse.facts.grain import Grain, Span
from warehouse.metrics import METRICS
from warehouse.tables import CANONICAL

RETENTION = "retention"  # an analysis of the release table estimate

# What history is derived from; its own rows are rewritten by every load of any of these.
_BEHIND = {
    facts.employment: (facts.worker_record, facts.exit_),
    facts.job_history: (facts.worker_record, facts.exit_),
}
_SURVEYS = (facts.answer, facts.response, facts.wave, facts.item)
_RETENTION = (
    facts.worker_record,
    facts.exit_,
    facts.participant,
    facts.pair,
    facts.department,
    *_SURVEYS,
)
_STATES = (
    facts.pair,
    facts.pair_status_change,
    facts.session,
    facts.session_feedback,
    facts.ground_rules,
    facts.worker_record,
    facts.exit_,
    *_SURVEYS,
)

# Figures on surveys are built from what surveys ask, not by one query that could be looked into.
_VOICE = (
    *_SURVEYS,
    facts.invitation,
    facts.participant,
    facts.pair,
    facts.worker_record,
    facts.exit_,
)


def read_fact_rows(warehouse: Warehouse) -> pd.DataFrame:
    """Return the release table ``fact_rows``: entity, month, batch_id, rows."""
    frames = [_rows_of(warehouse, table) for table in CANONICAL if table not in _BEHIND]
    found = pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)
    return found.sort_values(["entity", "month", "batch_id"], ignore_index=True)


def figure_sources() -> pd.DataFrame:
    """Return the release table ``figure_source``: which facts each metric and analysis reads."""
    sources: dict[str, frozenset[sa.Table]] = {RETENTION: frozenset(_RETENTION)}
    of_grain = {
        grain: frozenset(_VOICE) if family == "voice" else tables_of(grain)
        for grain, family in {metric.grain: metric.family for metric in METRICS}.items()
    }
    for metric in METRICS:
        states = _STATES if metric.computed_by == "models" else ()
        sources[metric.id] = of_grain[metric.grain].union(states)
    rows = [
        (figures, entity)
        for figures, tables in sources.items()
        for entity in sorted({one.name for table in tables for one in _loaded(table)})
    ]
    return pd.DataFrame(rows, columns=["figures", "entity"])


def _rows_of(warehouse: Warehouse, table: sa.Table) -> pd.DataFrame:
    source, day = dated(table)
    year, month = year_and_month(day)
    inner = sa.select(year, month, table.c.batch_id).select_from(source).subquery()
    keys = (inner.c.year, inner.c.month, inner.c.batch_id)
    found = warehouse.read(sa.select(*keys, sa.func.count().label("rows")).group_by(*keys))
    months = [month_name(*pair) for pair in zip(found["year"], found["month"], strict=True)]
    return pd.DataFrame(
        {
            "entity": table.name,
            "month": pd.Series(months, dtype=object),
            "batch_id": found["batch_id"].astype(object).fillna(""),
            "rows": found["rows"].astype("int64"),
        }
    )


@cache
def tables_of(grain: Grain) -> frozenset[sa.Table]:
    """Return the tables that the query of a grain reads, on whatever day."""
    waiting: list[Any] = [grain.build(Span.between(dt.date(2025, 1, 1), dt.date(2025, 1, 31)))]
    seen: dict[int, Any] = {}
    while waiting:  # queries share parts, which are looked at once
        element = waiting.pop()
        if id(element) not in seen:
            seen[id(element)] = element
            waiting += element.get_children()
    return frozenset(element for element in seen.values() if isinstance(element, sa.Table))


def _loaded(table: sa.Table) -> tuple[sa.Table, ...]:
    return _BEHIND.get(table, (table,))
