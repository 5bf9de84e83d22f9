"""What a durable follow-up costs with twenty managers writing at once, beside a bare fsync.

Each writer is a process with a store of its own, as the workers of a web server are. Three ways:
``at once``: all begin at the same moment, again and again; ``a click a second``: each waits about
a second between two clicks; ``without pause``: each begins anew as soon as it was answered, which
no person can. ``fsync`` is one page appended to a file and waited for, by one process, in the
same run: what the disk alone costs. With --beside, each way is run with SQLite's own
synchronous=FULL as well, which waits for the disk while it keeps other writers out.

Run: python benchmarks/follow_ups.py [--writers 20] [--rounds 40] [--bulk 1] [--beside]
[--postgresql].
PostgreSQL runs with fsync on. The last line says whether the budget of 50 ms at p95 holds.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app_state.store import Store, open_store
from tests.follow_up_processes import PROCESSES
from tests.follow_up_rows import contact
from tests.postgres_server import administrate, running_server, url_pattern

BUDGET_MILLISECONDS = 50
WAYS = ("at once", "a click a second", "without pause")


@dataclass(frozen=True)
class Course:
    """What each writer does, how often, for how many pairs at once, and who waits for the disk."""

    way: str
    rounds: int
    bulk: int
    full: bool


def write(pipe: Connection, barrier: Barrier, url: str, course: Course) -> None:
    """Record follow-ups of pairs of one's own; send milliseconds of each, or the error."""
    store = open_store(url)
    if course.full:
        wait_inside_the_lock(store)
    number = os.getpid()
    contact(store, f"first-{course}-{number}")
    spent, errors = [], 0
    barrier.wait()
    for turn in range(course.rounds):
        if course.way == "at once":
            barrier.wait()
        elif course.way == "a click a second":
            time.sleep(random.uniform(0, 2))
        pairs = [f"{course}-{number}-{turn}-{n}" for n in range(course.bulk)]
        began = time.perf_counter()
        try:
            contact(store, *pairs)
        except Exception:
            errors += 1
        spent.append((time.perf_counter() - began) * 1000)
    pipe.send((spent, errors))
    barrier.wait()
    store.close()


def wait_inside_the_lock(store: Store) -> None:
    """Let SQLite wait for the disk itself, as the store did not choose to."""
    store._settle = lambda: None  # type: ignore[method-assign]

    @sa.event.listens_for(store.engine, "checkout")
    def be_full(connection: object, _record: object, _proxy: object) -> None:
        connection.execute("PRAGMA synchronous = FULL")  # type: ignore[attr-defined]


def bare_fsyncs(folder: Path, count: int) -> list[float]:
    """Return milliseconds of waiting for one page at the end of a growing file, as a log is."""
    spent, descriptor = [], os.open(folder / "pages", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for _ in range(count):
        os.write(descriptor, os.urandom(4096))
        began = time.perf_counter()
        os.fsync(descriptor)
        spent.append((time.perf_counter() - began) * 1000)
    os.close(descriptor)
    return spent


def measure(url: str, writers: int, course: Course) -> tuple[list[float], int]:
    """Return milliseconds of every write of every writer, and how many failed."""
    barrier, ends = PROCESSES.Barrier(writers), []
    for _ in range(writers):
        mine, its = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=write, args=(its, barrier, url, course))
        process.start()
        its.close()
        ends.append((process, mine))
    answers = [mine.recv() for _, mine in ends]
    for process, _ in ends:
        process.join()
    return [one for spent, _ in answers for one in spent], sum(errors for _, errors in answers)


def show(name: str, spent: list[float], errors: int = 0) -> float:
    """Print median, 95th and 99th percentile, and the longest; return the 95th percentile."""
    middle, late, later = np.percentile(spent, [50, 95, 99])
    print(
        f"  {name:<44} {len(spent):6d}  {middle:8.1f} {late:8.1f} {later:8.1f} {max(spent):8.1f}"
        f"  {errors:6d}",
        flush=True,
    )
    return float(late)


@contextmanager
def places(folder: Path, postgresql: bool) -> Iterator[list[tuple[str, str]]]:
    """Yield engines with a place of each."""
    found = [("SQLite", f"sqlite:///{folder / 'app_state.sqlite3'}")]
    if not postgresql:
        yield found
        return
    with running_server() as socket:
        base = url_pattern(socket)
        for setting in ("fsync = on", "full_page_writes = on"):
            administrate(base, f"ALTER SYSTEM SET {setting}")
        administrate(base, "SELECT pg_reload_conf()")
        administrate(base, "CREATE DATABASE app_state")
        yield [*found, ("PostgreSQL", base.format("app_state"))]


def main() -> None:
    """Measure every way on every engine; the exit code is 1 where the budget does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writers", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--bulk", type=int, default=1)
    parser.add_argument("--beside", action="store_true")
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    worst, failed = 0.0, 0
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name).absolute()
        print(f"Load of the machine before the run: {os.getloadavg()[0]:.1f}")
        print(f"{asked.writers} writers, milliseconds{'':24}writes       p50      p95      p99"
              "  longest  errors")  # fmt: skip
        with places(folder, asked.postgresql) as engines:
            for engine, url in engines:
                open_store(url).close()
                for way in WAYS:
                    show("fsync of one page, one process", bare_fsyncs(folder, 100))
                    course = Course(way, asked.rounds, asked.bulk, full=False)
                    spent, errors = measure(url, asked.writers, course)
                    late = show(f"{engine}, {way}", spent, errors)
                    failed += errors
                    worst = max(worst, late) if way != "without pause" else worst
                    if asked.beside and engine == "SQLite":
                        spent, errors = measure(url, asked.writers, replace(course, full=True))
                        show(f"{engine}, {way}, synchronous=FULL", spent, errors)
    holds = worst <= BUDGET_MILLISECONDS and not failed
    print(f"Slowest p95 at a person's pace {worst:.1f} ms, budget {BUDGET_MILLISECONDS} ms: "
          f"{'holds' if holds else 'does not hold'}")  # fmt: skip
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
