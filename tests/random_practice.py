"""What the pairs and participants of a random company do besides meeting."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from tests.warehouse_rows import Rows

LAST = dt.date(2025, 6, 30)
TOPICS = (
    "AI", "Digital tools", "data literacy ", "new tech", "Social Media", "careers", "Retail",
    "maintain ties", "goals", "Review of a goal",
)  # fmt: skip
SKILLS = ("ai", "AI ", "sales", "speaking", "design")
RULES = ("topics", "off_limits", "place", "frequency", "confidentiality")


def add_practice(rows: Rows, dice: random.Random, day: Any, maybe: Any) -> None:
    """Add what hangs on pairs and their sessions."""
    for name in ("session_topic", "session_feedback", "goal", "action_item", "ground_rules"):
        rows[name] = []
    rows["success_story"] = []
    topics = TOPICS if dice.random() < 0.7 else TOPICS[:-2]
    for session in rows["session"]:
        _add_session(rows, session, dice, maybe, topics)
    for pair in rows["pair"]:
        _add_agreements(rows, pair, dice, day, maybe)
        for _ in range(dice.randrange(4)):
            rows["action_item"].append(
                {
                    "pair_id": pair["pair_id"],
                    "owner_role": dice.choice(["mentor", "mentee"]),
                    "created_on": maybe(day(pair["matched_on"], LAST), 0.8),
                    "due_on": maybe(day(dt.date(2024, 2, 1), LAST), 0.8),
                    "status": dice.choice(["open", "done", "done", "dropped"]),
                    "is_shared": dice.choice([True, True, False, None]),
                }
            )


def _add_session(
    rows: Rows, session: Any, dice: random.Random, maybe: Any, topics: tuple[str, ...]
) -> None:
    session["mode"] = dice.choice(["in_person", "in_person", "video", None])
    session["place_is_neutral"] = dice.choice([True, False, None])
    for topic in dice.sample(topics[:4] if dice.random() < 0.5 else topics, dice.randrange(3)):
        rows["session_topic"].append({"session_id": session["session_id"], "topic": topic})
    for role in ("mentor", "mentee", None):
        for _ in range(dice.choice([0, 1, 1, 2]) if role else dice.randrange(2)):
            rows["session_feedback"].append(
                {
                    "session_id": session["session_id"],
                    "role": role,
                    "who_mostly_advised": maybe(
                        dice.choice(["mentor", "mentee", "mentee", "mentee", "balanced"]), 0.7
                    ),
                }
            )


def _add_agreements(rows: Rows, pair: Any, dice: random.Random, day: Any, maybe: Any) -> None:
    pair_id, matched = pair["pair_id"], pair["matched_on"]
    for _ in range(dice.choice([0, 1, 1, 2])):
        rows["ground_rules"].append(
            {
                "pair_id": pair_id,
                **{f"covers_{name}": dice.choice([True] * 9 + [False, None]) for name in RULES},
                "mentor_agreed_on": maybe(day(matched, LAST), 0.9),
                "mentee_agreed_on": maybe(day(matched, LAST), 0.9),
            }
        )
    met = [r["planned_start_at"].date() for r in rows["session"] if r["pair_id"] == pair_id]
    for _ in range(dice.randrange(3)):
        set_on = dice.choice([*met, day(matched, LAST)])
        status = dice.choice(["open", "attained", "attained", "dropped"])
        rows["goal"].append(
            {
                "pair_id": pair_id,
                "set_on": maybe(set_on, 0.9),
                "due_on": maybe(set_on + dt.timedelta(dice.randrange(120)), 0.7),
                "closed_on": maybe(set_on + dt.timedelta(dice.randrange(150)), 0.7),
                "status": status,
            }
        )
    if dice.random() < 0.5:
        rows["success_story"].append(
            {
                "pair_id": maybe(pair_id, 0.9),
                "program_id": pair["program_id"],
                "told_on": maybe(day(matched, LAST), 0.9),
                "is_consented": dice.choice([True, True, False, None]),
            }
        )


def add_office(rows: Rows, people: list[str], dice: random.Random, day: Any, maybe: Any) -> None:
    """Add what hangs on people: forms, training, events, recognition."""
    first = dt.date(2024, 2, 1)
    program = lambda: dice.choice(["P1", "P1", "P2", None])  # noqa: E731
    in_pairs = [r[f"{side}_person_id"] for r in rows["pair"] for side in ("mentor", "mentee")]
    rows["needs_form"] = [
        {
            "person_id": person,
            "program_id": program(),
            "answered_on": maybe(day(first, dt.date(2024, 12, 1)), 0.8),
            "direction": dice.choice(["offered", "wanted"]),
            "skill": dice.choice(SKILLS),
        }
        for person in in_pairs
        for _ in range(dice.randrange(4))
    ]
    involved = [*in_pairs, *(r["person_id"] for r in rows["participant"]), *people[:3]]
    rows["training"], rows["event_attendance"], rows["recognition"] = [], [], []
    for person in involved:
        on, given = day(first, LAST), day(first, LAST)
        known = {"person_id": person, "program_id": program()}
        if dice.random() < 0.6:
            rows["training"].append(known | {"completed_on": on})
        if dice.random() < 0.6:
            attended = dice.choice([True, True, False, None])
            rows["event_attendance"].append(known | {"held_on": on, "attended": attended})
        if dice.random() < 0.4:
            rows["recognition"].append(known | {"given_on": given})
