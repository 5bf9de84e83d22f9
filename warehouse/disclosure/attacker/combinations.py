"""Which small groups are combinations of figures: least squares, and a search for 0/1 vectors."""

from __future__ import annotations

import numpy as np
from scipy import linalg, optimize

_EXACT = 1e-6
_ZERO = 1e-8  # squared singular values of 0/1 matrices are far above, rounding far below
_AT_MOST = 50


def in_span(figures: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return which groups are linear combinations of figures.

    Parameters
    ----------
    figures : ndarray of float, shape (n_figures, n_atoms)
        0/1.
    groups : ndarray of float, shape (n_groups, n_atoms)
    """
    basis = _row_basis(figures)
    left = groups - (groups @ basis.T) @ basis
    found: np.ndarray = np.abs(left).max(axis=1, initial=0.0) < _EXACT
    return found


def combined_groups(figures: np.ndarray, n: np.ndarray, minimum: int) -> list[tuple[int, ...]]:
    """Search for groups with 0 < n < minimum among the combinations of figures.

    Parameters
    ----------
    figures : ndarray of float, shape (n_figures, n_atoms)
    n : ndarray of int, shape (n_atoms,)
        Answers by atom, positive.
    minimum : int

    Returns
    -------
    list of tuple of int
        Positions of atoms; at most 50 groups.
    """
    alike, first = _alike(figures)
    size = np.bincount(alike, n)
    small = np.flatnonzero(size < minimum)
    free = _free_on(figures[:, first], np.flatnonzero(size >= minimum), small)
    found: list[tuple[int, ...]] = []
    for chosen in _whole_vectors(free, size[small], minimum):
        found.append(tuple(int(a) for a in np.flatnonzero(np.isin(alike, small[chosen]))))
    return found


def _alike(figures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give atoms that no figure tells apart the same number."""
    first, alike = distinct(figures.T)
    return alike, first


def distinct(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where each distinct row of zeros and ones comes first, and which of them each is."""
    packed = np.packbits(rows.astype(bool), axis=1)  # compares eight at a time
    _, first, number = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    return first, number.reshape(-1)


def _directions(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return squared singular values and left singular vectors (columns) of rows."""
    values, vectors = linalg.eigh(rows @ rows.T, check_finite=False)
    return values, vectors


def _row_basis(rows: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis of the rows' span."""
    if not rows.size:
        return np.zeros((0, rows.shape[1]))
    values, vectors = _directions(rows)
    some = values > _ZERO
    found: np.ndarray = (vectors[:, some] / np.sqrt(values[some])).T @ rows
    return found


def _free_on(figures: np.ndarray, large: np.ndarray, small: np.ndarray) -> np.ndarray:
    """Return a basis, over the small kinds, of the combinations that vanish on the large ones."""
    if not len(small):
        return np.zeros((0, 0))
    values, vectors = _directions(figures[:, large])
    return _row_basis(vectors[:, values <= _ZERO].T @ figures[:, small])


def _whole_vectors(basis: np.ndarray, size: np.ndarray, minimum: int) -> list[np.ndarray]:
    """Return 0/1 vectors x with x = basis' z and 0 < size x < minimum, by integer programs."""
    if not len(basis):
        return []
    count, rank = len(size), len(basis)
    _, _, order = linalg.qr(basis, mode="economic", pivoting=True, check_finite=False)
    pivots = order[:rank]
    follow = np.linalg.solve(basis[:, pivots], basis).T  # x = follow @ x[pivots]
    tie = -np.eye(count)
    tie[:, pivots] += follow
    rules = [
        optimize.LinearConstraint(np.where(np.abs(tie) < 1e-9, 0.0, tie), -_EXACT, _EXACT),
        optimize.LinearConstraint(size[None, :].astype(float), 1, minimum - 1),
    ]
    found: list[np.ndarray] = []
    while len(found) < _AT_MOST:
        answer = optimize.milp(
            size.astype(float), constraints=rules, integrality=np.ones(count),
            bounds=optimize.Bounds(0, 1),
        )  # fmt: skip
        if answer.x is None:
            break
        chosen = np.flatnonzero(answer.x > 0.5)
        found.append(chosen)
        cut = np.zeros((1, count))
        cut[0, chosen] = 1
        rules.append(optimize.LinearConstraint(cut, -np.inf, len(chosen) - 1))
    return found
