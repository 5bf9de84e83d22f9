"""Who was asked in waves that have closed, and who answered in time."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from warehouse.facts.voice import ATOM, place
from warehouse.facts.waves import Quarters, closed_waves
from warehouse.sql import day, flag, total, zero
from warehouse.tables import invitation, response

UNPLACED = "unplaced"  # of waves with anonymous answers: counted for the whole company only


def invitation_query(quarters: Quarters) -> sa.Select[Any]:
    """Return invitations and answers added up to atoms, by quarter.

    Columns: number, department, cohort, population, invited, answered. Department, cohort and
    role are those of the day of the invitation, so that a rate counts the same people above and
    below. Late answers do not count. Where a wave has answers without a person, nobody can say who
    answered: it stands under the population "unplaced", without department and cohort.
    """
    closed, quarter = closed_waves(quarters), quarters.rows()
    invited, unnamed = _invited(quarters, closed, quarter), _unnamed(closed)
    named = (
        sa.select(closed.c.wave_id, response.c.person_id)
        .select_from(_in_time(closed))
        .where(response.c.person_id.is_not(None))
        .distinct()
        .subquery("named")
    )
    placed, source = place(invited, invited.c.invited_on)
    is_open = unnamed.c.wave_id.is_not(None)
    answered = sa.and_(
        named.c.wave_id == invited.c.wave_id, named.c.person_id == invited.c.person_id
    )
    by_person = sa.select(
        invited.c.number,
        *(
            sa.case(
                (is_open, UNPLACED if column.name == "population" else ""), else_=column.element
            ).label(column.name)
            for column in placed
        ),
        flag(sa.true()).label("invited"),
        flag(named.c.person_id.is_not(None)).label("answered"),
    ).select_from(
        source.outerjoin(named, answered).outerjoin(unnamed, unnamed.c.wave_id == invited.c.wave_id)
    )
    has_invitations = unnamed.c.wave_id.in_(sa.select(invited.c.wave_id))
    without_names = (
        sa.select(
            unnamed.c.number,
            *(sa.literal(UNPLACED if name == "population" else "", sa.String) for name in ATOM[1:]),
            zero(),
            unnamed.c.answered,
        )
        .select_from(unnamed.join(quarter, quarter.c.number == unnamed.c.number))
        .where(quarter.c.is_final, has_invitations)
    )
    rows = sa.union_all(by_person, without_names).subquery("asked")
    keys = [rows.c[name] for name in ATOM]
    sums = [total(rows.c[name]).label(name) for name in ("invited", "answered")]
    return sa.select(*keys, *sums).group_by(*keys)


def _invited(quarters: Quarters, closed: sa.CTE, quarter: sa.CTE) -> sa.CTE:
    """Return each invitation to a final quarter's waves once, with the day it was sent."""
    invited_on = sa.func.min(
        sa.func.coalesce(invitation.c.invited_on, closed.c.closes_on, type_=sa.Date)
    )
    keys = (closed.c.wave_id, invitation.c.person_id, closed.c.number)
    return (
        sa.select(*keys, invited_on.label("invited_on"))
        .select_from(
            invitation.join(closed, closed.c.wave_id == invitation.c.wave_id).join(
                quarter, sa.and_(quarter.c.number == closed.c.number, quarter.c.is_final)
            )
        )
        .group_by(*keys)
        .having(invited_on <= day(quarters.as_of))
        .cte("invited")
    )


def _in_time(closed: sa.CTE) -> sa.Join:
    """Return responses with their wave, those recorded after it closed left out."""
    answered_on = sa.cast(response.c.recorded_at, sa.Date)
    in_time = sa.or_(answered_on.is_(None), answered_on <= closed.c.closes_on)
    return response.join(closed, sa.and_(closed.c.wave_id == response.c.wave_id, in_time))


def _unnamed(closed: sa.CTE) -> sa.CTE:
    """Return the waves that have answers without a person, and how many."""
    return (
        sa.select(
            closed.c.wave_id,
            closed.c.number,
            sa.cast(sa.func.count(), sa.Double).label("answered"),
        )
        .select_from(_in_time(closed))
        .where(response.c.person_id.is_(None))
        .group_by(closed.c.wave_id, closed.c.number)
        .cte("unnamed")
    )
