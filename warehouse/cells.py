"""What a computed figure looks like: its keys, its values, and the reason where it has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warehouse.metrics.metric import Metric

SLICES = ("program", "cohort", "department")
KEYS = ("metric_id", *SLICES, "population", "period_kind", "period")
VALUES = ("value", "lower", "upper", "numerator", "denominator", "n", "status", "reason")
COLUMNS = (*KEYS, *VALUES)
SMALLEST = "smallest"  # smallest protected group, for disclosure control; never published
UNDEFINED, SHOWN = "undefined", "shown"

Numbers = Mapping[str, NDArray[Any]]
_NUMBERS = ("value", "lower", "upper", "numerator", "denominator", "n", SMALLEST)


def stack(
    keys: pd.DataFrame, metrics: Sequence[Metric], numbers: Sequence[Numbers]
) -> pd.DataFrame:
    """Return the cells of several metrics over the same slices, one metric under another.

    Parameters
    ----------
    keys : DataFrame
        One row per slice and period: the columns of ``KEYS`` but metric_id.
    metrics : sequence of Metric
    numbers : sequence of mapping of str to ndarray of float, shape (n_keys,)
        Of each metric ``value`` (NaN where it is undefined), ``n``, and what else it has of
        lower, upper, numerator, denominator and smallest.

    Returns
    -------
    DataFrame
        ``COLUMNS`` and ``smallest``; an undefined value has a reason and no interval.
    """
    size = len(keys)
    # Building whole columns at once costs a tenth of one frame per metric.
    tiled = np.tile(np.arange(size), len(metrics))
    columns: dict[str, object] = {
        "metric_id": _texts(np.repeat(np.array([m.id for m in metrics], dtype=object), size))
    }
    for name in KEYS[1:]:
        columns[name] = _texts(keys[name].to_numpy(dtype=object)[tiled])
    for name in _NUMBERS:
        nothing = np.full(size, 0.0 if name == SMALLEST else np.nan)
        columns[name] = np.concatenate([found.get(name, nothing) for found in numbers])
    cells = pd.DataFrame(columns)
    undefined = cells["value"].isna().to_numpy()
    cells.loc[undefined, ["lower", "upper"]] = np.nan
    reasons = np.repeat(np.array([m.undefined_reason for m in metrics], dtype=object), size)
    cells["status"] = _texts(np.where(undefined, UNDEFINED, SHOWN).astype(object))
    cells["reason"] = _texts(np.where(undefined, reasons, ""))
    return cells[[*COLUMNS, SMALLEST]]


def together(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Put frames under one another; empty ones would only blur the column types."""
    filled = [frame for frame in frames if not frame.empty]
    if not filled:
        return pd.DataFrame(columns=[*COLUMNS, SMALLEST])
    return pd.concat(filled, ignore_index=True)


def sorted_keys(keys: pd.DataFrame) -> NDArray[np.intp]:
    """Return the order of slices and periods in which cells are written."""
    codes = [pd.factorize(keys[name], sort=True)[0] for name in KEYS[1:]]
    order: NDArray[np.intp] = np.lexsort(codes[::-1])
    return order


def _texts(values: NDArray[np.object_]) -> pd.Series:
    """Keep texts as objects, which are repeated and taken far faster than Arrow's strings."""
    return pd.Series(values, dtype=object)
