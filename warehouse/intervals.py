"""95 % intervals from sums, for whole columns at once.

Every function takes arrays of one shape and returns (lower, upper) of the same shape, NaN where
no interval can be given. Nothing here draws random numbers or reads data.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]
Bounds = tuple[Array, Array]
_Z = float(special.ndtri(0.975))


def wilson(count: Array, size: Array) -> Bounds:
    """Return Wilson's score interval of a share.

    Parameters
    ----------
    count, size : ndarray of float
        Rows with the property, and all rows; ``size`` may be an effective, fractional number.

    Source: Wilson (1927), J Am Stat Assoc 22:209, 10.1080/01621459.1927.10502953.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        share, square = count / size, _Z**2
        middle = (share + square / (2 * size)) / (1 + square / size)
        spread = np.sqrt(share * (1 - share) / size + square / (4 * size**2))
        half = _Z * spread / (1 + square / size)
        # At the ends the formula touches 0 and 1 exactly; rounding must not miss or cross them.
        lower = np.where((count <= 0) & (size > 0), 0.0, middle - half)
        upper = np.where((count >= size) & (size > 0), 1.0, middle + half)
        return lower, upper


def poisson_rate(count: Array, exposure: Array) -> Bounds:
    """Return the exact interval of a rate of events.

    Source: Garwood (1936), Biometrika 28:437, 10.1093/biomet/28.3-4.437.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        lower = np.where(count > 0, special.chdtri(2 * count, 0.975) / 2, 0.0)
        upper = special.chdtri(2 * (count + 1), 0.025) / 2
        known = exposure > 0
        return np.where(known, lower / exposure, np.nan), np.where(known, upper / exposure, np.nan)


@np.errstate(invalid="ignore", divide="ignore")
def ratio_variance(sums: dict[str, Array], clusters: Array) -> Array:
    """Return the variance of sum(x) / sum(y) when pairs, not rows, are independent.

    Parameters
    ----------
    sums : dict of ndarray
        x, y, xx, yy, xy: sums over clusters of the two values, squares and product.
    clusters : ndarray
        Number of clusters with a positive y.

    Source: Cochran (1977), Sampling Techniques, 6.13.
    """
    ratio = sums["x"] / sums["y"]
    residual = sums["xx"] - 2 * ratio * sums["xy"] + ratio**2 * sums["yy"]
    scale = clusters / (clusters - 1)
    variance = scale * np.maximum(residual, 0.0) / sums["y"] ** 2
    return np.where(clusters > 1, variance, np.nan)


def ratio(sums: dict[str, Array], clusters: Array) -> Bounds:
    """Return a t interval of sum(x) / sum(y) over clusters; never below 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = sums["x"] / sums["y"]
        error = np.sqrt(ratio_variance(sums, clusters))
        half = special.stdtrit(np.maximum(clusters - 1, 1), 0.975) * error
        return np.maximum(middle - half, 0.0), middle + half


def clustered_share(sums: dict[str, Array], clusters: Array) -> Bounds:
    """Return Wilson's interval on the effective number of rows.

    The effective number makes a simple random sample's variance equal the one over clusters; it
    is never more than the real number, which also stands in where the share is 0 or 1.

    Source: Korn and Graubard (1998), Survey Methodology 24:193.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        share = sums["x"] / sums["y"]
        variance = ratio_variance(sums, clusters)
        size = np.where(variance > 0, share * (1 - share) / variance, sums["y"])
        size = np.where((share > 0) & (share < 1), np.minimum(size, sums["y"]), sums["y"])
        lower, upper = wilson(share * size, size)
        known = clusters > 1
        return np.where(known, lower, np.nan), np.where(known, upper, np.nan)


def survival(estimate: Array, greenwood: Array, at_risk: Array) -> Bounds:
    """Return the log(-log) interval of a Kaplan-Meier estimate.

    Parameters
    ----------
    estimate : ndarray
        Survival.
    greenwood : ndarray
        Sum of d / (n (n - d)) over the steps.
    at_risk : ndarray
        Smallest number at risk; used where nobody or everybody left and the formula has no width.

    Source: Kalbfleisch and Prentice (2002), 1.4.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        log = np.log(estimate)
        spread = _Z * np.sqrt(greenwood) / np.abs(log)
        lower, upper = estimate ** np.exp(spread), estimate ** np.exp(-spread)
        flat_lower, flat_upper = wilson(estimate * at_risk, at_risk)
        flat = (estimate <= 0) | (estimate >= 1)
        return np.where(flat, flat_lower, lower), np.where(flat, flat_upper, upper)


def relative_share(count: Array, size: Array, other_count: Array, other_size: Array) -> Bounds:
    """Return the log-normal interval of (count / size) / (other_count / other_size).

    The smaller group is part of the larger, so the interval errs on the wide side.

    Source: Katz et al. (1978), Biometrics 34:469, 10.2307/2530610.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        value = (count / size) / (other_count / other_size)
        variance = 1 / count - 1 / size + 1 / other_count - 1 / other_size
        spread = np.exp(_Z * np.sqrt(np.maximum(variance, 0.0)))
        known = count > 0
        return np.where(known, value / spread, np.nan), np.where(known, value * spread, np.nan)


def mean(sums: dict[str, Array], clusters: Array) -> Bounds:
    """Return the t interval of a mean of scores over people; unlike a ratio's it may be negative.

    Where everybody has one score this is the t interval of their mean. ``sums`` and ``clusters``
    are those of :func:`ratio_variance` with y the number of scores of one person.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = sums["x"] / sums["y"]
        error = np.sqrt(ratio_variance(sums, clusters))
        half = special.stdtrit(np.maximum(clusters - 1, 1), 0.975) * error
        return middle - half, middle + half


def net_share(net: Array, either: Array, size: Array) -> Bounds:
    """Return the interval of a share less another share of the same rows, such as eNPS.

    Parameters
    ----------
    net : ndarray of float
        Rows with the one property less rows with the other: (p - d) * size.
    either : ndarray of float
        Rows with one of them: (p + d) * size.
    size : ndarray of float
        All rows.

    Source: variance of a difference of multinomial shares, (p + d - (p - d)^2) / n.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = net / size
        half = _Z * np.sqrt(np.maximum(either / size - middle**2, 0.0) / size)
        return np.maximum(middle - half, -1.0), np.minimum(middle + half, 1.0)
