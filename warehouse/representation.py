"""How strongly groups of people are represented among participants: their reach against all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from warehouse import intervals
from warehouse.cells import SLICES, SMALLEST, Numbers, sorted_keys, stack, together
from warehouse.engine import Warehouse
from warehouse.facts.grain import Span
from warehouse.facts.reach import GROUPS, group_sizes
from warehouse.metrics import BY_ID

EVERYONE = "everyone"
NOTHING_TO_COMPARE = "A comparison of groups has no figure for everyone"


def department_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """Compare each department's reach with that of all, by quarter and year.

    Parameters
    ----------
    cells : DataFrame
        Those of the metric ``reach`` at least, or no rows at all.
    """
    if cells.empty:
        return cells
    reach = cells[(cells["metric_id"] == "reach") & (cells["period_kind"] != "month")]
    reach = reach[reach["program"] == ""]
    parts = reach[reach["department"] != ""]
    every = reach[reach["department"] == ""]
    return stack(parts, [BY_ID["representativeness"]], [_compare(parts, every)])


def group_cells(warehouse: Warehouse, span: Span) -> pd.DataFrame:
    """Compare the reach of each grade, job family and site with that of all.

    The group stands in the column population. The row of everyone has no value; it tells
    disclosure control what the groups add up to.
    """
    sizes = warehouse.read(group_sizes(span))
    sizes = sizes.rename(columns={"participant": "numerator", "eligible": "denominator"})
    sizes = sizes.assign(**dict.fromkeys(SLICES, ""), n=sizes["denominator"])
    every = sizes[sizes[list(GROUPS)].isna().all(axis=1)]
    found = []
    for column, metric_id in GROUPS.items():
        parts = sizes[sizes[column].notna()]
        keyed = pd.concat([parts.assign(population=parts[column]), every.assign(population="")])
        is_total = keyed["population"].to_numpy(dtype=object) == ""
        keyed["population"] = np.where(is_total, EVERYONE, keyed["population"])
        order = sorted_keys(keyed)
        keyed, is_total = keyed.iloc[order], is_total[order]
        numbers = dict(_compare(keyed, every))
        numbers["value"] = np.where(is_total, np.nan, numbers["value"])
        cells = stack(keyed, [BY_ID[metric_id]], [numbers])
        cells.loc[is_total, "reason"] = NOTHING_TO_COMPARE
        found.append(cells)
    return together(found)


def _compare(parts: pd.DataFrame, every: pd.DataFrame) -> Numbers:
    """Divide the reach of parts by that of all in the same period."""
    count, size = (parts[name].to_numpy(dtype=float) for name in ("numerator", "denominator"))
    total = every.set_index("period")[["numerator", "denominator"]].reindex(parts["period"])
    all_count, all_size = total.to_numpy(dtype=float).T
    known = (size > 0) & (all_count > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(known, (count / size) / (all_count / all_size), np.nan)
    lower, upper = intervals.relative_share(count, size, all_count, all_size)
    return {
        "value": value, "lower": lower, "upper": upper, "numerator": count, "denominator": size,
        "n": parts["n"].to_numpy(dtype=float), SMALLEST: count,
    }  # fmt: skip
