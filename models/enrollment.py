"""The enrollment model: the chance to enroll this month among those who may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.design import CALENDAR, Covariate, Design, code_calendar, code_covariates
from models.estimate import NotEstimable
from models.logistic import chance, fit_logistic, share_as_start
from models.options import RetentionOptions
from models.person_period import PersonPeriod

BLOCK_ROWS = 200_000
LARGEST_PROBABILITY = 0.999
LARGEST_SHARE_WITHOUT_CONTROL = 0.1
FEW_ROWS = 20_000  # below this a fit costs less than looking for a better start


@dataclass(frozen=True)
class EnrollmentModel:
    """Fitted enrollment probabilities.

    Attributes
    ----------
    probability : ndarray of float, shape (n_rows,)
        Chance to enroll in the month; 0 where the person may not, or where nobody like them did.
    in_trials : ndarray of bool, shape (n_rows,)
        Rows that start a trial, as a joiner or as a control.
    design : Design
    coefficients : dict
        Column label to log odds; numeric covariates are per standard deviation.
    excluded : tuple of str
        Levels in which nobody or everybody enrolls; such rows take no part.
    person_influence : ndarray of float, shape (n_people, n_coefficients)
        Influence of each person on the coefficients.
    later : EnrollmentModel, optional
        Model of enrolling during follow-up, where that is not the same question: whoever joins
        another cohort leaves the comparison, too.
    """

    probability: np.ndarray
    in_trials: np.ndarray
    design: Design
    coefficients: dict[str, float]
    excluded: tuple[str, ...]
    person_influence: np.ndarray
    later: EnrollmentModel | None = None

    @property
    def during_follow_up(self) -> EnrollmentModel:
        """Model of enrolling in a month of follow-up."""
        return self.later or self

    @property
    def whole_influence(self) -> np.ndarray:
        """Influence of each person on the coefficients of both models, side by side."""
        if self.later is None:
            return self.person_influence
        return np.hstack([self.person_influence, self.later.person_influence])


def fit_enrollment(
    period: PersonPeriod,
    frame: pd.DataFrame,
    *,
    covariates: Sequence[str],
    options: RetentionOptions,
) -> EnrollmentModel:
    """Fit a pooled logistic model of enrolling to all person-months at risk.

    Levels of a covariate (and months) without a single enrollment get probability 0, the exact
    maximum-likelihood limit: nobody like these people joined, so they stand in for no joiner.

    Parameters
    ----------
    period : PersonPeriod
    frame : DataFrame
        The frame ``period`` was read from.
    covariates : sequence of str
    options : RetentionOptions
        ``calendar``, ``minimum_enrollments``, ``max_fit_rows`` and ``seed`` are used: above that
        size all enrollments and a weighted random sample of the other rows are fitted.

    Returns
    -------
    EnrollmentModel

    Raises
    ------
    NotEstimable
        Code ``no_enrollments``, ``too_few_enrollments``, ``no_controls``, ``no_overlap`` or
        ``separation``.

    Source: Danaei et al. (2013), Stat Methods Med Res 22:70, 10.1177/0962280211403603.
    """
    _check_enrollments(period, options)
    rows = _rows_at_risk(period)
    coded = code_covariates(frame, covariates, order=period.order, rows=rows)
    return _fit_coded(coded, period, rows, options)


def refit_enrollment(
    period: PersonPeriod, model: EnrollmentModel, *, options: RetentionOptions
) -> EnrollmentModel:
    """Fit the covariates of a model, as they are coded there, to other enrollments.

    Parameters
    ----------
    period : PersonPeriod
        With other ``enrolls`` and ``at_risk``, such as those of one cohort; the same rows.
    model : EnrollmentModel
    options : RetentionOptions

    Returns
    -------
    EnrollmentModel

    Raises
    ------
    NotEstimable
        As :func:`fit_enrollment`.
    """
    _check_enrollments(period, options)
    coded = tuple(each for each in model.design.covariates if each.name != CALENDAR)
    return _fit_coded(coded, period, _rows_at_risk(period), options)


def _check_enrollments(period: PersonPeriod, options: RetentionOptions) -> None:
    n_enrollments = int(period.enrolls.sum())
    if n_enrollments == 0:
        raise NotEstimable(
            "no_enrollments", "Nobody enrolled in a month in which they were marked eligible."
        )
    if n_enrollments < options.minimum_enrollments:
        raise NotEstimable(
            "too_few_enrollments",
            f"Only {n_enrollments} people enrolled; at least "
            f"{options.minimum_enrollments} are needed.",
        )


def _rows_at_risk(period: PersonPeriod) -> np.ndarray:
    """Rows at risk of enrolling in the months in which somebody does."""
    trial_months = np.unique(period.month[period.enrolls])
    return np.flatnonzero(period.at_risk & np.isin(period.month, trial_months))


def _fit_coded(
    coded: tuple[Covariate, ...],
    period: PersonPeriod,
    rows: np.ndarray,
    options: RetentionOptions,
) -> EnrollmentModel:
    if options.calendar:
        time = code_calendar(
            period.month, period.enrolls, rows=rows, minimum=options.minimum_enrollments
        )
        coded = coded if time is None else (*coded, time)
    design = Design(coded)
    rows, excluded = _rows_with_counterpart(design, period, rows)
    fitted, weight = _fit_rows(period.enrolls, rows, int(period.enrolls.sum()), options)
    matrix = design.regressors(fitted)
    coefficient, person_influence = _fit(matrix, period, fitted, weight)
    probability = np.zeros(len(period.month))
    if len(fitted) == len(rows):
        probability[rows] = chance(matrix @ coefficient)
    else:
        for start in range(0, len(rows), BLOCK_ROWS):
            block = rows[start : start + BLOCK_ROWS]
            probability[block] = chance(design.regressors(block) @ coefficient)
    _check_separation(probability[rows], period.enrolls[rows])
    in_trials = np.zeros(len(period.month), dtype=bool)
    in_trials[rows] = True
    return EnrollmentModel(
        probability=probability,
        in_trials=in_trials,
        design=design,
        coefficients=dict(zip(design.regressor_labels, coefficient.tolist(), strict=True)),
        excluded=excluded,
        person_influence=person_influence,
    )


def _rows_with_counterpart(
    design: Design, period: PersonPeriod, rows: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Leave out rows of levels in which nobody or everybody enrolls, until there are none."""
    excluded: list[str] = []
    n_enrollments = period.enrolls[rows].sum()
    while True:
        if period.enrolls[rows].all():
            raise NotEstimable("no_controls", "Everybody who could enroll did: nobody to compare.")
        keep = np.ones(len(rows), dtype=bool)
        for covariate in design.covariates:
            if not covariate.levels:
                continue
            codes = covariate.codes[rows]
            size = np.bincount(codes, minlength=len(covariate.levels) + 1)
            joined = np.bincount(
                codes, weights=period.enrolls[rows], minlength=len(covariate.levels) + 1
            )
            one_sided = (size > 0) & ((joined == 0) | (joined == size))
            one_sided_levels = np.flatnonzero(one_sided[: len(covariate.levels)])
            excluded += [f"{covariate.name} = {covariate.levels[i]}" for i in one_sided_levels]
            keep &= ~one_sided[codes]
        if keep.all():
            break
        rows = rows[keep]
    lost = 1.0 - period.enrolls[rows].sum() / n_enrollments
    if lost > LARGEST_SHARE_WITHOUT_CONTROL:
        raise NotEstimable(
            "no_overlap",
            f"For {lost:.0%} of those who enrolled nobody comparable stayed out "
            f"({', '.join(excluded[:3])}).",
        )
    return rows, tuple(excluded)


def _fit_rows(
    enrolls: np.ndarray, rows: np.ndarray, n_enrollments: int, options: RetentionOptions
) -> tuple[np.ndarray, np.ndarray]:
    if len(rows) <= options.max_fit_rows:
        return rows, np.ones(len(rows))
    others = rows[~enrolls[rows]]
    wanted = max(options.max_fit_rows - n_enrollments, n_enrollments)
    if wanted >= len(others):
        return rows, np.ones(len(rows))
    sample = np.random.default_rng(options.seed).choice(len(others), size=wanted, replace=False)
    sample.sort()
    chosen = np.sort(np.concatenate([rows[enrolls[rows]], others[sample]]))
    return chosen, np.where(enrolls[chosen], 1.0, len(others) / wanted)


def _fit(
    matrix: np.ndarray, period: PersonPeriod, rows: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the coefficients and the influence of each person on them."""
    outcome = period.enrolls[rows].astype(float)
    start = _start(matrix, outcome, weight)
    fit = fit_logistic(lambda: [(matrix, outcome, weight)], start=start)
    residual = weight * (outcome - fit.chance(matrix))
    return fit.coefficient, _by_person(matrix, residual, period, rows) @ fit.inverse


def _start(matrix: np.ndarray, outcome: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Coefficients to begin with: the fit to a tenth of the rows, which spares whole passes.

    Where that tenth is too thin for a fit, the overall share of enrollments serves.
    """
    flat = share_as_start(matrix.shape[1], float(np.average(outcome, weights=weight)))
    enrolled, others = np.flatnonzero(outcome), np.flatnonzero(outcome == 0)
    if len(others) < FEW_ROWS:
        return flat
    thin = np.concatenate([enrolled, others[::10]])
    heavier = np.where(outcome[thin] == 0, 10.0, 1.0) * weight[thin]
    some = matrix[thin], outcome[thin], heavier
    try:
        return fit_logistic(lambda: [some], start=flat, tolerance=1e-4).coefficient
    except NotEstimable:
        return flat


def _by_person(
    matrix: np.ndarray, residual: np.ndarray, period: PersonPeriod, rows: np.ndarray
) -> np.ndarray:
    """Score of each person: regressors times residual, summed over the person's rows."""
    person = period.person[rows]
    firsts = np.flatnonzero(np.append(True, person[1:] != person[:-1]))
    score = np.zeros((period.n_people, matrix.shape[1]))
    for number, column in enumerate(matrix.T):
        score[person[firsts], number] = np.add.reduceat(column * residual, firsts)
    return score


def _check_separation(probability: np.ndarray, enrolls: np.ndarray) -> None:
    if probability[~enrolls].max() > LARGEST_PROBABILITY or (
        probability[enrolls].min() > LARGEST_PROBABILITY
    ):
        raise NotEstimable(
            "separation", "The covariates tell almost exactly who enrolled: no overlap."
        )
