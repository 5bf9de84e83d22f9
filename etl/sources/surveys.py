"""Surveys, waves, invitations, responses and answers."""

from __future__ import annotations

from etl.source import Check, EntityRules, Reference
from warehouse.tables import answer, invitation, item, response, survey, wave

_WAVE = Reference("wave_id", wave, "unknown_wave", "wave")

SURVEY = EntityRules(survey, required=("survey_id",))
WAVE = EntityRules(
    wave,
    required=("wave_id", "survey_id"),
    checks=(
        Check(
            "ends_before_start",
            "closes_on",
            "closes_on < opens_on",
            "the wave closes on {closes_on}, before it opens on {opens_on}",
            "Correct one of the two days.",
        ),
    ),
)
ITEM = EntityRules(
    item,
    required=("survey_id", "item_code"),
    checks=(
        Check(
            "ends_before_start",
            "scale_max",
            "scale_max <= scale_min",
            "the scale ends at {scale_max}, which is not above its begin {scale_min}",
            "Correct the scale of the item.",
        ),
    ),
    defaults={"is_reversed": "false"},
)
INVITATION = EntityRules(
    invitation, required=("wave_id", "person_id"), people=("person_id",), references=(_WAVE,)
)
RESPONSE = EntityRules(
    response,
    required=("response_id", "wave_id"),  # anonymous responses have no person
    people=("person_id",),
    references=(_WAVE,),
)
ANSWER = EntityRules(
    answer,
    required=("response_id", "item_code"),
    codes={"missing_code": ("unseen", "skipped", "not_applicable")},
    references=(
        Reference(
            "response_id",
            response,
            "unknown_response",
            "response",
            brings={"answered_wave_id": "min(wave_id)"},
        ),
        Reference(
            "item_code",
            item,
            None,
            "item",
            brings={"lowest": "min(scale_min)", "highest": "max(scale_max)"},
        ),
    ),
    checks=(
        Check(
            "off_scale",
            "number",
            "number < lowest OR number > highest",
            "the answer is off its scale of {lowest} to {highest}",
            "Export the answers on the item's scale, or correct the scale of the item.",
        ),
    ),
)

RULES = (SURVEY, WAVE, ITEM, INVITATION, RESPONSE, ANSWER)

# Codes by which survey tools say why a cell holds no answer.
MISSING = {"-1": "unseen", "-99": "skipped"}
