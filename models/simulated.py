"""A simulated company: its strengths, its data and its truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Truth:
    """What is true in the simulated company, for those who joined.

    Attributes
    ----------
    risk_difference : dict of int to float
        Extra share still employed H months after joining, a fraction.
    months_employed : dict of int to float
        Extra months employed among the first H.
    engagement : float
        Effect on the engagement score of an average person in waves at least six months after
        joining, in points.
    engagement_simple : float
        Mean effect on the score over groups and waves after joining, weighted by size of group:
        what :attr:`models.engagement_effects.EngagementEffect.simple` estimates.
    """

    risk_difference: dict[int, float]
    months_employed: dict[int, float]
    engagement: float
    engagement_simple: float


@dataclass(frozen=True)
class Simulation:
    """A simulated company.

    Attributes
    ----------
    person_month : DataFrame
        As :func:`models.retention.estimate_retention` takes it; covariates department, level,
        tenure (months), engagement (score as of the month); without unobserved columns.
    person_wave : DataFrame
        One row per employed person and half-yearly wave: person_id, wave, first_treated_wave,
        score (0 to 6, missing = no response), department, level.
    truth : Truth
        Of these very people, from both of each joiner's counterfactual lives.
    covariates : tuple of str
        Columns that suffice to adjust for when ``unmeasured`` is 0.
    """

    person_month: pd.DataFrame
    person_wave: pd.DataFrame
    truth: Truth
    covariates: tuple[str, ...] = ("department", "level", "tenure", "engagement")


@dataclass(frozen=True)
class Company:
    """Strengths used by :func:`simulate_program`.

    Attributes
    ----------
    effect : float
        Log hazard ratio of leaving after the ramp; negative keeps people, 0 is no effect.
    ramp_months : int
        Months until the effect is whole; it grows in equal steps.
    confounding : float
        Scale of how strongly department, level, tenure and engagement drive joining; 0 makes it
        random among the eligible.
    joining_by : {"mood", "trait"}
        Whether joining is driven by how engaged people are at the time, or by how engaged they
        always are. Joining by mood breaks parallel trends: whoever joins on a good day returns to
        their mean afterwards. Joining by trait leaves them parallel.
    unmeasured : float
        Strength of a trait that drives joining and staying and is not in the data.
    engagement_effect : float
        Points on the score after the ramp.
    effect_by_level : float
        How much stronger that effect is per level above the mean, as a share.
    joining : float
        Monthly chance to join of an average eligible person.
    leaving : float
        Monthly chance to leave of an average person.
    informative_response : float
        How strongly the last score drives answering a survey, in log odds per point; it is not in
        the data where people did not answer.
    response_by_level, response_if_enrolled, response_habit : float
        How strongly level, being enrolled and having answered before (against not) drive
        answering, in log odds; all of them are in the data.
    """

    effect: float = -0.6
    ramp_months: int = 3
    confounding: float = 1.0
    joining_by: Literal["mood", "trait"] = "mood"
    unmeasured: float = 0.0
    engagement_effect: float = 0.3
    effect_by_level: float = 0.0
    joining: float = 0.012
    leaving: float = 0.017
    informative_response: float = 0.4
    response_by_level: float = 0.0
    response_if_enrolled: float = 0.0
    response_habit: float = 0.0


@dataclass(frozen=True)
class Lives:
    """Everybody's traits and, per person (row) and month (column), chances and events.

    Attributes
    ----------
    department, level : ndarray of int, shape (n_people,)
    tenure : ndarray of int, shape (n_people, n_months)
    engagement : ndarray of float, shape (n_people, n_months)
        Score without the program, 0 to 6.
    log_odds_leaving : ndarray of float, shape (n_people, n_months)
        Without the program.
    first, last : ndarray of int, shape (n_people,)
        First and last month employed within the window.
    exited : ndarray of bool, shape (n_people,)
    enrolled : ndarray of int, shape (n_people,)
        Month of joining; -1 for never.
    """

    department: np.ndarray
    level: np.ndarray
    tenure: np.ndarray
    engagement: np.ndarray
    log_odds_leaving: np.ndarray
    first: np.ndarray
    last: np.ndarray
    exited: np.ndarray
    enrolled: np.ndarray


def ramp(since: np.ndarray, company: Company) -> np.ndarray:
    """Share of the effect in force ``since`` months after joining (0 = month of joining)."""
    share: np.ndarray = np.clip((since + 1) / company.ramp_months, 0.0, 1.0)
    return share
