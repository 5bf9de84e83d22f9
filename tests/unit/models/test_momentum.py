from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from models.estimate import InvalidInput
from models.momentum import assess_momentum

DAY = dt.date(2026, 9, 30)


def ago(days: int) -> dt.date:
    return DAY - dt.timedelta(days=days)


def pair(**changes: Any) -> dict[str, Any]:
    facts = {
        "pair_id": "p1",
        "is_paused": False,
        "matched_on": ago(200),
        "agreed_cadence_days": 14.0,
        "last_held_on": ago(7),
        "next_planned_on": DAY + dt.timedelta(days=7),
    }
    return facts | changes


def assess(*pairs: dict[str, Any]) -> pd.DataFrame:
    return assess_momentum(pd.DataFrame(pairs), as_of=DAY)


def state(**changes: Any) -> str:
    return assess(pair(**changes))["state"].item()


def reasons(**changes: Any) -> list[dict[str, Any]]:
    return assess(pair(**changes))["reasons"].item()


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        ("on_track", {}),
        ("paused", {"is_paused": True, "last_held_on": ago(300)}),
        ("too_early", {"matched_on": ago(21), "last_held_on": None, "next_planned_on": None}),
        ("never_started", {"matched_on": ago(22), "last_held_on": None, "next_planned_on": None}),
        ("dormant", {"last_held_on": ago(90)}),
        ("stalled", {"last_held_on": ago(29), "next_planned_on": None}),
        ("drifting", {"last_held_on": ago(29)}),
        ("drifting", {"last_held_on": ago(22), "next_planned_on": None}),
        ("on_track", {"last_held_on": ago(21), "next_planned_on": None}),
        ("unlogged", {"unlogged_meeting_on": ago(2)}),
        ("on_track", {"unlogged_meeting_on": ago(9)}),
        ("drifting", {"matched_on": ago(30), "last_held_on": None}),
        ("dormant", {"matched_on": ago(90), "last_held_on": None}),
    ],
)
def test_the_first_matching_state_stands(expected, changes):
    assert state(**changes) == expected


def test_silence_is_judged_by_the_pairs_own_cadence():
    assert state(last_held_on=ago(29), agreed_cadence_days=30.0) == "on_track"
    assert state(last_held_on=ago(95), agreed_cadence_days=90.0) == "on_track"
    assert state(last_held_on=ago(180), agreed_cadence_days=90.0) == "dormant"


def test_a_pair_without_an_agreed_cadence_is_judged_by_thirty_days():
    assert state(last_held_on=ago(44), agreed_cadence_days=None) == "on_track"
    assert state(last_held_on=ago(46), agreed_cadence_days=None) == "drifting"


def test_a_booking_in_the_past_does_not_count_as_booked():
    assert reasons(next_planned_on=DAY) == [{"code": "nothing_booked"}]


def test_a_pair_with_nothing_against_it_has_no_reasons():
    assert reasons() == []


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        (
            {"code": "senior_cancelled", "count": 3, "of": 4},
            {"n_recent": 4, "n_recent_cancelled_by_mentee": 3},
        ),
        ({"code": "ground_rules_missing"}, {"has_ground_rules": False}),
        ({"code": "low_rating", "rating": 2.3}, {"mean_rating": 2.33}),
        (
            {"code": "role_reversion", "count": 2, "of": 3},
            {"n_role_answers": 3, "n_role_reversed": 2},
        ),
        ({"code": "silent_in_surveys", "role": "mentee"}, {"mentee_is_silent": True}),
        ({"code": "direct_report"}, {"is_direct_report": True}),
    ],
)
def test_each_reason_carries_the_numbers_behind_it(expected, changes):
    assert reasons(**changes) == [expected]


@pytest.mark.parametrize(
    "changes",
    [
        {"n_recent": 4, "n_recent_cancelled_by_mentee": 1},
        {"n_role_answers": 4, "n_role_reversed": 2},
        {"mean_rating": None},
    ],
)
def test_weak_or_missing_signs_are_no_reason(changes):
    assert reasons(**changes) == []


def test_those_who_need_a_call_come_first_the_longest_silent_before():
    board = assess(
        pair(pair_id="fine"),
        pair(pair_id="drifts", last_held_on=ago(25)),
        pair(pair_id="drifts longer", last_held_on=ago(27)),
        pair(pair_id="never", matched_on=ago(40), last_held_on=None, next_planned_on=None),
    ).sort_values("need_rank")
    assert board["pair_id"].tolist() == ["never", "drifts longer", "drifts", "fine"]
    assert board["needs_attention"].tolist() == [True, True, True, False]


def test_no_pairs_give_an_empty_board():
    empty = pd.DataFrame([pair()]).iloc[:0]
    assert assess_momentum(empty, as_of=DAY).empty


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("after_as_of", {"last_held_on": DAY + dt.timedelta(days=1)}),
        ("after_as_of", {"matched_on": DAY + dt.timedelta(days=1), "last_held_on": None}),
        ("bad_cadence", {"agreed_cadence_days": 0.0}),
        ("missing_value", {"matched_on": None}),
    ],
)
def test_impossible_pairs_are_refused(code, changes):
    with pytest.raises(InvalidInput, match=code):
        assess(pair(**changes))


def test_a_missing_column_is_named():
    with pytest.raises(InvalidInput, match="is_paused"):
        assess_momentum(pd.DataFrame([pair()]).drop(columns="is_paused"), as_of=DAY)
