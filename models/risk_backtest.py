"""What each way to foresee silence would have said in the past, and which one is used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.estimate import NotEstimable
from models.risk_models import BASELINES, BOOSTING, LOGISTIC, Foresight, Model
from models.risk_scores import Gap, Score, average_precision, compare_models, score
from models.risk_snapshots import HORIZON_DAYS, WEEK_DAYS, Snapshots

TEST_WEEKS = 13
CALIBRATION_WEEKS = 13
FEWEST_TRAINING_WEEKS = 13
FEWEST_FOLDS = 2
MOST_FOLDS = 8
FEWEST_PAIRS = 20
FEWEST_PAIRS_PER_OUTCOME = 5
PAIRS_FOR_BOOSTING = 1_000
SMALLEST_GAIN = 0.01  # of a score, for which a less simple model is worth its while
TOO_FEW = "In most quarters too few pairs fell silent, or too few met."
# Three parts, each followed by the month in which its last outcomes come about.
WEEKS_NEEDED = (
    FEWEST_TRAINING_WEEKS
    + CALIBRATION_WEEKS
    + FEWEST_FOLDS * TEST_WEEKS
    - 3 * HORIZON_DAYS // -WEEK_DAYS
)


@dataclass(frozen=True)
class Fold:
    """Snapshots to learn from, to calibrate with, and to test on, each later than the one before.

    The month after the last of one part ends before the first of the next.
    """

    training: Snapshots
    calibration: Snapshots
    test: Snapshots


@dataclass(frozen=True)
class Backtest:
    """How the models would have done.

    Attributes
    ----------
    used : Model
        The winner.
    scores : mapping of name to Score
    gaps : mapping of name to Gap
        How much better the winner is than each other model.
    base_rate : float
        Share of snapshots without a session in the month after.
    alert_share : float
        Share of running pairs that can be called each week.
    n_snapshots, n_pairs, n_folds : int
        Tested on.
    """

    used: Model
    scores: Mapping[str, Score]
    gaps: Mapping[str, Gap]
    base_rate: float
    alert_share: float
    n_snapshots: int
    n_pairs: int
    n_folds: int


def models_for(n_pairs: int) -> tuple[Model, ...]:
    """Return the models that so many pairs can bear, the simplest first."""
    return (*BASELINES, LOGISTIC, *((BOOSTING,) if n_pairs >= PAIRS_FOR_BOOSTING else ()))


def split(labeled: Snapshots, *, before: np.datetime64) -> tuple[Snapshots, Snapshots]:
    """Return what was known before a day to learn from and to calibrate with.

    Parameters
    ----------
    labeled : Snapshots
    before : datetime64[D]
        The day before the first prediction; months must have ended by then.

    Returns
    -------
    (training, calibration) : Snapshots
        The calibration snapshots of a quarter; training snapshots whose months end before it.
    """
    calibration_from = before - HORIZON_DAYS - CALIBRATION_WEEKS * WEEK_DAYS
    ends_on = labeled.day + HORIZON_DAYS
    is_late = labeled.day > calibration_from
    training = labeled.chosen(ends_on <= calibration_from)
    return training, labeled.chosen(is_late & (ends_on <= before))


def folds(labeled: Snapshots, *, as_of: dt.date) -> Iterator[Fold]:
    """Yield folds forward in time, the last one ending a month before the data do.

    Quarters before which too little was known to learn from are left out.

    Parameters
    ----------
    labeled : Snapshots
    as_of : date
        Last day the data speak about.
    """
    last, quarter = np.datetime64(as_of, "D") - HORIZON_DAYS, TEST_WEEKS * WEEK_DAYS
    learned_weeks = FEWEST_TRAINING_WEEKS + CALIBRATION_WEEKS
    earliest = labeled.day.min() + learned_weeks * WEEK_DAYS + 2 * HORIZON_DAYS
    for back in range(MOST_FOLDS, 0, -1):
        before = last - back * quarter
        is_test = (labeled.day > before) & (labeled.day <= before + quarter)
        training, calibration = split(labeled, before=before)
        is_known = before >= earliest and can_learn(training) and can_learn(calibration)
        if is_known and is_test.any():
            yield Fold(training, calibration, labeled.chosen(is_test))


def can_learn(snapshots: Snapshots) -> bool:
    """Return whether enough different pairs met, and enough did not."""
    silent = snapshots.is_silent
    outcomes = (snapshots.chosen(silent).n_pairs, snapshots.chosen(~silent).n_pairs)
    return snapshots.n_pairs >= FEWEST_PAIRS and min(outcomes) >= FEWEST_PAIRS_PER_OUTCOME


def run_backtest(
    labeled: Snapshots, *, as_of: dt.date, alert_share: float, seed: int = 0
) -> Backtest:
    """Let every model foresee each quarter from what was known before it, and choose one.

    Parameters
    ----------
    labeled : Snapshots
        Weekly, with known outcomes.
    as_of : date
        Last day the data speak about.
    alert_share : float
        Share of running pairs that can be called each week.
    seed : int

    Returns
    -------
    Backtest

    Raises
    ------
    NotEstimable
        Code ``short_history``, ``few_pairs`` or ``one_outcome``.
    """
    check_history(labeled, as_of=as_of)
    parts = list(folds(labeled, as_of=as_of))
    if len(parts) < FEWEST_FOLDS:
        raise NotEstimable("one_outcome", TOO_FEW)
    test = _together([fold.test for fold in parts])
    if not can_learn(test):
        raise NotEstimable("one_outcome", TOO_FEW)
    models = models_for(labeled.n_pairs)
    chances = {
        model.name: np.concatenate(
            [model.fit(fold.training, fold.calibration, seed)(fold.test) for fold in parts]
        )
        for model in models
    }
    used = choose(models, chances, test)
    return Backtest(
        used=used,
        scores={
            name: score(chance, test, alert_share=alert_share, seed=seed)
            for name, chance in chances.items()
        },
        gaps={
            name: compare_models(chances[used.name], chance, test)
            for name, chance in chances.items()
            if name != used.name
        },
        base_rate=float(test.is_silent.mean()),
        alert_share=alert_share,
        n_snapshots=len(test),
        n_pairs=test.n_pairs,
        n_folds=len(parts),
    )


def choose(models: Sequence[Model], chances: Mapping[str, np.ndarray], test: Snapshots) -> Model:
    """Return the model to use: the simplest that no other clearly beats.

    From the simplest upwards, the next model takes the place of the one before where its Brier
    score is lower by more than the margin: one standard error of the difference, and at least a
    hundredth of the score. Where neither is better by that much, it does so where its area under
    precision and recall is larger by more than the same margin. A rule that everybody can check
    in the log is worth keeping unless it costs something, and in large programs a standard error
    is so small that a model would win by next to nothing; the Brier score comes first because the
    board says chances, not ranks.
    """
    used, silent = models[0], test.is_silent
    for model in models[1:]:
        held = chances[used.name]
        gap = compare_models(chances[model.name], held, test)
        least = SMALLEST_GAIN * float(np.mean((held - silent) ** 2))
        margin = max(gap.brier_error, least)
        area_margin = max(gap.pr_auc_error, SMALLEST_GAIN * average_precision(silent, held))
        is_tie = abs(gap.brier) <= margin
        if gap.brier > margin or (is_tie and gap.pr_auc > area_margin):
            used = model
    return used


def fit_now(model: Model, labeled: Snapshots, *, as_of: dt.date, seed: int = 0) -> Foresight:
    """Fit a model on all that is known by a day, split as in the back-test.

    Raises
    ------
    NotEstimable
        Code ``one_outcome``: too little happened of late to learn from.
    """
    training, calibration = split(labeled, before=np.datetime64(as_of, "D"))
    if not (can_learn(training) and can_learn(calibration)):
        raise NotEstimable("one_outcome", TOO_FEW)
    return model.fit(training, calibration, seed)


def check_history(labeled: Snapshots, *, as_of: dt.date) -> None:
    """Refuse a history that no model can be tested on.

    Raises
    ------
    NotEstimable
        Code ``few_pairs`` or ``short_history``.
    """
    if labeled.n_pairs < FEWEST_PAIRS:
        raise NotEstimable("few_pairs", f"Fewer than {FEWEST_PAIRS} pairs have met or not met.")
    weeks = int((np.datetime64(as_of, "D") - labeled.day.min()).astype(int)) // WEEK_DAYS
    if weeks < WEEKS_NEEDED:
        words = f"The log covers {weeks} weeks; a warning can be tested after {WEEKS_NEEDED}."
        raise NotEstimable("short_history", words)


def _together(parts: Sequence[Snapshots]) -> Snapshots:
    names = ("pair", "day", "features", "next_held_on", "followed_until")
    return Snapshots(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
