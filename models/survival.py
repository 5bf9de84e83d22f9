"""From weighted risk sets to survival curves and the influence of each person on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.trials import RiskSets


@dataclass(frozen=True)
class SurvivalCurve:
    """Survival of one arm: share still employed at the start of month k of follow-up.

    Attributes
    ----------
    survival : ndarray of float, shape (n_months + 1,)
        ``survival[0]`` is 1; ``survival[k]`` the product of ``1 - hazard[j]`` over j < k.
    influence : ndarray of float, shape (n_people, n_months + 1)
        Influence of each person of the risk sets on ``survival``.
    people : ndarray of int, shape (n_people,)
    n_at_risk, n_exits : ndarray of int, shape (n_months,)
        People, not weights, in each month of follow-up.
    n_left : ndarray of int, shape (n_months,)
        People who left by the end of the month; nobody counts twice.
    effective_at_risk : ndarray of float, shape (n_months,)
        (sum of weights)^2 / sum of squared weights, over people.
    """

    survival: np.ndarray
    influence: np.ndarray
    people: np.ndarray
    n_at_risk: np.ndarray
    n_exits: np.ndarray
    n_left: np.ndarray
    effective_at_risk: np.ndarray


def estimate_survival(sets: RiskSets, *, multiplier: np.ndarray | None = None) -> SurvivalCurve:
    """Survival curve of one arm with influence values.

    Months with nobody at risk, and all that follow an exit of everybody, are missing (NaN).

    Parameters
    ----------
    sets : RiskSets
    multiplier : ndarray of float, shape (n_people,), optional
        Weight of each person, as in a multiplier bootstrap.

    Returns
    -------
    SurvivalCurve

    Source: influence function of a product of weighted hazards,
    phi_i(k) = -S(k) sum_{j<k} [D_i(j) - R_i(j) h(j)] / [R(j) (1 - h(j))].
    """
    at_risk, exits = sets.at_risk, sets.exits
    if multiplier is not None:
        at_risk, exits = at_risk * multiplier[:, None], exits * multiplier[:, None]
    total, left = at_risk.sum(axis=0), exits.sum(axis=0)
    known = (total > 0) & (left < total)
    # A month that cannot be answered ends the curve: later hazards have nothing to multiply.
    known = np.logical_and.accumulate(known)
    safe = np.where(known, total, 1.0)
    hazard = np.where(known, left / safe, np.nan)
    survival = np.concatenate([[1.0], np.cumprod(1.0 - hazard)])
    term = (exits - at_risk * hazard) / (safe * (1.0 - hazard))
    influence = np.zeros((len(at_risk), len(survival)))
    np.cumsum(term, axis=1, out=influence[:, 1:])
    influence *= -survival
    square = np.einsum("ij,ij->j", at_risk, at_risk)
    return SurvivalCurve(
        survival=survival,
        influence=influence,
        people=sets.people,
        n_at_risk=np.count_nonzero(at_risk, axis=0),
        n_exits=np.count_nonzero(exits, axis=0),
        n_left=np.count_nonzero(np.logical_or.accumulate(exits > 0, axis=1), axis=0),
        effective_at_risk=np.divide(total**2, square, out=np.zeros_like(total), where=square > 0),
    )


def months_survived(values: np.ndarray, horizon: int) -> np.ndarray:
    """Sum of the first ``horizon`` entries along the last axis: restricted mean months employed.

    Applied to a survival curve it counts the months 0 .. horizon - 1 at whose start a person is
    employed; applied to influence values it gives their influence on that mean.
    """
    months: np.ndarray = values[..., :horizon].sum(axis=-1)
    return months
