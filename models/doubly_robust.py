"""Doubly robust difference in differences between two groups and two waves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.estimate import NotEstimable
from models.logistic import Logistic, cross_product, fit_logistic, share_as_start

LARGEST_CHANCE = 0.999


@dataclass(frozen=True)
class DoublyRobust:
    """Effect in the treated, from one comparison.

    Attributes
    ----------
    effect : float
        In the unit of the change.
    influence : ndarray of float, shape (n,)
        Influence of each person; the values add up, not average, to the estimate's error and
        count propensity and outcome regression as estimated.
    control_weight : ndarray of float, shape (n,)
        Weight of each person as a control; 0 for the treated.
    propensity : Logistic
    """

    effect: float
    influence: np.ndarray
    control_weight: np.ndarray
    propensity: Logistic


def compare_changes(
    change: np.ndarray,
    treated: np.ndarray,
    matrix: np.ndarray,
    *,
    weight: np.ndarray,
    start: np.ndarray | None = None,
) -> DoublyRobust:
    """Effect on a change in those treated, right where either of two models is.

    Parameters
    ----------
    change : ndarray of float, shape (n,)
        Score minus the score in the base wave.
    treated : ndarray of bool, shape (n,)
    matrix : ndarray of float, shape (n, p)
        Regressors as of the base wave, the intercept first.
    weight : ndarray of float, shape (n,)
        Observation weights, taken as known here.
    start : ndarray of float, shape (p,), optional
        Coefficients to begin the propensity with.

    Returns
    -------
    DoublyRobust

    Raises
    ------
    NotEstimable
        Code ``few_controls``, ``separation`` or ``no_overlap``.

    Source: Sant'Anna & Zhao (2020), J Econometrics 219:101, 10.1016/j.jeconom.2020.06.003, eq.
    3.1 with logistic propensity and least squares, as in the R package ``DRDID``.
    """
    if np.count_nonzero(~treated) < matrix.shape[1]:
        raise NotEstimable(
            "few_controls", "Fewer people to compare with than the covariates ask for."
        )
    propensity = _propensity(matrix, treated, weight, start)
    fitted = propensity.chance(matrix)
    if fitted.max() >= LARGEST_CHANCE:
        raise NotEstimable(
            "no_overlap", "The covariates tell almost exactly who was treated: no overlap."
        )
    as_treated = weight * treated
    as_control = np.where(treated, 0.0, weight * fitted / (1.0 - fitted))
    as_treated, as_control_share = as_treated / as_treated.sum(), as_control / as_control.sum()
    in_regression = np.where(treated, 0.0, weight)
    inverse = np.linalg.pinv(cross_product(matrix, in_regression), rcond=1e-10, hermitian=True)
    slope = inverse @ ((in_regression * change) @ matrix)
    rest = change - matrix @ slope
    in_treated, in_control = float(as_treated @ rest), float(as_control_share @ rest)
    by_treated, by_control = (
        as_treated * (rest - in_treated),
        as_control_share * (rest - in_control),
    )
    # what the two estimated models add: the effect's slope in their coefficients times the
    # influence of each person on them
    by_slope = inverse @ ((as_control_share - as_treated) @ matrix)
    by_propensity = propensity.inverse @ (by_control @ matrix)
    influence = (
        by_treated
        - by_control
        + in_regression * rest * (matrix @ by_slope)
        - weight * (treated - fitted) * (matrix @ by_propensity)
    )
    return DoublyRobust(in_treated - in_control, influence, as_control, propensity)


def _propensity(
    matrix: np.ndarray, treated: np.ndarray, weight: np.ndarray, start: np.ndarray | None
) -> Logistic:
    outcome = treated.astype(float)
    flat = share_as_start(matrix.shape[1], float(np.average(outcome, weights=weight)))

    def rows() -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        return [(matrix, outcome, weight)]

    if start is not None:
        try:
            return fit_logistic(rows, start=start)
        except NotEstimable:
            pass  # a start from another wave may lie too far off
    return fit_logistic(rows, start=flat)
