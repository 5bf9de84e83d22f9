"""What stands of a log: edits are no acts, undone acts do not count, and undone undos do again."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from app_state.acts import days_until, first_acts, standing_acts
from tests.plain_helped import standing
from tests.simulated_follow_ups import FIRST, Log, anything, frames

PLACE = (FIRST, "dormant", "high")
DAY = dt.timedelta(days=1)


def stands(log: Log) -> list[tuple[str, str]]:
    acts = standing_acts(frames(log.rows, [], [])[0])
    return list(zip(acts["pair_id"], acts["kind"], strict=True))


def test_an_edit_is_no_act_of_its_own() -> None:
    log = Log()
    log.act("p", "contacted", FIRST, PLACE)
    log.edit("p", FIRST + 9 * DAY)
    acts = standing_acts(frames(log.rows, [], [])[0])
    assert list(acts["followed_on"]) == [pd.Timestamp(FIRST)]


def test_an_undone_act_does_not_count_and_one_whose_undo_is_undone_does() -> None:
    log = Log()
    log.act("p", "contacted", FIRST, PLACE)
    log.act("p", "paused", FIRST, PLACE)
    log.undo("p", FIRST)
    assert stands(log) == [("p", "contacted")]
    log.undo("p", FIRST)
    assert stands(log) == [("p", "contacted"), ("p", "paused")]
    log.undo("p", FIRST)
    assert stands(log) == [("p", "contacted")]


def test_undoing_an_edit_leaves_the_act() -> None:
    log = Log()
    log.act("p", "note", FIRST, PLACE)
    log.edit("p", FIRST)
    log.undo("p", FIRST)
    assert stands(log) == [("p", "note")]


def test_an_empty_log_has_no_acts() -> None:
    assert stands(Log()) == []


@pytest.mark.parametrize("seed", range(8))
def test_what_stands_equals_what_replaying_leaves(seed: int) -> None:
    rows = anything(seed)[0]
    acts = standing_acts(frames(rows, [], [])[0])
    mine = sorted(zip(acts["pair_id"], acts["kind"], acts["followed_on"].dt.date, strict=True))
    assert mine == sorted((r["pair_id"], r["kind"], r["at"].date()) for r in standing(rows))


def test_a_repetition_within_thirty_days_counts_once() -> None:
    log = Log()
    for after in (0, 7, 29, 30, 45, 61):
        log.act("p", "contacted", FIRST + after * DAY, PLACE)
    counted = first_acts(standing_acts(frames(log.rows, [], [])[0]), apart_days=30)
    assert [(day.date() - FIRST).days for day in counted["followed_on"]] == [0, 30, 61]


def test_days_until_an_event_count_from_the_day_after() -> None:
    rows = pd.DataFrame({"pair_id": ["a", "a", "b"], "followed_on": pd.to_datetime(
        ["2026-01-05", "2026-01-01", "2026-01-05"]).astype("datetime64[ns]")})  # fmt: skip
    events = pd.DataFrame({"pair_id": ["a", "a"], "held_on": pd.to_datetime(
        ["2026-01-05", "2026-01-09"]).astype("datetime64[ns]")})  # fmt: skip
    assert list(days_until(rows, events, "held_on")) == [4.0, 4.0, float("inf")]
