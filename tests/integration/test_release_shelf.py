"""Releases are listed, chosen and removed without a number given twice or a reader disturbed."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.data import ReleaseData
from reports.release import (
    FILE_NAME,
    NoRelease,
    ReleaseBusy,
    ReleaseError,
    ReleaseInfo,
    ReleaseVanished,
    current_release_id,
    open_release,
)
from reports.release_shelf import (
    Kept,
    Retention,
    list_releases,
    open_whole,
    plan_prune,
    prune_releases,
    use_release,
)
from reports.release_tables import metric_cell
from reports.release_writer import write_release
from tests import synthetic_release

TABLES = synthetic_release.tables(quarters=1, pairs=20)
MONTH_ENDS = [dt.date(2026, month, 28) for month in range(1, 10)]


def as_of(day: dt.date) -> dict[str, pd.DataFrame]:
    return TABLES | {"release": TABLES["release"].assign(data_as_of=day)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three releases."""
    for _ in range(3):
        write_release(tmp_path, TABLES)
    return tmp_path


def numbers(folder: Path) -> list[int]:
    return [one.release_id for one in list_releases(folder)]


def test_the_list_says_what_each_release_is_the_newest_first(folder: Path) -> None:
    found = list_releases(folder)
    assert [(one.release_id, one.is_current) for one in found] == [
        (3, True), (2, False), (1, False)]  # fmt: skip
    statuses = TABLES["metric_cell"]["status"].value_counts()
    assert (found[0].shown, found[0].withheld) == (statuses["shown"], statuses["suppressed"])
    assert found[0].size_bytes == (folder / "000003" / FILE_NAME).stat().st_size
    assert found[0].info is not None and found[0].info.data_as_of == synthetic_release.AS_OF


def test_a_release_that_cannot_be_read_is_listed_with_the_reason(folder: Path) -> None:
    damage(folder, 2, whole=False)
    found = {one.release_id: one for one in list_releases(folder)}
    assert found[2].info is None and "can no longer be read" in found[2].problem
    assert found[1].info is not None


def damage(folder: Path, number: int, *, whole: bool = True) -> None:
    """Change one letter of a release's text, or leave nothing of it."""
    path = folder / f"{number:06d}" / FILE_NAME
    path.chmod(0o644)
    said = path.read_bytes()
    path.write_bytes(said.replace(b"Engineering", b"Engineerinq", 1) if whole else b"nothing")


def test_going_back_shows_the_earlier_release_and_the_next_takes_a_new_number(
    folder: Path,
) -> None:
    assert use_release(folder, 1)
    assert current_release_id(folder) == open_release(folder).info.release_id == 1
    assert numbers(folder) == [3, 2, 1], "a later release is not a leftover"
    assert open_release(folder, 3).info.release_id == 3
    assert write_release(folder, TABLES) == 4
    assert (current_release_id(folder), numbers(folder)) == (4, [4, 3, 2, 1])
    assert not use_release(folder, 4)


def test_no_number_is_given_twice_even_where_the_newest_was_removed(folder: Path) -> None:
    use_release(folder, 1)
    shutil.rmtree(folder / "000003")
    assert write_release(folder, TABLES) == 4


@pytest.mark.parametrize("number", [0, 4])
def test_only_a_release_that_was_published_can_be_chosen(folder: Path, number: int) -> None:
    with pytest.raises(NoRelease, match="releases list"):
        use_release(folder, number)
    assert current_release_id(folder) == 3


def test_one_changed_letter_is_noticed_before_a_release_is_chosen(folder: Path) -> None:
    damage(folder, 2)
    assert open_release(folder, 2).info.release_id == 2, "it can be read, but is not as published"
    with pytest.raises(ReleaseVanished, match="not as it was published"):
        use_release(folder, 2)
    assert current_release_id(folder) == 3


def test_a_release_without_a_checksum_is_checked_as_a_database(folder: Path) -> None:
    (folder / "000002" / f"{FILE_NAME}.sha256").unlink()
    assert open_whole(folder, 2).info.release_id == 2
    path = folder / "000002" / FILE_NAME
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[: -3 * 8192])
    with pytest.raises(ReleaseError):
        open_whole(folder, 2)


def test_the_checksum_can_be_checked_by_hand(folder: Path) -> None:
    command = ["sha256sum", "--check", f"{FILE_NAME}.sha256"]
    assert subprocess.run(command, cwd=folder / "000003", check=False).returncode == 0


@pytest.mark.parametrize("said", [None, "", "x", "3\nx", "3\n2", "1\n2\n3"])
def test_where_current_is_lost_or_damaged_no_release_is_lost_with_it(
    folder: Path, said: str | None
) -> None:
    (folder / "CURRENT").unlink()
    if said is not None:
        (folder / "CURRENT").write_text(said)
    with pytest.raises((NoRelease, ReleaseVanished)):
        open_release(folder)
    assert use_release(folder, 2)
    assert numbers(folder) == [3, 2, 1]
    (folder / "CURRENT").unlink()
    assert write_release(folder, TABLES) == 4
    assert numbers(folder) == [4, 3, 2, 1]


def test_choosing_and_removing_wait_for_a_publish(folder: Path) -> None:
    holder = sqlite3.connect(folder / "publish.lock", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    for change in (lambda: use_release(folder, 1), lambda: prune_releases(folder, Retention(1))):
        with pytest.raises(ReleaseBusy):
            change()
    holder.close()
    assert numbers(folder) == [3, 2, 1]


def test_removed_are_old_releases_but_not_the_last_of_a_quarter(tmp_path: Path) -> None:
    for day in MONTH_ENDS:
        write_release(tmp_path, as_of(day))
    verdicts = prune_releases(tmp_path, Retention(newest=2))
    assert numbers(tmp_path) == [9, 8, 6, 3]
    reasons = {one.kept.release_id: one.reason for one in verdicts if not one.is_removed}
    assert reasons == {9: "current", 8: "among the newest 2", 6: "last release of 2026Q2",
                       3: "last release of 2026Q1"}  # fmt: skip
    prune_releases(tmp_path, Retention(newest=1, quarter_ends=False))
    assert numbers(tmp_path) == [9]
    with pytest.raises(NoRelease, match="no longer kept"):
        open_release(tmp_path, 3)
    assert write_release(tmp_path, TABLES) == 10


def test_the_current_release_stays_however_old_it_is(tmp_path: Path) -> None:
    for day in MONTH_ENDS[:4]:
        write_release(tmp_path, as_of(day))
    use_release(tmp_path, 1)
    prune_releases(tmp_path, Retention(newest=1, quarter_ends=False))
    assert numbers(tmp_path) == [4, 1]
    assert open_release(tmp_path).info.release_id == 1


def test_what_a_killed_removal_left_is_gone_after_the_next_publish(folder: Path) -> None:
    (folder / "000001").rename(folder / "removing-000001")
    assert numbers(folder) == [3, 2]
    write_release(folder, TABLES)
    assert not (folder / "removing-000001").exists()


def test_a_dashboard_on_a_removed_release_takes_the_current_one(folder: Path) -> None:
    data = ReleaseData(folder)
    held = data.snapshot()
    held.rows("metric")
    use_release(folder, 1)
    assert data.snapshot().release.info.release_id == 1
    prune_releases(folder, Retention(newest=1, quarter_ends=False))
    use_release(folder, 3)
    prune_releases(folder, Retention(newest=1, quarter_ends=False))
    assert data.snapshot().release.info.release_id == 3
    assert held.rows("metric"), "what was read stays read"


def test_an_open_reader_of_a_removed_release_is_told_what_happened(folder: Path) -> None:
    reader = open_release(folder, 1)
    kept_open = sqlite3.connect(f"file:{reader.path}?mode=ro&immutable=1", uri=True)
    before = kept_open.execute("SELECT count(*) FROM metric_cell").fetchone()
    prune_releases(folder, Retention(newest=1, quarter_ends=False))
    assert kept_open.execute("SELECT count(*) FROM metric_cell").fetchone() == before
    with pytest.raises(ReleaseVanished, match="Release 1 is no longer there"):
        reader.frame("metric")


def test_a_release_of_an_earlier_version_reads_as_empty_where_it_held_nothing(
    folder: Path,
) -> None:
    path = folder / "000003" / FILE_NAME
    path.chmod(0o644)
    with sqlite3.connect(path) as older:
        older.execute("DROP TABLE metric_change")
        older.execute("DROP TABLE fact_rows")
        columns = [c.name for c in metric_cell.columns if c.name != "metric_version"]
        figures = f"SELECT {', '.join(columns)} FROM metric_cell"
        older.execute(f"CREATE TABLE unpacked AS {figures}")  # a table of texts,
        older.execute("DROP VIEW metric_cell")
        older.execute("ALTER TABLE unpacked RENAME TO metric_cell")
    older.close()
    release = open_release(folder)
    assert not release.holds("fact_rows") and release.holds("metric_cell")
    assert not release.holds("metric_cell", "metric_version")
    assert release.frame("metric_change").empty and release.count("metric_change") == 0
    assert list(release.frame("fact_rows").columns) == ["entity", "month", "batch_id", "rows"]
    cells = release.frame("metric_cell")
    assert len(cells) == len(TABLES["metric_cell"]) and cells["metric_version"].isna().all()
    assert release.frame("metric_cell", metric_version=2).empty


# --- the policy against a slow, plain reading of it --------------------------------------------

DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31))


def shelf(days: Sequence[dt.date | None], current: int) -> list[Kept]:
    info = open_info()
    return [
        Kept(n, n == current, 1, None if day is None else ReleaseInfo(
            n, info.built_at, day, "", "", "", 5, False))
        for n, day in enumerate(days, start=1)
    ]  # fmt: skip


def open_info() -> ReleaseInfo:
    return ReleaseInfo(1, dt.datetime(2026, 1, 1), dt.date(2026, 1, 1), "", "", "", 5, False)


@given(days=st.lists(st.none() | DAYS, min_size=1, max_size=25), keep=st.integers(1, 12),
       quarter_ends=st.booleans(), chosen=st.integers(0, 24))  # fmt: skip
def test_exactly_the_releases_without_a_reason_to_stay_are_removed(
    days: list[dt.date | None], keep: int, quarter_ends: bool, chosen: int
) -> None:
    current = 1 + chosen % len(days)
    removed = {
        one.kept.release_id
        for one in plan_prune(shelf(days, current), Retention(keep, quarter_ends))
        if one.is_removed
    }
    for number, day in enumerate(days, start=1):
        is_last = day is not None and not any(
            later is not None
            and (later.year, (later.month - 1) // 3) == (day.year, (day.month - 1) // 3)
            for later in days[number:]
        )
        stays = number == current or day is None or number > len(days) - keep
        assert (number in removed) != (stays or (quarter_ends and is_last))
