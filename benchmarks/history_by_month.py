"""CPU seconds of history per monthly snapshot: for the people it changes, and for everybody.

    python -m benchmarks.history_by_month --people 50000 --months 24

Every month one person in forty changes department, one in a hundred leaves and is replaced by
somebody hired nine days before the snapshot; in the middle, everybody changes department. The
snapshots are written straight into worker_record; what is measured is history alone.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from etl.history.derive import derive_history, rebuild_history
from etl.history.people import Merged
from etl.ledger import EntityCounts
from etl.mapping.mapping import Mapping
from etl.people.identity import Provenance
from warehouse.engine import Warehouse, open_warehouse
from warehouse.settings import Settings

NOW = dt.datetime(2026, 1, 1)
MAPPING = Mapping("benchmark", "", "hr", ())
COUNTS = (EntityCounts("worker_record", 0),)
# A place holds one person after another; nobody's month depends on another's.
_MONTH = """
INSERT INTO worker_record (person_id, record_kind, recorded_on, hired_on, status, department_id,
    level, source_system, source_record_id, source_file_sha256, batch_id)
SELECT 'p' || place || '-' || turn, 'snapshot', on_day,
    CASE turn WHEN 0 THEN DATE '2015-01-01' ELSE on_day - INTERVAL 1 MONTH * worked - INTERVAL 9 DAY
    END, 'active', 'D' || (hash(place, moves, {reorganized}) % 200), place % 12, 'hr',
    'p' || place || '-' || turn || '|' || on_day, 'month {month}', 'b'
FROM (
    SELECT place, DATE '2020-01-01' + INTERVAL {month} MONTH AS on_day,
        ({month} + hash(place) % 100) // 100 AS turn,
        CAST(({month} + hash(place) % 100) % 100 AS INTEGER) AS worked,
        ({month} + hash(place, 1) % 40) // 40 AS moves
    FROM range({people}) t(place)
)
"""


def seconds_by_month(people: int, months: int, *, is_partial: bool) -> list[float]:
    """Load snapshots one by one; returns CPU seconds of history for each."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        warehouse = open_warehouse(Settings(home, f"duckdb:///{home / 'warehouse.duckdb'}"))
        for month in range(months):
            snapshot = _MONTH.format(people=people, month=month, reorganized=month >= months // 2)
            found.append(_seconds(warehouse, snapshot, month, is_partial))
        warehouse.close()
    return found


def _seconds(warehouse: Warehouse, snapshot: str, month: int, is_partial: bool) -> float:
    with warehouse.writing() as writer:
        writer.execute(sa.text(snapshot))
        begin = time.process_time()
        if is_partial:
            provenance = Provenance("hr", f"month {month}", "b", NOW)
            derive_history(writer, [Merged(MAPPING, COUNTS, provenance)])
        else:
            rebuild_history(writer, batch_id="b", now=NOW)
        return time.process_time() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--months", type=int, default=24)
    given = parser.parse_args()
    for is_partial in (True, False):
        seconds = seconds_by_month(given.people, given.months, is_partial=is_partial)
        what = "people it changes" if is_partial else "everybody"
        print(
            f"{what:>18}: {sum(seconds):7.1f} s CPU in all, {seconds[0]:.2f} s for the first, "
            f"{seconds[given.months // 2]:.2f} s for that of the reorganization, "
            f"{seconds[-1]:.2f} s for the last snapshot"
        )


if __name__ == "__main__":
    main()
