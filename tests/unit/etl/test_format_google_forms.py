from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.formats import read, read_header
from warehouse.engine import Staging, open_staging

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("name", "written", "staged"),
    [
        ("Timestamp", "2019/10/13 11:50:46 PM GMT+5:30", "2019-10-13 23:50:46+05:30"),
        ("Timestamp", "2019/10/13 12:05:06 AM GMT-7", "2019-10-13 00:05:06-07:00"),
        ("Zeitstempel", "2026/07/01 2:58:23 PM MESZ", "2026-07-01 14:58:23+02:00"),
        ("Timestamp", "2026/07/01 2:58:23\u202fPM EST", "2026-07-01 14:58:23-05:00"),
        ("Timestamp", "2026/07/01 2:58:23 PM IST", "2026/07/01 2:58:23 PM IST"),
        ("Timestamp", "9/8/2026 14:28:27", "9/8/2026 14:28:27"),
        ("Zeitstempel", "08.09.2026 14:28:27", "08.09.2026 14:28:27"),
        ("Horodateur", "08/09/2026 14:28:27", "08/09/2026 14:28:27"),
        ("Marca temporal", "8/9/2026 14:28:27", "8/9/2026 14:28:27"),
        ("Informazioni cronologiche", "08/09/2026 14.28.27", "08/09/2026 14:28:27"),
    ],
)
def test_moments_with_a_zone_become_iso_text_and_others_stay(
    staging: Staging, file: Write, name: str, written: str, staged: str
) -> None:
    path = file(f"{name},How are you today?\n{written},4\n")
    table = read(path, staging)
    assert table.format == "google_forms"
    assert table.columns == (name, "How are you today?", "response")
    assert read_header(path) == ("google_forms", table.columns)
    found = staging.rows(f'SELECT "{name}", response FROM {table.relation}')
    assert found == [(staged, written)]


def test_trailing_empty_rows_are_no_rows(staging: Staging, file: Write) -> None:
    table = read(file("Timestamp,Score,Q\n9/8/2026 14:28:27,1,a\n,,\n,,\n"), staging)
    assert staging.rows(f"SELECT source_row, Q FROM {table.relation}") == [(2, "a")]
    assert table.broken == ()


def test_responses_of_one_second_are_told_apart(staging: Staging, file: Write) -> None:
    moment = "9/8/2026 14:28:27"
    table = read(file(f"Timestamp,Any luck?\n{moment},a\n{moment},b\n"), staging)
    found = staging.rows(f"SELECT response FROM {table.relation} ORDER BY source_row")
    assert found == [(moment,), (f"{moment} (2)",)]


def test_a_question_called_response_gives_way_to_the_id(staging: Staging, file: Write) -> None:
    table = read(file("Timestamp,Response?,Response\n9/8/2026 14:28:27,a,b\n"), staging)
    assert table.columns == ("Timestamp", "Response?", "Response (2)", "response")


@pytest.mark.parametrize(
    "text",
    [
        "Timestamp,Value\n9/8/2026 14:28:27,4\n",
        "Timestamp,How are you today?\n2026-09-08,4\n",
        "Timestamp\n9/8/2026 14:28:27\n",
        "Zeitstempel,Wie geht es heute?\nheute,4\n",
    ],
)
def test_a_table_that_merely_begins_with_a_timestamp_is_no_form(
    staging: Staging, file: Write, text: str
) -> None:
    assert read(file(text), staging).format == "delimited"


CLOCK = st.tuples(st.integers(1, 12), st.integers(0, 59), st.integers(0, 59))


@settings(deadline=None, max_examples=50)
@given(CLOCK, st.sampled_from(["AM", "PM"]), st.integers(-12, 14), st.sampled_from([0, 30, 45]))
def test_every_offset_of_the_forms_own_csv_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    clock: tuple[int, int, int],
    half: str,
    hours: int,
    minutes: int,
) -> None:
    hour, minute, second = clock
    tail = f":{minutes}" if minutes else ""
    written = f"2026/02/03 {hour}:{minute:02}:{second:02} {half} GMT{hours:+d}{tail}"
    path = tmp_path_factory.mktemp("forms") / "form.csv"
    path.write_text(f"Timestamp,Q\n{written},1\n", encoding="utf-8")
    with open_staging() as staging:
        table = read(path, staging)
        ((found,),) = staging.rows(f"SELECT Timestamp FROM {table.relation}")
    day = hour % 12 + (12 if half == "PM" else 0)
    offset = f"{'-' if hours < 0 else '+'}{abs(hours):02}:{minutes:02}"
    assert found == f"2026-02-03 {day:02}:{minute:02}:{second:02}{offset}"
