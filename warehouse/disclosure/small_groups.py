"""Small groups that are no cell of the lattice but can be worked out from the figures shown.

Two hidden departments of two people each are such a group once the company and all the other
departments are shown. A group that can be worked out is a 0/1 vector in the span of the figures; a
small one has a 0 wherever many people sit. Elimination leaves only the combinations of figures that
cancel out there; an integer program searches what is left for 0/1 vectors.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from warehouse.disclosure.item import Whole
from warehouse.disclosure.program import NoSolution, NotSettled, Program
from warehouse.disclosure.residues import (
    Residues,
    cancelling,
    fractions_of,
    reduced_rows,
    residues,
)

AT_ONCE = 20


def find_small_groups(
    shown: sparse.csr_array, n: Whole, *, minimum: int, at_most: int = AT_ONCE
) -> list[tuple[int, ...]]:
    """Search the span of the shown figures for groups with 0 < n < minimum.

    Parameters
    ----------
    shown : csr_array of int, shape (n_figures, n_atoms)
        Figures shown.
    n : ndarray of int, shape (n_atoms,)
        Answers by atom.
    minimum : int
        Smallest group that may be worked out.
    at_most : int
        Stop after so many; more may exist.

    Returns
    -------
    list of tuple of int
        The atoms of each group, smallest groups first; empty only if there are none.

    Raises
    ------
    NotSettled
        The search took too long to be sure.
    """
    kinds = _Kinds(shown, n)
    small = np.flatnonzero(kinds.n < minimum)
    left = _left_over(kinds, small)
    if not len(left):
        return []
    touched = np.flatnonzero(left.any(axis=0))
    size = kinds.n[small[touched]]
    program = _program(fractions_of(left[:, touched]), size, minimum)
    found: list[tuple[int, ...]] = []
    while len(found) < at_most:
        try:
            point = program.optimum(size.astype(float), largest=False).point
        except NotSettled:
            raise  # there may be one that was not found
        except NoSolution:
            break
        chosen = np.flatnonzero(point > 0.5)
        program.add_row(chosen, 0, len(chosen) - 1)
        found.append(kinds.atoms_of(small[touched[chosen]]))
    return found


class _Kinds:
    """Atoms that lie in the same shown figures, taken together: no figure tells them apart."""

    def __init__(self, shown: sparse.csr_array, n: Whole) -> None:
        self._atoms = np.flatnonzero(n > 0)
        dense = shown[:, self._atoms].toarray().astype(bool)
        in_none = np.zeros((1, len(self._atoms)), dtype=bool)
        packed = np.packbits(np.vstack([dense, in_none]), axis=0).T.copy()
        _, first, kind = np.unique(packed, axis=0, return_index=True, return_inverse=True)
        self._kind = kind.reshape(-1)
        self.n: Whole = np.bincount(self._kind, n[self._atoms], len(first)).astype(np.int64)
        self.figures: Residues = dense[:, first].astype(float)

    def atoms_of(self, kinds: np.ndarray) -> tuple[int, ...]:
        return tuple(int(a) for a in self._atoms[np.isin(self._kind, kinds)])


def _left_over(kinds: _Kinds, small: np.ndarray) -> Residues:
    """Return a reduced basis, over the small kinds, of what is 0 on all large ones."""
    if not len(small) or not len(kinds.figures):
        return np.zeros((0, len(small)))
    large = np.delete(np.arange(len(kinds.n)), small)
    combinations = cancelling(kinds.figures[:, large])
    return reduced_rows(residues(combinations @ kinds.figures[:, small]))[0]


def _program(basis: np.ndarray, size: Whole, minimum: int) -> Program:
    """Each kind is wholly in (1) or out (0); the pivots of the basis decide about the others."""
    pivots = np.argmax(basis != 0, axis=1)
    others = np.delete(np.arange(basis.shape[1]), pivots)
    follows = np.zeros((len(others), basis.shape[1]))
    follows[np.arange(len(others)), others] = -1
    follows[:, pivots] = basis[:, others].T
    matrix = sparse.csr_array(np.vstack([follows, size[None, :]]))
    zeros = np.zeros(len(others))
    return Program(
        matrix,
        (np.append(zeros, 1), np.append(zeros, minimum - 1)),
        (np.zeros(basis.shape[1]), np.ones(basis.shape[1])),
        whole=np.ones(basis.shape[1], dtype=bool),
    )
