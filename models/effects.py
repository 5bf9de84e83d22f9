"""What a retention analysis answers."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from models.diagnosis import RetentionDiagnostics
from models.estimate import Estimate, Reason
from models.options import RetentionOptions
from models.sensitivity import EValue


@dataclass(frozen=True)
class HorizonEffect:
    """Effect within one horizon; every estimate is None where ``reason`` says why.

    Attributes
    ----------
    horizon_months : int
    risk_difference : Estimate or None
        S1(H) - S0(H): extra share still employed at the start of month H, a fraction.
    months_employed : Estimate or None
        Extra months employed among the first H, sum of S1(j) - S0(j) over j < H.
    risk_ratio : Estimate or None
        (1 - S1(H)) / (1 - S0(H)), interval on the log scale.
    survival_joined, survival_not_joined : Estimate or None
        S1(H) and S0(H), fractions.
    n_at_risk_joined, n_at_risk_not_joined : int
        People observed in the last month of the horizon.
    effective_at_risk_not_joined : float
        Effective number of those controls.
    n_exits_joined, n_exits_not_joined : int
        People who left within the horizon; a control counts once however many trials it is in.
    e_value : EValue or None
    minimum_detectable_effect : float or None
        Smallest risk difference found with power 0.8.
    reason : Reason or None
        Why the horizon is not estimable.
    """

    horizon_months: int
    n_at_risk_joined: int
    n_at_risk_not_joined: int
    effective_at_risk_not_joined: float
    n_exits_joined: int
    n_exits_not_joined: int
    risk_difference: Estimate | None = None
    months_employed: Estimate | None = None
    risk_ratio: Estimate | None = None
    survival_joined: Estimate | None = None
    survival_not_joined: Estimate | None = None
    e_value: EValue | None = None
    minimum_detectable_effect: float | None = None
    reason: Reason | None = None

    @property
    def is_estimable(self) -> bool:
        """True where the horizon has an answer."""
        return self.reason is None


@dataclass(frozen=True)
class RetentionEffect:
    """Effect of joining on staying.

    Attributes
    ----------
    horizons : dict of int to HorizonEffect
    curves : DataFrame
        One row per arm (``joined``, ``not_joined``) and month of follow-up from 0: survival,
        lower, upper (fractions), n_at_risk, n_exits (people), effective_at_risk.
    diagnostics : RetentionDiagnostics
    n_treated, n_control : int
        People who joined, and people who serve as a control in at least one trial (somebody who
        joins later is both).
    effective_sample_size : float
        Of the controls at the start of the trials.
    n_trials : int
        Months in which somebody joined.
    options : RetentionOptions
    warnings : tuple of str
        Sentences to read beside the numbers.
    """

    horizons: dict[int, HorizonEffect]
    curves: pd.DataFrame
    diagnostics: RetentionDiagnostics
    n_treated: int
    n_control: int
    effective_sample_size: float
    n_trials: int
    options: RetentionOptions
    warnings: tuple[str, ...]
