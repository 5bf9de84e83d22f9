"""Exact elimination modulo a prime, in double precision so that whole blocks multiply fast."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Products stay below 2**40 and sums of 4,096 of them below 2**52, where doubles are exact.
PRIME = 1_048_573
_BLOCK = 4_096
_SPARE = 4
_DENOMINATORS = range(1, 200)
_SMALL = 1_000

Residues = NDArray[np.float64]


class NotSmallFractions(ArithmeticError):
    """A combination of figures has coefficients no sum of a few people could have."""


def residues(values: Residues) -> Residues:
    """Reduce to 0 .. PRIME - 1."""
    found: Residues = values - PRIME * np.floor(values / PRIME)
    return found


def inverse(value: float) -> float:
    """Return the inverse of a nonzero residue."""
    return float(pow(int(value), -1, PRIME))


def cleared(rows: Residues, scaled: Residues, pivot: int) -> Residues:
    """Subtract from each row the multiple of a scaled one that clears its pivot; in place."""
    touched = rows[:, pivot].nonzero()[0]
    rows[touched] = residues(rows[touched] - rows[touched, pivot, None] * scaled)
    return rows


def reduced_rows(rows: Residues) -> tuple[Residues, list[int]]:
    """Return the reduced echelon form without its zero rows, and its pivots; not in place."""
    rows = rows.copy()
    pivots: list[int] = []
    kept: list[int] = []
    for i in range(len(rows)):
        own = rows[i]
        pivot = int((own != 0).argmax())
        if own[pivot]:
            scaled = residues(own * inverse(own[pivot]))
            rows = cleared(rows, scaled, pivot)
            rows[i] = scaled
            pivots.append(pivot)
            kept.append(i)
    return rows[kept], pivots


def eliminated(rows: Residues, base: Residues, pivots: list[int]) -> Residues:
    """Clear the pivots of a reduced base from rows."""
    for start in range(0, len(pivots), _BLOCK):
        part = slice(start, start + _BLOCK)
        rows = rows - residues(rows[:, pivots[part]] @ base[part])
    return residues(rows)


def sketched(rows: Residues) -> Residues:
    """Replace columns by random combinations, a few more than there are rows; ranks stay."""
    rng = np.random.default_rng(0)
    count = min(rows.shape[1], rows.shape[0] + _SPARE)
    mix = rng.integers(1, PRIME, size=(rows.shape[1], count)).astype(float)
    return residues(rows @ mix)


def cancelling(rows: Residues) -> Residues:
    """Return a basis of the combinations of 0/1 rows that are 0 in every column."""
    sketch = sketched(rows)
    width = sketch.shape[1]
    if not width:
        return np.eye(len(rows))
    both = np.hstack([sketch, np.eye(len(rows))])
    left = []
    for i, own in enumerate(both):
        pivot = int((own[:width] != 0).argmax())
        if own[pivot]:
            cleared(both[i + 1 :], residues(own * inverse(own[pivot])), pivot)
        else:
            left.append(i)
    return both[left, width:]


def fractions_of(rows: Residues) -> np.ndarray:
    """Return the fractions with small numerator and denominator that residues stand for.

    Raises
    ------
    NotSmallFractions
        A residue is none.
    """
    found = np.full(rows.shape, np.nan)
    for denominator in _DENOMINATORS:
        numerator = residues(rows * denominator)
        numerator = np.where(numerator > PRIME / 2, numerator - PRIME, numerator)
        fits = np.isnan(found) & (np.abs(numerator) < _SMALL)
        found[fits] = numerator[fits] / denominator
        if not np.isnan(found).any():
            return found
    raise NotSmallFractions("Figures combine with unusual coefficients.")
