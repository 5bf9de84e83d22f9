"""What an engagement analysis is asked: comparison, base wave and limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.estimate import InvalidInput, normal_quantile

Control = Literal["not_yet_treated", "never_treated"]
BasePeriod = Literal["varying", "universal"]
CONTROLS = ("not_yet_treated", "never_treated")
BASE_PERIODS = ("varying", "universal")


@dataclass(frozen=True)
class EngagementOptions:
    """Choices of :func:`models.engagement.estimate_engagement`; defaults are the main analysis.

    Attributes
    ----------
    base_period : {"varying", "universal"}
        Waves from the first treated one on are always compared with the last wave before
        treatment. Waves before it are compared with the wave just before each (varying, the
        default of R's ``did`` and of the published figures) or with that same last wave
        (universal, the usual event-study picture; the base wave itself is 0).
    adjust_for_base_score : bool
        Compare people with the same score in the base wave, besides the covariates. Then those
        treated need not have changed like others without the program, but like others who scored
        the same before it: right where people join because of how they felt, wrong where they
        join for lasting reasons that scores only hint at; without it, the other way round. The
        two answers enclose the truth where either holds (Ding & Li 2019, Political Analysis
        27:605, 10.1017/pan.2019.25). Take base_period universal with it: whoever joined because
        of a score stands out in that very wave.
    earlier_waves : bool
        False leaves out the comparisons before treatment, where only effects are wanted.
    anticipation : int
        Waves before treatment in which scores may already react, in the unit of ``wave``.
    weight_cap : float
        Largest response weight of a person in a comparison.
    nonresponse_shift : float, optional
        How far the change of people who did not answer may lie from that of people who did, in
        points of the score, in the bounds; half a standard deviation of the changes by default.
    known_weights : bool
        True leaves the error of the response model out of the standard errors.
    level : float
        Of the intervals.
    bootstrap_draws : int
        Draws of the multiplier bootstrap for simultaneous bands; 0 for none.
    minimum_people : int
        Respondents needed in either group of a comparison.
    max_fit_rows : int
        Size above which the response model starts from the fit to a sample of this many rows.
    seed : int
        Of that sample and of the bootstrap.
    """

    base_period: BasePeriod = "varying"
    adjust_for_base_score: bool = False
    earlier_waves: bool = True
    anticipation: int = 0
    weight_cap: float = 10.0
    nonresponse_shift: float | None = None
    known_weights: bool = False
    level: float = 0.95
    bootstrap_draws: int = 0
    minimum_people: int = 1
    max_fit_rows: int = 300_000
    seed: int = 0


def check_options(control: str, options: EngagementOptions) -> None:
    """Raise where a choice makes no sense.

    Raises
    ------
    InvalidInput
        Code ``bad_control``, ``bad_base_period``, ``bad_option`` or ``bad_level``.
    """
    if control not in CONTROLS:
        raise InvalidInput("bad_control", f"control is one of {', '.join(CONTROLS)}.")
    if options.base_period not in BASE_PERIODS:
        raise InvalidInput("bad_base_period", f"base_period is one of {', '.join(BASE_PERIODS)}.")
    normal_quantile(options.level)
    shift = options.nonresponse_shift
    if (
        options.anticipation < 0
        or options.weight_cap < 1
        or options.bootstrap_draws < 0
        or options.minimum_people < 1
        or (shift is not None and not shift >= 0)
    ):
        raise InvalidInput(
            "bad_option",
            "anticipation, bootstrap_draws and nonresponse_shift are at least 0, weight_cap and "
            "minimum_people at least 1.",
        )
