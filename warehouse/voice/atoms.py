"""What published figures about answers can be audited against: exact sums per atom.

An atom is a department, cohort, population (populations never overlap) and quarter. Every
published mean of a slice is the sum of ``total`` over its atoms, divided by the sum of ``n`` and by
``units_per_point``; a year's atoms are those of its quarters.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from warehouse.facts.voice_atoms import GAP, LINK, SCORE
from warehouse.instruments import Construct
from warehouse.metrics import voice as metrics
from warehouse.voice.facts import VoiceFacts

PLACE = ["department", "cohort", "population"]
EARLIER = ["earlier_quarter", *(f"earlier_{name}" for name in PLACE)]
SUMS = ["n", "people", "total", "low", "high", "units_per_point"]
COLUMNS = ["metric_id", "item", "quarter", *PLACE, *SUMS]
LINK_COLUMNS = ["metric_id", "quarter", *PLACE, *EARLIER, *SUMS]


def voice_atoms(facts: VoiceFacts) -> pd.DataFrame:
    """Return exact sums of answers and scores per atom.

    Returns
    -------
    DataFrame
        One row per metric, item, quarter and atom:

        metric_id : str
            A construct, its change, benefit_gap or enps.
        item : str
            The metric itself for scores, changes, gaps: what published means are made of. A
            construct and an item code, as engagement/ENG1, for the answers within scores.
        quarter, department, cohort, population : str
            2026Q2; "Not recorded" where unknown; cohort "" outside the program; population
            mentor, mentee, non_participants, not_recorded (no person), or pair for benefit_gap.
        n : int
            Scores, changes, pairs, or answers.
        people : int
            Who gave them, several of one person counted once (of items, as many as answers).
        total : int
            Their sum after reversing, in units.
        low, high : int
            Smallest and largest value one of them can have, in units: n * low <= total <= n * high.
        units_per_point : int
            1 for an item, for a score what makes everybody's a whole number.

        Answers that do not fit their scale are here, too; nothing made of them is published.
    """
    constructs = facts.asked.constructs
    scores, gaps = facts.part(SCORE), facts.part(GAP)
    scores, gaps = scores[scores["number"] >= 0], gaps[gaps["number"] >= 0]
    changes = scores.assign(
        n=scores["change_n"], x=scores["change_x"], clusters=scores["change_clusters"]
    )
    changes = changes[(changes["n"] > 0) & changes["construct_no"].isin(facts.changing)]
    ids = [one.id for one in constructs]
    frames = [
        _items(facts.items(), constructs),
        _named(scores, ids, constructs),
        _named(changes, [one + metrics.CHANGE for one in ids], constructs, is_difference=True),
        _named(gaps, [metrics.GAP_METRIC] * len(ids), constructs, is_difference=True).assign(low=0),
    ]
    return pd.concat([frame[COLUMNS] for frame in frames], ignore_index=True)


def change_links(facts: VoiceFacts) -> pd.DataFrame:
    """Return changes by the atoms of both ends, for what levels and changes give away together.

    Returns
    -------
    DataFrame
        One row per metric (a construct's change), later atom and earlier atom (earlier_quarter,
        earlier_department, earlier_cohort, earlier_population): ``n`` people with a score in both,
        ``total`` the sum of their changes; the others as in :func:`voice_atoms`.
    """
    links = facts.part(LINK)
    links = links[links["construct_no"].isin(facts.changing)]
    ids = [one.id + metrics.CHANGE for one in facts.asked.constructs]
    found = _named(links, ids, facts.asked.constructs, is_difference=True)
    return found.assign(earlier_quarter=_quarters(links["earlier_number"]))[LINK_COLUMNS]


def _items(rows: pd.DataFrame, constructs: tuple[Construct, ...]) -> pd.DataFrame:
    named = _named(rows, [one.id for one in constructs], constructs)
    pairs = zip(rows["construct_no"], rows["item_no"], strict=True)
    found = [f"{constructs[no].id}/{constructs[no].codes[item]}" for no, item in pairs]
    units = named["units_per_point"]
    return named.assign(
        item=np.array(found, dtype=object),
        low=named["low"] // units,
        high=named["high"] // units,
        units_per_point=1,
    )


def _named(
    rows: pd.DataFrame,
    ids: list[str],
    constructs: tuple[Construct, ...],
    *,
    is_difference: bool = False,
) -> pd.DataFrame:
    """Return rows with names in place of numbers; a difference may be negative."""
    number = rows["construct_no"].to_numpy(dtype=int)
    bounds = np.array([one.bounds for one in constructs], dtype=np.int64).reshape(-1, 2)[number]
    units = np.array([one.units_per_point for one in constructs], dtype=np.int64)[number]
    low, high = bounds.T * units
    if is_difference:
        low, high = low - high, high - low
    names = np.array(ids, dtype=object)[number]
    return rows.assign(
        metric_id=names,
        item=names,
        quarter=_quarters(rows["number"]),
        n=rows["n"].round().astype(np.int64),
        people=rows["clusters"].fillna(rows["n"]).round().astype(np.int64),
        total=rows["x"].round().astype(np.int64),
        low=low,
        high=high,
        units_per_point=units,
    )


def _quarters(numbers: Iterable[int]) -> np.ndarray:
    return np.array([f"{number // 4}Q{number % 4 + 1}" for number in numbers], dtype=object)
