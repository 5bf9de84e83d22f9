"""Attendance reports: which session they are about, and what they say about its status."""

from __future__ import annotations

from dataclasses import replace

from etl.raw_table import RawTable
from etl.row_staging import quoted
from etl.sources.sessions import ATTENDED
from warehouse.engine import Staging, Writer
from warehouse.tables import pair, session, session_attendance

TITLE = "meeting_title"
SESSION = "session_id"
_HELD = (
    "'held' AS status, 'attendance' AS status_basis, NULL AS cancelled_by, NULL AS cancelled_at, "
    "coalesce(a.minutes, {rows}.actual_minutes) AS actual_minutes"
)
_DIFFERS = (
    "s.status IS DISTINCT FROM 'held' OR s.status_basis IS DISTINCT FROM 'attendance' "
    "OR s.cancelled_by IS NOT NULL OR s.cancelled_at IS NOT NULL "
    "OR s.actual_minutes IS DISTINCT FROM coalesce(a.minutes, s.actual_minutes)"
)


def name_sessions(staging: Staging, raw: RawTable) -> RawTable:
    """Add the session each report is about: the word of its title that is a session's id.

    A title without such a word stands in the new column as it is, so that the row is set aside
    as an unknown session and the title can be seen.
    """
    known = staging.reference(session)
    words = f"regexp_extract_all({TITLE}, '[^\\s,;:()\\[\\]]+')"
    titles = f"SELECT DISTINCT {TITLE} AS title, unnest({words}) AS word FROM {raw.relation}"
    found = (
        f"SELECT t.title, min(s.session_id) AS session_id FROM ({titles}) t "
        f"JOIN {known} s ON s.session_id = t.word GROUP BY t.title"
    )
    columns = ", ".join(f"r.{quoted(column)}" for column in raw.columns)
    relation = staging.fresh("attended")
    staging.run(
        f"CREATE TEMP TABLE {relation} AS SELECT r.source_row, {columns}, "
        f"coalesce(f.session_id, r.{TITLE}) AS {SESSION} "
        f"FROM {raw.relation} r LEFT JOIN ({found}) f ON f.title = r.{TITLE}"
    )
    return replace(raw, relation=relation, columns=(*raw.columns, SESSION))


def attended_override(writer: Writer) -> str | None:
    """Return what attendance knows better about sessions coming in; None without attendance."""
    staging = writer.staging
    attendance = staging.reference(session_attendance)
    if not staging.rows(f"SELECT 1 FROM {attendance} LIMIT 1"):
        return None
    attended = ATTENDED.format(
        attendance=attendance, session="{rows}", pair=staging.reference(pair)
    )
    held = (
        f"SELECT {{rows}}.* REPLACE ({_HELD}) FROM {{rows}} JOIN ({attended}) a USING (session_id)"
    )
    rest = f"SELECT * FROM {{rows}} WHERE session_id NOT IN (SELECT session_id FROM ({attended}))"
    return f"{held} UNION ALL {rest}"


def apply_attendance(writer: Writer) -> None:
    """Set stored sessions held in which both sides of the pair were present."""
    staging = writer.staging
    name = staging.fresh("held")
    sessions = staging.reference(session)
    attended = ATTENDED.format(
        attendance=staging.reference(session_attendance),
        session=sessions,
        pair=staging.reference(pair),
    )
    staging.run(
        f"CREATE TEMP TABLE {name} AS SELECT s.* REPLACE ({_HELD.format(rows='s')}) "
        f"FROM {sessions} s JOIN ({attended}) a ON a.session_id = s.session_id WHERE {_DIFFERS}"
    )
    if staging.rows(f"SELECT 1 FROM {name} LIMIT 1"):
        writer.merge(session, name)
