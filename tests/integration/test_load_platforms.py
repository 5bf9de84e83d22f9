"""What each mentoring platform's exports become: participants, pairs and sessions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from etl.load import load_paths
from etl.report import LoadReport
from tests.integration.small_exports import NOW
from tests.platform_exports import PEOPLE, PLATFORM_EXPORTS
from warehouse.engine import Warehouse
from warehouse.tables import (
    exit_,
    pair,
    pair_status_change,
    participant,
    person_identifier,
    program,
    session,
    session_feedback,
    worker_record,
)

Load = Callable[..., LoadReport]
Day = dt.date
MENTOR, MENTEE = "mentor_person_id", "mentee_person_id"


@pytest.fixture
def load(warehouse: Warehouse, tmp_path: Path) -> Load:
    """Load people, then exports by the names of their mappings, all in one folder."""

    def run(*mappings: str) -> LoadReport:
        exports = [PLATFORM_EXPORTS[f"{mapping}.toml"] for mapping in mappings]
        for name, content in [*PEOPLE.items(), *exports]:
            (tmp_path / name).write_text(content, encoding="utf-8")
        files = [path for path in tmp_path.iterdir() if path.is_file()]
        report = load_paths(warehouse, files, now=NOW)
        assert report.is_complete, [str(outcome.problem) for outcome in report.refused]
        assert report.rejected_by_rule == {}
        return report

    return run


def told(warehouse: Warehouse, table: sa.Table, *names: str) -> list[tuple[Any, ...]]:
    """Return columns of a table in their order, moments of midnight as days."""
    columns = [table.c[name] for name in names]
    frame = warehouse.read(sa.select(*columns)).astype(object)
    rows = frame.where(frame.notna(), None).itertuples(index=False)
    return sorted((tuple(map(_plain, row)) for row in rows), key=repr)


def _plain(value: object) -> object:
    is_day = isinstance(value, dt.datetime) and value.time() == dt.time()
    return value.date() if is_day and isinstance(value, dt.datetime) else value


def test_chronus_members_who_are_both_take_part_twice(warehouse: Warehouse, load: Load) -> None:
    load("chronus_users", "chronus_connections", "chronus_meetings")
    assert told(warehouse, participant, "person_id", "role", "enrolled_on") == [
        ("p1", "mentor", Day(2025, 1, 10)),
        ("p2", "mentee", Day(2025, 1, 11)),
        ("p2", "mentor", Day(2025, 1, 11)),
    ]
    assert told(warehouse, pair, MENTOR, MENTEE, "status", "ended_on") == [
        ("p1", "p2", "completed", Day(2025, 9, 30))
    ]
    assert told(warehouse, session, "pair_id", "status", "status_basis", "planned_minutes") == [
        ("Ada & Ben", "held", "self_report", 60.0),
        ("Ada & Ben", "unknown", "past_dated", 60.0),
    ]
    assert told(warehouse, program, "program_id") == [("Reverse",)]


def test_mentorcliq_hours_become_minutes(warehouse: Warehouse, load: Load) -> None:
    load("mentorcliq_participants", "mentorcliq_mentorships", "mentorcliq_activities")
    assert told(warehouse, participant, "person_id", "role") == [("p1", "mentor"), ("p2", "mentee")]
    assert told(warehouse, pair, "pair_id", MENTOR, MENTEE, "ended_on") == [
        ("m1", "p1", "p2", None)
    ]
    # reading alone is no session
    assert told(warehouse, session, "session_id", "actual_minutes", "status", "status_basis") == [
        ("a1", 90.0, "held", "self_report")
    ]


def test_a_together_match_ends_with_its_last_active_stretch(
    warehouse: Warehouse, load: Load
) -> None:
    load("together_registrations", "together_matches")
    assert told(warehouse, pair, "pair_id", "matched_on", "ended_on", "status") == [
        ("t1", Day(2025, 2, 1), Day(2025, 12, 20), "ended"),
        ("t2", Day(2025, 2, 1), None, "active"),
    ]
    changes = told(warehouse, pair_status_change, "pair_id", "changed_on", "status")
    assert len(changes) == 9
    assert [row for row in changes if row[0] == "t2"] == [
        ("t2", Day(2025, 2, 1), "active"),
        ("t2", Day(2025, 4, 30), "ended"),
        ("t2", Day(2025, 5, 1), "active"),
    ]


def test_together_ratings_out_of_four_are_told_out_of_five(
    warehouse: Warehouse, load: Load
) -> None:
    load("together_matches", "together_sessions", "together_feedback")
    assert told(warehouse, session, "session_id", "status", "status_basis") == [
        ("s1", "held", "self_report"),
        ("s2", "planned", "calendar"),
    ]
    assert told(warehouse, session_feedback, "person_id", "role", "rating") == [
        ("p1", "mentor", 5.0),
        ("p2", "mentee", 1.0),
    ]


def test_a_together_rating_off_its_scale_is_set_aside(
    warehouse: Warehouse, load: Load, tmp_path: Path
) -> None:
    load("together_matches", "together_sessions")
    path = tmp_path / "more.csv"
    path.write_text("Session ID,User Email,Role,Session Rating\ns1,ada@example.com,Mentor,5\n")
    assert load_paths(warehouse, [path], now=NOW).rejected_by_rule == {"off_scale": 1}


def test_together_directory_codes_are_statuses(warehouse: Warehouse, load: Load) -> None:
    load("together_directory")
    assert told(warehouse, worker_record, "person_id", "recorded_on", "status") == [
        ("e1", Day(2026, 3, 31), "active"),
        ("e2", Day(2026, 3, 31), "leave"),
        ("e3", Day(2026, 3, 31), "terminated"),
    ]
    assert told(warehouse, exit_, "person_id", "exit_on", "voluntary") == [
        ("e3", Day(2026, 2, 14), "unknown")
    ]


def test_a_mentorloop_role_id_is_somebody_else_in_another_program(
    warehouse: Warehouse, load: Load
) -> None:
    load("mentorloop_participants", "mentorloop_loops", "mentorloop_meetings")
    ids = told(warehouse, person_identifier, "value", "program_id", "person_id", "id_type")
    assert [row for row in ids if row[0] == "501"] == [
        ("501", "Parents", "p3", "platform"),
        ("501", "Reverse", "p1", "platform"),
    ]
    assert told(warehouse, pair, "pair_id", MENTOR, MENTEE, "status") == [
        ("l1", "p1", "p2", "active"),
        ("l2", "p3", "p1", "withdrawn"),
    ]
    assert told(warehouse, session, "status", "status_basis") == [
        ("held", "self_report"),
        ("unknown", "past_dated"),
    ]


def test_a_meeting_qooper_calls_completed_is_not_known_to_be_held(
    warehouse: Warehouse, load: Load
) -> None:
    load("qooper_participants", "qooper_matches", "qooper_meetings")
    assert told(warehouse, participant, "person_id", "role", "enrolled_on") == [
        ("p1", "mentor", Day(2025, 1, 10)),
        ("p2", "mentee", Day(2025, 1, 11)),
    ]
    assert told(warehouse, pair, MENTOR, MENTEE, "matched_on", "status") == [
        ("p1", "p2", Day(2025, 2, 1), "active")
    ]
    assert told(warehouse, session, "status", "status_basis", "planned_start_at") == [
        ("cancelled", "calendar", dt.datetime(2025, 4, 5, 10)),
        ("unknown", "past_dated", dt.datetime(2025, 3, 5, 10)),
    ]


def test_pushfar_preferences_for_both_are_two_participations(
    warehouse: Warehouse, load: Load
) -> None:
    load("pushfar_participants", "pushfar_relationships", "pushfar_meetings")
    assert told(warehouse, participant, "person_id", "program_id", "role") == [
        ("p1", "9", "mentor"),
        ("p2", "9", "mentee"),
        ("p2", "9", "mentor"),
    ]
    assert told(warehouse, pair, MENTOR, MENTEE, "ended_on") == [("p1", "p2", Day(2025, 8, 31))]
    assert told(warehouse, session, "session_id", "status", "status_basis", "mode") == [
        ("k1", "held", "self_report", "video"),
        ("k2", "planned", "calendar", "in_person"),
    ]


def test_the_platforms_words_for_the_roles_are_never_swapped(
    warehouse: Warehouse, load: Load
) -> None:
    load("mentorcliq_participants", "mentorcliq_mentorships")
    (row,) = told(warehouse, pair, MENTOR, MENTEE)
    roles = dict(told(warehouse, participant, "role", "person_id"))
    assert row == (roles["mentor"], roles["mentee"]) == ("p1", "p2")


def test_every_platform_loads_again_without_a_change(warehouse: Warehouse, load: Load) -> None:
    names = [name.removesuffix(".toml") for name in PLATFORM_EXPORTS]
    load(*names)
    assert load(*names).rows_changed == 0
