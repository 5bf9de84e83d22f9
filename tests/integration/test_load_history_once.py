"""Files of HR that come together share a transaction, and history is derived from them once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from etl import file_load
from etl.history.people import Merged
from etl.load import load_paths
from tests.integration.small_exports import NOW, facts_of, write_exports
from warehouse.engine import Warehouse
from warehouse.tables import (
    employment,
    exit_,
    file_reading,
    job_history,
    loaded_file,
    worker_record,
)


@pytest.fixture
def derivations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many files each derivation of history was about."""
    sizes: list[int] = []
    kept = file_load.derive_history

    def derive(writer: Any, files: Sequence[Merged]) -> None:
        sizes.append(len(files))
        kept(writer, files)

    monkeypatch.setattr(file_load, "derive_history", derive)
    return sizes


def test_history_comes_to_the_same_from_hr_files_together_and_one_by_one(
    warehouse: Warehouse, tmp_path: Path, derivations: list[int]
) -> None:
    folder = write_exports(tmp_path / "company")
    load_paths(warehouse, [folder], now=NOW)
    assert derivations == [2]
    found = facts_of(warehouse)
    assert found["exit"] and found["job_history"]
    with warehouse.writing() as writer:
        for table in (employment, job_history, exit_, worker_record, loaded_file, file_reading):
            writer.execute(sa.delete(table))
    for name in ("worker_records.csv", "exits.csv"):
        load_paths(warehouse, [folder / name], now=NOW)
    assert derivations == [2, 1, 1]
    assert facts_of(warehouse) == found


def test_files_of_one_mapping_are_not_derived_from_together(
    warehouse: Warehouse, tmp_path: Path, derivations: list[int]
) -> None:
    folder = write_exports(tmp_path / "company", exits="person_id,exit_on\np3,2026-05-31\n")
    (folder / "exits_more.csv").write_text("person_id,exit_on\np4,2026-02-28\n", encoding="utf-8")
    load_paths(warehouse, [folder], now=NOW)
    assert derivations == [2, 1]


def test_a_refused_list_of_exits_keeps_no_history_out(
    warehouse: Warehouse, tmp_path: Path, derivations: list[int]
) -> None:
    exits = "person_id,exit_on,voluntary\np3,01.02.2026,yes\n"
    report = load_paths(warehouse, [write_exports(tmp_path / "company", exits=exits)], now=NOW)
    refused = [(one.name, one.problem.code) for one in report.files if one.problem]
    assert refused == [("exits.csv", "ambiguous_dates")]
    assert derivations == [1]
    assert len(facts_of(warehouse)["employment"]) == 4
