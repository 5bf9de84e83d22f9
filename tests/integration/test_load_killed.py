"""A load that is killed at any moment leaves every file loaded or not at all."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from etl.load import load_paths
from tests.integration.small_exports import NOW, facts_of, write_exports
from warehouse.engine import Warehouse, WarehouseBusy, open_warehouse
from warehouse.settings import Settings
from warehouse.tables import CANONICAL, DERIVED, loaded_file, rejected_row

KILLS = 6
PEOPLE = 400
LOADER = """
import sys, datetime as dt
from pathlib import Path
from etl.load import load_paths
from warehouse.engine import open_warehouse
from warehouse.settings import Settings
warehouse = open_warehouse(Settings(Path(sys.argv[1]), sys.argv[2]))
print("begun", flush=True)
load_paths(warehouse, [Path(sys.argv[3])], now=dt.datetime(2026, 10, 1, 12))
"""


def larger_exports(folder: Path) -> Path:
    """The small company with more people, so that a load takes long enough to be hit."""
    people = "".join(f"q{n},Person {n},1980\n" for n in range(PEOPLE))
    months = [f"{year}-{month:02}-01" for year in (2024, 2025) for month in range(1, 13)]
    rows = "".join(
        f"q{n},effective,{on},2020-01-01,active,D{1 + (n + k // 6) % 3},3\n"  # D3 is unknown
        for n in range(PEOPLE)
        for k, on in enumerate(months)
    )
    sessions = "".join(f"Z{n},M1,2025-03-01 10:00,{n},held\n" for n in range(3_000))
    write_exports(folder)
    for name, more in (("people", people), ("worker_records", rows), ("sessions", sessions)):
        with (folder / f"{name}.csv").open("a", encoding="utf-8") as out:
            out.write(more)
    return folder


def reopened(settings: Settings) -> Warehouse:
    """Open the warehouse; a server needs a moment to notice that the other end has died."""
    for _ in range(100):
        try:
            warehouse = open_warehouse(settings)
            with warehouse.writing():
                return warehouse
        except WarehouseBusy:
            time.sleep(0.05)
    pytest.fail("the killed loader still holds the warehouse")


def files_with_facts(warehouse: Warehouse) -> dict[str, int]:
    """Return how many rows, good and rejected, the warehouse has of each file."""
    found: Counter[str] = Counter()
    for table in (t for t in CANONICAL if t not in DERIVED):
        t = table.c
        query = sa.select(t.source_file_sha256).where(t.source_file_sha256.is_not(None))
        if "id_type" in t:
            query = query.where(t.id_type != "hr_id")  # given with the person, not read
        found.update(warehouse.read(query)["source_file_sha256"])
    found.update(warehouse.read(sa.select(rejected_row.c.file_sha256))["file_sha256"])
    return dict(found)


def files_in_ledger(warehouse: Warehouse) -> dict[str, int]:
    """Return how many rows of each file the ledger says were stored or set aside."""
    f = loaded_file.c
    stored = sa.func.max(f.rows_inserted + f.rows_updated + f.rows_rejected).label("rows")
    found = warehouse.read(sa.select(f.file_sha256, stored).group_by(f.file_sha256))
    return {sha: int(rows) for sha, rows in found.itertuples(index=False) if rows}


def test_a_killed_load_run_again_ends_as_an_undisturbed_one(
    settings: Settings, tmp_path: Path
) -> None:
    folder = larger_exports(tmp_path / "in")
    undisturbed = open_warehouse(
        Settings(tmp_path / "calm", f"duckdb:///{tmp_path / 'calm' / 'w.duckdb'}")
    )
    start = time.perf_counter()
    load_paths(undisturbed, [folder], now=NOW)
    took = time.perf_counter() - start
    expected = facts_of(undisturbed)
    undisturbed.close()
    chance = random.Random(7_2026)
    command = [sys.executable, "-c", LOADER, str(settings.home), settings.warehouse_url, folder]
    for _ in range(KILLS):
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as loader:
            assert loader.stdout is not None
            loader.stdout.readline()
            time.sleep(chance.uniform(0, took))
            loader.kill()
        warehouse = reopened(settings)
        assert files_with_facts(warehouse) == files_in_ledger(warehouse)
        warehouse.close()
    warehouse = open_warehouse(settings)
    assert load_paths(warehouse, [folder], now=NOW).is_complete
    assert facts_of(warehouse) == expected
    warehouse.close()
