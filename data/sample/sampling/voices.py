"""Surveys of participants: before, and 3, 6 and 12 months after enrollment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sampling.careers import Careers
from sampling.effects import NEVER, engagement_gain
from sampling.journeys import MENTOR, Journeys
from sampling.plan import LAST_DAY, Plan
from sampling.rhythm import HELD

AFTER_MONTHS = (0, 3, 6, 12)
UNSEEN, SKIPPED = -1, -99


@dataclass(frozen=True)
class Item:
    """A question in our own words.

    Attributes
    ----------
    asked : {"both", "mentor", "mentee"}
    from_month : int
        First wave that asks it.
    """

    code: str
    construct: str
    low: int
    high: int
    is_reversed: bool
    asked: str
    from_month: int
    text: str


ITEMS = (
    Item("BEN1", "mutual_benefit", 1, 5, False, "both", 3, "Our talks are useful to me."),
    Item("BEN2", "mutual_benefit", 1, 5, False, "both", 3, "The time we spend pays off for me."),
    Item("CHE1", "chemistry", 1, 5, False, "both", 3, "The two of us get along well."),
    Item("SAF1", "psychological_safety", 1, 5, False, "both", 0, "I can say what I think."),
    Item("SAF2", "psychological_safety", 1, 5, True, "both", 0, "I hold back critical points."),
    Item("CON1", "confidence", 1, 5, False, "mentor", 0, "I trust myself to advise a senior."),
    Item("OPE1", "openness", 1, 5, False, "mentee", 0, "I want to hear what I do not know."),
    Item("THR1", "status_threat", 1, 5, False, "mentee", 0, "Advice from below costs me standing."),
    Item(
        "ENPS",
        "enps",
        0,
        10,
        False,
        "both",
        0,
        "I would recommend working here.",
    ),
    Item("ADV", "who_mostly_advised", 1, 3, False, "both", 3, "Who mostly advised whom?"),
    Item("MET", "met_last_month", 0, 1, False, "both", 3, "Did you meet in the last month?"),
)


def draw_participant_survey(
    careers: Careers,
    journeys: Journeys,
    rhythm: tuple[pd.DataFrame, pd.DataFrame],
    plan: Plan,
    withdrew: np.ndarray,
) -> pd.DataFrame:
    """Draw invitations to all waves and the answers of those who answer.

    Parameters
    ----------
    careers : Careers
    journeys : Journeys
    rhythm : tuple of DataFrame
        Pairs and their sessions, logged or not.
    plan : Plan
    withdrew : ndarray of datetime64[D], shape (n,)

    Returns
    -------
    DataFrame
        One row per invitation: person, wave_id, invited_on, answered, answered_on, and one column
        per item code (UNSEEN, SKIPPED or the answer).
    """
    pairs, sessions = rhythm
    joined = np.flatnonzero(journeys.enrolled < NEVER)
    pair = _pair_of(pairs, careers.n)
    parts = []
    for months in AFTER_MONTHS:
        rng = plan.stream("participant survey", months)
        invited = journeys.enrolled_on[joined] + round(months * 30.44)
        until = _until(journeys, withdrew, joined)
        asked = (invited <= until - 5) & (invited <= LAST_DAY - 5)
        people = joined[asked]
        parts.append(_wave(careers, journeys, (people, invited[asked], pair), months, plan, rng))
    frame = pd.concat(parts, ignore_index=True)
    met = _met(frame, sessions, pair)
    frame["MET"] = np.where(frame["MET"] == UNSEEN, UNSEEN, met)
    return frame.sort_values(["wave_id", "invited_on", "person"], kind="stable", ignore_index=True)


def _until(journeys: Journeys, withdrew: np.ndarray, people: np.ndarray) -> np.ndarray:
    last = np.fmin(journeys.exit_on[people], withdrew[people])
    return np.where(np.isnat(last), LAST_DAY, last).astype("datetime64[D]")


def _pair_of(pairs: pd.DataFrame, n: int) -> np.ndarray:
    """Return the position of each person's first pair, -1 without one."""
    found = np.full(n, -1)
    for side in ("mentor", "mentee"):
        found[pairs[side].to_numpy()[::-1]] = np.arange(len(pairs))[::-1]
    return found


def _wave(
    careers: Careers,
    journeys: Journeys,
    who: tuple[np.ndarray, np.ndarray, np.ndarray],
    months: int,
    plan: Plan,
    rng: np.random.Generator,
) -> pd.DataFrame:
    people, invited, pair = who
    now = np.minimum(journeys.enrolled[people] + months, plan.months - 1)
    latent = careers.engagement[people, now // 6]
    with_pair = _quality(pair[people], plan)
    mentor = journeys.role[people] == MENTOR
    answered = rng.random(len(people)) < 1 / (
        1 + np.exp(-(0.9 - 0.05 * months + 0.4 * latent + 0.35 * with_pair))
    )
    cohorts = np.array([c.cohort_id for c in plan.cohorts])[journeys.cohort[people]]
    answer_day = np.minimum(invited + rng.integers(0, 12, size=len(people)), LAST_DAY)
    exit_on = journeys.exit_on[people]
    answer_day = np.where(answer_day > exit_on, exit_on, answer_day).astype("datetime64[D]")
    frame = pd.DataFrame(
        {
            "person": people,
            "wave_id": np.char.add(cohorts, f"-M{months}"),
            "invited_on": invited,
            "answered": answered,
            "answered_on": answer_day,
        }
    )
    gain = engagement_gain(np.full(len(people), months), plan.effect)
    level = {
        "mutual_benefit": 3.5 + np.where(mentor, -0.15, 0.15) + 0.03 * months + 0.5 * with_pair,
        "chemistry": 3.8 + 0.6 * with_pair,
        "psychological_safety": 3.5 + 0.35 * latent + 0.025 * months,
        "confidence": 3.2 + 0.25 * latent + 0.05 * months,
        "openness": 3.7 + 0.02 * months + 0.2 * with_pair,
        "status_threat": 2.4 - 0.02 * months,
        "enps": 7.0 + 1.5 * latent + 2.0 * gain,
    }
    for item in ITEMS:
        seen = months >= item.from_month
        seen = seen & ((item.asked == "both") | (mentor == (item.asked == "mentor")))
        frame[item.code] = np.where(seen, _answer(item, level, with_pair, rng), UNSEEN)
        skipped = seen & (rng.random(len(people)) < 0.012) & (item.code != "MET")
        frame.loc[skipped, item.code] = SKIPPED
    return frame


def _quality(pair: np.ndarray, plan: Plan) -> np.ndarray:
    """Return how well a person's pair gets along; both sides share it."""
    drawn = plan.stream("chemistry").standard_normal(pair.max(initial=0) + 1)
    return np.where(pair >= 0, drawn[np.maximum(pair, 0)], 0.0)


def _answer(
    item: Item, level: dict[str, np.ndarray], with_pair: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    if item.code == "MET":
        return np.ones(len(with_pair), dtype=int)  # set from the pair's course afterwards
    if item.code == "ADV":
        return rng.choice([1, 2, 3], len(with_pair), p=[0.4, 0.15, 0.45])
    spread = 1.4 if item.high == 10 else 0.75
    value = level[item.construct]
    value = item.low + item.high - value if item.is_reversed else value
    noisy = np.rint(value + rng.normal(0, spread, len(with_pair)))
    return np.clip(noisy, item.low, item.high).astype(int)


def _met(frame: pd.DataFrame, sessions: pd.DataFrame, pair: np.ndarray) -> np.ndarray:
    """Return 1 where the pair met within a month before the answer, logged or not."""
    held = sessions.loc[sessions["status"] == HELD, ["pair", "day"]].sort_values("day")
    held["met_on"] = held["day"]
    asked = pd.DataFrame({"pair": pair[frame["person"]], "day": frame["answered_on"]})
    asked = asked.reset_index().sort_values("day", kind="stable")
    found = pd.merge_asof(asked, held, on="day", by="pair").set_index("index").sort_index()
    return (found["day"] - found["met_on"] <= pd.Timedelta(days=31)).to_numpy().astype(int)
