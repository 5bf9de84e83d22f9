"""Which figures to show: the two loops of exact suppression, as steps that can be stored.

First figures are added while no small group can be worked out exactly; then, item by item, figures
are withheld until no small group can be narrowed down too far; then what need not stay hidden is
given back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from warehouse.disclosure.bounds import Bounds, Finding
from warehouse.disclosure.lattice import Lattice
from warehouse.disclosure.small_groups import find_small_groups
from warehouse.disclosure.span import Span

LINEAR, BOUNDS, GIVE_BACK, DONE = "linear", "bounds", "give back", "done"


class CannotProtect(Exception):
    """What is already public gives a small group away; the release has to be withheld."""


@dataclass(frozen=True)
class State:
    """How far the search has come: all that is needed to go on from there.

    Attributes
    ----------
    stage : str
        linear, bounds, give back or done.
    shown : tuple of int
        Figures shown so far.
    found : tuple of tuple of int
        Atoms of small groups that are no cell of the lattice.
    next : int
        Item to audit next, or how many hidden figures were considered for giving back.
    """

    stage: str = LINEAR
    shown: tuple[int, ...] = ()
    found: tuple[tuple[int, ...], ...] = ()
    next: int = 0


class Search:
    """The search for the figures to show.

    Parameters
    ----------
    lattice : Lattice
    minimum : int
        Smallest group that need not be protected.
    frozen : ndarray of int, shape (n_figures,)
        1 shown earlier, 0 hidden earlier, -1 new.
    """

    def __init__(self, lattice: Lattice, *, minimum: int, frozen: np.ndarray) -> None:
        self.lattice, self._minimum, self._frozen = lattice, minimum, frozen
        self._bounds: dict[int, Bounds] = {}
        self._groups_of: tuple[tuple[int, ...], ...] = ()
        self._spans: list[Span] = []
        self._spanned: tuple[tuple[tuple[int, ...], ...], tuple[int, ...]] | None = None
        people = lattice.figure_people
        enough = ((people == 0) | (people >= minimum)).all(axis=0)
        if (~enough & (frozen == 1)).any():
            raise CannotProtect(f"A figure about fewer than {minimum} answers is already public.")
        may_be = enough & ~lattice.withheld & (frozen == -1)
        self._candidates = self._ordered(np.flatnonzero(may_be))
        size = self.lattice.respondents[self._candidates]
        self._largest_first = [
            int(f) for f in self._candidates[np.lexsort((self._candidates, -size))]
        ]

    def steps(self, state: State) -> Iterator[State]:
        """Go on from a state; every state on the way can be stored and gone on from.

        Raises
        ------
        CannotProtect
            Figures shown earlier give a small group away by themselves.
        """
        while state.stage != DONE:
            step = {LINEAR: self._linear, BOUNDS: self._audit, GIVE_BACK: self._give_back}
            state = step[state.stage](state)
            yield state

    def tightest(self, state: State) -> Finding | None:
        """Return the group of all items whose mean is bounded most narrowly."""
        found = [self._bounds_of(i, state).tightest() for i in range(len(self.lattice.items))]
        known = [finding for finding in found if finding is not None]
        return min(known, key=lambda f: f.mean_range, default=None)

    def protected_groups(self, state: State) -> int:
        """Count the groups that are small for some item."""
        size = self.groups(state) @ self.lattice.people.T
        return int(((size > 0) & (size < self._minimum)).any(axis=1).sum())

    def groups(self, state: State) -> sparse.csr_array:
        """Return all groups to protect where small: the lattice's cells, and those found."""
        if not state.found:
            return self.lattice.group_atoms
        shape = (len(state.found), self.lattice.n.shape[1])
        rows = np.repeat(np.arange(shape[0]), [len(g) for g in state.found])
        columns = np.array([a for g in state.found for a in g], dtype=np.int64)
        found = sparse.csr_array((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=shape)
        return sparse.csr_array(sparse.vstack([self.lattice.group_atoms, found], format="csr"))

    def _ordered(self, figures: np.ndarray) -> np.ndarray:
        """Order by fewest dimensions, then most respondents."""
        department, cohort, _ = self.lattice.names
        dimensions = (department[figures] != "").astype(int) + (cohort[figures] != "")
        ordered: np.ndarray = figures[
            np.lexsort((figures, -self.lattice.respondents[figures], dimensions))
        ]
        return ordered

    def _linear(self, state: State) -> State:
        """Show what gives no small group away exactly; look for further groups it would give."""
        shown = [int(f) for f in np.flatnonzero(self._frozen == 1)]
        spans = self._spans_of(state, tuple(shown))
        if any(span.given_away().any() for span in spans):
            raise CannotProtect("Figures already public give a small group away.")
        for figure in self._candidates:
            if not any(span.gives_away(figure) for span in spans):
                shown.append(int(figure))
                for span in spans:
                    span.add(figure)
        state = replace(state, shown=tuple(sorted(shown)))
        self._spanned = (state.found, state.shown)
        more = [group for group in self._more_groups(state.shown) if group not in state.found]
        if more:
            return replace(state, found=(*state.found, *more))
        return replace(state, stage=BOUNDS, next=0)

    def _spans_of(self, state: State, shown: tuple[int, ...]) -> list[Span]:
        """Return one span per set of atoms with answers, over the groups small for its items.

        Those of the last call are returned again where nothing else was shown since.
        """
        if self._spanned != (state.found, shown):
            groups, self._spans = self.groups(state), []
            for support, items in self.lattice.supports():
                size = groups @ self.lattice.people[items].T
                small = ((size > 0) & (size < self._minimum)).any(axis=1)
                span = Span(self.lattice.figure_atoms, groups[small], support)
                span.add_all(shown)
                self._spans.append(span)
            self._spanned = (state.found, shown)
        return self._spans

    def _more_groups(self, shown: tuple[int, ...]) -> list[tuple[int, ...]]:
        figures = self.lattice.figure_atoms[list(shown)]
        more: dict[tuple[int, ...], None] = {}
        for people in np.unique(self.lattice.people, axis=0):
            more |= dict.fromkeys(find_small_groups(figures, people, minimum=self._minimum))
        return list(more)

    def _audit(self, state: State) -> State:
        """Withhold until the next item's groups are uncertain enough; the others only gain."""
        if state.next == len(self.lattice.items):
            return replace(state, stage=GIVE_BACK, next=0)
        bounds, shown = self._bounds_of(state.next, state), set(state.shown)
        while findings := bounds.unprotected():
            figure = self._best_to_hide(bounds, min(findings, key=lambda f: f.width))
            shown.remove(figure)
            for each in self._bounds.values():
                each.hide(figure)
        return replace(state, shown=tuple(sorted(shown)), next=state.next + 1)

    def _best_to_hide(self, bounds: Bounds, finding: Finding) -> int:
        """Return the figure whose withholding widens the group's bounds most per respondent."""
        binding = [int(f) for f in bounds.binding(finding.group) if self._frozen[f] == -1]
        if not binding:
            raise CannotProtect("Figures already public narrow a small group down too far.")

        def gain(figure: int) -> tuple[float, float, int]:
            width = min(bounds.width_without(finding.group, figure), finding.needed)
            people = self.lattice.respondents[figure]
            return (width - finding.width) / people, -people, -figure

        return max(binding, key=gain)

    def _give_back(self, state: State) -> State:
        """Show the next hidden figure again if everything stays protected."""
        hidden = set(self._largest_first[state.next :]) - set(state.shown)
        if not hidden:
            return replace(state, stage=DONE)
        while self._largest_first[state.next] not in hidden:
            state = replace(state, next=state.next + 1)
        figure = self._largest_first[state.next]
        state = replace(state, next=state.next + 1)
        if not self._can_show(figure, state):
            return state
        return replace(state, shown=tuple(sorted((*state.shown, figure))))

    def _can_show(self, figure: int, state: State) -> bool:
        if any(span.gives_away(figure) for span in self._spans_of(state, state.shown)):
            return False
        if self._more_groups((*state.shown, figure)):
            return False
        tried = []
        for item in range(len(self.lattice.items)):
            bounds = self._bounds_of(item, state)
            bounds.show(figure)
            tried.append(bounds)
            if bounds.unprotected():
                for each in tried:
                    each.hide(figure)
                return False
        return True

    def _bounds_of(self, item: int, state: State) -> Bounds:
        """Return the item's program with the shown figures in it; kept between steps."""
        if self._groups_of != state.found:
            self._bounds, self._groups_of = {}, state.found
        if item not in self._bounds:
            bounds = Bounds(self.lattice, item, self.groups(state), minimum=self._minimum)
            for figure in state.shown:
                bounds.show(figure)
            self._bounds[item] = bounds
        return self._bounds[item]
