"""The attacker's programs: sums of answers by atom, under everything that is printed."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import Any

import highspy
import numpy as np

from warehouse.disclosure.item import Item

_NEAR = 1e-5
_NODES = 20_000
_PRIMAL = 4

Row = tuple[np.ndarray, np.ndarray, float, float]  # columns, their weights, lower, upper


class Unsolved(Exception):
    """A program was not solved."""


class Tables:
    """All answer tables that agree with the printed numbers.

    Parameters
    ----------
    low, high : ndarray of int, shape (n_columns,)
        Limits of the sum of each atom (and measure).
    rows : sequence of (columns, weights, lower, upper)
        What each printed number says.
    """

    def __init__(self, low: np.ndarray, high: np.ndarray, rows: Sequence[Row]) -> None:
        self._low, self._high, self._rows = low, high, list(rows)
        self._watched: list[np.ndarray] = []
        self._model: highspy.Highs | None = None
        self._whole: highspy.Highs | None = None

    def tie(self, item: Item, n: np.ndarray) -> None:
        """Tie each atom's sum to its favorable answers: none below the first favorable answer."""
        start = int(item.favorable_from or 0)
        for atom, size in enumerate(n):
            both = np.array([atom, atom + len(n)], dtype=np.int32)
            rise = float(item.high - (start - 1))
            self._rows += [
                (both, np.array([1.0, -float(start - item.low)]), float(item.low * size), np.inf),
                (both, np.array([1.0, -rise]), -np.inf, float((start - 1) * size)),
            ]

    def watch(self, targets: Sequence[np.ndarray]) -> None:
        """Keep the smallest and largest sums seen of these groups, in whole-number tables."""
        self._watched = list(targets)
        self._sizes = [len(columns) for columns in targets]
        self._flat = np.concatenate([*targets, np.zeros(0, dtype=np.int32)])
        self._starts = np.cumsum([0, *self._sizes[:-1]])
        self._least = np.full(len(targets), np.inf)
        self._most = np.full(len(targets), -np.inf)

    def seen(self) -> np.ndarray:
        """Return how far apart two tables were that agree with everything, by target."""
        found: np.ndarray = np.maximum(self._most - self._least, 0.0)
        return found

    def all_open(self) -> bool:
        """Tell whether every target was seen at both ends of what is possible at all."""
        ends = (
            np.add.reduceat(limit[self._flat], self._starts) for limit in (self._low, self._high)
        )
        low, high = ends
        return bool((self._least <= low).all() and (self._most >= high).all())

    def push(self, *, seed: int) -> None:
        """Push all targets up, then down, in random proportions; with the seed's parity, mixed."""
        rng = np.random.default_rng(seed)
        count = len(self._watched)
        weight = rng.uniform(0.5, 1.5, count)
        if seed % 2:
            weight *= rng.choice([-1.0, 1.0], count)
        costs = np.zeros(len(self._low))
        np.add.at(costs, self._flat, np.repeat(weight, self._sizes))
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
            sums = np.add.reduceat(table[self._flat], self._starts)
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
        model.passModel(_program(self._low, self._high, self._rows, whole=whole))
        if whole:
            model.setOptionValue("mip_max_nodes", _NODES)
            self._whole = model
        else:
            model.setOptionValue("presolve", "off")
            model.setOptionValue("simplex_strategy", _PRIMAL)
            self._model = model
        return model


def _program(low: np.ndarray, high: np.ndarray, rows: Sequence[Row], *, whole: bool) -> Any:
    """Return the program in one piece: row by row the solver takes much longer to read it."""
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(low), len(rows)
    program.col_cost_ = np.zeros(len(low))
    program.col_lower_, program.col_upper_ = low.astype(float), high.astype(float)
    program.row_lower_ = np.array([lower for _, _, lower, _ in rows], dtype=float)
    program.row_upper_ = np.array([upper for _, _, _, upper in rows], dtype=float)
    matrix = program.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.cumsum([0, *(len(columns) for columns, *_ in rows)]).astype(np.int32)
    matrix.index_ = np.concatenate([*(row[0] for row in rows), np.zeros(0, dtype=np.int32)])
    matrix.value_ = np.concatenate([*(row[1] for row in rows), np.zeros(0)])
    if whole:
        program.integrality_ = [highspy.HighsVarType.kInteger] * len(low)
    return program


def _solve_afresh(model: highspy.Highs, *, is_kept: bool) -> None:
    """Solve from the start and in the usual way, where going on from the last vertex was lost."""
    for name, value in (("presolve", "choose"), ("simplex_strategy", 0)):
        model.setOptionValue(name, value)
    model.clearSolver()
    model.run()
    if is_kept:
        for name, value in (("presolve", "off"), ("simplex_strategy", _PRIMAL)):
            model.setOptionValue(name, value)
