"""Both arms of the trials, followed: those who joined and the weighted comparison group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.contrast import Contrast, horizon_effect
from models.effects import HorizonEffect
from models.enrollment import EnrollmentModel
from models.estimate import NotEstimable
from models.nuisance import (
    SumGradients,
    add_enrollment_influence,
    controls_gradient,
    joined_gradients,
)
from models.options import RetentionOptions, check_options
from models.person_period import PersonPeriod
from models.survival import SurvivalCurve, estimate_survival
from models.trials import FollowUp, follow_controls, follow_joined, weight_cap


@dataclass(frozen=True)
class Arms:
    """Both arms as they are followed, with what is the same for every outcome and clustering.

    Attributes
    ----------
    period : PersonPeriod
        With the outcome to be analyzed.
    model : EnrollmentModel
    options : RetentionOptions
    cap : float or None
        Largest weight of a control in a month of a trial.
    joined, controls : FollowUp
    at_risk_gradient : ndarray of float, shape (n_coefficients, n_months), or None
        How the controls' weight at risk changes with the enrollment model; None where the weights
        are taken as known.
    """

    period: PersonPeriod
    model: EnrollmentModel
    options: RetentionOptions
    cap: float | None
    joined: FollowUp
    controls: FollowUp
    at_risk_gradient: np.ndarray | None

    def effects(self, horizons: Sequence[int]) -> dict[int, HorizonEffect]:
        """Effect within each horizon, or the reason why it has no answer."""
        contrast = self.contrast()
        return {horizon: horizon_effect(horizon, contrast, self.options) for horizon in horizons}

    def contrast(self) -> Contrast:
        """Both survival curves, side by side."""
        joined, not_joined = self._survival_curves()
        return Contrast(joined, not_joined, self.period.cluster, self.options.level)

    def _survival_curves(self) -> tuple[SurvivalCurve, SurvivalCurve]:
        period, model = self.period, self.model
        joined_sets = self.joined.risk_sets(period)
        control_sets = self.controls.risk_sets(period)
        joined, not_joined = estimate_survival(joined_sets), estimate_survival(control_sets)
        if self.at_risk_gradient is None:
            return joined, not_joined
        exits_gradient = controls_gradient(
            period, model, self.controls, options=self.options, cap=self.cap, only_exits=True
        )
        gradients = SumGradients(self.at_risk_gradient, exits_gradient)
        gradient = gradients.of_curve(control_sets, not_joined)
        not_joined = add_enrollment_influence(not_joined, model, gradient)
        if self.options.estimand == "eligible":
            gradient = joined_gradients(joined_sets, period, model).of_curve(joined_sets, joined)
            joined = add_enrollment_influence(joined, model, gradient)
        return joined, not_joined


def follow_arms(
    period: PersonPeriod, model: EnrollmentModel, *, n_months: int, options: RetentionOptions
) -> Arms:
    """Follow both arms for some months.

    Parameters
    ----------
    period : PersonPeriod
    model : EnrollmentModel
    n_months : int
    options : RetentionOptions

    Returns
    -------
    Arms

    Raises
    ------
    InvalidInput
        See :func:`models.options.check_options`.
    NotEstimable
        Code ``no_enrollments`` or ``no_controls``: no trial has both arms.
    """
    check_options(options)
    _check_both_arms(period, model)
    cap = None
    if options.truncate is not None:
        cap = weight_cap(
            period, model, quantile=options.truncate, n_months=n_months, options=options
        )
    controls = follow_controls(period, model, n_months=n_months, options=options, cap=cap)
    at_risk_gradient = None
    if not options.known_weights:
        at_risk_gradient = controls_gradient(period, model, controls, options=options, cap=cap)
    return Arms(
        period=period,
        model=model,
        options=options,
        cap=cap,
        joined=follow_joined(period, model, n_months=n_months, options=options),
        controls=controls,
        at_risk_gradient=at_risk_gradient,
    )


def _check_both_arms(period: PersonPeriod, model: EnrollmentModel) -> None:
    if not (period.enrolls & model.in_trials).any():
        raise NotEstimable("no_enrollments", "Nobody enrolled who could be compared.")
    if not (model.in_trials & ~period.enrolls).any():
        raise NotEstimable("no_controls", "Nobody comparable stayed out of the program.")
