from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from etl.formats import read, read_header
from warehouse.engine import Staging

Write = Callable[..., Path]
FIRST = (
    "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,Last Name,"
    "Custom Data 1,Which topics?,,,How are you?,Rate it,,Anything else?\n"
)
SECOND = ",,,,,,,,,A,B,Other (please specify),Response,Row 1,Row 2,Open-Ended Response\n"
ROW = (
    "118000000001,4000,04/27/2026 02:13:10 PM,04/27/2026 02:14:10 PM,192.0.2.1,a@example.com,Ada,"
    "One,,A,,x,Good,1,2,no\n"
)


def test_options_stand_below_the_question_they_belong_to(staging: Staging, file: Write) -> None:
    path = file(FIRST + SECOND + ROW)
    table = read(path, staging)
    assert (table.format, table.details["header_rows"]) == ("surveymonkey", "2")
    assert table.columns[-7:] == (
        *("Which topics?: A", "Which topics?: B", "Which topics?: Other (please specify)"),
        *("How are you?", "Rate it: Row 1", "Rate it: Row 2", "Anything else?"),
    )
    assert table.labels["Rate it: Row 2"] == "Rate it"
    assert read_header(path) == ("surveymonkey", table.columns)
    found = staging.rows(f'SELECT source_row, "Rate it: Row 2" FROM {table.relation}')
    assert found == [(3, "2")]


def test_address_and_names_stay_behind(staging: Staging, file: Write) -> None:
    broken = "118000000002,4000,x,x,192.0.2.9,b@example.com\n"
    table = read(file(FIRST + SECOND + ROW + broken), staging)
    assert table.columns[:5] == (
        *("Respondent ID", "Collector ID", "Start Date", "End Date", "Email Address"),
    )
    assert "192.0.2" not in table.broken[0].row_json


def test_one_question_in_two_places_gets_a_number(staging: Staging, file: Write) -> None:
    text = "Respondent ID,How?,How?\n,Response,Response\n118000000001,1,2\n"
    assert read(file(text), staging).columns == ("Respondent ID", "How?", "How? (2)")


@pytest.mark.parametrize("second", ["", ",,\n"])
def test_a_second_row_may_be_blank_or_missing(staging: Staging, file: Write, second: str) -> None:
    text = f"RespondentID,How?,Why?\n{second}118000000001,1,2\n"
    table = read(file(text), staging)
    assert (table.format, table.columns) == ("surveymonkey", ("RespondentID", "How?", "Why?"))
    assert staging.rows(f"SELECT count(*) FROM {table.relation}") == [(1,)]


def test_a_worksheet_may_end_its_first_row_earlier(staging: Staging, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [["Respondent ID", "Which?"], [None, "A", "B"], [118000000001, None, "B"]]:
        book.active.append(row)
    book.save(tmp_path / "export.xlsx")
    table = read(tmp_path / "export.xlsx", staging)
    assert table.columns == ("Respondent ID", "Which?: A", "Which?: B")
    assert staging.rows(f'SELECT "Which?: B" FROM {table.relation}') == [("B",)]


def test_short_ids_are_no_respondents_of_surveymonkey(staging: Staging, file: Write) -> None:
    assert read(file("Respondent ID,Q\n17,1\n"), staging).format == "delimited"


def test_the_real_export_of_1129_responses_is_recognized(
    staging: Staging, real_files: Path
) -> None:
    table = read(real_files / "surveymonkey" / "comma-survey.csv", staging)
    assert (table.format, len(table.columns)) == ("surveymonkey", 13)
    assert staging.rows(f"SELECT count(*) FROM {table.relation}") == [(1129,)]
