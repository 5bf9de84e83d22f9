"""What an estimator hands back: a number with its doubt, or a named reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special


@dataclass(frozen=True)
class Estimate:
    """A point estimate with its standard error and interval, all in the unit of the quantity.

    Attributes
    ----------
    point, standard_error, lower, upper : float
        Finite numbers; ``lower <= point <= upper``.
    """

    point: float
    standard_error: float
    lower: float
    upper: float

    @classmethod
    def normal(cls, point: float, standard_error: float, *, level: float = 0.95) -> Estimate:
        """Interval of a normally distributed estimate."""
        half = normal_quantile(level) * standard_error
        return cls(float(point), float(standard_error), float(point - half), float(point + half))


@dataclass(frozen=True)
class Reason:
    """Why a quantity is not estimable.

    Attributes
    ----------
    code : str
        Stable identifier, such as ``few_at_risk``.
    words : str
        One sentence that a reader outside statistics understands.
    """

    code: str
    words: str


class EstimationError(ValueError):
    """Base of the named errors of this package; ``reason`` carries code and words."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.reason = Reason(code, words)

    @property
    def code(self) -> str:
        """Stable identifier of the reason."""
        return self.reason.code

    @property
    def words(self) -> str:
        """The reason as one sentence."""
        return self.reason.words


class InvalidInput(EstimationError):
    """The data contradict themselves or miss something: they must be repaired, not analyzed."""


class NotEstimable(EstimationError):
    """The data are sound but cannot bear an answer to this question."""


def normal_quantile(level: float) -> float:
    """Two-sided standard normal quantile, 1.96 for a level of 0.95."""
    if not 0.0 < level < 1.0:
        raise InvalidInput("bad_level", f"A confidence level lies between 0 and 1, not {level}.")
    return float(special.ndtri(0.5 + level / 2))


def clustered_standard_error(influence: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    """Add influence values up within clusters and return the standard error.

    Parameters
    ----------
    influence : ndarray of float, shape (n_people,) or (n_people, m)
        Influence values that already sum, not average, to the estimate's error.
    cluster : ndarray of int, shape (n_people,)
        Cluster number of each person, from 0.

    Returns
    -------
    ndarray of float, shape (m,) (or a scalar array)
        ``sqrt(sum over clusters of (sum within cluster)**2)`` per column.
    """
    columns = influence.reshape(len(influence), -1)
    n_clusters = int(cluster.max()) + 1
    if n_clusters < len(cluster):
        columns = np.column_stack(
            [np.bincount(cluster, weights=column, minlength=n_clusters) for column in columns.T]
        )
    error: np.ndarray = np.sqrt(np.einsum("ij,ij->j", columns, columns))
    return error if influence.ndim > 1 else error.reshape(())
