"""A zip of exports loads as the folder it was packed from would, under names that tell."""

from __future__ import annotations

import zipfile
from pathlib import Path

import sqlalchemy as sa

from etl.load import load_paths
from etl.rows.rejects import export_rejects
from tests.integration.small_exports import FILES, NOW, facts_of, ledger, write_exports
from warehouse.engine import Warehouse, open_warehouse
from warehouse.settings import Settings
from warehouse.tables import rejected_row


def pack(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def test_a_zip_loads_like_the_folder_it_was_packed_from(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    plain = open_warehouse(Settings(tmp_path, f"duckdb:///{tmp_path / 'plain.duckdb'}"))
    load_paths(plain, [write_exports(tmp_path / "in")], now=NOW)
    path = pack(tmp_path / "company.zip", {**FILES, "README.md": "notes"})
    report = load_paths(warehouse, [path], now=NOW)
    assert report.is_complete
    assert [one.name for one in report.files] == [f"company.zip/{name}" for name in FILES]
    assert facts_of(warehouse) == facts_of(plain)
    plain.close()


def test_the_same_zip_again_is_known_by_the_names_of_its_members(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    path = pack(tmp_path / "company.zip", FILES)
    load_paths(warehouse, [path], now=NOW)
    before = facts_of(warehouse, but=())
    repacked = pack(tmp_path / "company.zip", dict(reversed(FILES.items())))
    report = load_paths(warehouse, [repacked], now=NOW.replace(hour=13))
    assert all(one.is_known for one in report.files)
    assert facts_of(warehouse, but=()) == before
    assert {line[0] for line in ledger(warehouse)} == {f"company.zip/{name}" for name in FILES}


def test_problems_and_rejected_rows_speak_of_the_member(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load_paths(warehouse, [write_exports(tmp_path / "in")], now=NOW)
    bad = "session_id,pair_id,planned_start_at,status\nS9,M9,2025-06-01,held\n"
    path = pack(tmp_path / "june.zip", {"sessions.csv": bad, "pairs.csv": "pair\nM1\n", "x": ""})
    report = load_paths(warehouse, [path], now=NOW)
    problems = {one.name: str(one.problem) for one in report.refused}
    assert set(problems) == {"june.zip/pairs.csv", "june.zip/x"}
    assert all(said.startswith(str(tmp_path / name)) for name, said in problems.items())
    stored = warehouse.read(sa.select(rejected_row.c.file_name))["file_name"]
    assert list(stored) == ["june.zip/sessions.csv"]
    out = tmp_path / "rejects.csv"
    assert export_rejects(warehouse, out, file_name="june.zip/sessions.csv") == 1


def test_a_mapping_beside_the_zip_reads_its_members(warehouse: Warehouse, tmp_path: Path) -> None:
    load_paths(warehouse, [write_exports(tmp_path / "in")], now=NOW)
    (tmp_path / "log.mapping.toml").write_text(
        'source_system = "pairup"\nfiles = ["log*.csv"]\n[[load]]\nentity = "session"\n'
        'key = ["Session"]\n[load.columns]\nsession_id = "Session"\npair_id = "Match"\n'
        'planned_start_at = "Start"\n'
    )
    log = "Session,Match,Start\nA1,M1,2025-06-01\n"
    report = load_paths(warehouse, [pack(tmp_path / "logs.zip", {"log1.csv": log})], now=NOW)
    assert report.is_complete and report.rows_changed == 1
