"""Share still employed after twelve months (Kaplan-Meier), for every population and slice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from warehouse import intervals
from warehouse.engine import Warehouse
from warehouse.facts.grain import NOT_RECORDED, Span
from warehouse.facts.workforce import CLOSED_SLICES, daily_changes
from warehouse.periods import Period, months_before

MONTHS = 12
MINIMUM_AT_RISK = 5  # with fewer, one exit would move the estimate by a fifth
_KEYS = ["population", "department", "cohort"]


def retention_cells(warehouse: Warehouse, span: Span) -> pd.DataFrame:
    """Return one row per population, closed slice, and quarter or year.

    Returns
    -------
    DataFrame
        population, department, cohort, period_kind, period, value, lower, upper, n (smallest
        number at risk on any of the days), smallest (smallest number of leavers, not zero, in any
        quarter of the twelve months; 0 where nobody left). Value is NaN where the records cover
        less than twelve months or fewer than five people were at risk on some day.
    """
    changes = warehouse.read(daily_changes(span.first_on, span.as_of))
    groups, at_risk, leavers = _daily(changes, span)
    rows = [
        groups.assign(**_cells(at_risk, leavers, period, span))
        for period in span.periods
        if period.kind != "month"
    ]
    columns = [*_KEYS, "period_kind", "period", "value", "lower", "upper", "n", "smallest"]
    return pd.concat(rows, ignore_index=True)[columns]


def _daily(changes: pd.DataFrame, span: Span) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return every group, and the number employed on, and leaving on, each day of the span.

    Returns
    -------
    tuple of DataFrame, ndarray, ndarray
        population, department, cohort, one row per group; two arrays of shape (n_groups, n_days).
    """
    is_placed = ~changes["cohort"].isin(["", NOT_RECORDED])
    sliced = []
    for names in CLOSED_SLICES:
        used = changes[is_placed] if "cohort" in names else changes
        others = [name for name in _KEYS[1:] if name not in names]
        sliced.append(used.assign(**dict.fromkeys(others, "")))
    every = pd.concat(sliced, ignore_index=True)
    grouped = every.groupby(_KEYS, sort=False)
    groups = every.loc[~every.duplicated(_KEYS), _KEYS].reset_index(drop=True)
    days = (span.as_of - span.first_on).days + 1
    day = (every["changed_on"] - pd.Timestamp(span.first_on)).dt.days.clip(lower=0).to_numpy()
    cell = grouped.ngroup().to_numpy() * days + day
    joined, gone, leavers = (
        np.bincount(
            cell, weights=every[name].to_numpy(dtype=float), minlength=len(groups) * days
        ).reshape(len(groups), days)
        for name in ("joined", "gone", "leavers")
    )
    return groups, np.cumsum(joined - gone, axis=1), leavers


def _cells(at_risk: np.ndarray, leavers: np.ndarray, period: Period, span: Span) -> dict[str, Any]:
    """Return the columns of one period's figures, one entry per group."""
    named: dict[str, Any] = {"period_kind": period.kind, "period": period.name}
    last_on = min(period.ends_on, span.as_of)
    first_on = months_before(last_on, MONTHS) + dt.timedelta(days=1)
    if first_on < span.first_on:
        unknown = dict.fromkeys(("value", "lower", "upper"), np.nan)
        return named | unknown | {"n": 0, "smallest": 0.0}
    window = slice((first_on - span.first_on).days, (last_on - span.first_on).days + 1)
    risk, left = at_risk[:, window], leavers[:, window]
    fewest = risk.min(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.prod(np.where(left > 0, 1 - left / risk, 1.0), axis=1)
        greenwood = np.sum(np.where(left > 0, left / (risk * (risk - left)), 0.0), axis=1)
    lower, upper = intervals.survival(value, greenwood, fewest)
    estimates = {"value": value, "lower": lower, "upper": upper}
    enough = fewest >= MINIMUM_AT_RISK
    shown = {name: np.where(enough, numbers, np.nan) for name, numbers in estimates.items()}
    return named | shown | {"n": fewest, "smallest": _smallest_quarter(left, first_on)}


def _smallest_quarter(left: np.ndarray, first_on: dt.date) -> np.ndarray:
    """Windows of consecutive quarters differ by single quarters: the smallest one is exposed."""
    days = pd.date_range(first_on, periods=left.shape[1])
    begins = np.flatnonzero(np.append(True, days.quarter[1:] != days.quarter[:-1]))
    sums = np.add.reduceat(left, begins, axis=1)
    smallest = np.where(sums > 0, sums, np.inf).min(axis=1)
    return np.where(np.isfinite(smallest), smallest, 0.0)
