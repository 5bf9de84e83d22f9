"""The person-wave frames of a company: who was asked in each wave, what they answered, who joined.

Which survey counts
    A wave asks the whole company where at least a quarter of those asked never joined the program.
    A survey of participants has nobody to compare with, so what only such surveys ask has no frame
    at all: no amount of further waves could ever answer. A construct that several surveys of the
    company ask is followed in the one with the most waves, as scores of different items are not
    points of one scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.design import natural_spline
from models.panel import DAYS_PER_MONTH, TENURE_KNOTS, Facts

SHARE_NEVER_JOINED = 0.25
TENURE_COVARIATES = ("log_tenure", "tenure_curve_1", "tenure_curve_2")
GRADE_COVARIATES = ("grade", "grade_squared")
COVARIATES = (
    "department",
    "function_type",
    "location",
    *GRADE_COVARIATES,
    *TENURE_COVARIATES,
)


@dataclass(frozen=True)
class ScoreFacts:
    """What the warehouse knows about surveys, one frame per subject; days are datetime64.

    Attributes
    ----------
    waves : DataFrame
        wave_id, survey_id, opens_on of waves that have closed.
    invitations : DataFrame
        person_id, wave_id; each once. Empty for waves of which nothing is recorded.
    scores : DataFrame
        person_id, wave_id, construct, role, score: answers given before the wave closed, scored as
        the figures on voices are; role is whose answers count (mentor, mentee, both).
    members : DataFrame
        person_id, enrolled_on, role, cohort: everybody's first enrollment.
    """

    waves: pd.DataFrame
    invitations: pd.DataFrame
    scores: pd.DataFrame
    members: pd.DataFrame


@dataclass(frozen=True)
class WavePanel:
    """People followed from wave to wave, for one construct.

    Attributes
    ----------
    construct : str
    role : str
        Whose answers count: mentor, mentee or both.
    rows : DataFrame
        One row per person and wave as :func:`models.engagement.estimate_engagement` takes it,
        ordered by both: everybody employed on the wave's first day who was asked. Besides
        ``COVARIATES`` as of that day: role and cohort of the first enrollment, and home, the
        department in the first wave the person was asked in (a later move may be the program's
        doing). Grade enters as a curve: a comparison of two waves has a few dozen joiners, and a
        grade from which nobody joined would tell exactly who stayed out.
    """

    construct: str
    role: str
    rows: pd.DataFrame


def build_wave_panels(facts: Facts, scores: ScoreFacts) -> list[WavePanel]:
    """Follow everybody through the waves of every construct the whole company is asked about.

    Waves count from 1 in the order of their opening; a wave in which nobody has a score of the
    construct does not count. Somebody is treated from the first wave that opens after the day of
    enrollment on.

    Parameters
    ----------
    facts : Facts
        Employment and jobs.
    scores : ScoreFacts

    Returns
    -------
    list of WavePanel
        In alphabetical order; constructs that only participants are asked about are left out.
    """
    waves = _company_wide(scores)
    given = scores.scores.merge(waves[["wave_id", "survey_id"]], on="wave_id")
    people = pd.Index(facts.employment["person_id"].unique())
    given = given.assign(person=people.get_indexer(given["person_id"]))
    given = given[given["person"] >= 0]
    panels = []
    for survey, constructs in _constructs_of(given).items():
        own = waves[waves["survey_id"] == survey].reset_index(drop=True)
        asked = _asked(facts, scores, people, own)
        rows = _with_jobs(asked, people, facts.jobs, own["opens_on"])
        for construct in constructs:
            chosen = given[(given["construct"] == construct) & (given["survey_id"] == survey)]
            role = str(chosen["role"].iloc[0])
            panels.append(
                WavePanel(construct, role, _rows(rows, own, chosen, people, scores.members))
            )
    return sorted(panels, key=lambda panel: panel.construct)


def _company_wide(scores: ScoreFacts) -> pd.DataFrame:
    """Waves that asked the whole company, in order of their opening.

    Where no invitations are recorded, those who answered tell who was asked.
    """
    pair = ["person_id", "wave_id"]
    answered = scores.scores[pair]
    silent = answered[~_is_in(answered["wave_id"], scores.invitations["wave_id"])]
    asked = pd.concat([scores.invitations[pair], silent.drop_duplicates()], ignore_index=True)
    never = pd.Series(~_is_in(asked["person_id"], scores.members["person_id"]))
    share = never.groupby(asked["wave_id"]).mean()
    known = share.index[share >= SHARE_NEVER_JOINED]
    waves = scores.waves[scores.waves["wave_id"].isin(known)]
    return waves.sort_values(["opens_on", "wave_id"], ignore_index=True)


def _is_in(values: pd.Series, known: pd.Series) -> np.ndarray:
    found: np.ndarray = pd.Index(known.unique()).get_indexer(values) >= 0
    return found


def _constructs_of(given: pd.DataFrame) -> dict[str, list[str]]:
    """Return what to follow in which survey: that with most waves, most answers, the first name."""
    found = given.groupby(["construct", "survey_id"])["wave_id"].agg(["nunique", "size"])
    found = found.reset_index().sort_values(
        ["construct", "nunique", "size", "survey_id"], ascending=[True, False, False, True]
    )
    first = found.drop_duplicates("construct")
    chosen: dict[str, list[str]] = {}
    for row in first.itertuples(index=False):
        chosen.setdefault(str(row.survey_id), []).append(str(row.construct))
    return chosen


def _asked(facts: Facts, scores: ScoreFacts, people: pd.Index, waves: pd.DataFrame) -> pd.DataFrame:
    """Rows of people employed on a wave's first day and asked: person_id, column, log_tenure."""
    shape = len(people), len(waves)
    employed, hired = np.zeros(shape, dtype=bool), np.full(shape, np.datetime64("NaT", "D"))
    spell, own = facts.employment, people.get_indexer(facts.employment["person_id"])
    begins, ends = _days(spell["hired_on"]), _days(spell["end_on"])
    opens = _days(waves["opens_on"])
    for number, day in enumerate(opens):
        # comparisons with a missing day are false
        here = ~(begins > day) & ~(ends <= day)
        employed[own[here], number] = True
        hired[own[here], number] = begins[here]
    asked = _pairs(scores.invitations, people, waves)
    # an answer is proof of having been asked, where lists of invitations have gaps
    asked |= _pairs(scores.scores, people, waves) & asked.any(axis=0)
    asked |= ~asked.any(axis=0)  # nobody's invitation is recorded: everybody was asked
    person, column = np.nonzero(employed & asked)
    since = (opens[column] - hired[person, column]).astype(float)
    since[np.isnat(hired[person, column])] = np.nan
    tenure = np.log1p(since / DAYS_PER_MONTH)
    rows = pd.DataFrame({"person_id": person, "column": column, "log_tenure": tenure})
    # a curve shares the missing indicator of log_tenure
    rows[["tenure_curve_1", "tenure_curve_2"]] = np.nan_to_num(natural_spline(tenure, TENURE_KNOTS))
    return rows


def _days(values: pd.Series) -> np.ndarray:
    days: np.ndarray = values.to_numpy().astype("datetime64[D]")
    return days


def _pairs(given: pd.DataFrame, people: pd.Index, waves: pd.DataFrame) -> np.ndarray:
    """Mark people and waves, shape (n_people, n_waves)."""
    found = np.zeros((len(people), len(waves)), dtype=bool)
    column = pd.Index(waves["wave_id"]).get_indexer(given["wave_id"])
    known = column >= 0
    person = people.get_indexer(given["person_id"][known])
    found[person[person >= 0], column[known][person >= 0]] = True
    return found


def _with_jobs(
    rows: pd.DataFrame, people: pd.Index, jobs: pd.DataFrame, opens_on: pd.Series
) -> pd.DataFrame:
    """Add what people worked as on the first day of the wave; jobs are in order."""
    person = people.get_indexer(jobs["person_id"])
    begins, ends = _days(jobs["valid_from"]), _days(jobs["valid_to"])
    held = np.full((len(people), len(opens_on)), -1)
    for column, day in enumerate(_days(opens_on)):
        here = np.flatnonzero(~(begins > day) & ~(ends <= day) & (person >= 0))
        held[person[here], column] = here  # of two jobs on one day the later entry stands
    job = held[rows["person_id"], rows["column"]]
    added = {
        name: pd.Categorical(jobs[name]).take(job, allow_fill=True)
        for name in ("department", "function_type", "location")
    }
    grade = np.append(jobs["level"].to_numpy(dtype=float, na_value=np.nan), np.nan)[job]
    middle = np.nanmean(grade) if np.isfinite(grade).any() else 0.0
    # a curve shares the missing indicator of grade
    curve = np.nan_to_num((grade - middle) ** 2)
    return rows.assign(**added, grade=grade, grade_squared=curve)


def _rows(
    rows: pd.DataFrame,
    waves: pd.DataFrame,
    given: pd.DataFrame,
    people: pd.Index,
    members: pd.DataFrame,
) -> pd.DataFrame:
    """Rows of one construct."""
    column = pd.Index(waves["wave_id"]).get_indexer(given["wave_id"])
    score = np.full((len(people), len(waves)), np.nan)
    score[given["person"], column] = given["score"]
    used = np.unique(column)
    rows = rows[np.isin(rows["column"], used)]
    person, number = rows["person_id"].to_numpy(), rows["column"].to_numpy()
    joined = _joined(members, people, _days(waves["opens_on"])[used])
    starts = np.flatnonzero(np.append(True, person[1:] != person[:-1]))
    return rows.drop(columns="column").assign(
        wave=np.searchsorted(used, number) + 1,
        score=score[person, number],
        home=rows["department"].array.take(np.repeat(starts, np.diff(starts, append=len(rows)))),
        **{name: joined[name].take(person) for name in joined},
    )


def _joined(members: pd.DataFrame, people: pd.Index, opens: np.ndarray) -> dict[str, Any]:
    """First treated wave, role and cohort by person; missing for those who never joined."""
    row = pd.Index(members["person_id"]).get_indexer(people)
    number = np.searchsorted(opens, _days(members["enrolled_on"]), side="right") + 1.0
    first = np.where(number > len(opens), np.nan, number)
    found: dict[str, Any] = {"first_treated_wave": np.append(first, np.nan)[row]}
    for name in ("role", "cohort"):
        found[name] = pd.Categorical(members[name]).take(row, allow_fill=True)
    return found
