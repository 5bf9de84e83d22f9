"""Processes that record follow-ups at once, or until they are killed."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

from app_state.board_days import keep_board
from app_state.entry import ChangedMeanwhile
from app_state.errors import StoreBusy
from app_state.follow_ups import current
from app_state.store import open_store
from tests.follow_up_rows import BOARD, contact

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.follow_up_processes", "alembic.command", "psycopg"])
PATIENCE = 120  # seconds for a process that is stuck


def at_once(count: int, work: Callable[..., Any], *arguments: Any) -> list[Any]:
    """Run ``work(number, barrier, *arguments)`` in processes at once and return what they answer.

    An error of one of them is answered as text.
    """
    barrier, ends = PROCESSES.Barrier(count), []
    for number in range(count):
        mine, its = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=_answer, args=(its, work, number, barrier, *arguments))
        process.start()
        its.close()
        ends.append((process, mine))
    answers = []
    for process, mine in ends:
        answers.append(mine.recv() if mine.poll(PATIENCE) else "no answer")
        process.kill()
        process.join()
    return answers


def _answer(pipe: Connection, work: Callable[..., Any], *arguments: Any) -> None:
    try:
        pipe.send(work(*arguments))
    except BaseException as error:
        pipe.send(f"{type(error).__name__}: {error}")


def open_at_once(_number: int, barrier: Barrier, url: str) -> str:
    """Open the store at the same moment as others."""
    barrier.wait(PATIENCE)
    try:
        open_store(url).close()
    except StoreBusy:  # on a disk that stands still for seconds; as it says, once more
        open_store(url).close()
    return "opened"


def write_own_pairs(number: int, barrier: Barrier, url: str, times: int) -> list[str]:
    """Record for pairs of one's own; return the batches that were acknowledged."""
    store = open_store(url)
    barrier.wait(PATIENCE)
    done = [contact(store, f"own{number}-{turn}", by=f"m{number}") for turn in range(times)]
    store.close()
    return done


def write_shared_pairs(
    number: int, barrier: Barrier, url: str, times: int
) -> tuple[list[str], list[tuple[str, int, list[tuple[str, int, str]]]]]:
    """Record for pairs that all write, again with what was told where another was first.

    Returns what was acknowledged, and every refusal: pair, version seen, and what was told.
    """
    store, done, told = open_store(url), [], []
    barrier.wait(PATIENCE)
    for turn in range(times):
        pair, seen = f"shared{turn % 2}", 0
        while True:
            try:
                done.append(contact(store, pair, seen=seen, by=f"m{number}", note=f"{turn}"))
                break
            except ChangedMeanwhile as meanwhile:
                rows = meanwhile.changes
                told.append((pair, seen, [(row.pair_id, row.version, row.by) for row in rows]))
                seen = rows[-1].version
    store.close()
    return done, told


def write_overlapping_batches(number: int, barrier: Barrier, url: str, pairs: int) -> str:
    """Record one batch for pairs of which others record some at the same moment."""
    store = open_store(url)
    wanted = [f"p{(number * 7 + turn) % pairs}" for turn in range(pairs // 2)]
    barrier.wait(PATIENCE)
    try:
        return contact(store, *wanted, by=f"m{number}")
    except ChangedMeanwhile as meanwhile:
        return f"meanwhile {Counter(row.by for row in meanwhile.changes).most_common(1)[0][0]}"


def keep_same_board(_number: int, barrier: Barrier, url: str) -> str:
    """Keep the board of a day at the same moment as others."""
    store = open_store(url)
    barrier.wait(PATIENCE)
    keep_board(store, BOARD.data_as_of, [(f"b{n}", "dormant", "high") for n in range(200)])
    store.close()
    return "kept"


def write_until_killed(pipe: Connection, url: str, bulk: int) -> None:
    """Record batch after batch and send the name of each once it was acknowledged."""
    store = open_store(url)
    start = len(current(store)) // bulk
    for turn in range(start, start + 10_000):
        pipe.send(contact(store, *(f"k{turn}-{n}" for n in range(bulk))))


def killed_writer(url: str, bulk: int, after: float) -> list[str]:
    """Start a writer, kill it with SIGKILL after some seconds, return what was acknowledged."""
    mine, its = PROCESSES.Pipe(duplex=False)
    writer = PROCESSES.Process(target=write_until_killed, args=(its, url, bulk))
    writer.start()
    its.close()
    acknowledged = [mine.recv()]  # from then on
    time.sleep(after)
    writer.kill()
    writer.join()
    while mine.poll():
        try:
            acknowledged.append(mine.recv())
        except EOFError:
            break
    return acknowledged
