"""Boards of release days are kept once, and only as long as somebody may compare with them."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager

import pandas as pd
import pytest
import sqlalchemy as sa

from app_state.board_days import KEPT_DAYS, has_board, keep_board, read_boards
from app_state.entry import Board, Kind
from app_state.errors import StoreError
from app_state.follow_ups import read_log, record
from app_state.helped import did_it_help
from app_state.store import Store
from tests.follow_up_processes import at_once, keep_same_board
from tests.follow_up_rows import BOARD, NOW, change, contact

DAY = dt.timedelta(days=1)
PAIRS = [("p1", "dormant", "high"), ("p2", "on_track", "")]


def kept_days(store: Store) -> set[dt.date]:
    days = (BOARD.data_as_of + n * DAY for n in range(-200, 200))
    return {day for day in days if not has_board(store, day, 0)}


def test_a_board_of_the_same_day_takes_the_place_of_the_earlier_one(store: Store) -> None:
    contact(store, "p1")
    keep_board(store, BOARD.data_as_of, [("p1", "stalled", "low"), ("p2", "dormant", "high")])
    keep_board(store, BOARD.data_as_of, [("p1", "dormant", "high")])
    rows = read_boards(store)
    assert rows.to_numpy().tolist() == [[BOARD.data_as_of, "p1", "dormant", "high"]]


def test_only_states_and_bands_with_follow_ups_are_read(store: Store) -> None:
    contact(store, "p1")  # dormant, high
    places = [("p1", "dormant", "high"), ("p2", "dormant", "high"), ("p3", "dormant", "low")]
    keep_board(store, BOARD.data_as_of, [*places, ("p4", "stalled", "high")])
    assert list(read_boards(store)["pair_id"]) == ["p1", "p2"]


def test_a_board_that_was_interrupted_is_not_taken_for_whole(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact(store, "p1")
    monkeypatch.setattr("app_state.board_days._PAIRS_AT_ONCE", 10)
    pairs = [(f"p{n:02}", "dormant", "high") for n in range(25)]
    writing, turns = store.writing, iter(range(10))

    def broken() -> AbstractContextManager[sa.Connection]:
        if next(turns) == 2:
            raise StoreError("the disk is full")
        return writing()

    monkeypatch.setattr(store, "writing", broken)
    with pytest.raises(StoreError):
        keep_board(store, BOARD.data_as_of, pairs)
    assert not has_board(store, BOARD.data_as_of, 25)
    keep_board(store, BOARD.data_as_of, pairs)
    assert has_board(store, BOARD.data_as_of, 25)
    assert len(read_boards(store)) == 25


def test_pairs_that_left_the_board_leave_its_day(store: Store) -> None:
    contact(store, "p1")
    for count in (2_500, 1_200):
        pairs = [(f"p{n}", "dormant", "high") for n in range(count)]
        keep_board(store, BOARD.data_as_of, pairs)
        assert sorted(read_boards(store)["pair_id"]) == sorted(pair[0] for pair in pairs)


def test_only_boards_with_follow_ups_are_read_and_outlive_the_others(store: Store) -> None:
    contact(store, "p1")
    days = [BOARD.data_as_of + n * DAY for n in (0, 1, KEPT_DAYS, KEPT_DAYS + 1, KEPT_DAYS + 2)]
    for day in days:
        keep_board(store, day, PAIRS)
    assert kept_days(store) == {days[0], *days[2:]}
    assert set(read_boards(store)["data_as_of"]) == {days[0]}


def test_processes_that_keep_the_same_board_at_once_keep_it_once(store: Store, url: str) -> None:
    contact(store, "b1")
    assert set(at_once(6, keep_same_board, url)) == {"kept"}
    assert len(read_boards(store)) == 200


def test_follow_ups_and_boards_of_the_store_answer_whether_it_helped(store: Store) -> None:
    pairs = [f"p{n}" for n in range(60)]
    keep_board(store, BOARD.data_as_of, [(pair, "dormant", "high") for pair in pairs])
    record(store, [change(pair) for pair in pairs[:20]], by="Ann", now=NOW, board=BOARD)
    other_day = Board(9, BOARD.data_as_of + 7 * DAY)
    record(store, [change("p50")], by="Ann", now=NOW + 7 * DAY, board=other_day)
    held = pd.DataFrame({"pair_id": pairs[:15], "held_on": [NOW.date() + 3 * DAY] * 15})
    as_of = NOW.date() + 40 * DAY
    found = did_it_help(read_log(store), read_boards(store), held, as_of=as_of)
    contacted = next(one for one in found if one.kind == Kind.CONTACTED)
    assert (contacted.share, contacted.comparison_share) == (0.75, 0.0)
    assert (contacted.n_pairs, contacted.n_comparison_pairs) == (20, 40)
    assert contacted.n_follow_ups_left_out == 1  # no board of its day was kept
