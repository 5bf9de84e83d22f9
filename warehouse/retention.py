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
    periods = [p for p in span.periods if p.kind != "month"]
    rows: list[dict[str, object]] = []
    for sliced in CLOSED_SLICES:
        keys = ["population", *sliced]
        unplaced = changes["cohort"].isin(["", NOT_RECORDED])
        used = changes[~unplaced] if "cohort" in sliced else changes
        for key, group in used.groupby(keys):
            at_risk, leavers = _daily(group, span)
            given = dict.fromkeys(_KEYS, "") | dict(zip(keys, key, strict=True))
            rows += [given | _cell(at_risk, leavers, period, span) for period in periods]
    columns = [*_KEYS, "period_kind", "period", "value", "lower", "upper", "n", "smallest"]
    return pd.DataFrame(rows, columns=columns)


def _daily(group: pd.DataFrame, span: Span) -> tuple[np.ndarray, np.ndarray]:
    """Return the number employed on, and leaving on, every day of the span."""
    length = (span.as_of - span.first_on).days + 1
    day = (group["changed_on"] - pd.Timestamp(span.first_on)).dt.days.clip(lower=0).to_numpy()
    joined, gone, leavers = (
        np.bincount(day, weights=group[name].to_numpy(dtype=float), minlength=length)
        for name in ("joined", "gone", "leavers")
    )
    return np.cumsum(joined - gone), leavers


def _cell(at_risk: np.ndarray, leavers: np.ndarray, period: Period, span: Span) -> dict[str, Any]:
    last_on = min(period.ends_on, span.as_of)
    first_on = months_before(last_on, MONTHS) + dt.timedelta(days=1)
    cell: dict[str, Any] = {
        "period_kind": period.kind,
        "period": period.name,
        "smallest": 0.0,
        "n": 0,
    }
    cell |= {"value": np.nan, "lower": np.nan, "upper": np.nan}
    if first_on < span.first_on:
        return cell
    window = slice((first_on - span.first_on).days, (last_on - span.first_on).days + 1)
    risk, left = at_risk[window], leavers[window]
    cell |= {"n": int(risk.min()), "smallest": _smallest_quarter(left, first_on)}
    if risk.min() < MINIMUM_AT_RISK:
        return cell
    days = left > 0
    risk, left = risk[days], left[days]
    value = float(np.prod(1 - left / risk))
    with np.errstate(divide="ignore"):
        greenwood = float(np.sum(left / (risk * (risk - left))))
    bounds = intervals.survival(
        np.array([value]), np.array([greenwood]), np.array([float(cell["n"])])
    )
    return cell | {"value": value, "lower": float(bounds[0][0]), "upper": float(bounds[1][0])}


def _smallest_quarter(left: np.ndarray, first_on: dt.date) -> float:
    """Windows of consecutive quarters differ by single quarters: the smallest one is exposed."""
    days = [first_on + dt.timedelta(days=i) for i in range(0, len(left))]
    numbers = np.array([d.year * 4 + (d.month - 1) // 3 for d in days])
    sums = np.bincount(numbers - numbers[0], weights=left)
    sums = sums[sums > 0]
    return float(sums.min()) if len(sums) else 0.0
