"""What pairs do besides meeting: goals, milestones, actions, ground rules, recognition, events."""

from __future__ import annotations

from etl.source import EntityRules, Reference
from warehouse.tables import (
    action_item,
    event_attendance,
    goal,
    ground_rules,
    milestone,
    pair,
    program,
    recognition,
    success_story,
    training,
)

_PAIR = Reference("pair_id", pair, "unknown_pair", "pair")
_PROGRAM = Reference("program_id", program, "unknown_program", "program")

GOAL = EntityRules(
    goal,
    required=("goal_id", "pair_id"),
    codes={"status": ("open", "attained", "dropped")},
    references=(_PAIR,),
)
MILESTONE = EntityRules(
    milestone, required=("pair_id", "milestone", "reached_on"), references=(_PAIR,)
)
ACTION_ITEM = EntityRules(
    action_item,
    required=("action_id", "pair_id"),
    codes={"owner_role": ("mentor", "mentee"), "status": ("open", "done", "dropped")},
    references=(_PAIR,),
)
GROUND_RULES = EntityRules(ground_rules, required=("pair_id",), references=(_PAIR,))
RECOGNITION = EntityRules(
    recognition,
    required=("recognition_id", "person_id"),
    people=("person_id",),
    references=(_PROGRAM,),
)
TRAINING = EntityRules(
    training, required=("person_id", "course"), people=("person_id",), references=(_PROGRAM,)
)
EVENT_ATTENDANCE = EntityRules(
    event_attendance,
    required=("person_id", "event_id"),
    people=("person_id",),
    references=(_PROGRAM,),
)
SUCCESS_STORY = EntityRules(success_story, required=("story_id",), references=(_PROGRAM, _PAIR))

RULES = (
    GOAL,
    MILESTONE,
    ACTION_ITEM,
    GROUND_RULES,
    RECOGNITION,
    TRAINING,
    EVENT_ATTENDANCE,
    SUCCESS_STORY,
)
