"""Sums of answers, checked once, with every name as a number: what lattices are laid out from.

Frames are slow on the few hundred rows of a survey, so names and sums are arrays from here on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from warehouse.disclosure.item import Item, Whole

ATOM = ("department", "cohort", "quarter")
_SUMS = ("n", "people", "total", "favorable")
_QUARTER = re.compile(r"\d{4}Q[1-4]")


class AnswersBroken(ValueError):
    """The sums of answers contradict themselves or their scale."""


@dataclass(frozen=True)
class Answers:
    """Sums by atom and item.

    Attributes
    ----------
    names : dict of ndarray of str
        The departments, cohorts and quarters there are, by kind, each sorted.
    codes : dict of ndarray of int, shape (n_rows,)
        Of each row, the positions of its department, cohort and quarter among the names.
    item : ndarray of int, shape (n_rows,)
        Position of the item.
    sums : dict of ndarray of int, shape (n_rows,)
        n, people, total and favorable.
    """

    names: dict[str, np.ndarray]
    codes: dict[str, Whole]
    item: Whole
    sums: dict[str, Whole]

    def of(self, rows: np.ndarray) -> Answers:
        """Return some of the rows."""
        codes = {kind: code[rows] for kind, code in self.codes.items()}
        sums = {name: column[rows] for name, column in self.sums.items()}
        return Answers(self.names, codes, self.item[rows], sums)

    def atoms(self) -> tuple[Whole, Whole]:
        """Return the number of each row's atom, and where each atom comes first."""
        return numbered([(self.codes[kind], len(self.names[kind])) for kind in ATOM])


def checked(given: pd.DataFrame, items: Sequence[Item]) -> Answers:
    """Check and number the answers of a survey.

    Parameters
    ----------
    given : DataFrame
        ``answers`` of a :class:`warehouse.disclosure.lattice.Survey`.
    items : sequence of Item

    Raises
    ------
    AnswersBroken
        A sum lies outside its scale, an atom comes twice, a name or an item is unknown.
    """
    place = {item.id: i for i, item in enumerate(items)}
    item = given["item"].to_numpy(dtype=object)
    unknown = set(item) - set(place)
    if unknown or len(place) != len(items):
        raise AnswersBroken(f"Items unknown or declared twice: {sorted(unknown)}")
    number = np.array([place[name] for name in item], dtype=np.int64)
    names, codes = {}, {}
    for kind in ATOM:
        column = given[kind].to_numpy(dtype=object).astype(str)
        names[kind], codes[kind] = np.unique(column, return_inverse=True)
        names[kind] = names[kind].astype(object)
    keys = [(codes[kind], len(names[kind])) for kind in ATOM]
    if len(numbered([*keys, (number, len(items))])[1]) != len(given):
        raise AnswersBroken("An atom comes twice for one item.")
    is_quarter = all(_QUARTER.fullmatch(name) for name in names["quarter"])
    if not is_quarter or any("" in names[kind] for kind in ATOM):
        raise AnswersBroken("An atom needs a department, a cohort and a quarter such as 2026Q3.")
    usual = {"favorable": np.zeros(len(given)), "people": given["n"].to_numpy()}
    sums = {name: given[name].to_numpy() if name in given else usual[name] for name in _SUMS}
    broken = np.flatnonzero(~_fits(sums, items, number))
    if len(broken):
        row = [str(given[name].iloc[broken[0]]) for name in (*ATOM, "item")]
        raise AnswersBroken(f"A sum of answers lies outside its scale: {', '.join(row)}")
    return Answers(names, codes, number, {name: s.astype(np.int64) for name, s in sums.items()})


def _fits(sums: dict[str, np.ndarray], items: Sequence[Item], number: Whole) -> np.ndarray:
    """Tell which sums lie inside the scale of their item."""
    n, people, total, favorable = (sums[name].astype(float) for name in _SUMS)
    low, high, start = (
        np.array([getattr(item, end) for item in items], dtype=float)[number]
        for end in ("low", "high", "favorable_from")
    )
    joint = ~np.isnan(start)
    whole = np.isfinite(n + total + favorable) & (n % 1 == 0) & (total % 1 == 0)
    inside = (n >= 0) & (n * low <= total) & (total <= n * high)
    whole &= (people % 1 == 0) & (people <= n) & ((people > 0) == (n > 0))
    counted = (favorable >= 0) & (favorable <= n)
    least = (n - favorable) * low + favorable * np.where(joint, start, low)
    most = (n - favorable) * (np.where(joint, start, high + 1) - 1) + favorable * high
    fits: np.ndarray = whole & inside
    fits &= ~joint | (counted & (least <= total) & (total <= most))
    return fits


def numbered(columns: Sequence[tuple[Whole, int]]) -> tuple[Whole, Whole]:
    """Give rows numbers by several columns, equal ones alike and in order.

    Parameters
    ----------
    columns : sequence of (codes, how many there are)

    Returns
    -------
    tuple of ndarray of int
        The number of each row, and where each number comes first.
    """
    code = np.zeros(len(columns[0][0]), dtype=np.int64)
    for own, count in columns:
        code = code * count + own
    _, first, number = np.unique(code, return_index=True, return_inverse=True)
    return number, first
