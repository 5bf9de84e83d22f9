"""The doubly robust version of the retention analysis, a sensitivity.

What joiners would have done without joining is predicted from the exit hazard of the comparison
group, and the weighted comparison group corrects the prediction by what it gets wrong about them.
It is right where either the model of joining or the model of leaving is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.arms import Arms
from models.contrast import Contrast, horizon_effect
from models.effects import HorizonEffect
from models.estimate import InvalidInput
from models.exit_hazard import ExitHazard, fit_exit_hazard
from models.survival import SurvivalCurve, estimate_survival
from models.trials import RiskSets, control_spans, control_weights, person_blocks

NEARLY = 1e-9


def doubly_robust_effects(arms: Arms, horizons: Sequence[int]) -> dict[int, HorizonEffect]:
    """Effect in joiners within each horizon, or the reason why it has no answer.

    Parameters
    ----------
    arms : Arms
        Followed for more months than the longest horizon, weights not cut.
    horizons : sequence of int

    Returns
    -------
    dict of int to HorizonEffect

    Raises
    ------
    InvalidInput
        Code ``bad_estimand`` or ``bad_truncate``: it is there for the main analysis only.
    NotEstimable
        See :func:`models.exit_hazard.fit_exit_hazard`.

    Notes
    -----
    Standard errors come from the influence function with both models, and the chance to be
    observed, taken as known: nothing vouches for the intervals as it does for the main ones, so
    read the number beside the main one, not instead of it.
    """
    if arms.options.estimand != "joiners":
        raise InvalidInput("bad_estimand", "The doubly robust version is that of the joiners.")
    if arms.cap is not None:
        raise InvalidInput("bad_truncate", "The doubly robust version takes the weights whole.")
    joined = estimate_survival(arms.joined.risk_sets(arms.period))
    not_joined = augmented_curve(arms, fit_exit_hazard(arms))
    contrast = Contrast(joined, not_joined, arms.period.cluster, arms.options.level)
    return {horizon: horizon_effect(horizon, contrast, arms.options) for horizon in horizons}


def augmented_curve(arms: Arms, model: ExitHazard) -> SurvivalCurve:
    """Survival of the joiners had they not joined, with influence values.

    With h(k | x) the hazard, S(k | x) the survival that follows, w the weight of a control in
    month k of a trial begun with covariates x, and C(k) the chance to be observed that long,

    S0(j) = mean over joiners of S(j | x)
            - 1/W sum of S(j | x) / S(k+1 | x) w(k) / C(k) [D(k) - R(k) h(k | x)],

    summed over trials and months k < j, where W is the weight of all controls at the start. If
    nobody were lost the sum would be that of 1{employed at j} - S(j | x), whatever h is.

    Parameters
    ----------
    arms : Arms
    model : ExitHazard

    Returns
    -------
    SurvivalCurve
        ``people`` are all people; numbers at risk are those of the weighted comparison group.

    Source: Bai, Tsiatis & O'Brien (2013), Biometrics 69:830, 10.1111/biom.12076, in discrete
    time, with the weights of sequential trials.
    """
    period = arms.period
    survival = model.survival
    rows = np.flatnonzero(period.enrolls & arms.model.in_trials)
    predicted = survival[:, model.group[rows]].T
    mean = predicted.mean(axis=0)
    influence = np.zeros((period.n_people, len(mean)))
    influence[period.person[rows]] = (predicted - mean) / len(rows)
    sets = arms.controls.risk_sets(period)
    wrong = _corrections(arms, model, survival, _observed(sets))
    at_start = arms.controls.at_risk[:, 0]
    total = at_start.sum()
    shift = wrong.sum(axis=0) / total
    influence[arms.controls.people] -= (wrong - at_start[:, None] * shift) / total
    curve = np.clip(mean - shift, NEARLY, 1.0 - NEARLY)
    curve[0] = 1.0
    weighted = estimate_survival(sets)
    return replace(weighted, survival=curve, influence=influence, people=np.arange(period.n_people))


def _observed(sets: RiskSets) -> np.ndarray:
    """Chance to be observed in each month of follow-up, had one not left before.

    Leaving the comparison by joining is made up for by the weights already.
    """
    at_risk, exits = sets.at_risk.sum(axis=0), sets.exits.sum(axis=0)
    remaining = (at_risk - exits)[:-1]
    kept = np.divide(at_risk[1:], remaining, out=np.ones(len(remaining)), where=remaining > 0)
    chance: np.ndarray = np.append(1.0, np.cumprod(kept))
    return chance


def _corrections(
    arms: Arms, model: ExitHazard, survival: np.ndarray, observed: np.ndarray
) -> np.ndarray:
    """Per control and month, the weighted errors of the predictions, over all their trials."""
    people, n_months = arms.controls.people, len(model.hazard)
    found = np.zeros((len(people), n_months + 1))
    done = 0
    for rows, starts in person_blocks(control_spans(arms.period, arms.model, n_months)):
        target = slice(done, done + len(starts))
        done += len(starts)
        group = model.group[rows]
        exited = arms.period.exited[rows].astype(float)
        errors = np.zeros(len(rows))  # of the trial that begins in the row, so far
        weights = control_weights(arms.period, arms.model, rows, starts, arms.options)
        for k, weight in zip(range(n_months), weights, strict=False):
            n_begun = max(len(rows) - k, 0)
            begun = group[:n_begun]
            if not observed[k] > 0:  # nobody: the curve has ended
                found[target, k + 1 :] = np.nan
                break
            error = weight[k:] / observed[k] * (exited[k:] - model.hazard[k][begun])
            errors[:n_begun] += error / survival[k + 1][begun]
            found[target, k + 1] = np.add.reduceat(errors * survival[k + 1][group], starts)
    return found
