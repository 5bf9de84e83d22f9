"""How likely each running pair is not to meet in the next month, and how well that is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.estimate import NotEstimable
from models.pair_facts import PairFacts
from models.published import BACKTEST_COLUMNS, MINIMUM_GROUP
from models.risk_backtest import Backtest, fit_now, run_backtest
from models.risk_history import PairHistory
from models.risk_scores import Score
from models.risk_snapshots import (
    HORIZON_DAYS,
    MOST_SNAPSHOTS,
    take_snapshots,
    weekly_grid,
)

ALL_MODELS = "all"  # what does not depend on the model
NO_MODEL = "none"
NOT_ESTIMABLE = "not_estimable"
USUAL_ALERT_SHARE = 0.1  # where no pair needs attention now
Row = tuple[str, str, float | None, bool]  # of the release table


@dataclass(frozen=True)
class PairRisk:
    """The chance of silence of every pair, and the back-test behind it.

    Attributes
    ----------
    chance : Series of float
        Chance that no session is held in the next 30 days, by pair_id; only pairs of which it can
        be said.
    backtest : DataFrame
        Rows of the release table ``backtest``: model, measure, value, is_used. Where the history
        is too short for a test, one row with the measure ``not_estimable`` and one whose measure
        is the reason (``few_pairs``, ``short_history`` or ``one_outcome``), both without a value.
    """

    chance: pd.Series
    backtest: pd.DataFrame


def assess_risk(
    facts: PairFacts,
    *,
    as_of: dt.date,
    alert_share: float = USUAL_ALERT_SHARE,
    most: int = MOST_SNAPSHOTS,
    seed: int = 0,
) -> PairRisk:
    """Choose the model that would have done best so far, and ask it about every running pair.

    Parameters
    ----------
    facts : PairFacts
    as_of : date
        Last day the data speak about.
    alert_share : float
        Share of running pairs that can be called each week.
    most : int
        Largest number of snapshots to learn from.
    seed : int

    Returns
    -------
    PairRisk

    Notes
    -----
    The chance is about a pair, never about one of its people. Nothing is said about pairs that
    are paused, or that end or are to end within the month: no such month was learned from.
    """
    history = PairHistory(facts)
    grid = weekly_grid(history, as_of=as_of, most=most, seed=seed)
    snapshots = take_snapshots(history, *grid, as_of=as_of)
    labeled = snapshots.chosen(snapshots.is_labeled)
    try:
        backtest = run_backtest(labeled, as_of=as_of, alert_share=alert_share, seed=seed)
        foresight = fit_now(backtest.used, labeled, as_of=as_of, seed=seed)
    except NotEstimable as error:
        rows: list[Row] = [
            (NO_MODEL, measure, None, False) for measure in (NOT_ESTIMABLE, error.code)
        ]
        return PairRisk(pd.Series(dtype=float), _frame(rows))
    every = np.arange(len(facts.pairs))
    today = np.full(len(every), np.datetime64(as_of, "D"))
    goes_on = history.stops_on(every, today) > today + HORIZON_DAYS
    now = take_snapshots(history, every[goes_on], today[goes_on], as_of=as_of)
    chance = pd.Series(foresight(now), index=facts.pairs["pair_id"].to_numpy()[now.pair])
    return PairRisk(chance, _frame(_rows(backtest)))


def _frame(rows: list[Row]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=BACKTEST_COLUMNS).astype({"value": "float64"})


def _rows(backtest: Backtest) -> list[Row]:
    about_all: dict[str, float | None] = {
        "base_rate": backtest.base_rate,
        "alert_share": backtest.alert_share,
        "snapshots": _publishable(backtest.n_snapshots),
        "pairs": _publishable(backtest.n_pairs),
        "folds": float(backtest.n_folds),
    }
    rows: list[Row] = [(ALL_MODELS, measure, value, False) for measure, value in about_all.items()]
    for model, found in backtest.scores.items():
        measures = dict(_measures(found))
        if model in backtest.gaps:
            gap = backtest.gaps[model]
            measures |= {
                "brier_above_used": gap.brier,
                "brier_above_used_error": gap.brier_error,
                "pr_auc_below_used": gap.pr_auc,
                "pr_auc_below_used_error": gap.pr_auc_error,
            }
        is_used = model == backtest.used.name
        rows += [(model, measure, value, is_used) for measure, value in measures.items()]
    return rows


def _measures(found: Score) -> Iterator[tuple[str, float | None]]:
    for name in ("brier", "pr_auc", "precision", "warned_share", "lead_days"):
        yield name, getattr(found, name)
    for band in found.bands:
        yield f"band_{band.number}_low", band.low
        yield f"band_{band.number}_high", band.high
        yield f"band_{band.number}_share", band.share
        yield f"band_{band.number}_snapshots", float(band.n_snapshots)
        yield f"band_{band.number}_pairs", float(band.n_pairs)


def _publishable(count: int) -> float | None:
    return float(count) if count >= MINIMUM_GROUP else None
