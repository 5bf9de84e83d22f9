"""A disk that is full or closed: a clear message, and the warehouse as it was."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.load import load_paths
from tests.integration.small_exports import NOW, facts_of, write_exports
from warehouse.engine import WarehouseError, open_warehouse
from warehouse.settings import Settings

ROOM = 12 << 20  # bytes; an empty warehouse and the small company take about half of it


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own in memory, where we may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "outcomes-test", str(disk)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("needs the command mount")
    if done.returncode:
        pytest.skip("needs the right to mount a disk in memory")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def settings_on(disk: Path) -> Settings:
    return Settings(disk, f"duckdb:///{disk / 'w.duckdb'}")


def many_people(folder: Path) -> Path:
    path = folder / "people_many.csv"
    chance = random.Random(7)
    lines = (f"q{n},{chance.randbytes(24).hex()},1980\n" for n in range(400_000))
    path.write_text("person_id,display_name,birth_year\n" + "".join(lines), encoding="utf-8")
    return path


def test_a_disk_that_fills_up_leaves_the_warehouse_as_it_was_and_room_is_all_it_needs(
    small_disk: Path, tmp_path: Path
) -> None:
    warehouse = open_warehouse(settings_on(small_disk))
    assert load_paths(warehouse, [write_exports(tmp_path / "in")], now=NOW).is_complete
    before = facts_of(warehouse, but=())
    with pytest.raises(WarehouseError, match=r"people_many.csv.*left nothing behind.*room"):
        load_paths(warehouse, [many_people(tmp_path)], now=NOW)
    warehouse.close()
    reopened = open_warehouse(settings_on(small_disk))
    assert facts_of(reopened, but=()) == before
    subprocess.run(["mount", "-o", "remount,size=400m", str(small_disk)], check=True)
    again = load_paths(reopened, [tmp_path / "in", tmp_path / "people_many.csv"], now=NOW)
    assert again.is_complete and again.rows_changed == 400_000
    reopened.close()


def test_a_disk_that_may_only_be_read_is_named(small_disk: Path, tmp_path: Path) -> None:
    warehouse = open_warehouse(settings_on(small_disk))
    assert load_paths(warehouse, [write_exports(tmp_path / "in")], now=NOW).is_complete
    before = facts_of(warehouse, but=())
    warehouse.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(WarehouseError, match="OUTCOMES_HOME"):
        load_paths(open_warehouse(settings_on(small_disk)), [tmp_path / "in"], now=NOW)
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    reopened = open_warehouse(settings_on(small_disk))
    assert facts_of(reopened, but=()) == before
    reopened.close()
