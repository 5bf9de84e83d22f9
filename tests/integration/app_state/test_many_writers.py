"""Twenty managers at once, and a process that is killed: nothing that was acknowledged is lost."""

from __future__ import annotations

import random
import threading
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from app_state.follow_ups import current, history, read_batch, read_log
from app_state.store import Store, open_store
from tests.follow_up_processes import (
    at_once,
    killed_writer,
    open_at_once,
    write_overlapping_batches,
    write_own_pairs,
    write_shared_pairs,
)
from tests.follow_up_rows import contact

WRITERS = 20
pytestmark = pytest.mark.xdist_group("many_writers")  # not beside one another


def test_processes_that_open_an_empty_store_at_once_make_its_tables_once(url: str) -> None:
    assert set(at_once(WRITERS, open_at_once, url)) == {"opened"}
    store = open_store(url)
    contact(store, "p1")
    store.close()


def test_twenty_writers_record_everything_exactly_once(store: Store, url: str) -> None:
    answers = at_once(WRITERS, write_own_pairs, url, 10)
    assert [answer for answer in answers if isinstance(answer, str)] == []
    acknowledged = sorted(batch for answer in answers for batch in answer)
    rows = current(store).values()
    assert sorted(row.batch_id for row in rows) == acknowledged
    assert len(rows) == len(read_log(store)) == WRITERS * 10


def test_writers_of_the_same_pairs_lose_nothing_and_see_each_other(store: Store, url: str) -> None:
    answers = at_once(WRITERS, write_shared_pairs, url, 4)
    assert [answer for answer in answers if isinstance(answer, str)] == []
    log = {pair: history(store, pair) for pair in ("shared0", "shared1")}
    for rows in log.values():
        assert [row.version for row in rows] == list(range(1, WRITERS * 2 + 1))
    recorded = Counter(row.batch_id for rows in log.values() for row in rows)
    assert recorded == Counter(batch for done, _ in answers for batch in done)
    told = [one for _, refusals in answers for one in refusals]
    assert told  # else they never met
    for pair, seen, what in told:
        newer = [(row.pair_id, row.version, row.by) for row in log[pair] if row.version > seen]
        assert what == newer[: len(what)] and what  # all that was there by then, in order


def test_batches_that_overlap_are_recorded_whole_or_not_at_all(store: Store, url: str) -> None:
    pairs = 40
    answers = at_once(WRITERS, write_overlapping_batches, url, pairs)
    winners = [answer for answer in answers if not answer.startswith("meanwhile m")]
    assert winners and all(len(read_batch(store, batch)) == pairs // 2 for batch in winners)
    assert len(read_log(store)) == len(winners) * pairs // 2


def test_threads_of_one_process_share_a_store(store: Store) -> None:
    def write(number: int) -> None:
        for turn in range(5):
            contact(store, f"t{number}-{turn}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(current(store)) == WRITERS * 5


@pytest.mark.parametrize("bulk", [1, 200])
def test_what_was_acknowledged_before_a_kill_is_there(url: str, bulk: int) -> None:
    chance = random.Random(bulk)
    acknowledged: list[str] = []
    for _ in range(4):
        acknowledged += killed_writer(url, bulk, chance.uniform(0, 0.3))
        store = open_store(url)
        sizes = Counter(row.batch_id for row in current(store).values())
        assert set(acknowledged) <= set(sizes)
        assert set(sizes.values()) == {bulk}  # no batch in parts
        assert len(sizes) - len(acknowledged) <= 4  # written, but killed before saying so
        store.close()


def test_an_open_reader_keeps_no_writer_waiting(store: Store) -> None:
    contact(store, "p1")
    with store.reading() as connection:
        count = sa.text("SELECT count(*) FROM follow_up")
        before = connection.execute(count).scalar()
        contact(store, "p2")
        contact(store, "p3")
    assert (before, len(current(store))) == (1, 3)


def test_a_write_is_on_disk_before_it_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    log = tmp_path / "a.sqlite3-wal"
    synced: list[tuple[int, int]] = []

    def note(descriptor: int) -> None:
        seen_by_others = len(current(store))
        inode = Path(f"/proc/self/fd/{descriptor}").resolve()
        assert inode == log
        synced.append((seen_by_others, log.stat().st_size))

    monkeypatch.setattr("app_state.store.os.fsync", note)
    contact(store, "p1")
    contact(store, "p2")
    assert [count for count, _ in synced] == [1, 2]  # committed, then waited for, then answered
    assert synced[0][1] < synced[1][1] == log.stat().st_size
    store.close()
