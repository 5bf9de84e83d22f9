"""What is kept in memory of follow-ups is what the store holds, whoever wrote it and when."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from app_state import latest
from app_state.entry import Change, ChangedMeanwhile, Kind, Wording
from app_state.follow_ups import count, current, record, undo
from app_state.latest import Latest
from app_state.store import Store, open_store
from tests.follow_up_rows import BOARD, NOW, change, contact


def test_memory_follows_a_random_course_of_writes_undos_and_clocks_that_go_back(
    store: Store, url: str
) -> None:
    draw, other, held = random.Random(11), open_store(url), Latest(store)
    batches: list[str] = []
    for turn in range(60):
        writer = draw.choice([store, other])
        seen = {pair_id: row.version for pair_id, row in current(store).items()}
        pairs = draw.sample([f"p{n}" for n in range(12)], draw.randint(1, 4))
        at = NOW + dt.timedelta(minutes=draw.randint(-500, 500))
        try:
            if batches and draw.random() < 0.3:
                undo(writer, draw.choice(batches), by="Bob", now=at)
            else:
                rows = [change(pair_id, seen=seen.get(pair_id, 0)) for pair_id in pairs]
                batches.append(record(writer, rows, by="Ann", now=at, board=BOARD))
        except ChangedMeanwhile:
            continue
        standing = held.standing()
        assert dict(standing.rows) == current(store), turn
        assert standing.n_rows == count(store)
    other.close()


def test_nothing_is_read_again_while_nothing_changed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact(store, "p1", "p2")
    held = Latest(store)
    first = held.standing()
    monkeypatch.setattr(latest.follow_ups, "current", lambda *_, **__: 1 / 0)
    assert held.standing() is first


def test_only_what_came_since_is_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    held, read = Latest(store), current
    contact(store, "p1", "p2")
    held.standing()
    asked: list[object] = []

    def note(*words: object, since: dt.datetime | None = None) -> object:
        asked.append(since)
        return read(store, since=since)

    monkeypatch.setattr(latest.follow_ups, "current", note)
    later = NOW + dt.timedelta(hours=1)
    record(store, [change("p3")], by="Ann", now=later, board=BOARD)
    assert set(held.standing().rows) == {"p1", "p2", "p3"}
    assert asked == [NOW - dt.timedelta(minutes=1)]


def test_a_snoozed_paused_or_ended_pair_is_aside_until_its_day(store: Store) -> None:
    today = NOW.date()
    until = Wording(until_on=today + dt.timedelta(days=3))
    rows = [
        Change("snoozed", 0, Kind.SNOOZED, until),
        Change("paused", 0, Kind.PAUSED, until),
        Change("paused-open", 0, Kind.PAUSED),
        Change("ended", 0, Kind.ENDED),
        Change("called", 0, Kind.CONTACTED, Wording(due_on=today)),
        Change("wanted", 0, Kind.REMATCH_WANTED, Wording(due_on=today + dt.timedelta(days=1))),
    ]
    record(store, rows, by="Ann", now=NOW, board=BOARD)
    standing = Latest(store).standing()
    assert standing.aside_on(today) == {"snoozed", "paused", "paused-open", "ended"}
    assert standing.aside_on(today + dt.timedelta(days=3)) == {"paused-open", "ended"}
    assert standing.due_on(today) == {"called"}
    assert standing.due_on(today + dt.timedelta(days=1)) == {"called", "wanted"}
