"""Releases by rules that do not suffice, for the attacker to break."""

from __future__ import annotations

import numpy as np
import pandas as pd

from warehouse.disclosure.item import Item
from warehouse.disclosure.suppression import hide

KEYS = ["department", "cohort", "period"]


def full_cube(answers: pd.DataFrame, items: tuple[Item, ...]) -> pd.DataFrame:
    """Print the mean of every department, cohort, quarter and year, and of all combinations."""
    frames = []
    for item in items:
        rows = answers[answers["item"] == item.id]
        for period in (rows["quarter"], rows["quarter"].str[:4]):
            for department in (rows["department"], ""):
                for cohort in (rows["cohort"], ""):
                    keys = rows.assign(department=department, cohort=cohort, period=period)
                    sums = keys.groupby(KEYS)[["n", "total"]].sum().reset_index()
                    frames.append(sums.assign(item=item.id))
    cube = pd.concat(frames, ignore_index=True)
    value = np.floor(10 * cube["total"] / cube["n"] + 0.5) / 10
    return cube.assign(value=value, decimals=1, release=1)


def threshold_only(answers: pd.DataFrame, items: tuple[Item, ...], minimum: int) -> pd.DataFrame:
    """Hide what rests on too few answers, and nothing else."""
    cube = full_cube(answers, items)
    return cube[cube["n"] >= minimum]


def next_smallest(answers: pd.DataFrame, items: tuple[Item, ...], minimum: int) -> pd.DataFrame:
    """Hide, as survey vendors do, the next smallest cohort of a department with a hidden one."""
    cube = full_cube(answers, items)
    cell = (cube["department"] != "") & (cube["cohort"] != "")
    row = ["item", "department", "period"]
    few = cube["n"] < minimum
    has_hidden = (few & cell).groupby([cube[key] for key in row]).transform("any")
    open_cells = cube[cell & has_hidden & ~few].sort_values([*row, "n"], kind="stable")
    return cube[~few].drop(open_cells.groupby(row).head(1).index)


def closed_lines(answers: pd.DataFrame, items: tuple[Item, ...], minimum: int) -> pd.DataFrame:
    """Hide by the rule for workforce figures: along every line, until each is closed."""
    cube = full_cube(answers, items)
    is_quarter = cube["period"].str.contains("Q")
    cells = cube.assign(
        metric_id=cube["item"], program="", population="", tells_of="",
        is_additive=True, is_confidential=False,
        smallest=0.0, period_kind=np.where(is_quarter, "quarter", "year"),
    )  # fmt: skip
    why = hide(cells, minimum=np.full(len(cells), minimum))
    return cube[(why == "").to_numpy()]
