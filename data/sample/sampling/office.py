"""What the program office does for people: recognition, training, needs forms, events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sampling.effects import NEVER
from sampling.journeys import MENTOR, Journeys
from sampling.plan import LAST_DAY, Plan
from sampling.practice import TOPICS

COURSES = ("mentor basics", "listening upward")


@dataclass(frozen=True)
class Office:
    """What people received and filled in, one frame each, keyed by the position of the person."""

    recognition: pd.DataFrame
    training: pd.DataFrame
    needs: pd.DataFrame
    events: pd.DataFrame


def draw_office(journeys: Journeys, plan: Plan) -> Office:
    """Draw what the program office did for those who joined.

    Parameters
    ----------
    journeys : Journeys
    plan : Plan

    Returns
    -------
    Office
    """
    rng = plan.stream("office work")
    return Office(
        recognition=_recognition(journeys, plan, rng),
        training=_training(journeys, plan, rng),
        needs=_needs(journeys, plan, rng),
        events=_events(journeys, plan, rng),
    )


def _joined(journeys: Journeys) -> np.ndarray:
    return np.flatnonzero(journeys.enrolled < NEVER)


def _until(journeys: Journeys, people: np.ndarray) -> np.ndarray:
    last = journeys.exit_on[people]
    return np.where(np.isnat(last), LAST_DAY, last).astype("datetime64[D]")


def _program_of(journeys: Journeys, people: np.ndarray, plan: Plan) -> np.ndarray:
    return np.array([c.program_id for c in plan.cohorts])[journeys.cohort[people]]


def _recognition(journeys: Journeys, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    joined = _joined(journeys)
    people = joined[rng.random(len(joined)) < 0.17]
    given = journeys.enrolled_on[people] + rng.integers(60, 400, size=len(people))
    kind = rng.choice(["mention", "certificate", "award"], len(people), p=[0.5, 0.35, 0.15])
    frame = pd.DataFrame(
        {
            "person": people,
            "program_id": _program_of(journeys, people, plan),
            "given_on": given,
            "kind": kind,
        }
    )
    kept = frame[given <= _until(journeys, people)]
    return kept.sort_values(["given_on", "person"], kind="stable").reset_index(drop=True)


def _training(journeys: Journeys, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    joined = _joined(journeys)
    is_mentor = journeys.role[joined] == MENTOR
    takes = rng.random(len(joined)) < np.where(is_mentor, 0.82, 0.55)
    people = joined[takes]
    done = journeys.enrolled_on[people] + rng.integers(-12, 30, size=len(people))
    course = np.array(COURSES)[np.where(journeys.role[people] == MENTOR, 0, 1)]
    frame = pd.DataFrame(
        {
            "person": people,
            "program_id": _program_of(journeys, people, plan),
            "completed_on": done,
            "course": course,
        }
    )
    kept = frame[done <= _until(journeys, people)]
    return kept.sort_values(["completed_on", "person"], kind="stable").reset_index(drop=True)


def _needs(journeys: Journeys, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    joined = _joined(journeys)
    people = joined[rng.random(len(joined)) < 0.9]
    is_mentor = journeys.role[people] == MENTOR
    parts = []
    for _ in range(2):
        skill = np.array(TOPICS)[rng.integers(len(TOPICS), size=len(people))]
        # Mentors say what they offer and mentees what they want; a third says both.
        for direction, says in (("offered", is_mentor), ("wanted", ~is_mentor)):
            also = says | (rng.random(len(people)) < 0.1)
            parts.append(
                pd.DataFrame(
                    {
                        "person": people[also],
                        "program_id": _program_of(journeys, people[also], plan),
                        "answered_on": journeys.enrolled_on[people[also]],
                        "direction": direction,
                        "skill": skill[also],
                    }
                )
            )
    needs = pd.concat(parts).drop_duplicates()
    return needs.sort_values(["answered_on", "person"], kind="stable").reset_index(drop=True)


def _events(journeys: Journeys, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    parts = []
    joined = _joined(journeys)
    for position, cohort in enumerate(plan.cohorts):
        start = np.datetime64(cohort.opens, "M")
        day = (start + 5).astype("datetime64[D]") + 13
        people = joined[journeys.cohort[joined] == position]
        people = people[(journeys.enrolled_on[people] < day) & (_until(journeys, people) >= day)]
        parts.append(
            pd.DataFrame(
                {
                    "person": people,
                    "program_id": cohort.program_id,
                    "event": f"{cohort.cohort_id}-E1",
                    "held_on": day,
                    "attended": rng.random(len(people)) < 0.55,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
