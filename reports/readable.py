"""What may leave the circle of a program's managers: operational figures under the minimum group.

Managers see their pairs by name, so the release keeps operational figures of any size. Everybody
else reads them through this one function: the pages of all other viewers, and every report.
Confidential and workforce figures were dealt with before publishing and pass through unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

DERIVABLE = "Hidden so that a smaller group cannot be worked out"
_NUMBERS = ["value", "lower", "upper", "numerator", "denominator", "n"]
_SLICES = ["program", "cohort", "department"]
_KEYS = ["metric_id", "population", "period", *_SLICES]


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
    hidden = _close_lines(cells[is_operational & (n > 0)], n, small)
    cells = cells.astype({"n": "float64", "reason": object, "status": object})
    cells.loc[hidden, _NUMBERS] = np.nan
    cells.loc[hidden, "status"] = "suppressed"
    cells.loc[hidden, "reason"] = DERIVABLE
    cells.loc[small, "reason"] = f"Fewer than {minimum_group} pairs or people"
    return cells


def _close_lines(cells: pd.DataFrame, n: np.ndarray, small: np.ndarray) -> np.ndarray:
    """Add the next smallest part wherever a line of parts of one total hides just one."""
    if not small.any():
        return small
    hidden = small.copy()
    lines = list(_lines(cells, n))
    is_open = True
    while is_open:  # every step hides one figure more, so it ends
        is_open = False
        for line in lines:
            shown = [row for row in line if not hidden[row]]
            if len(line) - len(shown) == 1 and shown:
                hidden[shown[0]] = True
                is_open = True
    return hidden


def _lines(cells: pd.DataFrame, n: np.ndarray) -> Iterator[list[int]]:
    """Yield the rows of every line, the smallest first.

    A line is all departments, cohorts or programs that share everything else.
    """
    keys = cells[_KEYS].astype(object)
    for part in _SLICES:
        parts = keys[(keys[part] != "").to_numpy(dtype=bool)]
        parts = parts.iloc[np.lexsort((parts[part], n[parts.index]))]
        others = parts.drop(columns=part).itertuples(index=False, name=None)
        lines: dict[tuple[str, ...], list[int]] = {}
        for row, other in zip(parts.index, others, strict=True):
            lines.setdefault(other, []).append(row)
        yield from lines.values()
