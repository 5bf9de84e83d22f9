"""Who answers the survey: chances of responding and what their estimation adds to the error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.design import Covariate, Design, code_covariates, code_levels
from models.engagement_options import EngagementOptions
from models.estimate import NotEstimable
from models.logistic import Block, Logistic, fit_logistic, share_as_start
from models.person_wave import PersonWave

BLOCK_ROWS = 20_000
LAST_WAVE = ("no earlier wave", "no answer in the wave before", "answered the wave before")
STATUS = ("not yet enrolled", "enrolled")


@dataclass(frozen=True)
class ResponseModel:
    """Fitted chances of answering.

    Attributes
    ----------
    chance : ndarray of float, shape (n_people, n_waves)
        1 where everybody alike answered; NaN where there is no row.
    coefficients : dict
        Label to log odds; empty where everybody answered.
    in_model : ndarray of bool, shape (n_rows,)
        Rows the regression is about.
    design : Design
    person_influence : ndarray of float, shape (n_people, n_coefficients)
        Influence of each person on the coefficients.
    warning : str or None
    """

    chance: np.ndarray
    coefficients: dict[str, float]
    in_model: np.ndarray
    design: Design
    person_influence: np.ndarray
    warning: str | None = None


def fit_response(
    study: PersonWave,
    frame: pd.DataFrame,
    *,
    covariates: Sequence[str],
    options: EngagementOptions,
) -> ResponseModel:
    """Fit one logistic model of answering to all person-waves.

    Regressors are the wave, the covariates in that wave, whether the person is enrolled by then,
    and whether they answered the wave before. Levels in which everybody or nobody answers are
    left out: who answered there had, as far as the data say, the chance 1.

    Parameters
    ----------
    study : PersonWave
    frame : DataFrame
        The frame ``study`` was read from.
    covariates : sequence of str
    options : EngagementOptions
        ``max_fit_rows`` and ``seed`` are used.

    Returns
    -------
    ResponseModel
        Where the covariates tell exactly who answers, chances of 1 and a warning.

    Source: Hernan & Robins, What If (2020), section 12.6; Robins, Rotnitzky & Zhao (1995),
    10.1080/01621459.1995.10476493, for responses that depend on earlier ones.
    """
    answered = ~np.isnan(study.score[study.person, study.column])
    design = _design(study, frame, covariates, answered)
    rows = _undecided(design, answered)
    if not len(rows):
        return _everybody(study)
    regression = _Regression(design, rows, answered)
    try:
        fit = regression.fit(options)
    except NotEstimable:
        return _everybody(
            study,
            "The covariates tell exactly who answers: answers are not weighted for non-response.",
        )
    chance = np.ones(len(study.person))
    influence = np.zeros((study.n_people, len(fit.coefficient)))
    for block, matrix in regression.matrices():
        chance[block] = fit.chance(matrix)
        residual = answered[block] - chance[block]
        person = study.person[block]
        firsts = np.flatnonzero(np.append(True, person[1:] != person[:-1]))
        influence[person[firsts]] += np.add.reduceat(matrix * residual[:, None], firsts, axis=0)
    in_model = np.zeros(len(study.person), dtype=bool)
    in_model[rows] = True
    return ResponseModel(
        chance=_grid(study, chance),
        coefficients=dict(zip(design.regressor_labels, fit.coefficient.tolist(), strict=True)),
        in_model=in_model,
        design=design,
        person_influence=influence @ fit.inverse,
    )


def _everybody(study: PersonWave, warning: str | None = None) -> ResponseModel:
    rows = len(study.person)
    return ResponseModel(
        chance=_grid(study, np.ones(rows)),
        coefficients={},
        in_model=np.zeros(rows, dtype=bool),
        design=Design(()),
        person_influence=np.zeros((study.n_people, 0)),
        warning=warning,
    )


def _grid(study: PersonWave, values: np.ndarray) -> np.ndarray:
    grid = np.full(study.row.shape, np.nan)
    grid[study.person, study.column] = values
    return grid


def _design(
    study: PersonWave, frame: pd.DataFrame, covariates: Sequence[str], answered: np.ndarray
) -> Design:
    every = np.arange(len(study.person))
    coded = code_covariates(frame, covariates, order=study.order, rows=every)
    before = np.zeros(len(every), dtype=int)
    later = np.flatnonzero(study.column > 0)
    earlier = study.row[study.person[later], study.column[later] - 1]
    before[later] = np.where(earlier < 0, 0, 1 + answered[earlier])
    enrolled = study.waves[study.column] >= study.treated_from[study.person]
    own = [
        code_levels("wave", study.column, [str(wave) for wave in study.waves], every),
        code_levels("status", enrolled.astype(int), STATUS, every),
        code_levels("last_wave", before, LAST_WAVE, every),
    ]
    return Design((*coded, *(found for found in own if found is not None)))


def _undecided(design: Design, answered: np.ndarray) -> np.ndarray:
    """Rows outside of levels in which everybody or nobody answers, until there are none."""
    rows = np.arange(len(answered))
    if answered.all():
        return rows[:0]
    while len(rows):
        decided = np.zeros(len(rows), dtype=bool)
        for covariate in design.covariates:
            if covariate.levels:
                decided |= _one_sided(covariate, rows, answered)
        if not decided.any():
            break
        rows = rows[~decided]
    return rows if answered[rows].any() and not answered[rows].all() else rows[:0]


def _one_sided(covariate: Covariate, rows: np.ndarray, answered: np.ndarray) -> np.ndarray:
    codes = covariate.codes[rows]
    size = np.bincount(codes, minlength=len(covariate.levels) + 1)
    yes = np.bincount(codes, weights=answered[rows], minlength=len(covariate.levels) + 1)
    one_sided: np.ndarray = ((yes == 0) | (yes == size))[codes]
    return one_sided


@dataclass(frozen=True)
class _Regression:
    """The rows of the response model, as blocks that fit into the cache."""

    design: Design
    rows: np.ndarray
    answered: np.ndarray

    def matrices(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield rows and their regressors, block by block."""
        for start in range(0, len(self.rows), BLOCK_ROWS):
            block = self.rows[start : start + BLOCK_ROWS]
            yield block, self.design.regressors(block)

    def _blocks(self) -> Iterator[Block]:
        for block, matrix in self.matrices():
            yield matrix, self.answered[block].astype(float), np.ones(len(block))

    def fit(self, options: EngagementOptions) -> Logistic:
        """Fit to all rows; many rows start from the fit to a sample, which spares passes."""
        n_coefficients = len(self.design.regressor_labels)
        start = share_as_start(n_coefficients, float(self.answered[self.rows].mean()))
        if len(self.rows) > options.max_fit_rows:
            random = np.random.default_rng(options.seed)
            some = np.sort(random.choice(len(self.rows), options.max_fit_rows, replace=False))
            sample = _Regression(self.design, self.rows[some], self.answered)
            start = fit_logistic(sample._blocks, start=start, tolerance=1e-6).coefficient
        return fit_logistic(self._blocks, start=start, tolerance=1e-8)


def response_weight(
    model: ResponseModel, people: np.ndarray, waves: tuple[int, int], *, cap: float
) -> tuple[np.ndarray, np.ndarray]:
    """Weights of people who answered both waves, and which of them were not cut.

    Parameters
    ----------
    model : ResponseModel
    people : ndarray of int, shape (n,)
    waves : tuple of int
        Positions of both waves.
    cap : float

    Returns
    -------
    tuple of ndarray, shape (n,)
        ``min(1 / (chance in one wave * chance in the other), cap)``, and bool.
    """
    weight = 1.0 / (model.chance[people, waves[0]] * model.chance[people, waves[1]])
    return np.minimum(weight, cap), weight < cap


def response_gradient(
    study: PersonWave,
    model: ResponseModel,
    influence: np.ndarray,
    waves: np.ndarray,
    *,
    cap: float,
) -> np.ndarray:
    """How each effect changes with the coefficients of the response model.

    An effect's slope in the log weight of a person is that person's influence on it, since every
    step of the comparison weights people in the same way; and the log weight changes by
    -(1 - chance) x in each of the two waves.

    Parameters
    ----------
    study : PersonWave
    model : ResponseModel
    influence : ndarray of float, shape (n_people, n_effects)
        With weights taken as known.
    waves : ndarray of int, shape (n_effects, 2)
        Positions of the two waves each effect compares.
    cap : float
        Weights that were cut do not change.

    Returns
    -------
    ndarray of float, shape (n_coefficients, n_effects)
    """
    gradient = np.zeros((model.person_influence.shape[1], influence.shape[1]))
    for wave in range(len(study.waves)):
        effects = np.flatnonzero((waves == wave).any(axis=1))
        row = study.row[:, wave]
        answered = ~np.isnan(study.score[:, wave])
        people = np.flatnonzero((row >= 0) & answered)
        people = people[model.in_model[row[people]]]
        for start in range(0, len(people), BLOCK_ROWS):
            block = people[start : start + BLOCK_ROWS]
            slope = influence[np.ix_(block, effects)]
            slope *= (model.chance[block, wave] - 1.0)[:, None]
            other = np.where(waves[effects, 0] == wave, waves[effects, 1], waves[effects, 0])
            both = model.chance[block, wave][:, None] * model.chance[np.ix_(block, other)]
            slope *= both * cap > 1.0
            gradient[:, effects] += model.design.regressors(row[block]).T @ slope
    return gradient
