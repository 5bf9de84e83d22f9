"""What one item's answers look like in whole numbers, and what a printed figure says about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
PRINTED_DECIMALS = 1
AUDITED_DECIMALS = 2  # a second one protects against numbers that leak more precisely
STEPS_OF_A_FULL_SCALE = 4


@dataclass(frozen=True)
class Item:
    """An item, or a score made of several, in whole units of one person's answer.

    Attributes
    ----------
    id : str
        Name of the item or metric.
    low, high : int
        Smallest and largest answer, in units.
    units_per_point : int
        Units in one point of the scale: 1 for an item, 3 for the mean of three items.
    printed_per_point : int
        What one point is worth in the printed figure: 1 for a mean, 100 for a share in percent.
    favorable_from : int, optional
        Smallest answer that counts as favorable, in units, where the share of favorable answers
        is published beside the mean; the two are then audited together.

    Examples
    --------
    A 1-5 item is ``Item("i", 1, 5)``; a 0-6 score over three items is ``Item("s", 0, 18,
    units_per_point=3)``; eNPS, promoters 1, passives 0, detractors -1, in points, is
    ``Item("enps", -1, 1, printed_per_point=100)``.
    """

    id: str
    low: int
    high: int
    units_per_point: int = 1
    printed_per_point: int = 1
    favorable_from: int | None = None

    def __post_init__(self) -> None:
        if self.high <= self.low or self.units_per_point < 1 or self.printed_per_point < 1:
            raise ValueError(f"{self.id}: a scale has two ends and positive units.")
        start = self.favorable_from
        if start is not None and not self.low < start <= self.high:
            raise ValueError(f"{self.id}: favorable answers start inside the scale.")

    @property
    def share(self) -> Item:
        """The share of favorable answers of this item, as an item of its own."""
        return Item(f"{self.id} favorable", 0, 1, printed_per_point=100)

    def needed_range(self, answers: Whole) -> Whole:
        """Return how many units the sum of a protected group must at least be uncertain by.

        More than one answer more or less (two points wide), and a scale point on the group's mean;
        where a scale has fewer than five steps, a quarter of it. Never more than is uncertain
        before anything is published.
        """
        point = min(float(self.units_per_point), (self.high - self.low) / STEPS_OF_A_FULL_SCALE)
        wanted = np.maximum(2 * self.units_per_point + 1, np.ceil(answers * point))
        needed: Whole = np.minimum(wanted, answers * (self.high - self.low)).astype(np.int64)
        return needed


def near_unanimous(item: Item, answers: Whole, total: Whole) -> tuple[np.ndarray, np.ndarray]:
    """Return where nearly everyone gave the lowest answer, and where the highest.

    Parameters
    ----------
    item : Item
    answers, total : ndarray of int, same shape
        Number and sum (units) of the answers behind each figure.

    Returns
    -------
    tuple of ndarray of bool
        A sum less than two points from the end: the mean would tell what each single person said.
    """
    margin = 2 * item.units_per_point
    at_low = total - answers * item.low < margin
    at_high = answers * item.high - total < margin
    return at_low, at_high


def sum_interval(item: Item, answers: Whole, total: Whole) -> tuple[Whole, Whole]:
    """Return the smallest and largest sum that agree with each figure as it is printed.

    The figure is taken as printed with one and with two decimals, a nearly unanimous one as "or
    lower" or "or higher". Whole-number arithmetic throughout: nothing depends on floating point.

    Parameters
    ----------
    item : Item
    answers, total : ndarray of int, same shape
        Number (positive) and sum (units) of the answers behind each figure.
    """
    lowest, highest = answers * item.low, answers * item.high
    lower, upper = lowest, highest
    size = answers * item.units_per_point
    for decimals in (PRINTED_DECIMALS, AUDITED_DECIMALS):
        fine = item.printed_per_point * 10**decimals
        printed = rounded(item, answers, total, decimals=decimals)
        lower = np.maximum(lower, -((-(2 * printed - 1) * size) // (2 * fine)))
        upper = np.minimum(upper, ((2 * printed + 1) * size) // (2 * fine))
    at_low, at_high = near_unanimous(item, answers, total)
    margin = 2 * item.units_per_point - 1
    lower = np.where(at_low, lowest, np.where(at_high, np.maximum(highest - margin, lowest), lower))
    upper = np.where(
        at_low, np.minimum(lowest + margin, highest), np.where(at_high, highest, upper)
    )
    return lower, upper


def rounded(item: Item, answers: Whole, total: Whole, *, decimals: int) -> Whole:
    """Return the printed figures times 10**decimals, halves rounded up."""
    size = answers * item.units_per_point
    found: Whole = (2 * total * item.printed_per_point * 10**decimals + size) // (2 * size)
    return found
