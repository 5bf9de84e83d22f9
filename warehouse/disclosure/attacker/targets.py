"""Whom the attacker is after: cells of the lattice, and what changed from release to release."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from warehouse.disclosure.attacker.harvest import KEYS, Harvest
from warehouse.disclosure.item import Item

_WHEN = (["quarter"], ["year"], ["quarter", "release"])


def targets_of(read: Harvest, item: Item, minimum: int) -> list[np.ndarray]:
    """Return the atoms (positions) of every group with 0 < n < minimum answers to an item.

    A group is a department or all, in a cohort or all, in a quarter or a year; and the same among
    the answers that a later release added to a quarter.
    """
    n = read.sums(item, "n")
    some = np.flatnonzero(n > 0)
    column = {key: read.atoms[key].to_numpy(dtype=object)[some] for key in KEYS}
    column["year"] = np.array([quarter[:4] for quarter in column["quarter"]], dtype=object)
    found: dict[tuple[int, ...], np.ndarray] = {}
    for who, cohort, when in product(([], ["department"]), ([], ["cohort"]), _WHEN):
        code = _cells([column[key] for key in (*who, *cohort, *when)])
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
    parts = [" + ".join(sorted(set(chosen[key]))) for key in ("department", "cohort", "quarter")]
    if atoms.groupby("quarter")["release"].nunique().max() > 1:
        parts.append("added by release " + ", ".join(map(str, sorted(set(chosen["release"])))))
    return ", ".join(parts)
