"""Whose row it is: by the day of the row, and by what a human confirmed in a file."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from etl.load import load_paths
from etl.people.review import review_list, write_review
from tests.integration.small_exports import NOW, rejects
from warehouse.engine import Warehouse
from warehouse.tables import correction_applied, person_identifier, training

PEOPLE = (
    "person_id,display_name\n"
    "p1,Ada One\np2,Ben Two\np3,Jürgen Müller\np00417,Dee Four\np5,Eva Five\np6,Eve Fife\n"
)
ADDRESSES = (
    "person_id,id_type,value\np1,email,ada@example.com\np2,email,ben@example.com\n"
    "p2,upn,b.two@example.com\n"
)
MAPPING = """
source_system = "academy"
files = ["academy*.csv"]
[[load]]
entity = "training"
key = ["Ref"]
[load.columns]
person_id = { column = "Who", identifier = "%s" }
program_id = "Program"
completed_on = "Done"
course = "Course"
"""
HEADER = "Ref,Who,Name,Program,Done,Course\n"


def academy(folder: Path, *rows: str, identifier: str = "email", name: str = "academy.csv") -> Path:
    folder.mkdir()
    (folder / "program.csv").write_text("program_id,name\nRM,Reverse mentoring\n")
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (folder / "person_identifiers.csv").write_text(ADDRESSES, encoding="utf-8")
    (folder / "academy.mapping.toml").write_text(MAPPING % identifier)
    (folder / name).write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return folder


def trained(warehouse: Warehouse) -> list[tuple[str, str]]:
    t = training.c
    query = sa.select(t.source_record_id, t.person_id).order_by(t.source_record_id)
    return [tuple(row) for row in warehouse.read(query).itertuples(index=False)]


def suggested(warehouse: Warehouse) -> dict[str, list[str]]:
    return {
        row.identifier: [s.person_id for s in row.suggestions] for row in review_list(warehouse)
    }


def answer(path: Path, **people: str) -> None:
    with path.open(encoding="utf-8-sig", newline="") as sheet:
        rows = list(csv.DictReader(sheet))
    for row in rows:
        row["is_person"] = people.get(row["unknown_identifier"].partition("@")[0], "")
        row["confirmed_by"], row["confirmed_on"] = "HR desk", "2026-10-02"
    with path.open("w", encoding="utf-8", newline="") as sheet:
        out = csv.DictWriter(sheet, list(rows[0]))
        out.writeheader()
        out.writerows(rows)


# --- by the day of the row -------------------------------------------------------------------

HANDED_ON = (
    "person_id,id_type,value,valid_from,valid_to\n"
    "p1,email,sales@example.com,,2025-07-01\np2,email,sales@example.com,2025-07-01,2026-01-01\n"
    "p5,email,eva@example.com,2026-01-01,\n"
)


@pytest.mark.parametrize(
    ("done", "who"),
    [("2025-06-30", "p1"), ("2025-07-01", "p2"), ("2026-01-01", None), ("", None)],
)
def test_an_address_given_to_another_person_belongs_to_whoever_had_it_on_that_day(
    warehouse: Warehouse, tmp_path: Path, done: str, who: str | None
) -> None:
    folder = academy(tmp_path / "in", f"1,Sales@example.com,,RM,{done},Start")
    (folder / "person_identifiers.csv").write_text(HANDED_ON)
    load_paths(warehouse, [folder], now=NOW)
    assert trained(warehouse) == ([("1", who)] if who else [])
    assert [row[2] for row in rejects(warehouse)] == ([] if who else ["unknown_person"])


def test_an_address_that_had_one_owner_only_is_theirs_on_any_day(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """Exports write today's addresses beside the dates of old events."""
    folder = academy(tmp_path / "in", "1,eva@example.com,,RM,2024-01-01,Start")
    (folder / "person_identifiers.csv").write_text(HANDED_ON)
    load_paths(warehouse, [folder], now=NOW)
    assert trained(warehouse) == [("1", "p5")]


def test_an_address_two_people_have_on_that_day_is_nobodys(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    both = HANDED_ON.replace("2025-07-01,2026", "2025-06-01,2026")
    rows = ("1,sales@example.com,,RM,2025-06-15,Start", "2,sales@example.com,,RM,2025-05-15,Start")
    folder = academy(tmp_path / "in", *rows)
    (folder / "person_identifiers.csv").write_text(both)
    load_paths(warehouse, [folder], now=NOW)
    assert trained(warehouse) == [("2", "p1")]
    assert "several people" in review_list(warehouse)[0].note


def test_a_platform_id_of_one_program_and_some_days_is_told_apart(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    rows = (
        "1,R7,,RM,2025-02-01,Start",
        "2,R7,,RM,2025-08-01,Start",
        "3,R7,,OTHER,2025-02-01,Start",
    )
    folder = academy(tmp_path / "in", *rows, identifier="platform")
    (folder / "program.csv").write_text("program_id,name\nRM,One\nOTHER,Two\n")
    (folder / "person_identifiers.csv").write_text(
        "person_id,id_type,value,program_id,valid_from,valid_to\n"
        "p1,platform,R7,RM,,2025-07-01\np2,platform,R7,RM,2025-07-01,\np5,platform,R7,OTHER,,\n"
    )
    load_paths(warehouse, [folder], now=NOW)
    assert trained(warehouse) == [("1", "p1"), ("2", "p2"), ("3", "p5")]


# --- by what a human confirmed ---------------------------------------------------------------


def test_unknown_people_wait_in_a_list_with_suggestions(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = academy(
        tmp_path / "in",
        "1,ada@other.example,,RM,2025-02-01,Start",
        "2,ADA@other.example,,RM,2025-03-01,Next",
        "3,juergen.mueller@example.com,,RM,2025-02-01,Start",
        "4,b.two@example.com,,RM,2025-02-01,Start",
        "5,x81@example.com,Eva Five,RM,2025-02-01,Start",
        "6,efour@example.com,,RM,2025-02-01,Start",
    )
    load_paths(warehouse, [folder], now=NOW)
    assert trained(warehouse) == []
    assert suggested(warehouse) == {
        "ada@other.example": ["p1"],
        "b.two@example.com": ["p2"],
        "efour@example.com": [],
        "juergen.mueller@example.com": ["p3"],
        "x81@example.com": ["p5"],
    }
    first = review_list(warehouse)[0]
    assert (first.identifier, first.kind, first.rows) == ("ada@other.example", "email", 2)
    assert first.waiting_in == ("academy.csv (training)",)
    assert (first.names, first.suggestions[0].reason) == (
        ("Ada One",),
        "same address before the @",
    )


def test_an_id_with_other_padding_is_suggested_and_never_taken(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = academy(tmp_path / "in", "1,417,,RM,2025-02-01,Start", identifier="hr_id")
    load_paths(warehouse, [folder], now=NOW)
    assert trained(warehouse) == []
    assert suggested(warehouse) == {"417": ["p00417"]}


def test_confirmed_people_let_the_rows_in_that_waited(warehouse: Warehouse, tmp_path: Path) -> None:
    rows = ("1,ada@other.example,,RM,2025-02-01,Start", "2,x81@example.com,,RM,2025-02-01,Start")
    folder = academy(tmp_path / "in", *rows)
    load_paths(warehouse, [folder], now=NOW)
    sheet = tmp_path / "people to confirm.csv"
    assert write_review(warehouse, sheet) == 2
    answer(sheet, ada="p1")
    report = load_paths(warehouse, [sheet, folder], now=NOW + dt.timedelta(hours=1))
    assert not report.refused
    assert [one.format for one in report.files if one.name == sheet.name] == ["identity_review"]
    assert trained(warehouse) == [("1", "p1")]
    assert [row.identifier for row in review_list(warehouse)] == ["x81@example.com"]
    i, c = person_identifier.c, correction_applied.c
    query = sa.select(i.person_id, i.id_type, i.value).where(i.source_system == "review")
    assert warehouse.read(query).to_numpy().tolist() == [["p1", "email", "ada@other.example"]]
    noted = warehouse.read(sa.select(c.old_value, c.new_value, c.reason)).to_numpy().tolist()
    assert noted == [["ada@other.example", "p1", "confirmed by HR desk on 2026-10-02"]]


def test_a_list_that_comes_back_shorter_or_changed_is_taken_as_it_is(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    many = [f"{n},nobody{n}@example.com,,RM,2025-02-01,Start" for n in range(30)]
    folder = academy(tmp_path / "in", *many)
    load_paths(warehouse, [folder], now=NOW)
    sheet = tmp_path / "confirm.csv"
    write_review(warehouse, sheet)
    answer(sheet, **{f"nobody{n}": "p1" for n in range(29)})
    load_paths(warehouse, [sheet, folder], now=NOW + dt.timedelta(hours=1))
    write_review(warehouse, sheet)
    answer(sheet, nobody29="p2")
    report = load_paths(warehouse, [sheet, folder], now=NOW + dt.timedelta(hours=2))
    assert not report.refused
    assert len(trained(warehouse)) == 30 and review_list(warehouse) == []


def test_who_is_confirmed_must_be_somebody(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = academy(tmp_path / "in", "1,x81@example.com,,RM,2025-02-01,Start")
    load_paths(warehouse, [folder], now=NOW)
    sheet = tmp_path / "confirm.csv"
    write_review(warehouse, sheet)
    answer(sheet, x81="p999")
    load_paths(warehouse, [sheet, folder], now=NOW + dt.timedelta(hours=1))
    assert ("person_identifier", 2, "unknown_person", "is_person", "p999") in rejects(warehouse)
    assert [row.identifier for row in review_list(warehouse)] == ["x81@example.com"]
    assert warehouse.read(sa.select(correction_applied.c.reason)).empty


def test_ids_that_look_like_formulas_come_back_as_they_were(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    rows = ("1,=1+1,,RM,2025-02-01,Start", "2,'-7,,RM,2025-02-01,Start")
    folder = academy(tmp_path / "in", *rows, identifier="platform")
    load_paths(warehouse, [folder], now=NOW)
    sheet = tmp_path / "confirm.csv"
    write_review(warehouse, sheet)
    assert "'=1+1" in sheet.read_text(encoding="utf-8-sig")
    answer(sheet, **{"'=1+1": "p1", "''-7": "p2"})
    load_paths(warehouse, [sheet, folder], now=NOW + dt.timedelta(hours=1))
    assert trained(warehouse) == [("1", "p1"), ("2", "p2")]


def test_a_platform_id_is_confirmed_for_its_program_only(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    rows = ("1,R7,,RM,2025-02-01,Start", "2,R7,,OTHER,2025-02-01,Start")
    folder = academy(tmp_path / "in", *rows, identifier="platform")
    (folder / "program.csv").write_text("program_id,name\nRM,One\nOTHER,Two\n")
    load_paths(warehouse, [folder], now=NOW)
    sheet = tmp_path / "confirm.csv"
    assert write_review(warehouse, sheet) == 2
    answer(sheet, R7="p1")
    text = sheet.read_text()
    sheet.write_text("".join(line for line in text.splitlines(True) if ",OTHER," not in line))
    load_paths(warehouse, [sheet, folder], now=NOW + dt.timedelta(hours=1))
    assert trained(warehouse) == [("1", "p1")]
    assert [(row.identifier, row.program_id) for row in review_list(warehouse)] == [("R7", "OTHER")]
