"""What a retention analysis is asked: the estimand and its limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Estimand = Literal["joiners", "eligible"]


@dataclass(frozen=True)
class RetentionOptions:
    """Choices of :func:`models.retention.estimate_retention`; the defaults are the main analysis.

    Attributes
    ----------
    estimand : {"joiners", "eligible"}
        Effect in those who joined, or in all who could have.
    censor_at_enrollment : bool
        True compares with never joining during follow-up; False (intention to treat) leaves
        controls who join later where they are.
    truncate : float, optional
        Quantile at which control weights are cut, such as 0.995; none by default.
    calendar : bool
        Adjust for calendar time.
    known_weights : bool
        True leaves the error of the enrollment model out of the standard errors, which makes them
        somewhat too large.
    level : float
        Of the intervals.
    minimum_at_risk : int
        People needed in either arm in the last month of a horizon.
    minimum_exits : int
        People in either arm who must have left within a horizon.
    minimum_enrollments : int
        Enrollments needed to fit anything, and to give a month a category of its own.
    max_fit_rows : int
        Size above which the enrollment model is fitted to a sample.
    seed : int
        Of that sample.
    """

    estimand: Estimand = "joiners"
    censor_at_enrollment: bool = True
    truncate: float | None = None
    calendar: bool = True
    known_weights: bool = False
    level: float = 0.95
    minimum_at_risk: int = 10
    minimum_exits: int = 2
    minimum_enrollments: int = 10
    max_fit_rows: int = 600_000
    seed: int = 0
