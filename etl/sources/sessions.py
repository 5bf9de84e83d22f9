"""Sessions, who was there, what they were about, and what each side said afterwards.

Several sources may speak of one session; :mod:`etl.sessions.settling` works out what follows from
all of them, whatever the order in which they came. Attendance is the best witness.
"""

from __future__ import annotations

from etl.source import Check, EntityRules, Reference
from warehouse.tables import (
    pair,
    session,
    session_attendance,
    session_feedback,
    session_report,
    session_topic,
)

_SESSION = Reference(
    "session_id",
    session,
    "unknown_session",
    "session",
    other_ids=session_report.c.reported_session_id,
)
# The day of the session where it was planned; the costly zone is asked only when in doubt.
_LOCAL_DAY = (
    "coalesce(TRY(timezone(planned_zone, timezone('UTC', planned_start_at))), planned_start_at)"
    "::DATE"
)

SESSION = EntityRules(
    session,
    required=("session_id", "planned_start_at"),
    wanted=("pair_id",),  # meeting logs know no pairs
    codes={
        "status": ("planned", "held", "cancelled", "no_show", "unknown"),
        "status_basis": ("attendance", "self_report", "calendar", "past_dated"),
        "cancelled_by": ("mentor", "mentee", "organiser"),
        "mode": ("video", "in_person", "phone", "chat"),
    },
    references=(
        Reference(
            "pair_id",
            pair,
            "unknown_pair",
            "pair",
            brings={"pair_matched_on": "min(matched_on)"},
        ),
    ),
    checks=(
        Check(
            "session_before_pair",
            "planned_start_at",
            "CASE WHEN planned_start_at >= pair_matched_on THEN false "
            f"ELSE {_LOCAL_DAY} < pair_matched_on END",
            "the session lies before the pair's match on {pair_matched_on}",
            "Correct the day of the session or of the match in the platform and export again.",
        ),
        Check(
            "negative_minutes",
            "actual_minutes",
            "actual_minutes < 0 OR planned_minutes < 0",
            "a session cannot last less than zero minutes",
            "Correct the length in the platform and export again.",
        ),
    ),
    defaults={
        "status": "'unknown'",
        "status_basis": "CASE WHEN status IS NULL OR status = 'unknown' THEN 'past_dated' END",
    },
)

SESSION_TOPIC = EntityRules(session_topic, required=("session_id", "topic"), references=(_SESSION,))

SESSION_ATTENDANCE = EntityRules(
    session_attendance,
    required=("session_id", "person_id"),
    people=("person_id",),
    references=(_SESSION,),
    checks=(
        Check(
            "negative_minutes",
            "present_minutes",
            "present_minutes < 0 OR left_at < joined_at",
            "nobody can leave before joining",
            "Download the attendance report again and load it unchanged.",
        ),
    ),
    defaults={"reported_session_id": "session_id"},
)

_POINTS = "the answer {{{0}}} is off its scale of 1 to 5"


def _one_to_five(column: str) -> Check:
    return Check(
        "off_scale",
        column,
        f"{column} < 1 OR {column} > 5",
        _POINTS.format(column),
        "Export the answers on a scale of 1 to 5.",
    )


SESSION_FEEDBACK = EntityRules(
    session_feedback,
    required=("session_id", "person_id", "role"),
    codes={
        "role": ("mentor", "mentee"),
        "who_mostly_advised": ("mentor", "mentee", "balanced"),
    },
    people=("person_id",),
    references=(_SESSION,),
    checks=tuple(_one_to_five(column) for column in ("rating", "benefit", "listened_to")),
)

RULES = (SESSION, SESSION_TOPIC, SESSION_ATTENDANCE, SESSION_FEEDBACK)
