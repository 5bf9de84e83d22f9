"""What pairs do besides meeting: topics, feedback, goals, milestones, actions, ground rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sampling.plan import LAST_DAY, Plan
from sampling.rhythm import HELD

TECHNOLOGY = ("artificial intelligence", "digital tools", "social media", "data literacy")
TOPICS = (
    *TECHNOLOGY,
    "inclusion",
    "expectations of younger staff",
    "career paths",
    "customer view",
    "hybrid work",
    "sustainability",
    "leadership style",
    "communication",
    "wellbeing",
    "innovation",
)


@dataclass(frozen=True)
class Practice:
    """What pairs did, one frame each, keyed by the positions of pair, session and person."""

    topics: pd.DataFrame
    feedback: pd.DataFrame
    goals: pd.DataFrame
    milestones: pd.DataFrame
    actions: pd.DataFrame
    ground_rules: pd.DataFrame
    stories: pd.DataFrame


def draw_practice(pairs: pd.DataFrame, sessions: pd.DataFrame, plan: Plan) -> Practice:
    """Draw what pairs do besides sessions.

    Parameters
    ----------
    pairs, sessions : DataFrame
        One row per pair and session; ``sessions.pair`` is the position of the pair.
    plan : Plan

    Returns
    -------
    Practice
    """
    rng = plan.stream("practice")
    held = sessions[sessions["status"] == HELD]
    return Practice(
        topics=_topics(pairs, held, rng),
        feedback=_feedback(pairs, held, rng),
        goals=_goals(pairs, held, rng),
        milestones=_milestones(pairs, held, plan),
        actions=_actions(held, rng),
        ground_rules=_ground_rules(pairs, rng),
        stories=_stories(pairs, held, plan, rng),
    )


def _days(values: pd.Series) -> np.ndarray:
    return values.to_numpy().astype("datetime64[D]")


def _topics(pairs: pd.DataFrame, held: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    # Every pair has favorites; about one in six talks about technology only.
    n, count = len(pairs), len(TOPICS)
    favorites = np.argsort(rng.random((n, count)) * np.r_[np.full(4, 0.75), np.ones(10)], axis=1)
    only_technology = rng.random(n) < 0.16
    favorites[only_technology] = np.argsort(rng.random((only_technology.sum(), 4)), axis=1)[
        :, np.arange(count) % 4
    ]
    parts = []
    for place, chance in enumerate((0.93, 0.33, 0.06)):
        chosen = rng.random(len(held)) < chance
        rank = np.minimum(rng.geometric(0.35, len(held)) - 1 + 4 * place, count - 1)
        topic = favorites[held["pair"].to_numpy(), rank]
        frame = pd.DataFrame({"session": held.index, "topic": np.array(TOPICS)[topic]})
        parts.append(frame[chosen])
    topics = pd.concat(parts).drop_duplicates().sort_values("session", kind="stable")
    return topics.reset_index(drop=True)


def _feedback(pairs: pd.DataFrame, held: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    quality = pairs["quality"].to_numpy()[held["pair"]]
    reverted = (rng.random(len(pairs)) < 0.13)[held["pair"]]
    parts = []
    for role, answers, shift in (("mentor", 0.42, -0.1), ("mentee", 0.34, 0.15)):
        chosen = rng.random(len(held)) < answers
        base = 4.05 + shift + 0.55 * quality
        scores = {
            name: np.clip(np.rint(base + rng.normal(0, 0.6, len(held))), 1, 5).astype(int)
            for name in ("rating", "benefit", "listened_to")
        }
        share = np.where(reverted, 0.62, 0.06)
        draw = rng.random(len(held))
        advised = np.where(
            draw < share,
            "mentee",
            np.where(draw < share + 0.45 * (1 - share), "mentor", "balanced"),
        )
        person = pairs[role].to_numpy()[held["pair"]]
        frame = pd.DataFrame({"session": held.index, "person": person, "role": role, **scores})
        frame["who_mostly_advised"] = advised
        parts.append(frame[chosen])
    return pd.concat(parts).sort_values(["session", "role"], kind="stable").reset_index(drop=True)


def _nth_held(held: pd.DataFrame, pairs: pd.DataFrame, nth: int) -> np.ndarray:
    """Return the day of each pair's nth held session, NaT without one."""
    ordered = held.sort_values(["pair", "day"], kind="stable")
    picked = ordered[ordered.groupby("pair").cumcount() == nth - 1]
    days = picked.set_index("pair")["day"].reindex(range(len(pairs)))
    return _days(days)


def _goals(pairs: pd.DataFrame, held: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    first, second, fourth = (_nth_held(held, pairs, nth) for nth in (1, 2, 4))
    parts = []
    for day, chance in ((first, 0.48), (second, 0.3), (fourth, 0.35)):
        sets = (rng.random(len(pairs)) < chance) & ~np.isnat(day)
        pair = np.flatnonzero(sets)
        set_on = day[pair]
        due_on = set_on + rng.choice([60, 90, 120, 180], len(pair))
        attained = rng.random(len(pair)) < 0.58
        dropped = ~attained & (rng.random(len(pair)) < 0.35)
        closed = due_on + rng.integers(-30, 30, size=len(pair))
        over = (attained | dropped) & (closed <= _last_day(pairs, pair))
        status = np.where(over, np.where(attained, "attained", "dropped"), "open")
        closed_on = np.where(over, closed, np.datetime64("NaT", "D"))
        topic = np.array(TOPICS)[rng.integers(len(TOPICS), size=len(pair))]
        parts.append(
            pd.DataFrame(
                {
                    "pair": pair,
                    "topic": topic,
                    "set_on": set_on,
                    "due_on": due_on,
                    "status": status,
                    "closed_on": closed_on,
                }
            )
        )
    return pd.concat(parts).sort_values(["set_on", "pair"], kind="stable").reset_index(drop=True)


def _last_day(pairs: pd.DataFrame, pair: np.ndarray) -> np.ndarray:
    ended = _days(pairs["ended_on"])[pair]
    return np.where(np.isnat(ended), LAST_DAY, ended - 1).astype("datetime64[D]")


def _milestones(pairs: pd.DataFrame, held: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    months = np.array([c.months for c in plan.cohorts])[pairs["cohort"]]
    steps = {
        "first_session": _nth_held(held, pairs, 1),
        "midpoint": _midpoint(pairs, held, months),
        "completed": np.where(
            pairs["end_reason"] == "Program completed",
            _days(pairs["ended_on"]),
            np.datetime64("NaT", "D"),
        ),
    }
    parts = [
        pd.DataFrame({"pair": np.arange(len(pairs)), "milestone": name, "reached_on": day})
        for name, day in steps.items()
    ]
    reached = pd.concat(parts).dropna(subset="reached_on")
    return reached.sort_values(["reached_on", "pair"], kind="stable").reset_index(drop=True)


def _midpoint(pairs: pd.DataFrame, held: pd.DataFrame, months: np.ndarray) -> np.ndarray:
    """Return the first session after half of the planned time."""
    half = _days(pairs["matched_on"]) + np.rint(months * 15.2).astype(int)
    later = held[_days(held["day"]) >= half[held["pair"]]]
    return _days(later.groupby("pair")["day"].min().reindex(range(len(pairs))))


def _actions(held: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    noted = held[rng.random(len(held)) < 0.15]
    count = len(noted)
    created = _days(noted["day"])
    due = created + rng.choice([14, 30, 60], count)
    draw = rng.random(count)
    status = np.where(draw < 0.56, "done", np.where(draw < 0.64, "dropped", "open"))
    return pd.DataFrame(
        {
            "pair": noted["pair"].to_numpy(),
            "owner": rng.choice(["mentor", "mentee"], count, p=[0.4, 0.6]),
            "created_on": created,
            "due_on": due,
            "status": np.where(due > LAST_DAY, "open", status),
            "shared": rng.random(count) < 0.28,
        }
    )


def _ground_rules(pairs: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    agreed = np.flatnonzero(rng.random(len(pairs)) < 0.9)
    count = len(agreed)
    frame = pd.DataFrame({"pair": agreed})
    for name, chance in (
        ("topics", 0.98),
        ("off_limits", 0.93),
        ("place", 0.93),
        ("frequency", 0.99),
        ("confidentiality", 0.96),
    ):
        frame[name] = rng.random(count) < chance
    last = _last_day(pairs, agreed)
    accepted = _days(pairs["accepted_on"])[agreed]
    for role in ("mentor", "mentee"):
        day = accepted + rng.integers(0, 25, size=count)
        missing = (rng.random(count) < 0.03) | (day > last)
        frame[f"{role}_agreed_on"] = np.where(missing, np.datetime64("NaT", "D"), day)
    return frame


def _stories(
    pairs: pd.DataFrame, held: pd.DataFrame, plan: Plan, rng: np.random.Generator
) -> pd.DataFrame:
    sixth = _nth_held(held, pairs, 6)
    told = np.flatnonzero(~np.isnat(sixth) & (rng.random(len(pairs)) < 0.055))
    day = sixth[told] + rng.integers(5, 60, size=len(told))
    programs = np.array([c.program_id for c in plan.cohorts])[pairs["cohort"].to_numpy()[told]]
    frame = pd.DataFrame(
        {
            "program_id": programs,
            "pair": told,
            "told_on": day,
            "consented": rng.random(len(told)) < 0.8,
        }
    )
    kept = frame[day <= _last_day(pairs, told)]
    return kept.sort_values(["told_on", "pair"], kind="stable").reset_index(drop=True)
