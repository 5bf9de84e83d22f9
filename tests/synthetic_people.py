"""People beyond the board for the synthetic release: who waits, cancels, left, could be matched."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd

from reports import release_tables

SKILLS = ("artificial intelligence", "career paths", "data literacy", "social media")
REASONS = ("No contact for a long time", "Participant withdrew", None)
WAITING, CANCELLING, ENDED = 34, 7, 28


def synthetic_people(board: pd.DataFrame, as_of: dt.date, *, seed: int) -> dict[str, pd.DataFrame]:
    """Return one frame per table of people, of the programs and departments of a board."""
    rng = np.random.default_rng(seed + 1)
    departments = sorted(set(board["mentor_department"]) | set(board["mentee_department"]))
    waiting = _waiting(rng, board, departments, as_of)
    return {
        "waiting_person": waiting,
        "cancelling_senior": _cancelling(rng, board),
        "ended_pair": _ended(rng, board, departments, as_of),
        "rematch": _rematch(rng, waiting, board, departments, as_of),
    }


def _frame(name: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    columns = [column.name for column in release_tables.metadata.tables[name].columns]
    return pd.DataFrame(rows, columns=columns)


def _some(rng: np.random.Generator) -> str:
    return json.dumps(sorted(str(s) for s in rng.choice(SKILLS, rng.integers(1, 3), replace=False)))


def _waiting(
    rng: np.random.Generator, board: pd.DataFrame, departments: list[str], as_of: dt.date
) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for i in range(WAITING):
        days = int(rng.integers(4, 400))
        applied = as_of - dt.timedelta(days=days)
        has_place = i % 3 == 0
        cohort = board["cohort"].iloc[i % len(board)] if has_place else ""
        has_form = i % 4 > 0
        rows.append(
            (board["program"].iloc[0], cohort, f"Applicant {311 + 17 * i:04d}",
             "mentor" if i % 5 else "mentee", departments[i % len(departments)], applied,
             applied + dt.timedelta(days=3) if has_place else None, days,
             _some(rng) if has_form else "[]", _some(rng) if has_form else "[]")
        )  # fmt: skip
    found = _frame("waiting_person", rows)
    return found.sort_values(["days_waiting", "person_name"], ascending=[False, True])


def _cancelling(rng: np.random.Generator, board: pd.DataFrame) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for i, pair in enumerate(board.head(CANCELLING).itertuples(index=False)):
        cancelled = int(rng.integers(3, 7))
        running = json.dumps([pair.pair_id] if i % 3 else [])
        rows.append(
            (pair.program, pair.cohort, pair.mentee_name, pair.mentee_department,
             cancelled + int(rng.integers(0, 2 * cancelled)), cancelled, 1 + i % 2, running)
        )  # fmt: skip
    return _frame("cancelling_senior", rows)


def _ended(
    rng: np.random.Generator, board: pd.DataFrame, departments: list[str], as_of: dt.date
) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for i in range(ENDED):
        ended, together = as_of - dt.timedelta(days=11 * i), int(rng.integers(30, 300))
        reason = REASONS[i % 3]
        giving, taking = rng.choice(departments, size=2)
        rows.append(
            (f"Y{i + 1:04d}", board["program"].iloc[0], board["cohort"].iloc[i % len(board)],
             f"Mentor {5041 + 7 * i:04d}", f"Mentee {6011 + 3 * i:04d}", str(giving), str(taking),
             ended - dt.timedelta(days=together), ended, ended + dt.timedelta(days=90), together,
             int(rng.integers(0, 12)), int(rng.integers(0, 3)), int(rng.integers(0, 6)), reason,
             reason is not None or i % 2 == 0)
        )  # fmt: skip
    return _frame("ended_pair", rows)


def _rematch(
    rng: np.random.Generator,
    waiting: pd.DataFrame,
    board: pd.DataFrame,
    departments: list[str],
    as_of: dt.date,
) -> pd.DataFrame:
    who: list[tuple[object, ...]] = [
        (row.program, row.cohort, row.person_name, row.role, row.department, "waiting", None,
         row.days_waiting)
        for row in waiting.itertuples(index=False)
    ]  # fmt: skip
    for pair in board[board["needs_attention"]].itertuples(index=False):
        for role in ("mentor", "mentee"):
            name, department = (getattr(pair, f"{role}_{what}") for what in ("name", "department"))
            who.append(
                (pair.program, pair.cohort, name, role, department, pair.state, pair.pair_id,
                 pair.days_since_last)
            )  # fmt: skip
    rows: list[tuple[object, ...]] = []
    for i, person in enumerate(who):
        count = i % 4
        none = (None,) * 5
        for place in range(1, count + 1):
            other = departments[(departments.index(str(person[4])) + place) % len(departments)]
            since = as_of - dt.timedelta(days=int(rng.integers(5, 200)))
            free = ("waiting", "ended", "completed")[place - 1]
            found = (place, f"Colleague {1003 + 29 * (i % 90) + place:04d}", other, free, since)
            rows.append((*person, *found, _some(rng), _some(rng) if i % 2 else "[]", None))
        if not count:
            rows.append((*person, *none, "[]", "[]", "no_form" if i % 8 else "nobody"))
    return _frame("rematch", rows)
