"""What the estimated enrollment model adds to the influence of each person.

The weights are not known but estimated from the same people, and that makes the comparison more
precise, not less: chance differences between the groups are partly fitted away. Leaving it out
gives intervals that are somewhat too wide.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.enrollment import EnrollmentModel
from models.options import RetentionOptions
from models.person_period import PersonPeriod
from models.survival import SurvivalCurve
from models.trials import RiskSets, control_weights, person_blocks


def add_enrollment_influence(
    curve: SurvivalCurve, period: PersonPeriod, model: EnrollmentModel, gradient: np.ndarray
) -> SurvivalCurve:
    """Return a curve whose influence values also carry the error of the enrollment model.

    Parameters
    ----------
    curve : SurvivalCurve
    period : PersonPeriod
    model : EnrollmentModel
    gradient : ndarray of float, shape (n_coefficients, n_months)
        Derivative of -log(1 - hazard), through the weights, by the coefficients.

    Returns
    -------
    SurvivalCurve
        ``people`` are all people of ``period``.

    Source: stacked estimating equations, Stefanski & Boos (2002), 10.1198/000313002753631330;
    for weights Lunceford & Davidian (2004), 10.1002/sim.1903.
    """
    influence = np.zeros((period.n_people, len(curve.survival)))
    influence[:, 1:] = np.cumsum(model.person_influence @ gradient, axis=1)
    influence *= -curve.survival
    influence[curve.people] += curve.influence
    return replace(curve, influence=influence, people=np.arange(period.n_people))


def joined_gradient(
    sets: RiskSets, curve: SurvivalCurve, period: PersonPeriod, model: EnrollmentModel
) -> np.ndarray:
    """Gradient of the joiners' curve where they carry the weight 1/e.

    Returns
    -------
    ndarray of float, shape (n_coefficients, n_months)
    """
    rows = np.flatnonzero(period.enrolls & model.in_trials)
    total, hazard = _totals(sets, curve)
    share = (sets.exits - sets.at_risk * hazard) / (total * (1.0 - hazard))
    slope = -(1.0 - model.probability[rows])
    return model.transposed_product(rows, share * slope[:, None])


def not_joined_gradient(
    sets: RiskSets,
    curve: SurvivalCurve,
    period: PersonPeriod,
    model: EnrollmentModel,
    *,
    options: RetentionOptions,
    cap: float | None = None,
) -> np.ndarray:
    """Gradient of the controls' curve, through the weights at the start and in every month.

    The log weight of a trial begun at m changes by x_m (in the joiners' estimand) plus the sum of
    e_s x_s over the months s since; so each row needs one number per month of follow-up, found
    with one running sum, and the trials are never expanded.

    Returns
    -------
    ndarray of float, shape (n_coefficients, n_months)
    """
    total, hazard = _totals(sets, curve)
    gradient = np.zeros((len(model.coefficients), len(total)))
    for rows, starts in person_blocks(period, sets.people):
        used = model.in_trials[rows]
        slope = np.zeros((len(rows), len(total)))
        chance, exited = model.probability[rows], period.exited[rows]
        weights = control_weights(period, model, rows, starts, options)
        for k, weight in zip(range(len(total)), weights, strict=False):
            share = weight * (exited - hazard[k]) / (total[k] * (1.0 - hazard[k]))
            if cap is not None:
                share[weight >= cap] = 0.0
            begun = np.concatenate([share[k:], np.zeros(k)])
            slope[:, k] = begun if options.estimand == "joiners" else begun * chance
            if options.censor_at_enrollment and k:
                slope[:, k] += chance * _sum_of_last(begun, k)
        gradient += model.transposed_product(rows[used], slope[used])
    return gradient


def _sum_of_last(values: np.ndarray, k: int) -> np.ndarray:
    """Sum of the k values before each position."""
    running = np.concatenate([np.zeros(k + 1), np.cumsum(values)])
    sums: np.ndarray = running[k : k + len(values)] - running[: len(values)]
    return sums


def _totals(sets: RiskSets, curve: SurvivalCurve) -> tuple[np.ndarray, np.ndarray]:
    """Weight at risk and hazard per month; months without an answer get a harmless 0."""
    hazard = 1.0 - curve.survival[1:] / curve.survival[:-1]
    known = np.isfinite(hazard)
    return np.where(known, sets.at_risk.sum(axis=0), 1.0), np.where(known, hazard, 0.0)
