"""What an engagement analysis answers."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from models.engagement_options import Control, EngagementOptions
from models.estimate import Estimate, Reason
from models.nonresponse import NonresponseBounds

Answer = Estimate | Reason


@dataclass(frozen=True)
class EngagementDiagnostics:
    """What to look at before believing an engagement estimate.

    Attributes
    ----------
    cells : DataFrame
        One row per comparison: group, wave, base_wave, is_after, n_treated, n_control,
        effective_control (people who answered both waves), missing_treated, missing_control
        (shares of those with a row in both waves), largest_weight, n_cut, n_alone, reason (code
        or missing).
    response_coefficients : dict
        Log odds of answering per label; empty where everybody answered or nothing was weighted.
    nonresponse : NonresponseBounds or None
        Of the simple effect.
    n_always_treated : int
        People left out because they were treated by the first wave.
    warnings : tuple of str
    """

    cells: pd.DataFrame
    response_coefficients: dict[str, float]
    nonresponse: NonresponseBounds | None
    n_always_treated: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class EngagementEffect:
    """Effect of the program on a score, in those treated; a Reason stands where there is none.

    Attributes
    ----------
    simple : Estimate or Reason
        Mean over all groups and waves after treatment, by size of group.
    event_study : dict of int to (Estimate or Reason)
        By wave minus first treated wave, in the unit of ``wave``; negative before treatment.
    by_group : dict of int to (Estimate or Reason)
        Mean over the waves after treatment, by first treated wave.
    group_time : dict of (int, int) to (Estimate or Reason)
        By (first treated wave, wave).
    by_wave : dict of int to (Estimate or Reason)
        Mean over the groups treated by a wave.
    over_groups : Estimate or Reason
        Mean of ``by_group``, by size of group.
    over_event_times : Estimate or Reason
        Mean of ``event_study`` from 0 on, each time counting the same.
    over_waves : Estimate or Reason
        Mean of ``by_wave``, each wave counting the same.
    pre_trend_p_value : float or Reason
        Joint Wald test that nothing happened before treatment.
    simultaneous_quantile : float or None
        Times the standard errors of ``event_study``, the half-width of a band that holds all of
        them together; None without ``bootstrap_draws``.
    minimum_detectable_effect : float or None
        Smallest simple effect found with power 0.8.
    n_treated, n_control : int
        People treated within the waves, and people who are not.
    control : {"not_yet_treated", "never_treated"}
    options : EngagementOptions
    diagnostics : EngagementDiagnostics
    warnings : tuple of str
        Sentences to read beside the numbers.
    """

    simple: Answer
    event_study: dict[int, Answer]
    by_group: dict[int, Answer]
    group_time: dict[tuple[int, int], Answer]
    by_wave: dict[int, Answer]
    over_groups: Answer
    over_event_times: Answer
    over_waves: Answer
    pre_trend_p_value: float | Reason
    simultaneous_quantile: float | None
    minimum_detectable_effect: float | None
    n_treated: int
    n_control: int
    control: Control
    options: EngagementOptions
    diagnostics: EngagementDiagnostics
    warnings: tuple[str, ...]
