"""Pairs and their sessions drawn day by day, with a pattern before silence or with none at all."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from models.pair_facts import GROUND_RULES, PairFacts, PairTables, prepare_pairs

LAST_DAY = dt.date(2026, 9, 30)
LONGEST_DAYS = 400
CADENCES = (14.0, 21.0, 28.0)
CANCELS = 0.12
CANCELS_AGAIN = 0.35
FALLS_SILENT = 0.6  # after the senior cancelled twice in a row
REVIVES = 0.004  # a day
COLUMNS = {
    "changes": ["pair_id", "changed_on", "status"],
    "feedback": ["session_id", "role", "rating", "who_mostly_advised"],
    "rules": ["pair_id", *GROUND_RULES, "mentor_agreed_on", "mentee_agreed_on"],
    "managers": ["person_id", "manager_person_id", "valid_from", "valid_to"],
    "met_answers": ["person_id", "answered_on"],
}


def made_up_pairs(n_pairs: int, n_days: int, *, seed: int, has_pattern: bool) -> PairFacts:
    """Draw pairs up to ``LAST_DAY``.

    With the pattern, sessions come at the pair's cadence until the senior has cancelled twice in
    a row; after that most pairs fall silent. Without it a session is held on any day with one and
    the same chance, whatever happened before, so that nothing tells the silent month ahead.
    """
    rng = np.random.default_rng(seed)
    matched = rng.integers(0, n_days, size=n_pairs)
    ended = matched + rng.integers(150, LONGEST_DAYS, size=n_pairs)
    cadence = rng.choice(CADENCES, size=n_pairs)
    draw = _with_pattern if has_pattern else _without_pattern
    sessions = draw(rng, matched, np.minimum(ended, n_days), cadence)
    first = pd.Timestamp(LAST_DAY) - pd.Timedelta(days=n_days - 1)
    ids = np.array([f"X{number:06}" for number in range(n_pairs)], dtype=object)
    pairs = pd.DataFrame(
        {
            "pair_id": ids,
            "mentor_person_id": [f"young {name}" for name in ids],
            "mentee_person_id": [f"old {name}" for name in ids],
            "kind": "formal",
            "status": "active",
            "matched_on": first + pd.to_timedelta(matched, unit="D"),
            "ended_on": first + pd.to_timedelta(ended, unit="D"),
            "agreed_cadence_days": cadence,
        }
    )
    pairs["ended_on"] = pairs["ended_on"].where(ended < n_days)
    day = first + pd.to_timedelta(sessions["day"], unit="D")
    cancelled = sessions["status"] == "cancelled"
    rows = pd.DataFrame(
        {
            "session_id": sessions.index.astype(str),
            "pair_id": ids[sessions["pair"]],
            "planned_start_at": day + pd.Timedelta(hours=9),
            "status": sessions["status"],
            "cancelled_by": pd.Series("mentee", index=sessions.index).where(cancelled),
            "cancelled_at": (day - pd.Timedelta(hours=20)).where(cancelled),
        }
    )
    return prepare_pairs(without_practice(pairs=pairs, sessions=rows))


def without_practice(**frames: pd.DataFrame) -> PairTables:
    """Return tables of pairs in which all that is not given is empty."""
    empty = {name: pd.DataFrame(columns=columns) for name, columns in COLUMNS.items()}
    for name, column in (("changes", "changed_on"), ("met_answers", "answered_on"),
                         ("rules", "mentor_agreed_on"), ("rules", "mentee_agreed_on")):  # fmt: skip
        empty[name][column] = pd.to_datetime(empty[name][column])
    return PairTables(**(empty | frames))


def _with_pattern(
    rng: np.random.Generator, matched: np.ndarray, until: np.ndarray, cadence: np.ndarray
) -> pd.DataFrame:
    due = matched + rng.integers(3, 15, size=len(matched))
    in_a_row = np.zeros(len(matched), dtype=int)
    silent = np.zeros(len(matched), dtype=bool)
    parts = []
    for day in range(int(until.max())):
        silent &= rng.random(len(matched)) >= REVIVES
        now = np.flatnonzero((due <= day) & ~silent & (day < until))
        cancels = rng.random(len(now)) < np.where(in_a_row[now] > 0, CANCELS_AGAIN, CANCELS)
        in_a_row[now] = np.where(cancels, in_a_row[now] + 1, 0)
        silent[now] = (in_a_row[now] >= 2) & (rng.random(len(now)) < FALLS_SILENT)
        wait = np.where(cancels, 7.0, cadence[now] * np.exp(rng.normal(0, 0.2, len(now))))
        due[now] = day + np.maximum(wait.astype(int), 2)
        parts.append(_sessions(now, day, cancels))
    return pd.concat(parts, ignore_index=True)


def _without_pattern(
    rng: np.random.Generator, matched: np.ndarray, until: np.ndarray, cadence: np.ndarray
) -> pd.DataFrame:
    parts = []
    for day in range(int(until.max())):
        alive = np.flatnonzero((matched <= day) & (day < until))
        drawn = rng.random(len(alive))
        some = drawn < 0.055
        parts.append(_sessions(alive[some], day, drawn[some] < 0.01))
    return pd.concat(parts, ignore_index=True)


def _sessions(pair: np.ndarray, day: int, is_cancelled: np.ndarray) -> pd.DataFrame:
    status = np.where(is_cancelled, "cancelled", "held")
    return pd.DataFrame({"pair": pair, "day": day, "status": status})
