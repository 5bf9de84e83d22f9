"""Pairs and how their status changed."""

from __future__ import annotations

from etl.source import Check, EntityRules, Reference
from warehouse.tables import cohort, pair, pair_status_change, program

_STATUSES = ("active", "paused", "completed", "withdrawn", "ended")

PAIR = EntityRules(
    pair,
    required=("pair_id", "program_id", "mentor_person_id", "mentee_person_id", "matched_on"),
    codes={"kind": ("formal", "informal", "one-off", "project"), "status": _STATUSES},
    people=("mentor_person_id", "mentee_person_id"),
    references=(
        Reference("program_id", program, "unknown_program", "program"),
        Reference("cohort_id", cohort, "unknown_cohort", "cohort"),
    ),
    checks=(
        Check(
            "same_person_pair",
            "mentee_person_id",
            "mentor_person_id = mentee_person_id",
            "mentor and mentee are the same person",
            "Correct one of the two in the platform and export again.",
        ),
        Check(
            "ends_before_start",
            "ended_on",
            "ended_on < matched_on",
            "the pair ended on {ended_on}, before its match on {matched_on}",
            "Correct one of the two days in the platform and export again.",
        ),
        Check(
            "not_positive",
            "agreed_cadence_days",
            "agreed_cadence_days <= 0",
            "the days between sessions must be more than zero",
            "Correct the agreed rhythm in the platform and export again.",
        ),
    ),
    defaults={
        "kind": "'formal'",
        "status": "CASE WHEN ended_on IS NULL THEN 'active' ELSE 'ended' END",
    },
)

PAIR_STATUS_CHANGE = EntityRules(
    pair_status_change,
    required=("pair_id", "changed_on", "status"),
    codes={"status": _STATUSES},
    references=(Reference("pair_id", pair, "unknown_pair", "pair"),),
)

RULES = (PAIR, PAIR_STATUS_CHANGE)
