from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.formats import read, read_header, recognize
from etl.problems import FileProblem
from etl.reading.odata_json import iso_moment
from tests.hr_system_exports import SF_EMPLOYMENT, SF_JOB, SF_JOB_JSON
from warehouse.engine import Staging

Write = Callable[..., Path]


def test_system_keys_name_the_columns_and_labels_are_kept(staging: Staging, file: Write) -> None:
    table = read(file(SF_JOB), staging)
    assert (table.format, table.details["header_rows"]) == ("successfactors", "2")
    assert table.columns[:3] == ("user-id", "start-date", "seq-number")
    assert table.labels["start-date"] == "Event Date"
    found = staging.rows(f"SELECT min(source_row), count(*) FROM {table.relation}")
    assert found == [(3, 6)]


def test_a_workbook_of_it_is_known_as_well(staging: Staging, file: Write, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in SF_JOB.splitlines():
        book.active.append(line.split(","))
    book.save(tmp_path / "jobs.xlsx")
    assert recognize(tmp_path / "jobs.xlsx") == "successfactors"


@pytest.mark.parametrize(
    "text",
    [
        SF_EMPLOYMENT,
        "STATUS,USERID,USERNAME,FIRSTNAME\nSTATUS,USERID,Login,First Name\nactive,u1,jd,Jane\n",
        "user-id,start-date,seq-number\nBenutzer,Datum,Folge\nada,2020-01-01,1\n",
        "\ufeffuser-id;start-date;seq-number\r\nUser;Date;Sequence\r\nada;2020-01-01;1\r\n",
    ],
)
def test_labels_may_be_anybodys_words(text: str, file: Write) -> None:
    assert recognize(file(text)) == "successfactors"


@pytest.mark.parametrize(
    "text",
    [
        "user-id,start-date,seq-number\nada,2020-01-01,1\n",  # one header row
        "userId,firstName,lastName,email\njdoe,Jane,Doe,jd@example.com\n",
        "a,b\nA,B\n1,2\n",
        "user-id,start-date,seq-number\n",
        "User ID,Start Date,Manager\nUser ID,Start Date,Manager\nx,y,z\n",  # labels only
    ],
)
def test_a_first_row_of_data_is_never_taken_for_labels(text: str, file: Write) -> None:
    assert recognize(file(text)) == "delimited"


def test_an_answer_of_the_service_is_flat_rows_with_iso_dates(
    staging: Staging, file: Write
) -> None:
    path = file(SF_JOB_JSON, "answer.txt")
    table = read(path, staging)
    assert table.format == "successfactors"
    assert read_header(path)[1] == table.columns
    assert not {"__metadata/uri", "userNav/__deferred", "userNav"} & set(table.columns)
    found = staging.rows(
        'SELECT "userId", "startDate", "endDate", "emplStatusNav/externalCode" '
        f"FROM {table.relation} ORDER BY source_row"
    )
    assert found == [
        ("ben", "2010-01-01", "9999-12-31", "A"),
        ("ben", "2022-01-01", "9999-12-31", "A"),
    ]


def test_an_answer_says_where_further_pages_follow(staging: Staging, file: Write) -> None:
    text = '{"d": {"results": [{"userId": "a"}], "__next": "https://x/next"}}'
    assert "more rows" in read(file(text), staging).details["further_pages"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"d": {"results": []}}', "empty_file"),
        ('{"d": {"results": ["a"]}}', "wrong_file"),
        ('{"d": {"results": [{"userId": "a"}', "unreadable_bytes"),
        ('{"d": [' + '{"a":' * 100_000 + "1" + "}" * 100_000 + "]}", "unreadable_bytes"),
        ('{"d": {"results": [{"userId": "a", "USERID": "b"}]}}', "doubled_column"),
    ],
)
def test_what_is_no_answer_is_refused(text: str, code: str, staging: Staging, file: Write) -> None:
    with pytest.raises(FileProblem) as found:
        read(file(text), staging)
    assert found.value.code == code


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("/Date(253402214400000)/", "9999-12-31"),
        ("/Date(-2208988800000)/", "1900-01-01"),
        ("/Date(-1)/", "1969-12-31 23:59:59.999000"),
        ("/Date(1388534400000)/", "2014-01-01"),
        ("/Date(1388570400000)/", "2014-01-01 10:00:00"),
        ("/Date(1388534400000+0060)/", "2014-01-01 01:00:00+01:00"),
        ("/Date(1388534400000-0300)/", "2013-12-31 19:00:00-05:00"),
        ("/Date(1388534400000+0000)/", "2014-01-01 00:00:00+00:00"),
        ("/Date(99999999999999999)/", "/Date(99999999999999999)/"),
        ("/Date(1388534400000+9999)/", "/Date(1388534400000+9999)/"),
        ("/Date()/", "/Date()/"),
        ("2014-01-01", "2014-01-01"),
    ],
)
def test_a_moment_in_milliseconds_becomes_iso_text(text: str, iso: str) -> None:
    assert iso_moment(text) == iso


@settings(deadline=None)
@given(st.dates())
def test_every_day_comes_back(day: dt.date) -> None:
    milliseconds = (day - dt.date(1970, 1, 1)).days * 86_400_000
    assert iso_moment(f"/Date({milliseconds})/") == day.isoformat()


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert iso_moment(f"x{text}") == f"x{text}"
