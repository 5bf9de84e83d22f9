"""Intervals beside figures about answers that tell nothing the figures do not tell.

A usual interval is as wide as the answers of its own slice differ: a second sum over the same few
people. Here its width follows from the printed figure, the printed number of answers, and one
spread common to the whole company, which is rounded up so coarsely that it does not say either how
alike a company's answers are. Such intervals are rather too wide than too narrow.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from warehouse import intervals
from warehouse.facts.voice_atoms import CHANGE_SUMS, GAP, LEVEL_SUMS, SCORE
from warehouse.instruments.instrument import ENPS
from warehouse.metrics import voice as metrics
from warehouse.voice.cells import by_period, period_names
from warehouse.voice.facts import VoiceFacts

SPREAD = ["metric_id", "period", "spread", "low", "high"]
_LEAST, _STEP = 1 / 4, 1 / 16  # of the scale's range
_KEYS = ["construct_no", "period_kind", "period_no"]


def spreads(facts: VoiceFacts) -> pd.DataFrame:
    """Return how far single answers lie apart in the whole company.

    Returns
    -------
    DataFrame
        metric_id, period; spread (points): what the company's standard error times the root of its
        number of scores is, rounded up to a sixteenth of the scale's range and never below a
        quarter of it; low and high, the ends of what the metric can be. Missing where one person
        answered. The response rate has none: its interval follows from the rate.
    """
    scores, gaps = by_period(facts.part(SCORE)), by_period(facts.part(GAP))
    changes = scores.drop(columns=list(LEVEL_SUMS)).rename(
        columns={name: name.removeprefix("change_") for name in CHANGE_SUMS}
    )
    changes = changes[changes["construct_no"].isin(facts.changing)]
    ids = np.array([one.id for one in facts.asked.constructs], dtype=object)
    frames = [_of(facts, scores, ids), _of(facts, changes, ids + metrics.CHANGE, is_change=True)]
    frames.append(_of(facts, gaps, np.full(len(ids), metrics.GAP_METRIC, dtype=object)))
    return pd.concat(frames, ignore_index=True)[SPREAD]


def _of(
    facts: VoiceFacts, rows: pd.DataFrame, ids: np.ndarray, *, is_change: bool = False
) -> pd.DataFrame:
    sums = rows.groupby(_KEYS, as_index=False)[list(LEVEL_SUMS)].sum()
    sums = sums[sums["n"] > 0]
    number = sums["construct_no"].to_numpy(dtype=int)
    constructs = facts.asked.constructs
    units = np.array([one.units_per_point for one in constructs], dtype=float)[number]
    low, high = np.array([one.bounds for one in constructs], dtype=float).reshape(-1, 2)[number].T
    part = {name: sums[name].to_numpy(dtype=float) for name in LEVEL_SUMS}
    variance = intervals.ratio_variance(part | {"y": part["n"]}, part["clusters"])
    found = np.sqrt(variance * part["n"]) / units
    is_gap = bool(len(ids)) and ids[0] == metrics.GAP_METRIC
    ends = (low - high, high - low) if is_change else (low * 0, high - low) if is_gap else None
    return sums.assign(
        metric_id=ids[number] if len(number) else [],
        period=period_names(sums),
        spread=coarse(found, high - low),
        low=low if ends is None else ends[0],
        high=high if ends is None else ends[1],
    )


def coarse(spread: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return a spread rounded up to steps of its scale, at least a quarter of the scale."""
    steps = np.ceil(spread / (scale * _STEP) - 1e-9)
    found: np.ndarray = np.maximum(steps, round(_LEAST / _STEP)) * scale * _STEP
    return found


def around(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the interval beside each printed figure.

    Parameters
    ----------
    figures : DataFrame
        metric_id, value and n as printed, bound ("" unless it says "or lower" or "or higher"),
        and spread, low, high of :func:`spreads`; all but the first two missing where unknown.

    Returns
    -------
    DataFrame
        lower and upper, the index of ``figures``; missing beside a bound, which is no estimate.
    """
    value, n = (figures[name].to_numpy(dtype=float) for name in ("value", "n"))
    spread, low, high = (figures[name].to_numpy(dtype=float) for name in ("spread", "low", "high"))
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = special.stdtrit(np.maximum(n - 1, 1), 0.975)
        factor = np.where(figures["metric_id"] == ENPS, special.ndtri(0.975), factor)
        half = np.where(n > 1, factor * spread / np.sqrt(n), np.nan)
        lower, upper = np.maximum(value - half, low), np.minimum(value + half, high)
    rate = intervals.wilson(value * n, n)
    is_rate = (figures["metric_id"] == metrics.RATE_METRIC).to_numpy()
    is_bound = (figures["bound"] != "").to_numpy()
    ends = {"lower": np.where(is_rate, rate[0], lower), "upper": np.where(is_rate, rate[1], upper)}
    return pd.DataFrame(
        {name: np.where(is_bound, np.nan, end) for name, end in ends.items()}, index=figures.index
    )
