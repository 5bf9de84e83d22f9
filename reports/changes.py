"""How far two figures lie apart, and whether more than chance is needed to explain it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol


class Figure(Protocol):
    """A metric cell as a release row gives it; missing numbers as None or NaN."""

    value: float | None
    lower: float | None
    upper: float | None
    status: str
    metric_version: float | None
    bound: str | None


@dataclass(frozen=True)
class Change:
    """The difference of two figures, in their unit.

    Attributes
    ----------
    difference : float
        Later minus earlier.
    lower, upper : float or None
        95 % interval; None for figures that are counted, not estimated.
    """

    difference: float
    lower: float | None = None
    upper: float | None = None

    @property
    def has_interval(self) -> bool:
        """True where chance was accounted for."""
        return self.lower is not None and self.upper is not None

    @property
    def is_real(self) -> bool:
        """True where the interval excludes zero: only then is it called a change."""
        return (
            self.lower is not None and self.upper is not None and (self.lower > 0 or self.upper < 0)
        )


def compare(now: Figure, before: Figure) -> Change | None:
    """Return the change between two figures of one metric and slice, None where either is hidden.

    Nor is there a change between two definitions: protected figures published before a metric was
    redefined keep the version they were computed under.

    The interval is recovered from the two intervals (MOVER), taking the two periods as
    independent. The same pairs are mostly in both, which makes neighboring periods alike and this
    interval rather too wide than too narrow.

    Source: Zou & Donner 2008, Statistics in Medicine 27:1693 (10.1002/sim.3095); with Wilson
    intervals it is Newcombe's method 10 (1998).
    """
    if now.status != "shown" or before.status != "shown":
        return None
    if any(isinstance(figure.bound, str) and figure.bound for figure in (now, before)):
        return None  # nobody knows how far a bound is from the figure
    versions = (known_number(now.metric_version), known_number(before.metric_version))
    if None not in versions and versions[0] != versions[1]:
        return None
    later, earlier = known_number(now.value), known_number(before.value)
    if later is None or earlier is None:
        return None
    difference = later - earlier
    ends = [known_number(end) for end in (now.lower, now.upper, before.lower, before.upper)]
    low, high, low_before, high_before = ends
    if low is None or high is None or low_before is None or high_before is None:
        return Change(difference)
    down = math.hypot(later - low, high_before - earlier)
    up = math.hypot(high - later, earlier - low_before)
    return Change(difference, difference - down, difference + up)


def known_number(value: float | None) -> float | None:
    """Return a number of a release row, None where it is missing."""
    return None if value is None or math.isnan(value) else float(value)
