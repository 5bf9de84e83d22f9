"""Comparisons that should find nothing: what happened before joining, and who had a mentor anyway.

If the weighted colleagues differ from those who joined in something that lies before joining and
was not weighted for, they are likely to differ in what nobody measured as well.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from models.balance import weighted_mean_difference
from models.enrollment import EnrollmentModel
from models.estimate import Estimate, NotEstimable
from models.person_period import PersonPeriod
from models.trials import FollowUp

FEWEST_KNOWN = 20
LARGEST_DIFFERENCE = 0.1
LARGEST_SHARE = 0.05
Verdict = Literal["passed", "failed", "note"]


def compare_before(
    period: PersonPeriod, model: EnrollmentModel, value: np.ndarray, *, level: float = 0.95
) -> Estimate:
    """Compare both arms in something that lies before the start of the trials.

    Parameters
    ----------
    period : PersonPeriod
    model : EnrollmentModel
    value : ndarray of float, shape (n_rows,)
        In ordered rows, known at the start of the month; missing values take no part.
    level : float
        Of the interval.

    Returns
    -------
    Estimate
        Mean of those who joined less weighted mean of the controls, in standard deviations before
        weighting, clustered. The weights are taken as known, which widens the interval.

    Raises
    ------
    NotEstimable
        Code ``few_known`` or ``no_variation``.

    Source: Lipsitch, Tchetgen Tchetgen & Cohen (2010), Epidemiology 21:383,
    10.1097/EDE.0b013e3181d61eeb (negative controls); standardization as in :mod:`models.balance`.
    """
    rows = np.flatnonzero(model.in_trials & ~np.isnan(value))
    joined, known = period.enrolls[rows], value[rows]
    people = [_number_of(period.person[rows[arm]]) for arm in (joined, ~joined)]
    if min(people) < FEWEST_KNOWN:
        raise NotEstimable(
            "few_known", f"Known of fewer than {FEWEST_KNOWN} people in one of the groups."
        )
    spread = float(np.sqrt((known[joined].var() + known[~joined].var()) / 2))
    if not spread > 0:
        raise NotEstimable("no_variation", "It was the same for everybody.")
    chance = model.probability[rows]
    return weighted_mean_difference(
        known / spread,
        joined,
        weight=np.where(joined, 1.0, chance / np.maximum(1.0 - chance, 1e-12)),
        cluster=period.cluster[period.person[rows]],
        level=level,
    )


def _number_of(person: np.ndarray) -> int:
    """Count people in ordered rows."""
    return int(np.count_nonzero(np.diff(person, prepend=-1)))


def judge_before(difference: Estimate) -> Verdict:
    """Judge a difference before joining.

    Failed where the interval excludes zero and the difference is large enough to matter, passed
    where it is small, a note where it is large and may still be chance.
    """
    if abs(difference.point) <= LARGEST_DIFFERENCE:
        return "passed"
    return "note" if difference.lower <= 0 <= difference.upper else "failed"


def share_of_controls(controls: FollowUp, has_it: np.ndarray) -> tuple[float, int]:
    """Share of the comparison group's weight at the start, and number of people, that have it.

    Parameters
    ----------
    controls : FollowUp
    has_it : ndarray of bool, shape (n_people,)

    Returns
    -------
    tuple of float and int
    """
    own, weight = has_it[controls.people], controls.at_risk[:, 0]
    return float(weight[own].sum() / weight.sum()), int(own.sum())
