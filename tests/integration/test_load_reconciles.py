"""Rows read = inserted + updated + unchanged + rejected, whatever the rows are."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings, strategies

from etl.load import load_paths
from tests.integration.small_exports import NOW, write_exports
from warehouse.engine import Warehouse
from warehouse.tables import loaded_file, pair, rejected_row, session, session_report

HEADER = "session_id,pair_id,planned_start_at,planned_minutes,status\n"
ROWS = strategies.lists(
    strategies.tuples(
        strategies.sampled_from(["A", "B", "C", "D", "E", ""]),
        strategies.sampled_from(["M1", "M1", "M1", "M9", ""]),
        strategies.sampled_from(["2025-06-01 10:00", "2025-06-02", "2024-01-01", "soon", ""]),
        strategies.sampled_from(["60", "45", "", "an hour"]),
        strategies.sampled_from(["held", "Held", "planned", "", "odd", "held,extra"]),
    ),
    max_size=12,
)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(first=ROWS, second=ROWS)
def test_every_row_is_accounted_for(
    warehouse: Warehouse,
    tmp_path: Path,
    first: list[tuple[str, ...]],
    second: list[tuple[str, ...]],
) -> None:
    if warehouse.read(sa.select(pair.c.pair_id)).empty:
        load_paths(warehouse, [write_exports(tmp_path / "in", sessions=None)], now=NOW)
    with warehouse.writing() as writer:
        for table in (session, session_report, loaded_file, rejected_row):
            writer.execute(sa.delete(table))
    for number, rows in enumerate((first, second)):
        path = tmp_path / f"sessions_{number}.csv"
        path.write_text(HEADER + "".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
        before = stored(warehouse)
        (outcome,) = load_paths(warehouse, [path], now=NOW).files
        assert outcome.problem is None
        (counts,) = outcome.counts
        after = stored(warehouse)
        assert counts.rows_read == len(rows)
        assert counts.rows_read == counts.changed + counts.rows_unchanged + counts.rows_rejected
        assert counts.rows_rejected == sum(outcome.rejected.values())
        assert counts.rows_inserted == len(after.keys() - before.keys())
        assert counts.rows_updated == sum(after[key] != before[key] for key in before)
        assert set(after) <= set(before) | {row[0] for row in rows}


def stored(warehouse: Warehouse) -> dict[str, tuple[object, ...]]:
    """Return what the source said of each session, also where it is one with another by now."""
    names = ("pair_id", "planned_start_at", "planned_minutes", "status", "source_record_id")
    s, r = session.c, session_report.c
    told = warehouse.read(sa.select(r.reported_session_id, *(r[name] for name in names)))
    keys = set(told["source_record_id"])
    alone = warehouse.read(sa.select(s.session_id, *(s[name] for name in names)))
    alone = alone[~alone["source_record_id"].isin(keys)]
    # one by one: a whole column of moments reads differently when all of them are at midnight
    rows = [*told.itertuples(index=False), *alone.itertuples(index=False)]
    return {row[0]: tuple(map(str, row)) for row in rows}
