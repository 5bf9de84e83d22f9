"""Follow-ups are kept as recorded, edited and undone by adding, and never overwritten unseen."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from app_state.checking import Refused
from app_state.entry import Board, Change, ChangedMeanwhile, Kind, Wording
from app_state.follow_ups import current, edit, history, read_batch, read_log, record, undo
from app_state.store import Store, open_store
from tests.follow_up_rows import BOARD, NOW, change, contact

LATER = NOW + dt.timedelta(hours=1)


def test_a_follow_up_comes_back_as_it_was_recorded(store: Store) -> None:
    wording = Wording("Called\nher — “soon”", "Zoë", dt.date(2026, 11, 9), dt.date(2026, 12, 1))
    asked = Change("p1", 0, Kind.SNOOZED, wording, "stalled", "middle")
    batch = record(store, [asked], by="Ann", now=NOW, board=BOARD)
    row = current(store, ["p1"])["p1"]
    assert (row.version, row.batch_id, row.kind, row.by, row.at) == (
        1, batch, Kind.SNOOZED, "Ann", NOW,
    )  # fmt: skip
    assert Wording(row.note, row.assignee, row.due_on, row.until_on) == wording
    assert Board(row.release_id, row.data_as_of) == BOARD
    assert (row.state, row.risk_band, row.undoes) == ("stalled", "middle", None)


def test_a_moment_with_a_zone_is_kept_as_utc(store: Store) -> None:
    zone = dt.timezone(dt.timedelta(hours=5))
    record(store, [change("p1")], by="Ann", now=NOW.replace(tzinfo=zone), board=BOARD)
    assert current(store)["p1"].at == NOW - dt.timedelta(hours=5)


def test_a_batch_is_recorded_for_all_pairs_or_for_none(store: Store) -> None:
    contact(store, "p3")
    with pytest.raises(ChangedMeanwhile):
        contact(store, *(f"p{n}" for n in range(10)))
    assert set(current(store)) == {"p3"}
    batch = record(
        store,
        [change(f"p{n}", seen=1 if n == 3 else 0) for n in range(10)],
        by="Ann", now=NOW, board=BOARD,
    )  # fmt: skip
    assert {row.pair_id for row in read_batch(store, batch)} == {f"p{n}" for n in range(10)}


def test_who_comes_second_is_told_what_the_first_did_and_changes_nothing(store: Store) -> None:
    contact(store, "p1", by="Ann", note="Called her")
    with pytest.raises(ChangedMeanwhile, match="Ann recorded “contacted” for this pair") as told:
        contact(store, "p1", by="Bob", note="Wrote to him")
    assert [(row.by, row.note, row.version) for row in told.value.changes] == [
        ("Ann", "Called her", 1)
    ]
    assert [row.by for row in history(store, "p1")] == ["Ann"]
    contact(store, "p1", seen=1, by="Bob", note="Wrote to him")  # having seen it
    assert [row.by for row in history(store, "p1")] == ["Ann", "Bob"]


def test_all_that_others_did_since_is_told(store: Store) -> None:
    contact(store, "p1", by="Ann")
    contact(store, "p1", seen=1, by="Cem")
    with pytest.raises(ChangedMeanwhile, match="2 pairs was changed meanwhile by Ann and 1 m") as e:
        contact(store, "p0", "p1", by="Bob")
    assert [(row.pair_id, row.version, row.by) for row in e.value.changes] == [
        ("p1", 1, "Ann"), ("p1", 2, "Cem"),
    ]  # fmt: skip


def test_a_version_that_does_not_exist_was_never_seen(store: Store) -> None:
    with pytest.raises(Refused, match="Load it again"):
        contact(store, "p1", seen=3)
    assert current(store) == {}


def test_a_call_repeated_under_the_same_name_records_once(store: Store) -> None:
    for _ in range(2):
        record(store, [change("p1"), change("p2")], by="A", now=NOW, board=BOARD, batch_id="b")
    assert [row.version for row in history(store, "p1")] == [1]
    with pytest.raises(ChangedMeanwhile):
        record(store, [change("p1"), change("p3")], by="A", now=NOW, board=BOARD, batch_id="b")


def test_an_edit_keeps_the_kind_and_who_did_it(store: Store) -> None:
    contact(store, "p1", by="Ann", note="Caled her")
    edit(store, "p1", Wording("Called her", "Bob"), seen=1, by="Bob", now=LATER)
    row = current(store)["p1"]
    assert (row.version, row.kind, row.note, row.assignee) == (
        2, Kind.CONTACTED, "Called her", "Bob",
    )  # fmt: skip
    assert (row.by, row.at, row.done_by, row.done_at) == ("Bob", LATER, "Ann", NOW)
    assert (row.state, row.data_as_of, row.is_edit) == ("dormant", BOARD.data_as_of, True)


def test_of_two_edits_of_one_version_the_second_sees_the_first(store: Store) -> None:
    contact(store, "p1")
    edit(store, "p1", Wording("one"), seen=1, by="Ann", now=LATER)
    with pytest.raises(ChangedMeanwhile, match="Ann edited the follow-up of this pair") as told:
        edit(store, "p1", Wording("two"), seen=1, by="Bob", now=LATER)
    assert [row.note for row in told.value.changes] == ["one"]
    assert current(store)["p1"].note == "one"


def test_only_what_holds_can_be_edited(store: Store) -> None:
    with pytest.raises(Refused, match="no follow-up to edit"):
        edit(store, "p1", Wording("x"), seen=0, by="Ann", now=NOW)
    undo(store, contact(store, "p1"), by="Ann", now=NOW)
    with pytest.raises(Refused, match="no follow-up to edit"):
        edit(store, "p1", Wording("x"), seen=2, by="Ann", now=NOW)


def test_the_note_of_a_snooze_that_is_over_can_still_be_edited(store: Store) -> None:
    snooze = Change("p1", 0, Kind.SNOOZED, Wording("a", until_on=dt.date(2026, 11, 5)))
    record(store, [snooze], by="Ann", now=NOW, board=BOARD)
    much_later = NOW + dt.timedelta(days=30)
    wording = replace(snooze.wording, note="b")
    edit(store, "p1", wording, seen=1, by="Ann", now=much_later)
    assert current(store)["p1"].note == "b"
    wording = replace(wording, until_on=dt.date(2026, 11, 6))
    with pytest.raises(Refused, match="must lie ahead"):
        edit(store, "p1", wording, seen=2, by="Ann", now=much_later)


def test_undo_brings_back_what_held_before_with_who_did_it(store: Store) -> None:
    contact(store, "p1", by="Ann", note="Called her")
    batch = record(
        store,
        [change("p1", 1, Kind.REMATCH_WANTED), change("p2", 0, Kind.REMATCH_WANTED)],
        by="Bob", now=LATER, board=Board(8, dt.date(2026, 11, 2)),
    )  # fmt: skip
    undo(store, batch, by="Bob", now=LATER)
    held = current(store)
    p1, p2 = held["p1"], held["p2"]
    assert (p1.version, p1.kind, p1.note, p1.undoes) == (3, Kind.CONTACTED, "Called her", batch)
    assert (p1.by, p1.done_by, p1.done_at, p1.release_id) == ("Bob", "Ann", NOW, 7)
    assert (p2.version, p2.kind, p2.act_version) == (2, Kind.NONE, None)
    assert not p2.holds_on(NOW.date()) and p1.holds_on(NOW.date())
    assert [row.kind for row in history(store, "p2")] == [Kind.REMATCH_WANTED, Kind.NONE]


def test_an_undo_can_be_undone(store: Store) -> None:
    contact(store, "p1", by="Ann")
    batch = contact(store, "p1", seen=1, by="Bob", note="second")
    again = undo(store, undo(store, batch, by="Bob", now=LATER), by="Cem", now=LATER)
    row = current(store)["p1"]
    assert (row.version, row.note, row.done_by, row.act_version) == (4, "second", "Bob", 2)
    assert again == row.batch_id


def test_undo_of_an_edit_brings_back_the_words(store: Store) -> None:
    contact(store, "p1", note="one")
    undo(store, edit(store, "p1", Wording("two"), seen=1, by="Bob", now=LATER), by="B", now=LATER)
    row = current(store)["p1"]
    assert (row.note, row.version, row.act_version) == ("one", 3, 1)


def test_undo_is_refused_when_somebody_changed_a_pair_since(store: Store) -> None:
    batch = contact(store, "p1", "p2", by="Ann")
    contact(store, "p2", seen=1, by="Bob")
    with pytest.raises(ChangedMeanwhile, match="1 of the 2 pairs was changed meanwhile by Bob"):
        undo(store, batch, by="Ann", now=LATER)
    assert {pair: row.version for pair, row in current(store).items()} == {"p1": 1, "p2": 2}


def test_what_was_taken_back_cannot_be_taken_back_twice(store: Store) -> None:
    batch = contact(store, "p1")
    undo(store, batch, by="Ann", now=LATER)
    with pytest.raises(ChangedMeanwhile, match="Ann took back a follow-up of this pair"):
        undo(store, batch, by="Bob", now=LATER)
    with pytest.raises(Refused, match="nothing to undo"):
        undo(store, "no such batch", by="Bob", now=LATER)


def test_that_nothing_holds_any_more_can_be_said(store: Store) -> None:
    contact(store, "p1")
    contact_again = change("p1", 1, Kind.NONE)
    record(store, [contact_again], by="Ann", now=LATER, board=BOARD)
    assert current(store)["p1"].kind == Kind.NONE
    contact(store, "p1", seen=2)
    assert current(store)["p1"].act_version == 3


def test_more_pairs_than_fit_one_statement_can_be_asked_for(store: Store) -> None:
    pairs = [f"p{n}" for n in range(5_000)]
    contact(store, *pairs)
    contact(store, *pairs[:10], seen=1)
    found = current(store, [f"p{n}" for n in range(12_000)])
    assert len(found) == 5_000
    assert sum(row.version for row in found.values()) == 5_010
    assert found == current(store)


def test_what_came_since_a_moment_can_be_asked_for(store: Store) -> None:
    contact(store, "p1", "p2", "p3")
    record(store, [change("p2", 1)], by="Bob", now=LATER, board=BOARD)
    found = current(store, since=LATER)
    assert {pair: row.version for pair, row in found.items()} == {"p2": 2}
    assert set(current(store, since=NOW)) == {"p1", "p2", "p3"}
    assert set(current(store, ["p1", "p2"], since=LATER)) == {"p2"}


def test_what_was_recorded_survives_closing_and_opening(store: Store, url: str) -> None:
    batch = contact(store, "p1", note="Called her")
    before = history(store, "p1")
    store.close()
    again = open_store(url)
    assert history(again, "p1") == before
    undo(again, batch, by="Ann", now=LATER)
    again.close()


def test_the_log_has_what_is_needed_to_ask_whether_it_helped(store: Store) -> None:
    undo(store, contact(store, "p1"), by="Ann", now=LATER)
    log = read_log(store).sort_values("version")
    assert list(log["kind"]) == ["contacted", "none"]
    assert list(log["undoes"].isna()) == [True, False]
    assert list(log["state"]) == ["dormant", "dormant"]
