"""Meeting files that systems really wrote are read whole, and find their mapping by themselves."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from etl.choosing.choice import choose_mapping
from etl.formats import Hints, read
from etl.formats.calendar_file import COLUMNS as CALENDAR_COLUMNS
from etl.problems import FileProblem
from etl.reading.meeting_rows import COLUMNS
from warehouse.engine import open_staging

EVENTS = "dominikhoebert_meetingAttendanceList.csv"
TABLE = "hamonangann_meetingAttendanceReport.csv"


@pytest.mark.parametrize("name", [EVENTS, TABLE])
def test_an_attendance_list_finds_the_mapping_of_teams(real_files: Path, name: str) -> None:
    assert choose_mapping(real_files / "teams_attendance" / name).name == "teams_attendance.toml"


def test_the_list_of_2020_asks_for_the_order_of_day_and_month(real_files: Path) -> None:
    with open_staging() as staging, pytest.raises(FileProblem, match="date_order"):
        read(real_files / "teams_attendance" / EVENTS, staging)


def test_joins_and_leaves_of_2020_are_added_up_per_person(real_files: Path) -> None:
    path = real_files / "teams_attendance" / EVENTS
    text = path.read_bytes().decode("utf-16")
    people: dict[str, list[tuple[str, dt.datetime]]] = {}
    for line in text.splitlines()[1:]:
        name, action, at = line.split("\t")
        moment = dt.datetime.strptime(at, "%d/%m/%Y, %H:%M:%S")
        people.setdefault(name, []).append((action, moment))
    expected = {
        name: sum(
            (left - joined).total_seconds() / 60
            for (_, joined), (_, left) in zip(events[::2], events[1::2], strict=True)
        )
        for name, events in people.items()
    }
    with open_staging() as staging:
        table = read(path, staging, Hints(date_order="dmy"))
        found = dict(staging.rows(f"SELECT name, minutes FROM {table.relation}"))
    assert table.columns == COLUMNS and table.broken == ()
    assert {n: float(m) for n, m in found.items()} == pytest.approx(expected, abs=1e-3)


def test_rejoins_of_2022_are_one_row_per_person(real_files: Path) -> None:
    path = real_files / "teams_attendance" / TABLE
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    addresses = {line.split(";")[4] for line in lines}
    with open_staging() as staging:
        table = read(path, staging)
        rows = staging.rows(f"SELECT email, minutes, first_join, last_leave FROM {table.relation}")
    assert table.broken == () and len(lines) > len(rows)
    assert {row[0] for row in rows} == addresses and len(rows) == len(addresses)
    (rejoined,) = [row[1:] for row in rows if row[0] == "user10@example.org"]
    assert rejoined == ("96.8", "2022-04-13 07:58:37", "2022-04-13 09:38:47")


def test_a_calendar_of_holidays_holds_no_meetings(real_files: Path) -> None:
    path = real_files / "icalendar" / "ical_example.ics"
    assert choose_mapping(path).name == "calendar.toml"
    with open_staging() as staging, pytest.raises(FileProblem, match="no meetings") as found:
        read(path, staging)
    assert found.value.code == "empty_file"


def test_an_event_without_begin_is_set_aside(real_files: Path) -> None:
    path = real_files / "icalendar" / "ical_rfc_6868.ics"
    with open_staging() as staging:
        table = read(path, staging)
    assert table.columns == CALENDAR_COLUMNS
    assert [row.rule for row in table.broken] == ["unreadable_event"]


def test_an_event_outside_a_calendar_is_refused(real_files: Path) -> None:
    with open_staging() as staging, pytest.raises(FileProblem, match="calendar") as found:
        read(real_files / "icalendar" / "ical_event_with_rsvp.ics", staging)
    assert found.value.code == "wrong_file"
