"""The sample through the whole path: load and publish, beside DuckDB's own reader on its files.

Run with ``python -m benchmarks.sample_path [runs]``. The budget is 10 s for load and publish
together on an idle machine; the reader's time tells how fast this machine is at the moment.
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from etl.load import load_paths
from reports.apart import place_beside
from reports.publish import publish
from warehouse.engine import open_warehouse
from warehouse.settings import Settings

EXPORTS = Path(__file__).parent.parent / "data" / "sample" / "exports"
NOW = dt.datetime(2026, 11, 1)
RUNS = 3


def run_once(home: Path) -> tuple[float, float, float]:
    """Return seconds of loading, of publishing, and of DuckDB reading the CSV files."""
    warehouse = open_warehouse(Settings(home, f"duckdb:///{home / 'warehouse.duckdb'}"))
    begun = time.perf_counter()
    with place_beside() as beside:
        try:
            load_paths(warehouse, [EXPORTS], now=NOW)
            loading = time.perf_counter() - begun
            publishing = _timed(
                lambda: publish(warehouse, home / "releases", now=NOW, is_sample=True, place=beside)
            )
        finally:
            warehouse.close()
    return loading, publishing, _timed(_read_all)


def _read_all() -> None:
    """Read every comma-separated export into a table, as text."""
    with duckdb.connect() as connection:
        for number, path in enumerate(sorted(EXPORTS.rglob("*.csv"))):
            if path.parent.name != "teams":  # sections, not a table
                name = str(path).replace("'", "''")
                connection.execute(
                    f"CREATE TABLE t{number} AS SELECT * FROM read_csv('{name}', "
                    "all_varchar = true, ignore_errors = true)"
                )


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print each run and the medians."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    found = []
    for number in range(1, runs + 1):
        with tempfile.TemporaryDirectory(prefix="outcomes-") as folder:
            loading, publishing, reading = run_once(Path(folder))
        found.append((loading, publishing, loading + publishing, reading))
        print(
            f"run {number}: load {loading:.1f} s, publish {publishing:.1f} s, together "
            f"{loading + publishing:.1f} s; read_csv of the same files {reading:.2f} s"
        )
    loading, publishing, together, reading = map(statistics.median, zip(*found, strict=True))
    print(
        f"median: load {loading:.1f} s, publish {publishing:.1f} s, together {together:.1f} s, "
        f"{together / reading:.0f} times read_csv"
    )


if __name__ == "__main__":
    main()
