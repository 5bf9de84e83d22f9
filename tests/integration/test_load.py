"""Exports become facts: once, in the right order, with an account of every row."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from etl.load import load_paths
from etl.report import LoadReport
from etl.rows.rejects import export_rejects
from tests.integration.small_exports import (
    FILES,
    NOW,
    facts_of,
    ledger,
    messages,
    rejects,
    write_exports,
)
from warehouse.engine import Warehouse
from warehouse.tables import (
    answer,
    employment,
    exit_,
    job_history,
    pair,
    person_identifier,
    response,
    session,
    session_attendance,
)


def load(warehouse: Warehouse, *paths: Path, hour: int = 12) -> LoadReport:
    return load_paths(warehouse, paths, now=NOW.replace(hour=hour))


def test_a_folder_of_exports_loads_in_the_order_of_its_references(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    seen: list[tuple[int, int, str]] = []
    report = load_paths(
        warehouse,
        [write_exports(tmp_path / "in")],
        now=NOW,
        progress=lambda *at: seen.append(at),
    )
    assert report.is_complete and report.rejected_by_rule == {}
    assert [o.path.name for o in report.files] == list(FILES)
    assert report.rows_read == report.rows_changed == 24
    assert seen[0] == (0, 10, "program.csv") and seen[-1] == (10, 10, "")


def test_history_is_derived_with_the_files_it_comes_from(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load(warehouse, write_exports(tmp_path / "in"))
    e, j = employment.c, job_history.c
    spells = warehouse.read(sa.select(e.person_id, e.end_on).order_by(e.person_id))
    ends = dict(zip(spells["person_id"], spells["end_on"], strict=True))
    assert ends["p3"] == pd.Timestamp("2026-06-01") and ends["p4"] == pd.Timestamp("2026-03-01")
    assert pd.isna(ends["p1"]) and pd.isna(ends["p2"])
    moves = warehouse.read(sa.select(j.department_id).where(j.person_id == "p1"))
    assert sorted(moves["department_id"]) == ["D1", "D2"]
    x = warehouse.read(sa.select(exit_.c.person_id, exit_.c.voluntary, exit_.c.source_system))
    assert sorted(map(tuple, x.to_numpy().tolist())) == [
        ("p3", "yes", "plain"),
        ("p4", "unknown", "derived"),
    ]


def test_everybody_is_known_by_a_personnel_number_and_by_addresses_in_lower_case(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load(warehouse, write_exports(tmp_path / "in"))
    i = person_identifier.c
    found = warehouse.read(sa.select(i.id_type, i.value).where(i.person_id == "p1"))
    assert sorted(map(tuple, found.to_numpy().tolist())) == [
        ("email", "ada@example.com"),
        ("hr_id", "p1"),
    ]


def test_the_same_files_again_change_nothing_but_the_ledger(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = write_exports(tmp_path / "in")
    load(warehouse, folder)
    before, lines = facts_of(warehouse, but=()), ledger(warehouse)
    report = load(warehouse, folder, hour=13)
    assert all(outcome.is_known for outcome in report.files)
    assert facts_of(warehouse) == before
    added = ledger(warehouse)[len(lines) :]
    assert [(n, e, r, r) for n, e, r, *_ in lines] == [
        (n, e, r, u) for n, e, r, _, _, u, _ in added
    ]


def test_the_same_rows_in_another_file_are_unchanged(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, write_exports(tmp_path / "in"))
    before = facts_of(warehouse)
    again = tmp_path / "sessions_new.csv"
    again.write_text(FILES["sessions.csv"] + "\n", encoding="utf-8")
    load(warehouse, again, hour=13)
    assert ledger(warehouse)[-1] == ("sessions_new.csv", "session", 3, 0, 0, 3, 0)
    assert facts_of(warehouse) == before


def test_a_corrected_file_updates_rows_by_their_source_key(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = write_exports(tmp_path / "in")
    load(warehouse, folder)
    corrected = FILES["sessions.csv"].replace("60,planned", "60,held") + (
        "S4,M1,2025-06-01 10:00,60,planned\n"
    )
    load(warehouse, write_exports(folder, sessions=corrected), hour=13)
    assert ("sessions.csv", "session", 4, 1, 1, 2, 0) in ledger(warehouse)
    found = warehouse.read(sa.select(session.c.status).where(session.c.session_id == "S3"))
    assert list(found["status"]) == ["held"]


def test_going_back_to_an_earlier_file_of_the_same_name_takes_effect(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = write_exports(tmp_path / "in")
    load(warehouse, folder)
    before = facts_of(warehouse)
    load(
        warehouse, write_exports(folder, sessions=FILES["sessions.csv"].replace("held", "no_show"))
    )
    load(warehouse, write_exports(folder), hour=14)
    assert facts_of(warehouse) == before


def test_rows_that_waited_for_a_person_load_once_the_person_is_known(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = write_exports(tmp_path / "in", people=FILES["people.csv"].replace("p2,", "p9,"))
    first = load(warehouse, folder)
    assert first.rejected_by_rule["unknown_person"] == 4
    second = load(warehouse, write_exports(folder), hour=13)
    assert second.rejected_by_rule == {}
    assert not rejects(warehouse)
    assert len(warehouse.read(sa.select(pair.c.pair_id))) == 1


def test_an_exit_row_replaces_the_one_derived_from_a_termination(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = write_exports(tmp_path / "in")
    load(warehouse, folder)
    exits = FILES["exits.csv"] + "p4,2026-02-28,no\n"
    load(warehouse, write_exports(folder, exits=exits), hour=13)
    x = warehouse.read(sa.select(exit_.c.person_id, exit_.c.voluntary).order_by(exit_.c.person_id))
    assert list(map(tuple, x.to_numpy().tolist())) == [("p3", "yes"), ("p4", "no")]


MATCHES = """
source_system = "pairup"
files = ["matches*.csv"]
date_order = "mdy"
[[load]]
entity = "pair"
key = ["Match ID"]
where = { "Kind" = ["Pair", "One-off"] }
prefer = { "State" = "Closed" }
[load.columns]
pair_id = "Match ID"
program_id = { value = "RM" }
mentor_person_id = { column = "Mentor email", identifier = "email" }
mentee_person_id = { column = "Mentee", identifier = "hr_id" }
matched_on = "Matched"
kind = { column = "Kind", values = { "Pair" = "formal", "One-off" = "one-off" } }
[load.columns.status]
column = "State"
values = { "Open" = "active", "Closed" = "ended" }
otherwise = "paused"
"""
MATCH_ROWS = """Match ID,Kind,Mentor email,Mentee,Matched,State
X1,Pair, ADA@example.com ,p2,2/10/2025,Open
X1,Pair,ada@example.com,p2,2/10/2025,Closed
X2,One-off,cem@example.com,p2,2/31/2025,Open
X3,Pair,nobody@example.com,p2,2/10/2025,On hold
X4,Group,ada@example.com,p2,2/10/2025,Open
X5,pair,ada@example.com,p3,2/10/2025,On hold
X6,Pair,ada@example.com,p3,2/10/2025,On hold
X6,Pair,ada@example.com,p3,2/10/2025,On hold
"""


def test_a_mapping_translates_names_codes_and_people(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = write_exports(tmp_path / "in")
    (folder / "pairup.mapping.toml").write_text(MATCHES, encoding="utf-8")
    (folder / "matches.csv").write_text(MATCH_ROWS, encoding="utf-8")
    report = load(warehouse, folder)
    assert report.is_complete
    p = pair.c
    found = warehouse.read(
        sa.select(p.pair_id, p.mentor_person_id, p.mentee_person_id, p.status)
        .where(p.source_system == "pairup")
        .order_by(p.pair_id)
    )
    assert list(map(tuple, found.to_numpy().tolist())) == [
        ("X1", "p1", "p2", "ended"),
        ("X6", "p1", "p3", "paused"),
    ]
    assert ("matches.csv", "pair", 8, 2, 0, 1, 5) in ledger(warehouse)
    assert rejects(warehouse) == [
        ("pair", 2, "duplicate_key", "Match ID", "X1"),
        ("pair", 4, "not_a_date", "Matched", "2/31/2025"),
        ("pair", 5, "unknown_person", "Mentor email", "nobody@example.com"),
        ("pair", 6, "not_taken", "Kind", "Group"),
        ("pair", 7, "not_taken", "Kind", "pair"),
    ]
    assert "Row 3 was kept, because State is Closed there" in messages(warehouse)[0]
    assert "2/31/2025" in messages(warehouse)[1] and "date_order" in messages(warehouse)[1]


PULSE = """
source_system = "pulse"
files = ["pulse*.csv"]
[[load]]
entity = "survey_response"
key = ["Response"]
[load.columns]
response_id = "Response"
person_id = { column = "Employee", identifier = "hr_id" }
wave_id = { value = "2025H1" }
recorded_at = "Recorded"
is_finished = "Finished"
[load.items]
Q1 = "ENG1"
Q2 = "ENG2"
Q3 = "WORDS"
[[survey]]
survey_id = "pulse"
name = "Pulse"
[[wave]]
wave_id = "2025H1"
survey_id = "pulse"
opens_on = 2025-03-01
closes_on = 2025-03-31
[[item]]
survey_id = "pulse"
item_code = "ENG1"
construct = "engagement"
scale_min = 0
scale_max = 6
is_reversed = false
[[item]]
survey_id = "pulse"
item_code = "ENG2"
construct = "engagement"
scale_min = 0
scale_max = 6
is_reversed = true
"""
PULSE_ROWS = """Response,Employee,Recorded,Finished,Q1,Q2,Q3
R1,p1,2025-03-02 10:00:00,1,5,6,
R2,p2,2025-03-02 11:00:00,1,-99,,fine
R3,p3,2025-03-02 11:00:00,0,7,high,
R4,p9,2025-03-02 11:00:00,1,1,1,
R1,p1,2025-03-02 10:00:00,1,5,5,
"""


def test_a_survey_row_becomes_a_response_and_its_answers(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = write_exports(tmp_path / "in")
    (folder / "pulse.mapping.toml").write_text(PULSE, encoding="utf-8")
    (folder / "pulse.csv").write_text(PULSE_ROWS, encoding="utf-8")
    load(warehouse, folder)
    lines = ledger(warehouse)
    assert ("pulse.csv", "response", 5, 3, 0, 0, 2) in lines
    assert ("pulse.csv", "answer", 9, 7, 0, 0, 2) in lines
    a = answer.c
    found = warehouse.read(
        sa.select(a.response_id, a.item_code, a.number, a.missing_code).order_by(
            a.response_id, a.item_code
        )
    ).astype(object)
    rows = [tuple(row) for row in found.where(found.notna(), None).itertuples(index=False)]
    assert rows == [
        ("R1", "ENG1", 5.0, None),
        ("R1", "ENG2", 6.0, None),
        ("R1", "WORDS", None, "skipped"),
        ("R2", "ENG1", None, "skipped"),
        ("R2", "ENG2", None, "skipped"),
        ("R2", "WORDS", None, None),
        ("R3", "WORDS", None, "unseen"),
    ]
    assert rejects(warehouse) == [
        ("answer", 4, "not_a_number", "Q2", "high"),
        ("answer", 4, "off_scale", "Q1", "7"),
        ("response", 5, "unknown_person", "Employee", "p9"),
        ("response", 6, "duplicate_key", "Response", "R1"),
    ]
    assert "scale of 0 to 6" in messages(warehouse)[1]
    assert len(warehouse.read(sa.select(response.c.response_id))) == 3


TEAMS = """
source_system = "teams"
files = ["*attendance*.csv"]
format = "teams_attendance"
[[load]]
entity = "session_attendance"
key = ["meeting_title", "meeting_start", "email"]
[load.columns]
session_id = "session_id"
person_id = { column = "email", identifier = "email" }
joined_at = "first_join"
left_at = "last_leave"
present_minutes = "minutes"
"""
TEAMS_REPORT = """1. Summary
Meeting title\tReverse mentoring {session}
Attended participants\t2
Start time\t5/1/25, 10:01:00 AM
End time\t5/1/25, 10:41:00 AM

2. Participants
Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole
Ada\t5/1/25, 10:01:00 AM\t5/1/25, 10:41:00 AM\t40m\tADA@example.com\tada\tOrganizer
Ben\t5/1/25, 10:05:00 AM\t5/1/25, 10:41:00 AM\t36m\tben@example.com\tben\tPresenter
"""


def with_attendance(folder: Path, session_id: str = "S3") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "teams.mapping.toml").write_text(TEAMS, encoding="utf-8")
    text = TEAMS_REPORT.format(session=session_id)
    (folder / f"attendance {session_id}.csv").write_bytes(text.encode("utf-16"))
    return folder


def test_a_session_both_sides_attended_is_held(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = with_attendance(write_exports(tmp_path / "in"))
    report = load(warehouse, folder)
    assert report.is_complete and report.rejected_by_rule == {}
    assert len(warehouse.read(sa.select(session_attendance.c.session_id))) == 2
    assert session_state(warehouse, "S3") == ("held", "attendance", 36.0)


def session_state(warehouse: Warehouse, session_id: str) -> tuple[object, ...]:
    s = session.c
    query = sa.select(s.status, s.status_basis, s.actual_minutes)
    found = warehouse.read(query.where(s.session_id == session_id))
    return tuple(found.iloc[0])


def test_attendance_stands_when_the_platform_reports_again(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = with_attendance(write_exports(tmp_path / "in"))
    load(warehouse, folder)
    more = FILES["sessions.csv"] + "S4,M1,2025-06-01 10:00,60,planned\n"
    load(warehouse, write_exports(folder, sessions=more), hour=13)
    assert session_state(warehouse, "S3") == ("held", "attendance", 36.0)
    assert ("sessions.csv", "session", 4, 1, 0, 3, 0) in ledger(warehouse)


def test_attendance_of_a_session_nobody_knows_is_set_aside(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load(warehouse, write_exports(tmp_path / "in"))
    load(warehouse, with_attendance(tmp_path / "teams", "S77"), hour=13)
    title = "Reverse mentoring S77"
    assert [row[2:] for row in rejects(warehouse)] == [("unknown_session", "session_id", title)] * 2


def test_rejected_rows_can_be_exported_corrected_and_loaded_again(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    rows = FILES["sessions.csv"] + "S4,M9,2025-06-01 10:00,60,planned\n=S5,M1,yesterday,60,held\n"
    folder = write_exports(tmp_path / "in", sessions=rows)
    load(warehouse, folder)
    out = tmp_path / "rejected.csv"
    assert export_rejects(warehouse, out, file_name="sessions.csv") == 2
    frame = pd.read_csv(out, dtype=str)
    assert list(frame["session_id"]) == ["S4", "'=S5"]
    assert list(frame["rejected_rule"]) == ["unknown_pair", "not_a_date"]
    columns = FILES["sessions.csv"].split("\n", 1)[0].split(",")
    frame["pair_id"] = "M1"
    corrected = tmp_path / "sessions_corrected.csv"
    frame.loc[[0], columns].to_csv(corrected, index=False)
    report = load(warehouse, corrected, hour=13)
    assert report.rows_changed == 1 and report.rejected_by_rule == {}


@pytest.mark.parametrize("now", [dt.datetime(2024, 2, 29, 9), NOW])
def test_a_load_can_happen_on_any_day(
    warehouse: Warehouse, tmp_path: Path, now: dt.datetime
) -> None:
    report = load_paths(warehouse, [write_exports(tmp_path / "in")], now=now)
    assert report.is_complete
