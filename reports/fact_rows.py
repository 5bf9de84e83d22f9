"""What a release remembers of the facts behind it, to say later why a figure changed.

Counts of rows by the load that last wrote them and the month they speak about: rows that a later
release counts under another load were updated, rows it counts besides are new.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd
import sqlalchemy as sa

from warehouse import tables as facts
from warehouse.engine import Warehouse
from warehouse.facts.grain import Grain, Span
from warehouse.metrics import METRICS
from warehouse.tables import CANONICAL

RETENTION = "retention"  # an analysis of the release table estimate

# The column that says which day a row speaks about.
_DAYS: dict[sa.Table, Any] = {
    facts.department: facts.department.c.valid_from,
    facts.worker_record: facts.worker_record.c.recorded_on,
    facts.exit_: facts.exit_.c.exit_on,
    facts.program: facts.program.c.starts_on,
    facts.cohort: facts.cohort.c.starts_on,
    facts.participant: sa.func.coalesce(
        facts.participant.c.enrolled_on, facts.participant.c.applied_on
    ),
    facts.pair: facts.pair.c.matched_on,
    facts.pair_status_change: facts.pair_status_change.c.changed_on,
    facts.needs_form: facts.needs_form.c.answered_on,
    facts.session: facts.session.c.planned_start_at,
    facts.session_report: facts.session_report.c.planned_start_at,
    facts.goal: facts.goal.c.set_on,
    facts.milestone: facts.milestone.c.reached_on,
    facts.action_item: facts.action_item.c.created_on,
    facts.ground_rules: facts.ground_rules.c.mentor_agreed_on,
    facts.recognition: facts.recognition.c.given_on,
    facts.training: facts.training.c.completed_on,
    facts.event_attendance: facts.event_attendance.c.held_on,
    facts.success_story: facts.success_story.c.told_on,
    facts.wave: facts.wave.c.opens_on,
    facts.invitation: facts.invitation.c.invited_on,
    facts.response: facts.response.c.recorded_at,
}
# Tables whose rows speak about the day of the row they belong to.
_OWNERS: dict[sa.Table, tuple[sa.Table, str]] = {
    facts.session_topic: (facts.session, "session_id"),
    facts.session_attendance: (facts.session, "session_id"),
    facts.session_feedback: (facts.session, "session_id"),
    facts.answer: (facts.response, "response_id"),
}
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
    sources: dict[str, set[sa.Table]] = {RETENTION: set(_RETENTION)}
    of_grain = {
        grain: set(_VOICE if family == "voice" else _tables_of(grain))
        for grain, family in {metric.grain: metric.family for metric in METRICS}.items()
    }
    for metric in METRICS:
        states = set(_STATES) if metric.computed_by == "models" else set()
        sources[metric.id] = of_grain[metric.grain] | states
    rows = [
        (figures, entity)
        for figures, tables in sources.items()
        for entity in sorted({one.name for table in tables for one in _loaded(table)})
    ]
    return pd.DataFrame(rows, columns=["figures", "entity"])


def _rows_of(warehouse: Warehouse, table: sa.Table) -> pd.DataFrame:
    source: sa.FromClause = table
    day = _DAYS.get(table, sa.null())
    if table in _OWNERS:
        owner, key = _OWNERS[table]
        days = sa.select(owner.c[key], sa.func.min(_DAYS[owner]).label("day"))
        dated = days.group_by(owner.c[key]).subquery()  # an id is unique within a source only
        source, day = table.outerjoin(dated, dated.c[key] == table.c[key]), dated.c.day
    year = sa.cast(sa.func.extract("year", sa.cast(day, sa.Date)), sa.Integer).label("year")
    month = sa.cast(sa.func.extract("month", sa.cast(day, sa.Date)), sa.Integer).label("month")
    inner = sa.select(year, month, table.c.batch_id).select_from(source).subquery()
    keys = (inner.c.year, inner.c.month, inner.c.batch_id)
    found = warehouse.read(sa.select(*keys, sa.func.count().label("rows")).group_by(*keys))
    months = [_month(*pair) for pair in zip(found["year"], found["month"], strict=True)]
    return pd.DataFrame(
        {
            "entity": table.name,
            "month": pd.Series(months, dtype=object),
            "batch_id": found["batch_id"].astype(object).fillna(""),
            "rows": found["rows"].astype("int64"),
        }
    )


def _month(year: float, month: float) -> str:
    return "" if pd.isna(year) else f"{int(year):04}-{int(month):02}"


def _tables_of(grain: Grain) -> Iterator[sa.Table]:
    """Yield the tables that the query of a grain reads."""
    waiting: list[Any] = [grain.build(Span.between(dt.date(2025, 1, 1), dt.date(2025, 1, 31)))]
    seen: dict[int, Any] = {}
    while waiting:  # queries share parts, which are looked at once
        element = waiting.pop()
        if id(element) not in seen:
            seen[id(element)] = element
            waiting += element.get_children()
            if isinstance(element, sa.Table):
                yield element


def _loaded(table: sa.Table) -> tuple[sa.Table, ...]:
    return _BEHIND.get(table, (table,))
