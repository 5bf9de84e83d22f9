"""Departures. Whether one was voluntary or regretted is never guessed."""

from __future__ import annotations

from etl.source import Check, EntityRules, Reference
from warehouse.tables import exit_, worker_record

_ANSWERS = ("yes", "no", "unknown")
_REASONS = (
    "resignation",
    "retirement",
    "dismissal",
    "redundancy",
    "end_of_contract",
    "death",
    "other",
    "unknown",
)

EXIT = EntityRules(
    exit_,
    required=("person_id", "exit_on"),
    codes={"reason_group": _REASONS, "voluntary": _ANSWERS, "regretted": _ANSWERS},
    people=("person_id",),
    references=(
        Reference(
            "person_id",
            worker_record,
            None,
            "worker record",
            brings={"first_hired_on": "min(hired_on)"},
        ),
    ),
    checks=(
        Check(
            "exit_before_hire",
            "exit_on",
            "exit_on < first_hired_on",
            "the person left on {exit_on}, before the first hire on {first_hired_on}",
            "Correct the day of the exit or the hire date in the HR system and export again.",
        ),
    ),
    defaults={
        "reason_group": "'unknown'",
        "voluntary": "'unknown'",
        "regretted": "'unknown'",
        "is_inferred": "false",
    },
)

RULES = (EXIT,)
