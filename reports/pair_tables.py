"""Tables of a release about pairs: the managers' board, each pair's timeline, who teaches whom."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import sqlalchemy as sa

from warehouse.engine import Warehouse
from warehouse.facts.grain import Span
from warehouse.facts.pairs import department_at, pair_spells
from warehouse.tables import (
    action_item,
    goal,
    ground_rules,
    milestone,
    pair_status_change,
    person,
    session,
)

FEW_PAIRS = "Fewer than {minimum} pairs"
DERIVABLE = "Hidden so that a smaller group cannot be worked out"
EVENTS = ["pair_id", "happened_on", "kind", "detail", "moved_to_on", "moved_from_on"]
_CODE = r"[a-z][a-z0-9_]{0,40}"  # anything else may be free text and stays in the warehouse


def read_pair_facts(warehouse: Warehouse, *, as_of: dt.date) -> pd.DataFrame:
    """Return every pair matched by a day, one-off pairs left out.

    Returns
    -------
    DataFrame
        pair_id, program, cohort, mentor_name, mentee_name (the person's id where no name is
        known), mentor_department, mentee_department (both at the match), matched_on,
        agreed_cadence_days; ordered by pair_id.
    """
    spell = pair_spells(Span.between(as_of, as_of))
    placed = department_at(spell, "pair_id", "mentor_person_id", "matched_on")
    mentor, mentee = person.alias("mentor"), person.alias("mentee")
    named = [
        sa.func.coalesce(side.c.display_name, spell.c[key], type_=sa.String)
        for side, key in ((mentor, "mentor_person_id"), (mentee, "mentee_person_id"))
    ]
    missing = sa.literal_column("'Not recorded'", sa.String)
    statement = (
        sa.select(
            spell.c.pair_id,
            spell.c.program,
            spell.c.cohort,
            named[0].label("mentor_name"),
            named[1].label("mentee_name"),
            sa.func.coalesce(placed.c.department, missing).label("mentor_department"),
            spell.c.department.label("mentee_department"),
            spell.c.matched_on,
            spell.c.cadence.label("agreed_cadence_days"),
        )
        .select_from(
            spell.outerjoin(placed, placed.c.pair_id == spell.c.pair_id)
            .outerjoin(mentor, mentor.c.person_id == spell.c.mentor_person_id)
            .outerjoin(mentee, mentee.c.person_id == spell.c.mentee_person_id)
        )
        .where(spell.c.is_lasting)
        .order_by(spell.c.pair_id)
    )
    return warehouse.read(statement).drop_duplicates("pair_id", ignore_index=True)


def pair_board(pairs: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """Return the release table ``pair_board``: running pairs with names, ordered by need.

    Parameters
    ----------
    pairs : DataFrame
        From :func:`read_pair_facts`.
    states : DataFrame
        From :func:`models.momentum_runs.pair_states`.
    """
    board = states.merge(pairs, on="pair_id", how="inner", validate="one_to_one")
    return board.sort_values(["need_rank", "pair_id"], ignore_index=True)


def read_pair_events(warehouse: Warehouse, *, as_of: dt.date, pair_ids: pd.Series) -> pd.DataFrame:
    """Return the timeline of the given pairs: what happened by a day, and what is booked after it.

    Returns
    -------
    DataFrame
        pair_id, happened_on, kind, detail; codes only, ordered by pair, day and kind. Of a session
        that was moved: moved_to_on, moved_from_on.
    """
    parts = [_session_events(warehouse, as_of), _practice_events(warehouse, as_of)]
    events = pd.concat(parts, ignore_index=True)
    events = _without_first_activations(events[events["pair_id"].isin(pair_ids)])
    is_code = events["detail"].str.fullmatch(_CODE).fillna(False).astype(bool)
    events["detail"] = events["detail"].where(is_code, None)
    order = ["pair_id", "happened_on", "kind", "detail"]
    return events.sort_values(order, ignore_index=True, na_position="first")[EVENTS]


def _without_first_activations(events: pd.DataFrame) -> pd.DataFrame:
    """Leave out "active" unless it ends a pause: a pair is active from its match on."""
    changes = events[events["kind"].isin(["active", "paused"])]
    changes = changes.sort_values(["pair_id", "happened_on", "kind"], kind="stable")
    before = changes.groupby("pair_id")["kind"].shift()
    is_first = (changes["kind"] == "active") & (before != "paused")
    return events.drop(index=is_first.index[is_first])


def match_events(board: pd.DataFrame) -> pd.DataFrame:
    """Return the match of every pair of the board as its first event."""
    return pd.DataFrame(
        {"pair_id": board["pair_id"], "happened_on": board["matched_on"], "kind": "matched"}
    ).assign(detail=None)


def flow(pairs: pd.DataFrame, *, minimum_group: int) -> pd.DataFrame:
    """Return who teaches whom: pairs ever matched, by department of either side.

    Counts from 1 to ``minimum_group - 1`` are withheld. The counts withheld in one department's row
    or column are never a single one and never fewer than the minimum together, because other
    figures tell how many pairs a department has; the next smallest are withheld with them. A
    count over all programs is withheld wherever one program's is.

    Parameters
    ----------
    pairs : DataFrame
        From :func:`read_pair_facts`.
    minimum_group : int
        Pairs below which a count is withheld.
    """
    sides = ["mentor_department", "mentee_department"]
    counted = pairs.groupby(["program", *sides]).size().rename("pairs").reset_index()
    together = counted.groupby(sides)["pairs"].sum().reset_index().assign(program="")
    few = FEW_PAIRS.format(minimum=minimum_group)
    by_program = [
        _withhold(part, minimum_group, few) for _, part in counted.groupby("program", sort=True)
    ]
    hidden = {
        (row.mentor_department, row.mentee_department)
        for part in by_program
        for row in part[part["status"] != "shown"].itertuples()
    }
    found = pd.concat([_withhold(together, minimum_group, few, hidden), *by_program])
    return found.sort_values(["program", *sides], ignore_index=True)


def _withhold(
    part: pd.DataFrame, minimum: int, few: str, hidden: set[tuple[str, str]] | None = None
) -> pd.DataFrame:
    part = part.reset_index(drop=True).assign(status="shown", reason=None)
    part = part.astype({"reason": object, "pairs": "float64"})
    keys = list(zip(part["mentor_department"], part["mentee_department"], strict=True))
    small = part["pairs"] < minimum
    elsewhere = pd.Series([key in (hidden or set()) for key in keys], dtype=bool) & ~small
    part.loc[small, "reason"], part.loc[elsewhere, "reason"] = few, DERIVABLE
    withheld = small | elsewhere
    while (more := _lonely(part, withheld, minimum)) is not None:
        withheld[more] = True
        part.loc[more, "reason"] = DERIVABLE
    part.loc[withheld, "status"] = "suppressed"
    part.loc[withheld, "pairs"] = None
    return part


def _lonely(part: pd.DataFrame, withheld: pd.Series, minimum: int) -> int | None:
    """Return the count to withhold beside those a row's or column's total would give away."""
    for side in ("mentor_department", "mentee_department"):
        for _, line in part.groupby(side, sort=True):
            hidden, shown = line[withheld[line.index]], line[~withheld[line.index]]
            is_open = len(hidden) == 1 or 0 < hidden["pairs"].sum() < minimum
            if is_open and len(shown):
                return int(shown.sort_values(["pairs", *line.columns[1:3]]).index[0])
    return None


def _session_events(warehouse: Warehouse, as_of: dt.date) -> pd.DataFrame:
    happened_on = sa.cast(session.c.planned_start_at, sa.Date)
    detail = sa.case(
        (session.c.status == "cancelled", session.c.cancelled_by),
        (session.c.status.in_(("held", "planned")), session.c.mode),
    )
    is_past = happened_on <= as_of
    is_booked = sa.and_(session.c.status == "planned", happened_on > as_of)
    kind = sa.case(
        (sa.and_(session.c.status == "planned", is_past), "unknown"), else_=session.c.status
    )
    told = sa.or_(is_past, is_booked)
    before, after = session.alias("before"), _replacements(told, happened_on)
    return warehouse.read(
        sa.select(
            session.c.pair_id,
            happened_on.label("happened_on"),
            kind.label("kind"),
            detail.label("detail"),
            after.c.moved_to_on,
            sa.cast(before.c.planned_start_at, sa.Date).label("moved_from_on"),
        )
        .select_from(
            session.outerjoin(
                before, before.c.session_id == session.c.rescheduled_from_session_id
            ).outerjoin(after, after.c.session_id == session.c.session_id)
        )
        .where(told)
    )


def _replacements(
    told: sa.ColumnElement[bool], happened_on: sa.ColumnElement[dt.date]
) -> sa.Subquery:
    """Return the day a session was moved to, if that may be told: session_id, moved_to_on."""
    replaced = session.c.rescheduled_from_session_id
    return (
        sa.select(replaced.label("session_id"), sa.func.min(happened_on).label("moved_to_on"))
        .where(told, replaced.is_not(None))
        .group_by(replaced)
        .subquery("after")
    )


def _practice_events(warehouse: Warehouse, as_of: dt.date) -> pd.DataFrame:
    """Return status changes, goals, milestones, ground rules and actions up to a day."""
    none = sa.cast(sa.null(), sa.String)
    change, aim, rule = pair_status_change.c, goal.c, ground_rules.c
    closed = sa.case((aim.status == "attained", "goal_attained"), else_="goal_dropped")
    agreed_on = sa.func.greatest(rule.mentor_agreed_on, rule.mentee_agreed_on, type_=sa.Date)
    both = sa.and_(rule.mentor_agreed_on.is_not(None), rule.mentee_agreed_on.is_not(None))
    sources = [
        (change.pair_id, change.changed_on, change.status, none, sa.true()),
        (aim.pair_id, aim.set_on, _fixed("goal_set"), none, sa.true()),
        (aim.pair_id, aim.closed_on, closed, none, aim.status.in_(("attained", "dropped"))),
        (milestone.c.pair_id, milestone.c.reached_on, _fixed("milestone"), milestone.c.milestone,
         sa.true()),
        (rule.pair_id, agreed_on, _fixed("ground_rules"), none, both),
        (action_item.c.pair_id, action_item.c.created_on, _fixed("action_noted"),
         action_item.c.owner_role, sa.true()),
    ]  # fmt: skip
    selects = [
        sa.select(
            pair_id.label("pair_id"),
            day.label("happened_on"),
            sa.cast(kind, sa.String).label("kind"),
            sa.cast(detail, sa.String).label("detail"),
        ).where(day <= as_of, only)
        for pair_id, day, kind, detail, only in sources
    ]
    return warehouse.read(sa.union_all(*selects))


def _fixed(kind: str) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{kind}'", sa.String)
