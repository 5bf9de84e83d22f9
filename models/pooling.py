"""Partial pooling of a few groups: each estimate borrows strength from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.estimate import Estimate, InvalidInput

GRID_POINTS = 201


@dataclass(frozen=True)
class Pooled:
    """Posterior of a normal hierarchy, in the unit of the points.

    Attributes
    ----------
    mean : Estimate
        Mean of the groups' true values (mu).
    between_sd : Estimate
        Spread of the groups' true values (tau); interval by quantiles of its posterior.
    groups : list of Estimate
        Shrunken estimate of each group, in the given order.
    """

    mean: Estimate
    between_sd: Estimate
    groups: list[Estimate]


def pool(
    points: Sequence[float], standard_errors: Sequence[float], *, level: float = 0.95
) -> Pooled:
    """Pool estimates y_d ~ N(theta_d, s_d^2), theta_d ~ N(mu, tau^2), over a grid of tau.

    Parameters
    ----------
    points, standard_errors : sequence of float, length n_groups
        At least two groups, standard errors above 0.
    level : float
        Of the intervals, which are normal with the posterior's mean and spread.

    Returns
    -------
    Pooled

    Raises
    ------
    InvalidInput
        Code ``too_few_groups``, ``different_lengths`` or ``bad_value``.

    Source: Gelman et al., Bayesian Data Analysis (2013), section 5.4, eq. 5.17 to 5.21; prior of
    tau half-normal with scale twice the median standard error, flat for mu.
    """
    y, s = np.asarray(points, dtype=float), np.asarray(standard_errors, dtype=float)
    _check(y, s)
    scale = 2.0 * float(np.median(s))
    tau = np.linspace(0.0, 4.0 * scale, GRID_POINTS)
    precision = 1.0 / (s**2 + tau[:, None] ** 2)
    mu_variance = 1.0 / precision.sum(axis=1)
    mu = mu_variance * (precision @ y)
    log_posterior = (
        -0.5 * (tau / scale) ** 2
        + 0.5 * np.log(mu_variance)
        + 0.5 * np.log(precision).sum(axis=1)
        - 0.5 * (precision * (y - mu[:, None]) ** 2).sum(axis=1)
    )
    weight = np.exp(log_posterior - log_posterior.max())
    weight /= weight.sum()
    # share of a group's own estimate; the rest comes from the common mean
    own = tau[:, None] ** 2 * precision
    theta = own * y + (1.0 - own) * mu[:, None]
    theta_variance = own * s**2 + (1.0 - own) ** 2 * mu_variance[:, None]
    return Pooled(
        mean=_mixture(mu, mu_variance, weight, level),
        between_sd=_grid_estimate(tau, weight, level),
        groups=[_mixture(theta[:, d], theta_variance[:, d], weight, level) for d in range(len(y))],
    )


def _check(y: np.ndarray, s: np.ndarray) -> None:
    if len(y) != len(s):
        raise InvalidInput("different_lengths", "Each point needs one standard error.")
    if len(y) < 2:
        raise InvalidInput("too_few_groups", "Pooling needs at least two groups.")
    if not (np.isfinite(y).all() and np.isfinite(s).all() and (s > 0).all()):
        raise InvalidInput("bad_value", "Points must be finite and standard errors positive.")


def _mixture(mean: np.ndarray, variance: np.ndarray, weight: np.ndarray, level: float) -> Estimate:
    point = float(weight @ mean)
    spread = float(np.sqrt(weight @ (variance + (mean - point) ** 2)))
    return Estimate.normal(point, spread, level=level)


def _grid_estimate(grid: np.ndarray, weight: np.ndarray, level: float) -> Estimate:
    point = float(weight @ grid)
    spread = float(np.sqrt(weight @ (grid - point) ** 2))
    cumulative = np.cumsum(weight)
    lower = float(np.interp((1 - level) / 2, cumulative, grid))
    upper = float(np.interp(0.5 + level / 2, cumulative, grid))
    return Estimate(point, spread, lower, upper)
