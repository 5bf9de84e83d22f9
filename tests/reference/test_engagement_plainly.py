"""Engagement effects against a plain second implementation, and their error two other ways."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from models.aggregation import Aggregator
from models.design import Design, code_covariates
from models.engagement import estimate_engagement
from models.engagement_options import EngagementOptions
from models.group_time import Comparisons, plan_cells
from models.logistic import chance
from models.person_wave import read_person_wave
from models.response import fit_response
from tests.reference.plain_engagement import compare_plainly

EXACT = 1e-8
COVARIATES = ("site", "age")


def survey(people: int, seed: int) -> pd.DataFrame:
    """Five waves, numbered unevenly, with late arrivals, leavers and silent people."""
    random = np.random.default_rng(seed)
    waves = np.array([1, 2, 4, 5, 8])
    site = random.choice(["north", "south", "west"], people, p=[0.5, 0.3, 0.2])
    age = random.normal(40, 10, people)
    likely = 0.25 + 0.15 * (site == "south")
    first = np.where(random.random(people) < likely, random.choice([2, 4, 5], people), 0)
    comes, goes = random.integers(0, 2, people), random.integers(3, 6, people)
    rows = []
    for person in range(people):
        trait, answered = random.normal(), True
        for number in range(comes[person], goes[person]):
            wave = waves[number]
            treated = 0 < first[person] <= wave
            score = trait + 0.02 * age[person] * number + 0.4 * treated + random.normal(0, 0.5)
            log_odds = 0.3 + 0.02 * (age[person] - 40) + 0.6 * answered + 0.4 * treated
            answered = random.random() < 1 / (1 + np.exp(-log_odds))
            rows.append((person, wave, score if answered else np.nan, site[person], age[person]))
    frame = pd.DataFrame(rows, columns=["person_id", "wave", "score", "site", "age"])
    treated = pd.Series(first).astype("Int64").mask(first == 0)
    return frame.assign(first_treated_wave=frame["person_id"].map(treated))


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return survey(400, 3)


@pytest.mark.parametrize("respond_weights", [True, False], ids=["weighted", "as they answered"])
def test_comparisons_equal_the_plain_ones(rows, respond_weights):
    options = EngagementOptions(weight_cap=4.0)
    effect = estimate_engagement(
        rows, covariates=COVARIATES, respond_weights=respond_weights, options=options
    )
    cap = 4.0 if respond_weights else None
    for group, wave, base in [(2, 2, 1), (2, 5, 1), (4, 2, 1), (4, 8, 2), (5, 4, 2), (5, 8, 4)]:
        expected = compare_plainly(rows, group, wave, base, covariates="site + age", cap=cap)
        assert effect.group_time[group, wave].point == pytest.approx(expected, abs=EXACT)


def test_the_influence_of_a_person_is_what_leaving_them_out_changes():
    # leaving out repeats everything: response model, propensity, regression, sizes of groups
    rows, options = survey(1200, 5), EngagementOptions()
    study, comparisons = prepare(rows, options)
    cells = plan_cells(study, has_never=True, options=options)
    found = comparisons.run(cells)
    aggregator = Aggregator(found, study.treated_from, study.cluster, 0.95)
    after = [number for number, cell in enumerate(cells) if cell.is_after]
    average = aggregator.mean(
        [aggregator.cell(number) for number in after], groups=[cells[n].group for n in after]
    )
    influential = np.argsort(-np.abs(average.influence))[:40:2]
    people = rows["person_id"].unique()
    changes = []
    for person in people[influential]:
        without = estimate_engagement(rows[rows["person_id"] != person], covariates=COVARIATES)
        changes.append(average.point - without.simple.point)
    assert average.influence[influential] == pytest.approx(np.array(changes), rel=0.15)


def prepare(rows: pd.DataFrame, options: EngagementOptions):
    study = read_person_wave(rows, covariates=COVARIATES)
    model = fit_response(study, rows, covariates=COVARIATES, options=options)
    every = np.arange(len(study.person))
    design = Design(code_covariates(rows, COVARIATES, order=study.order, rows=every))
    return study, Comparisons(study, design, model, "not_yet_treated", options)


def test_the_response_models_gradient_is_the_derivative_of_the_effects(rows):
    options = EngagementOptions(weight_cap=6.0)
    study, comparisons = prepare(rows, options)
    model, every = comparisons.response, np.arange(len(study.person))
    cells = plan_cells(study, has_never=True, options=options)

    def effects(moved) -> np.ndarray:
        return dataclasses.replace(comparisons, response=moved).run(cells).effect

    regressors = model.design.regressors(every)
    log_odds = regressors @ np.array(list(model.coefficients.values()))

    def moved(coefficient: int, step: float):
        chances = chance(log_odds + step * regressors[:, coefficient])
        grid = np.full(study.row.shape, np.nan)
        grid[study.person, study.column] = chances
        return dataclasses.replace(model, chance=grid)

    known = dataclasses.replace(options, known_weights=True)
    one = dataclasses.replace(
        model, person_influence=np.eye(study.n_people)[:, : len(regressors.T)]
    )
    comparisons = dataclasses.replace(comparisons, response=one)
    without = dataclasses.replace(comparisons, options=known).run(cells).influence
    # with such influence values, the row of person k gains the slope in coefficient k
    gained = comparisons.run(cells).influence
    for coefficient in (0, 2, 4, 7):
        slope = (effects(moved(coefficient, 1e-5)) - effects(moved(coefficient, -1e-5))) / 2e-5
        assert (gained - without)[coefficient] == pytest.approx(slope, abs=1e-6)


def test_the_bands_hold_all_times_together(rows):
    effect = estimate_engagement(
        rows, covariates=COVARIATES, options=EngagementOptions(bootstrap_draws=500, seed=1)
    )
    again = estimate_engagement(
        rows, covariates=COVARIATES, options=EngagementOptions(bootstrap_draws=500, seed=1)
    )
    assert 1.96 < effect.simultaneous_quantile < 3.6
    assert again.simultaneous_quantile == effect.simultaneous_quantile
