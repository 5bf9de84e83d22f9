"""Which session a meeting is: by an id in its title, else by the pair its people are.

Reports of meetings know addresses and times, not sessions. Here each row of such a report gets the
person it is about and the session the meeting is; rows for which neither can be told are set aside
with the reason. A meeting of a pair nobody planned becomes a session of its own, with an id derived
from the meeting; :mod:`etl.sessions.settling` then finds out whether it is one somebody planned.
"""

from __future__ import annotations

from dataclasses import replace

from etl.ledger import EntityCounts
from etl.mapping.mapping import Mapping
from etl.people.identity import people_sql
from etl.reading.raw_table import RawTable
from etl.reading.row_staging import literal
from etl.rows.bundle import Bundle, Entangled
from etl.rows.checking import Input
from etl.rows.rejects import Rejects
from warehouse.engine import Staging
from warehouse.tables import pair, person_identifier, session, session_attendance

SESSION, PAIR, PERSON, MEETING, FOUND_BY = (
    "session_id",
    "pair_id",
    "person_id",
    "meeting_id",
    "found_by",
)
ATTENDANCE = ("teams_attendance", "zoom")
CALENDAR = "icalendar"
# Columns the loader adds to reports of these formats; mappings may read them.
ADDED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(ATTENDANCE, (SESSION, PAIR, PERSON, MEETING, FOUND_BY)),
    CALENDAR: (SESSION, PAIR, FOUND_BY),
}
_ASIDE = "not_placed"
_OTHERS = 1  # people beside the pair in a meeting that still is a session: somebody introducing
_WORDS = {
    "unknown_person": "Nobody, or more than one person, is known by this address, login or name. "
    "Load the export that has the person's e-mail address or login, or add it to "
    "person_identifiers.csv; the row is looked at again with the next load.",
    "no_such_pair": "The people of this meeting are no pair that was active on that day. If it was "
    "a session, load the export that has the pair, or the e-mail addresses of its people; the row "
    "is looked at again with the next load. If it was none, nothing is to be done.",
    "several_pairs": "The people of this meeting are more than one pair. If it was a session of "
    "one of them, put the id of the session or of the pair into the title of the report.",
    "group_meeting": "More people than a pair and one other took part, so it is not taken for a "
    "session. If it was one, put the id of the session or of the pair into the title.",
}


def find_sessions(staging: Staging, raw: RawTable, mapping: Mapping, bundle: Bundle) -> RawTable:
    """Add person, session and pair to the rows of a meeting report; other files stay as they are.

    A mapping that loads no sessions of its own knows only those that titles name; the title stands
    in place of any other, so that the row is set aside and the title can be seen.

    Parameters
    ----------
    raw
        The report as staged.
    mapping
        Where it reads ``person_id``, rows about people nobody knows are set aside.

    Raises
    ------
    Entangled
        Two files of the bundle speak of one meeting, or one of them may name another's in its
        title.
    """
    if raw.format not in ADDED:
        return raw
    is_calendar = raw.format == CALENDAR
    rows = staging.fresh("people")
    people = _invited(staging, raw) if is_calendar else _there(staging, raw)
    staging.run(f"CREATE TEMP TABLE {rows} AS {people}")
    places = staging.view(_places(staging, rows, mapping.source_system, is_calendar), "places")
    makes_sessions = any(load.entity == session.name for load in mapping.loads)
    asks_people = PERSON in mapping.source_columns()
    relation = staging.fresh("meetings")
    query = _calendar_rows(raw, places) if is_calendar else _report_rows(raw, rows, places)
    aside, own = _ASIDE, SESSION
    if not makes_sessions:
        aside = "NULL"
        own = f"CASE WHEN {FOUND_BY} = 'title' THEN {SESSION} ELSE meeting_title END"
    if asks_people:
        aside = f"CASE WHEN {PERSON} IS NULL THEN 'unknown_person' ELSE {aside} END"
    staging.run(
        f"CREATE TEMP TABLE {relation} AS "
        f"SELECT * REPLACE ({own} AS {SESSION}, {aside} AS {_ASIDE}) FROM ({query})"
    )
    if len(bundle) > 1:
        _check_meetings(staging, rows, relation if makes_sessions else None, bundle)
    return replace(raw, relation=relation, columns=(*raw.columns, *ADDED[raw.format]))


def _check_meetings(staging: Staging, rows: str, made: str | None, bundle: Bundle) -> None:
    """Raise :class:`Entangled` where files may not be about meetings of their own."""
    file = bundle.file_sql()
    asked = [f"SELECT 1 FROM {rows} GROUP BY meeting HAVING min({file}) < max({file}) LIMIT 1"]
    if made:  # a title may name the session that another file of the bundle only makes known
        asked.append(
            f"SELECT 1 FROM {rows} r JOIN {made} m ON contains(r.title, m.{SESSION}) "
            f"WHERE m.{FOUND_BY} = 'people' LIMIT 1"
        )
    if any(staging.rows(one) for one in asked):
        raise Entangled


def set_aside(given: Input, rejects: Rejects) -> tuple[Input, dict[int, EntityCounts]]:
    """Reject the rows that :func:`find_sessions` could not place.

    Returns
    -------
    tuple
        What is left to load, and the rows that went, by the place of their file.
    """
    raw = given.raw
    if raw.format not in ADDED:
        return given, {}
    is_calendar = raw.format == CALENDAR
    entity = str((session if is_calendar else session_attendance).name)
    column = "meeting_start" if is_calendar else "email"
    value = "meeting_start" if is_calendar else "coalesce(email, upn, name)"
    staging = rejects.staging
    messages = " ".join(
        f"WHEN {literal(rule)} THEN {literal(words)}" for rule, words in _WORDS.items()
    )
    found = staging.view(
        f"SELECT source_row, {_ASIDE} AS rule, {literal(column)} AS column_name, "
        f"{value} AS value, CASE {_ASIDE} {messages} END AS message "
        f"FROM {raw.relation} WHERE {_ASIDE} IS NOT NULL",
        "aside",
    )
    gone = staging.rows(f"SELECT {rejects.bundle.file_sql()}, count(*) FROM {found} GROUP BY 1")
    if not gone:
        return given, {}
    rejects.add_worded(entity, found)
    left = staging.view(f"SELECT * FROM {raw.relation} WHERE {_ASIDE} IS NULL", "placed")
    counts = {
        file: EntityCounts(entity, rows_read=count, rows_rejected=count) for file, count in gone
    }
    return replace(given, raw=replace(raw, relation=left)), counts


_NAMED = 2  # score of a pair that the title names
_WORDS_OF_TITLE = "regexp_extract_all(title, '[^\\s,;:()\\[\\]]+')"
_KEY = "concat_ws('|', coalesce(meeting_title, ''), meeting_start)"
_DAY = "try_cast(substr(meeting_start, 1, 10) AS DATE)"


def _there(staging: Staging, raw: RawTable) -> str:
    """Return who was there, row by row: by address, by login, or by a name somebody confirmed.

    E-mail address and login may differ, and each may be registered as the other. A name counts
    only where it was entered as an identifier of type ``platform``.
    """
    asked = f"SELECT lower(email) FROM {raw.relation} UNION SELECT lower(upn) FROM {raw.relation}"
    known = _addresses(staging, asked)
    return (
        f"SELECT r.source_row, {_KEY} AS meeting, r.meeting_title AS title, {_DAY} AS day, "
        "coalesce(e.person_id, u.person_id, n.person_id) AS person_id, "
        "lower(coalesce(r.email, r.upn, r.name)) AS known_as "
        f"FROM {raw.relation} r LEFT JOIN ({known}) e ON e.id = lower(r.email) "
        f"LEFT JOIN ({known}) u ON u.id = lower(r.upn) "
        f"LEFT JOIN ({people_sql(staging, 'platform')}) n "
        "ON n.id = r.name AND r.email IS NULL AND r.upn IS NULL"
    )


def _invited(staging: Staging, raw: RawTable) -> str:
    """Return who is invited to or invites to each occurrence."""
    people = "concat_ws(' ', organizer, attendees)"
    asked = f"SELECT unnest(string_split({people}, ' ')) FROM {raw.relation}"
    return (
        "SELECT r.*, k.person_id FROM (SELECT source_row, "
        f"concat_ws('|', uid, occurrence) AS meeting, meeting_title AS title, {_DAY} AS day, "
        f"unnest(string_split({people}, ' ')) AS known_as FROM {raw.relation}) r "
        f"LEFT JOIN ({_addresses(staging, asked)}) k ON k.id = r.known_as"
    )


def _addresses(staging: Staging, asked: str) -> str:
    """Return who is known by the addresses and logins a query asks for."""
    return (
        f"SELECT value AS id, min(person_id) AS person_id "
        f"FROM {staging.reference(person_identifier)} "
        f"WHERE id_type IN ('email', 'upn') AND value IN ({asked}) "
        "GROUP BY value HAVING min(person_id) = max(person_id)"
    )


def _places(staging: Staging, rows: str, system: str, is_calendar: bool) -> str:
    """Return session, pair, how they were found and what is wrong, once per meeting."""
    sessions = staging.reference(session)
    of_pair = "" if is_calendar else ", c.pair_id"  # two pairs may use one title at one hour
    generated = (
        f"{literal(system)} || '-' || "
        f"substr(md5(concat_ws('|', {literal(system)}, m.meeting{of_pair})), 1, 16)"
    )
    return (
        f"WITH row AS (SELECT * FROM {rows}), "
        "meeting AS (SELECT meeting, min(title) AS title, min(day) AS day, "
        "count(DISTINCT coalesce(person_id, known_as)) AS people FROM row GROUP BY meeting), "
        f"word AS (SELECT meeting, unnest({_WORDS_OF_TITLE}) AS word FROM meeting), "
        "named AS (SELECT meeting, min(s.session_id) AS session_id FROM word "
        f"JOIN {sessions} s ON s.session_id = word GROUP BY meeting), "
        f"{_chosen_pairs(staging.reference(pair), is_calendar)} "
        f"SELECT m.meeting, coalesce(n.session_id, {generated}) AS {SESSION}, "
        f"coalesce(s.pair_id, c.pair_id) AS {PAIR}, "
        f"CASE WHEN n.session_id IS NOT NULL THEN 'title' ELSE 'people' END AS {FOUND_BY}, "
        "CASE WHEN n.session_id IS NOT NULL THEN NULL WHEN c.pairs IS NULL THEN 'no_such_pair' "
        "WHEN c.pairs > 1 THEN 'several_pairs' "
        f"WHEN m.people > 2 + {_OTHERS} AND c.score < {_NAMED} THEN 'group_meeting' "
        f"END AS {_ASIDE} "
        "FROM meeting m LEFT JOIN named n USING (meeting) LEFT JOIN chosen c USING (meeting) "
        f"LEFT JOIN (SELECT session_id, min(pair_id) AS pair_id FROM {sessions} GROUP BY 1) s "
        "ON s.session_id = n.session_id"
    )


def _chosen_pairs(pairs: str, is_calendar: bool) -> str:
    """Return queries that end in ``chosen``: the best pair of a meeting, and how many there are.

    A pair the title names goes before formal pairs, those before others.
    """
    named_by_title = (
        f"SELECT meeting, pair_id, {_NAMED} AS score FROM meeting JOIN word USING (meeting) "
        f"JOIN {pairs} p ON p.pair_id = word UNION ALL "
        if is_calendar  # a plan names its pair even where the invitations do not
        else ""
    )
    return (
        "member AS (SELECT DISTINCT meeting, person_id FROM row WHERE person_id IS NOT NULL), "
        f"candidate AS ({named_by_title}SELECT a.meeting, p.pair_id, "
        "CASE WHEN p.pair_id IN (SELECT word FROM word w WHERE w.meeting = a.meeting) "
        f"THEN {_NAMED} WHEN p.kind = 'formal' THEN 1 ELSE 0 END AS score "
        f"FROM member a JOIN {pairs} p ON p.mentor_person_id = a.person_id "
        "JOIN member b ON b.meeting = a.meeting AND b.person_id = p.mentee_person_id "
        "JOIN meeting m ON m.meeting = a.meeting "
        "WHERE (p.matched_on IS NULL OR p.matched_on <= m.day) "
        "AND (p.ended_on IS NULL OR m.day < p.ended_on)), "
        "scored AS (SELECT meeting, pair_id, max(score) AS score FROM candidate "
        "GROUP BY meeting, pair_id), "
        "best AS (SELECT * FROM scored QUALIFY score = max(score) OVER (PARTITION BY meeting)), "
        "chosen AS (SELECT meeting, min(pair_id) AS pair_id, count(*) AS pairs, "
        "max(score) AS score FROM best GROUP BY meeting)"
    )


def _report_rows(raw: RawTable, rows: str, places: str) -> str:
    return (
        f"SELECT r.*, p.{SESSION}, p.{PAIR}, w.{PERSON}, p.{FOUND_BY}, p.{_ASIDE}, "
        f"p.{SESSION} AS {MEETING} FROM {raw.relation} r JOIN {rows} w USING (source_row) "
        f"JOIN {places} p ON p.meeting = w.meeting"
    )


def _calendar_rows(raw: RawTable, places: str) -> str:
    """Return occurrences; of meetings that are none of a pair's, only when they were is kept."""
    hidden = ", ".join(
        f"CASE WHEN p.{_ASIDE} IS NULL THEN r.{name} END AS {name}"
        for name in ("meeting_title", "organizer", "attendees", "declined")
    )
    return (
        f"SELECT r.* REPLACE ({hidden}), p.{SESSION}, p.{PAIR}, p.{FOUND_BY}, p.{_ASIDE} "
        f"FROM {raw.relation} r "
        f"JOIN {places} p ON p.meeting = concat_ws('|', r.uid, r.occurrence)"
    )
