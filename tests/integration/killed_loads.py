"""Loads killed at random moments, and what the warehouse must look like after each.

A load commits file by file, so an undisturbed load passes through as many states as it has files.
Whatever a killed load leaves must be one of them, and no earlier than the one it began from.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import multiprocessing
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import sqlalchemy as sa

from etl.load import load_paths
from tests.integration.small_exports import NOW, facts_of, write_exports
from warehouse.engine import Warehouse, WarehouseBusy, open_warehouse
from warehouse.settings import Settings
from warehouse.tables import loaded_file

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["etl.load", "warehouse.engine", "duckdb_sqlalchemy", "psycopg"])
_KILLS_IN_A_ROW = 4  # then the load may finish and all begins anew


def larger_exports(folder: Path, people: int) -> Path:
    """The small company with more people, so that a load takes long enough to be hit."""
    write_exports(folder)
    months = [f"{year}-{month:02}-01" for year in (2024, 2025) for month in range(1, 13)]
    more = {
        "people": "".join(f"q{n},Person {n},1980\n" for n in range(people)),
        "worker_records": "".join(
            f"q{n},effective,{on},2020-01-01,active,D{1 + (n + k // 6) % 3},3\n"  # D3 is unknown
            for n in range(people)
            for k, on in enumerate(months)
        ),
        "sessions": "".join(
            f"Z{n},M1,2025-{3 + n % 9:02}-{1 + n // 9 % 28:02} {n // 252 % 24:02}:00,60,held\n"
            for n in range(8 * people)
        ),
    }
    for name, text in more.items():
        with (folder / f"{name}.csv").open("a", encoding="utf-8") as out:
            out.write(text)
    return folder


@dataclass(frozen=True)
class Course:
    """What an undisturbed load passes through.

    Parameters
    ----------
    states
        Hash of all rows before the first file and after each.
    seconds
        When each state was reached.
    """

    states: tuple[str, ...]
    seconds: tuple[float, ...]


@dataclass
class Tally:
    """What became of the kills."""

    kills: int = 0
    before_any: int = 0
    between: int = 0
    after_all: int = 0
    finished: int = 0
    findings: list[str] = field(default_factory=list)


def undisturbed(settings: Settings, exports: Path) -> Course:
    """Load file by file in the loader's own order and note every state."""
    warehouse = open_warehouse(settings)
    states, seconds, took = [state_of(warehouse)], [0.0], 0.0
    order: list[str] = []
    dry = open_warehouse(Settings(settings.home, "duckdb:///:memory:"))
    order += [one.path.name for one in load_paths(dry, [exports], now=NOW).files]
    dry.close()
    for name in order:
        start = time.perf_counter()
        load_paths(warehouse, [exports / name], now=NOW)
        took += time.perf_counter() - start
        states.append(state_of(warehouse))
        seconds.append(took)
    warehouse.close()
    return Course(tuple(states), tuple(seconds))


def state_of(warehouse: Warehouse) -> str:
    """Return a hash of every row but of when and by which load it came."""
    f = loaded_file.c
    changed = f.rows_inserted + f.rows_updated + f.rows_rejected > 0
    lines = warehouse.read(
        sa.select(f.file_name, f.entity, f.rows_read, f.rows_inserted, f.rows_rejected).where(
            changed & (f.rows_unchanged == 0)
        )
    )
    rows = {name: sorted(found) for name, found in facts_of(warehouse).items()}
    ledger = sorted(map(repr, lines.itertuples(index=False)))
    return hashlib.sha256(repr((rows, ledger)).encode()).hexdigest()


def kill_loads(
    fresh: Iterator[Settings], exports: Path, course: Course, kills: int, chance: random.Random
) -> Tally:
    """Kill loads until there were as many as asked for; each row of kills ends with a whole load.

    Parameters
    ----------
    fresh
        Empty warehouses, as many as wanted.
    """
    tally, pace = Tally(), 1.0
    while tally.kills < kills:
        settings, reached = next(fresh), 0
        for _ in range(min(_KILLS_IN_A_ROW, kills - tally.kills)):
            left = course.seconds[-1] - course.seconds[reached]
            if _killed(settings, exports, pace * chance.uniform(0, left + 0.02)):
                tally.kills += 1
                pace = min(1.0, 1.05 * pace)
            else:  # the machine has become faster than when the course was timed
                tally.finished += 1
                pace *= 0.8
            reached = _check(settings, course, reached, tally)
        warehouse = reopened(settings)
        if not load_paths(warehouse, [exports], now=NOW).is_complete:
            tally.findings.append("loading again did not complete")
        if state_of(warehouse) != course.states[-1]:
            tally.findings.append("loading again did not reach the undisturbed state")
        warehouse.close()
    return tally


def reopened(settings: Settings) -> Warehouse:
    """Open the warehouse; a server needs a moment to notice that the other end has died."""
    for _ in range(200):
        try:
            warehouse = open_warehouse(settings)
            with warehouse.writing():
                return warehouse
        except WarehouseBusy:
            time.sleep(0.05)
    raise WarehouseBusy("the killed loader still holds the warehouse")


def _check(settings: Settings, course: Course, began_from: int, tally: Tally) -> int:
    """Return which state the warehouse is in; what it must not be in is noted."""
    warehouse = reopened(settings)
    state = state_of(warehouse)
    warehouse.close()
    if state not in course.states[began_from:]:
        tally.findings.append(f"a state between files, or before file {began_from}")
        return began_from
    reached = course.states.index(state, began_from)
    tally.before_any += reached == 0
    tally.after_all += reached == len(course.states) - 1
    tally.between += 0 < reached < len(course.states) - 1
    return reached


def _killed(settings: Settings, exports: Path, after: float) -> bool:
    """Start a load and kill it some seconds after it began; False where it was done before."""
    mine, its = _PROCESSES.Pipe(duplex=False)
    loader = _PROCESSES.Process(
        target=_load, args=(str(settings.home), settings.warehouse_url, str(exports), its)
    )
    loader.start()
    its.close()
    mine.recv()
    time.sleep(after)
    is_running = loader.exitcode is None
    loader.kill()
    loader.join()
    mine.close()
    return is_running


def _load(home: str, url: str, exports: str, begun: Connection) -> None:
    warehouse = open_warehouse(Settings(Path(home), url))
    begun.send(dt.datetime.now(tz=dt.UTC).timestamp())
    load_paths(warehouse, [Path(exports)], now=NOW)
