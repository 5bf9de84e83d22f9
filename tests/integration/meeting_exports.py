"""One meeting of one pair as four sources tell it, and helpers to look at what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from etl.load import load_paths
from etl.report import LoadReport
from tests.integration.small_exports import NOW, write_exports
from warehouse.engine import Warehouse
from warehouse.tables import session, session_attendance, session_report

PLATFORM = """
source_system = "{system}"
files = ["{system}*.csv"]
[[load]]
entity = "session"
key = ["Id"]
[load.columns]
session_id = "Id"
pair_id = "Match"
planned_start_at = "Start"
planned_minutes = "Minutes"
status = "Status"
status_basis = {{ value = "{basis}" }}
"""
TEAMS = """1. Summary
Meeting title\t{title}
Attended participants\t2
Start time\t{start}
End time\t{end}

2. Participants
Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole
Ada\t{start}\t{end}\t{minutes}m\tada@example.com\tada@corp.example\tOrganizer
Ben\t{start}\t{end}\t{minutes}m\tben@example.com\tben@corp.example\tPresenter
"""
EVENT = """BEGIN:VEVENT
UID:{uid}
{lines}
ORGANIZER:mailto:ada@example.com
ATTENDEE;PARTSTAT=ACCEPTED:mailto:BEN@example.com
SUMMARY:A talk between the two of us
DESCRIPTION:What was said stays between the two of us
END:VEVENT
"""


def load(warehouse: Warehouse, *paths: Path, hour: int = 12) -> LoadReport:
    return load_paths(warehouse, paths, now=NOW.replace(hour=hour))


def load_program(warehouse: Warehouse, folder: Path, **changed: str | None) -> None:
    """Load people, the pair M1 of p1 and p2, and no sessions unless told."""
    load(warehouse, write_exports(folder / "program", **{"sessions": None, **changed}))


def platform(folder: Path, system: str, basis: str, rows: str) -> Path:
    """Write the export of a platform whose word has a basis."""
    place = folder / system
    place.mkdir(parents=True, exist_ok=True)
    text = PLATFORM.format(system=system, basis=basis)
    (place / f"{system}.mapping.toml").write_text(text, encoding="utf-8")
    path = place / f"{system}.csv"
    path.write_text(f"Id,Match,Start,Minutes,Status\n{rows}\n", encoding="utf-8")
    return path


def teams(
    folder: Path, start: str, end: str, minutes: int, *, day: str = "5/1/25", title: str = "Talk"
) -> Path:
    """Write an attendance report of the two; times as ``10:01:00 AM``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"report {day.replace('/', '-')} {start.replace(':', '')} {title}.csv"
    text = TEAMS.format(title=title, start=f"{day}, {start}", end=f"{day}, {end}", minutes=minutes)
    path.write_bytes(text.encode("utf-16"))
    return path


def event(uid: str, *lines: str) -> str:
    """Return an event between the two of the pair."""
    return EVENT.format(uid=uid, lines="\n".join(lines))


def calendar(path: Path, *events: str) -> Path:
    """Write a calendar file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n{''.join(events)}END:VCALENDAR\n"
    path.write_bytes(text.replace("\n", "\r\n").encode())
    return path


def sessions(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """Return sessions: id, begin, status, basis, minutes both were there."""
    s = session.c
    columns = (s.session_id, s.planned_start_at, s.status, s.status_basis, s.actual_minutes)
    return _rows(warehouse, sa.select(*columns).order_by(s.planned_start_at, s.session_id))


def reports(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """Return what each source said of sessions several speak of."""
    r = session_report.c
    columns = (r.source_system, r.reported_session_id, r.session_id, r.status, r.status_basis)
    return _rows(warehouse, sa.select(*columns).order_by(r.source_system, r.reported_session_id))


def presence(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """Return attendance: session, person, minutes."""
    a = session_attendance.c
    columns = (a.session_id, a.person_id, a.present_minutes)
    return _rows(warehouse, sa.select(*columns).order_by(a.person_id, a.joined_at))


def _rows(warehouse: Warehouse, query: sa.Select[Any]) -> list[tuple[Any, ...]]:
    frame = warehouse.read(query).astype(object)
    frame = frame.where(frame.notna(), None)
    return [
        tuple(str(value)[:16] if hasattr(value, "year") else value for value in row)
        for row in frame.itertuples(index=False)
    ]
