"""A release is whole, stays as it was, and is switched in one step."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reports import release_tables
from reports.release import (
    FILE_NAME,
    NoRelease,
    ReleaseBusy,
    ReleaseError,
    ReleaseVanished,
    current_release_id,
    open_release,
)
from reports.release_writer import write_release
from tests import synthetic_release

PROCESS = multiprocessing.get_context("fork")
TABLES = synthetic_release.tables(quarters=1, pairs=20)


def marked(number: int) -> dict[str, pd.DataFrame]:
    """A release in which three tables say the same number."""
    changed = dict(TABLES)
    changed["release"] = TABLES["release"].assign(code_version=str(number))
    changed["metric_cell"] = TABLES["metric_cell"].assign(value=float(number))
    changed["pair_board"] = TABLES["pair_board"].assign(sessions_held=number)
    return changed


SLICE = ["program", "cohort", "department", "population"]


def numbers_said(folder: Path) -> set[int]:
    release = open_release(folder)
    cells = release.frame("metric_cell", metric_id="reach")
    board = release.frame("pair_board")
    said = {int(release.info.code_version)}
    return said | {int(v) for v in cells["value"]} | {int(v) for v in board["sessions_held"]}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    tables = synthetic_release.tables(quarters=2, pairs=30)
    order = ["metric_id", "period_kind", "period", *SLICE]  # figures are put into it
    cells = tables["metric_cell"].sort_values(order, ignore_index=True)
    tables["metric_cell"] = cells
    folder = tmp_path / "a folder, 100 % #1?"
    assert write_release(folder, tables) == 1
    release = open_release(folder)
    for name, written in tables.items():
        read = release.frame(name)
        assert list(read.columns) == [c.name for c in release_tables.metadata.tables[name].columns]
        expected = written.assign(release_id=1) if name == "release" else written
        for column in read.columns:
            left = expected[column].astype(object).where(expected[column].notna(), None)
            right = read[column].astype(object).where(read[column].notna(), None)
            as_days = [
                pd.Timestamp(v).to_pydatetime() if isinstance(v, dt.date) else v for v in left
            ]
            assert as_days == right.tolist(), f"{name}.{column}"


def test_rows_are_chosen_by_value_list_and_absence(tmp_path: Path) -> None:
    synthetic_release.publish_synthetic(tmp_path, quarters=1)
    release = open_release(tmp_path)
    cells = release.frame("metric_cell", metric_id=["reach", "adherence"], period="2026Q3")
    assert set(cells["metric_id"]) == {"reach", "adherence"}
    assert set(cells["period"]) == {"2026Q3"}
    withheld = release.frame("metric_cell", value=None)
    assert len(withheld) and withheld["value"].isna().all()
    assert release.frame("metric_cell", metric_id=[]).empty
    with pytest.raises(KeyError):
        release.frame("metric_cell", colour="red")


def test_a_release_says_what_it_is(tmp_path: Path) -> None:
    synthetic_release.publish_synthetic(tmp_path, quarters=1)
    info = open_release(tmp_path).info
    assert (info.release_id, info.minimum_group, info.is_sample) == (1, 5, True)
    assert info.data_as_of == dt.date(2026, 9, 30)
    assert info.built_at == synthetic_release.BUILT_AT


def test_a_release_cannot_be_changed(tmp_path: Path) -> None:
    synthetic_release.publish_synthetic(tmp_path, quarters=1)
    path = tmp_path / "000001" / FILE_NAME
    assert path.stat().st_mode & 0o222 == 0
    before = path.read_bytes()
    synthetic_release.publish_synthetic(tmp_path, quarters=1)
    assert path.read_bytes() == before
    assert open_release(tmp_path, 1).info.release_id == 1
    assert open_release(tmp_path).info.release_id == 2


def test_the_same_tables_make_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_release(tmp_path / folder, TABLES)
    left, right = (tmp_path / f / "000001" / FILE_NAME for f in ("a", "b"))
    assert left.read_bytes() == right.read_bytes()


def test_without_a_release_the_error_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NoRelease, match="outcomes publish"):
        open_release(tmp_path / "nothing")
    write_release(tmp_path, TABLES)
    with pytest.raises(NoRelease, match="no release 7; the releases published so far are 1 to 1"):
        open_release(tmp_path, 7)


def test_a_vanished_release_is_named_with_its_remedy(tmp_path: Path) -> None:
    write_release(tmp_path, TABLES)
    release = open_release(tmp_path)
    shutil.rmtree(tmp_path / "000001")
    with pytest.raises(ReleaseVanished, match=r"Release 1 is no longer there.*outcomes publish"):
        release.frame("metric")
    with pytest.raises(ReleaseVanished):
        open_release(tmp_path)
    assert write_release(tmp_path, TABLES) == 2
    assert open_release(tmp_path).info.release_id == 2


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\x00" + b"\x00" * 90])
def test_a_damaged_release_is_named_with_its_remedy(tmp_path: Path, content: bytes) -> None:
    write_release(tmp_path, TABLES)
    path = tmp_path / "000001" / FILE_NAME
    path.chmod(0o644)
    path.write_bytes(content)
    with pytest.raises(ReleaseVanished, match="can no longer be read"):
        open_release(tmp_path)


def test_a_current_file_without_a_number_is_named(tmp_path: Path) -> None:
    write_release(tmp_path, TABLES)
    (tmp_path / "CURRENT").write_text("x")
    with pytest.raises(ReleaseVanished, match="outcomes publish"):
        current_release_id(tmp_path)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("metric", "label", 3), ("metric", "position", 1.5), ("metric_cell", "value", "many"),
     ("pair_board", "matched_on", "soon")],
)  # fmt: skip
def test_a_value_that_does_not_fit_its_column_stops_the_release(
    tmp_path: Path, table: str, column: str, value: object
) -> None:
    changed = TABLES[table].astype({column: object})
    changed.loc[0, column] = value
    with pytest.raises(ValueError, match=rf"[.]{column} does not fit"):
        write_release(tmp_path, TABLES | {table: changed})
    with pytest.raises(NoRelease):
        open_release(tmp_path)
    assert not list(tmp_path.glob("building-*"))


def test_a_missing_or_unknown_column_or_table_stops_the_release(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="n_people"):
        write_release(
            tmp_path, TABLES | {"curve": TABLES["curve"].rename(columns={"at_risk": "n_people"})}
        )
    with pytest.raises(ValueError, match="person"):
        write_release(tmp_path, TABLES | {"person": pd.DataFrame()})
    with pytest.raises(ValueError, match="flow"):
        write_release(tmp_path, {k: v for k, v in TABLES.items() if k != "flow"})


def test_a_second_publisher_is_told_to_wait(tmp_path: Path) -> None:
    write_release(tmp_path, TABLES)
    holder = sqlite3.connect(tmp_path / "publish.lock", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ReleaseBusy, match="nothing was changed"):
        write_release(tmp_path, TABLES)
    holder.close()
    assert write_release(tmp_path, TABLES) == 2


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ReleaseError, match="OUTCOMES_HOME"):
        write_release(tmp_path / "file" / "releases", TABLES)


# --- killed at any moment ---------------------------------------------------------------------

STEPS = ("fsync", "rename", "replace", "chmod")


def _publish_and_die(folder: Path, number: int, at_call: int) -> None:
    """Publish, and kill this process before the given call that touches the disk's order."""
    count = 0

    def dying(original: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            if count == at_call:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*args, **kwargs)

        return call

    os.fsync = dying(os.fsync)
    for name in STEPS[1:]:
        setattr(Path, name, dying(getattr(Path, name)))
    write_release(folder, marked(number))
    os._exit(0)


def test_killed_before_any_step_leaves_the_old_or_the_new_release(tmp_path: Path) -> None:
    write_release(tmp_path, marked(1))
    said, survived = {1}, False
    for at_call in range(1, 40):
        number = max(said) + 1
        child = PROCESS.Process(target=_publish_and_die, args=(tmp_path, number, at_call))
        child.start()
        child.join()
        survived = child.exitcode == 0
        before, said = said, numbers_said(tmp_path)
        assert said in (before, {number})
        if survived:
            break
        current = current_release_id(tmp_path)
        with pytest.raises(NoRelease):
            open_release(tmp_path, current + 1)
    assert survived
    assert at_call > 8
    assert not list(tmp_path.glob("building-*")) + list(tmp_path.glob("current-*"))


def _publish_forever(folder: Path, first: int) -> None:
    for number in range(first, first + 1000):
        write_release(folder, marked(number))


def test_killed_at_random_moments_leaves_a_whole_release(tmp_path: Path) -> None:
    dice = random.Random(5)
    write_release(tmp_path, marked(1))
    for round_ in range(12):
        child = PROCESS.Process(target=_publish_forever, args=(tmp_path, 1000 * (round_ + 1)))
        child.start()
        time.sleep(dice.uniform(0.0, 0.25))
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        assert len(numbers_said(tmp_path)) == 1
    last = write_release(tmp_path, marked(7))
    assert numbers_said(tmp_path) == {7}
    names = {entry.name for entry in tmp_path.iterdir()}
    assert names == {"CURRENT", "publish.lock"} | {f"{i:06d}" for i in range(1, last + 1)}


# --- readers while releases are switched ------------------------------------------------------


def _read_until(folder: Path, stop: Any, results: Any) -> None:
    reads, mixed, seen = 0, 0, []
    while not stop.is_set():
        said = numbers_said(folder)
        mixed += len(said) != 1
        seen.append(max(said))
        reads += 1
    ordered = bool(np.all(np.diff(seen) >= 0))
    results.put((reads, mixed, ordered, len(set(seen))))


def test_readers_see_the_old_or_the_new_release_and_never_a_mixture(tmp_path: Path) -> None:
    write_release(tmp_path, marked(1))
    stop, results = PROCESS.Event(), PROCESS.Queue()
    readers = [
        PROCESS.Process(target=_read_until, args=(tmp_path, stop, results)) for _ in range(4)
    ]
    for reader in readers:
        reader.start()
    for number in range(2, 9):
        time.sleep(0.05)
        write_release(tmp_path, marked(number))
    time.sleep(0.1)
    stop.set()
    found = [results.get(timeout=20) for _ in readers]
    for reader in readers:
        reader.join()
        assert reader.exitcode == 0
    assert sum(reads for reads, *_ in found) > 20
    assert [mixed for _, mixed, *_ in found] == [0, 0, 0, 0]
    assert all(ordered for *_, ordered, _ in found)
    assert max(distinct for *_, distinct in found) > 1
