from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from models.waiting import find_free, find_waiting, open_places

DAY = dt.date(2026, 9, 30)
PLACE = ["program", "cohort", "role", "person_id", "applied_on", "enrolled_on", "withdrew_on"]
PAIR = [
    "pair_id",
    "program",
    "mentor_person_id",
    "mentee_person_id",
    "matched_on",
    "ended_on",
    "final_status",
    "is_lasting",
]


def participants(*rows: tuple[Any, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=PLACE)
    for name in PLACE[4:]:
        frame[name] = pd.to_datetime(frame[name])
    return frame


def pairs(*rows: tuple[Any, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=PAIR)
    for name in ("matched_on", "ended_on"):
        frame[name] = pd.to_datetime(frame[name])
    return frame.astype({"is_lasting": bool})


def applied(person: str, on: str | None = "2026-06-22", **given: Any) -> tuple[Any, ...]:
    usual = {"program": "P", "cohort": None, "role": "mentor", "person_id": person,
             "applied_on": on, "enrolled_on": None, "withdrew_on": None}  # fmt: skip
    return tuple((usual | given)[name] for name in PLACE)


def pair(mentor: str, **given: Any) -> tuple[Any, ...]:
    usual = {"pair_id": f"x-{mentor}", "program": "P", "mentor_person_id": mentor,
             "mentee_person_id": "senior", "matched_on": "2026-07-01", "ended_on": None,
             "final_status": "active", "is_lasting": True}  # fmt: skip
    return tuple((usual | given)[name] for name in PAIR)


def test_an_applicant_without_a_place_waits_since_the_application() -> None:
    places = open_places(participants(applied("a")), as_of=DAY)
    waiting = find_waiting(places, pairs(), as_of=DAY)
    assert waiting["days_waiting"].tolist() == [100]
    assert waiting["enrolled_on"].isna().all()


def test_who_enrolled_without_ever_having_been_in_a_pair_waits_too() -> None:
    rows = participants(
        applied("never", enrolled_on="2026-07-01", cohort="C"),
        applied("before", enrolled_on="2026-07-01", cohort="C"),
        applied("elsewhere"),
        applied("direct", None, enrolled_on="2026-09-20", cohort="C"),
    )
    known = pairs(pair("before", ended_on="2026-08-01"), pair("elsewhere", program="Q"))
    waiting = find_waiting(open_places(rows, as_of=DAY), known, as_of=DAY)
    assert waiting["person_id"].tolist() == ["elsewhere", "never", "direct"]
    assert waiting["days_waiting"].tolist() == [100, 100, 10]


def test_who_withdrew_waits_no_longer_unless_they_applied_again() -> None:
    rows = participants(
        applied("gone", withdrew_on="2026-09-30"),
        applied("back", "2026-01-05", withdrew_on="2026-02-01"),
        applied("back", "2026-09-01"),
    )
    places = open_places(rows, as_of=DAY)
    assert places["person_id"].tolist() == ["back"]
    assert places["applied_on"].tolist() == [pd.Timestamp("2026-09-01")]


def test_what_happens_after_the_day_changes_nothing() -> None:
    later = "2026-10-01"
    rows = participants(
        applied("a", enrolled_on=later, cohort="C", withdrew_on=later), applied("b", later)
    )
    places = open_places(rows, as_of=DAY)
    assert places["person_id"].tolist() == ["a"]
    assert places[["enrolled_on", "cohort"]].isna().all(axis=None)


def test_who_is_in_a_pair_that_runs_is_not_free() -> None:
    rows = participants(*(applied(p) for p in ("busy", "waits", "left", "done", "once")))
    known = pairs(
        pair("busy"),
        pair("left", ended_on="2026-08-01", final_status="ended"),
        pair("done", ended_on="2026-09-01", final_status="completed"),
        pair("once", is_lasting=False),
    )
    free = find_free(open_places(rows, as_of=DAY), known, as_of=DAY)
    assert free["person_id"].tolist() == ["waits", "left", "once", "done"]
    assert free["free"].tolist() == ["waiting", "ended", "ended", "completed"]
    assert free["free_since"].tolist()[1] == pd.Timestamp("2026-08-01")


def test_the_longest_wait_is_suggested_first_and_the_latest_end() -> None:
    rows = participants(applied("new", "2026-09-01"), applied("old", "2026-01-01"),
                        applied("e1"), applied("e2"))  # fmt: skip
    known = pairs(pair("e1", ended_on="2026-08-01"), pair("e2", ended_on="2026-09-01"))
    free = find_free(open_places(rows, as_of=DAY), known, as_of=DAY)
    assert free["person_id"].tolist() == ["old", "new", "e2", "e1"]


def test_a_pair_that_ended_does_not_free_who_is_in_another() -> None:
    known = pairs(pair("a", ended_on="2026-08-01"), pair("a", pair_id="y", matched_on="2026-09-01"))
    assert find_free(open_places(participants(applied("a")), as_of=DAY), known, as_of=DAY).empty
