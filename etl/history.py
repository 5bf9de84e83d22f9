"""Employment spells, job stretches and inferred exits, derived from worker records and exits.

The rules, in the order they are applied:

1. Of several records of one person and day the last counts: an effective-dated one before a
   snapshot, then the highest ``seq_no``, then the lowest place in the file.
2. A snapshot taken within 31 days after a known exit that claims no newer hire date still lists
   the leaver and is passed over.
3. A record with status terminated says that the person is no longer employed on its
   ``recorded_on``: in effective-dated sources that is the first day no longer employed, in
   snapshots the person left before that day. Where an exit was recorded on the same day, the
   exit itself says when the spell closes, so a termination in the future of its record changes
   nothing before it happens.
4. A person whom a later snapshot of the same source no longer lists left before that snapshot,
   unless effective-dated records know the person, or a later record claims employment since
   before the gap.
5. A spell closes at the earliest known exit (the day after ``exit_on``); without one at the
   earliest terminated record; without one at the first snapshot that misses the person. The
   latter two become rows of ``exit`` with source system ``derived``, voluntary unknown.
6. The first record after a closing begins the next spell. It begins on the hire date last
   stated in it, but never before the previous spell ended nor after the first day the person was
   seen employed. Without a hire date a first spell began before the records (NULL), a later one
   on the day of its first record.
7. A stretch of ``job_history`` runs from a record to the next that says something else, or to
   the end of the spell. Where a snapshot is the first word about a spell that began since the
   previous snapshot, the stretch reaches back to the hire date.
8. Spells and stretches of no length vanish.

Everything is one portable SQL text per step, run inside the warehouse.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from warehouse.engine import Writer
from warehouse.tables import employment, exit_, job_history, worker_record

DERIVED = "derived"
INPUTS = (worker_record, exit_)

_JOB = (
    "department_id",
    "manager_person_id",
    "level",
    "function_type",
    "location",
    "fte",
    "status",
)
_JOB_TEXT = " || chr(31) || ".join(
    f"coalesce(CAST({column} AS VARCHAR), '{'active' if column == 'status' else ''}')"
    for column in _JOB
)

# records that do not count: not the last word of a day, still listing a leaver, or dated by the
# exit recorded with them
_PASSED_OVER = """
WITH tied AS (
    SELECT person_id, recorded_on FROM worker_record
    GROUP BY person_id, recorded_on HAVING count(*) > 1
),
ranked AS (
    SELECT w.source_system, w.source_record_id,
        row_number() OVER (
            PARTITION BY w.person_id, w.recorded_on
            ORDER BY record_kind, seq_no DESC NULLS LAST, source_row DESC NULLS LAST,
                md5(source_system || source_record_id)
        ) AS place
    FROM worker_record w
    JOIN tied ON tied.person_id = w.person_id AND tied.recorded_on = w.recorded_on
)
SELECT source_system, source_record_id FROM ranked WHERE place > 1
UNION
SELECT w.source_system, w.source_record_id
FROM worker_record w
JOIN "exit" x ON x.person_id = w.person_id
WHERE x.source_system <> 'derived' AND (
    (
        w.record_kind = 'snapshot' AND coalesce(w.status, 'active') <> 'terminated'
        AND x.exit_on < w.recorded_on AND w.recorded_on <= x.exit_on + 31
        AND (w.hired_on IS NULL OR w.hired_on <= x.exit_on)
    ) OR (
        w.status = 'terminated'
        AND x.recorded_on = w.recorded_on AND x.exit_on >= w.recorded_on
    )
)
"""

# A record that repeats the one before it adds nothing, unless the person left in between.
_WORD = f"""
WITH record AS (
    SELECT w.source_system, w.source_record_id, w.person_id, w.record_kind, w.recorded_on,
        w.hired_on, w.worker_type, coalesce(w.status, 'active') AS status,
        CASE WHEN w.hired_on > w.recorded_on THEN w.hired_on ELSE w.recorded_on END AS day,
        {_JOB_TEXT} AS job
    FROM worker_record w
    LEFT JOIN history_passed_over p
        ON p.source_system = w.source_system AND p.source_record_id = w.source_record_id
    WHERE p.source_record_id IS NULL
),
compared AS (
    SELECT record.*,
        lag(job) OVER in_order AS job_before,
        lag(hired_on) OVER in_order AS hired_before,
        lag(worker_type) OVER in_order AS type_before,
        lag(record_kind) OVER in_order AS kind_before
    FROM record WINDOW in_order AS (PARTITION BY person_id ORDER BY day, recorded_on)
)
SELECT source_system, source_record_id, person_id, recorded_on, hired_on, worker_type, status,
    day, job
FROM compared
WHERE kind_before IS DISTINCT FROM record_kind OR job_before <> job
    OR hired_before IS DISTINCT FROM hired_on OR type_before IS DISTINCT FROM worker_type
    OR person_id IN (
        SELECT person_id FROM "exit" WHERE source_system <> 'derived'
        UNION SELECT person_id FROM history_vanished
    )
"""

_SNAPSHOT_DAY = """
SELECT source_system, recorded_on AS day,
    lag(recorded_on) OVER (PARTITION BY source_system ORDER BY recorded_on) AS previous_day,
    lead(recorded_on) OVER (PARTITION BY source_system ORDER BY recorded_on) AS next_day
FROM (
    SELECT DISTINCT source_system, recorded_on FROM worker_record
    WHERE record_kind = 'snapshot' AND coalesce(status, 'active') <> 'terminated'
) days
"""

_VANISHED = """
SELECT s.person_id, min(s.day) AS seen_on, d.next_day AS day
FROM (
    SELECT person_id, source_system, recorded_on AS day,
        lead(recorded_on) OVER (
            PARTITION BY person_id, source_system ORDER BY recorded_on
        ) AS next_seen
    FROM worker_record
    WHERE record_kind = 'snapshot' AND coalesce(status, 'active') <> 'terminated'
) s
JOIN history_snapshot_day d ON d.source_system = s.source_system AND d.day = s.day
WHERE d.next_day IS NOT NULL AND (s.next_seen IS NULL OR s.next_seen > d.next_day)
    AND NOT EXISTS (
        SELECT 1 FROM worker_record w
        WHERE w.person_id = s.person_id AND w.record_kind = 'effective'
    )
    AND NOT EXISTS (
        SELECT 1 FROM worker_record w
        WHERE w.person_id = s.person_id AND coalesce(w.status, 'active') <> 'terminated'
            AND w.recorded_on >= d.next_day AND w.hired_on <= s.day
    )
GROUP BY s.person_id, d.next_day
"""

# closes: 0 works, 1 known exit, 2 terminated record, 3 vanished
_EVENT = """
WITH said AS (
    SELECT source_system, source_record_id, person_id, day, recorded_on, hired_on, worker_type,
        job, CASE WHEN status = 'terminated' THEN 2 ELSE 0 END AS closes
    FROM history_word
    UNION ALL
    SELECT DISTINCT '', '', person_id, exit_on + 1, CAST(NULL AS DATE), CAST(NULL AS DATE),
        CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), 1
    FROM "exit" WHERE source_system <> 'derived' AND exit_on IS NOT NULL
    UNION ALL
    SELECT '', '', person_id, day, CAST(NULL AS DATE), CAST(NULL AS DATE),
        CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), 3
    FROM history_vanished
),
ranked AS (
    SELECT said.*,
        row_number() OVER in_order AS place,
        lag(closes) OVER in_order AS closes_before
    FROM said
    WINDOW in_order AS (
        PARTITION BY person_id ORDER BY day, recorded_on NULLS FIRST, closes
    )
)
SELECT ranked.*,
    sum(CASE WHEN closes_before IS NULL OR (closes = 0 AND closes_before > 0) THEN 1 ELSE 0 END)
        OVER (PARTITION BY person_id ORDER BY place ROWS UNBOUNDED PRECEDING) AS spell
FROM ranked
"""

_SPELL = """
WITH grouped AS (
    SELECT person_id, spell,
        max(CASE WHEN hired_on IS NOT NULL THEN place END) AS hire_place,
        max(CASE WHEN worker_type IS NOT NULL THEN place END) AS type_place,
        min(CASE WHEN closes = 0 THEN day END) AS seen_on,
        min(CASE WHEN closes = 1 THEN day END) AS exited_on,
        min(CASE WHEN closes = 2 THEN day END) AS terminated_on,
        min(CASE WHEN closes = 3 THEN day END) AS vanished_on
    FROM history_event GROUP BY person_id, spell
),
closed AS (
    SELECT grouped.*, coalesce(exited_on, terminated_on, vanished_on) AS end_on,
        lag(coalesce(exited_on, terminated_on, vanished_on))
            OVER (PARTITION BY person_id ORDER BY spell) AS previous_end
    FROM grouped
),
begun AS (
    SELECT c.*, t.worker_type,
        CASE
            WHEN c.previous_end IS NULL AND h.hired_on IS NULL THEN NULL
            WHEN h.hired_on IS NULL OR h.hired_on < c.previous_end THEN c.seen_on
            WHEN c.seen_on < h.hired_on THEN c.seen_on
            ELSE h.hired_on
        END AS hired_on
    FROM closed c
    LEFT JOIN history_event h ON h.person_id = c.person_id AND h.place = c.hire_place
    LEFT JOIN history_event t ON t.person_id = c.person_id AND t.place = c.type_place
)
SELECT begun.*, row_number() OVER (PARTITION BY person_id ORDER BY spell) AS spell_no
FROM begun
WHERE end_on IS NULL OR hired_on IS NULL OR hired_on < end_on
"""

_STRETCH = """
WITH placed AS (
    SELECT e.person_id, e.spell, e.place, e.day, e.source_system, e.source_record_id, e.job,
        s.end_on,
        CASE WHEN s.hired_on > e.day THEN s.hired_on ELSE e.day END AS valid_from
    FROM history_event e
    JOIN history_spell s ON s.person_id = e.person_id AND s.spell = e.spell
    WHERE e.closes = 0
),
bounded AS (
    SELECT placed.*,
        least(lead(valid_from) OVER (PARTITION BY person_id ORDER BY place), end_on) AS valid_to
    FROM placed
),
compared AS (
    SELECT bounded.*,
        lag(spell) OVER in_order AS spell_before, lag(job) OVER in_order AS job_before
    FROM bounded WHERE valid_to IS NULL OR valid_from < valid_to
    WINDOW in_order AS (PARTITION BY person_id ORDER BY place)
),
news AS (
    SELECT compared.*,
        coalesce(
            lead(valid_from) OVER (PARTITION BY person_id, spell ORDER BY place), end_on
        ) AS closes_on
    FROM compared WHERE spell IS DISTINCT FROM spell_before OR job <> job_before
)
SELECT w.person_id, w.department_id, w.manager_person_id, w.level, w.function_type, w.location,
    w.fte, coalesce(w.status, 'active') AS status, w.record_kind, n.closes_on,
    CASE
        WHEN w.record_kind = 'snapshot' AND s.seen_on = n.day
            AND s.hired_on < n.day AND s.hired_on > d.previous_day THEN s.hired_on
        ELSE n.valid_from
    END AS valid_from
FROM news n
JOIN worker_record w
    ON w.source_system = n.source_system AND w.source_record_id = n.source_record_id
JOIN history_spell s ON s.person_id = n.person_id AND s.spell = n.spell
LEFT JOIN history_snapshot_day d
    ON w.record_kind = 'snapshot' AND d.source_system = w.source_system
    AND d.day = w.recorded_on
"""

_STEPS = (
    ("history_passed_over", _PASSED_OVER),
    ("history_snapshot_day", _SNAPSHOT_DAY),
    ("history_vanished", _VANISHED),
    ("history_word", _WORD),
    ("history_event", _EVENT),
    ("history_spell", _SPELL),
    ("history_stretch", _STRETCH),
)


def rebuild_history(writer: Writer, *, batch_id: str, now: dt.datetime) -> None:
    """Derive ``employment``, ``job_history`` and inferred exits afresh.

    Parameters
    ----------
    writer
        The open transaction; nothing is visible to others before it commits.
    batch_id, now
        Provenance of the derived rows; ``now`` in UTC without zone.
    """
    for name, query in _STEPS:
        writer.execute(sa.text(f"CREATE TEMP TABLE {name} AS {query}"))
    written = f"CAST(NULL AS VARCHAR), CAST(NULL AS INTEGER), '{batch_id}', " + (
        f"CAST('{now.isoformat(sep=' ')}' AS TIMESTAMP)"
    )
    writer.replace(
        employment,
        "SELECT person_id, spell_no, hired_on, end_on, worker_type, 'derived', "
        f"person_id || '|' || spell_no, {written} FROM history_spell",
    )
    job = ", ".join(_JOB[:-1])
    writer.replace(
        job_history,
        f"SELECT person_id, valid_from, closes_on, 1, {job}, status, "
        f"record_kind = 'snapshot', 'derived', person_id || '|' || valid_from, {written} "
        "FROM history_stretch",
    )
    writer.replace(
        exit_,
        "SELECT person_id, end_on - 1, CAST(NULL AS DATE), CAST(NULL AS DATE), "
        "CAST(NULL AS VARCHAR), 'unknown', 'unknown', 'unknown', terminated_on IS NULL, "
        f"'derived', person_id || '|' || spell_no, {written} "
        "FROM history_spell WHERE exited_on IS NULL AND end_on IS NOT NULL",
        where=f"source_system = '{DERIVED}'",
    )
    for name, _ in reversed(_STEPS):
        writer.execute(sa.text(f"DROP TABLE {name}"))
