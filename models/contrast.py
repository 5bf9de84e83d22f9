"""From the two survival curves to what is said about a horizon."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.effects import HorizonEffect
from models.estimate import Estimate, Reason, clustered_standard_error, normal_quantile
from models.options import RetentionOptions
from models.sensitivity import e_value, minimum_detectable_effect
from models.survival import SurvivalCurve, months_survived


@dataclass(frozen=True)
class Contrast:
    """Both arms with the clusters of all people, shape (n_people,), and the level of intervals."""

    joined: SurvivalCurve
    not_joined: SurvivalCurve
    cluster: np.ndarray
    level: float

    def estimate(
        self, value: float, by_joined: np.ndarray | None, by_not_joined: np.ndarray | None
    ) -> Estimate:
        """Estimate of a value from the influence of each arm's people on it."""
        influence = np.zeros(len(self.cluster))
        for arm, by_arm in ((self.joined, by_joined), (self.not_joined, by_not_joined)):
            if by_arm is not None:
                influence[arm.people] += by_arm
        error = clustered_standard_error(influence, self.cluster)
        return Estimate.normal(value, float(error), level=self.level)


def horizon_effect(horizon: int, contrast: Contrast, options: RetentionOptions) -> HorizonEffect:
    """Effect within a horizon, or the reason why it has no answer."""
    joined, not_joined = contrast.joined, contrast.not_joined
    counts = HorizonEffect(
        horizon_months=horizon,
        n_at_risk_joined=int(joined.n_at_risk[horizon - 1]),
        n_at_risk_not_joined=int(not_joined.n_at_risk[horizon - 1]),
        effective_at_risk_not_joined=float(not_joined.effective_at_risk[horizon - 1]),
        n_exits_joined=int(joined.n_left[horizon - 1]),
        n_exits_not_joined=int(not_joined.n_left[horizon - 1]),
    )
    reason = _reason(counts, contrast, options)
    if reason is not None:
        return replace(counts, reason=reason)
    stay, stay_without = joined.survival[horizon], not_joined.survival[horizon]
    change, change_without = joined.influence[:, horizon], not_joined.influence[:, horizon]
    months = months_survived(joined.survival, horizon) - months_survived(
        not_joined.survival, horizon
    )
    difference = contrast.estimate(stay - stay_without, change, -change_without)
    ratio = _risk_ratio(horizon, contrast)
    return replace(
        counts,
        risk_difference=difference,
        months_employed=contrast.estimate(
            float(months),
            months_survived(joined.influence, horizon),
            -months_survived(not_joined.influence, horizon),
        ),
        risk_ratio=ratio,
        survival_joined=contrast.estimate(stay, change, None),
        survival_not_joined=contrast.estimate(stay_without, None, change_without),
        e_value=e_value(ratio),
        minimum_detectable_effect=minimum_detectable_effect(
            difference.standard_error, level=contrast.level
        ),
    )


def _risk_ratio(horizon: int, contrast: Contrast) -> Estimate:
    """Ratio of the shares that left; its interval is built on the log scale."""
    joined, not_joined = contrast.joined, contrast.not_joined
    gone, gone_without = 1 - joined.survival[horizon], 1 - not_joined.survival[horizon]
    log = contrast.estimate(
        float(np.log(gone / gone_without)),
        -joined.influence[:, horizon] / gone,
        not_joined.influence[:, horizon] / gone_without,
    )
    point = float(np.exp(log.point))
    lower, upper = float(np.exp(log.lower)), float(np.exp(log.upper))
    return Estimate(point, point * log.standard_error, lower, upper)


def _reason(counts: HorizonEffect, contrast: Contrast, options: RetentionOptions) -> Reason | None:
    horizon, at_risk = counts.horizon_months, options.minimum_at_risk
    if counts.n_at_risk_joined == 0 or counts.n_at_risk_not_joined == 0:
        return Reason("nobody_at_risk", f"Nobody has been observed for {horizon} months yet.")
    if min(counts.n_at_risk_joined, counts.effective_at_risk_not_joined) < at_risk:
        return Reason(
            "few_at_risk",
            f"Fewer than {at_risk} comparable people have been observed for {horizon} months.",
        )
    arms = (contrast.joined, contrast.not_joined)
    if not all(np.isfinite(arm.survival[horizon]) for arm in arms):
        return Reason("everybody_left", f"Everybody observed had left within {horizon} months.")
    if min(counts.n_exits_joined, counts.n_exits_not_joined) < options.minimum_exits:
        return Reason(
            "few_exits",
            f"Fewer than {options.minimum_exits} people left within {horizon} months in one of "
            "the groups.",
        )
    return None


def curve_frame(name: str, arm: SurvivalCurve, contrast: Contrast) -> pd.DataFrame:
    """One arm's survival by month of follow-up, with band and numbers at risk."""
    months = len(arm.n_at_risk)
    error = clustered_standard_error(arm.influence[:, :months], contrast.cluster[arm.people])
    survival, half = arm.survival[:months], normal_quantile(contrast.level) * error
    return pd.DataFrame(
        {
            "arm": name,
            "month": np.arange(months),
            "survival": survival,
            "lower": np.clip(survival - half, 0.0, 1.0),
            "upper": np.clip(survival + half, 0.0, 1.0),
            "n_at_risk": arm.n_at_risk,
            "n_exits": arm.n_exits,
            "effective_at_risk": arm.effective_at_risk,
        }
    )


def horizon_warnings(effects: dict[int, HorizonEffect]) -> list[str]:
    """Sentences about the horizons without an answer."""
    return [
        f"No answer at {horizon} months: {effect.reason.words}"
        for horizon, effect in effects.items()
        if effect.reason is not None
    ]
