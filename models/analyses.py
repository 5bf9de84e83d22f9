"""All analyses of effects: takes facts, returns rows of a release.

Nothing here or below it reads a warehouse: a process beside this one has none (see reports.beside).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
from threadpoolctl import threadpool_limits

from models.engagement_runs import run_engagement
from models.estimate import EstimationError
from models.panel import Facts, build_panel
from models.published import (
    BALANCE_COLUMNS,
    CURVE_COLUMNS,
    DIAGNOSTIC_COLUMNS,
    ESTIMATE_COLUMNS,
    EVENT_STUDY_COLUMNS,
    GROUP_EFFECT_COLUMNS,
    Rows,
)
from models.retention_runs import refuse_retention, run_retention
from models.verdict import judge
from models.wave_panel import ScoreFacts, build_wave_panels


@dataclass(frozen=True)
class Analyses:
    """Rows for the tables of the same names in a release, ready to publish."""

    estimate: pd.DataFrame
    curve: pd.DataFrame
    balance: pd.DataFrame
    diagnostic: pd.DataFrame
    group_effect: pd.DataFrame
    event_study: pd.DataFrame
    verdict: pd.DataFrame


@dataclass(frozen=True)
class Inputs:
    """Everything the analyses rest on, read and ready to be computed with anywhere.

    Attributes
    ----------
    facts : Facts
    pairs : DataFrame
    scores : ScoreFacts or None
        None where no scores are to be analyzed.
    as_of : date
    """

    facts: Facts
    pairs: pd.DataFrame
    scores: ScoreFacts | None
    as_of: dt.date


def analyze(inputs: Inputs, *, seed: int = 0) -> Analyses:
    """Run the analyses of effects.

    Parameters
    ----------
    inputs : Inputs
    seed : int
        Of the sample that very large enrollment models are fitted to.

    Returns
    -------
    Analyses
        What cannot be answered is there as ``not_estimable`` with its reason.
    """
    return judged(analyze_exits(inputs, seed=seed), analyze_scores(inputs, seed=seed))


def analyze_exits(inputs: Inputs, *, seed: int = 0) -> Rows:
    """Return the rows about who stays and how careers go on, as :func:`analyze` takes them."""
    with _one_thread():
        try:
            panel = build_panel(inputs.facts, as_of=inputs.as_of)
            return run_retention(panel, inputs.pairs, seed=seed)
        except EstimationError as error:
            return refuse_retention(error)


def analyze_scores(inputs: Inputs, *, seed: int = 0) -> Rows:
    """Return the rows about scores of surveys, none where no scores are to be analyzed."""
    if inputs.scores is None:
        return Rows()
    with _one_thread():
        panels = build_wave_panels(inputs.facts, inputs.scores)
        return run_engagement(panels, seed=seed)


def _one_thread() -> threadpool_limits:
    # The products are tall and narrow: a second thread mostly waits, and where it splits a sum
    # the last digits would depend on the number of processors.
    return threadpool_limits(limits=1, user_api="blas")


def judged(exits: Rows, scores: Rows) -> Analyses:
    """Return the tables of a release, with a verdict on every outcome."""
    rows = Rows()
    for one in (exits, scores):
        rows.extend(one)
    curve = pd.concat(rows.curve, ignore_index=True) if rows.curve else pd.DataFrame()
    estimate = pd.DataFrame(rows.estimate, columns=ESTIMATE_COLUMNS)
    diagnostic = pd.DataFrame(rows.diagnostic, columns=DIAGNOSTIC_COLUMNS)
    return Analyses(
        estimate=_counted(estimate),
        curve=curve.reindex(columns=CURVE_COLUMNS).astype({"at_risk": "Int64"}),
        balance=pd.DataFrame(rows.balance, columns=BALANCE_COLUMNS),
        diagnostic=diagnostic,
        group_effect=_counted(pd.DataFrame(rows.group_effect, columns=GROUP_EFFECT_COLUMNS)),
        event_study=_counted(pd.DataFrame(rows.event_study, columns=EVENT_STUDY_COLUMNS)),
        verdict=judge(estimate, diagnostic),
    )


def _counted(frame: pd.DataFrame) -> pd.DataFrame:
    whole = ("n_treated", "n_control", "horizon_months")
    counts = [name for name in whole if name in frame]
    return frame.astype(dict.fromkeys(counts, "Int64"))
