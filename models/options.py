"""What a retention analysis is asked: the estimand and its limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Literal, get_args

from models.estimate import InvalidInput

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


def check_options(options: RetentionOptions) -> None:
    """Raise where a choice makes no sense.

    Raises
    ------
    InvalidInput
        Code ``bad_estimand``, ``bad_truncate``, ``bad_level``, ``bad_minimum`` or ``bad_seed``.
    """
    estimands: tuple[object, ...] = get_args(Estimand)
    if options.estimand not in estimands:
        raise InvalidInput(
            "bad_estimand", f"The estimand is joiners or eligible, not {options.estimand}."
        )
    truncate = options.truncate
    if truncate is not None and not (truncate == 1 or _is_fraction(truncate)):
        raise InvalidInput(
            "bad_truncate",
            f"Weights are cut at a quantile above 0 and up to 1, such as 0.995, not {truncate}.",
        )
    if not _is_fraction(options.level):
        raise InvalidInput(
            "bad_level", f"A confidence level lies between 0 and 1, not {options.level}."
        )
    for name in ("minimum_at_risk", "minimum_exits", "minimum_enrollments", "max_fit_rows"):
        if not _is_whole(getattr(options, name), 1):
            raise InvalidInput(
                "bad_minimum",
                f"{name} is a whole number of at least 1, not {getattr(options, name)}.",
            )
    if not _is_whole(options.seed, 0):
        raise InvalidInput("bad_seed", f"A seed is a whole number from 0, not {options.seed}.")


def _is_whole(value: object, least: int) -> bool:
    return not isinstance(value, bool) and isinstance(value, Integral) and int(value) >= least


def _is_fraction(value: object) -> bool:
    return isinstance(value, Real) and 0.0 < float(value) < 1.0


def whole_horizons(horizons: Sequence[int]) -> tuple[int, ...]:
    """Return months of follow-up as whole numbers.

    Raises
    ------
    InvalidInput
        Code ``bad_horizon``.
    """
    try:
        whole = tuple(int(horizon) for horizon in horizons)
        sound = len(whole) > 0 and min(whole) >= 1 and whole == tuple(horizons)
    except (TypeError, ValueError, OverflowError):
        sound = False
    if not sound:
        raise InvalidInput("bad_horizon", "Horizons are whole numbers of months, at least 1.")
    return whole
