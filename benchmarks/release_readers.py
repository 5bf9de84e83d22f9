"""What a page's lookups cost: SQLite opened immutable against a DuckDB file, same rows.

Run: python benchmarks/release_readers.py [rows]. Prints milliseconds per lookup (median and 95th
percentile) for a new connection each time, for a connection kept open, and with several threads.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

sys.path.insert(0, str(Path(__file__).parents[1]))

from reports.release import FILE_NAME, open_release
from reports.release_writer import write_release
from tests.synthetic_release import tables

LOOKUPS = {
    "one metric over time": ({"metric_id": "adherence", "period_kind": "quarter"}, True),
    "a page's six figures": (
        {"metric_id": ["participants", "reach", "active_pairs", "sessions_held", "adherence",
                       "on_track_share"], "period_kind": "quarter"}, True),
    "heatmap, department x quarter": (
        {"metric_id": "adherence", "period_kind": "quarter", "program": "", "cohort": ""}, False),
}  # fmt: skip


def build(rows: int) -> tuple[Path, Path]:
    """Write the same release tables, grown to ``rows`` cells, as SQLite and as DuckDB."""
    folder = Path(tempfile.mkdtemp(prefix="outcomes-bench-"))
    found = tables(quarters=12)
    cells = found["metric_cell"]
    copies = max(1, rows // len(cells))
    grown = [cells] + [
        cells.assign(metric_id=cells["metric_id"] + f"_{i}") for i in range(1, copies)
    ]
    found["metric_cell"] = pd.concat(grown, ignore_index=True)
    started = time.perf_counter()
    write_release(folder, found)
    sqlite = folder / "000001" / FILE_NAME
    took, size = time.perf_counter() - started, sqlite.stat().st_size / 1e6
    print(f"{len(found['metric_cell']):,} cells; SQLite written in {took:.2f} s, {size:.1f} MB")
    duck = folder / "release.duckdb"
    started = time.perf_counter()
    with duckdb.connect(str(duck)) as connection:
        connection.register("cells", found["metric_cell"])
        connection.execute("CREATE TABLE metric_cell AS SELECT * FROM cells")
        connection.execute("CREATE INDEX by_metric ON metric_cell (metric_id)")
    print(f"DuckDB written in {time.perf_counter() - started:.2f} s, "
          f"{duck.stat().st_size / 1e6:.1f} MB")  # fmt: skip
    return folder, duck


def where(equals: dict[str, object], *, company: bool) -> dict[str, object]:
    """Add the company-wide slice to a lookup."""
    wide = {"program": "", "cohort": "", "department": ""} if company else {}
    return equals | wide


def duck_query(equals: dict[str, object]) -> tuple[str, list[object]]:
    """Return the lookup as SQL of DuckDB."""
    parts, values = [], []
    for name, wanted in equals.items():
        many = wanted if isinstance(wanted, list) else [wanted]
        parts.append(f"{name} IN ({', '.join('?' * len(many))})")
        values += many
    return f"SELECT * FROM metric_cell WHERE {' AND '.join(parts)}", values


def measure(name: str, call: Callable[[], object], times: int, threads: int = 1) -> None:
    """Print median and 95th percentile of ``times`` calls."""

    def one(_: int) -> float:
        started = time.perf_counter()
        call()
        return (time.perf_counter() - started) * 1000

    one(0)
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        spent = list(pool.map(one, range(times)))
    rate = times / (time.perf_counter() - began)
    middle, late = statistics.median(spent), float(np.percentile(spent, 95))
    print(f"  {name:<58} {middle:7.2f} ms  p95 {late:7.2f} ms  {rate:7.0f}/s")


def main() -> None:
    """Measure every lookup on both."""
    folder, duck = build(int(sys.argv[1]) if len(sys.argv) > 1 else 120_000)
    release = open_release(folder)
    kept = duckdb.connect(str(duck), read_only=True)
    raw = sa.create_engine(f"sqlite:///file:{release.path}?mode=ro&immutable=1&uri=true")
    fresh = sa.create_engine(raw.url, poolclass=NullPool)
    for title, (given, company) in LOOKUPS.items():
        equals = where(given, company=company)
        sql, values = duck_query(equals)

        def sqlite_rows(engine: sa.Engine, sql: str = sql, values: tuple = tuple(values)) -> None:
            with engine.connect() as connection:
                connection.exec_driver_sql(sql, values).fetchall()

        def duck_frame(sql: str = sql, values: list = values) -> pd.DataFrame:
            return kept.cursor().execute(sql, values).df()

        def duck_fresh(sql: str = sql, values: list = values) -> pd.DataFrame:
            with duckdb.connect(str(duck), read_only=True) as connection:
                return connection.execute(sql, values).df()

        found = len(release.frame("metric_cell", **equals))
        assert found == len(duck_frame())
        print(f"{title}: {found} rows")
        measure("Release.frame", lambda equals=equals: release.frame("metric_cell", **equals), 200)
        measure("Release.frame, 8 threads",
                lambda equals=equals: release.frame("metric_cell", **equals), 400, 8)  # fmt: skip
        measure("SQLite rows, new connection each", lambda f=sqlite_rows: f(fresh), 200)
        measure("SQLite rows, connection kept", lambda f=sqlite_rows: f(raw), 200)
        measure("DuckDB frame, new connection each", duck_fresh, 30)
        measure("DuckDB frame, connection kept", duck_frame, 200)
        measure("DuckDB frame, connection kept, 8 threads", duck_frame, 400, 8)


if __name__ == "__main__":
    main()
