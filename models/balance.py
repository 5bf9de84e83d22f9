"""Whether the people compared are alike: balance, overlap, effective sample size, weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from models.estimate import Estimate, InvalidInput, clustered_standard_error

IMBALANCE = 0.1


@dataclass(frozen=True)
class Overlap:
    """How far the enrollment probabilities of both groups cover each other.

    Attributes
    ----------
    joined, not_joined : tuple of float
        5 %, 50 % and 95 % quantile of the probability of enrolling in a month.
    share_outside : float
        Share of joiners whose probability lies above that of every control.
    common_area : float
        Overlap coefficient of both distributions of the log odds, 0 (apart) to 1 (equal).
    """

    joined: tuple[float, float, float]
    not_joined: tuple[float, float, float]
    share_outside: float
    common_area: float


@dataclass(frozen=True)
class Moments:
    """Sums over the rows of one group, so that large groups can be added up block by block.

    Attributes
    ----------
    n : float
        Rows.
    total, square : ndarray of float, shape (p,)
        Sum and sum of squares, unweighted.
    weight : float
    weighted : ndarray of float, shape (p,)
        Weighted sum.
    """

    n: float
    total: np.ndarray
    square: np.ndarray
    weight: float
    weighted: np.ndarray

    @classmethod
    def of(cls, matrix: np.ndarray, weight: np.ndarray) -> Moments:
        """Moments of a matrix, shape (n, p), with weights, shape (n,)."""
        square = np.einsum("ij,ij->j", matrix, matrix)
        total = matrix.sum(axis=0)
        return cls(len(matrix), total, square, float(weight.sum()), weight @ matrix)

    @classmethod
    def empty(cls, columns: int) -> Moments:
        """Moments of no rows."""
        zero = np.zeros(columns)
        return cls(0, zero, zero, 0.0, zero)

    def __add__(self, other: Moments) -> Moments:
        return Moments(
            self.n + other.n,
            self.total + other.total,
            self.square + other.square,
            self.weight + other.weight,
            self.weighted + other.weighted,
        )

    @property
    def mean(self) -> np.ndarray:
        """Unweighted mean per column."""
        return self.total / self.n

    @property
    def weighted_mean(self) -> np.ndarray:
        """Weighted mean per column."""
        return self.weighted / self.weight

    @property
    def variance(self) -> np.ndarray:
        """Unweighted variance per column."""
        spread: np.ndarray = np.maximum(self.square / self.n - self.mean**2, 0.0)
        return spread


def standardized_differences(joined: Moments, others: Moments) -> pd.DataFrame:
    """Differences of means in standard deviations, before and after weighting.

    Parameters
    ----------
    joined, others : Moments
        Of the same p columns; both groups hold at least one row.

    Returns
    -------
    DataFrame
        One row per column: mean_joined, mean_before, mean_after (of the controls),
        difference_before, difference_after. The standard deviation is that before weighting,
        sqrt of the mean of both variances, for both differences.

    Raises
    ------
    InvalidInput
        Code ``empty_group``.

    Source: Austin (2011), Multivariate Behav Res 46:399, 10.1080/00273171.2011.568786.
    """
    if not (joined.weight > 0 and others.weight > 0):
        raise InvalidInput("empty_group", "One of the two groups compared is empty.")
    spread = np.sqrt((joined.variance + others.variance) / 2)
    spread = np.where(spread > 1e-12, spread, 1.0)
    return pd.DataFrame(
        {
            "mean_joined": joined.weighted_mean,
            "mean_before": others.mean,
            "mean_after": others.weighted_mean,
            "difference_before": (joined.mean - others.mean) / spread,
            "difference_after": (joined.weighted_mean - others.weighted_mean) / spread,
        }
    )


def effective_sample_size(weight: np.ndarray) -> float:
    """(sum w)^2 / sum w^2: how many equally weighted people would say as much.

    Source: Kish (1965), Survey Sampling, ch. 8.
    """
    square = float(np.sum(weight**2))
    return float(np.sum(weight)) ** 2 / square if square > 0 else 0.0


def largest_weight_share(weight: np.ndarray) -> float:
    """Share of the largest weight in the sum of all."""
    total = float(np.sum(weight))
    return float(np.max(weight)) / total if total > 0 else float("nan")


def measure_overlap(probability: np.ndarray, treated: np.ndarray, *, bins: int = 50) -> Overlap:
    """Overlap of the enrollment probabilities of those who joined and those who did not."""
    joined, others = probability[treated], probability[~treated]
    log_odds = np.log(probability / (1.0 - probability))
    edges = np.linspace(log_odds.min(), log_odds.max() + 1e-9, bins + 1)
    share_joined = np.histogram(log_odds[treated], edges)[0] / max(len(joined), 1)
    share_others = np.histogram(log_odds[~treated], edges)[0] / max(len(others), 1)
    return Overlap(
        joined=_quantiles(joined),
        not_joined=_quantiles(others),
        share_outside=float(np.mean(joined > others.max())),
        common_area=float(np.minimum(share_joined, share_others).sum()),
    )


def _quantiles(values: np.ndarray) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return float(low), float(middle), float(high)


def inverse_probability_weights(
    probability: np.ndarray, treated: np.ndarray, *, estimand: Literal["joiners", "eligible"]
) -> np.ndarray:
    """Weights that make both groups look like the joiners, or like all who are eligible.

    Parameters
    ----------
    probability : ndarray of float, shape (n,)
        Chance of treatment, strictly between 0 and 1.
    treated : ndarray of bool, shape (n,)
    estimand : {"joiners", "eligible"}
        Treated 1 and controls e/(1-e), or 1/e and 1/(1-e).

    Returns
    -------
    ndarray of float, shape (n,)

    Source: Hernan & Robins, What If (2020), section 12.2.
    """
    if not ((probability > 0) & (probability < 1)).all():
        raise InvalidInput("bad_probability", "Probabilities must lie strictly between 0 and 1.")
    if estimand == "joiners":
        return np.where(treated, 1.0, probability / (1.0 - probability))
    return np.where(treated, 1.0 / probability, 1.0 / (1.0 - probability))


def weighted_mean_difference(
    outcome: np.ndarray,
    treated: np.ndarray,
    *,
    weight: np.ndarray | None = None,
    cluster: np.ndarray | None = None,
    level: float = 0.95,
) -> Estimate:
    """Difference of two weighted means with a robust standard error.

    Parameters
    ----------
    outcome : ndarray of float, shape (n,)
    treated : ndarray of bool, shape (n,)
    weight : ndarray of float, shape (n,), optional
    cluster : ndarray of int, shape (n,), optional
        Cluster numbers from 0; each row its own by default.
    level : float

    Returns
    -------
    Estimate
        In the unit of ``outcome``.

    Source: Hernan & Robins, What If (2020), program 12.4 (sandwich variance, weights as known).
    """
    used = np.ones(len(outcome)) if weight is None else weight
    group = np.arange(len(outcome)) if cluster is None else cluster
    point, influence = 0.0, np.zeros(len(outcome))
    for rows, sign in ((treated, 1.0), (~treated, -1.0)):
        total = used[rows].sum()
        if not total > 0:
            raise InvalidInput("empty_group", "One of the two groups compared is empty.")
        mean = used[rows] @ outcome[rows] / total
        point += sign * mean
        influence[rows] = sign * used[rows] * (outcome[rows] - mean) / total
    error = clustered_standard_error(influence, group)
    return Estimate.normal(point, float(error), level=level)
