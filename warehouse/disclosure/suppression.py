"""Hide small groups, and what they could be worked out from by subtraction.

A line is a shown total and the cells that add up to it: the departments or cohorts of the company,
the populations of everyone, the quarters of a year. In every line whose total is shown, the hidden
cells together must hold either nobody or at least a minimum group, and never be a single one.

This rule looks at one line at a time. An attacker who combines lines, or releases, can still learn
something in rare cases; the exact algorithm replaces :func:`hide` without changing its callers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from warehouse.periods import months_before, parse_period, quarter_of

FEW_PEOPLE = "small"
WORKED_OUT = "complement"
SLICE = ["program", "cohort", "department", "population"]
# What populations add up to; all others, groups such as grades included, to everyone.
_WHOLE = {"mentor": "participants", "mentee": "participants"}
_WINDOW_MONTHS = (0, 3, 6, 9)  # quarters that a figure over twelve months looks back on


@dataclass(frozen=True)
class _Sizes:
    """People behind each cell, people in its smallest protected group, smallest group allowed."""

    people: np.ndarray
    group: np.ndarray
    minimum: np.ndarray


def hide(cells: pd.DataFrame, *, minimum: np.ndarray) -> pd.Series:
    """Decide which cells of sensitive metrics are hidden, and why.

    Parameters
    ----------
    cells : DataFrame
        Cells of sensitive metrics only, as :func:`warehouse.cube.compute_cells` gives them, with
        ``is_additive``, ``tells_of`` and ``is_confidential`` of their metric.
    minimum : ndarray of int, shape (n_cells,)
        Smallest group that may be shown.

    Returns
    -------
    Series of str
        "small", "complement", or "" where the cell is shown; the index of ``cells``.
    """
    table = cells.reset_index(drop=True)
    sizes = _Sizes(
        table["n"].fillna(0).to_numpy(dtype=float),
        table["smallest"].fillna(0).to_numpy(dtype=float),
        minimum,
    )
    why = _too_small(table, sizes)
    lines = _lines(table)
    tells = (table["tells_of"] != "").to_numpy() & (sizes.people > 0)
    _close_all([line for line in lines if not tells[line[1]]], why, sizes)
    hidden = _hidden_keys(table, why)
    for row, (source, *where, period) in zip(
        np.flatnonzero(tells),
        _tuples(table.loc[tells, ["tells_of", *SLICE, "period"]]),
        strict=True,
    ):
        if not why[row] and any((source, *where, p) in hidden for p in _told_periods(period)):
            why[row] = WORKED_OUT
    _close_all([line for line in lines if tells[line[1]]], why, sizes)
    return pd.Series(why, index=cells.index)


def _too_small(table: pd.DataFrame, sizes: _Sizes) -> np.ndarray:
    is_company = (table[["program", "cohort", "department"]] == "").all(axis=1).to_numpy()
    is_everyone = table["population"].isin(["", "everyone"]).to_numpy()
    few = (sizes.people > 0) & (sizes.people < sizes.minimum)
    few_events = (sizes.group > 0) & (sizes.group < sizes.minimum)
    # How many of a whole company left is no secret, what four people answered is.
    is_told = is_company & is_everyone & ~table["is_confidential"].to_numpy(dtype=bool)
    few |= few_events & ~is_told
    return np.where(few, FEW_PEOPLE, "").astype(object)


@cache
def _told_periods(period: str) -> tuple[str, ...]:
    """Return the period and the quarters a figure over its last twelve months looks back on."""
    last = parse_period(period).ends_on
    return (period, *(quarter_of(months_before(last, m)).name for m in _WINDOW_MONTHS))


def _hidden_keys(table: pd.DataFrame, why: np.ndarray) -> set[tuple[str, ...]]:
    return set(_tuples(table.loc[why != "", ["metric_id", *SLICE, "period"]]))


def _lines(table: pd.DataFrame) -> list[tuple[np.ndarray, int]]:
    """Return the positions of the parts of every line, with the position of its total."""
    keys = ["metric_id", *SLICE, "period"]
    position = {key: i for i, key in enumerate(_tuples(table[keys]))}
    is_quarter = (table["period_kind"] == "quarter") & table["is_additive"]
    is_part = ~table["population"].isin(["", "everyone"]) & table["is_additive"]
    kinds = (
        ("department", table["department"] != "", ""),
        ("cohort", table["cohort"] != "", ""),
        ("population", is_part, table["population"].map(_WHOLE).fillna("everyone")),
        ("period", is_quarter, table["period"].str[:4]),
    )
    lines = []
    for name, chosen, total in kinds:
        parts = table.loc[chosen, keys].assign(**{name: total})
        parts_of: dict[tuple[str, ...], list[int]] = {}
        for row, key in zip(parts.index, _tuples(parts), strict=True):
            parts_of.setdefault(key, []).append(row)
        lines += [
            (np.array(rows), position[key]) for key, rows in parts_of.items() if key in position
        ]
    return lines


def _tuples(table: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    # columns of objects are walked far faster than Arrow's strings
    rows: Iterator[tuple[str, ...]] = table.astype(object).itertuples(index=False, name=None)
    return rows


def _close_all(lines: list[tuple[np.ndarray, int]], why: np.ndarray, sizes: _Sizes) -> None:
    """Hide until no line gives anything away; every step hides one more cell, so it ends."""
    is_open = True
    while is_open:
        is_open = False
        for line, total in lines:
            is_open |= _close(line, total, why, sizes)


def _close(line: np.ndarray, total: int, why: np.ndarray, sizes: _Sizes) -> bool:
    """Hide one more cell of a line that gives a hidden one away; tell whether one was hidden."""
    hidden, needed = line[why[line] != ""], sizes.minimum[total]
    is_open = bool(len(hidden))
    if why[total]:  # which its parts would give away if all were shown
        rest = sizes.people[total] - sizes.people[line].sum()
        is_open = not sizes.people[hidden].any() and rest < needed
    if not sizes.people[total] or not is_open:
        return False
    people, group = sizes.people[hidden].sum(), sizes.group[hidden].sum()
    if len(hidden) > 1 and people >= needed and not 0 < group < needed:
        return False
    candidates = line[(why[line] == "") & (sizes.people[line] > 0)]
    if not len(candidates):
        is_new, why[total] = not why[total], why[total] or WORKED_OUT
        return is_new
    # A cell without events hides no event: the smallest one that has some comes first.
    is_useless = (sizes.group[candidates] == 0) & (group > 0)
    order = np.lexsort((candidates, sizes.people[candidates], is_useless))
    why[candidates[order[0]]] = WORKED_OUT
    return True
