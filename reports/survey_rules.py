"""Figures about answers that say more than one sum does, and when they are safe to show.

A change on the same people lies between two levels, a gap between what mentors and mentees say.
Exact suppression sees each as a survey of its own; these rules say where it could be combined with
the levels beside it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from warehouse.metrics import voice as metrics

_FIGURE = ["department", "cohort", "population", "period"]


def withheld_changes(
    cells: pd.DataFrame, kept: pd.DataFrame, status: pd.DataFrame, ends: dict[str, set[str]]
) -> pd.DataFrame:
    """Return the changes that could be combined with levels to tell about few people.

    Withheld are changes that differ from the two levels by fewer people than the minimum group
    (``guarded``), those beside a level that is not shown as it is today, now or at the earlier
    end, and those of a year one of whose quarters is withheld.

    Parameters
    ----------
    cells : DataFrame
        New changes of one metric for the whole company: keys and ``guarded``.
    kept : DataFrame
        Those published before.
    status : DataFrame
        Keys and status of figures decided so far, levels among them; those whose answers are not
        the same any more are left out.
    ends : mapping of quarter to earlier quarters
        Where the earlier scores of a quarter's changes are from.
    """
    if cells.empty:
        return cells[_FIGURE]
    metric_id = str(cells["metric_id"].iloc[0])
    level = _of_company(status, metric_id.removesuffix(metrics.CHANGE))
    known = {quarter for _, quarter in level}

    def is_open(population: str, period: str) -> bool:
        before = ends.get(period, set())
        if level.get((population, period)) != "shown" or not before <= known:
            return True
        return any(level.get((population, quarter), "shown") != "shown" for quarter in before)

    keys = list(zip(*_columns(cells, "population", "period"), strict=True))
    guarded, kinds = _columns(cells, "guarded", "period_kind")
    is_withheld = [
        state != "shown" or is_open(*key) for state, key in zip(guarded, keys, strict=True)
    ]
    quarters = {
        key
        for key, kind, withheld in zip(keys, kinds, is_withheld, strict=True)
        if withheld and kind == "quarter"
    }
    hidden = kept[(kept["status"] != "shown") & (kept["department"] == "") & (kept["cohort"] == "")]
    quarters |= set(zip(*_columns(hidden, "population", "period"), strict=True))
    years = {(population, quarter[:4]) for population, quarter in quarters}
    in_year = [key in years for key in keys]
    return cells.loc[np.array(is_withheld) | np.array(in_year), _FIGURE]


def withheld_gaps(cells: pd.DataFrame, status: pd.DataFrame) -> pd.DataFrame:
    """Return the gaps of periods in which mentors or mentees are hidden: one tells of the other.

    Parameters
    ----------
    cells : DataFrame
        New gaps for the whole company.
    status : DataFrame
        Keys and status of figures decided so far, mutual benefit among them.
    """
    level = _of_company(status, metrics.BENEFIT_METRIC)
    is_hidden = [
        any(level.get((role, period)) != "shown" for role in ("mentor", "mentee"))
        for period in cells["period"]
    ]
    return cells.loc[is_hidden, _FIGURE]


def _of_company(status: pd.DataFrame, metric_id: str) -> dict[tuple[str, str], str]:
    names = ("metric_id", "department", "cohort", "population", "period", "status")
    return {
        (population, period): found
        for metric, department, cohort, population, period, found in zip(
            *_columns(status, *names), strict=True
        )
        if metric == metric_id and department == cohort == ""
    }


def _columns(rows: pd.DataFrame, *names: str) -> list[np.ndarray]:
    return [rows[name].to_numpy(dtype=object) for name in names]
