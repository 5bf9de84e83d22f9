"""Days, moments and flags as the exporting systems write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

US = "%m/%d/%Y"


def day(values: np.ndarray | pd.Series, pattern: str = "%Y-%m-%d") -> np.ndarray:
    """Return days as text, "" where there is none."""
    days = np.asarray(values).astype("datetime64[D]")
    distinct, at = np.unique(days, return_inverse=True)
    written = pd.DatetimeIndex(distinct.astype("datetime64[s]")).strftime(pattern)
    return np.where(np.isnat(distinct), "", written.fillna("").to_numpy(dtype=object))[at]


def local_moment(days: np.ndarray, minutes: np.ndarray, zones: np.ndarray) -> pd.Series:
    """Return the moment of a local day and minute, in UTC.

    Parameters
    ----------
    days : ndarray of datetime64[D], shape (k,)
    minutes : ndarray of int, shape (k,)
        Minutes after midnight, local.
    zones : ndarray of str, shape (k,)
        IANA names.

    Returns
    -------
    Series of datetime64[ns, UTC]
    """
    local = pd.Series(days.astype("datetime64[m]") + minutes.astype("timedelta64[m]"))
    utc = pd.Series(pd.NaT, index=local.index, dtype="datetime64[ns, UTC]")
    for zone in np.unique(zones):
        at = zones == zone
        utc[at] = local[at].dt.tz_localize(zone).dt.tz_convert("UTC").astype(utc.dtype)
    return utc


def with_offset(utc: pd.Series, zones: np.ndarray) -> np.ndarray:
    """Return moments as ``2026-03-14T10:30+01:00`` on the clock of their zone."""
    written = np.full(len(utc), "", dtype=object)
    for zone in np.unique(zones):
        at = np.flatnonzero(zones == zone)
        local = utc.iloc[at].dt.tz_convert(zone)
        text = local.dt.strftime("%Y-%m-%dT%H:%M%z")
        written[at] = (text.str[:-2] + ":" + text.str[-2:]).to_numpy()
    return written


def write_csv(
    frame: pd.DataFrame,
    path: Path,
    *,
    separator: str = ",",
    encoding: str = "utf-8",
    line_end: str = "\n",
) -> None:
    """Write a frame of texts; missing cells are blank."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, sep=separator, index=False, encoding=encoding, lineterminator=line_end)
