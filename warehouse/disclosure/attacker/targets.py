"""Whom the attacker is after: cells of the lattice, and what changed from release to release."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from warehouse.disclosure.attacker.harvest import KEYS, WHO, Harvest
from warehouse.disclosure.item import Item

_WHEN = (["quarter"], ["year"], ["quarter", "release"])
_ROLES: tuple[list[str], ...] = ([], ["population"], ["side"])


def targets_of(read: Harvest, item: Item, minimum: int) -> list[np.ndarray]:
    """Return the atoms (positions) of every group of 0 < people < minimum who answered an item.

    A group is a department or all, in a cohort or all, of a population, a side or all, in a quarter
    or a year; and the same among the answers that a later release added to a quarter.
    """
    n = read.sums(item, "people")
    some = np.flatnonzero(n > 0)
    column = {key: read.atoms[key].to_numpy(dtype=object)[some] for key in KEYS}
    column["year"] = np.array([quarter[:4] for quarter in column["quarter"]], dtype=object)
    found: dict[tuple[int, ...], np.ndarray] = {}
    for who, cohort, role, when in product(([], ["department"]), ([], ["cohort"]), _ROLES, _WHEN):
        code = _cells([column[key] for key in (*who, *cohort, *role, *when)])
        size = np.bincount(code, n[some])
        for cell in np.flatnonzero(size < minimum):
            positions = some[code == cell]
            found.setdefault(tuple(positions), positions)
    return list(found.values())


def _cells(columns: list[np.ndarray]) -> np.ndarray:
    """Give every distinct combination of several columns a number."""
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        value, own = np.unique(column, return_inverse=True)
        code = np.unique(code * len(value) + own, return_inverse=True)[1]
    return code


def name_of(atoms: pd.DataFrame, positions: np.ndarray) -> str:
    """Name a group by its departments, cohorts, quarters and, where they differ, releases."""
    chosen = atoms.iloc[positions]
    names = [sorted(set(chosen[key]) - {""}) for key in (*WHO[:3], "quarter")]
    parts = [" + ".join(name) for name in names if name]
    if atoms.groupby("quarter")["release"].nunique().max() > 1:
        parts.append("added by release " + ", ".join(map(str, sorted(set(chosen["release"])))))
    return ", ".join(parts)
