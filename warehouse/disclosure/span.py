"""What can be worked out by adding and subtracting figures, exactly: linear algebra modulo a prime.

Vectors over atoms are replaced by a random sketch with a few more columns than there are figures.
A vector that lies in the span of others does so in the sketch as well; one that does not would look
as if it did with a probability of about 1 in 10**24, and then a figure too much is hidden.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import sparse

from warehouse.disclosure.residues import (
    PRIME,
    cleared,
    eliminated,
    inverse,
    reduced_rows,
    residues,
)

_SPARE = 4


class Span:
    """The span of the figures shown so far, over the atoms that hold answers.

    Parameters
    ----------
    figures : csr_array, shape (n_figures, n_atoms)
    groups : csr_array, shape (n_groups, n_atoms)
        Groups that must stay outside of the span.
    support : ndarray of bool, shape (n_atoms,)
        Atoms with answers; the others add nothing to any sum and are known to be 0.
    """

    def __init__(
        self, figures: sparse.csr_array, groups: sparse.csr_array, support: np.ndarray
    ) -> None:
        rng = np.random.default_rng(0)
        shape = (len(support), figures.shape[0] + _SPARE)
        sketch = rng.integers(1, PRIME, size=shape, dtype=np.int64)
        sketch[~support] = 0
        self._figures = residues(np.asarray(figures @ sketch, dtype=float))
        self._groups = residues(np.asarray(groups @ sketch, dtype=float))

    def gives_away(self, figure: int) -> bool:
        """Tell whether some group enters the span once this figure is shown."""
        own = self._figures[figure]
        first = int((own != 0).argmax())
        if not own[first]:
            return False
        checks = self._groups[:, -_SPARE:]
        factor = residues(self._groups[:, first] * inverse(own[first]))
        left = residues(checks - factor[:, None] * own[-_SPARE:])
        return bool((~left.any(axis=1) & checks.any(axis=1)).any())

    def add(self, figure: int) -> None:
        """Show a figure."""
        own = self._figures[figure]
        first = int((own != 0).argmax())
        if own[first]:
            scaled = residues(own * inverse(own[first]))
            self._figures = cleared(self._figures, scaled, first)
            self._groups = cleared(self._groups, scaled, first)

    def add_all(self, figures: Iterable[int]) -> None:
        """Show many figures at once, before any other was added."""
        base, pivots = reduced_rows(self._figures[list(figures)])
        self._figures = eliminated(self._figures, base, pivots)
        self._groups = eliminated(self._groups, base, pivots)

    def given_away(self) -> np.ndarray:
        """Return which groups lie in the span."""
        away: np.ndarray = np.logical_not(self._groups[:, -_SPARE:].any(axis=1))
        return away
