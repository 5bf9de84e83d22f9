"""Details of the pairs of the synthetic release: checks, goals, actions, topics, former pairs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from reports import release_tables

Rows = list[tuple[object, ...]]
TOPICS = ("artificial_intelligence", "career_paths", "hybrid_work", "inclusion", None)
_LINES = (("none", None), ("mentor_below", 1), ("mentor_below", 3), ("not_known", None))
_DIRECTIONS = ("fine", "fine", "fine", "same_level", "other_way", "not_known")
DAY = dt.timedelta(days=1)


def pair_tables(seed: int, board: pd.DataFrame, *, as_of: dt.date) -> dict[str, pd.DataFrame]:
    """Return the tables that a pair's own page reads, and those of pairs that ended."""
    rng = np.random.default_rng(seed)
    facts: Rows = []
    items: Rows = []
    topics: Rows = []
    for pair in board.sort_values("pair_id").itertuples(index=False):
        facts.append((pair.pair_id, *_checks(rng), *_rules(rng, pair)))
        items += _items(rng, pair, as_of)
        talked = rng.permutation(len(TOPICS))[: min(3, pair.sessions_held)]
        counts = sorted(
            (int(rng.integers(1, pair.sessions_held + 1)) for _ in talked), reverse=True
        )
        topics += [(pair.pair_id, TOPICS[i], n) for i, n in zip(talked, counts, strict=True)]
    former: Rows = []
    for number in range(12):
        days = sorted(rng.integers(60, 500, size=number % 4).tolist())
        name = f"F{number:03}"
        former += [(name, "P1", as_of - int(day) * DAY) for day in days] or [(name, "P1", None)]
    return {
        "pair_fact": _frame("pair_fact", facts),
        "pair_item": _frame("pair_item", items),
        "pair_topic": _frame("pair_topic", topics),
        "former_pair": _frame("former_pair", former),
    }


def _checks(rng: np.random.Generator) -> tuple[object, ...]:
    at_match, now = (_LINES[int(rng.choice(4, p=(0.8, 0.08, 0.07, 0.05)))] for _ in range(2))
    return (*at_match, *now, str(rng.choice(_DIRECTIONS)))


def _rules(rng: np.random.Generator, pair: Any) -> tuple[object, ...]:
    if pair.state == "never_started":
        return (None,) * 7
    days = [pair.matched_on + int(n) * DAY for n in rng.integers(0, 9, size=2)]
    is_open = rng.random() < 0.2
    return (*(bool(x) for x in rng.random(5) < 0.8), days[0], None if is_open else days[1])


def _items(rng: np.random.Generator, pair: Any, as_of: dt.date) -> Rows:
    found: Rows = []
    for _ in range(int(rng.integers(0, 3))):
        due_on = as_of + int(rng.integers(-60, 60)) * DAY
        status = str(rng.choice(["open", "attained", "dropped"]))
        closed_on = None if status == "open" else min(due_on, as_of)
        topic = TOPICS[int(rng.integers(len(TOPICS)))]
        found.append(
            (
                pair.pair_id,
                "goal",
                topic,
                None,
                pair.matched_on + 5 * DAY,
                due_on,
                closed_on,
                status,
            )
        )
    for _ in range(int(rng.integers(0, 4))):
        noted_on = as_of - int(rng.integers(1, 90)) * DAY
        side, status = str(rng.choice(["mentor", "mentee"])), str(rng.choice(["open", "done"]))
        due_on = noted_on + int(rng.integers(7, 60)) * DAY
        found.append((pair.pair_id, "action", None, side, noted_on, due_on, None, status))
    for name, fewest in (("first_session", 1), ("midpoint", 6), ("completed", 99)):
        reached_on = pair.matched_on + 20 * DAY if pair.sessions_held >= fewest else None
        status = "reached" if reached_on else "open"
        found.append((pair.pair_id, "milestone", name, None, None, None, reached_on, status))
    return found


def _frame(name: str, rows: Rows) -> pd.DataFrame:
    columns = [column.name for column in release_tables.metadata.tables[name].columns]
    return pd.DataFrame(rows, columns=columns)
