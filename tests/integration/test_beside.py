"""What is computed beside the figures, and where."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from reports import beside
from reports.beside import place, place_for
from reports.publish import publish
from reports.release import open_release
from reports.release_tables import metadata
from tests.unit.models.company import company_tables, fill, simulate
from warehouse.engine import Warehouse

NOW = dt.datetime(2026, 11, 1)


def test_only_a_large_company_is_worth_a_process(warehouse: Warehouse, monkeypatch) -> None:
    assert place_for(warehouse)._process is None
    monkeypatch.setattr(beside, "LARGE", 0)
    found = place_for(warehouse)
    assert found._process is not None
    found.stop()


def test_a_release_is_the_same_where_the_process_was_begun_before(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    fill(warehouse, company_tables(simulate(300)))
    with place(is_beside=True) as begun:
        publish(warehouse, tmp_path / "ahead", now=NOW, place=begun)
        assert begun._process is not None and begun._process.poll() is None, "its owner ends it"
    publish(warehouse, tmp_path / "alone", now=NOW)
    ahead, alone = open_release(tmp_path / "ahead"), open_release(tmp_path / "alone")
    for table in metadata.sorted_tables:
        pd.testing.assert_frame_equal(ahead.frame(table.name), alone.frame(table.name))
