"""How fast a million sessions load, beside DuckDB's own read_csv on the same file.

Both write into a fresh DuckDB file of their own. Ours includes everything a load does: the hash of
the file, the mapping, every check (among them: is the pair known, was it matched before), the
merge by source key, the ledger. Medians of three runs, taken in turn.

Run: python benchmarks/load_sessions.py [rows]
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import sys
import tempfile
import time
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from etl.load import load_paths
from warehouse.engine import open_warehouse
from warehouse.settings import Settings

PAIRS = 40_000
NOW = dt.datetime(2026, 10, 1)
RUNS = 3


def write_exports(folder: Path, sessions: int) -> None:
    """Write the files a load of sessions refers to, and the sessions."""
    c = duckdb.connect()
    files = {
        "program": "SELECT 'RM' AS program_id, 'Reverse mentoring' AS name",
        "person": f"SELECT 'P' || i AS person_id FROM range({2 * PAIRS}) t(i)",
        "pair": "SELECT 'M' || i AS pair_id, 'RM' AS program_id, 'P' || 2 * i AS mentor_person_id, "
        "'P' || (2 * i + 1) AS mentee_person_id, DATE '2023-10-01' AS matched_on "
        f"FROM range({PAIRS}) t(i)",
        "session": "SELECT 'S' || lpad(i::VARCHAR, 8, '0') AS session_id, "
        f"'M' || (i % {PAIRS}) AS pair_id, strftime(TIMESTAMP '2023-10-02 08:00:00' "
        "+ to_minutes((i * 7) % 1500000), '%Y-%m-%d %H:%M:%S') AS planned_start_at, "
        "'Europe/Berlin' AS planned_zone, 60 AS planned_minutes, "
        "CASE WHEN i % 7 > 0 THEN 40 + i % 30 END AS actual_minutes, "
        "CASE WHEN i % 7 > 0 THEN 'held' ELSE 'cancelled' END AS status, "
        "'self_report' AS status_basis, CASE WHEN i % 7 = 0 THEN 'mentee' END AS cancelled_by, "
        f"CASE WHEN i % 3 = 0 THEN 'video' ELSE 'in_person' END AS \"mode\" "
        f"FROM range({sessions}) t(i)",
    }
    for name, query in files.items():
        c.execute(f"COPY ({query}) TO '{folder / name}.csv' (HEADER)")


def time_plain(exports: Path, folder: Path) -> float:
    """Seconds DuckDB's read_csv takes to fill a table of its own."""
    c = duckdb.connect(folder / "plain.duckdb")
    start = time.perf_counter()
    c.execute(f"CREATE TABLE s AS SELECT * FROM read_csv('{exports / 'session.csv'}')")
    took = time.perf_counter() - start
    c.close()
    return took


def time_load(exports: Path, folder: Path) -> float:
    """Seconds our load of the sessions takes; what they refer to is loaded before."""
    url = f"duckdb:///{folder / 'ours.duckdb'}"
    warehouse = open_warehouse(Settings(home=folder, warehouse_url=url))
    before = load_paths(
        warehouse, [exports / f"{name}.csv" for name in ("program", "person", "pair")], now=NOW
    )
    assert before.rows_changed == before.rows_read, before
    start = time.perf_counter()
    report = load_paths(warehouse, [exports / "session.csv"], now=NOW)
    took = time.perf_counter() - start
    assert report.rows_changed == report.rows_read > 0, report
    warehouse.close()
    return took


def main() -> None:
    """Measure both and print rows per second and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    rows = parser.parse_args().rows
    plain, ours = [], []
    with tempfile.TemporaryDirectory() as name:
        exports = Path(name)
        write_exports(exports, rows)
        for run in range(RUNS):
            folder = exports / f"run{run}"
            folder.mkdir()
            plain.append(time_plain(exports, folder))
            ours.append(time_load(exports, folder))
    for label, times in (("read_csv", plain), ("load", ours)):
        middle = statistics.median(times)
        shown = ", ".join(f"{one:.2f}" for one in times)
        print(f"{label:9s} {middle:6.2f} s  {rows / middle:12,.0f} rows/s  (runs: {shown} s)")
    ratio = statistics.median(plain) / statistics.median(ours)
    print(f"ratio     {ratio:6.2f} of read_csv's rows per second")


if __name__ == "__main__":
    main()
