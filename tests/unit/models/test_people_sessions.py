from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from models.people_sessions import find_cancelling, find_ended_early, reasons_in_use

DAY = dt.date(2026, 9, 30)
PAIR: dict[str, Any] = {
    "pair_id": "x",
    "program": "P",
    "cohort": "C",
    "mentee_person_id": "senior",
    "matched_on": "2026-01-01",
    "ended_on": None,
    "planned_end_on": "2027-01-01",
    "final_status": "active",
    "is_lasting": True,
}
SESSION: dict[str, Any] = {"pair_id": "x", "status": "held", "cancelled_by": None,
                           "cancelled_on": None}  # fmt: skip


def frame(rows: list[dict[str, Any]], usual: dict[str, Any]) -> pd.DataFrame:
    found = pd.DataFrame([usual | row for row in rows], columns=[*usual, "on"])
    for name in found.columns:
        if name == "on" or name.endswith("_on"):
            found[name] = pd.to_datetime(found[name])
    return found


def pairs(*rows: dict[str, Any]) -> pd.DataFrame:
    return frame(list(rows), PAIR).drop(columns="on")


def sessions(*rows: dict[str, Any]) -> pd.DataFrame:
    found = frame(list(rows), SESSION)
    is_cancelled = (found["status"] == "cancelled").astype(bool)
    return found.assign(by_mentee=is_cancelled & (found["cancelled_by"] == "mentee"))


def held(*days: str, pair: str = "x") -> list[dict[str, Any]]:
    return [{"pair_id": pair, "on": day} for day in days]


def cancelled(*days: str, pair: str = "x", by: str = "mentee", **more: Any) -> list[dict[str, Any]]:
    return [{"pair_id": pair, "on": d, "status": "cancelled", "cancelled_by": by} | more
            for d in days]  # fmt: skip


THREE = ("2026-09-01", "2026-08-01", "2026-07-01")
SIX = ("2026-09-02", "2026-09-03", "2026-09-04", "2026-09-05", "2026-09-06", "2026-09-07")


def test_three_of_nine_is_many_and_three_of_ten_is_not() -> None:
    found = find_cancelling(pairs({}), sessions(*cancelled(*THREE), *held(*SIX)), as_of=DAY)
    row = found.iloc[0]
    assert (row["cancelled"], row["sessions_due"], row["pairs"]) == (3, 9, 1)
    assert row["running"] == ["x"]
    more = sessions(*cancelled(*THREE), *held(*SIX, "2026-09-08"))
    assert find_cancelling(pairs({}), more, as_of=DAY).empty


def test_two_of_two_is_not_many() -> None:
    assert find_cancelling(pairs({}), sessions(*cancelled(*THREE[:2])), as_of=DAY).empty


def test_cancellations_are_added_up_over_all_pairs_of_a_senior() -> None:
    known = pairs({}, {"pair_id": "y", "matched_on": "2026-05-01", "ended_on": "2026-09-15",
                       "cohort": "D"})  # fmt: skip
    rows = sessions(*cancelled(*THREE[:2]), *cancelled("2026-08-05", pair="y"))
    row = find_cancelling(known, rows, as_of=DAY).iloc[0]
    assert (row["cancelled"], row["pairs"], row["cohort"]) == (3, 2, "D")
    assert row["running"] == ["x"]


@pytest.mark.parametrize(
    "last",
    [
        cancelled("2026-10-01"),  # due after the day
        cancelled("2026-04-03"),  # 180 days ago
        cancelled("2026-09-20", by="mentor"),
        cancelled("2026-09-20", cancelled_on="2026-10-01"),  # on the day nobody knew
    ],
)
def test_what_was_not_due_and_cancelled_by_the_senior_in_half_a_year_does_not_count(
    last: list[dict[str, Any]],
) -> None:
    known = sessions(*cancelled(*THREE[:2]), *last)
    assert find_cancelling(pairs({}), known, as_of=DAY).empty


def test_sessions_after_the_end_of_a_pair_do_not_count() -> None:
    known = pairs({"ended_on": "2026-08-15"})
    assert find_cancelling(known, sessions(*cancelled(*THREE)), as_of=DAY).empty


def test_pairs_that_ended_before_their_time_are_told_with_what_they_did() -> None:
    known = pairs({"ended_on": "2026-09-10", "final_status": "ended"})
    rows = sessions(*held(*THREE), *cancelled("2026-07-05"), *cancelled("2026-07-06", by="mentor"),
                    *held("2026-10-05"))  # fmt: skip
    row = find_ended_early(known, rows, as_of=DAY).iloc[0]
    assert row["days_together"] == 252
    assert (row["sessions_held"], row["cancelled_by_mentee"], row["cancelled_by_mentor"]) == (
        3,
        1,
        1,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"final_status": "completed"},
        {"planned_end_on": "2026-09-10"},  # it ended as planned
        {"ended_on": "2025-09-30"},  # a year ago
        {"ended_on": "2026-10-01"},  # after the day
        {"ended_on": None},
        {"is_lasting": False},
    ],
)
def test_only_what_ended_early_within_a_year_is_told(change: dict[str, Any]) -> None:
    usual = {"ended_on": "2026-09-10", "final_status": "ended"}
    assert len(find_ended_early(pairs(usual), sessions(), as_of=DAY)) == 1
    assert find_ended_early(pairs(usual | change), sessions(), as_of=DAY).empty


def test_a_pair_without_a_planned_end_ended_early_unless_it_completed() -> None:
    known = pairs({"ended_on": "2026-09-10", "final_status": "ended", "planned_end_on": None})
    assert len(find_ended_early(known, sessions(), as_of=DAY)) == 1


def test_a_reason_is_told_only_where_five_pairs_share_its_words() -> None:
    said = pd.Series(
        [" No time", "no time", "No time", "NO TIME ", "No time", "Anna shouted", None]
    )
    shown = reasons_in_use(said, minimum=5)
    assert shown[:5].tolist() == ["No time"] * 5
    assert shown[5:].isna().all()
    assert reasons_in_use(said, minimum=6).isna().all()
