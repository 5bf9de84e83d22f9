from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.formats import read, read_header
from etl.problems import FileProblem
from etl.reading.qualtrics_header import read_qualtrics_header
from etl.reading.raw_table import Hints
from warehouse.engine import Staging

Write = Callable[..., Path]

IDS = "StartDate,IPAddress,ResponseId,LocationLatitude,LocationLongitude,Q1"
LABELS = 'Anfangsdatum,IP-Adresse,Antwort-ID,Breite,Länge,"How was it,\nall in all?"'
IMPORT = ",".join(
    f'"{{""ImportId"":""{name}""{zone}}}"'
    for name, zone in [
        ("startDate", ',""timeZone"":""America/Denver""'),
        ("ipAddress", ""),
        ("_recordId", ""),
        ("locationLatitude", ""),
        ("locationLongitude", ""),
        ("QID1", ""),
    ]
)
ROW = "2026-03-01 10:00:00,192.0.2.1,R_1,47.1,7.2,5"
INSIGHTS = (
    "ResponseID,IPAddress,RecipientLastName,RecipientEmail,Q1,Q9,Q9,LocationAccuracy\n"
    "ResponseID,IPAddress,RecipientLastName,RecipientEmail,How?,Side-A,Side-B,LocationAccuracy\n"
    "{'ImportId': 'responseId'},{'ImportId': 'ipAddress'},"
    "{'ImportId': 'panel-RecipientLastName'},{'ImportId': 'panel-RecipientEmail'},"
    "{'ImportId': 'QID1'},{'ImportId': 'QID9-1'},{'ImportId': 'QID9-2-TEXT'},"
    "{'ImportId': 'Location-LocationAccuracy'}\n"
    "R_1,192.0.2.1,Muster,a@example.com,2,1,because,-1\n"
)
LEGACY = (
    "\ufeffV1,V2,V3,V4,V5,V6,V7,V8,V9,V10,Q1,LocationLatitude,\n"
    "ResponseID,ResponseSet,Name,ExternalDataReference,EmailAddress,IPAddress,Status,StartDate,"
    "EndDate,Finished,How was it?,LocationLatitude,\n"
    "R_1,Default,Muster,,,192.0.2.1,0,2017-07-18 08:28:09,2017-07-18 08:28:48,1,2,47.1,\n"
)


def test_three_header_rows_are_found_by_the_row_of_import_ids(
    staging: Staging, file: Write
) -> None:
    path = file(f"{IDS}\n{LABELS}\n{IMPORT}\n{ROW}\n")
    table = read(path, staging)
    assert (table.format, table.details["header_rows"]) == ("qualtrics", "3")
    assert table.details["time_zone"] == "America/Denver"
    assert table.labels["Q1"] == "How was it,\nall in all?"
    assert read_header(path) == ("qualtrics", table.columns)
    found = staging.rows(f"SELECT source_row, StartDate, ResponseId, Q1 FROM {table.relation}")
    assert found == [(4, "2026-03-01 10:00:00", "R_1", "5")]


def test_address_and_location_never_come_in(staging: Staging, file: Write) -> None:
    broken = "2026-03-01 10:00:00,192.0.2.7,R_2,47.1"
    table = read(file(f"{IDS}\n{LABELS}\n{IMPORT}\n{ROW}\n{broken}\n"), staging)
    assert table.columns == ("StartDate", "ResponseId", "Q1")
    assert [row.source_row for row in table.broken] == [5]
    for forbidden in ("192.0.2.7", "47.1", "IPAddress"):
        assert forbidden not in table.broken[0].row_json


def test_a_blank_record_is_no_row_of_import_ids(staging: Staging, file: Write) -> None:
    table = read(file("a,b\n,\n1,ImportId\n"), staging)
    assert table.format == "delimited"


def test_import_ids_in_single_quotes_are_import_ids_of_2016(staging: Staging, file: Write) -> None:
    path = file(INSIGHTS)
    table = read(path, staging)
    assert (table.format, table.details["header_rows"]) == ("qualtrics", "3")
    assert read_header(path) == ("qualtrics", table.columns)
    assert table.labels["Q1"] == "How?"
    found = staging.rows(f"SELECT source_row, ResponseID, Q1 FROM {table.relation}")
    assert found == [(4, "R_1", "2")]


def test_columns_with_one_name_are_told_apart_by_their_import_ids(
    staging: Staging, file: Write
) -> None:
    table = read(file(INSIGHTS), staging)
    assert table.columns[-2:] == ("Q9 (QID9-1)", "Q9 (QID9-2-TEXT)")
    assert "Q9 (QID9-2-TEXT)" in table.open_columns and "Q9 (QID9-1)" not in table.open_columns


def test_names_stay_behind_where_an_address_says_who_answered(
    staging: Staging, file: Write
) -> None:
    table = read(file(INSIGHTS), staging)
    assert table.columns[:3] == ("ResponseID", "RecipientEmail", "Q1")
    without = INSIGHTS.replace("RecipientEmail", "Q8")
    assert "RecipientLastName" in read(file(without), staging).columns


def test_the_legacy_second_row_names_what_the_first_only_numbers(
    staging: Staging, file: Write
) -> None:
    path = file(LEGACY)
    table = read(path, staging)
    assert (table.format, table.details["header_rows"]) == ("qualtrics", "2")
    expected = (
        *("ResponseID", "ResponseSet", "ExternalDataReference", "EmailAddress", "Status"),
        *("StartDate", "EndDate", "Finished", "Q1"),
    )
    assert table.columns == expected
    assert read_header(path) == ("qualtrics", expected)
    assert table.labels["Q1"] == "How was it?"
    assert staging.rows(f"SELECT source_row, ResponseID, Q1 FROM {table.relation}") == [
        (3, "R_1", "2")
    ]


@pytest.mark.parametrize(
    ("import_id", "is_open"),
    [
        ("QID1", False),
        ("QID4#1-2", False),
        ("QID2_TEXT", True),
        ("QID2_TEXT_eae5a8d0e7fd4bd183e983e5Topics", True),
        ("QID1_DO_3", True),
        ("QID7_CLICK_COUNT", True),
        ("QID3_NPS_GROUP", True),
        ("Department", True),
    ],
)
def test_import_ids_tell_closed_questions_from_what_stands_beside_them(
    import_id: str, is_open: bool
) -> None:
    header = read_qualtrics_header([["A"], ["a"], [f'{{"ImportId":"{import_id}"}}']])
    assert header is not None
    assert header.open_columns == (("A",) if is_open else ())


def test_a_legacy_question_called_name_is_a_question() -> None:
    names = ("V1", "V2", "V3", "V4", "Name")
    header = read_qualtrics_header([names, ("ResponseID", "Set", "Name", "Ref", "Your name?")])
    assert header is not None
    assert header.dropped == {2}


def test_a_worksheet_is_read_like_the_text(staging: Staging, file: Write, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [IDS.split(","), ["l"] * 6, ['{"ImportId":"QID1"}'] * 6, ROW.split(",")]:
        book.active.append(row)
    book.save(tmp_path / "export.xlsx")
    table = read(tmp_path / "export.xlsx", staging)
    assert (table.format, table.columns) == ("qualtrics", ("StartDate", "ResponseId", "Q1"))


def test_another_file_declared_as_qualtrics_is_the_wrong_file(
    staging: Staging, file: Write
) -> None:
    with pytest.raises(FileProblem, match="no Qualtrics export") as found:
        read(file("a,b\n1,2\n"), staging, Hints(format="qualtrics"))
    assert found.value.code == "wrong_file"


CELLS = st.text(alphabet="{}'\":, VQ19ImportId\n", max_size=20)


@given(st.lists(st.lists(CELLS, max_size=5), max_size=6))
def test_any_records_are_a_header_or_none(records: list[list[str]]) -> None:
    header = read_qualtrics_header(records)
    if header is not None:
        filled = [name for name in header.names if name]
        assert len({name.lower() for name in filled}) == len(filled)
        assert len(header.labels) == len(header.names)
        assert all(0 <= n < len(header.names) for n in header.dropped)
