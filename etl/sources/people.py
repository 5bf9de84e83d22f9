"""People, the ids they are known by, their departments and what HR says about their work."""

from __future__ import annotations

from etl.source import Check, EntityRules, Reference, SetCheck
from warehouse.tables import closed_codes, department, person, person_identifier, worker_record

_OVERLAPS = """
WITH said AS (
    SELECT person_id, hired_on, recorded_on, status FROM {incoming}
    UNION ALL
    SELECT person_id, hired_on, recorded_on, status FROM {stored}
    WHERE person_id IN (SELECT person_id FROM {incoming})
),
ended AS (
    SELECT person_id, hired_on, max(recorded_on) AS end_on
    FROM said WHERE status = 'terminated' AND hired_on IS NOT NULL GROUP BY person_id, hired_on
),
spell AS (
    SELECT e.person_id, e.hired_on, e.end_on, min(s.recorded_on) AS first_on
    FROM ended e JOIN said s ON s.person_id = e.person_id AND s.hired_on = e.hired_on
    GROUP BY e.person_id, e.hired_on, e.end_on
)
SELECT n.source_row, min(o.hired_on || ' to ' || (o.end_on - 1)) AS other
FROM {incoming} n
JOIN spell o ON o.person_id = n.person_id AND o.hired_on < n.hired_on
    AND n.hired_on < o.end_on AND o.first_on <= n.hired_on
GROUP BY n.source_row
"""

PERSON = EntityRules(person, required=("person_id",))

PERSON_IDENTIFIER = EntityRules(
    person_identifier,
    required=("person_id", "id_type", "value"),
    codes={"id_type": ("hr_id", "email", "upn", "platform", "survey")},
    people=("person_id",),
    rewrites={"value": "CASE WHEN id_type IN ('email', 'upn') THEN lower(value) ELSE value END"},
)

DEPARTMENT = EntityRules(department, required=("department_id",))

WORKER_RECORD = EntityRules(
    worker_record,
    required=("person_id", "record_kind", "recorded_on"),
    codes=closed_codes(worker_record),
    people=("person_id",),
    references=(
        Reference(
            "department_id", department, "unknown_department", "department", only_if_any=True
        ),
    ),
    checks=(
        Check(
            "exit_before_hire",
            "recorded_on",
            "status = 'terminated' AND recorded_on < hired_on",
            "the person is terminated on {recorded_on}, before the hire on {hired_on}",
            "Correct one of the two days in the HR system and export again.",
        ),
    ),
    set_checks=(
        SetCheck(
            "overlapping_spell",
            "hired_on",
            _OVERLAPS,
            "the person was hired again while employed from {other}",
            "End the earlier employment first, or correct the hire date, and export again.",
            only_if="status = 'terminated'",
        ),
    ),
    key_day="recorded_on",
    defaults={"status": "'active'"},
)

RULES = (PERSON, PERSON_IDENTIFIER, DEPARTMENT, WORKER_RECORD)
