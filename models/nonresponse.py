"""Bounds of an effect where whether people answer depends on what they would have answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.estimate import Estimate
from models.group_time import GroupTime


@dataclass(frozen=True)
class NonresponseBounds:
    """What people who did not answer could do to an effect.

    Attributes
    ----------
    missing_treated, missing_control : float
        Share of those employed in both waves who did not answer both, over the comparisons that
        enter the effect.
    shift : float
        How far the mean change of those who did not answer may lie from that of those who did, in
        each group, in points.
    lowest, highest : float
        The effect where the groups differ as unfavorably and as favorably as ``shift`` allows.
    lower, upper : float
        The interval, widened by the same.
    breakdown_shift : float
        Shift from which the interval would hold 0; 0 where it already does, infinite where
        everybody answered.
    """

    missing_treated: float
    missing_control: float
    shift: float
    lowest: float
    highest: float
    lower: float
    upper: float
    breakdown_shift: float


def bound_nonresponse(
    effect: Estimate,
    found: GroupTime,
    shares: dict[int, float],
    *,
    shift: float | None,
) -> NonresponseBounds:
    """Bound an effect that is a weighted mean of comparisons.

    Among a share q of a group who did not answer, a mean change that is ``shift`` off moves the
    mean change of the whole group by q times ``shift``. Both groups together can move the effect
    by (q treated + q control) times ``shift`` in either direction.

    Parameters
    ----------
    effect : Estimate
    found : GroupTime
    shares : dict of int to float
        Number of a comparison to its share in the effect; the shares add up to 1.
    shift : float or None
        In points; None takes half a standard deviation of the controls' changes.

    Returns
    -------
    NonresponseBounds

    Source: sensitivity analysis by an offset for those missing, Rubin (1977),
    10.1080/01621459.1977.10480610; Little & Rubin, Statistical Analysis with Missing Data (2019),
    ch. 15.
    """
    counts = [found.counts[cell] for cell in shares]
    share = np.array(list(shares.values()))
    treated = float(share @ np.array([count.missing_treated for count in counts]))
    control = float(share @ np.array([count.missing_control for count in counts]))
    if shift is None:
        shift = 0.5 * float(share @ np.array([count.spread for count in counts]))
    off = (treated + control) * shift
    nearest = max(effect.lower, -effect.upper, 0.0)
    breakdown = nearest / (treated + control) if treated + control > 0 else np.inf
    return NonresponseBounds(
        missing_treated=treated,
        missing_control=control,
        shift=shift,
        lowest=effect.point - off,
        highest=effect.point + off,
        lower=effect.lower - off,
        upper=effect.upper + off,
        breakdown_shift=float(breakdown),
    )
