"""How likely a colleague who does not join leaves, month by month of follow-up: one score.

The covariates at the start of a trial are summed up in a score, the log odds of leaving in that
month, cut into groups; the hazard k months later is a logistic regression on the month and the
score, whose weight may fade. So the hazard is a small table, group by month, and no trial is ever
written out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arms import Arms
from models.enrollment import EnrollmentModel
from models.estimate import NotEstimable
from models.logistic import chance, fit_logistic, share_as_start
from models.person_period import PersonPeriod
from models.trials import control_spans, control_weights, person_blocks

GROUPS = 100
FIT_ROWS = 20_000
BLOCK_ROWS = 20_000


@dataclass(frozen=True)
class ExitHazard:
    """Hazard of leaving without joining.

    Attributes
    ----------
    group : ndarray of int, shape (n_rows,)
        Group of the score in rows that begin a trial; 0 elsewhere.
    hazard : ndarray of float, shape (n_months, n_groups)
        In each month of follow-up; NaN from the first month without anybody at risk.
    """

    group: np.ndarray
    hazard: np.ndarray

    @property
    def survival(self) -> np.ndarray:
        """Chance to be employed at the start of months 0 to n_months, shape (n_months + 1, ...)."""
        stays = np.cumprod(1.0 - self.hazard, axis=0)
        return np.vstack([np.ones(self.hazard.shape[1]), stays])


def fit_exit_hazard(arms: Arms) -> ExitHazard:
    """Fit the hazard of leaving among the weighted controls.

    Parameters
    ----------
    arms : Arms

    Returns
    -------
    ExitHazard

    Raises
    ------
    NotEstimable
        Code ``no_exits`` or ``separation``.
    """
    score = _scores(arms.period, arms.model)
    group, middle = _cut(score, arms.model.in_trials)
    at_risk, exits = _sums(arms, group, len(middle))
    return ExitHazard(group, _fit_table(at_risk, exits, middle))


def _scores(period: PersonPeriod, model: EnrollmentModel) -> np.ndarray:
    """Log odds of leaving in the month a trial begins, from those who do not join in it."""
    rows = np.flatnonzero(model.in_trials & ~period.enrolls)
    leaves = period.exited[rows]
    if not leaves.any():
        raise NotEstimable("no_exits", "Nobody left in a month in which a trial began.")
    others = rows[~leaves]
    step = max(1, len(others) // FIT_ROWS)  # every so many-th, and as much heavier
    used = np.concatenate([rows[leaves], others[::step]])
    weight = np.where(period.exited[used], 1.0, len(others) / len(others[::step]))
    outcome = period.exited[used].astype(float)
    matrix = model.design.regressors(used)
    start = share_as_start(matrix.shape[1], float(np.average(outcome, weights=weight)))
    coefficient = _fit(matrix, outcome, weight, start)
    score = np.zeros(len(period.month))
    begins = np.flatnonzero(model.in_trials)
    for first in range(0, len(begins), BLOCK_ROWS):
        block = begins[first : first + BLOCK_ROWS]
        score[block] = model.design.regressors(block) @ coefficient
    return score


def _fit(
    matrix: np.ndarray, outcome: np.ndarray, weight: np.ndarray, start: np.ndarray
) -> np.ndarray:
    try:
        # a score needs no more digits, and levels that nobody leaves from would run on
        found = fit_logistic(lambda: [(matrix, outcome, weight)], start=start, tolerance=1e-6)
    except NotEstimable:
        raise NotEstimable("separation", "The covariates tell exactly who left.") from None
    return found.coefficient


def _cut(score: np.ndarray, begins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut the scores into groups of about equal size, and return their mean scores."""
    edges = np.unique(np.quantile(score[begins], np.linspace(0.0, 1.0, GROUPS + 1)[1:-1]))
    group = np.zeros(len(score), dtype=np.int16)
    group[begins] = np.searchsorted(edges, score[begins])
    total = np.bincount(group[begins], weights=score[begins], minlength=len(edges) + 1)
    size = np.bincount(group[begins], minlength=len(edges) + 1)
    return group, total / np.maximum(size, 1)


def _sums(arms: Arms, group: np.ndarray, n_groups: int) -> tuple[np.ndarray, np.ndarray]:
    """Weight at risk and leaving by month of follow-up and group, shape (n_months, n_groups)."""
    n_months = arms.controls.at_risk.shape[1]
    at_risk, exits = np.zeros((n_months, n_groups)), np.zeros((n_months, n_groups))
    spans = control_spans(arms.period, arms.model, n_months)
    for rows, starts in person_blocks(spans):
        own = group[rows]
        exited = np.flatnonzero(arms.period.exited[rows])
        weights = control_weights(arms.period, arms.model, rows, starts, arms.options)
        for k, weight in zip(range(min(n_months, len(rows))), weights, strict=False):
            # the trial began k rows before
            at_risk[k] += np.bincount(own[: len(own) - k], weight[k:], n_groups)
            late = exited[exited >= k]
            exits[k] += np.bincount(own[late - k], weight[late], n_groups)
    return at_risk, exits


def _fit_table(at_risk: np.ndarray, exits: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Logistic regression on the month and on the score, whose weight changes steadily."""
    n_months = len(at_risk)
    some = np.flatnonzero(exits.sum(axis=1) > 0)
    month, group = np.nonzero(at_risk[some])
    outcome = exits[some][month, group] / at_risk[some][month, group]
    spread = middle / max(float(np.abs(middle).max()), 1e-12)
    slopes = np.column_stack([spread[group], spread[group] * some[month] / n_months])
    matrix = np.hstack([np.eye(len(some))[month], slopes])
    share = exits[some].sum(axis=1) / at_risk[some].sum(axis=1)
    start = np.append(np.log(share / (1.0 - share + 1e-12)), [0.0, 0.0])
    coefficient = _fit(matrix, outcome, at_risk[some][month, group], start)
    hazard = np.zeros((n_months, len(middle)))
    slope = coefficient[-2] + coefficient[-1] * some[:, None] / n_months
    hazard[some] = chance(coefficient[:-2, None] + slope * spread)
    hazard[np.cumsum(at_risk.sum(axis=1) == 0) > 0] = np.nan
    return hazard
