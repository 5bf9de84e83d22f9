from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest

from etl.formats import Hints, read, recognize
from etl.problems import FileProblem
from warehouse.engine import Staging


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_cells_become_the_text_that_says_the_same(tmp_path: Path, staging: Staging) -> None:
    moment = dt.datetime(2026, 3, 1, 14, 30)
    path = workbook(
        tmp_path / "people.xlsx",
        {
            "People": [
                ["id", "text", "day", "moment", "whole", "part", "flag", "none"],
                ["007", "05/18/2017", dt.date(2026, 3, 1), moment, 35, 35.25, True, None],
            ]
        },
    )
    table = read(path, staging)
    assert table.format == "workbook"
    assert staging.rows(f"SELECT * FROM {table.relation}") == [
        (2, "007", "05/18/2017", "2026-03-01", "2026-03-01 14:30:00", "35", "35.25", "TRUE", None)
    ]


def test_empty_rows_are_no_rows_and_keep_the_numbers_of_the_others(
    tmp_path: Path, staging: Staging
) -> None:
    rows: list[list[object]] = [[], ["a", "b"], ["1", "2"], [None, None], ["3", None]]
    path = workbook(tmp_path / "gaps.xlsx", {"One": rows})
    table = read(path, staging)
    assert staging.rows(f"SELECT * FROM {table.relation}") == [(3, "1", "2"), (5, "3", None)]


def test_the_first_sheet_is_read_unless_another_is_named(tmp_path: Path, staging: Staging) -> None:
    path = workbook(tmp_path / "two.xlsx", {"One": [["a"], ["1"]], "Two": [["b"], ["2"]]})
    assert read(path, staging).columns == ("a",)
    assert read(path, staging, Hints(sheet="Two")).columns == ("b",)
    with pytest.raises(FileProblem, match="One, Two") as found:
        read(path, staging, Hints(sheet="Tow"))
    assert found.value.code == "missing_sheet"


def test_a_workbook_is_one_whatever_its_name_says(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.csv", {"One": [["a"], ["1"]]})
    assert recognize(path) == "workbook"


@pytest.mark.parametrize(
    ("member", "content", "what"),
    [
        ("mimetype", "application/vnd.oasis.opendocument.text", "OpenDocument file but no spread"),
        ("xl/workbook.bin", "", "XLSB"),
        ("word/document.xml", "<x/>", "Word"),
        ("ppt/presentation.xml", "<x/>", "PowerPoint"),
    ],
)
def test_other_archives_are_named_for_what_they_are(
    tmp_path: Path, staging: Staging, member: str, content: str, what: str
) -> None:
    path = tmp_path / "survey.csv"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, content)
    with pytest.raises(FileProblem, match=what) as found:
        read(path, staging)
    assert found.value.code == "wrong_file"


@pytest.mark.parametrize("cut", [200, 2000])
def test_a_workbook_cut_off_is_refused(tmp_path: Path, staging: Staging, cut: int) -> None:
    path = workbook(tmp_path / "people.xlsx", {"One": [["a"], ["1"]]})
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(FileProblem) as found:
        read(path, staging)
    assert found.value.code == "unreadable_bytes"


def test_an_empty_sheet_is_refused(tmp_path: Path, staging: Staging) -> None:
    with pytest.raises(FileProblem) as found:
        read(workbook(tmp_path / "empty.xlsx", {"One": []}), staging)
    assert found.value.code == "empty_file"
