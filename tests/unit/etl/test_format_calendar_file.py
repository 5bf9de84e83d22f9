"""Calendar files: series, exceptions, zones, and what must not come in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.formats import Hints, read, recognize
from etl.formats.calendar_file import COLUMNS
from etl.problems import FileProblem
from warehouse.engine import Staging

Write = Callable[..., Path]
DAY = dt.date(2026, 2, 4)
HINTS = Hints(load_day=DAY)
PEOPLE = "ORGANIZER:mailto:ada@a.example\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@a.example"
BERLIN = "TZID=Europe/Berlin:"
WEEKLY = f"DTSTART;{BERLIN}20260105T100000\nDTEND;{BERLIN}20260105T104500\nRRULE:FREQ=WEEKLY"


def event(lines: str, people: str = PEOPLE, uid: str = "u1") -> str:
    return f"BEGIN:VEVENT\nUID:{uid}\n{lines}\n{people}\nEND:VEVENT\n"


def calendar(*events: str, more: str = "") -> str:
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n{more}{''.join(events)}END:VCALENDAR\n"
    return text.replace("\n", "\r\n")


def rows(staging: Staging, path: Path, hints: Hints = HINTS) -> list[dict[str, str]]:
    table = read(path, staging, hints)
    assert (table.format, table.columns) == ("icalendar", COLUMNS)
    found = staging.rows(f"SELECT * EXCLUDE (source_row) FROM {table.relation} ORDER BY source_row")
    return [dict(zip(COLUMNS, row, strict=True)) for row in found]


def starts(found: list[dict[str, str]]) -> list[str]:
    return [row["meeting_start"][:16] for row in found]


def test_a_series_without_end_reaches_to_the_day_of_the_load(staging: Staging, file: Write) -> None:
    found = rows(staging, file(calendar(event(WEEKLY))))
    assert starts(found) == [
        f"2026-{day} 09:00" for day in ("01-05", "01-12", "01-19", "01-26")
    ] + ["2026-02-02 09:00"]
    assert found[0] == {
        "uid": "u1",
        "occurrence": "2026-01-05T09:00:00Z",
        "meeting_title": None,
        "meeting_start": "2026-01-05 09:00:00+00:00",
        "time_zone": "Europe/Berlin",
        "minutes": "45.0",
        "status": None,
        "organizer": "ada@a.example",
        "attendees": "ben@a.example",
        "declined": None,
    }


def test_a_series_with_an_end_and_single_events_reach_a_year_ahead(
    staging: Staging, file: Write
) -> None:
    counted = event(WEEKLY + ";COUNT=7")
    single = [event(f"DTSTART:{day}T100000Z", uid=day) for day in ("20270101", "20280101")]
    found = rows(staging, file(calendar(counted, *single)))
    assert len(found) == 8 and starts(found)[-1] == "2027-01-01 10:00"


def test_the_hour_of_a_series_stays_when_clocks_change(staging: Staging, file: Write) -> None:
    text = calendar(event(WEEKLY.replace("WEEKLY", "MONTHLY;COUNT=5")))
    assert [one[11:] for one in starts(rows(staging, file(text)))] == ["09:00"] * 3 + ["08:00"] * 2


def test_moved_cancelled_and_excepted_occurrences_are_told_apart(
    staging: Staging, file: Write
) -> None:
    moved = event(
        f"RECURRENCE-ID;{BERLIN}20260112T100000\nDTSTART;{BERLIN}20260113T150000\n"
        f"DTEND;{BERLIN}20260113T160000"
    )
    cancelled = event(
        f"RECURRENCE-ID;{BERLIN}20260126T100000\nDTSTART;{BERLIN}20260126T100000\nSTATUS:CANCELLED",
        people="",
    )
    excepted = WEEKLY + f"\nEXDATE;{BERLIN}20260119T100000"
    found = rows(staging, file(calendar(event(excepted), moved, cancelled)))
    assert [
        (row["occurrence"][5:10], row["meeting_start"][5:16], row["status"]) for row in found
    ] == [
        ("01-05", "01-05 09:00", None),
        ("01-12", "01-13 14:00", None),
        ("01-26", "01-26 09:00", "CANCELLED"),
        ("02-02", "02-02 09:00", None),
    ]
    assert found[2]["attendees"] == "ben@a.example"  # the exception itself names nobody


def test_a_cancelled_series_and_a_message_that_cancels_cancel_everything(
    staging: Staging, file: Write
) -> None:
    series = event(WEEKLY + "\nSTATUS:CANCELLED")
    assert {row["status"] for row in rows(staging, file(calendar(series)))} == {"CANCELLED"}
    message = calendar(event("DTSTART:20260105T100000Z"), more="METHOD:CANCEL\n")
    assert [row["status"] for row in rows(staging, file(message))] == ["CANCELLED"]


def test_folded_lines_are_one_line(staging: Staging, file: Write) -> None:
    people = (
        "ATTENDEE;CN=Somebody with a very long name;PARTSTAT=DEC\n LINED:mailto:ben@a.exa\n mple"
    )
    (found,) = rows(staging, file(calendar(event("DTSTART:20260105T100000Z", people))))
    assert (found["attendees"], found["declined"]) == ("ben@a.example", "ben@a.example")


def test_floating_times_ask_for_a_zone(staging: Staging, file: Write) -> None:
    path = file(calendar(event("DTSTART:20260105T100000\nDURATION:PT1H")))
    with pytest.raises(FileProblem, match="time_zone") as found:
        rows(staging, path)
    assert (found.value.code, found.value.value) == ("missing_zone", "2026-01-05 10:00:00")
    hints = Hints(load_day=DAY, time_zone="Europe/Berlin")
    assert rows(staging, path, hints)[0]["meeting_start"] == "2026-01-05 10:00:00"


def test_a_zone_nobody_knows_is_not_replaced_by_another(staging: Staging, file: Write) -> None:
    lost = event("DTSTART;TZID=Nowhere/Land:20260105T100000")
    known = event("DTSTART:20260105T100000", uid="u2")
    table = read(file(calendar(lost, known, more="X-WR-TIMEZONE:Europe/Paris\n")), staging, HINTS)
    assert [(row.rule, row.row_json) for row in table.broken] == [
        ("unreadable_event", '{"uid": "u1"}')
    ]
    found = staging.rows(f"SELECT meeting_start, time_zone FROM {table.relation}")
    assert found == [("2026-01-05 09:00:00+00:00", "Europe/Paris")]


def test_all_day_events_private_ones_and_those_without_guests_are_no_sessions(
    staging: Staging, file: Write
) -> None:
    text = calendar(
        event("DTSTART;VALUE=DATE:20260105", uid="day"),
        event("DTSTART:20260105T100000Z\nCLASS:PRIVATE", uid="private"),
        event("DTSTART:20260105T100000Z", people="", uid="alone"),
        event("DTSTART:20260105T100000Z", uid="talk"),
    )
    path = file(text)
    assert [row["uid"] for row in rows(staging, path)] == ["talk"]
    left_out = {k: v for k, v in read(path, staging, HINTS).details.items() if "left out" in k}
    assert left_out == {
        "left out, all day": "1",
        "left out, private": "1",
        "left out, nobody invited": "1",
    }


def test_what_a_meeting_is_about_stays_behind(staging: Staging, file: Write) -> None:
    about = "SUMMARY:Ben's burnout S12 (pair M3)\nDESCRIPTION:secret\nLOCATION:clinic\nCOMMENT:hush"
    path = file(calendar(event(f"DTSTART:20260105T100000Z\n{about}")))
    (found,) = rows(staging, path)
    assert found["meeting_title"] == "S12 M3)"
    assert not any(word in str(found) for word in ("burnout", "secret", "clinic", "hush"))


def test_rooms_are_no_guests(staging: Staging, file: Write) -> None:
    people = PEOPLE + "\nATTENDEE;CUTYPE=ROOM:mailto:room7@a.example"
    (found,) = rows(staging, file(calendar(event("DTSTART:20260105T100000Z", people))))
    assert found["attendees"] == "ben@a.example"


@pytest.mark.parametrize("frequency", ["SECONDLY", "MINUTELY", "HOURLY"])
def test_an_event_that_repeats_all_the_time_is_set_aside(
    staging: Staging, file: Write, frequency: str
) -> None:
    text = calendar(
        event(WEEKLY.replace("WEEKLY", frequency)), event("DTSTART:20260105T100000Z", uid="x")
    )
    table = read(file(text), staging, HINTS)
    assert [(one.rule, one.row_json) for one in table.broken] == [
        ("unreadable_event", '{"uid": "u1"}')
    ]
    assert staging.rows(f"SELECT uid FROM {table.relation}") == [("x",)]


def test_one_broken_series_does_not_keep_others_out(staging: Staging, file: Write) -> None:
    bad = event("DTSTART:20260105T100000Z\nRRULE:FREQ=WEEKLY;UNTIL=nonsense", uid="bad")
    table = read(file(calendar(bad, event(WEEKLY))), staging, HINTS)
    assert {row[0] for row in staging.rows(f"SELECT uid FROM {table.relation}")} >= {"u1"}


def test_a_zone_named_twice_is_no_calendar(staging: Staging, file: Write) -> None:
    path = file(calendar(event(WEEKLY), more="DTSTART;TZID=Europe/Berlin,UTC:20260105T100000\n"))
    with pytest.raises(FileProblem, match="cannot be read as one") as found:
        read(path, staging, HINTS)
    assert found.value.code == "wrong_file"


def test_without_a_load_the_last_day_of_the_file_bounds_a_series(
    staging: Staging, file: Write
) -> None:
    path = file(calendar(event(WEEKLY + "\nDTSTAMP:20260114T100000Z")))
    assert len(rows(staging, path, Hints())) == 2


def test_a_calendar_is_known_by_its_first_line(file: Write) -> None:
    assert recognize(file(calendar(event(WEEKLY)).encode("utf-16"), "export.csv")) == "icalendar"


@given(lines=st.text(st.characters(codec="utf-8"), max_size=200))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
def test_no_text_breaks_the_reader(staging: Staging, file: Write, lines: str) -> None:
    with suppress(FileProblem):  # a refusal in words is an answer
        read(file(calendar(event(f"DTSTART:20260105T100000Z\n{lines}"))), staging, HINTS)
