"""From effects by group and wave to the averages that are shown, each with its influence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.estimate import Estimate, Reason, clustered_standard_error
from models.group_time import GroupTime

Answer = Estimate | Reason
BOOTSTRAP_BLOCK = 5_000
NO_WAVE = Reason("no_comparison", "There is no wave to compare.")


@dataclass(frozen=True)
class Average:
    """A weighted mean of effects.

    Attributes
    ----------
    point : float
    influence : ndarray of float, shape (n_people,)
    reason : Reason or None
        Why there is none; point and influence are then 0.
    """

    point: float
    influence: np.ndarray
    reason: Reason | None = None


@dataclass(frozen=True)
class Aggregator:
    """Averages the comparisons of one study.

    Attributes
    ----------
    found : GroupTime
    treated_from : ndarray of float, shape (n_people,)
        First treated wave; infinite for people not treated.
    cluster : ndarray of int, shape (n_people,)
    level : float
        Of the intervals.
    """

    found: GroupTime
    treated_from: np.ndarray
    cluster: np.ndarray
    level: float

    def cell(self, number: int) -> Average:
        """One comparison by itself."""
        reason = self.found.reasons[number]
        if reason is not None:
            return Average(0.0, np.zeros(len(self.cluster)), reason)
        return Average(float(self.found.effect[number]), self.found.influence[:, number])

    def mean(self, parts: list[Average], *, groups: list[int] | None = None) -> Average:
        """Mean of averages, equally or by the sizes of the groups they belong to.

        Parts without an answer are left out. The sizes of the groups are estimates, too, and add
        to the influence.

        Source: Callaway & Sant'Anna (2021), section 3 and theorem 4.
        """
        known = [number for number, part in enumerate(parts) if part.reason is None]
        influence = np.zeros(len(self.cluster))
        if not known:
            reason = next((part.reason for part in parts if part.reason is not None), NO_WAVE)
            return Average(0.0, influence, reason)
        members = [] if groups is None else [self.treated_from == groups[n] for n in known]
        size = np.array([group.sum() for group in members] if members else np.ones(len(known)))
        total = size.sum()
        point = float(sum(parts[n].point * own for n, own in zip(known, size, strict=True)) / total)
        for number, own in zip(known, size, strict=True):
            influence += parts[number].influence * (own / total)
        for number, group in zip(known, members, strict=False):
            influence[group] += (parts[number].point - point) / total
        return Average(point, influence)

    def answer(self, average: Average) -> Answer:
        """Estimate of an average, or its reason."""
        if average.reason is not None:
            return average.reason
        error = clustered_standard_error(average.influence, self.cluster)
        return Estimate.normal(average.point, float(error), level=self.level)

    def wald_p_value(self, cells: list[int]) -> float | Reason:
        """Chance of effects as far from 0 as these, jointly, if all were 0.

        Cells without an answer or without doubt (the base wave) are left out.
        """
        doubt = np.abs(self.found.influence).max(axis=0, initial=0.0) > 0
        known = [n for n in cells if self.found.reasons[n] is None and doubt[n]]
        if not known:
            return Reason("no_earlier_waves", "There is no wave before treatment to test.")
        influence = sum_by_cluster(self.found.influence[:, known], self.cluster)
        covariance = influence.T @ influence
        spread = np.sqrt(np.diag(covariance))
        correlation = covariance / np.outer(spread, spread)
        if np.linalg.matrix_rank(correlation, hermitian=True, tol=1e-9) < len(known):
            return Reason(
                "too_few_clusters", "There are too few people to test all earlier waves jointly."
            )
        z = self.found.effect[known] / spread
        return float(special.chdtrc(len(known), z @ np.linalg.solve(correlation, z)))

    def simultaneous_quantile(self, averages: list[Average], *, draws: int, seed: int) -> float:
        """Factor of the standard errors whose bands hold all the averages together.

        Source: multiplier bootstrap, Callaway & Sant'Anna (2021), algorithm 1, with Mammen's (1993)
        two-point multipliers, one per cluster.
        """
        influence = sum_by_cluster(np.column_stack([a.influence for a in averages]), self.cluster)
        error = np.sqrt(np.einsum("ij,ij->j", influence, influence))
        influence, error = influence[:, error > 0], error[error > 0]
        random, root = np.random.default_rng(seed), np.sqrt(5.0)
        low, high = (1.0 - root) / 2.0, (1.0 + root) / 2.0
        total = np.zeros((draws, influence.shape[1]))
        for start in range(0, len(influence), BOOTSTRAP_BLOCK):
            block = influence[start : start + BOOTSTRAP_BLOCK]
            is_low = random.random((draws, len(block)), dtype=np.float32) < (root + 1.0) / (
                2 * root
            )
            total += np.where(is_low, low, high) @ block
        return float(np.quantile(np.abs(total / error).max(axis=1), self.level))


def sum_by_cluster(influence: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    """Add influence up within clusters, shape (n_clusters, m)."""
    n_clusters = int(cluster.max()) + 1
    if n_clusters == len(cluster):
        return influence
    return np.column_stack(
        [np.bincount(cluster, weights=column, minlength=n_clusters) for column in influence.T]
    )
