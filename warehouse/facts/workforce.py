"""Facts about the workforce: one row per population, stretch of work and period it touches."""

from __future__ import annotations

import datetime as dt
from functools import cache

import sqlalchemy as sa

from warehouse.facts.grain import NOT_RECORDED, PERIOD_KEYS, Grain, Span, fact_table
from warehouse.facts.work import first_enrollments, work
from warehouse.sql import FAR_PAST, day, earlier, flag, later, since, total, until, zero
from warehouse.tables import exit_, program

POPULATIONS = ("everyone", "participants", "eligible_non_participants")
CLOSED_SLICES = ((), ("department",), ("cohort",))  # the only ones confidential figures may have

_REASONS = ("voluntary", "involuntary", "unexplained", "regretted", "unregretted")
_CHANGES = ("promoted", "moved", "graded", "placed")
_MEASURES = ("opening", "closing", "leaver", *_REASONS, *_CHANGES)
_COLUMNS = ("person_id", "population", "department", "cohort")
_STRETCH = ("person_id", "department", "level", "left_on", "promoted_on", "moved_on")


@cache
def populations() -> sa.CTE:
    """Return stretches of work, cut again where a person enters or leaves a population.

    Everyone is there whole. A person is a participant from the day of the first enrollment on,
    also after withdrawing (intention to treat), and an eligible non-participant while employed
    for six months, not enrolled, and some program is open. Columns: population, person_id,
    cohort, department, level, from_on, to_on, left_on, promoted_on, moved_on.
    """
    worked, enrolled, opened = work(), first_enrollments(), _program_opening()
    joined = worked.outerjoin(enrolled, enrolled.c.person_id == worked.c.person_id)
    kept = [worked.c[name] for name in _STRETCH]
    parts = (
        ("everyone", worked, sa.literal("", sa.String), worked.c.from_on, worked.c.to_on),
        (
            "participants",
            worked.join(enrolled, enrolled.c.person_id == worked.c.person_id),
            enrolled.c.cohort,
            later(worked.c.from_on, enrolled.c.enrolled_on),
            worked.c.to_on,
        ),
        (
            "eligible_non_participants",
            joined.join(opened, opened.c.opens_on < opened.c.closes_on),
            sa.literal("", sa.String),
            later(worked.c.from_on, worked.c.eligible_from, opened.c.opens_on),
            earlier(worked.c.to_on, until(enrolled.c.enrolled_on), opened.c.closes_on),
        ),
    )
    selects = [
        sa.select(
            sa.literal(name, sa.String).label("population"),
            sa.cast(cohort, sa.String).label("cohort"),
            *kept,
            from_on.label("from_on"),
            to_on.label("to_on"),
            worked.c.to_on.label("work_to_on"),
        )
        .select_from(source)
        .where(from_on < to_on)
        for name, source, cohort, from_on, to_on in parts
    ]
    pieces = sa.union_all(*selects).subquery("piece")
    # Whoever enrolls before leaving leaves as a participant, not as what they were before.
    left_on = sa.case((pieces.c.to_on == pieces.c.work_to_on, pieces.c.left_on))
    columns = [c for c in pieces.c if c.name not in ("left_on", "work_to_on")]
    return sa.select(*columns, left_on.label("left_on")).cte("population")


def _program_opening() -> sa.Subquery:
    return sa.select(
        sa.func.min(since(program.c.starts_on)).label("opens_on"),
        sa.func.max(until(program.c.ends_on)).label("closes_on"),
    ).subquery("opening")


def _exits() -> sa.Subquery:
    """Return what is known about each departure: one row per person and last day."""
    answers = {
        "voluntary": exit_.c.voluntary == "yes",
        "involuntary": exit_.c.voluntary == "no",
        "regretted": exit_.c.regretted == "yes",
        "unregretted": exit_.c.regretted == "no",
    }
    return (
        sa.select(
            exit_.c.person_id,
            exit_.c.exit_on,
            *(sa.func.max(flag(answer)).label(name) for name, answer in answers.items()),
        )
        .group_by(exit_.c.person_id, exit_.c.exit_on)
        .subquery("departure")
    )


def _pieces() -> sa.CTE:
    """Return stretches of populations with what is known of the departure that ends them."""
    piece, departure = populations(), _exits()
    leaves = sa.and_(
        departure.c.person_id == piece.c.person_id, departure.c.exit_on == piece.c.left_on
    )
    known = [departure.c[name] for name in ("voluntary", "involuntary", "regretted", "unregretted")]
    return sa.select(*piece.c, *known).select_from(piece.outerjoin(departure, leaves)).cte("ending")


def _build(span: Span) -> sa.Select[tuple[object, ...]]:
    calendar, piece = span.calendar("quarter", "year"), _pieces()
    touches = sa.and_(piece.c.from_on <= calendar.c.last_on, piece.c.to_on > calendar.c.opening_on)
    left = piece.c.left_on.between(calendar.c.starts_on, calendar.c.last_on)
    # A change counts for the population the person is in on its day.
    begins = piece.c.from_on.between(calendar.c.starts_on, calendar.c.last_on)
    is_voluntary, is_involuntary = piece.c.voluntary == 1, piece.c.involuntary == 1
    explained = sa.func.coalesce(piece.c.voluntary + piece.c.involuntary, 0) > 0
    opening, closing = piece.c.from_on <= calendar.c.opening_on, piece.c.to_on > calendar.c.last_on
    average = (flag(opening) + flag(closing)) / 2.0
    measures = {
        "opening": opening,
        "closing": closing,
        "leaver": left,
        "voluntary": sa.and_(left, is_voluntary),
        "involuntary": sa.and_(left, is_involuntary, sa.not_(is_voluntary)),
        "unexplained": sa.and_(left, sa.not_(explained)),
        "regretted": sa.and_(left, piece.c.regretted == 1),
        "unregretted": sa.and_(left, piece.c.unregretted == 1, piece.c.regretted == 0),
        "promoted": sa.and_(begins, piece.c.promoted_on == piece.c.from_on),
        "moved": sa.and_(begins, piece.c.moved_on == piece.c.from_on),
    }
    columns = {name: flag(condition) for name, condition in measures.items()}
    # Where no grade or department is recorded, nobody can be seen to change it.
    columns["graded"] = sa.case((piece.c.level.is_not(None), average), else_=zero())
    columns["placed"] = sa.case((piece.c.department != NOT_RECORDED, average), else_=zero())
    return sa.select(
        calendar.c.period_kind,
        calendar.c.period,
        *(piece.c[name] for name in _COLUMNS),
        *(columns[name].label(name) for name in _MEASURES),
    ).select_from(piece.join(calendar, touches))


WORKFORCE = Grain(
    name="workforce",
    meaning="one person's stretch of work in one population and period (quarter or year)",
    table=fact_table("workforce", keys=(*PERIOD_KEYS, *_COLUMNS), measures=_MEASURES),
    build=_build,
    keys=(*PERIOD_KEYS, "population"),
    slices=CLOSED_SLICES,
    unit="person_id",
)


def daily_changes(first_on: dt.date, as_of: dt.date) -> sa.Select[tuple[object, ...]]:
    """Return by how many people each population and slice grew or shrank, day by day.

    One row per population, department, cohort and day: ``joined`` people who entered it on that
    day, ``gone`` who were no longer in it on that day, ``leavers`` whose last day it was. What
    happened before ``first_on`` is added up on the far past; changes after ``as_of`` are left
    out.
    """
    piece = populations()
    keys = [piece.c[name] for name in ("population", "department", "cohort")]
    far_past = day(FAR_PAST)

    def clipped(on: sa.ColumnElement[dt.date]) -> sa.ColumnElement[dt.date]:
        return sa.case((on < day(first_on), far_past), else_=on)

    nothing = sa.literal(0.0, sa.Double)
    one = sa.literal(1.0, sa.Double)
    kinds = (
        (clipped(piece.c.from_on), piece.c.from_on, (one, nothing, nothing)),
        (clipped(piece.c.to_on), piece.c.to_on, (nothing, one, nothing)),
        (piece.c.left_on, piece.c.left_on, (nothing, nothing, one)),
    )
    names = ("joined", "gone", "leavers")
    selects = [
        sa.select(
            *keys,
            on.label("changed_on"),
            *(value.label(name) for value, name in zip(values, names, strict=True)),
        ).where(test <= day(as_of))
        for on, test, values in kinds
    ]
    change = sa.union_all(*selects).subquery("change")
    keyed = [change.c[name] for name in ("population", "department", "cohort", "changed_on")]
    return (
        sa.select(*keyed, *(total(change.c[name]).label(name) for name in names))
        .group_by(*keyed)
        .order_by(*keyed)
    )
