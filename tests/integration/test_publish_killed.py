"""A publish that is killed at any moment leaves the release before it, or the new one, whole.

The long form, two hundred kills on each engine, is benchmarks/kill_publisher.py.
"""

from __future__ import annotations

import random
from pathlib import Path

from tests.integration.killed_publishes import kill_publishes, undisturbed
from tests.integration.test_publish import company
from tests.warehouse_rows import fill
from warehouse.engine import open_warehouse
from warehouse.settings import Settings

# A publish only reads the warehouse: on the second engine one kill while it writes, one before.
KILLS = {"duckdb": 3, "postgresql": 2}


def test_a_killed_publish_leaves_a_whole_release_and_the_next_one_cleans_up(
    settings: Settings, tmp_path: Path
) -> None:
    warehouse = open_warehouse(settings)
    fill(warehouse, company())
    warehouse.close()
    folder = tmp_path / "releases"
    course = undisturbed(settings, folder)
    kills = KILLS[warehouse.dialect]
    tally = kill_publishes(settings, folder, course, kills, random.Random(11_2026))
    assert tally.findings == []
    assert tally.kills == kills and tally.left_old > 0
