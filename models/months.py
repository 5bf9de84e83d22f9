"""Months as numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd


def month_number(days: pd.Series) -> pd.Series:
    """Month as year * 12 + month - 1; missing days stay missing (float)."""
    return days.dt.year * 12 + days.dt.month - 1


def month_start(months: np.ndarray) -> np.ndarray:
    """First day of numbered months, datetime64[D]."""
    days: np.ndarray = (np.asarray(months, dtype=np.int64) - 1970 * 12).astype("datetime64[M]")
    return days.astype("datetime64[D]")
