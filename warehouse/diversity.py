"""How evenly things spread over kinds: Shannon's entropy from whole counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def entropy(
    counts: NDArray[np.float64], group: NDArray[np.intp], groups: int
) -> NDArray[np.float64]:
    """Return the entropy of every group's counts in bits.

    Parameters
    ----------
    counts : ndarray of float, shape (n,)
        How often a kind occurs in a group; each kind once per group.
    group : ndarray of int, shape (n,)
        Number of the group, from 0.
    groups : int
        How many groups there are.

    Returns
    -------
    ndarray of float, shape (groups,)
        0 for a single kind, log2(k) for k equally common ones, NaN for a group without any. The
        order of the rows makes no difference to any digit: equal counts are added as one.

    Source: Shannon (1948), Bell System Technical Journal 27:379.
    """
    order = np.lexsort((counts, group))
    counts, group = counts[order], group[order]
    size = np.bincount(group, weights=counts, minlength=groups)
    kinds = np.bincount(group, minlength=groups)
    surprise = counts * np.log2(np.maximum(counts, 1.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.log2(size) - np.bincount(group, weights=surprise, minlength=groups) / size
    return np.where(kinds > 1, found, np.where(size > 0, 0.0, np.nan))
