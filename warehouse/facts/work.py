"""Who worked where and when: employment cut into stretches with one department and grade."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa

from warehouse.facts.grain import NOT_RECORDED
from warehouse.sql import (
    FAR_PAST,
    day,
    days_after,
    earlier,
    later,
    newest_first,
    since,
    until,
)
from warehouse.tables import department, employment, job_history, pair, participant

TENURE_DAYS = 183  # six months of employment make a person eligible
EXECUTIVE_GRADES = 2  # the two highest grades in use are called executives


@cache  # one object: a query names each of its parts once
def department_names() -> sa.CTE:
    """Return one name per department: its latest, so that a renamed one keeps one history."""
    rank = newest_first(
        department.c.department_id,
        since(department.c.valid_from).desc(),
        department.c.source_record_id.desc(),
    )
    ranked = sa.select(department.c.department_id, department.c.name, rank.label("rank")).subquery(
        "named"
    )
    return (
        sa.select(ranked.c.department_id, ranked.c.name)
        .where(ranked.c.rank == 1)
        .cte("department_name")
    )


@cache
def jobs() -> sa.CTE:
    """Return the stretches of everybody's jobs; see :func:`_stretches`."""
    return _stretches("job", sa.true())


@cache
def program_jobs() -> sa.CTE:
    """Return the stretches of those who ever were in a program: a tenth of the rows to sort."""
    people = (participant.c.person_id, pair.c.mentor_person_id, pair.c.mentee_person_id)
    involved = sa.union(*(sa.select(person) for person in people))
    return _stretches("program_job", job_history.c.person_id.in_(involved))


def _stretches(name: str, chosen: sa.ColumnElement[bool]) -> sa.CTE:
    """Return gapless stretches per person: a job is carried on until the next one is recorded.

    The first one also reaches back, so that employment before the first record has a department.
    Columns: person_id, begins_on, stops_on, department, level, function_type, location,
    promoted_on, moved_on (the first day where the stretch is a promotion or a move, else NULL).
    """
    names, job = department_names(), job_history
    rank = newest_first(
        (job.c.person_id, job.c.valid_from),
        sa.func.coalesce(job.c.seq_no, 0).desc(),
        job.c.source_record_id.desc(),
    )
    named = sa.func.coalesce(names.c.name, job.c.department_id, NOT_RECORDED, type_=sa.String)
    ranked = (
        sa.select(
            job.c.person_id,
            since(job.c.valid_from).label("valid_from"),
            named.label("department"),
            job.c.level,
            job.c.function_type,
            job.c.location,
            rank.label("rank"),
        )
        .select_from(job.outerjoin(names, names.c.department_id == job.c.department_id))
        .where(chosen)
        .where(sa.or_(job.c.valid_to.is_(None), job.c.valid_to > since(job.c.valid_from)))
        .subquery("ranked_job")
    )
    window: dict[str, Any] = {
        "partition_by": ranked.c.person_id,
        "order_by": ranked.c.valid_from,
    }

    def before(column: Any) -> sa.ColumnElement[Any]:
        return sa.func.lag(column).over(**window)

    known = sa.case((ranked.c.department != NOT_RECORDED, ranked.c.department))
    moved = sa.or_(
        known != before(known),
        ranked.c.function_type != before(ranked.c.function_type),
    )
    return (
        sa.select(
            ranked.c.person_id,
            sa.case(
                (before(ranked.c.valid_from).is_(None), day(FAR_PAST)), else_=ranked.c.valid_from
            ).label("begins_on"),
            until(sa.func.lead(ranked.c.valid_from).over(**window)).label("stops_on"),
            ranked.c.department,
            ranked.c.level,
            ranked.c.function_type,
            ranked.c.location,
            sa.case((ranked.c.level > before(ranked.c.level), ranked.c.valid_from)).label(
                "promoted_on"
            ),
            sa.case((moved, ranked.c.valid_from)).label("moved_on"),
        )
        .where(ranked.c.rank == 1)
        .cte(name)
    )


def job_on(job: sa.FromClause, person: Any, on: Any) -> sa.ColumnElement[bool]:
    """Tell which stretch of :func:`jobs` a person was in on a day; there is at most one."""
    return sa.and_(job.c.person_id == person, job.c.begins_on <= on, job.c.stops_on > on)


@cache
def spells() -> sa.CTE:
    """Return employees' spells without open ends.

    Columns: person_id, hired_on, end_on, left_on (last day, NULL while employed and where the
    next spell follows without a gap), eligible_from (six months after the hire).
    """
    spell = employment
    following = sa.func.lead(spell.c.hired_on).over(
        partition_by=spell.c.person_id, order_by=spell.c.spell_no
    )
    hired_on = since(spell.c.hired_on)
    left_on = sa.case(
        (sa.or_(following.is_(None), following > spell.c.end_on), days_after(spell.c.end_on, -1))
    )
    return (
        sa.select(
            spell.c.person_id,
            hired_on.label("hired_on"),
            until(spell.c.end_on).label("end_on"),
            left_on.label("left_on"),
            days_after(hired_on, TENURE_DAYS).label("eligible_from"),
        )
        .where(sa.func.coalesce(spell.c.worker_type, "employee") == "employee")
        .cte("spell")
    )


@cache
def work() -> sa.CTE:
    """Return employment cut at every change of job; the stretches of a person never overlap.

    Columns: person_id, from_on, to_on (half-open), department, level, function_type, location,
    left_on (only on the stretch that ends with the spell), eligible_from, promoted_on, moved_on.
    """
    spell, job = spells(), jobs()
    overlaps = sa.and_(
        job.c.person_id == spell.c.person_id,
        job.c.begins_on < spell.c.end_on,
        job.c.stops_on > spell.c.hired_on,
    )
    is_last = sa.or_(job.c.stops_on.is_(None), job.c.stops_on >= spell.c.end_on)
    changes = [
        sa.case((job.c[name] > spell.c.hired_on, job.c[name])).label(name)
        for name in ("promoted_on", "moved_on")
    ]
    return (
        sa.select(
            spell.c.person_id,
            later(spell.c.hired_on, since(job.c.begins_on)).label("from_on"),
            earlier(spell.c.end_on, until(job.c.stops_on)).label("to_on"),
            sa.func.coalesce(job.c.department, NOT_RECORDED, type_=sa.String).label("department"),
            job.c.level,
            job.c.function_type,
            job.c.location,
            sa.case((is_last, spell.c.left_on)).label("left_on"),
            spell.c.eligible_from,
            *changes,
        )
        .select_from(spell.outerjoin(job, overlaps))
        .cte("work")
    )


@cache
def first_enrollments() -> sa.CTE:
    """Return each person's first enrollment in any program.

    Columns: person_id, enrolled_on, role, cohort.
    """
    rank = newest_first(
        participant.c.person_id, participant.c.enrolled_on, participant.c.participant_id
    )
    ranked = (
        sa.select(
            participant.c.person_id,
            participant.c.enrolled_on,
            participant.c.role,
            participant.c.cohort_id,
            rank.label("rank"),
        )
        .where(participant.c.enrolled_on.is_not(None))
        .subquery("enrolled")
    )
    return (
        sa.select(
            ranked.c.person_id,
            ranked.c.enrolled_on,
            ranked.c.role,
            sa.func.coalesce(ranked.c.cohort_id, NOT_RECORDED, type_=sa.String).label("cohort"),
        )
        .where(ranked.c.rank == 1)
        .cte("enrollment")
    )


def lowest_executive_grade() -> sa.ScalarSelect[int]:
    """Return the lower of the two highest grades in use."""
    grades = sa.select(job_history.c.level).where(job_history.c.level.is_not(None)).distinct()
    highest = grades.order_by(job_history.c.level.desc()).limit(EXECUTIVE_GRADES)
    return sa.select(sa.func.min(highest.subquery("grade").c.level)).scalar_subquery()
