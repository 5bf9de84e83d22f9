"""The attacker's programs: sums of answers by atom, under everything that is printed."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

import highspy
import numpy as np

from warehouse.disclosure.item import Item

_NEAR = 1e-5
_NODES = 20_000
_PRIMAL = 4

Row = tuple[np.ndarray, float, float]


class Unsolved(Exception):
    """A program was not solved."""


class Tables:
    """All answer tables that agree with the printed numbers.

    Parameters
    ----------
    low, high : ndarray of int, shape (n_columns,)
        Limits of the sum of each atom (and measure).
    rows : sequence of (columns, lower, upper)
        What each printed number says.
    """

    def __init__(self, low: np.ndarray, high: np.ndarray, rows: Sequence[Row]) -> None:
        self._low, self._high, self._rows = low, high, list(rows)
        self._extra: list[tuple[float, float, np.ndarray, np.ndarray]] = []
        self._watched: list[np.ndarray] = []
        self._model: highspy.Highs | None = None
        self._whole: highspy.Highs | None = None

    def tie(self, item: Item, n: np.ndarray) -> None:
        """Tie each atom's sum to its favorable answers: none below the first favorable answer."""
        start = int(item.favorable_from or 0)
        for atom, size in enumerate(n):
            both = np.array([atom, atom + len(n)], dtype=np.int32)
            rise = float(item.high - (start - 1))
            self._extra += [
                (float(item.low * size), np.inf, both, np.array([1.0, -float(start - item.low)])),
                (-np.inf, float((start - 1) * size), both, np.array([1.0, -rise])),
            ]

    def watch(self, targets: Sequence[np.ndarray]) -> None:
        """Keep the smallest and largest sums seen of these groups, in whole-number tables."""
        self._watched = list(targets)
        self._least = np.full(len(targets), np.inf)
        self._most = np.full(len(targets), -np.inf)

    def seen(self) -> np.ndarray:
        """Return how far apart two tables were that agree with everything, by target."""
        found: np.ndarray = np.maximum(self._most - self._least, 0.0)
        return found

    def push(self, *, seed: int) -> None:
        """Push all targets up, then down, in random proportions; with the seed's parity, mixed."""
        rng = np.random.default_rng(seed)
        costs = np.zeros(len(self._low))
        for columns in self._watched:
            sign = rng.choice([-1.0, 1.0]) if seed % 2 else 1.0
            costs[columns] += sign * rng.uniform(0.5, 1.5)
        for direction in (-1.0, 1.0):
            self._solve(costs * direction, whole=False)

    def width(self, target: int) -> int:
        """Return the whole numbers between a target's linear bounds, less one."""
        low, high = (self._end(target, direction, whole=False) for direction in (1.0, -1.0))
        return floor(high + _NEAR) - ceil(low - _NEAR)

    def whole_width(self, target: int) -> int:
        """Return the same over tables of whole numbers only."""
        low, high = (self._end(target, direction, whole=True) for direction in (1.0, -1.0))
        return round(high - low)

    def _end(self, target: int, direction: float, *, whole: bool) -> float:
        columns = self._watched[target]
        costs = np.zeros(len(self._low))
        costs[columns] = direction
        return float(self._solve(costs, whole=whole)[columns].sum())

    def _solve(self, costs: np.ndarray, *, whole: bool) -> np.ndarray:
        model = self._built(whole=whole)
        model.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        model.run()
        if model.getModelStatus() == highspy.HighsModelStatus.kUnknown:
            _solve_afresh(model, is_kept=not whole)
        if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Unsolved(model.modelStatusToString(model.getModelStatus()))
        point = np.array(model.getSolution().col_value)
        table = np.round(point)
        if np.abs(point - table).max(initial=0.0) < _NEAR:
            sums = np.array([table[columns].sum() for columns in self._watched])
            self._least = np.minimum(self._least, sums)
            self._most = np.maximum(self._most, sums)
        return point

    def _built(self, *, whole: bool) -> highspy.Highs:
        kept = self._whole if whole else self._model
        if kept is not None:
            return kept
        model = highspy.Highs()  # type: ignore[no-untyped-call]
        model.setOptionValue("output_flag", False)
        model.setOptionValue("threads", 1)
        count = len(self._low)
        model.addVars(count, self._low.astype(float), self._high.astype(float))
        for columns, lower, upper in self._rows:
            model.addRow(float(lower), float(upper), len(columns), columns, np.ones(len(columns)))
        for lower, upper, columns, weights in self._extra:
            model.addRow(lower, upper, len(columns), columns, weights)
        if whole:
            kinds = np.full(count, highspy.HighsVarType.kInteger)
            model.changeColsIntegrality(count, np.arange(count, dtype=np.int32), kinds)
            model.setOptionValue("mip_max_nodes", _NODES)
            self._whole = model
        else:
            model.setOptionValue("presolve", "off")
            model.setOptionValue("simplex_strategy", _PRIMAL)
            self._model = model
        return model


def _solve_afresh(model: highspy.Highs, *, is_kept: bool) -> None:
    """Solve from the start and in the usual way, where going on from the last vertex was lost."""
    for name, value in (("presolve", "choose"), ("simplex_strategy", 0)):
        model.setOptionValue(name, value)
    model.clearSolver()
    model.run()
    if is_kept:
        for name, value in (("presolve", "off"), ("simplex_strategy", _PRIMAL)):
            model.setOptionValue(name, value)
