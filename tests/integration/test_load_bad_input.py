"""Bad input is named in words one can act on, and never changes the warehouse unseen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from etl.load import load_paths
from etl.report import LoadReport
from tests.integration.small_exports import (
    FILES,
    NOW,
    facts_of,
    messages,
    rejects,
    write_exports,
)
from warehouse.engine import Warehouse, WarehouseError, open_warehouse
from warehouse.settings import Settings
from warehouse.tables import loaded_file, session


def load(warehouse: Warehouse, *paths: Path, mapping: Path | None = None) -> LoadReport:
    return load_paths(warehouse, paths, mapping=mapping, now=NOW)


@pytest.fixture
def filled(warehouse: Warehouse, tmp_path: Path) -> Warehouse:
    """A warehouse that holds the small company."""
    assert load(warehouse, write_exports(tmp_path / "in")).is_complete
    return warehouse


def refusal(warehouse: Warehouse, path: Path, mapping: Path | None = None) -> str:
    """Load one file that must be refused; return the code and what is said."""
    before = facts_of(warehouse), len(warehouse.read(sa.select(loaded_file.c.batch_id)))
    report = load(warehouse, path, mapping=mapping)
    assert (facts_of(warehouse), len(warehouse.read(sa.select(loaded_file.c.batch_id)))) == before
    (outcome,) = report.refused
    assert outcome.problem is not None and not report.is_complete
    assert str(path.name) in str(outcome.problem)
    is_command = outcome.problem.remedy.endswith(f'"{path.name}"')  # to be pasted as it stands
    assert outcome.problem.remedy.endswith(".") or is_command, "a remedy is a sentence"
    return f"{outcome.problem.code}: {outcome.problem}"


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_an_empty_file_is_refused(filled: Warehouse, tmp_path: Path) -> None:
    assert refusal(filled, write(tmp_path / "sessions.csv", "")).startswith("empty_file")


def test_a_file_that_is_not_there_is_named(filled: Warehouse, tmp_path: Path) -> None:
    assert refusal(filled, tmp_path / "gone.csv").startswith("file_not_found")


def test_a_folder_without_files_is_refused(filled: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    (tmp_path / "nothing" / "README.md").write_text("notes")
    assert refusal(filled, tmp_path / "nothing").startswith("empty_folder")


def test_a_missing_column_is_named_with_what_comes_near(filled: Warehouse, tmp_path: Path) -> None:
    text = FILES["sessions.csv"].replace("session_id", "sesion_id")
    said = refusal(filled, write(tmp_path / "sessions.csv", text))
    assert "session_id" in said and "sesion_id" in said


MAPPING = """
source_system = "pairup"
files = ["log*.csv"]
[[load]]
entity = "session"
key = ["Session"]
[load.columns]
session_id = "Session"
pair_id = "Match"
planned_start_at = "Start"
"""


def test_a_mapping_that_reads_a_column_the_file_lacks_refuses_the_file(
    filled: Warehouse, tmp_path: Path
) -> None:
    write(tmp_path / "log.mapping.toml", MAPPING)
    said = refusal(filled, write(tmp_path / "log.csv", "Session,Match,Began\nS9,M1,2025-06-01\n"))
    assert said.startswith("missing_column") and '"Start"' in said


def test_a_file_of_another_system_is_refused_by_an_explicit_mapping(
    filled: Warehouse, tmp_path: Path
) -> None:
    mapping = write(tmp_path / "pairup.toml", MAPPING)
    path = write(tmp_path / "salaries.csv", "Name,Salary\nx,1\n")
    assert refusal(filled, path, mapping).startswith("missing_column")


def test_a_doubled_column_is_refused(filled: Warehouse, tmp_path: Path) -> None:
    text = "session_id,pair_id,pair_id,planned_start_at\nS9,M1,M1,2025-06-01\n"
    assert refusal(filled, write(tmp_path / "sessions.csv", text)).startswith("doubled_column")


def test_bytes_nobody_can_read_are_refused(filled: Warehouse, tmp_path: Path) -> None:
    said = refusal(filled, write(tmp_path / "sessions.csv", bytes(range(256)) * 20))
    assert said.split(":")[0] in {"unreadable_bytes", "wrong_file", "missing_header", "no_mapping"}


def test_a_refused_file_does_not_keep_others_out(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = write_exports(tmp_path / "in", cohort="")
    report = load(warehouse, folder)
    assert [o.path.name for o in report.refused] == ["cohort.csv"]
    assert report.rows_changed > 0


ROWS = {
    "not_a_date": ("S9,M1,soon,60,held", "planned_start_at", "soon"),
    "date_out_of_range": ("S9,M1,1025-06-01,60,held", "planned_start_at", "1025-06-01"),
    "unknown_pair": ("S9,M7,2025-06-01,60,held", "pair_id", "M7"),
    "missing_value": ("S9,,2025-06-01,60,held", "pair_id", None),
    "not_a_number": ("S9,M1,2025-06-01,an hour,held", "planned_minutes", "an hour"),
    "not_in_list": ("S9,M1,2025-06-01,60,happened", "status", "happened"),
    "session_before_pair": ("S9,M1,2025-02-09,60,held", "planned_start_at", "2025-02-09"),
}


@pytest.mark.parametrize("rule", ROWS)
def test_a_bad_session_is_set_aside_and_the_others_load(
    filled: Warehouse, tmp_path: Path, rule: str
) -> None:
    row, column, value = ROWS[rule]
    header = FILES["sessions.csv"].split("\n", 1)[0]
    text = f"{header}\nS8,M1,2025-06-01 09:00,60,held\n{row}\n"
    report = load(filled, write(tmp_path / "sessions_june.csv", text))
    assert report.rejected_by_rule == {rule: 1} and report.rows_changed == 1
    assert rejects(filled) == [("session", 3, rule, column, value)]
    (message,) = messages(filled)
    assert column in message and (value or "blank") in message and message.endswith(".")
    assert "S9" not in set(filled.read(sa.select(session.c.session_id))["session_id"])


OTHERS = {
    "unknown_person": ("exits", "person_id,exit_on\np9,2026-05-31\n"),
    "exit_before_hire": ("exits", "person_id,exit_on\np1,2020-05-31\n"),
    "unknown_department": (
        "worker_records",
        "person_id,record_kind,recorded_on,department_id\np1,effective,2026-01-01,D9\n",
    ),
    "overlapping_spell": (
        "worker_records",
        "person_id,record_kind,recorded_on,hired_on,status,department_id\n"
        "p4,effective,2025-03-01,2025-03-01,active,D1\n",
    ),
    "same_person_pair": (
        "pairs",
        "pair_id,program_id,mentor_person_id,mentee_person_id,matched_on\nM5,RM,p1,p1,2025-02-10\n",
    ),
    "unknown_program": (
        "pairs",
        "pair_id,program_id,mentor_person_id,mentee_person_id,matched_on\nM5,XX,p1,p2,2025-02-10\n",
    ),
    "unknown_session": ("session_topics", "session_id,topic\nS77,leadership\n"),
    "off_scale": ("session_feedback", "session_id,person_id,role,rating\nS1,p1,mentor,7\n"),
    "not_a_flag": ("ground_rules", "pair_id,covers_place\nM1,perhaps\n"),
    "unknown_wave": ("invitations", "wave_id,person_id\n2025H9,p1\n"),
}


@pytest.mark.parametrize("rule", OTHERS)
def test_every_rule_sets_its_row_aside_with_a_remedy(
    filled: Warehouse, tmp_path: Path, rule: str
) -> None:
    entity, text = OTHERS[rule]
    before = facts_of(filled)
    report = load(filled, write(tmp_path / f"{entity}.csv", text))
    assert report.is_complete and report.rejected_by_rule == {rule: 1}
    after = facts_of(filled)
    assert after.pop("rejected_row") != before.pop("rejected_row")
    assert after == before
    (message,) = messages(filled)
    assert message.count(". ") >= 1 and message.endswith(".")


def test_rows_of_the_wrong_width_are_kept_whole(filled: Warehouse, tmp_path: Path) -> None:
    header = FILES["sessions.csv"].split("\n", 1)[0]
    text = f"{header}\nS8,M1,2025-06-01 09:00,60,held\nS9,M1\nS10,M1,2025-06-01,60,held,x,y\n"
    report = load(filled, write(tmp_path / "sessions_june.csv", text))
    assert report.rejected_by_rule == {"too_few_cells": 1, "too_many_cells": 1}
    assert report.rows_read == 3 and report.rows_changed == 1


def test_the_same_key_twice_with_other_content_keeps_the_first(
    filled: Warehouse, tmp_path: Path
) -> None:
    header = FILES["sessions.csv"].split("\n", 1)[0]
    rows = "S8,M1,2025-06-01 09:00,60,held\n" * 2 + "S8,M1,2025-06-01 09:00,30,held\n"
    report = load(filled, write(tmp_path / "sessions_june.csv", f"{header}\n{rows}"))
    (counts,) = report.files[0].counts
    assert (counts.rows_inserted, counts.rows_unchanged, counts.rows_rejected) == (1, 1, 1)
    assert "Row 2 was kept" in messages(filled)[0]


def test_a_file_of_many_rows_is_judged_like_a_small_one(
    filled: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.rows.entity._LARGE", 1)
    path = write(tmp_path / "log.csv", "Session,Match,Start\nA1,M1,2025-06-01\nA2,M9,2025-06-01\n")
    write(tmp_path / "log.mapping.toml", MAPPING)
    report = load(filled, path)
    assert report.rejected_by_rule == {"unknown_pair": 1} and report.rows_changed == 1


def test_a_second_writer_is_told_to_wait(
    filled: Warehouse, settings: Settings, tmp_path: Path
) -> None:
    program = (
        "import sys, datetime as dt\nfrom pathlib import Path\n"
        "from etl.load import load_paths\nfrom warehouse.engine import *\n"
        "from warehouse.settings import Settings\n"
        "try:\n"
        "    warehouse = open_warehouse(Settings(Path(sys.argv[1]), sys.argv[2]))\n"
        "    load_paths(warehouse, [Path(sys.argv[3])], now=dt.datetime(2026, 10, 1))\n"
        "except WarehouseBusy as error: print('busy', error)\n"
    )
    more = write(tmp_path / "sessions_june.csv", FILES["sessions.csv"].replace("S1", "S9"))
    with filled.writing():
        command = [sys.executable, "-c", program, str(settings.home), settings.warehouse_url, more]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("busy") and "nothing was changed" in done.stdout, done.stderr


def test_a_full_disk_is_explained_and_leaves_nothing_behind(
    filled: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    before = facts_of(filled)
    path = write(tmp_path / "sessions_june.csv", FILES["sessions.csv"].replace("S1", "S9"))
    monkeypatch.setattr("etl.file_load.write_lines", no_room)
    with pytest.raises(WarehouseError, match=r"left nothing behind.*No space left.*room"):
        load(filled, path)
    monkeypatch.undo()
    assert facts_of(filled) == before


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    home = write(tmp_path / "a file", "not a folder") / "home"
    with pytest.raises(WarehouseError, match="OUTCOMES_HOME"):
        open_warehouse(Settings(home, f"duckdb:///{home / 'w.duckdb'}"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_write_permission_is_named(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    home = tmp_path / "locked" / "home"
    with pytest.raises(WarehouseError, match="OUTCOMES_HOME"):
        open_warehouse(Settings(home, f"duckdb:///{home / 'w.duckdb'}"))


def test_departments_are_checked_only_where_a_list_of_them_is_loaded(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    report = load(warehouse, write_exports(tmp_path / "in", department=None))
    assert report.is_complete and report.rejected_by_rule == {}


def test_a_session_log_without_pairs_loads(filled: Warehouse, tmp_path: Path) -> None:
    text = "session_id,planned_start_at,status\nZ1,2020-06-01 10:00,held\n"
    assert load(filled, write(tmp_path / "sessions_log.csv", text)).rows_changed == 1


def test_a_file_that_is_not_there_is_named_whatever_mapping_was_given(
    filled: Warehouse, tmp_path: Path
) -> None:
    mapping = write(tmp_path / "pairup.toml", MAPPING)
    assert refusal(filled, tmp_path / "gone.csv", mapping).startswith("file_not_found")
