"""Pairs with their slices and their end, and what happened in their sessions."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa

from warehouse.facts.grain import NOT_RECORDED, Span
from warehouse.facts.work import job_on, program_jobs
from warehouse.sql import (
    day,
    days_after,
    earlier,
    flag,
    later,
    until,
)
from warehouse.tables import cohort, pair, pair_status_change, participant, program, session

ENDED = ("completed", "withdrawn", "ended")


def department_at(people: sa.CTE, key: str, person: str, on: str) -> sa.CTE:
    """Return the department a person of a program was in on a day, for each row of ``people``.

    Where the records begin later, the first department they know stands in. Columns: ``key``,
    department; no row for people of whom no job is recorded.
    """
    job = program_jobs()
    return (
        sa.select(people.c[key], job.c.department)
        .select_from(people.join(job, job_on(job, people.c[person], people.c[on])))
        .cte(f"{people.name}_department")
    )


@cache  # one object per span: a query names each of its parts once
def pair_spells(span: Span) -> sa.CTE:
    """Return every pair matched by the as-of day, without open ends.

    Columns: pair_id, mentor_person_id, mentee_person_id, program, cohort, department (the
    mentee's at the match), cadence (days, NULL when none was agreed), matched_on, until_on (first
    day it no longer exists), final_status, is_lasting (false for one-off pairs), planned_end_on
    (first day after the planned end of its cohort, else its program).

    A pair that is over but has no end date ended when its status says so, else after its last
    session, else at once.
    """
    ends = (
        sa.select(pair_status_change.c.pair_id, sa.func.min(pair_status_change.c.changed_on))
        .where(pair_status_change.c.status.in_(ENDED))
        .group_by(pair_status_change.c.pair_id)
        .subquery("status_end")
    )
    last_seen = (
        sa.select(session.c.pair_id, sa.func.max(sa.cast(session.c.planned_start_at, sa.Date)))
        .where(session.c.status == "held")
        .group_by(session.c.pair_id)
        .subquery("last_seen")
    )
    ends_c, seen_c = list(ends.c), list(last_seen.c)
    is_over = pair.c.status.in_(ENDED)
    ended_on = sa.func.coalesce(
        pair.c.ended_on,
        ends_c[1],
        sa.case((is_over, days_after(seen_c[1], 1))),
        sa.case((is_over, pair.c.matched_on)),
        type_=sa.Date,
    )
    matched = (
        sa.select(
            pair.c.pair_id,
            pair.c.mentor_person_id,
            pair.c.mentee_person_id,
            pair.c.program_id.label("program"),
            sa.func.coalesce(pair.c.cohort_id, NOT_RECORDED, type_=sa.String).label("cohort"),
            sa.case((pair.c.agreed_cadence_days > 0, pair.c.agreed_cadence_days)).label("cadence"),
            pair.c.matched_on,
            later(until(ended_on), pair.c.matched_on).label("until_on"),
            pair.c.status.label("final_status"),
            (sa.func.coalesce(pair.c.kind, "formal") != "one-off").label("is_lasting"),
            pair.c.kind,
        )
        .select_from(
            pair.outerjoin(ends, ends_c[0] == pair.c.pair_id).outerjoin(
                last_seen, seen_c[0] == pair.c.pair_id
            )
        )
        .where(pair.c.matched_on <= day(span.as_of))
        .cte("matched_pair")
    )
    placed = department_at(matched, "pair_id", "mentee_person_id", "matched_on")
    return (
        sa.select(
            *matched.c,
            sa.func.coalesce(placed.c.department, NOT_RECORDED, type_=sa.String).label(
                "department"
            ),
            sa.func.coalesce(cohort.c.ends_on, program.c.ends_on).label("planned_end_on"),
        )
        .select_from(
            matched.outerjoin(placed, placed.c.pair_id == matched.c.pair_id)
            .outerjoin(cohort, cohort.c.cohort_id == matched.c.cohort)
            .outerjoin(program, program.c.program_id == matched.c.program)
        )
        .cte("pair_spell")
    )


@cache  # one object per span: a query names each of its parts once
def past_sessions(span: Span) -> sa.CTE:
    """Return sessions planned to start by the as-of day.

    Columns: pair_id, session_id, planned_start_at, happened_on, hours, mode, place_is_neutral, and
    whether it was held, cancelled by the mentee, or not attended.
    """
    happened_on = sa.cast(session.c.planned_start_at, sa.Date)
    minutes = sa.func.coalesce(session.c.actual_minutes, session.c.planned_minutes, 0.0)
    is_held = session.c.status == "held"
    by_mentee = sa.and_(session.c.status == "cancelled", session.c.cancelled_by == "mentee")
    return (
        sa.select(
            session.c.pair_id,
            session.c.session_id,
            session.c.planned_start_at,
            happened_on.label("happened_on"),
            flag(is_held).label("held"),
            sa.case((is_held, minutes / 60.0), else_=0.0).label("hours"),
            flag(by_mentee).label("cancelled_by_mentee"),
            flag(session.c.status == "no_show").label("no_show"),
            session.c.mode,
            session.c.place_is_neutral,
        )
        .where(happened_on <= day(span.as_of))
        .cte("past_session")
    )


def pauses(spell: sa.CTE) -> sa.CTE:
    """Return the stretches in which pairs were paused: pair_id, from_on, to_on (half-open)."""
    change = pair_status_change
    order = (change.c.changed_on, change.c.source_record_id)
    following = sa.func.lead(change.c.changed_on).over(
        partition_by=change.c.pair_id, order_by=order
    )
    stretch = sa.select(
        change.c.pair_id,
        change.c.status,
        change.c.changed_on.label("from_on"),
        until(following).label("to_on"),
    ).subquery("status_stretch")
    from_on = later(stretch.c.from_on, spell.c.matched_on)
    to_on = earlier(stretch.c.to_on, spell.c.until_on)
    return (
        sa.select(stretch.c.pair_id, from_on.label("from_on"), to_on.label("to_on"))
        .select_from(stretch.join(spell, spell.c.pair_id == stretch.c.pair_id))
        .where(stretch.c.status == "paused", from_on < to_on)
        .cte("pause")
    )


def first_pairs() -> sa.Subquery:
    """Return the day each person was first matched in each program: person, program, day."""
    sides = [
        sa.select(person.label("person_id"), pair.c.program_id, pair.c.matched_on)
        for person in (pair.c.mentor_person_id, pair.c.mentee_person_id)
    ]
    side = sa.union_all(*sides).subquery("side")
    return (
        sa.select(
            side.c.person_id,
            side.c.program_id,
            sa.func.min(side.c.matched_on).label("matched_on"),
        )
        .group_by(side.c.person_id, side.c.program_id)
        .subquery("first_pair")
    )


@cache  # one object per span: a query names each of its parts once
def applications(span: Span) -> sa.CTE:
    """Return participations by the day they began to wait for a pair.

    Columns: participant_id, person_id, program, cohort, applied_on (day of the application, else
    of the enrollment), enrolled_on, withdrew_on, matched_on (first pair in the program).
    """
    matched = first_pairs()
    applied_on = sa.func.coalesce(
        participant.c.applied_on, participant.c.enrolled_on, type_=sa.Date
    )
    same = sa.and_(
        matched.c.person_id == participant.c.person_id,
        matched.c.program_id == participant.c.program_id,
    )
    return (
        sa.select(
            participant.c.participant_id,
            participant.c.person_id,
            participant.c.program_id.label("program"),
            sa.func.coalesce(participant.c.cohort_id, NOT_RECORDED, type_=sa.String).label(
                "cohort"
            ),
            applied_on.label("applied_on"),
            participant.c.enrolled_on,
            participant.c.withdrew_on,
            matched.c.matched_on,
        )
        .select_from(participant.outerjoin(matched, same))
        .where(applied_on <= day(span.as_of))
        .cte("applicant")
    )
