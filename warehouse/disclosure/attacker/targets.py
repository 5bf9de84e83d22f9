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
    people = read.sums(item, "people")
    some = np.flatnonzero(people > 0)
    if not len(some):
        return []
    codes = {key: read.codes[key][some] for key in (*KEYS, "year")}
    # a key with one name for all answers leaves groups as they are
    telling = {key for key, code in codes.items() if (code != code[0]).any()}
    groupings = dict.fromkeys(
        tuple(key for key in (*who, *cohort, *role, *when) if key in telling)
        for who, cohort, role, when in product(
            ([], ["department"]), ([], ["cohort"]), _ROLES, _WHEN
        )
    )
    found: dict[bytes, np.ndarray] = {}
    for keys in groupings:
        for cell in _small_cells([codes[key] for key in keys], people[some], minimum):
            found.setdefault(cell.tobytes(), some[cell])
    return list(found.values())


def _small_cells(columns: list[np.ndarray], people: np.ndarray, minimum: int) -> list[np.ndarray]:
    """Return the rows of every distinct combination of several columns with too few people."""
    code = np.zeros(len(people), dtype=np.int64)
    for column in columns:
        code = code * (column.max() + 1) + column
    order = np.argsort(code, kind="stable")
    start = np.flatnonzero(np.diff(code[order], prepend=-1))
    end = np.append(start[1:], len(order))
    size = np.add.reduceat(people[order], start)
    return [order[start[i] : end[i]] for i in np.flatnonzero(size < minimum)]


def name_of(atoms: pd.DataFrame, positions: np.ndarray) -> str:
    """Name a group by its departments, cohorts, quarters and, where they differ, releases."""
    chosen = atoms.iloc[positions]
    names = [sorted(set(chosen[key]) - {""}) for key in (*WHO[:3], "quarter")]
    parts = [" + ".join(name) for name in names if name]
    if atoms.groupby("quarter")["release"].nunique().max() > 1:
        parts.append("added by release " + ", ".join(map(str, sorted(set(chosen["release"])))))
    return ", ".join(parts)
