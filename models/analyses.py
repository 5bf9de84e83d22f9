"""From the warehouse to the models and back: reads facts, runs analyses, returns release rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
from threadpoolctl import threadpool_limits

from models.engagement_runs import run_engagement
from models.estimate import EstimationError
from models.panel import build_panel
from models.people_facts import read_facts, read_pairs
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
from models.score_facts import read_score_facts
from models.verdict import judge
from models.wave_panel import build_wave_panels
from warehouse.engine import Warehouse
from warehouse.voice import VoiceFacts


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


def run_analyses(
    warehouse: Warehouse, *, as_of: dt.date, voice: VoiceFacts | None = None, seed: int = 0
) -> Analyses:
    """Run the analyses of effects on the facts known as of a day.

    Parameters
    ----------
    warehouse : Warehouse
    as_of : date
        Last day the data speak about.
    voice : VoiceFacts, optional
        What surveys ask and which of their waves are final; without it no scores are analyzed.
    seed : int
        Of the sample that very large enrollment models are fitted to.

    Returns
    -------
    Analyses
        What cannot be answered is there as ``not_estimable`` with its reason.
    """
    facts = read_facts(warehouse, as_of)
    try:
        panel = build_panel(facts, as_of=as_of)
        # The products are tall and narrow: a second thread mostly waits, and where it splits a
        # sum the last digits would depend on the number of processors.
        with threadpool_limits(limits=1, user_api="blas"):
            rows = run_retention(panel, read_pairs(warehouse), seed=seed)
    except EstimationError as error:
        rows = refuse_retention(error)
    if voice is not None:
        scores = read_score_facts(warehouse, voice.asked, voice.quarters)
        with threadpool_limits(limits=1, user_api="blas"):
            rows.extend(run_engagement(build_wave_panels(facts, scores), seed=seed))
    return _frames(rows)


def _frames(rows: Rows) -> Analyses:
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
