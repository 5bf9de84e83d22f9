"""A simulated company: its strengths, its data and its truth."""

from __future__ import annotations

from dataclasses import dataclass

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
        Effect on the engagement score in waves at least six months after joining, in points.
    """

    risk_difference: dict[int, float]
    months_employed: dict[int, float]
    engagement: float


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
    unmeasured : float
        Strength of a trait that drives joining and staying and is not in the data.
    engagement_effect : float
        Points on the score after the ramp.
    joining : float
        Monthly chance to join of an average eligible person.
    leaving : float
        Monthly chance to leave of an average person.
    informative_response : float
        How strongly the last score drives answering a survey, in log odds per point.
    """

    effect: float = -0.6
    ramp_months: int = 3
    confounding: float = 1.0
    unmeasured: float = 0.0
    engagement_effect: float = 0.3
    joining: float = 0.012
    leaving: float = 0.017
    informative_response: float = 0.4
