"""Reports of meetings find their pair and become one session, whatever came first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.meeting_exports import (
    calendar,
    event,
    load,
    load_program,
    platform,
    presence,
    reports,
    sessions,
    teams,
)
from tests.integration.small_exports import FILES, facts_of, messages, rejects, write_exports
from warehouse.engine import Warehouse
from warehouse.tables import loaded_file, session_feedback

DAY = "2025-05-01"
CANCELLED = (
    "DTSTART:20250501T100000Z",
    "DTEND:20250501T110000Z",
    "STATUS:CANCELLED",
)


def source(folder: Path, basis: str) -> Path:
    """Write what one source says of the meeting of 1 May at ten; they disagree."""
    if basis == "attendance":
        return teams(folder, "10:07:00 AM", "10:47:00 AM", 40)
    if basis == "calendar":
        return calendar(folder / "ada.ics", event("talk", *CANCELLED))
    rows = {
        "self_report": f"L1,M1,{DAY} 10:05,60,no_show",
        "past_dated": f"Q1,M1,{DAY} 10:00,60,held",
    }
    names = {"self_report": "logbook", "past_dated": "booker"}
    return platform(folder, names[basis], basis, rows[basis])


BEST = {
    "attendance": ("held", "attendance", 40.0),
    "self_report": ("no_show", "self_report", None),
    "calendar": ("cancelled", "calendar", None),
    "past_dated": ("held", "past_dated", None),
}


@pytest.mark.parametrize("order", list(permutations(BEST)), ids="-".join)
def test_the_better_basis_wins_in_every_order_of_loading(
    warehouse: Warehouse, tmp_path: Path, order: Sequence[str]
) -> None:
    load_program(warehouse, tmp_path)
    for place, basis in enumerate(order, 1):
        load(warehouse, source(tmp_path / basis, basis), hour=12 + place)
        best = next(one for one in BEST if one in order[:place])
        assert [row[2:] for row in sessions(warehouse)] == [BEST[best]]
    assert sessions(warehouse)[0][:2] == ("Q1", f"{DAY} 10:00")
    assert [(row[0], row[2], row[4]) for row in reports(warehouse)] == [
        ("booker", "Q1", "past_dated"),
        ("calendar", "Q1", "calendar"),
        ("logbook", "Q1", "self_report"),
        ("teams", "Q1", "attendance"),
    ]
    assert presence(warehouse) == [("Q1", "p1", 40.0), ("Q1", "p2", 40.0)]


def test_loading_twice_changes_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    load_program(warehouse, tmp_path)
    paths = [source(tmp_path / basis, basis) for basis in BEST]
    load(warehouse, *paths)
    before = facts_of(warehouse)
    load(warehouse, *paths, hour=13)
    assert facts_of(warehouse) == before
    for path in paths:  # other bytes, the same rows
        text = path.read_bytes()
        end = (
            "\n".encode("utf-16-le") if path.suffix == ".csv" and text[:2] == b"\xff\xfe" else b"\n"
        )
        path.write_bytes(text + end)
    report = load(warehouse, *paths, hour=14)
    assert not any(outcome.is_known for outcome in report.files)
    assert report.rows_changed == 0 and report.is_complete
    assert facts_of(warehouse) == before


def test_a_meeting_nobody_planned_becomes_a_session_of_its_pair(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load_program(warehouse, tmp_path)
    load(warehouse, teams(tmp_path, "10:01:00 AM", "10:41:00 AM", 40))
    (found,) = sessions(warehouse)
    assert found[0].startswith("teams-") and found[1:] == (
        f"{DAY} 10:01",
        "held",
        "attendance",
        40.0,
    )


def test_a_meeting_counts_for_the_one_open_plan_within_two_hours(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    plan = FILES["sessions.csv"].replace("S3,M1,2025-05-01 10:00", "S3,M1,2025-05-01 08:10")
    load_program(warehouse, tmp_path, sessions=plan)
    load(warehouse, teams(tmp_path, "10:01:00 AM", "10:41:00 AM", 40))
    assert sessions(warehouse)[-1] == ("S3", f"{DAY} 08:10", "held", "attendance", 40.0)
    assert {row[0] for row in presence(warehouse)} == {"S3"}


def test_a_meeting_between_two_open_plans_is_a_session_of_its_own(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    plan = FILES["sessions.csv"].replace(
        "S3,M1,2025-05-01 10:00,60,planned",
        "S3,M1,2025-05-01 08:30,20,planned\nS4,M1,2025-05-01 11:30,20,planned",
    )
    load_program(warehouse, tmp_path, sessions=plan)
    load(warehouse, teams(tmp_path, "10:01:00 AM", "10:41:00 AM", 40))
    on_that_day = [row[0][:5] for row in sessions(warehouse) if row[1].startswith(DAY)]
    assert on_that_day == ["S3", "teams", "S4"]


def test_a_restarted_meeting_adds_up_its_reports(warehouse: Warehouse, tmp_path: Path) -> None:
    load_program(warehouse, tmp_path)
    load(warehouse, teams(tmp_path, "10:01:00 AM", "10:16:00 AM", 15))
    load(warehouse, teams(tmp_path, "10:21:00 AM", "10:46:00 AM", 25), hour=13)
    assert [row[1:] for row in sessions(warehouse)] == [
        (f"{DAY} 10:01", "held", "attendance", 40.0)
    ]
    assert len(presence(warehouse)) == 4
    assert len({row[0] for row in presence(warehouse)}) == 1


def test_the_same_meeting_told_by_two_systems_counts_once(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load_program(warehouse, tmp_path)
    load(warehouse, teams(tmp_path, "10:00:00 AM", "10:40:00 AM", 40))
    zoom = (
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
        "Ada,ada@example.com,05/01/2025 10:00:00 AM,05/01/2025 10:40:00 AM,40,No\n"
        "Ben,ben@example.com,05/01/2025 10:00:00 AM,05/01/2025 10:10:00 AM,10,No\n"
        "Ben,ben@example.com,05/01/2025 10:12:00 AM,05/01/2025 10:40:00 AM,28,No\n"
    )
    (tmp_path / "participants_81234.csv").write_text(zoom, encoding="utf-8")
    report = load(warehouse, tmp_path / "participants_81234.csv", hour=13)
    assert report.is_complete and report.rejected_by_rule == {}
    assert [row[1:] for row in sessions(warehouse)] == [
        (f"{DAY} 10:00", "held", "attendance", 40.0)
    ]
    assert [row[0] for row in reports(warehouse)] == ["teams", "zoom"]


def test_reports_of_mentor_and_mentee_in_one_system_are_one_session(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load_program(warehouse, tmp_path)
    rows = f"L1,M1,{DAY} 10:00,60,held\nL2,M1,{DAY} 10:30,60,held\nL3,M1,{DAY} 15:00,60,held"
    load(warehouse, platform(tmp_path, "logbook", "self_report", rows))
    assert [row[0] for row in sessions(warehouse)] == ["L1", "L3"]
    feedback = tmp_path / "session_feedback.csv"
    feedback.write_text("session_id,person_id,role,rating\nL2,p2,mentee,4\n", encoding="utf-8")
    report = load(warehouse, feedback, hour=13)
    assert report.rejected_by_rule == {}
    assert list(warehouse.read(sa.select(session_feedback.c.session_id))["session_id"]) == ["L1"]


def test_a_session_and_the_one_it_was_moved_to_stay_two(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load_program(warehouse, tmp_path)
    rows = f"L1,M1,{DAY} 10:00,60,cancelled\nL2,M1,{DAY} 10:20,60,planned"
    load(warehouse, platform(tmp_path, "logbook", "self_report", rows))
    load(warehouse, teams(tmp_path, "10:01:00 AM", "10:41:00 AM", 40), hour=13)
    assert [row[0::2] for row in sessions(warehouse)] == [
        ("L1", "cancelled", None),
        ("L2", "held", 40.0),
    ]


def test_a_plan_moved_away_later_gives_its_meeting_back(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load_program(warehouse, tmp_path, sessions=FILES["sessions.csv"])
    load(warehouse, teams(tmp_path, "10:01:00 AM", "10:41:00 AM", 40), hour=13)
    moved = FILES["sessions.csv"].replace("S3,M1,2025-05-01", "S3,M1,2025-05-08")
    (tmp_path / "program" / "sessions.csv").write_text(moved, encoding="utf-8")
    load(warehouse, tmp_path / "program" / "sessions.csv", hour=14)
    found = sessions(warehouse)[-2:]
    assert found[0][0].startswith("teams-") and found[0][2:] == ("held", "attendance", 40.0)
    assert found[1] == ("S3", "2025-05-08 10:00", "planned", None, None)
    assert {row[0] for row in presence(warehouse)} == {found[0][0]}


def test_what_was_overruled_can_be_seen(warehouse: Warehouse, tmp_path: Path) -> None:
    load_program(warehouse, tmp_path, sessions=FILES["sessions.csv"])
    load(warehouse, teams(tmp_path, "10:01:00 AM", "10:41:00 AM", 40), hour=13)
    assert [row[0:1] + row[2:] for row in reports(warehouse)] == [
        ("plain", "S3", "planned", None),
        ("teams", "S3", "held", "attendance"),
    ]


WEEKLY = (
    "DTSTART;TZID=Europe/Berlin:20260907T100000",
    "DTEND;TZID=Europe/Berlin:20260907T110000",
    "RRULE:FREQ=WEEKLY",
)


def test_a_calendar_plans_each_occurrence_up_to_the_day_of_the_load(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load_program(warehouse, tmp_path)
    report = load(warehouse, calendar(tmp_path / "ada.ics", event("w", *WEEKLY)))
    assert report.rows_changed == 4 and report.rejected_by_rule == {}
    assert [row[1:4] for row in sessions(warehouse)] == [
        ("2026-09-07 08:00", "planned", "calendar"),
        ("2026-09-14 08:00", "planned", "calendar"),
        ("2026-09-21 08:00", "planned", "calendar"),
        ("2026-09-28 08:00", "planned", "calendar"),
    ]
    assert all(row[0].startswith("calendar-") for row in sessions(warehouse))


def test_moved_and_cancelled_occurrences_keep_their_session(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load_program(warehouse, tmp_path)
    load(warehouse, calendar(tmp_path / "ada.ics", event("w", *WEEKLY)))
    before = [row[0] for row in sessions(warehouse)]
    moved = event(
        "w",
        "RECURRENCE-ID;TZID=Europe/Berlin:20260914T100000",
        "DTSTART;TZID=Europe/Berlin:20260915T150000",
        "DTEND;TZID=Europe/Berlin:20260915T160000",
    )
    cancelled = event(
        "w",
        "RECURRENCE-ID;TZID=Europe/Berlin:20260921T100000",
        "DTSTART;TZID=Europe/Berlin:20260921T100000",
        "STATUS:CANCELLED",
    )
    load(warehouse, calendar(tmp_path / "ada.ics", event("w", *WEEKLY), moved, cancelled), hour=13)
    found = sessions(warehouse)
    assert [row[0] for row in found] == before
    assert [row[1:3] for row in found] == [
        ("2026-09-07 08:00", "planned"),
        ("2026-09-15 13:00", "planned"),
        ("2026-09-21 08:00", "cancelled"),
        ("2026-09-28 08:00", "planned"),
    ]


def test_meetings_of_people_who_are_no_pair_wait_until_the_pair_is_known(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load_program(warehouse, tmp_path, pairs=None)
    path = teams(tmp_path, "10:01:00 AM", "10:41:00 AM", 40)
    load(warehouse, path)
    assert [row[2:4] for row in rejects(warehouse)] == [("no_such_pair", "email")] * 2
    assert "load the export that has the pair" in messages(warehouse)[0]
    lines = warehouse.read(sa.select(loaded_file).where(loaded_file.c.file_name == path.name))
    assert (lines["rows_read"] == lines["rows_rejected"] + lines["rows_inserted"]).all()
    (tmp_path / "program" / "pairs.csv").write_text(FILES["pairs.csv"], encoding="utf-8")
    load(warehouse, tmp_path / "program" / "pairs.csv", hour=13)
    load(warehouse, path, hour=14)
    assert rejects(warehouse) == [] and len(sessions(warehouse)) == 1


def test_a_pair_that_ended_before_the_meeting_has_no_session_in_it(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    ended = FILES["pairs.csv"].replace("matched_on\n", "matched_on,ended_on\n")
    ended = ended.replace("2025-02-10\n", "2025-02-10,2025-04-30\n")
    load_program(warehouse, tmp_path, pairs=ended)
    load(warehouse, teams(tmp_path, "10:01:00 AM", "10:41:00 AM", 40))
    assert {row[2] for row in rejects(warehouse)} == {"no_such_pair"}
    assert sessions(warehouse) == []


def test_a_meeting_of_many_is_no_session_of_a_pair_in_it(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load_program(warehouse, tmp_path)
    path = teams(tmp_path, "10:01:00 AM", "10:41:00 AM", 40)
    text = path.read_bytes().decode("utf-16")
    row = text.splitlines()[-1]
    guests = "".join(row.replace("ben", who).replace("Ben", who) + "\n" for who in ("cem", "guest"))
    path.write_bytes((text + guests).encode("utf-16"))
    load(warehouse, path)
    assert [row[2] for row in rejects(warehouse)] == ["group_meeting"] * 3 + ["unknown_person"]
    assert sessions(warehouse) == []


def test_a_title_can_name_the_session_where_the_people_do_not(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load_program(warehouse, tmp_path, sessions=FILES["sessions.csv"])
    path = teams(tmp_path, "6:01:00 PM", "6:41:00 PM", 40, title="Reverse mentoring (S3)")
    load(warehouse, path)
    assert sessions(warehouse)[-1] == ("S3", f"{DAY} 10:00", "held", "attendance", 40.0)
    assert len(sessions(warehouse)) == 3


def test_of_meetings_of_others_in_a_calendar_only_the_time_is_kept(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load_program(warehouse, tmp_path)
    others = event("x", "DTSTART:20250501T100000Z", "DTEND:20250501T110000Z")
    others = others.replace("ada@", "someone@").replace("two of us", "merger 2026")
    load(warehouse, calendar(tmp_path / "ada.ics", others))
    assert [row[2] for row in rejects(warehouse)] == ["no_such_pair"]
    kept = str(facts_of(warehouse)["rejected_row"])
    assert "2025-05-01 10:00" in kept
    assert not any(word in kept for word in ("someone@", "merger", "2026 ", "BEN@", "ben@"))


def test_an_address_registered_as_login_finds_its_person(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    known = FILES["person_identifiers.csv"].replace(
        "p2,email,ben@example.com", "p2,upn,BEN@corp.example"
    )
    load_program(warehouse, tmp_path, person_identifiers=known)
    load(warehouse, teams(tmp_path, "10:01:00 AM", "10:41:00 AM", 40))
    assert [row[2] for row in sessions(warehouse)] == ["held"]


def test_a_name_counts_only_once_somebody_said_whose_it_is(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load_program(warehouse, tmp_path)
    events = (
        "Full Name\tUser Action\tTimestamp\n"
        "One, Ada\tJoined\t5/13/2025, 10:00:00 AM\nTwo, Ben\tJoined\t5/13/2025, 10:05:00 AM\n"
        "One, Ada\tLeft\t5/13/2025, 10:30:00 AM\nTwo, Ben\tLeft\t5/13/2025, 10:31:00 AM\n"
    )
    path = tmp_path / "meetingAttendanceList.csv"
    path.write_bytes(events.encode("utf-16"))
    load(warehouse, path)
    assert [row[2] for row in rejects(warehouse)] == ["unknown_person"] * 2
    known = FILES["person_identifiers.csv"] + 'p1,platform,"One, Ada"\np2,platform,"Two, Ben"\n'
    (tmp_path / "program" / "person_identifiers.csv").write_text(known, encoding="utf-8")
    load(warehouse, tmp_path / "program" / "person_identifiers.csv", hour=13)
    load(warehouse, path, hour=14)
    assert [row[2:] for row in sessions(warehouse)] == [("held", "attendance", 26.0)]


def test_a_folder_of_exports_reports_and_calendars_loads_in_one_go(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = write_exports(tmp_path / "a")
    teams(folder / "attendance", "10:01:00 AM", "10:41:00 AM", 40)
    calendar(folder / "a calendar.ics", event("talk", *CANCELLED))
    report = load(warehouse, folder)
    assert report.is_complete and report.rejected_by_rule == {}
    assert sessions(warehouse)[-1] == ("S3", f"{DAY} 10:00", "held", "attendance", 40.0)
    assert [row[0] for row in reports(warehouse)] == ["calendar", "plain", "teams"]


def test_a_row_corrected_to_another_pair_leaves_the_session_it_led(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    pairs = FILES["pairs.csv"] + "M2,RM,C1,p1,p3,2025-02-10\n"
    load_program(warehouse, tmp_path, pairs=pairs)
    path = platform(tmp_path, "logbook", "self_report", f"L1,M1,{DAY} 10:00,60,held")
    load(warehouse, path, teams(tmp_path, "10:01:00 AM", "10:41:00 AM", 40))
    platform(tmp_path, "logbook", "self_report", f"L1,M2,{DAY} 10:00,60,held")
    load(warehouse, path, hour=13)
    found = {row[0][:5]: row[2:] for row in sessions(warehouse)}
    assert found == {
        "L1": ("held", "self_report", None),
        "teams": ("held", "attendance", 40.0),
    }
    assert {row[0][:5] for row in presence(warehouse)} == {"teams"}
