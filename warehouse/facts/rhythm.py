"""Facts about how pairs meet: pair x period, gaps between sessions, pairs by their match."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.facts.grain import EVERY_SLICE, PERIOD_KEYS, Grain, Span, fact_table
from warehouse.facts.pairs import pair_spells, past_sessions, pauses
from warehouse.sql import (
    day,
    days_after,
    days_between,
    earlier,
    flag,
    later,
    or_zero,
    total,
    zero,
)
from warehouse.tables import milestone

SLICED = ("program", "cohort", "department")
WAITING = 1e9  # stands for "not yet" in medians; far beyond any number of days
_KEYS = (*PERIOD_KEYS, *SLICED, "pair_id")
_SESSION = ("planned", "held", "hours", "cancelled_by_mentee", "no_show")
_PAIR = ("active", "matched", "ended_planned", "completed_planned", "withdrawn")
_MEASURES = (*_PAIR, *_SESSION, "due", "held_with_cadence")


def _sessions_by_period(span: Span, calendar: sa.CTE) -> sa.Subquery:
    past = past_sessions(span)
    inside = past.c.happened_on.between(calendar.c.starts_on, calendar.c.last_on)
    sums = [total(past.c[name]).label(name) for name in _SESSION if name != "planned"]
    keys = (past.c.pair_id, calendar.c.period_kind, calendar.c.period)
    return (
        sa.select(*keys, sa.cast(sa.func.count(), sa.Double).label("planned"), *sums)
        .select_from(past.join(calendar, inside))
        .group_by(*keys)
        .subquery("met")
    )


def _paused_days(spell: sa.CTE, calendar: sa.CTE) -> sa.Subquery:
    """Return the days paused before the period and up to its last day, per pair and period."""
    pause = pauses(spell)
    until_last = earlier(pause.c.to_on, days_after(calendar.c.last_on, 1))
    until_opening = earlier(pause.c.to_on, calendar.c.starts_on)
    before = sa.case(
        (pause.c.from_on < calendar.c.starts_on, days_between(pause.c.from_on, until_opening)),
        else_=0,
    )
    keys = (pause.c.pair_id, calendar.c.period_kind, calendar.c.period)
    return (
        sa.select(
            *keys,
            total(days_between(pause.c.from_on, until_last)).label("until_last"),
            total(before).label("until_opening"),
        )
        .select_from(pause.join(calendar, pause.c.from_on <= calendar.c.last_on))
        .group_by(*keys)
        .subquery("paused")
    )


def _due(spell: sa.CTE, calendar: sa.CTE, paused: sa.Subquery) -> sa.ColumnElement[float]:
    """Return the sessions falling due in a period: full cadences at its end less those before."""
    lived = days_between(
        spell.c.matched_on, earlier(spell.c.until_on, days_after(calendar.c.last_on, 1))
    )
    started_on = later(spell.c.matched_on, calendar.c.starts_on)
    lived_before = days_between(spell.c.matched_on, earlier(spell.c.until_on, started_on))
    owed, owed_before = (
        sa.func.floor(
            (sa.cast(days, sa.Double) - or_zero(pause)) / spell.c.cadence, type_=sa.Double
        )
        for days, pause in (
            (lived, paused.c.until_last),
            (lived_before, paused.c.until_opening),
        )
    )
    return owed - owed_before


def _states(spell: sa.CTE, calendar: sa.CTE) -> dict[str, sa.ColumnElement[float]]:
    """Return what a pair is on the last day of a period; a one-off pair is nothing of it."""
    is_over = spell.c.until_on <= calendar.c.last_on
    is_planned_end = spell.c.planned_end_on <= days_after(calendar.c.last_on, 1)
    is_completed = sa.and_(is_over, spell.c.final_status == "completed")
    conditions: dict[str, sa.ColumnElement[bool]] = {
        "active": sa.not_(is_over),
        "matched": sa.true(),
        "ended_planned": is_planned_end,
        "completed_planned": sa.and_(is_planned_end, is_completed),
        "withdrawn": sa.and_(is_over, spell.c.final_status == "withdrawn"),
    }
    return {name: flag(sa.and_(spell.c.is_lasting, c)) for name, c in conditions.items()}


def _pair_periods(span: Span) -> sa.Select[tuple[object, ...]]:
    calendar, spell = span.calendar(), pair_spells(span)
    met, paused = _sessions_by_period(span, calendar), _paused_days(spell, calendar)
    has_rhythm = sa.and_(spell.c.is_lasting, spell.c.cadence > 0)
    measures = {
        **_states(spell, calendar),
        **{name: or_zero(met.c[name]) for name in _SESSION},
        "due": sa.case((has_rhythm, _due(spell, calendar, paused)), else_=zero()),
        "held_with_cadence": sa.case((has_rhythm, or_zero(met.c.held)), else_=zero()),
    }
    source = spell.join(calendar, spell.c.matched_on <= calendar.c.last_on)
    for other in (met, paused):
        same = sa.and_(
            other.c.pair_id == spell.c.pair_id,
            other.c.period_kind == calendar.c.period_kind,
            other.c.period == calendar.c.period,
        )
        source = source.outerjoin(other, same)
    return sa.select(
        *(calendar.c[name] for name in PERIOD_KEYS),
        *(spell.c[name] for name in SLICED),
        spell.c.pair_id,
        *(measures[name].label(name) for name in _MEASURES),
    ).select_from(source)


def _gaps(span: Span) -> sa.Select[tuple[object, ...]]:
    calendar, spell, past = span.calendar(), pair_spells(span), past_sessions(span)
    previous = sa.func.lag(past.c.happened_on).over(
        partition_by=past.c.pair_id, order_by=(past.c.planned_start_at, past.c.session_id)
    )
    gap = (
        sa.select(past.c.pair_id, past.c.happened_on, previous.label("previous_on"))
        .where(past.c.held == 1)
        .subquery("gap")
    )
    days = sa.cast(days_between(gap.c.previous_on, gap.c.happened_on), sa.Double)
    inside = gap.c.happened_on.between(calendar.c.starts_on, calendar.c.last_on)
    return (
        sa.select(
            *(calendar.c[name] for name in PERIOD_KEYS),
            *(spell.c[name] for name in SLICED),
            spell.c.pair_id,
            (days / spell.c.cadence).label("gap_in_cadences"),
        )
        .select_from(gap.join(spell, spell.c.pair_id == gap.c.pair_id).join(calendar, inside))
        .where(gap.c.previous_on.is_not(None), spell.c.cadence > 0, spell.c.is_lasting)
    )


def _starts(span: Span) -> sa.Select[tuple[object, ...]]:
    calendar, spell, past = span.calendar(), pair_spells(span), past_sessions(span)
    first = (
        sa.select(past.c.pair_id, sa.func.min(past.c.happened_on).label("met_on"))
        .where(past.c.held == 1)
        .group_by(past.c.pair_id)
        .subquery("first_met")
    )
    midpoint = (
        sa.select(milestone.c.pair_id, sa.func.min(milestone.c.reached_on).label("reached_on"))
        .where(milestone.c.milestone == "midpoint", milestone.c.reached_on <= day(span.as_of))
        .group_by(milestone.c.pair_id)
        .subquery("midpoint")
    )
    waits = {"days_to_first_session": first.c.met_on, "days_to_midpoint": midpoint.c.reached_on}
    measures = [
        sa.func.coalesce(
            sa.cast(days_between(spell.c.matched_on, on), sa.Double), WAITING, type_=sa.Double
        ).label(name)
        for name, on in waits.items()
    ]
    inside = spell.c.matched_on.between(calendar.c.starts_on, calendar.c.last_on)
    return (
        sa.select(
            *(calendar.c[name] for name in PERIOD_KEYS),
            *(spell.c[name] for name in SLICED),
            spell.c.pair_id,
            *measures,
        )
        .select_from(
            spell.join(calendar, inside)
            .outerjoin(first, first.c.pair_id == spell.c.pair_id)
            .outerjoin(midpoint, midpoint.c.pair_id == spell.c.pair_id)
        )
        .where(spell.c.is_lasting)
    )


PAIR_PERIOD = Grain(
    name="pair_period",
    meaning="one pair and period, from the match on (also after the pair ended)",
    table=fact_table("pair_period", keys=_KEYS, measures=_MEASURES),
    build=_pair_periods,
    keys=PERIOD_KEYS,
    slices=EVERY_SLICE,
    unit="pair_id",
)
SESSION_GAP = Grain(
    name="session_gap",
    meaning="two consecutive held sessions of a pair, in the period of the later one",
    table=fact_table("session_gap", keys=_KEYS, measures=("gap_in_cadences",)),
    build=_gaps,
    keys=PERIOD_KEYS,
    slices=EVERY_SLICE,
    unit="pair_id",
)
PAIR_START = Grain(
    name="pair_start",
    meaning="one pair, in the period of its match",
    table=fact_table(
        "pair_start", keys=_KEYS, measures=("days_to_first_session", "days_to_midpoint")
    ),
    build=_starts,
    keys=PERIOD_KEYS,
    slices=EVERY_SLICE,
    unit="pair_id",
    settles=False,  # the first session comes later
)
