"""Corrections, trial runs, shrunken exports, and files that were refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from etl.load import LoadOptions, load_paths
from etl.problems import FileProblem
from etl.rows.rejects import export_rejects
from tests.integration.small_exports import FILES, NOW, PULSE, facts_of, ledger, write_exports
from warehouse.engine import Warehouse
from warehouse.tables import (
    correction_applied,
    department,
    loaded_file,
    person,
    refused_file,
    session,
    worker_record,
)

CORRECTIONS = """
[[correction]]
files = ["department.csv"]
match = { name = "Sales" }
change = { name = "Sales & Service" }
reason = "renamed in April, the export still says Sales"
said_by = "HR operations"
"""


def names(warehouse: Warehouse) -> list[str]:
    return sorted(warehouse.read(sa.select(department.c.name))["name"])


def test_a_known_error_is_mended_before_the_mapping_and_stands_in_the_ledger(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = write_exports(tmp_path / "in")
    (folder / "known.corrections.toml").write_text(CORRECTIONS)
    load_paths(warehouse, [folder], now=NOW)
    assert names(warehouse) == ["Research", "Sales & Service"]
    c = correction_applied.c
    found = warehouse.read(
        sa.select(c.source_row, c.column_name, c.old_value, c.new_value, c.reason)
    )
    assert found.to_numpy().tolist() == [
        [
            2,
            "name",
            "Sales",
            "Sales & Service",
            "renamed in April, the export still says Sales (said by HR operations; "
            "known.corrections.toml, correction 1)",
        ]
    ]


def test_a_new_correction_makes_a_known_file_be_read_again(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = write_exports(tmp_path / "in")
    load_paths(warehouse, [folder], now=NOW)
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "known.corrections.toml").write_text(CORRECTIONS)
    options = LoadOptions(corrections=(rules, tmp_path / "missing"))
    report = load_paths(warehouse, [folder], now=NOW.replace(hour=13), options=options)
    assert [one.name for one in report.files if not one.is_known] == ["department.csv"]
    assert names(warehouse) == ["Research", "Sales & Service"]
    again = load_paths(warehouse, [folder], now=NOW.replace(hour=14), options=options)
    assert all(one.is_known for one in again.files)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CORRECTIONS.replace("name =", "nmae =", 1), "nmae"),
        (
            CORRECTIONS.replace('said_by = "HR operations"', ""),
            '"correction[1].said_by" is missing',
        ),
        (CORRECTIONS.replace("[[correction]]", "[[corection]]"), "corection"),
    ],
)
def test_a_correction_that_cannot_be_meant_keeps_the_file_out(
    warehouse: Warehouse, tmp_path: Path, text: str, words: str
) -> None:
    folder = write_exports(tmp_path / "in")
    (folder / "known.corrections.toml").write_text(text)
    report = load_paths(warehouse, [folder / "department.csv"], now=NOW)
    problem = report.refused[0].problem
    assert isinstance(problem, FileProblem) and problem.code == "bad_corrections"
    assert words in str(problem)
    assert names(warehouse) == []


def test_a_dry_run_tells_what_would_happen_and_keeps_nothing(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = write_exports(tmp_path / "in", cohort=FILES["cohort.csv"].replace("cohort_id", "x"))
    before = facts_of(warehouse)
    trial = load_paths(warehouse, [folder], now=NOW, options=LoadOptions(dry_run=True))
    assert facts_of(warehouse) == before and ledger(warehouse) == []
    assert warehouse.read(sa.select(refused_file.c.code)).empty
    real = load_paths(warehouse, [folder], now=NOW)
    assert [(o.name, o.counts, o.rejected) for o in trial.files] == [
        (o.name, o.counts, o.rejected) for o in real.files
    ]
    assert len(trial.refused) == len(real.refused) == 1


def people(count: int) -> str:
    return "person_id,display_name\n" + "".join(f"p{n},Person {n}\n" for n in range(count))


@pytest.mark.parametrize("name", ["people.csv", "people_2026-10.csv"])
def test_an_export_that_lost_most_of_its_rows_stops_and_asks(
    warehouse: Warehouse, tmp_path: Path, name: str
) -> None:
    first, later = tmp_path / "people_2026-09.csv", tmp_path / name
    first = first if name != "people.csv" else later
    first.write_text(people(100))
    load_paths(warehouse, [first], now=NOW)
    later.write_text(people(60))
    report = load_paths(warehouse, [later], now=NOW.replace(hour=13))
    assert report.refused[0].problem is not None
    assert report.refused[0].problem.code == "shrunk_source"
    assert "40% are missing" in str(report.refused[0].problem)
    assert len(warehouse.read(sa.select(loaded_file.c.file_name))) == 1
    options = LoadOptions(largest_shrink=1)
    allowed = load_paths(warehouse, [later], now=NOW.replace(hour=14), options=options)
    assert allowed.is_complete


def test_an_export_may_lose_some_rows_and_small_ones_any(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    for minute, rows in enumerate((100, 75, 60, 43, 31, 22, 16, 1)):
        (tmp_path / "people.csv").write_text(people(rows))
        report = load_paths(warehouse, [tmp_path / "people.csv"], now=NOW.replace(minute=minute))
        assert report.is_complete
    assert len(warehouse.read(sa.select(person.c.person_id))) == 100


def test_a_survey_looked_at_again_has_lost_no_rows_because_each_is_many_answers(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_text(people(29))
    (tmp_path / "pulse.mapping.toml").write_text(PULSE)
    rows = [f"R{n},W1,p{n},4,5" for n in range(30)]  # of whom one is nobody HR knows yet
    (tmp_path / "pulse_1.csv").write_text("\n".join(["Response,Wave,Employee,Q1,Q2", *rows, ""]))
    first = load_paths(warehouse, [tmp_path / "people.csv", tmp_path / "pulse_1.csv"], now=NOW)
    assert first.rejected_by_rule == {"unknown_person": 1}
    later = NOW.replace(hour=13)
    again = load_paths(warehouse, [tmp_path / "pulse_1.csv"], now=later)
    assert again.is_complete and not again.files[0].is_known


def test_a_refused_file_is_remembered_with_its_reason_and_no_value(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    strange = tmp_path / "strange.csv"
    strange.write_text("colour,taste\nred,sweet\n")
    load_paths(warehouse, [strange], now=NOW)
    found = warehouse.read(sa.select(refused_file))
    assert found[["file_name", "code"]].to_numpy().tolist() == [["strange.csv", "no_mapping"]]
    assert found["remedy"][0] and found["problem"][0]
    assert "sweet" not in " ".join(found.astype(str).iloc[0])


def test_rejected_rows_come_back_corrected_from_the_sheet_that_was_exported(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    wrong = FILES["sessions.csv"].replace("2025-04-01 10:00", "=1.4.25").replace("S3,M1", "S3,M9")
    folder = write_exports(tmp_path / "in", sessions=wrong)
    load_paths(warehouse, [folder], now=NOW)
    sheet = tmp_path / "rejected-sessions.csv"
    assert export_rejects(warehouse, sheet, file_name="sessions.csv") == 2
    text = sheet.read_text(encoding="utf-8-sig")
    assert "'=1.4.25" in text  # no spreadsheet runs it
    sheet.write_text(text.replace("'=1.4.25", "2025-04-01 10:00"), encoding="utf-8-sig")
    report = load_paths(warehouse, [sheet], now=NOW.replace(hour=13))
    (outcome,) = report.files
    assert outcome.format == "returned_rows"
    assert sum(outcome.rejected.values()) == 1 and outcome.counts[0].rows_inserted == 1
    assert sorted(warehouse.read(sa.select(session.c.session_id))["session_id"]) == ["S1", "S2"]
    again = tmp_path / "again.csv"
    assert export_rejects(warehouse, again, file_name="sessions.csv") == 0
    assert export_rejects(warehouse, again, file_name="rejected-sessions.csv") == 1
    text = again.read_text(encoding="utf-8-sig").replace("M9", "M1")
    again.write_text(text.replace("rejected-sessions.csv", "nowhere.csv"), encoding="utf-8-sig")
    refused = load_paths(warehouse, [again], now=NOW.replace(hour=14)).refused[0]
    assert refused.problem is not None and refused.problem.code == "unknown_origin"
    again.write_text(text, encoding="utf-8-sig")
    assert load_paths(warehouse, [again], now=NOW.replace(hour=15)).rejected_by_rule == {}
    assert len(warehouse.read(sa.select(session.c.session_id))) == 3
    assert export_rejects(warehouse, again) == 0


def test_the_same_workers_in_another_months_file_are_another_snapshot(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    mapping = tmp_path / "hr.mapping.toml"
    mapping.write_text(
        'source_system = "hr"\nfiles = ["workers*.csv"]\n'
        '[[load]]\nentity = "person"\nkey = ["ID"]\ndistinct = true\n'
        '[load.columns]\nperson_id = "ID"\n'
        '[[load]]\nentity = "worker_record"\nkey = ["ID", "Day"]\n[load.columns]\n'
        'person_id = "ID"\nrecord_kind = { value = "snapshot" }\n'
        'recorded_on = { column = "Day", in_file_name = true }\nhired_on = "Hired"\n'
    )
    for month in ("01", "02"):
        path = tmp_path / f"workers_2026-{month}-28.csv"
        path.write_text("ID,Hired\np1,2020-01-01\n")
        report = load_paths(warehouse, [path], now=NOW.replace(hour=int(month)))
        assert report.is_complete and not report.files[0].is_known, report.files
    days = warehouse.read(sa.select(worker_record.c.recorded_on))["recorded_on"]
    assert sorted(day.strftime("%Y-%m-%d") for day in days) == ["2026-01-28", "2026-02-28"]


def test_a_sheet_of_corrected_rows_may_get_shorter_from_round_to_round(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    wrong = "person_id,display_name,birth_year\n" + "".join(f"q{n},P,odd\n" for n in range(40))
    (tmp_path / "people.csv").write_text(wrong)
    load_paths(warehouse, [tmp_path / "people.csv"], now=NOW)
    sheet = tmp_path / "rejected-people.csv"
    for minute, left in ((1, 40), (2, 4)):
        assert export_rejects(warehouse, sheet) == left
        head, *rows = sheet.read_text("utf-8-sig").splitlines(keepends=True)
        rows = [row.replace(",odd,", ",1990,") if n >= 4 else row for n, row in enumerate(rows)]
        sheet.write_text(head + "".join(rows), encoding="utf-8-sig")
        report = load_paths(warehouse, [sheet], now=NOW.replace(minute=minute))
        assert report.is_complete, report.refused
