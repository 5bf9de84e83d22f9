"""The effect on staying in single cohorts and departments, drawn towards their mean.

Departments share one enrollment model; the trials of a department are those that begin in it, so
its joiners are compared with weighted colleagues of their own department.

Cohorts do not share it: a cohort may have asked other people than the next one, and its comparison
group must look like its own joiners. So the chance of joining this cohort, against joining none,
is fitted anew over the few months in which the cohort took people in; all cohorts together cost
about one more fit. A colleague who later joins another cohort leaves the comparison at that point.
That is no loss at random (who joins is engaged, and engaged people stay), so those who remain
stand in for them with the weights of the main model, which knows of all cohorts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from models.arms import follow_arms
from models.effects import HorizonEffect
from models.enrollment import EnrollmentModel, refit_enrollment
from models.estimate import Estimate, EstimationError, Reason
from models.options import RetentionOptions
from models.person_period import PersonPeriod
from models.pooling import Pooled, pool

Trials = tuple[PersonPeriod, EnrollmentModel]
FEWEST_JOINED = 20
FEWEST_GROUPS = 2


@dataclass(frozen=True)
class GroupAnswer:
    """What one group bears by itself; never shown, only pooled.

    Attributes
    ----------
    name : str
    n_treated : int
    effects : dict of int to HorizonEffect
        By horizon; empty where ``reason`` says why.
    reason : Reason or None
    """

    name: str
    n_treated: int
    effects: dict[int, HorizonEffect] = field(default_factory=dict)
    reason: Reason | None = None

    def difference(self, horizon: int) -> Estimate | Reason:
        """Risk difference within a horizon, or why there is none."""
        if self.reason is not None:
            return self.reason
        effect = self.effects[horizon]
        if effect.risk_difference is not None:
            return effect.risk_difference
        return effect.reason or Reason("not_estimable", "This group bears no number.")


@dataclass(frozen=True)
class PooledGroups:
    """Groups pooled within one horizon.

    Attributes
    ----------
    pooled : Pooled or None
        None where fewer than two groups bear a number.
    groups : dict of str to Estimate or Reason
        By group: drawn towards the mean, or why there is none.
    """

    pooled: Pooled | None
    groups: dict[str, Estimate | Reason]


def pool_groups(answers: Sequence[GroupAnswer], horizon: int, *, level: float) -> PooledGroups:
    """Pool the groups that bear a number within a horizon.

    Parameters
    ----------
    answers : sequence of GroupAnswer
    horizon : int
    level : float

    Returns
    -------
    PooledGroups

    Source: see :func:`models.pooling.pool`. Groups share colleagues and the model of joining; their
    errors are taken as independent.
    """
    found = {answer.name: answer.difference(horizon) for answer in answers}
    own = {name: one for name, one in found.items() if isinstance(one, Estimate)}
    if len(own) < FEWEST_GROUPS:
        alone = Reason("too_few_groups", "Fewer than two groups bear a number of their own.")
        return PooledGroups(None, found | dict.fromkeys(own, alone))
    pooled = pool(
        [one.point for one in own.values()],
        [one.standard_error for one in own.values()],
        level=level,
    )
    return PooledGroups(pooled, found | dict(zip(own, pooled.groups, strict=True)))


def department_answers(
    period: PersonPeriod,
    model: EnrollmentModel,
    department: np.ndarray,
    names: Sequence[str],
    *,
    horizons: Sequence[int],
    options: RetentionOptions,
) -> list[GroupAnswer]:
    """Effect in each department, on its own joiners.

    Parameters
    ----------
    period : PersonPeriod
    model : EnrollmentModel
    department : ndarray of int, shape (n_rows,)
        Number of the department in each ordered row; -1 where it is not known.
    names : sequence of str
    horizons : sequence of int
    options : RetentionOptions

    Returns
    -------
    list of GroupAnswer
        In the order of ``names``; departments nobody joined from are left out.
    """
    joins = period.enrolls & model.in_trials
    counts = np.bincount(department[joins] + 1, minlength=len(names) + 1)[1:]
    return [
        _answer(
            name,
            int(counts[number]),
            partial(_beginning_in, period, model, department == number),
            horizons,
            options,
        )
        for number, name in enumerate(names)
        if counts[number]
    ]


def cohort_answers(
    period: PersonPeriod,
    model: EnrollmentModel,
    cohort: np.ndarray,
    names: Sequence[str],
    *,
    horizons: Sequence[int],
    options: RetentionOptions,
) -> list[GroupAnswer]:
    """Effect in each cohort, on its own joiners, against joining none.

    Parameters
    ----------
    period : PersonPeriod
    model : EnrollmentModel
        Of joining any cohort.
    cohort : ndarray of int, shape (n_rows,)
        Number of the cohort the person joins first, in each ordered row; -1 where there is none.
    names : sequence of str
    horizons : sequence of int
    options : RetentionOptions

    Returns
    -------
    list of GroupAnswer
        In the order of ``names``; cohorts nobody joined are left out.
    """
    counts = np.bincount(cohort[period.enrolls] + 1, minlength=len(names) + 1)[1:]
    return [
        _answer(
            name,
            int(counts[number]),
            partial(_joining, period, model, cohort == number, options),
            horizons,
            options,
        )
        for number, name in enumerate(names)
        if counts[number]
    ]


def _beginning_in(period: PersonPeriod, model: EnrollmentModel, rows: np.ndarray) -> Trials:
    return period, replace(model, in_trials=model.in_trials & rows)


def _joining(
    period: PersonPeriod, model: EnrollmentModel, rows: np.ndarray, options: RetentionOptions
) -> Trials:
    """People of which only those in ``rows`` join; who joins elsewhere that month is in no trial.

    The odds of joining this cohort against joining none are what the weights at the start need;
    ``before_enrollment`` still ends with joining any.
    """
    joins = period.enrolls & rows
    own = replace(period, enrolls=joins, at_risk=period.at_risk & (joins | ~period.enrolls))
    return own, replace(refit_enrollment(own, model, options=options), later=model)


def _answer(
    name: str,
    n_treated: int,
    trials: Callable[[], Trials],
    horizons: Sequence[int],
    options: RetentionOptions,
) -> GroupAnswer:
    if n_treated < FEWEST_JOINED:
        words = f"Fewer than {FEWEST_JOINED} people joined."
        return GroupAnswer(name, n_treated, reason=Reason("few_joined", words))
    try:
        period, model = trials()
        arms = follow_arms(period, model, n_months=max(horizons) + 1, options=options)
        return GroupAnswer(name, n_treated, arms.effects(horizons))
    except EstimationError as error:
        return GroupAnswer(name, n_treated, reason=error.reason)
