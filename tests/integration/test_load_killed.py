"""A load that is killed at any moment leaves every file loaded or not at all.

The long form, two hundred kills on each engine, is benchmarks/kill_loader.py.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from tests.integration.killed_loads import kill_loads, larger_exports, undisturbed
from warehouse.engine import open_warehouse
from warehouse.settings import Settings
from warehouse.tables import metadata

KILLS = 6
PEOPLE = 40


def test_a_killed_load_leaves_whole_files_and_run_again_ends_as_an_undisturbed_one(
    settings: Settings, tmp_path: Path
) -> None:
    exports = larger_exports(tmp_path / "in", PEOPLE)
    calm = Settings(tmp_path / "calm", f"duckdb:///{tmp_path / 'calm' / 'w.duckdb'}")
    course = undisturbed(calm, exports)
    tally = kill_loads(_emptied(settings), exports, course, KILLS, random.Random(7_2026))
    assert tally.findings == []
    assert tally.kills == KILLS and tally.between > 0


def _emptied(settings: Settings) -> Iterator[Settings]:
    """The same warehouse again and again, without its rows."""
    while True:
        yield settings
        warehouse = open_warehouse(settings)
        with warehouse.writing() as writer:
            for table in reversed(metadata.sorted_tables):
                writer.execute(table.delete())
        warehouse.close()
