"""Facts about what the two say after their sessions, in the closed slices of answers."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.facts.grain import PERIOD_KEYS, Grain, Span, fact_table
from warehouse.facts.pairs import pair_spells, past_sessions
from warehouse.facts.rhythm import SLICED
from warehouse.facts.workforce import CLOSED_SLICES
from warehouse.sql import flag, or_zero, total
from warehouse.tables import session_feedback

ROLES = ("mentor", "mentee")
_MEASURES = ("asked", "answered", "said_role", "reverted")


def _said() -> sa.Subquery:
    """Return per session how many of the two answered, and what they say of who advised."""
    said = session_feedback.c
    senior = said.who_mostly_advised == "mentee"
    answered = [sa.func.max(flag(said.role == role)) for role in ROLES]
    someone = sa.func.max(flag(said.who_mostly_advised.is_not(None)))
    somebody_else = sa.func.max(flag(sa.not_(senior)))
    return (
        sa.select(
            said.session_id,
            (answered[0] + answered[1]).label("answered"),
            someone.label("said_role"),
            (someone - somebody_else).label("reverted"),
        )
        .where(said.role.in_(ROLES))
        .group_by(said.session_id)
        .subquery("said")
    )


def _pair_feedback(span: Span) -> sa.Select[tuple[object, ...]]:
    calendar, past, said = span.calendar("quarter", "year"), past_sessions(span), _said()
    spell = pair_spells(span)
    inside = past.c.happened_on.between(calendar.c.starts_on, calendar.c.last_on)
    keys = (calendar.c.period_kind, calendar.c.period, past.c.pair_id)
    sums = (
        sa.select(
            *keys,
            (sa.cast(sa.func.count(), sa.Double) * len(ROLES)).label("asked"),
            *(total(or_zero(said.c[name])).label(name) for name in _MEASURES[1:]),
        )
        .select_from(
            past.join(calendar, inside).outerjoin(said, said.c.session_id == past.c.session_id)
        )
        .where(past.c.held == 1)
        .group_by(*keys)
        .subquery("summed")
    )
    return sa.select(
        sums.c.period_kind,
        sums.c.period,
        *(spell.c[name] for name in SLICED),
        spell.c.pair_id,
        *(sums.c[name] for name in _MEASURES),
    ).select_from(sums.join(spell, spell.c.pair_id == sums.c.pair_id))


PAIR_FEEDBACK = Grain(
    name="pair_feedback",
    meaning="one pair that held a session in a period (quarter or year)",
    table=fact_table("pair_feedback", keys=(*PERIOD_KEYS, *SLICED, "pair_id"), measures=_MEASURES),
    build=_pair_feedback,
    keys=PERIOD_KEYS,
    slices=CLOSED_SLICES,
    unit="pair_id",
)
