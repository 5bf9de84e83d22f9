"""Few pairs with everything that happens to pairs in exports, drawn at random."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from models.pair_facts import PairTables
from tests.made_up_pairs import without_practice

FIRST_DAY = np.datetime64("2024-10-01")
DAYS = 500
LAST_DAY = dt.date(2026, 2, 12)  # the last of them
STATUSES = ("held", "held", "held", "cancelled", "cancelled", "no_show", "planned", "unknown")
SESSION = ("session_id", "pair_id", "planned_start_at", "status", "cancelled_by", "cancelled_at")
SIDES = ("mentee", "mentee", "mentor", "organiser", None)


def messy_tables(seed: int, n_pairs: int = 12) -> PairTables:
    """Draw pairs that pause, end, have no cadence, cancel late, early, and without a day."""
    rng = np.random.default_rng(seed)
    pairs = pd.DataFrame([_pair(rng, number) for number in range(n_pairs)])
    sessions = [row for number in range(n_pairs) for row in _sessions(rng, number)]
    has_end = pairs["ended_on"].notna()
    changes = [row for number in range(n_pairs) for row in _changes(rng, number, has_end[number])]
    return without_practice(
        pairs=_with_days(pairs, ["matched_on", "ended_on", "planned_end_on"]),
        sessions=_with_days(
            pd.DataFrame(sessions, columns=list(SESSION)), ["planned_start_at", "cancelled_at"]
        ),
        changes=_with_days(
            pd.DataFrame(changes, columns=["pair_id", "changed_on", "status"]), ["changed_on"]
        ),
    )


def as_known_on(tables: PairTables, day: np.datetime64) -> PairTables:
    """Return what the tables would have held on a day: nothing that happened after it."""
    moment = pd.Timestamp(day) + pd.Timedelta(days=1)
    pairs, sessions, changes = tables.pairs.copy(), tables.sessions.copy(), tables.changes
    is_dated = pairs["ended_on"].notna() & (pairs["status"] == "ended")
    is_dated |= pairs["pair_id"].isin(changes["pair_id"])
    pairs.loc[is_dated, "status"] = "active"  # what came of them is told by days on record
    pairs["ended_on"] = pairs["ended_on"].where(pairs["ended_on"] < moment)
    made_at = sessions["cancelled_at"].fillna(sessions["planned_start_at"])
    is_later = (sessions["status"] == "cancelled") & (made_at >= moment)
    sessions.loc[is_later, "status"] = "unknown"
    sessions.loc[is_later, ["cancelled_by", "cancelled_at"]] = None
    is_told = (sessions["planned_start_at"] < moment) | (sessions["status"] == "cancelled")
    return without_practice(
        pairs=pairs[pairs["matched_on"] < moment],
        sessions=sessions[is_told],
        changes=changes[changes["changed_on"] < moment],
    )


def _with_days(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in columns})


def _day(rng: np.random.Generator, low: int = 0, high: int = DAYS) -> np.datetime64:
    return FIRST_DAY + int(rng.integers(low, high))


def _pair(rng: np.random.Generator, number: int) -> dict[str, object]:
    matched = int(rng.integers(0, DAYS))
    has_end = rng.random() < 0.4
    return {
        "pair_id": f"p{number:02}",
        "mentor_person_id": f"young {number}",
        "mentee_person_id": f"old {number}",
        "kind": rng.choice(["formal", "informal", "one-off"], p=[0.7, 0.2, 0.1]),
        "status": rng.choice(["active", "paused", "ended"], p=[0.7, 0.1, 0.2]),
        "matched_on": FIRST_DAY + matched,
        "ended_on": _day(rng, matched, DAYS + 100) if has_end else np.datetime64("NaT"),
        "agreed_cadence_days": rng.choice([7.0, 14.0, 28.0, np.nan]),
        "planned_end_on": _day(rng, 0, DAYS + 200) if rng.random() < 0.6 else np.datetime64("NaT"),
    }


def _sessions(rng: np.random.Generator, number: int) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for i in range(int(rng.integers(0, 25))):
        on = pd.Timestamp(_day(rng, 0, DAYS + 40)) + pd.Timedelta(hours=int(rng.integers(0, 24)))
        status = str(rng.choice(STATUSES))
        by, made_at = None, pd.NaT
        if status == "cancelled":
            by = SIDES[int(rng.integers(0, len(SIDES)))]
            if rng.random() < 0.7:
                made_at = on - pd.Timedelta(days=float(rng.uniform(-3, 20)))
        rows.append((f"s{number}-{i}", f"p{number:02}", on, status, by, made_at))
    return rows


def _changes(rng: np.random.Generator, number: int, has_end: bool) -> list[tuple[object, ...]]:
    count = int(rng.integers(0, 4))
    names = rng.choice(["active", "paused", "active" if has_end else "ended"], size=count)
    return [(f"p{number:02}", _day(rng), str(name)) for name in names]
