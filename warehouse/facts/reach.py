"""Facts about whom a program reaches: eligible people, participations, applications."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa

from warehouse.facts.grain import (
    EVERY_SLICE,
    NOT_RECORDED,
    PERIOD_KEYS,
    Grain,
    Span,
    fact_table,
)
from warehouse.facts.pairs import applications, department_at, pair_spells
from warehouse.facts.rhythm import SLICED, WAITING
from warehouse.facts.work import lowest_executive_grade, work
from warehouse.sql import (
    day,
    days_between,
    earlier,
    flag,
    later,
    month_start,
    since,
    total,
    until,
    zero,
)
from warehouse.tables import participant, program

_PARTICIPATION = (*PERIOD_KEYS, *SLICED, "person_id")
_CHANGING = ("eligible", "participant", "executive")
# What people are grouped by besides departments, and the metric that compares the groups.
GROUPS = {
    "level": "representativeness_level",
    "function_type": "representativeness_function",
    "location": "representativeness_location",
}


@cache
def _programs() -> sa.CTE:
    """Return every program, and under the empty name all of them together, with its days."""
    first, last = since(program.c.starts_on), until(program.c.ends_on)
    each = sa.select(
        program.c.program_id.label("program"), first.label("starts_on"), last.label("ends_on")
    )
    every = sa.select(sa.literal("", sa.String), sa.func.min(first), sa.func.max(last))
    return sa.union_all(each, every).cte("program_scope")


def _enrollments() -> sa.Subquery:
    """Return each person's first enrollment per program, and in any program."""
    enrolled_on = sa.func.min(participant.c.enrolled_on)
    person = participant.c.person_id
    given = participant.c.enrolled_on.is_not(None)
    each = sa.select(
        person, participant.c.program_id.label("program"), enrolled_on.label("enrolled_on")
    ).where(given)
    every = sa.select(person, sa.literal("", sa.String), enrolled_on).where(given)
    return sa.union_all(
        each.group_by(person, participant.c.program_id), every.group_by(person)
    ).subquery("enrolled")


def _active_mentees(span: Span, opened: sa.CTE) -> sa.Subquery:
    """Return who was the mentee of an active pair on the last day of a program's periods."""
    spell = pair_spells(span)
    active = sa.and_(
        opened.c.program.in_((spell.c.program, "")),
        spell.c.matched_on <= opened.c.last_on,
        spell.c.until_on > opened.c.last_on,
    )
    keys = (*(opened.c[n] for n in (*PERIOD_KEYS, "last_on", "program")), spell.c.mentee_person_id)
    return (
        sa.select(*keys)
        .select_from(spell.join(opened, active))
        .distinct()
        .subquery("active_mentee")
    )


def _eligible(span: Span) -> sa.Select[tuple[object, ...]]:
    """Add up changes per department and month, and put active senior mentees beside them.

    The sum of all changes up to a day is the number on that day; people need not be counted once
    for every period they are there.
    """
    scope = _programs()
    grown, opened = _monthly_changes(span, scope, "department"), _open_periods(span, scope)
    keys = [opened.c[name] for name in PERIOD_KEYS]
    nothing = [zero().label(name) for name in _CHANGING]
    stocks = sa.select(
        *keys,
        *(grown.c[name] for name in ("program", "department", *_CHANGING)),
        zero().label("executive_mentee"),
    ).select_from(
        grown.join(
            opened,
            sa.and_(opened.c.program == grown.c.program, grown.c.changed_on <= opened.c.last_on),
        )
    )
    mentee, worked = _active_mentees(span, opened), work()
    employed = sa.and_(
        worked.c.person_id == mentee.c.mentee_person_id,
        worked.c.from_on <= mentee.c.last_on,
        worked.c.to_on > mentee.c.last_on,
        worked.c.level >= lowest_executive_grade(),
    )
    mentees = sa.select(
        *(mentee.c[name] for name in (*PERIOD_KEYS, "program")),
        worked.c.department,
        *nothing,
        flag(sa.true()),
    ).select_from(mentee.join(worked, employed))
    return sa.select(*sa.union_all(stocks, mentees).subquery("both").c)


def _open_periods(span: Span, scope: sa.FromClause) -> sa.CTE:
    """Return the periods in which a program is open on some day: program, and the calendar's."""
    calendar = span.calendar()
    return (
        sa.select(scope.c.program, *calendar.c)
        .select_from(scope.join(calendar, _runs(scope, calendar)))
        .cte("open_period")
    )


def group_sizes(span: Span) -> sa.Select[tuple[object, ...]]:
    """Return how many people of each grade, job family and site are eligible and participants.

    One row per quarter or year with an open program and value of one of ``GROUPS``, the other two
    NULL; and one per period for everyone, all three NULL.
    """
    programs, calendar = _programs(), span.calendar("quarter", "year")
    scope = sa.select(*programs.c).where(programs.c.program == "").cte("whole_scope")
    grown = _monthly_changes(span, scope, *GROUPS)
    named = sa.select(
        *(calendar.c[name] for name in PERIOD_KEYS),
        ("Grade " + sa.cast(grown.c.level, sa.String)).label("level"),
        grown.c.function_type,
        grown.c.location,
        grown.c.eligible,
        grown.c.participant,
    ).select_from(
        grown.join(calendar, grown.c.changed_on <= calendar.c.last_on).join(
            scope, _runs(scope, calendar)
        )
    )
    row = named.cte("group_change").c
    groups = [sa.func.coalesce(row[name], NOT_RECORDED, type_=sa.String) for name in GROUPS]
    known = sa.select(
        *(row[name] for name in PERIOD_KEYS),
        *(group.label(name) for group, name in zip(groups, GROUPS, strict=True)),
        row.eligible,
        row.participant,
    ).cte("group_of_people")
    period = [known.c[name] for name in PERIOD_KEYS]
    sets = [sa.tuple_(*period), *(sa.tuple_(*period, known.c[name]) for name in GROUPS)]
    return sa.select(
        *period,
        *(known.c[name] for name in GROUPS),
        *(total(known.c[name]).label(name) for name in ("eligible", "participant")),
    ).group_by(sa.func.grouping_sets(*sets))


def _monthly_changes(span: Span, scope: sa.FromClause, *keys: str) -> sa.Subquery:
    """Return by how many people each group grew or shrank: program, ``keys``, changed_on.

    Changes of a month are dated on its first day, as periods end with months; those after the
    as-of day are left out.
    """
    worked, enrolled = work(), _enrollments()
    joined = worked.join(scope, sa.true()).outerjoin(
        enrolled,
        sa.and_(enrolled.c.person_id == worked.c.person_id, enrolled.c.program == scope.c.program),
    )
    enrolled_on = until(enrolled.c.enrolled_on)
    is_executive = worked.c.level >= lowest_executive_grade()
    starts = {
        "eligible": later(worked.c.from_on, earlier(worked.c.eligible_from, enrolled_on)),
        "participant": later(worked.c.from_on, enrolled_on),
        "executive": sa.case((is_executive, worked.c.from_on), else_=until(sa.null())),
    }
    changes = [
        sa.select(
            scope.c.program,
            *(worked.c[name] for name in keys),
            month_start(changed_on).label("changed_on"),
            *(
                sa.literal(sign if name == other else 0.0, sa.Double).label(other)
                for other in _CHANGING
            ),
        )
        .select_from(joined)
        .where(from_on < worked.c.to_on, changed_on <= day(span.as_of))
        for name, from_on in starts.items()
        for changed_on, sign in ((from_on, 1.0), (worked.c.to_on, -1.0))
    ]
    change = sa.union_all(*changes).subquery("change")
    kept = [change.c[name] for name in ("program", *keys, "changed_on")]
    summed = sa.select(*kept, *(total(change.c[name]).label(name) for name in _CHANGING))
    return summed.group_by(*kept).subquery("grown")


def _runs(scope: sa.FromClause, calendar: sa.CTE) -> sa.ColumnElement[bool]:
    """Tell whether a program is open on some day of a period."""
    starts_on, ends_on = since(scope.c.starts_on), until(scope.c.ends_on)
    return sa.and_(starts_on <= calendar.c.last_on, ends_on > calendar.c.starts_on)


def _participations(span: Span) -> sa.Select[tuple[object, ...]]:
    calendar, applied, worked = span.calendar(), applications(span), work()
    employed = sa.and_(
        worked.c.person_id == applied.c.person_id,
        worked.c.from_on <= calendar.c.last_on,
        worked.c.to_on > calendar.c.last_on,
    )
    runs = _runs(program, calendar)
    waits = sa.and_(
        until(applied.c.matched_on) > calendar.c.last_on,
        until(applied.c.withdrew_on) > calendar.c.last_on,
    )
    return sa.select(
        *(calendar.c[name] for name in PERIOD_KEYS),
        applied.c.program,
        applied.c.cohort,
        worked.c.department,
        applied.c.person_id,
        flag(applied.c.enrolled_on <= calendar.c.last_on).label("enrolled"),
        flag(waits).label("unmatched"),
    ).select_from(
        applied.join(calendar, applied.c.applied_on <= calendar.c.last_on)
        .join(program, sa.and_(program.c.program_id == applied.c.program, runs))
        .join(worked, employed)
    )


def _waits(span: Span) -> sa.Select[tuple[object, ...]]:
    calendar, applied = span.calendar(), applications(span)
    placed = department_at(applied, "participant_id", "person_id", "applied_on")
    inside = applied.c.applied_on.between(calendar.c.starts_on, calendar.c.last_on)
    days = sa.cast(days_between(applied.c.applied_on, applied.c.matched_on), sa.Double)
    waited = sa.case(
        (until(applied.c.matched_on) > day(span.as_of), WAITING),
        (days >= 0, days),  # matched before applying again: nothing was waited for
    )
    return sa.select(
        *(calendar.c[name] for name in PERIOD_KEYS),
        applied.c.program,
        applied.c.cohort,
        sa.func.coalesce(placed.c.department, NOT_RECORDED, type_=sa.String).label("department"),
        applied.c.person_id,
        waited.label("days_to_match"),
    ).select_from(
        applied.join(calendar, inside).outerjoin(
            placed, placed.c.participant_id == applied.c.participant_id
        )
    )


ELIGIBLE = Grain(
    name="eligible_person",
    meaning="people of one department who became eligible, enrolled or executives on a day, less "
    "those who ceased to be, added up to the period's last day; and each executive mentee of it",
    table=fact_table(
        "eligible_person",
        keys=(*PERIOD_KEYS, "program", "department"),
        measures=(*_CHANGING, "executive_mentee"),
    ),
    build=_eligible,
    keys=(*PERIOD_KEYS, "program"),
    slices=((), ("department",)),
    unit="department",
)
PARTICIPATION = Grain(
    name="participation",
    meaning="one participation of an employee in a running program, as of the period's last day",
    table=fact_table("participation", keys=_PARTICIPATION, measures=("enrolled", "unmatched")),
    build=_participations,
    keys=PERIOD_KEYS,
    slices=EVERY_SLICE,
    unit="person_id",
)
APPLICATION = Grain(
    name="application",
    meaning="one application for a pair, in the period it was made",
    table=fact_table("application", keys=_PARTICIPATION, measures=("days_to_match",)),
    build=_waits,
    keys=PERIOD_KEYS,
    slices=EVERY_SLICE,
    unit="person_id",
    settles=False,  # whoever waited is matched later
)
