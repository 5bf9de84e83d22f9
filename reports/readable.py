"""What may leave the circle of a program's managers: operational figures under the minimum group.

Managers see their pairs by name, so the release keeps operational figures of any size. Everybody
else, and every report, reads them through this function. Confidential and workforce figures were
dealt with before publishing and pass through unchanged.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

DERIVABLE = "Hidden so that a smaller group cannot be worked out"
_NUMBERS = ["value", "lower", "upper", "numerator", "denominator", "n"]
_SLICES = ["program", "cohort", "department"]
_ROUNDS = 20  # each hides at least one figure more; lines are short


def hide_small_groups(
    cells: pd.DataFrame, metrics: pd.DataFrame, *, minimum_group: int
) -> pd.DataFrame:
    """Withhold operational figures about too few, and the next smallest beside a single one.

    Parameters
    ----------
    cells : DataFrame
        Rows of ``metric_cell``; give all departments and cohorts of a period at once, because
        what must be hidden beside a small group depends on its neighbors.
    metrics : DataFrame
        The release table ``metric``.
    minimum_group : int
        People or pairs below which a figure is withheld.

    Returns
    -------
    DataFrame
        The same rows; withheld ones have status suppressed, a reason and no number.
    """
    cells = cells.reset_index(drop=True)
    sensitivity = cells["metric_id"].map(metrics.set_index("metric_id")["sensitivity"])
    is_operational = (sensitivity == "operational").to_numpy()
    n = cells["n"].astype("float64").fillna(0.0).to_numpy()
    small = is_operational & (n > 0) & (n < minimum_group)
    hidden = _close_lines(cells[is_operational], n, small)
    cells = cells.astype({"n": "float64", "reason": object, "status": object})
    cells.loc[hidden, _NUMBERS] = np.nan
    cells.loc[hidden, "status"] = "suppressed"
    cells.loc[hidden, "reason"] = DERIVABLE
    cells.loc[small, "reason"] = f"Fewer than {minimum_group} people"
    return cells


def _close_lines(cells: pd.DataFrame, n: np.ndarray, small: np.ndarray) -> np.ndarray:
    """Add the next smallest part wherever a line of parts of one total hides just one.

    A line is all departments, cohorts or programs that share everything else.
    """
    hidden = small.copy()
    own = cells.assign(size=n[cells.index])
    own = own[own["size"] > 0]
    keys = ["metric_id", "population", "period", *_SLICES]
    for _ in range(_ROUNDS):
        found = False
        for part in _SLICES:
            line = own[own[part] != ""].assign(hidden=lambda rows: hidden[rows.index])
            others = [key for key in keys if key != part]
            lonely = line[line.groupby(others)["hidden"].transform("sum") == 1]
            shown = lonely[~lonely["hidden"]].sort_values(["size", part], kind="stable")
            more = shown.drop_duplicates(others).index
            hidden[more] = True
            found = found or len(more) > 0
        if not found:
            break
    return hidden
