"""The SQL by which history is derived: one portable text per step, each a temporary table.

The rules are those of :mod:`etl.history.derive`. The steps read ``history_record`` and
``history_exit``: worker records and known exits, of everybody or of the people whose history is
derived anew.
"""

from __future__ import annotations

DERIVED = "derived"
JOB = (
    "department_id",
    "manager_person_id",
    "level",
    "function_type",
    "location",
    "fte",
    "status",
)
# A blank is a character that no value is: texts differ where any column does.
JOB_TEXT = " || chr(31) || ".join(
    "coalesce(status, 'active')"
    if column == "status"
    else f"coalesce(CAST({column} AS VARCHAR), chr(30))"
    for column in JOB
)
WORKS = "{0}status IS DISTINCT FROM 'terminated'"
EMPLOYED = f"record_kind = 'snapshot' AND {WORKS.format('')}"

# Of everybody, also where only some people's history is derived: who is missing from a snapshot
# can only be told by those who are in it.
_SNAPSHOT_DAY = f"""
SELECT source_system, recorded_on AS day,
    lag(recorded_on) OVER in_order AS previous_day,
    lead(recorded_on) OVER in_order AS next_day,
    lead(recorded_on, 2) OVER in_order AS settled_day
FROM (SELECT DISTINCT source_system, recorded_on FROM worker_record WHERE {EMPLOYED}) days
WINDOW in_order AS (PARTITION BY source_system ORDER BY recorded_on)
"""

# Records that do not count: not the last word of a day, still listing a leaver, dated by the exit
# recorded with them, or expecting a hire of which a later snapshot knows better.
_PASSED_OVER = """
WITH tied AS (
    SELECT person_id, recorded_on FROM history_record
    GROUP BY person_id, recorded_on HAVING count(*) > 1
),
ranked AS (
    SELECT w.source_system, w.source_record_id,
        row_number() OVER (
            PARTITION BY w.person_id, w.recorded_on
            ORDER BY record_kind, seq_no DESC NULLS LAST, length(source_record_id) DESC,
                source_record_id COLLATE "C" DESC, source_system COLLATE "C"
        ) AS place
    FROM history_record w
    JOIN tied ON tied.person_id = w.person_id AND tied.recorded_on = w.recorded_on
)
SELECT source_system, source_record_id FROM ranked WHERE place > 1
UNION
SELECT w.source_system, w.source_record_id
FROM history_record w
JOIN history_exit x ON x.person_id = w.person_id
WHERE (
    w.record_kind = 'snapshot' AND coalesce(w.status, 'active') <> 'terminated'
    AND x.exit_on < w.recorded_on AND w.recorded_on <= x.exit_on + 31
    AND (w.hired_on IS NULL OR w.hired_on <= x.exit_on)
) OR (
    w.status = 'terminated'
    AND x.recorded_on = w.recorded_on AND x.exit_on >= w.recorded_on
)
UNION
SELECT w.source_system, w.source_record_id
FROM history_record w
JOIN history_snapshot_day d ON d.source_system = w.source_system AND d.day = w.recorded_on
WHERE w.record_kind = 'snapshot' AND w.hired_on > w.recorded_on AND w.hired_on >= d.next_day
"""

_VANISHED = f"""
WITH missed AS (
    SELECT s.person_id, s.day AS seen_on, d.next_day AS missed_on, d.settled_day AS settled_on
    FROM (
        SELECT person_id, source_system, recorded_on AS day, hired_on,
            lead(recorded_on) OVER (
                PARTITION BY person_id, source_system
                ORDER BY recorded_on, hired_on DESC NULLS LAST
            ) AS next_seen
        FROM history_record WHERE {EMPLOYED}
    ) s
    JOIN history_snapshot_day d ON d.source_system = s.source_system AND d.day = s.day
    WHERE d.next_day IS NOT NULL AND (s.next_seen IS NULL OR s.next_seen > d.next_day)
        AND (s.hired_on IS NULL OR s.hired_on < d.next_day)
)
SELECT m.person_id, m.missed_on AS day, min(m.settled_on) AS settled_on
FROM missed m
WHERE NOT EXISTS (
        SELECT 1 FROM history_record w
        WHERE w.person_id = m.person_id AND w.record_kind = 'effective'
            AND w.recorded_on <= m.missed_on
    )
    AND NOT EXISTS (
        SELECT 1 FROM history_record w
        WHERE w.person_id = m.person_id AND coalesce(w.status, 'active') <> 'terminated'
            AND w.recorded_on >= m.missed_on
            AND (m.settled_on IS NULL OR w.recorded_on <= m.settled_on)
            AND (w.hired_on IS NULL OR w.hired_on <= m.seen_on)
    )
    AND NOT EXISTS (
        SELECT 1 FROM history_exit x
        WHERE x.person_id = m.person_id AND x.exit_on >= m.missed_on
            AND (
                m.settled_on IS NULL OR x.exit_on < m.settled_on
                OR x.recorded_on < m.settled_on
            )
    )
GROUP BY m.person_id, m.missed_on
"""

# A record that repeats the one before it adds nothing, unless the person left in between.
_WORD = f"""
WITH record AS (
    SELECT w.source_system, w.source_record_id, w.person_id, w.record_kind, w.recorded_on,
        w.hired_on, w.worker_type, coalesce(w.status, 'active') AS status,
        CASE WHEN w.hired_on > w.recorded_on THEN w.hired_on ELSE w.recorded_on END AS day,
        {JOB_TEXT} AS job
    FROM history_record w
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
        SELECT person_id FROM history_exit UNION SELECT person_id FROM history_vanished
    )
"""

# closes: 0 works, 1 known exit, 2 terminated record, 3 missing from a snapshot
_EVENT = """
WITH said AS (
    SELECT source_system, source_record_id, person_id, day, recorded_on, hired_on, worker_type,
        job, CASE WHEN status = 'terminated' THEN 2 ELSE 0 END AS closes
    FROM history_word
    UNION ALL
    SELECT DISTINCT '', '', person_id, exit_on + 1, CAST(NULL AS DATE), CAST(NULL AS DATE),
        CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), 1
    FROM history_exit WHERE exit_on IS NOT NULL
    UNION ALL
    SELECT '', '', person_id, day, CAST(NULL AS DATE), CAST(NULL AS DATE),
        CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), 3
    FROM history_vanished
),
ranked AS (
    SELECT said.*,
        row_number() OVER in_order AS place,
        lag(closes) OVER in_order AS closes_before,
        count(worker_type) OVER in_order AS types_told
    FROM said
    WINDOW in_order AS (
        PARTITION BY person_id ORDER BY day, recorded_on NULLS FIRST, closes
    )
),
carried AS (
    SELECT ranked.*, max(worker_type) OVER (PARTITION BY person_id, types_told) AS type_now
    FROM ranked
),
turned AS (
    SELECT carried.*,
        CASE WHEN closes = 0 AND closes_before = 0 AND worker_type
            <> lag(type_now) OVER (PARTITION BY person_id ORDER BY place) THEN 1 ELSE 0
        END AS converts
    FROM carried
)
SELECT turned.*,
    sum(CASE
        WHEN closes_before IS NULL OR (closes = 0 AND closes_before > 0) OR converts = 1 THEN 1
        ELSE 0
    END) OVER (PARTITION BY person_id ORDER BY place ROWS UNBOUNDED PRECEDING) AS spell
FROM turned
"""

_SPELL = """
WITH seen AS (
    SELECT history_event.*,
        min(CASE WHEN closes = 0 THEN day END) OVER (PARTITION BY person_id, spell)
            AS first_seen_on
    FROM history_event
),
grouped AS (
    SELECT person_id, spell,
        min(place) AS first_place,
        max(converts) AS converts,
        min(CASE WHEN coalesce(hired_on <= first_seen_on, hired_on IS NOT NULL)
            AND (closes = 0 OR coalesce(closes_before, 0) = 0) THEN place END) AS hire_place,
        min(CASE WHEN worker_type IS NOT NULL THEN place END) AS type_place,
        min(CASE WHEN closes = 0 THEN day END) AS seen_on,
        min(CASE WHEN closes = 1 THEN day END) AS exited_on,
        min(CASE WHEN closes = 2 THEN day END) AS terminated_on,
        min(CASE WHEN closes = 3 THEN day END) AS vanished_on
    FROM seen GROUP BY person_id, spell
),
judged AS (
    SELECT grouped.*,
        CASE
            WHEN exited_on > vanished_on OR exited_on > terminated_on + 1 OR exited_on IS NULL
                THEN CASE
                    WHEN terminated_on <= coalesce(vanished_on, terminated_on) THEN 'terminated'
                    WHEN vanished_on IS NOT NULL THEN 'absent'
                END
            ELSE 'exit'
        END AS ended_by,
        CASE WHEN lead(converts) OVER in_order = 1 THEN lead(seen_on) OVER in_order END
            AS converted_on
    FROM grouped WINDOW in_order AS (PARTITION BY person_id ORDER BY spell)
),
closed AS (
    SELECT judged.*,
        CASE ended_by WHEN 'exit' THEN exited_on WHEN 'terminated' THEN terminated_on
            WHEN 'absent' THEN vanished_on ELSE converted_on END AS end_on
    FROM judged
),
followed AS (
    SELECT closed.*, lag(end_on) OVER (PARTITION BY person_id ORDER BY spell) AS previous_end
    FROM closed
),
begun AS (
    SELECT c.*, t.worker_type,
        CASE
            WHEN c.previous_end IS NULL THEN h.hired_on
            WHEN f.hired_on >= c.previous_end AND f.hired_on < c.seen_on THEN f.hired_on
            ELSE c.seen_on
        END AS hired_on
    FROM followed c
    JOIN history_event f ON f.person_id = c.person_id AND f.place = c.first_place
    LEFT JOIN history_event h ON h.person_id = c.person_id AND h.place = c.hire_place
    LEFT JOIN history_event t ON t.person_id = c.person_id AND t.place = c.type_place
)
SELECT begun.*, row_number() OVER (PARTITION BY person_id ORDER BY spell) AS spell_no
FROM begun
WHERE end_on IS NULL OR hired_on IS NULL OR hired_on < end_on
"""

_STRETCH = """
WITH bounded AS (
    SELECT e.person_id, e.spell, e.place, e.day AS valid_from, e.source_system,
        e.source_record_id, e.job, s.end_on,
        least(lead(e.day) OVER (PARTITION BY e.person_id ORDER BY e.place), s.end_on) AS valid_to
    FROM history_event e
    JOIN history_spell s ON s.person_id = e.person_id AND s.spell = e.spell
    WHERE e.closes = 0
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
        WHEN w.record_kind = 'snapshot' AND s.seen_on = n.valid_from
            AND w.hired_on = s.hired_on
            AND s.hired_on < n.valid_from AND s.hired_on > d.previous_day THEN s.hired_on
        ELSE n.valid_from
    END AS valid_from
FROM news n
JOIN history_record w
    ON w.source_system = n.source_system AND w.source_record_id = n.source_record_id
JOIN history_spell s ON s.person_id = n.person_id AND s.spell = n.spell
LEFT JOIN history_snapshot_day d
    ON w.record_kind = 'snapshot' AND d.source_system = w.source_system
    AND d.day = w.recorded_on
"""

# The exit a closing speaks of although the day differs: the next known one before a new spell.
_SAME_EXIT = """
SELECT * FROM (
    SELECT x.person_id, x.exit_on, x.reason_source, x.reason_group, x.voluntary, x.regretted,
        row_number() OVER (
            PARTITION BY x.person_id, x.exit_on
            ORDER BY CASE WHEN x.voluntary IN ('yes', 'no') THEN 0 ELSE 1 END,
                x.source_system COLLATE "C", x.source_record_id COLLATE "C"
        ) AS place
    FROM history_exit x
    JOIN history_spell s ON s.person_id = x.person_id AND s.exited_on = x.exit_on + 1
    WHERE s.ended_by IN ('terminated', 'absent')
) ranked WHERE place = 1
"""

STEPS = (
    ("history_snapshot_day", _SNAPSHOT_DAY),
    ("history_passed_over", _PASSED_OVER),
    ("history_vanished", _VANISHED),
    ("history_word", _WORD),
    ("history_event", _EVENT),
    ("history_spell", _SPELL),
    ("history_stretch", _STRETCH),
    ("history_same_exit", _SAME_EXIT),
)
