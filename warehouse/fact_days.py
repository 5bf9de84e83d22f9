"""Which day each row of facts speaks about."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from warehouse import tables as facts

# The column that says it; what stands in none of these says nothing of days.
DAYS: dict[sa.Table, Any] = {
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
OWNERS: dict[sa.Table, tuple[sa.Table, str]] = {
    facts.session_topic: (facts.session, "session_id"),
    facts.session_attendance: (facts.session, "session_id"),
    facts.session_feedback: (facts.session, "session_id"),
    facts.answer: (facts.response, "response_id"),
}


def dated(table: sa.Table) -> tuple[sa.FromClause, Any]:
    """Return what to select from to have each row of a table once, and the day it speaks about."""
    if table not in OWNERS:
        return table, DAYS.get(table, sa.null())
    owner, key = OWNERS[table]
    days = sa.select(owner.c[key], sa.func.min(DAYS[owner]).label("day"))
    days_of = days.group_by(owner.c[key]).subquery()  # an id is unique within a source only
    return table.outerjoin(days_of, days_of.c[key] == table.c[key]), days_of.c.day


def year_and_month(day: Any) -> tuple[sa.Label[int], sa.Label[int]]:
    """Return year and month of a day as columns of these names."""
    year, month = (
        sa.cast(sa.func.extract(part, sa.cast(day, sa.Date)), sa.Integer).label(part)
        for part in ("year", "month")
    )
    return year, month


def month_name(year: float, month: float) -> str:
    """Return 2026-09, or nothing where there is no day."""
    return "" if year != year else f"{int(year):04}-{int(month):02}"  # noqa: PLR0124 - NaN
