"""Disclosure by brute force: every table of whole numbers that agrees with what is printed.

Slow, and written apart from both suppression and the attacker.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, product
from math import floor

import numpy as np
import pandas as pd

from warehouse.disclosure.item import Item

KEYS = ["department", "cohort", "quarter"]


def looks(item: Item, n: int, total: int) -> tuple[object, ...]:
    """Return everything an attacker sees of a figure: one and two decimals, or the bound."""
    if total - n * item.low < 2 * item.units_per_point:
        return ("low",)
    if n * item.high - total < 2 * item.units_per_point:
        return ("high",)
    value = Fraction(total * item.printed_per_point, n * item.units_per_point)
    return tuple(floor(value * 10**d + Fraction(1, 2)) for d in (1, 2))


def agreeing_tables(
    item: Item, n: Sequence[int], total: Sequence[int], figures: np.ndarray
) -> np.ndarray:
    """Return all sums by atom, shape (n_tables, n_atoms), that look the same in every figure."""
    ends = [np.arange(size * item.low, size * item.high + 1) for size in n]
    tables = np.array(np.meshgrid(*ends, indexing="ij")).reshape(len(n), -1).T
    for figure in figures:
        size = int(figure @ np.array(n))
        if size == 0:
            continue
        truth = looks(item, size, int(figure @ np.array(total)))
        sums = tables @ figure
        alike = {s: looks(item, size, int(s)) == truth for s in np.unique(sums)}
        tables = tables[[alike[s] for s in sums]]
    return tables


def is_learned(item: Item, n: int, width: int) -> bool:
    """Tell whether a group's sum is known too well."""
    prior = n * (item.high - item.low)
    point = min(Fraction(item.units_per_point), Fraction(item.high - item.low, 4))
    return width < prior and (width <= 2 * item.units_per_point or Fraction(width, n) < point)


def cells(atoms: pd.DataFrame, *, years: bool) -> np.ndarray:
    """Return all cells of the lattice as 0/1 rows."""
    found = set()
    periods = [atoms["quarter"], *([atoms["quarter"].str[:4]] if years else [])]
    for period, by_department, by_cohort in product(periods, (0, 1), (0, 1)):
        keys = atoms.assign(
            period=period,
            department=atoms["department"] if by_department else "",
            cohort=atoms["cohort"] if by_cohort else "",
        )
        for key in keys[["department", "cohort", "period"]].drop_duplicates().to_numpy():
            member = (keys[["department", "cohort", "period"]] == key).all(axis=1)
            found.add(tuple(member.astype(int)))
    return np.array(sorted(found))


def derivable(figures: np.ndarray, n: Sequence[int], minimum: int) -> list[tuple[int, ...]]:
    """Return every set of atoms with answers, 0 < n < minimum, in the span of the figures."""
    some = [i for i, size in enumerate(n) if size > 0]
    known = figures[:, some].astype(float)
    rank = np.linalg.matrix_rank(known) if len(known) else 0
    found = []
    for count in range(1, min(len(some), minimum - 1) + 1):
        for group in combinations(range(len(some)), count):
            if sum(n[some[i]] for i in group) < minimum:
                row = np.zeros((1, len(some)))
                row[0, list(group)] = 1
                if np.linalg.matrix_rank(np.vstack([known, row])) == rank:
                    found.append(tuple(some[i] for i in group))
    return found
