"""The rules of every entity, in the order in which entities depend on each other."""

from __future__ import annotations

from etl.source import EntityRules
from etl.sources import exits, pairs, people, practice, programs, sessions, surveys

ORDER = (
    "program",
    "cohort",
    "department",
    "person",
    "person_identifier",
    "worker_record",
    "exit",
    "participant",
    "needs_form",
    "pair",
    "pair_status_change",
    "session",
    "session_topic",
    "session_attendance",
    "session_feedback",
    "goal",
    "milestone",
    "action_item",
    "ground_rules",
    "recognition",
    "training",
    "event_attendance",
    "success_story",
    "survey",
    "wave",
    "item",
    "invitation",
    "response",
    "answer",
)
_DECLARED = {
    rules.name: rules
    for module in (people, exits, programs, pairs, sessions, practice, surveys)
    for rules in module.RULES
}
RULES: dict[str, EntityRules] = {name: _DECLARED[name] for name in ORDER}
