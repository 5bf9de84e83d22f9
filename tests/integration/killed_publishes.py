"""Publishes killed at random moments, and what the releases folder must look like after each.

Each publish has a moment of its own (``built_at``) and an as-of day that alternates, so that a
release says which publish it is from and the figures of two neighbors differ. Whatever a killed
publish leaves, the valid release must be, byte for byte, that of an undisturbed publish: the one
before it or the one that was killed after it had become valid.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import multiprocessing
import random
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from reports import release_writer
from reports.publish import publish
from reports.release import NoRelease, Release, current_release_id, open_release
from reports.release_shelf import open_whole
from reports.release_tables import metadata
from tests.integration.killed_loads import reopened
from warehouse.engine import open_warehouse
from warehouse.settings import Settings

DAYS = (dt.date(2026, 8, 31), dt.date(2026, 9, 30))
_FIRST = dt.datetime(2026, 10, 1, 6)
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["reports.publish", "duckdb_sqlalchemy", "psycopg"])
_KILLS_IN_A_ROW = 5  # then a publish may finish


@dataclass
class Tally:
    """What became of the kills."""

    kills: int = 0
    left_old: int = 0
    left_new: int = 0
    half_written: int = 0
    finished: int = 0
    findings: list[str] = field(default_factory=list)


@dataclass
class Course:
    """What undisturbed publishes look like, and how long they take.

    Parameters
    ----------
    states
        Hash of all tables but their number and moment, by as-of day.
    until_writing, writing
        Seconds until the tables are computed, and seconds to write and switch.
    """

    states: dict[dt.date, str]
    until_writing: float
    writing: float


def moment_of(number: int) -> dt.datetime:
    """Return the moment that tells the publish with this number from all others."""
    return _FIRST + dt.timedelta(minutes=number)


def day_of(number: int) -> dt.date:
    """Return the as-of day of the publish with this number."""
    return DAYS[number % 2]


def state_of(release: Release) -> str:
    """Return a hash of everything a release says but its number and moment."""
    digest = hashlib.sha256()
    for name in metadata.tables:
        frame = release.frame(name)
        if name == "release":
            frame = frame.drop(columns=["release_id", "built_at"])
        digest.update(f"{name}\n{frame.to_csv(index=False)}".encode())
    return digest.hexdigest()


def undisturbed(settings: Settings, folder: Path) -> Course:
    """Publish each as-of day once and note the state and the time."""
    states = {}
    for number in (0, 1):
        mine, its = _PROCESSES.Pipe(duplex=False)
        child = _start(settings, folder, number, its)
        mine.recv()
        began = time.perf_counter()
        mine.recv()
        written = time.perf_counter()
        child.join()
        ended = time.perf_counter()
        mine.close()
        states[day_of(number)] = state_of(open_release(folder))
    return Course(states, written - began, ended - written)


def kill_publishes(
    settings: Settings, folder: Path, course: Course, kills: int, chance: random.Random
) -> Tally:
    """Kill publishes until there were as many as asked for, and look at what each left.

    Every other kill falls into the writing, which is a small part of the time. The folder is that
    of :func:`undisturbed`.
    """
    tally, number, valid = Tally(), 1, 1
    while tally.kills < kills:
        for _ in range(min(_KILLS_IN_A_ROW, kills - tally.kills)):
            number += 1
            is_late = number % 2 == 0
            after = chance.uniform(0, course.writing if is_late else course.until_writing)
            if _killed(settings, folder, number, after, at_writing=is_late):
                tally.kills += 1
            else:
                tally.finished += 1
            valid = _check(folder, course, (valid, number), tally)
        number += 1
        valid = _publish_whole(settings, folder, number)
        _check_clean(folder, tally)
        _check(folder, course, (valid, valid), tally, counts=False)
    return tally


def _publish_whole(settings: Settings, folder: Path, number: int) -> int:
    warehouse = reopened(settings)
    publish(warehouse, folder, as_of=day_of(number), now=moment_of(number))
    warehouse.close()
    return number


def _check(
    folder: Path, course: Course, either: tuple[int, int], tally: Tally, *, counts: bool = True
) -> int:
    """Return which publish the valid release is from; what must not be is noted."""
    release = open_whole(folder, current_release_id(folder))
    by_moment = {moment_of(number): number for number in either}
    found = by_moment.get(release.info.built_at)
    if found is None:
        tally.findings.append(f"the valid release is from neither publish: {release.info}")
        return either[0]
    if state_of(release) != course.states[day_of(found)]:
        tally.findings.append(f"release {release.info.release_id} is not as an undisturbed one")
    beyond = release.info.release_id + 1
    with pytest.raises(NoRelease):
        open_release(folder, beyond)
    if counts:
        tally.left_new += found == either[1]
        tally.left_old += found != either[1]
        tally.half_written += any(folder.glob("building-*")) or (folder / f"{beyond:06d}").exists()
    return found


def _check_clean(folder: Path, tally: Tally) -> None:
    """Note what is there after an undisturbed publish and is no whole release."""
    for entry in folder.iterdir():
        if entry.name.isdigit():
            open_whole(folder, int(entry.name))
        elif entry.name not in ("CURRENT", "publish.lock", "answers"):
            tally.findings.append(f"left over after a whole publish: {entry.name}")
    newest = current_release_id(folder)
    for entry in (folder / "answers").glob("*"):
        if not entry.stem.isdigit() or int(entry.stem) > newest:
            tally.findings.append(f"left in the record after a whole publish: {entry.name}")
    numbers = sorted(int(entry.name) for entry in folder.iterdir() if entry.name.isdigit())
    if numbers != list(range(1, current_release_id(folder) + 1)):
        tally.findings.append(f"numbers with gaps: {numbers}")


def _killed(
    settings: Settings, folder: Path, number: int, after: float, *, at_writing: bool
) -> bool:
    """Start a publish and kill it some seconds after it began, or began to write."""
    mine, its = _PROCESSES.Pipe(duplex=False)
    publisher = _start(settings, folder, number, its)
    for _ in range(2 if at_writing else 1):
        mine.recv()
    time.sleep(after)
    is_running = publisher.exitcode is None
    publisher.kill()
    publisher.join()
    mine.close()
    return is_running


def _start(
    settings: Settings, folder: Path, number: int, its: Connection
) -> multiprocessing.process.BaseProcess:
    where = (str(settings.home), settings.warehouse_url, str(folder))
    child = _PROCESSES.Process(target=_publish, args=(*where, number, its))
    child.start()
    its.close()
    return child


def _publish(home: str, url: str, folder: str, number: int, its: Connection) -> None:
    write_file = release_writer.write_file

    def tell(*args: object) -> None:
        its.send("writing")
        write_file(*args)  # type: ignore[arg-type]

    release_writer.write_file = tell  # type: ignore[assignment]
    settings = Settings(Path(home), url)
    for _ in range(200):  # a server needs a moment to notice that the last one has died
        try:
            warehouse = open_warehouse(settings)
            its.send("begun")
            publish(warehouse, Path(folder), as_of=day_of(number), now=moment_of(number))
        except Exception as error:
            if type(error).__name__ != "WarehouseBusy":
                raise
            time.sleep(0.05)
        else:
            return
