"""Ways to foresee that a pair will not meet in the next month, from the plainest rule upwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize
from threadpoolctl import threadpool_limits

from models.logistic import chance, cross_product
from models.risk_snapshots import FEATURES, Snapshots

SILENT_DAYS = 30
PENALTY = 1.0  # on coefficients of features with a standard deviation of 1
MOST_STEPS = 30
TOLERANCE = 1e-9
# Durations: the tenth day of silence says more than the hundredth.
LOGARITHMIC = (
    "recency",
    "cadence",
    "mean_gap",
    "recency_in_cadences",
    "since_match",
    "time_left",
)

Foresight = Callable[[Snapshots], np.ndarray]  # chances of silence, shape (n_snapshots,)
Fit = Callable[[Snapshots, Snapshots, int], Foresight]


@dataclass(frozen=True)
class Model:
    """A way to foresee silence.

    Attributes
    ----------
    name : str
        As in the release table ``backtest``.
    fit : callable
        Takes labeled snapshots to learn from, later ones to calibrate with, and a seed.
    """

    name: str
    fit: Fit


def fit_silent_rule(training: Snapshots, calibration: Snapshots, seed: int) -> Foresight:
    """Thirty days without a session are an alarm: the share that stayed silent, alarm or none."""
    silent = np.concatenate([training.is_silent, calibration.is_silent])
    alarm = np.concatenate([_is_alarm(training), _is_alarm(calibration)])
    shares = [_share(silent[alarm == rang]) for rang in (False, True)]
    return lambda snapshots: np.where(_is_alarm(snapshots), shares[1], shares[0])


def fit_recency(training: Snapshots, calibration: Snapshots, seed: int) -> Foresight:
    """Nothing but the days since the last session: a rising step function (isotonic)."""
    silent = np.concatenate([training.is_silent, calibration.is_silent]).astype(float)
    recency = np.concatenate([training.feature("recency"), calibration.feature("recency")])
    days, place = np.unique(recency, return_inverse=True)
    count = np.bincount(place)
    share = np.bincount(place, weights=silent) / count
    risen = optimize.isotonic_regression(share, weights=count, increasing=True).x
    return lambda snapshots: np.interp(snapshots.feature("recency"), days, risen)


def fit_logistic(training: Snapshots, calibration: Snapshots, seed: int) -> Foresight:
    """Logistic regression on standardized features, calibrated by Platt's method."""
    raw = _bent(training.features)
    center, scale = raw.mean(axis=0), raw.std(axis=0)
    scale[scale < 1e-12] = np.inf  # a feature that never varies says nothing

    def linear(features: np.ndarray) -> np.ndarray:
        return _with_intercept((_bent(features) - center) / scale)

    weights = _penalized(linear(training.features), training.is_silent.astype(float))
    return _calibrated(lambda snapshots: linear(snapshots.features) @ weights, calibration)


def fit_boosting(training: Snapshots, calibration: Snapshots, seed: int) -> Foresight:
    """Gradient boosting over trees, calibrated by Platt's method."""
    # Slow to import, and needed by large programs only.
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415

    trees = HistGradientBoostingClassifier(
        learning_rate=0.1,
        max_iter=100,
        max_leaf_nodes=15,
        min_samples_leaf=100,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    )
    # Trees are small: threads would mostly wait for one another, spinning.
    with threadpool_limits(limits=1, user_api="openmp"):
        trees.fit(training.features, training.is_silent)

    def log_odds(snapshots: Snapshots) -> np.ndarray:
        with threadpool_limits(limits=1, user_api="openmp"):
            odds: np.ndarray = trees.decision_function(snapshots.features)
        return odds

    return _calibrated(log_odds, calibration)


SILENT_RULE = Model("silent_30_days", fit_silent_rule)
RECENCY = Model("recency", fit_recency)
LOGISTIC = Model("logistic", fit_logistic)
BOOSTING = Model("boosting", fit_boosting)
BASELINES = (SILENT_RULE, RECENCY)


def _is_alarm(snapshots: Snapshots) -> np.ndarray:
    alarm: np.ndarray = snapshots.feature("recency") >= SILENT_DAYS
    return alarm


def _share(outcome: np.ndarray) -> float:
    """Share of an outcome, never quite 0 or 1."""
    return float((outcome.sum() + 0.5) / (len(outcome) + 1.0))


def _bent(features: np.ndarray) -> np.ndarray:
    bent = features.copy()
    durations = [FEATURES.index(name) for name in LOGARITHMIC]
    bent[:, durations] = np.log1p(bent[:, durations])
    return bent


def _calibrated(log_odds: Foresight, calibration: Snapshots) -> Foresight:
    """Turn a score into a chance by a logistic curve through later snapshots.

    Source: Platt 1999, with his targets short of 0 and 1.
    """
    silent = calibration.is_silent
    n_silent = silent.sum()
    high, low = (n_silent + 1.0) / (n_silent + 2.0), 1.0 / (len(silent) - n_silent + 2.0)
    matrix = _with_intercept(log_odds(calibration)[:, None])
    curve = _penalized(matrix, np.where(silent, high, low))
    return lambda snapshots: chance(_with_intercept(log_odds(snapshots)[:, None]) @ curve)


def _with_intercept(columns: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(columns)), columns])


def _penalized(matrix: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Logistic regression by Newton's method, all coefficients but the first kept small.

    Minimizes the negative log likelihood + PENALTY / 2 x the sum of their squares.
    """
    ridge = np.full(matrix.shape[1], PENALTY)
    ridge[0] = 0.0
    share = np.clip(outcome.mean(), 1e-6, 1 - 1e-6)
    weights = np.zeros(matrix.shape[1])
    weights[0] = np.log(share / (1 - share))
    for _ in range(MOST_STEPS):
        fitted = chance(matrix @ weights)
        gradient = matrix.T @ (outcome - fitted) - ridge * weights
        curvature = cross_product(matrix, fitted * (1.0 - fitted)) + np.diag(ridge)
        step = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        weights = weights + step
        if np.abs(step).max() < TOLERANCE:
            break
    return weights
