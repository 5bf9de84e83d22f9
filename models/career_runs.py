"""The career analyses of a release: promotions and internal moves, by population."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from models.careers import (
    INTERNAL_MOVE,
    PROMOTION,
    CareerEffect,
    CareerEvent,
    estimate_careers,
)
from models.estimate import EstimationError
from models.options import RetentionOptions
from models.published import Slice, estimate_row, publishable
from models.retention import RetentionStudy

ANALYSIS = "careers"
OUTCOMES = (PROMOTION, INTERNAL_MOVE)
MEASURE = "risk_difference"


def career_rows(
    study: RetentionStudy,
    person_month: pd.DataFrame,
    population: str,
    *,
    horizons: Sequence[int],
    options: RetentionOptions,
) -> Iterator[dict[str, Any]]:
    """Rows of a population for the table ``estimate``.

    Parameters
    ----------
    study : RetentionStudy
        Whose model of joining serves for every outcome.
    person_month : DataFrame
        The frame of the study, with the columns of :func:`models.careers.career_events`.
    population : str
    horizons : sequence of int
    options : RetentionOptions

    Yields
    ------
    dict
    """
    order = study.period.order
    for outcome in OUTCOMES:
        event = CareerEvent(
            outcome,
            happens=person_month[outcome].to_numpy()[order],
            followed=person_month["has_next_month"].to_numpy()[order],
        )
        try:
            effect = estimate_careers(
                study.period, study.model, event, horizons=horizons, options=options
            )
        except EstimationError as error:
            yield from _refused(outcome, population, error, horizons)
            continue
        yield from _rows(_slice(outcome, population), effect)


def refused_career_rows(
    population: str, error: EstimationError, horizons: Sequence[int]
) -> Iterator[dict[str, Any]]:
    """Rows that say why nothing can be said about the careers of a population."""
    for outcome in OUTCOMES:
        yield from _refused(outcome, population, error, horizons)


def _refused(
    outcome: str, population: str, error: EstimationError, horizons: Sequence[int]
) -> Iterator[dict[str, Any]]:
    for horizon in horizons:
        yield estimate_row(_slice(outcome, population), MEASURE, horizon, None, error.reason)


def _rows(where: Slice, effect: CareerEffect) -> Iterator[dict[str, Any]]:
    for horizon, answer in effect.horizons.items():
        shown = answer.difference is not None
        yield estimate_row(where, MEASURE, horizon, answer.difference, answer.reason) | {
            "n_treated": publishable(effect.n_treated),
            "n_control": publishable(effect.n_control),
            "effective_sample_size": effect.effective_sample_size if shown else None,
            "minimum_detectable_effect": answer.minimum_detectable_effect,
        }


def _slice(outcome: str, population: str) -> Slice:
    return Slice(outcome, population, analysis=ANALYSIS)
