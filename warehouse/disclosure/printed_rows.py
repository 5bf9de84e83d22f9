"""Everything printed about one item, as rows of a linear or integer program."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from warehouse.disclosure.item import Item, Whole, sum_interval
from warehouse.disclosure.lattice import Lattice
from warehouse.disclosure.program import Program


@dataclass(frozen=True)
class Measure:
    """The sums of one printed number by atom."""

    item: Item
    total: Whole


class PrintedRows:
    """The rows of an item's program: one per printed number, two per atom that ties both sums.

    Columns are sums above the lowest possible one: 0 where everybody gave the lowest answer.
    """

    def __init__(self, lattice: Lattice, item: int, support: np.ndarray) -> None:
        self.item = lattice.items[item]
        self.n: Whole = lattice.n[item, support]
        self.measures = [Measure(self.item, lattice.total[item, support])]
        if self.item.favorable_from is not None:
            self.measures.append(Measure(self.item.share, lattice.favorable[item, support]))
        self._figures = of_columns(lattice.figure_atoms, support)
        size = self._figures @ self.n
        self._answered = size > 0
        self._bounds = [self._interval(m, size) for m in self.measures]

    def of_figure(self, figure: int) -> list[tuple[int, float, float]]:
        """Return row, lower and upper bound of each number printed for a figure."""
        if not self._answered[figure]:
            return []
        step = self._figures.shape[0]
        return [
            (i * step + figure, float(lower[figure]), float(upper[figure]))
            for i, (lower, upper) in enumerate(self._bounds)
        ]

    def binding(self, duals: np.ndarray) -> np.ndarray:
        """Return the figures with a row whose dual is not 0."""
        count, step = len(self.measures), self._figures.shape[0]
        held = duals[: count * step].reshape(count, step).max(axis=0)
        return np.flatnonzero(held > 1e-7)

    def program(self, *, whole: bool) -> Program:
        """Return the program with every figure switched off."""
        count, step = len(self.measures), self._figures.shape[0]
        matrix = repeated(self._figures, count)
        free = np.full(count * step, np.inf)
        lower, upper = -free, free
        if count == 2:
            tie, tie_lower, tie_upper = self._ties()
            matrix = sparse.csr_array(sparse.vstack([matrix, tie], format="csr"))
            lower, upper = np.append(lower, tie_lower), np.append(upper, tie_upper)
        most = np.concatenate([self.n * (m.item.high - m.item.low) for m in self.measures])
        return Program(
            matrix, (lower, upper), (np.zeros(len(most)), most), whole=np.full(len(most), whole)
        )  # fmt: skip

    def _ties(self) -> tuple[sparse.csr_array, np.ndarray, np.ndarray]:
        """Favorable answers reach at least the first favorable one, the others never."""
        start, one = self.item.favorable_from or 0, sparse.eye_array(len(self.n))
        gain, rise = start - self.item.low, self.item.high - start + 1
        least, most = sparse.hstack([one, -gain * one]), sparse.hstack([one, -rise * one])
        free = np.full(len(self.n), np.inf)
        return (
            sparse.csr_array(sparse.vstack([least, most])),
            np.append(np.zeros(len(self.n)), -free),
            np.append(free, (gain - 1) * self.n),
        )

    def _interval(self, measure: Measure, size: Whole) -> tuple[Whole, Whole]:
        sums = self._figures @ measure.total
        lower, upper = np.zeros_like(size), np.zeros_like(size)
        some = self._answered
        lower[some], upper[some] = sum_interval(measure.item, size[some], sums[some])
        return lower - size * measure.item.low, upper - size * measure.item.low


def of_columns(matrix: sparse.csr_array, chosen: np.ndarray) -> sparse.csr_array:
    """Return some columns of a matrix; mostly they are all chosen, and copying takes long."""
    return matrix if chosen.all() else matrix[:, chosen]


def repeated(matrix: sparse.csr_array, count: int) -> sparse.csr_array:
    """Return a matrix with another one on its diagonal as often as there are measures."""
    if count == 1:
        return matrix
    return sparse.csr_array(sparse.block_diag([matrix] * count, format="csr"))
