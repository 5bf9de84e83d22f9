"""What the estimated enrollment model adds to the influence of each person.

The weights are not known but estimated from the same people, and that makes the comparison more
precise, not less: chance differences between the groups are partly fitted away. Leaving it out
gives intervals that are somewhat too wide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.enrollment import EnrollmentModel
from models.options import RetentionOptions
from models.person_period import PersonPeriod
from models.survival import SurvivalCurve
from models.trials import FollowUp, RiskSets, control_spans, control_weights, person_blocks


def add_enrollment_influence(
    curve: SurvivalCurve, model: EnrollmentModel, gradient: np.ndarray
) -> SurvivalCurve:
    """Return a curve whose influence values also carry the error of the enrollment model.

    Parameters
    ----------
    curve : SurvivalCurve
    model : EnrollmentModel
    gradient : ndarray of float, shape (n_coefficients, n_months)
        Derivative of -log(1 - hazard), through the weights, by the coefficients.

    Returns
    -------
    SurvivalCurve
        ``people`` are all people that the model was fitted to.

    Source: stacked estimating equations, Stefanski & Boos (2002), 10.1198/000313002753631330;
    for weights Lunceford & Davidian (2004), 10.1002/sim.1903.
    """
    n_people = len(model.person_influence)
    influence = np.zeros((n_people, len(curve.survival)))
    influence[:, 1:] = model.whole_influence @ np.cumsum(gradient, axis=1)
    influence *= -curve.survival
    influence[curve.people] += curve.influence
    return replace(curve, influence=influence, people=np.arange(n_people))


@dataclass(frozen=True)
class SumGradients:
    """How one arm's weighted sums change with the coefficients of the enrollment model.

    Attributes
    ----------
    at_risk, exits : ndarray of float, shape (n_coefficients, n_months)
        Derivatives of the weight at risk and of the weight leaving in each month of follow-up.
    """

    at_risk: np.ndarray
    exits: np.ndarray

    def of_curve(self, sets: RiskSets, curve: SurvivalCurve) -> np.ndarray:
        """Return the derivative of -log(1 - hazard), shape (n_coefficients, n_months).

        Months without an answer get 0.
        """
        hazard = 1.0 - curve.survival[1:] / curve.survival[:-1]
        known = np.isfinite(hazard)
        total = np.where(known, sets.at_risk.sum(axis=0), 1.0)
        hazard = np.where(known, hazard, 0.0)
        slope = (self.exits - self.at_risk * hazard) / (total * (1.0 - hazard))
        return np.where(known, slope, 0.0)


def joined_gradients(sets: RiskSets, period: PersonPeriod, model: EnrollmentModel) -> SumGradients:
    """Gradients of the joiners' sums where they carry the weight 1/e."""
    rows = np.flatnonzero(period.enrolls & model.in_trials)
    regressors = model.design.regressors(rows).T
    slope = -(1.0 - model.probability[rows])[:, None]
    return SumGradients(regressors @ (sets.at_risk * slope), regressors @ (sets.exits * slope))


def controls_gradient(
    period: PersonPeriod,
    model: EnrollmentModel,
    controls: FollowUp,
    *,
    options: RetentionOptions,
    cap: float | None = None,
    only_exits: bool = False,
) -> np.ndarray:
    """Gradient of the controls' weight at risk, or leaving, in each month of follow-up.

    The log weight of a trial begun at m changes by x_m (in the joiners' estimand) plus the sum of
    e_s x_s over the months s since; so each row needs one number per month of follow-up, found
    with one running sum, and the trials are never expanded.

    Parameters
    ----------
    period : PersonPeriod
    model : EnrollmentModel
    controls : FollowUp
    options : RetentionOptions
    cap : float, optional
        Largest weight of a control in a month of a trial; a weight that was cut does not change.
    only_exits : bool
        Gradient of the weight leaving instead of the weight at risk.

    Returns
    -------
    ndarray of float, shape (n_coefficients, n_months)
        Those of a second model of enrolling during follow-up stand below those of the first.
    """
    later, is_one = model.during_follow_up, model.later is None
    n_months = controls.at_risk.shape[1]
    # nobody else adds to the weight leaving
    only = period.leaves[controls.people] if only_exits else None
    spans = control_spans(period, model, n_months)
    begin = np.zeros((len(model.coefficients), n_months))
    remain = np.zeros((0 if is_one else len(later.coefficients), n_months))
    for rows, starts in person_blocks(spans, only=only):
        # months first: each is written and summed in one stretch of memory
        slope = np.zeros((n_months, len(rows)))
        later_slope = slope if is_one else np.zeros_like(slope)
        chance, later_chance = model.probability[rows], later.probability[rows]
        exited = period.exited[rows]
        weights = control_weights(period, model, rows, starts, options)
        # a run shorter than the follow-up ends it
        for k, weight in zip(range(min(n_months, len(rows))), weights, strict=False):
            counted = weight * exited if only_exits else weight
            if cap is not None:
                counted = np.where(weight < cap, counted, 0.0)
            begun = np.concatenate([counted[k:], np.zeros(k)])
            slope[k] = begun if options.estimand == "joiners" else begun * chance
            if options.censor_at_enrollment and k:
                later_slope[k] += later_chance * _sum_of_last(begun, k)
        begin += _product(model, rows, chance, slope)
        if not is_one:
            remain += _product(later, rows, later_chance, later_slope)
    return np.vstack([begin, remain])


def _product(
    model: EnrollmentModel, rows: np.ndarray, chance: np.ndarray, slope: np.ndarray
) -> np.ndarray:
    """Sum of regressors times slopes over the rows in which people may enroll."""
    used = np.flatnonzero(chance)
    product: np.ndarray = model.design.regressors(rows[used]).T @ slope[:, used].T
    return product


def _sum_of_last(values: np.ndarray, k: int) -> np.ndarray:
    """Sum of the k values before each position."""
    running = np.concatenate([np.zeros(k + 1), np.cumsum(values)])
    sums: np.ndarray = running[k : k + len(values)] - running[: len(values)]
    return sums
