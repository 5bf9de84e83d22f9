"""Programs, cohorts, participants and what they offer and want."""

from __future__ import annotations

from etl.source import Check, EntityRules, Reference
from warehouse.tables import cohort, needs_form, participant, program

_PROGRAM = Reference("program_id", program, "unknown_program", "program")

PROGRAM = EntityRules(
    program,
    required=("program_id",),
    checks=(
        Check(
            "ends_before_start",
            "ends_on",
            "ends_on < starts_on",
            "the program ends on {ends_on}, before it starts on {starts_on}",
            "Correct one of the two days.",
        ),
    ),
)

COHORT = EntityRules(
    cohort,
    required=("cohort_id", "program_id"),
    references=(_PROGRAM,),
    checks=(
        Check(
            "ends_before_start",
            "ends_on",
            "ends_on < starts_on",
            "the cohort ends on {ends_on}, before it starts on {starts_on}",
            "Correct one of the two days.",
        ),
    ),
)

PARTICIPANT = EntityRules(
    participant,
    required=("participant_id", "person_id", "program_id", "role"),
    codes={"role": ("mentor", "mentee")},
    people=("person_id",),
    references=(_PROGRAM, Reference("cohort_id", cohort, "unknown_cohort", "cohort")),
    checks=(
        Check(
            "ends_before_start",
            "withdrew_on",
            "withdrew_on < enrolled_on",
            "the withdrawal on {withdrew_on} lies before the enrollment on {enrolled_on}",
            "Correct one of the two days in the platform and export again.",
        ),
    ),
)

NEEDS_FORM = EntityRules(
    needs_form,
    required=("person_id", "direction", "skill"),
    codes={"direction": ("offered", "wanted")},
    people=("person_id",),
    references=(_PROGRAM,),
)

RULES = (PROGRAM, COHORT, PARTICIPANT, NEEDS_FORM)
