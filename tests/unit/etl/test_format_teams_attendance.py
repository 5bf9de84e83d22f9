from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from etl.formats import Hints, read
from etl.formats.teams_attendance import COLUMNS
from etl.problems import FileProblem
from warehouse.engine import Staging

Write = Callable[..., Path]

REPORT = """1. Summary
Meeting title\tReverse mentoring S1
Attended participants\t2
Start time\t{start}
End time\t{start}
Meeting duration\t46m 57s

2. Participants
Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole
Person One\t{start}\t{start}\t1h 2m 30s\tone@example.com\tone@example.com\tOrganizer
Person Two\t{start}\t{start}\t11s\t\t\tPresenter

3. In-Meeting Activities
Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole
Person One\t{start}\t{start}\t1h 2m 30s\tone@example.com\tOrganizer
"""


def report(start: str) -> str:
    return REPORT.format(start=start).replace("\n", "\r\n")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig", "utf-8"])
def test_each_participant_is_a_row_in_any_encoding(
    staging: Staging, file: Write, encoding: str
) -> None:
    table = read(file(report("9/8/26, 2:58:09 PM").encode(encoding)), staging)
    assert (table.format, table.columns) == ("teams_attendance", COLUMNS)
    first, second = staging.rows(f"SELECT * FROM {table.relation} ORDER BY source_row")
    at = "2026-09-08 14:58:09"
    assert first == (
        *(10, "Reverse mentoring S1", at, "Person One", "one@example.com"),
        *("one@example.com", "Organizer", at, at, "62.5"),
    )
    assert second[:2] == (11, "Reverse mentoring S1")
    assert (second[4], second[-1]) == (None, "0.1833")


def test_a_report_saved_again_with_semicolons_reads_the_same(staging: Staging, file: Write) -> None:
    table = read(file(report("27.04.2026, 11:34:00").replace("\t", ";")), staging)
    rows = staging.rows(f"SELECT name, first_join FROM {table.relation} ORDER BY source_row")
    assert rows[0] == ("Person One", "2026-04-27 11:34:00")


def test_an_open_order_of_day_and_month_is_asked_for(staging: Staging, file: Write) -> None:
    path = file(report("03/04/2026, 11:34:00"))
    with pytest.raises(FileProblem, match="date_order") as found:
        read(path, staging)
    assert found.value.code == "ambiguous_dates"
    table = read(path, staging, Hints(date_order="dmy"))
    assert staging.rows(f"SELECT DISTINCT first_join FROM {table.relation}") == [
        ("2026-04-03 11:34:00",)
    ]


def test_a_participant_row_cut_short_is_kept_as_broken(staging: Staging, file: Write) -> None:
    text = report("9/8/26, 2:58:09 PM").replace("\t11s\t\t\tPresenter", "")
    table = read(file(text), staging)
    assert [(row.source_row, row.rule) for row in table.broken] == [(11, "too_few_cells")]


@pytest.mark.parametrize(
    ("text", "generation"),
    [
        ("Full Name\tUser Action\tTimestamp\nA\tJoined\t11/12/2020, 12:27:24\n", "2020"),
        (
            "Name;Join Time;Leave Time;Duration;Email;Role;Participant ID (UPN)\na;b;c;d;e;f;g\n",
            "2021",
        ),
    ],
)
def test_older_generations_are_named_and_refused(
    staging: Staging, file: Write, text: str, generation: str
) -> None:
    with pytest.raises(FileProblem, match=generation) as found:
        read(file(text), staging)
    assert found.value.code == "unsupported_generation"
