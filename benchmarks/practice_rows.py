"""What the pairs of the made-up company do besides meeting, in the proportions of the sample."""

from __future__ import annotations

RULES = ("topics", "off_limits", "place", "frequency", "confidentiality")


def practice_selects(pairs: int, sessions: int, joined: str) -> dict[str, str]:
    """Return one SELECT per practice table; ``key`` identifies a row.

    Parameters
    ----------
    pairs, sessions : int
        Sizes of the company.
    joined : str
        SELECT of ``i`` and ``day``, the day person or pair ``i`` joins, to be followed by FROM.
    """
    of_pairs = f"({joined} FROM numbers({pairs}) t)"
    of_people = f"({joined} FROM numbers({2 * pairs}) t)"
    covers = ", ".join(f"u('{name}', i) < 0.95 AS covers_{name}" for name in RULES)
    roles = "(SELECT unnest(['mentor', 'mentee']) AS role)"
    return {
        "person": "SELECT 'p' || i AS person_id, i AS key, 1960 + (u('born', i) * 42)::INTEGER AS "
        f"birth_year FROM numbers({2 * pairs}) t",
        "ground_rules": f"SELECT 'x' || i AS pair_id, {covers}, day + 40 AS mentor_agreed_on, "
        f"day + 45 AS mentee_agreed_on, i AS key FROM {of_pairs} WHERE u('rule', i) < 0.9",
        "goal": "SELECT 'g' || (i * 2 + j) AS goal_id, 'x' || i AS pair_id, "
        "day + 50 + j * 60 AS set_on, day + 140 + j * 60 AS due_on, i * 2 + j AS key, "
        "day + 130 + j * 60 AS closed_on, CASE WHEN u('goal', i * 2 + j) < 0.5 THEN 'attained' "
        f"ELSE 'dropped' END AS status FROM {of_pairs}, (SELECT i AS j FROM numbers(2)) s",
        "action_item": "SELECT 'a' || (i * 2 + j) AS action_id, 'x' || i AS pair_id, i * 2 + j AS "
        "key, 'mentee' AS owner_role, day + 60 + j * 50 AS created_on, day + 90 + j * 50 AS "
        "due_on, CASE WHEN u('act', i * 2 + j) < 0.6 THEN 'done' ELSE 'open' END AS status, "
        f"u('share', i * 2 + j) < 0.3 AS is_shared FROM {of_pairs}, "
        "(SELECT i AS j FROM numbers(2)) s",
        "session_topic": "SELECT 's' || i AS session_id, 'topic ' || (u('topic', i) * 14)::INTEGER "
        f"AS topic, i AS key FROM numbers({sessions}) t",
        "session_feedback": "SELECT 's' || i AS session_id, role, CASE WHEN u(role, i) < 0.1 THEN "
        f"'mentee' ELSE 'mentor' END AS who_mostly_advised, i || role AS key FROM {roles}, "
        f"numbers({sessions}) t WHERE u(role || 'said', i) < 0.38",
        "training": "SELECT 'p' || i AS person_id, 'P1' AS program_id, day + 15 AS completed_on, "
        f"i AS key FROM {of_people} WHERE u('train', i) < 0.68",
        "needs_form": "SELECT 'p' || i AS person_id, 'P1' AS program_id, day AS answered_on, "
        f"CASE WHEN i < {pairs} THEN 'offered' ELSE 'wanted' END AS direction, i * 2 + j AS key, "
        f"'skill ' || (u('skill', i * 2 + j) * 14)::INTEGER AS skill FROM {of_people}, "
        "(SELECT i AS j FROM numbers(2)) s",
        "event_attendance": "SELECT 'p' || i AS person_id, 'P1' AS program_id, i AS key, "
        f"day + 60 AS held_on, u('came', i) < 0.55 AS attended FROM {of_people}",
        "recognition": "SELECT 'p' || i AS person_id, 'P1' AS program_id, day + 200 AS given_on, "
        f"i AS key FROM {of_people} WHERE u('award', i) < 0.17",
        "success_story": "SELECT 'x' || i AS pair_id, 'P1' AS program_id, day + 250 AS told_on, "
        f"true AS is_consented, i AS key FROM {of_pairs} WHERE u('story', i) < 0.05",
    }
