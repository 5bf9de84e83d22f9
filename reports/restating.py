"""What a new definition does to figures that were already published.

Operational figures are restated: every period is computed under today's definition. Protected
figures are append-only: two values of one group under two definitions would be two equations about
its people. A period that was complete when it was published keeps all of its figures, shown and
withheld alike, and each says under which version of its metric it was computed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reports.release import Release

_NUMBERS = ["value", "lower", "upper", "numerator", "denominator", "n"]


def with_versions(
    cells: pd.DataFrame, metrics: pd.DataFrame, previous: Release | None, *, minimum_group: int
) -> pd.DataFrame:
    """Return the figures to publish, each with the version of the definition it is under.

    Parameters
    ----------
    cells : DataFrame
        Figures computed under today's definitions, disclosure control applied.
    metrics : DataFrame
        The release table ``metric`` as it is about to be published.
    previous : Release or None
        The valid release; None where there is none.
    minimum_group : int
        Where it was raised since, kept figures about fewer people are withheld.

    Returns
    -------
    DataFrame
        The columns of ``metric_cell``.
    """
    version = metrics.set_index("metric_id")["version"]
    cells = cells.assign(metric_version=cells["metric_id"].map(version))
    if previous is None:
        return cells
    kept = _published_otherwise(previous, metrics)
    is_covered = _blocks(kept).isin(set(_blocks(cells)))
    kept = kept[is_covered.to_numpy(dtype=bool)]
    if kept.empty:
        return cells
    replaced = _blocks(cells).isin(set(_blocks(kept))).to_numpy(dtype=bool)
    kept = _within(kept, minimum_group)[cells.columns]
    whole = {"n": "Int64", "metric_version": "int64"}
    return pd.concat([cells[~replaced].astype(whole), kept.astype(whole)], ignore_index=True)


def _published_otherwise(previous: Release, metrics: pd.DataFrame) -> pd.DataFrame:
    """Return protected figures of complete periods that are under another version than today's."""
    protected = metrics[metrics["sensitivity"] != "operational"]
    today = protected.set_index("metric_id")["version"]
    before = previous.frame("metric").set_index("metric_id")["version"]
    periods = previous.frame("dimension", is_complete=True)
    cells = previous.frame("metric_cell", metric_id=list(today.index))
    version = cells["metric_version"].fillna(cells["metric_id"].map(before))
    is_other = version != cells["metric_id"].map(today)
    is_complete = cells["period"].isin(set(periods["value"]))
    return cells.assign(metric_version=version)[is_other & is_complete]


def _within(kept: pd.DataFrame, minimum_group: int) -> pd.DataFrame:
    few = (kept["n"] > 0) & (kept["n"] < minimum_group)
    withheld = kept.astype({"n": "float64", "reason": object})
    withheld.loc[few, _NUMBERS] = np.nan
    withheld.loc[few, "status"] = "suppressed"
    withheld.loc[few, "reason"] = f"Fewer than {minimum_group} people"
    return withheld


def _blocks(cells: pd.DataFrame) -> pd.Series:
    return cells["metric_id"] + "|" + cells["period_kind"] + "|" + cells["period"]
