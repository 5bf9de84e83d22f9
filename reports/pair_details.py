"""What pairs set themselves, promised, reached and talked about: ``pair_item``, ``pair_topic``.

Codes only: a topic or milestone in words of somebody's own stays in the warehouse. What happened
after the release day does not count.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd
import sqlalchemy as sa

from warehouse.engine import Warehouse
from warehouse.facts.grain import Span
from warehouse.facts.topics import held_topics
from warehouse.tables import action_item, goal, milestone, pair

MILESTONES = ("first_session", "midpoint", "completed")  # what every pair is expected to reach
ITEMS = [
    "pair_id", "kind", "code", "owner_role", "begun_on", "due_on", "closed_on", "status",
]  # fmt: skip
_CODE = r"[a-z][a-z0-9_]{0,40}"
_FEWEST_PAIRS = 5  # that use the same several words: then they chose them from a list
_DATES = ("begun_on", "due_on", "closed_on")
_STATUSES = ("open", "attained", "dropped", "done", "reached")


def pair_details(
    warehouse: Warehouse, *, as_of: dt.date, board: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return the release tables ``pair_item`` and ``pair_topic`` of the pairs of the board.

    Parameters
    ----------
    warehouse : Warehouse
    as_of : date
        Last day that counts. An action has no day on which it was done, so it is told as it stands
        in the records.
    board : DataFrame
        pair_id, program.
    """
    goals, topics = _read_goals(warehouse, as_of), _read_topics(warehouse, as_of)
    both = pd.concat([goals[["pair_id", "code"]], topics[["pair_id", "code"]]])
    listed = _listed(both.drop_duplicates())
    goals["code"] = goals["code"].where(goals["code"].isin(listed), None)
    topics["code"] = topics["code"].where(topics["code"].isin(listed), None)
    parts = [goals, _read_actions(warehouse, as_of), _milestones(warehouse, as_of, board)]
    items = pd.concat([_typed(part) for part in parts], ignore_index=True)
    items = items[items["pair_id"].isin(board["pair_id"])]
    topics = topics[topics["pair_id"].isin(board["pair_id"])]
    topics = topics.groupby(["pair_id", "code"], dropna=False, sort=False)["sessions"].sum()
    order = ["pair_id", "sessions", "code"]
    return {
        "pair_item": items.sort_values(
            ["pair_id", "kind", *_DATES, "code", "status"], ignore_index=True, kind="stable"
        ),
        "pair_topic": topics.reset_index()
        .sort_values(order, ascending=[True, False, True], ignore_index=True)
        .rename(columns={"code": "topic"}),
    }


def _listed(used: pd.DataFrame) -> set[str]:
    """Return which codes may be named: one word, or several that a list offers to many pairs."""
    pairs = used["code"].dropna().value_counts()
    is_code = pairs.index.str.fullmatch(_CODE)
    is_word = ~pairs.index.str.contains("_").astype(bool)
    return set(pairs.index[is_code & (is_word | (pairs >= _FEWEST_PAIRS).to_numpy())])


def _as_code(words: pd.Series) -> pd.Series:
    plain = words.astype("string").str.strip().str.lower()
    return plain.str.replace(r"[\s/-]+", "_", regex=True).astype(object)


def _read_goals(warehouse: Warehouse, as_of: dt.date) -> pd.DataFrame:
    row = goal.c
    goals = warehouse.read(
        sa.select(
            row.pair_id,
            row.topic,
            row.set_on.label("begun_on"),
            row.due_on,
            row.closed_on,
            row.status,
        ).where(sa.or_(row.set_on.is_(None), row.set_on <= as_of))
    )
    later = pd.to_datetime(goals["closed_on"]) > pd.Timestamp(as_of)
    goals["status"] = goals["status"].where(~later, "open")
    goals["closed_on"] = pd.to_datetime(goals["closed_on"]).mask(later)
    return goals.assign(kind="goal", code=_as_code(goals["topic"]), owner_role=None)


def _read_actions(warehouse: Warehouse, as_of: dt.date) -> pd.DataFrame:
    row = action_item.c
    noted_on = sa.func.coalesce(row.created_on, row.due_on, type_=sa.Date)
    actions = warehouse.read(
        sa.select(
            row.pair_id, row.owner_role, row.created_on.label("begun_on"), row.due_on, row.status
        ).where(sa.or_(noted_on.is_(None), noted_on <= as_of))
    )
    role = actions["owner_role"].where(actions["owner_role"].isin(["mentor", "mentee"]), None)
    return actions.assign(kind="action", code=None, owner_role=role, closed_on=None)


def _milestones(warehouse: Warehouse, as_of: dt.date, board: pd.DataFrame) -> pd.DataFrame:
    """Return every milestone a pair of the board is expected to reach, reached or not.

    Expected are those of ``MILESTONES`` that its program records, and further ones that many of
    its pairs reached.
    """
    rows = warehouse.read(
        sa.select(
            milestone.c.pair_id,
            pair.c.program_id.label("program"),
            milestone.c.milestone,
            milestone.c.reached_on.label("closed_on"),
        ).select_from(milestone.join(pair, pair.c.pair_id == milestone.c.pair_id))
    )
    reached_on = pd.to_datetime(rows["closed_on"])
    rows["closed_on"] = reached_on.where(reached_on <= pd.Timestamp(as_of))
    rows = rows.assign(code=_as_code(rows["milestone"])).dropna(subset=["code"])
    used = rows.dropna(subset=["closed_on"]).groupby(["program", "code"])["pair_id"].nunique()
    used = used.rename("pairs").reset_index()
    is_code = used["code"].str.fullmatch(_CODE).astype(bool)
    is_usual = used["code"].isin(MILESTONES)
    expected = used[is_code & (is_usual | (used["pairs"] >= _FEWEST_PAIRS))]
    wanted = board[["pair_id", "program"]].merge(expected[["program", "code"]], on="program")
    first = rows.groupby(["pair_id", "code"])["closed_on"].min().reset_index()
    found = wanted.merge(first, on=["pair_id", "code"], how="left")
    status = found["closed_on"].notna().map({True: "reached", False: "open"})
    return found.assign(kind="milestone", status=status, owner_role=None)


def _read_topics(warehouse: Warehouse, as_of: dt.date) -> pd.DataFrame:
    """Return how many held sessions each pair spoke of what in: pair_id, code, sessions."""
    topic = held_topics(Span.between(as_of, as_of))
    counted = warehouse.read(
        sa.select(topic.c.pair_id, topic.c.topic, sa.func.count().label("sessions")).group_by(
            topic.c.pair_id, topic.c.topic
        )
    )
    return counted.assign(code=_as_code(counted["topic"]))[["pair_id", "code", "sessions"]]


def _typed(part: pd.DataFrame) -> pd.DataFrame:
    """Return rows with all columns and one type for each, so that they can be put together."""
    typed = part.reindex(columns=ITEMS)
    days = {name: pd.to_datetime(typed[name]).astype("datetime64[ns]") for name in _DATES}
    typed = typed.astype({"code": object, "owner_role": object}).assign(**days)
    return typed.assign(status=typed["status"].where(typed["status"].isin(_STATUSES), None))
