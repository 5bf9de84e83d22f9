"""Zoom's participant reports, with and without lines about the meeting."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.formats import Hints, read
from etl.problems import FileProblem
from etl.reading.meeting_rows import COLUMNS
from warehouse.engine import Staging

Write = Callable[..., Path]
HEADER = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
ABOUT = (
    "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants\n"
    '812 3456 7890,"Talk, monthly",03/13/2026 10:00:00 AM,03/13/2026 11:00:00 AM,h@a.example,60,2\n'
    "\n"
)
PEOPLE = (
    "Ada (Ada One),ada@a.example,03/13/2026 10:00:00 AM,03/13/2026 10:20:00 AM,20,No\n"
    "Ben,,03/13/2026 10:01:00 AM,03/13/2026 11:00:00 AM,59,Yes\n"
    "Ada,ADA@a.example,03/13/2026 10:30:00 AM,03/13/2026 11:00:00 AM,30,No\n"
)
AT = "2026-03-13 10:00:00"


def rows(staging: Staging, path: Path, hints: Hints | None = None) -> list[tuple[str, ...]]:
    table = read(path, staging, hints)
    assert (table.format, table.columns) == ("zoom", COLUMNS)
    return [tuple(row) for row in staging.rows(f"SELECT * FROM {table.relation} ORDER BY 1")]


def test_rejoins_add_up_and_a_blank_address_stays_blank(staging: Staging, file: Write) -> None:
    assert rows(staging, file(ABOUT + HEADER + PEOPLE)) == [
        (
            *(5, "Talk, monthly", AT, "Ada (Ada One)", "ada@a.example", None, None),
            *(AT, "2026-03-13 11:00:00", "50.0"),
        ),
        (
            *(6, "Talk, monthly", AT, "Ben", None, None, None),
            *("2026-03-13 10:01:00", "2026-03-13 11:00:00", "59.0"),
        ),
    ]


def test_a_report_without_lines_about_the_meeting_begins_with_the_first_join(
    staging: Staging, file: Write
) -> None:
    first = rows(staging, file((HEADER + PEOPLE).encode("utf-8-sig")))[0]
    assert first[1:3] == (None, AT)


def test_newer_reports_have_other_words_and_named_months(staging: Staging, file: Write) -> None:
    text = (
        "Topic,ID,Host,Duration (minutes),Start time,End time,Participants\n"
        'Talk,812,Ada,60,"Mar 13, 2026 10:00:00 AM","Mar 13, 2026 11:00:00 AM",2\n\n'
        "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,In waiting room\n"
        'Ada,ada@a.example,"Mar 13, 2026 09:55:00 AM","Mar 13, 2026 10:00:00 AM",5,No,Yes\n'
        'Ada,ada@a.example,"Mar 13, 2026 10:00:00 AM","Mar 13, 2026 11:00:00 AM",60,No,No\n'
    )
    path = file(text)
    assert [row[1:4] + row[7:] for row in rows(staging, path)] == [
        ("Talk", AT, "Ada", AT, "2026-03-13 11:00:00", "60.0")
    ]
    assert read(path, staging).details["waiting_room_lines"] == "1"


def test_a_usage_report_says_on_each_line_which_meeting_it_is(
    staging: Staging, file: Write
) -> None:
    text = (
        "Topic,Meeting ID,User Name,User Email,Start Time,End Time,Duration (Minutes),Participants,"
        + HEADER
    )
    line = "{0},8,Host,host@a.example,{1},{1},60,2,Ada,ada@a.example,{1},{1},{2},No\n"
    text += line.format("Talk", "03/13/2026 10:00:00 AM", 0)
    text += line.format("Talk", "03/14/2026 10:00:00 AM", 0)
    found = rows(staging, file(text))
    assert [row[1:5] for row in found] == [
        ("Talk", AT, "Ada", "ada@a.example"),
        ("Talk", "2026-03-14 10:00:00", "Ada", "ada@a.example"),
    ]


def test_totals_per_user_are_taken_with_the_start_of_the_meeting(
    staging: Staging, file: Write
) -> None:
    totals = (
        "Name (Original Name),User Email,Total Duration (Minutes),Guest\nAda,a@a.example,50,No\n"
    )
    (found,) = rows(staging, file(ABOUT + totals))
    assert found[2:5] + found[7:] == (AT, "Ada", "a@a.example", None, None, "50.0")
    with pytest.raises(FileProblem, match="Show unique users"):
        read(file(totals), staging)


def test_a_list_of_meetings_without_participants_is_refused_in_words(
    staging: Staging, file: Write
) -> None:
    text = (
        "Topic,Meeting ID,User Name,User Email,Start Time,Participants\nTalk,8,A,a@a.example,x,2\n"
    )
    with pytest.raises(FileProblem, match="without their participants") as found:
        read(file(text), staging)
    assert found.value.code == "wrong_file"


def test_a_line_cut_short_is_kept_as_broken(staging: Staging, file: Write) -> None:
    table = read(file(HEADER + PEOPLE + "Cem,cem@a.example\n"), staging)
    assert [(row.source_row, row.rule) for row in table.broken] == [(5, "too_few_cells")]


def test_day_first_reports_saved_again_with_semicolons_read_the_same(
    staging: Staging, file: Write
) -> None:
    text = (HEADER + PEOPLE).replace("03/13/2026", "13.03.2026").replace(" AM", "")
    found = rows(staging, file(text.replace(",", ";")))
    assert found[0][7:] == (AT, "2026-03-13 11:00:00", "50.0")


@given(text=st.text(st.characters(codec="utf-8"), max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_text_breaks_the_reader(staging: Staging, file: Write, text: str) -> None:
    with suppress(FileProblem):  # a refusal in words is an answer
        read(file(HEADER + text), staging)
