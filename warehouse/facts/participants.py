"""Facts about what the program office does for participants: training, events, recognition."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.facts.grain import (
    EVERY_SLICE,
    NOT_RECORDED,
    PERIOD_KEYS,
    Grain,
    Span,
    fact_table,
)
from warehouse.facts.pairs import department_at, first_pairs, pair_spells, past_sessions
from warehouse.facts.rhythm import SLICED
from warehouse.facts.work import spells
from warehouse.sql import day, flag, newest_first, or_zero, since, total, until
from warehouse.tables import event_attendance, participant, program, recognition, training

_MEASURES = ("present", "recognized", "listed", "attended", "matched", "trained")


def _participants(span: Span) -> sa.CTE:
    """Return each person's first enrollment in each program.

    Columns: participant_id, person_id, program, cohort, enrolled_on, is_first (in any program).
    """
    row = participant.c
    order = (row.enrolled_on, row.participant_id)
    ranked = (
        sa.select(
            row.participant_id,
            row.person_id,
            row.program_id.label("program"),
            sa.func.coalesce(row.cohort_id, NOT_RECORDED, type_=sa.String).label("cohort"),
            row.enrolled_on,
            newest_first((row.person_id, row.program_id), *order).label("rank"),
            newest_first(row.person_id, *order).label("rank_of_all"),
        )
        .where(row.enrolled_on <= day(span.as_of))
        .subquery("ranked_enrollment")
    )
    kept = [c for c in ranked.c if not c.name.startswith("rank")]
    is_first = (ranked.c.rank_of_all == 1).label("is_first")
    return sa.select(*kept, is_first).where(ranked.c.rank == 1).cte("enrollee")


def _first_met(span: Span) -> sa.Subquery:
    """Return the day each person first met a partner in each program."""
    spell, past = pair_spells(span), past_sessions(span)
    met = (
        sa.select(past.c.pair_id, sa.func.min(past.c.happened_on).label("met_on"))
        .where(past.c.held == 1)
        .group_by(past.c.pair_id)
        .subquery("met")
    )
    source = spell.join(met, met.c.pair_id == spell.c.pair_id)
    sides = [
        sa.select(person.label("person_id"), spell.c.program, met.c.met_on).select_from(source)
        for person in (spell.c.mentor_person_id, spell.c.mentee_person_id)
    ]
    side = sa.union_all(*sides).subquery("met_side")
    keys = (side.c.person_id, side.c.program)
    first = sa.func.min(side.c.met_on).label("met_on")
    return sa.select(*keys, first).group_by(*keys).subquery("first_met")


def _trainings(enrollee: sa.CTE) -> sa.Subquery:
    """Return when each participant first completed a course of the program, or of none."""
    done = training.c
    same = sa.and_(
        done.person_id == enrollee.c.person_id,
        sa.func.coalesce(done.program_id, enrollee.c.program) == enrollee.c.program,
    )
    return (
        sa.select(enrollee.c.participant_id, sa.func.min(done.completed_on).label("completed_on"))
        .select_from(enrollee.join(training, same))
        .group_by(enrollee.c.participant_id)
        .subquery("trained")
    )


def _in_period(
    enrollee: sa.CTE, calendar: sa.CTE, table: sa.Table, **measures: sa.ColumnElement[float]
) -> sa.Subquery:
    """Add up what happened to each participant in each period.

    What names no program counts in the first one a person enrolled in.
    """
    on = table.c.given_on if table is recognition else table.c.held_on
    same = sa.and_(
        table.c.person_id == enrollee.c.person_id,
        sa.or_(
            table.c.program_id == enrollee.c.program,
            sa.and_(table.c.program_id.is_(None), enrollee.c.is_first),
        ),
    )
    inside = on.between(calendar.c.starts_on, calendar.c.last_on)
    keys = (enrollee.c.participant_id, calendar.c.period_kind, calendar.c.period)
    return (
        sa.select(*keys, *(total(value).label(name) for name, value in measures.items()))
        .select_from(enrollee.join(table, same).join(calendar, inside))
        .group_by(*keys)
        .subquery(table.name)
    )


def _prepared(span: Span, enrollee: sa.CTE) -> sa.CTE:
    """Return what does not depend on the period.

    Columns: participant_id, department (at the enrollment), matched_on, trained_on (NULL where
    the first session came before the first course).
    """
    placed = department_at(enrollee, "participant_id", "person_id", "enrolled_on")
    matched, met, trained = first_pairs(), _first_met(span), _trainings(enrollee)
    source: sa.FromClause = enrollee
    for other in (placed, trained):
        source = source.outerjoin(other, other.c.participant_id == enrollee.c.participant_id)
    for other, program_id in ((matched, matched.c.program_id), (met, met.c.program)):
        same = sa.and_(other.c.person_id == enrollee.c.person_id, program_id == enrollee.c.program)
        source = source.outerjoin(other, same)
    in_time = trained.c.completed_on <= until(met.c.met_on)
    department = sa.func.coalesce(placed.c.department, NOT_RECORDED, type_=sa.String)
    return (
        sa.select(
            enrollee.c.participant_id,
            department.label("department"),
            matched.c.matched_on,
            sa.case((in_time, trained.c.completed_on)).label("trained_on"),
        )
        .select_from(source)
        .cte("prepared")
    )


def _participant_periods(span: Span) -> sa.Select[tuple[object, ...]]:
    calendar, enrollee = span.calendar(), _participants(span)
    told, employed, last_on = _prepared(span, enrollee), spells(), calendar.c.last_on
    given = _in_period(enrollee, calendar, recognition, recognized=flag(sa.true()))
    attended = event_attendance.c.attended
    listed = {"listed": flag(attended.is_not(None)), "attended": flag(attended)}
    events = _in_period(enrollee, calendar, event_attendance, **listed)
    is_there = sa.and_(
        employed.c.person_id == enrollee.c.person_id,
        employed.c.hired_on <= last_on,
        employed.c.end_on > last_on,
    )
    is_open = sa.and_(
        program.c.program_id == enrollee.c.program,
        since(program.c.starts_on) <= last_on,
        until(program.c.ends_on) > calendar.c.starts_on,
    )
    source = (
        enrollee.join(calendar, enrollee.c.enrolled_on <= last_on)
        .join(told, told.c.participant_id == enrollee.c.participant_id)
        .outerjoin(employed, is_there)
        .outerjoin(program, is_open)
    )
    for other in (given, events):
        same = [other.c[name] == calendar.c[name] for name in PERIOD_KEYS]
        is_theirs = other.c.participant_id == enrollee.c.participant_id
        source = source.outerjoin(other, sa.and_(is_theirs, *same))
    is_employed, is_running = employed.c.person_id.is_not(None), program.c.program_id.is_not(None)
    is_matched = told.c.matched_on <= last_on
    measures = {
        "present": flag(sa.and_(is_employed, is_running)),
        "recognized": or_zero(given.c.recognized),
        "listed": or_zero(events.c.listed),
        "attended": or_zero(events.c.attended),
        "matched": flag(is_matched),
        "trained": flag(sa.and_(is_matched, told.c.trained_on <= last_on)),
    }
    return sa.select(
        *(calendar.c[name] for name in PERIOD_KEYS),
        enrollee.c.program,
        enrollee.c.cohort,
        told.c.department,
        enrollee.c.person_id,
        *(measures[name].label(name) for name in _MEASURES),
    ).select_from(source)


PARTICIPANT_PERIOD = Grain(
    name="participant_period",
    meaning="one participant of a program and period, from the enrollment on (also after "
    "withdrawing or leaving), in the department of the day of enrollment",
    table=fact_table(
        "participant_period", keys=(*PERIOD_KEYS, *SLICED, "person_id"), measures=_MEASURES
    ),
    build=_participant_periods,
    keys=PERIOD_KEYS,
    slices=EVERY_SLICE,
    unit="person_id",
)
