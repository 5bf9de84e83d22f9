"""How far the sum of a small group is still uncertain, given everything printed about an item.

The bounds of a group are two linear programs over all answer tables that agree with what is
printed. Most are never solved: two tables of whole numbers, found for another group, that agree
with everything printed and differ enough in this group prove that it is protected.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from warehouse.disclosure.item import Whole
from warehouse.disclosure.lattice import Lattice
from warehouse.disclosure.printed_rows import PrintedRows, of_columns, repeated
from warehouse.disclosure.program import NoSolution, Optimum, Program

_TOLERANCE = 1e-5
_MOST_ROUNDS = 12
_ROUNDS_APART, _TRIES_APART, _STEEP = 2, 3, 1_000.0


class PrintedFiguresDisagree(Exception):
    """No answer table agrees with all shown figures: the sums given do not belong together."""


@dataclass(frozen=True)
class Finding:
    """How narrowly a group's sum can be bounded.

    Attributes
    ----------
    group : int
        Row of the targets.
    width, needed : int
        Largest minus smallest possible sum, and how large it has to be, in units.
    mean_range : float
        The same width on the group's mean, in scale points.
    """

    group: int
    width: int
    needed: int
    mean_range: float

    @property
    def is_protected(self) -> bool:
        """Whether the group's answers stay uncertain enough."""
        return self.width >= self.needed


class Bounds:
    """All answer tables of one item that agree with the figures shown.

    Parameters
    ----------
    lattice : Lattice
    item : int
        Which item.
    groups : csr_array of int, shape (n_groups, n_atoms)
        Candidates for protection; those of 0 < people < minimum are protected.
    minimum : int
        Smallest group that need not be protected.
    """

    def __init__(
        self, lattice: Lattice, item: int, groups: sparse.csr_array, *, minimum: int
    ) -> None:
        self._support = lattice.n[item] > 0
        self._rows = PrintedRows(lattice, item, self._support)
        people = lattice.people[item, self._support]
        inside = of_columns(groups, self._support)
        self._targets = _targets(self._rows, inside, people, minimum)
        self._needed = self._targets.needed
        self._matrix = self._targets.matrix.astype(float)
        self._shown = np.zeros(lattice.figure_atoms.shape[0], dtype=bool)
        self._program = self._rows.program(whole=False)
        self._further: dict[bool, Program] = {}  # by whether tables are whole numbers
        self._rng, self._apart = np.random.default_rng(item), np.random.default_rng(item)
        self._seen: tuple[np.ndarray, np.ndarray]
        self._forget()

    def show(self, figure: int) -> None:
        """Take a figure as printed."""
        self._bound(figure, shown=True)
        self._forget()

    def hide(self, figure: int) -> None:
        """Take a figure as withheld; what was protected stays so."""
        self._bound(figure, shown=False)

    def unprotected(self) -> list[Finding]:
        """Return the groups that are known too closely, by proof in either direction."""
        self._look_around()
        for _ in range(_ROUNDS_APART):
            self._look_apart(self._open())
        found = [self.measure(int(g)) for g in self._open()]
        return [finding for finding in found if not finding.is_protected]

    def tightest(self) -> Finding | None:
        """Return the group with the narrowest range of its mean; None without protected groups."""
        self._look_around()
        best: Finding | None = None
        ranges = self._targets.mean_range(self._seen_width())
        for group in np.argsort(ranges, kind="stable"):
            if best is not None and ranges[group] >= best.mean_range:
                break  # what was seen is a lower bound of every range still to come
            found = self.measure(int(group))
            best = found if best is None or found.mean_range < best.mean_range else best
        return best

    def measure(self, group: int) -> Finding:
        """Return the exact bounds of one group over whole-number tables."""
        sums = self._sums(group)
        low, high = (self._extreme(sums, largest=side) for side in (False, True))
        width = _width(low.point @ sums, high.point @ sums)
        if self._needed[group] <= width and self._seen_width()[group] < self._needed[group]:
            width = self._whole_width(group, width)  # linear bounds may be wider than any table
        mean_range = float(self._targets.mean_range(np.array([width]), group)[0])
        return Finding(group, width, int(self._needed[group]), mean_range)

    def binding(self, group: int) -> np.ndarray:
        """Return the figures that hold the group's smallest or largest sum where it is."""
        sides = [self._extreme(self._sums(group), largest=side) for side in (False, True)]
        return self._rows.binding(np.abs(sides[0].duals) + np.abs(sides[1].duals))

    def width_without(self, group: int, figure: int) -> int:
        """Return how wide the group's bounds would be if a figure were withheld."""
        kept = self._seen
        self.hide(figure)
        width = self.measure(group).width
        self._bound(figure, shown=True)
        self._seen = kept
        return width

    def answers(self, group: int) -> int:
        """Return how many answers a group holds."""
        return int(self._targets.n[group])

    def _bound(self, figure: int, *, shown: bool) -> None:
        self._shown[figure] = shown
        for row, lower, upper in self._rows.of_figure(figure):
            for program in (self._program, *self._further.values()):
                program.bound_row(row, lower if shown else -np.inf, upper if shown else np.inf)

    def _forget(self) -> None:
        size = len(self._needed)
        self._seen = (np.full(size, np.inf), np.full(size, -np.inf))

    def _seen_width(self) -> np.ndarray:
        low, high = self._seen
        width: np.ndarray = np.maximum(high - low, 0.0)
        return width

    def _open(self) -> np.ndarray:
        return np.flatnonzero(self._seen_width() < self._needed)

    def _look_around(self) -> None:
        """Push all groups not yet proven up and down together, in random proportions."""
        for _ in range(_MOST_ROUNDS):
            still = self._open()
            if not len(still):
                return
            weight = self._rng.uniform(0.2, 1.0, len(still)) * self._rng.choice([-1, 1], len(still))
            each = np.zeros(len(self._needed))
            each[still] = weight
            objective = each @ self._matrix
            for side in (False, True):
                self._extreme(objective, largest=side)
            if len(self._open()) > 0.9 * len(still):
                return

    def _look_apart(self, groups: np.ndarray) -> None:
        """Push groups up and down together, and all other atoms about, but a thousandth as hard.

        A corner often has halves in atoms that have nothing to do with the groups; pushing those
        too leads to another one, mostly of whole numbers, where the groups are as far out.
        """
        if not len(groups):
            return
        each = np.zeros(len(self._needed))
        each[groups] = self._apart.uniform(0.5, 1.0, len(groups))
        sums = each @ self._matrix
        tilt = np.where(sums == 0, self._apart.uniform(-1.0, 1.0, len(sums)), 0.0)
        for largest, side in ((False, -1.0), (True, 1.0)):
            try:
                program = self._program_apart(whole=False)
                found = program.optimum(_STEEP * sums + side * tilt, largest=largest)
            except NoSolution:
                return  # nothing was seen, which proves nothing
            self._see(found.point)

    def _extreme(self, objective: np.ndarray, *, largest: bool) -> Optimum:
        try:
            found = self._program.optimum(objective, largest=largest)
        except NoSolution as error:
            raise PrintedFiguresDisagree(f"{self._rows.item.id}: {error}") from None
        self._see(found.point)
        return found

    def _see(self, point: np.ndarray) -> None:
        table = np.round(point)
        if np.abs(point - table).max(initial=0.0) < _TOLERANCE:
            values = self._matrix @ table
            low, high = self._seen
            self._seen = (np.minimum(low, values), np.maximum(high, values))

    def _whole_width(self, group: int, width: int) -> int:
        """Return the width over whole-number tables, where the linear bounds are ``width`` apart.

        Looking apart mostly finds tables at both bounds, much faster than the best two are found.
        """
        for _ in range(_TRIES_APART):
            self._look_apart(np.array([group]))
            if self._seen_width()[group] >= width:
                return width
        for side in (False, True):
            try:
                found = self._program_apart(whole=True).optimum(self._sums(group), largest=side)
            except NoSolution:
                break  # not settled within the solver's limit: only what was seen counts
            self._see(found.point)
        return int(self._seen_width()[group])

    def _program_apart(self, *, whole: bool) -> Program:
        """Return a further program: the first goes on from vertex to vertex, undisturbed."""
        if whole not in self._further:
            self._further[whole] = self._rows.program(whole=whole)
            for figure in np.flatnonzero(self._shown):
                self._bound(int(figure), shown=True)
        return self._further[whole]

    def _sums(self, group: int) -> np.ndarray:
        inside = slice(*self._matrix.indptr[group : group + 2])
        row = np.zeros(self._matrix.shape[1])
        row[self._matrix.indices[inside]] = self._matrix.data[inside]
        return row


@dataclass(frozen=True)
class _Targets:
    """Protected groups of the mean and, where a share is published too, of the share."""

    matrix: sparse.csr_array
    n: Whole
    needed: Whole
    units_per_point: Whole

    def mean_range(self, width: np.ndarray, group: int | None = None) -> np.ndarray:
        chosen = slice(None) if group is None else slice(group, group + 1)
        points: np.ndarray = width / (self.n[chosen] * self.units_per_point[chosen])
        return points


def _targets(rows: PrintedRows, groups: sparse.csr_array, people: Whole, minimum: int) -> _Targets:
    size, known = groups @ rows.n, groups @ people
    small = np.flatnonzero((known > 0) & (known < minimum))
    mark = groups[small] @ np.random.default_rng(0).integers(1, 2**40, groups.shape[1])
    _, first = np.unique(mark, return_index=True)  # cells that hold the same atoms are one group
    small = small[np.sort(first)]
    count = len(rows.measures)
    return _Targets(
        repeated(groups[small], count),
        np.tile(size[small], count),
        np.concatenate([m.item.needed_range(size[small]) for m in rows.measures]),
        np.repeat([m.item.units_per_point for m in rows.measures], len(small)),
    )


def _width(low: float, high: float) -> int:
    return int(np.floor(high + _TOLERANCE) - np.ceil(low - _TOLERANCE))
