"""What the attacker knows about one item: every answer table that agrees with what is printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from warehouse.disclosure.attacker.combinations import combined_groups, distinct, in_span
from warehouse.disclosure.attacker.harvest import Harvest, Printed
from warehouse.disclosure.attacker.solver import Row, Tables, Unsolved
from warehouse.disclosure.item import Item

_PUSHES = 6


@dataclass(frozen=True)
class Learned:
    """What is known about one target.

    Attributes
    ----------
    kind : str
        exact, within one, narrow, or "" where it is protected.
    atoms : ndarray of int
    suffix : str
        Names the measure where it is not the mean.
    mean_range : float
    """

    kind: str
    atoms: np.ndarray
    suffix: str
    mean_range: float


@dataclass(frozen=True)
class _Scale:
    """Ends, units of a point, and what a group's bounds must at least be apart."""

    low: int
    high: int
    point: int

    def kind(self, n: int, width: int) -> str:
        span = n * (self.high - self.low)
        if width >= span:
            return ""  # nothing was learned that was not known before
        if width == 0:
            return "exact"
        if width <= 2 * self.point:
            return "within one"
        return "narrow" if width < n * min(self.point, (self.high - self.low) / 4) else ""


class Knowledge:
    """One connected part of the printed numbers, and the targets inside it."""

    def __init__(
        self,
        item: Item,
        sizes: tuple[np.ndarray, np.ndarray],
        printed: Sequence[Printed],
        targets: list[np.ndarray],
    ) -> None:
        n, people = sizes
        measures = ["mean"] if item.favorable_from is None else ["mean", "favorable"]
        scales = {"mean": _Scale(item.low, item.high, item.units_per_point)}
        scales["favorable"] = _Scale(0, 1, 1)
        self._atoms = np.flatnonzero(n)
        self._n, self._people, self._printed = n[self._atoms], people[self._atoms], printed
        self._place = np.full(len(n), -1)
        self._place[self._atoms] = np.arange(len(self._atoms))
        self._aims = [(m, scales[m], t) for m in measures for t in targets]
        self._offset = {m: i * len(self._atoms) for i, m in enumerate(measures)}
        self._targets = targets
        self._tables = Tables(
            np.concatenate([self._n * scales[m].low for m in measures]),
            np.concatenate([self._n * scales[m].high for m in measures]),
            [self._row(p) for p in printed],
        )
        if item.favorable_from is not None:
            self._tables.tie(item, self._n)

    @property
    def size(self) -> int:
        """How many sums the attacker is after."""
        return len(self._aims)

    def bounds(self) -> Iterator[Learned]:
        """Bound every target that is not shown to be protected, and the tightest one."""
        columns = [self._columns(measure, target) for measure, _, target in self._aims]
        self._tables.watch(columns)
        for push in range(_PUSHES if columns else 0):
            if self._tables.all_open():
                break  # nothing is known about any target: no push can show more
            self._tables.push(seed=push)
        n = np.array([self._n[self._place[t]].sum() for _, _, t in self._aims])
        point = np.array([scale.point for _, scale, _ in self._aims])
        best = np.inf
        for i in np.argsort(self._tables.seen() / (n * point) if columns else [], kind="stable"):
            seen, scale = int(self._tables.seen()[i]), self._aims[i][1]
            if not scale.kind(int(n[i]), seen) and seen / (n[i] * point[i]) >= best:
                continue
            width = self._width(i, scale, int(n[i]))
            mean_range = float(width / (n[i] * point[i]))
            best = min(best, mean_range)
            suffix = "" if self._aims[i][0] == "mean" else " (favorable)"
            yield Learned(scale.kind(int(n[i]), width), self._aims[i][2], suffix, mean_range)

    def worked_out(self, minimum: int) -> Iterator[np.ndarray]:
        """Return the small groups that are combinations of printed figures, rounding aside."""
        for measure in self._offset:
            rows = np.array([p.atoms[self._atoms] for p in self._printed if p.measure == measure])
            if not len(rows) or self._people.min() >= minimum:
                continue
            rows = rows[distinct(rows)[0]].astype(float)
            cells = np.zeros((len(self._targets), len(self._atoms)))
            for i, target in enumerate(self._targets):
                cells[i, self._place[target]] = 1
            known = {tuple(map(int, np.flatnonzero(c))) for c in cells[in_span(rows, cells)]}
            known |= set(combined_groups(rows, self._people, minimum))
            yield from (self._atoms[list(group)] for group in sorted(known))

    def _row(self, printed: Printed) -> Row:
        columns = self._columns(printed.measure, np.flatnonzero(printed.atoms))
        return columns, np.ones(len(columns)), printed.lower, printed.upper

    def _columns(self, measure: str, atoms: np.ndarray) -> np.ndarray:
        places = self._place[atoms]
        columns: np.ndarray = places[places >= 0].astype(np.int32) + np.int32(self._offset[measure])
        return columns

    def _width(self, i: int, scale: _Scale, n: int) -> int:
        """Return a target's width over whole-number tables where it is, or may be, too small."""
        before = n * (scale.high - scale.low)
        if self._tables.seen()[i] >= before:
            return before  # nothing that is printed says more
        width = self._tables.width(i)
        seen = int(self._tables.seen()[i])
        if seen >= width or not scale.kind(n, seen):
            return width
        try:
            return self._tables.whole_width(i)
        except Unsolved:
            return seen  # what is not settled counts as learned


def knowledge_of(
    read: Harvest, item: Item, printed: list[Printed], targets: list[np.ndarray]
) -> Iterator[Knowledge]:
    """Split an item's printed numbers into parts that share no atom, each with its targets.

    A target that reaches into several parts is attacked part by part: its bounds are the sums of
    theirs, and every part of a small group is small itself.
    """
    n, people = read.sums(item, "n"), read.sums(item, "people")
    rows = [np.flatnonzero(p.atoms & (n > 0)) for p in printed]
    row = np.repeat(np.arange(len(rows)), [len(r) for r in rows])
    column = np.concatenate(rows) if rows else np.zeros(0, dtype=int)
    size = len(rows) + len(n)
    graph = sparse.coo_array((np.ones(len(row)), (row, column + len(rows))), shape=(size, size))
    _, part = connected_components(graph, directed=False)
    of_atom = part[len(rows) :]
    for label in np.unique(of_atom[n > 0]):
        inside = (of_atom == label) & (n > 0)
        cut = {tuple(t[inside[t]]): t[inside[t]] for t in targets if inside[t].any()}
        figures = [p for p, own in zip(printed, part[: len(rows)], strict=True) if own == label]
        sizes = (np.where(inside, n, 0), people)
        yield Knowledge(item, sizes, figures, list(cut.values()))
