"""The planted effects, and the truth about them from cloned counterfactuals."""

from __future__ import annotations

import numpy as np

from sampling import company
from sampling.careers import Careers, tenure_months
from sampling.plan import HORIZON, Effect, Plan

MONTHLY_RESIGNATION = 0.0117
FEWER_RESIGNATIONS = 0.55  # share of the monthly chance to resign that joining takes away
RAMP_MONTHS = 3
MORE_ENGAGEMENT = 0.3  # points on the 0-6 scale
HORIZONS = (6, 12, 24)
NEVER = 10_000


def ramp(months_since: np.ndarray) -> np.ndarray:
    """Return the share of the full effect reached, 0 in the month of enrollment, 1 from month 3."""
    return np.clip(months_since / RAMP_MONTHS, 0.0, 1.0)


def resignation_chance(
    careers: Careers, plan: Plan, people: np.ndarray, month: int, *, joined: np.ndarray
) -> np.ndarray:
    """Return the chance to resign in a month.

    Parameters
    ----------
    careers : Careers
    plan : Plan
    people : ndarray of int, shape (k,)
    month : int
    joined : ndarray of int, shape (k,)
        Month of enrollment; ``NEVER`` in a world without it.

    Returns
    -------
    ndarray of float, shape (k,)
    """
    at = min(month, careers.level.shape[1] - 1)
    level = careers.level[people, at] - 1
    department = careers.department[people, at]
    years = np.clip(tenure_months(careers, plan, month)[people] / 12, 0, 15)
    chance = (
        MONTHLY_RESIGNATION
        * company.LEVEL_LEAVES[level]
        * company.column(company.DEPARTMENTS, "leaves")[department]
        * company.column(company.FUNCTIONS, "leaves")[careers.function[people]]
        * company.column(company.SITES, "leaves")[careers.site[people, at]]
        * np.exp(-0.045 * years - 0.42 * careers.latent(people, at))
    )
    chance = np.minimum(chance, 0.2)
    return chance * (1.0 - kept_share(plan.effect) * ramp(month - joined))


def kept_share(effect: Effect) -> float:
    """Return the share of resignations that joining prevents once the effect has ramped up."""
    return FEWER_RESIGNATIONS if effect == "planted" else 0.0


def engagement_gain(months_since: np.ndarray, effect: Effect) -> np.ndarray:
    """Return the points added to measured engagement."""
    full = MORE_ENGAGEMENT if effect == "planted" else 0.0
    return full * ramp(months_since)


def retention_truth(careers: Careers, plan: Plan, enrolled: np.ndarray) -> dict[str, object]:
    """Follow each person who joined, and a clone who never does, through the same draws.

    Nobody leaves involuntarily in either world, as in an analysis in which involuntary exits
    censor. Clones are followed beyond the last day of the exports where a horizon asks for it.

    Parameters
    ----------
    careers : Careers
    plan : Plan
    enrolled : ndarray of int, shape (n,)
        Month of enrollment, ``NEVER`` for those who did not join.

    Returns
    -------
    dict
        Per horizon ``risk_difference`` (fraction), ``months_employed``, survival in both worlds;
        ``expected`` over all draws, ``realized`` with the draws of the committed world.
    """
    people = np.flatnonzero(enrolled < NEVER)
    start = enrolled[people]
    worlds = {"joined": start, "not_joined": np.full(len(people), NEVER)}
    survival = {}
    for world, joined in worlds.items():
        expected = np.ones((len(people), HORIZON + 1))
        realized = np.ones((len(people), HORIZON + 1))
        for k in range(HORIZON):
            chance, draw = np.empty(len(people)), np.empty(len(people))
            for month in np.unique(start):
                at = np.flatnonzero(start == month)
                now = int(month) + k
                chance[at] = resignation_chance(careers, plan, people[at], now, joined=joined[at])
                draw[at] = resignation_draws(careers, plan, now)[people[at]]
            expected[:, k + 1] = expected[:, k] * (1.0 - chance)
            realized[:, k + 1] = realized[:, k] * (draw >= chance)
        survival[world] = {"expected": expected.mean(axis=0), "realized": realized.mean(axis=0)}
    return {str(h): _at_horizon(survival, h) for h in HORIZONS} | {"people": len(people)}


def _at_horizon(survival: dict[str, dict[str, np.ndarray]], horizon: int) -> dict[str, object]:
    found: dict[str, object] = {}
    for kind in ("expected", "realized"):
        joined, not_joined = survival["joined"][kind], survival["not_joined"][kind]
        found[kind] = {
            "risk_difference": round(float(joined[horizon] - not_joined[horizon]), 6),
            "months_employed": round(float((joined - not_joined)[:horizon].sum()), 6),
            "survival_joined": round(float(joined[horizon]), 6),
            "survival_not_joined": round(float(not_joined[horizon]), 6),
        }
    return found


def resignation_draws(careers: Careers, plan: Plan, month: int) -> np.ndarray:
    """Return everybody's uniform draw of resigning in a month."""
    return plan.stream("resignation", month).random(careers.n)
