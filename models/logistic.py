"""Logistic regression by Newton's method, block by block where the rows are many."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy import special

from models.estimate import NotEstimable

Block = tuple[np.ndarray, np.ndarray, np.ndarray]  # regressors, outcome (0 or 1), weight
MOST_STEPS = 50
LARGEST_COEFFICIENT = 1e3
CACHED_ROWS = 4_000


@dataclass(frozen=True)
class Logistic:
    """A fitted logistic regression.

    Attributes
    ----------
    coefficient : ndarray of float, shape (n_coefficients,)
    information : ndarray of float, shape (n_coefficients, n_coefficients)
        Sum of weight p (1 - p) x x' at the fit.
    """

    coefficient: np.ndarray
    information: np.ndarray

    @property
    def inverse(self) -> np.ndarray:
        """Inverse of the information; collinear regressors share what they know."""
        inverse: np.ndarray = np.linalg.pinv(self.information, rcond=1e-10, hermitian=True)
        return inverse

    def chance(self, matrix: np.ndarray) -> np.ndarray:
        """Fitted probabilities of rows of regressors."""
        return chance(matrix @ self.coefficient)


def chance(log_odds: np.ndarray) -> np.ndarray:
    """Return the probability that belongs to log odds."""
    probability: np.ndarray = special.expit(log_odds)
    return probability


def cross_product(matrix: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Sum of weight x x' over rows x, a few thousand at a time so that they stay in the cache."""
    total = np.zeros((matrix.shape[1], matrix.shape[1]))
    for start in range(0, len(matrix), CACHED_ROWS):
        some = matrix[start : start + CACHED_ROWS]
        total += (some * weight[start : start + CACHED_ROWS, None]).T @ some
    return total


def share_as_start(n_coefficients: int, share: float) -> np.ndarray:
    """Coefficients that give everybody the overall share; the first is the intercept."""
    start = np.zeros(n_coefficients)
    start[0] = np.log(share / (1.0 - share))
    return start


def fit_logistic(
    blocks: Callable[[], Iterable[Block]], *, start: np.ndarray, tolerance: float = 1e-11
) -> Logistic:
    """Maximum likelihood; collinear columns share their coefficient (minimum norm).

    Parameters
    ----------
    blocks : callable
        Gives the rows, block by block, anew for each step.
    start : ndarray of float, shape (n_coefficients,)
    tolerance : float
        Relative change of the deviance at which the fit rests.

    Returns
    -------
    Logistic

    Raises
    ------
    NotEstimable
        Code ``separation``: the fit runs away.
    """
    coefficient, last = start, np.inf
    for _ in range(MOST_STEPS):
        deviance, gradient, information = _derivatives(blocks(), coefficient)
        if abs(last - deviance) <= tolerance * (1.0 + abs(deviance)):
            return Logistic(coefficient, information)
        last = deviance
        coefficient = coefficient + np.linalg.lstsq(information, gradient, rcond=1e-10)[0]
        if not np.isfinite(coefficient).all() or np.abs(coefficient).max() > LARGEST_COEFFICIENT:
            break
    raise NotEstimable(
        "separation", "The covariates tell exactly who enrolled: nobody comparable stayed out."
    )


def _derivatives(
    blocks: Iterable[Block], coefficient: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    deviance, n_coefficients = 0.0, len(coefficient)
    gradient, information = np.zeros(n_coefficients), np.zeros((n_coefficients, n_coefficients))
    for matrix, outcome, weight in blocks:
        linear = matrix @ coefficient
        fitted = chance(linear)
        log_one_plus = np.maximum(linear, 0.0) + np.log1p(np.exp(-np.abs(linear)))
        deviance += float(weight @ (log_one_plus - outcome * linear))
        gradient += (weight * (outcome - fitted)) @ matrix
        information += cross_product(matrix, weight * fitted * (1.0 - fitted))
    return deviance, gradient, information
