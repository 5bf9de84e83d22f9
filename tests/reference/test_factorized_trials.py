"""The factorized sums against a plain expansion of every trial, and their error two other ways."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.enrollment import EnrollmentModel
from models.estimate import clustered_standard_error
from models.nuisance import SumGradients, controls_gradient, joined_gradients
from models.options import RetentionOptions
from models.retention import RetentionStudy, open_study
from models.simulate import simulate_program
from models.survival import estimate_survival
from models.trials import RiskSets, follow_controls, weight_cap
from tests.reference.expanded_trials import expand_trials, expanded_influence, expanded_survival

EXACT = 1e-10
N_MONTHS = 18
COVARIATES = ("department", "level", "tenure", "engagement")


@pytest.fixture(scope="module")
def company() -> pd.DataFrame:
    return simulate_program(150, 24, seed=11).person_month


@pytest.fixture(scope="module")
def study(company) -> RetentionStudy:
    return open_study(company, covariates=COVARIATES)


def study_risk_sets(
    study: RetentionStudy, n_months: int, options: RetentionOptions
) -> tuple[RiskSets, RiskSets]:
    followed = study.follow(n_months=n_months, options=options)
    return followed.joined.risk_sets(study.period), followed.controls.risk_sets(study.period)


def expand(study: RetentionStudy, company: pd.DataFrame, options: RetentionOptions) -> pd.DataFrame:
    period, model = study.period, study.model
    frame = company.iloc[period.order].reset_index(drop=True)
    keys = list(zip(frame["person_id"].tolist(), frame["month"].tolist(), strict=True))
    chance = dict(zip(keys, model.probability.tolist(), strict=True))
    starts = {key for key, begins in zip(keys, model.in_trials, strict=True) if begins}
    return expand_trials(
        company,
        chance,
        starts,
        N_MONTHS,
        estimand=options.estimand,
        censor=options.censor_at_enrollment,
    )


@pytest.mark.parametrize(
    "options",
    [
        RetentionOptions(),
        RetentionOptions(estimand="eligible"),
        RetentionOptions(censor_at_enrollment=False),
    ],
    ids=["main", "eligible", "intention to treat"],
)
def test_factorized_sums_equal_the_expanded_trials(study, company, options):
    rows = expand(study, company, options)
    for sets, treated in zip(study_risk_sets(study, N_MONTHS, options), (True, False), strict=True):
        curve = estimate_survival(sets)
        own = rows[rows["treated"] == treated]
        assert curve.survival == pytest.approx(expanded_survival(own, N_MONTHS), abs=EXACT)
        influence = expanded_influence(own, N_MONTHS)
        assert len(influence) == len(curve.people)
        expected = np.sqrt((influence**2).sum(axis=0).to_numpy())
        found = clustered_standard_error(curve.influence, np.arange(len(curve.people)))
        assert found == pytest.approx(expected, abs=EXACT)


def test_the_cap_is_the_quantile_of_all_expanded_control_weights(study, company):
    rows = expand(study, company, RetentionOptions())
    controls = rows.loc[~rows["treated"], "weight"]
    cap = weight_cap(
        study.period, study.model, quantile=0.99, n_months=N_MONTHS, options=RetentionOptions()
    )
    assert cap == pytest.approx(np.quantile(controls, 0.99), abs=EXACT)
    capped = follow_controls(
        study.period, study.model, n_months=N_MONTHS, options=RetentionOptions(), cap=cap
    ).risk_sets(study.period)
    cut = rows[~rows["treated"]].assign(weight=controls.clip(upper=cap))
    found = estimate_survival(capped).survival
    assert found == pytest.approx(expanded_survival(cut, N_MONTHS), abs=EXACT)


def test_a_multiplier_bootstrap_gives_the_error_of_the_influence_function():
    company = simulate_program(800, 24, seed=2).person_month
    study = open_study(company, covariates=COVARIATES)
    joined, not_joined = study_risk_sets(study, 12, RetentionOptions())
    random = np.random.default_rng(4)
    draws = []
    for _ in range(400):
        multiplier = random.exponential(size=study.period.n_people)
        one = estimate_survival(joined, multiplier=multiplier[joined.people])
        other = estimate_survival(not_joined, multiplier=multiplier[not_joined.people])
        draws.append(one.survival[12] - other.survival[12])
    effect = study.estimate(horizons=(12,), options=RetentionOptions(known_weights=True))
    risk = effect.horizons[12].risk_difference
    assert np.std(draws) == pytest.approx(risk.standard_error, rel=0.1)


def moved(study: RetentionStudy, coefficient: int, step: float) -> RetentionStudy:
    """Shift one coefficient of the enrollment model."""
    model = study.model
    rows = np.flatnonzero(model.in_trials)
    log_odds = np.log(model.probability[rows] / (1 - model.probability[rows]))
    pick = np.eye(len(model.coefficients))[coefficient]
    log_odds += step * (model.design.regressors(rows) @ pick)
    probability = model.probability.copy()
    probability[rows] = 1 / (1 + np.exp(-log_odds))
    return RetentionStudy(
        study.period, EnrollmentModel(**{**vars(model), "probability": probability})
    )


@pytest.mark.parametrize(
    "options",
    [
        RetentionOptions(),
        RetentionOptions(estimand="eligible"),
        RetentionOptions(censor_at_enrollment=False),
    ],
    ids=["main", "eligible", "intention to treat"],
)
def test_the_enrollment_models_gradient_is_the_derivative_of_the_curves(study, options):
    def log_survival(of: RetentionStudy) -> list[np.ndarray]:
        return [np.log(estimate_survival(s).survival) for s in study_risk_sets(of, 12, options)]

    joined, not_joined = study_risk_sets(study, 12, options)
    period, model = study.period, study.model
    controls = study.follow(n_months=12, options=options).controls
    of_controls = [
        controls_gradient(period, model, controls, options=options, only_exits=only_exits)
        for only_exits in (False, True)
    ]
    gradients = [
        joined_gradients(joined, period, model).of_curve(joined, estimate_survival(joined)),
        SumGradients(*of_controls).of_curve(not_joined, estimate_survival(not_joined)),
    ]
    if options.estimand == "joiners":
        gradients[0] = np.zeros_like(gradients[0])
    for coefficient in (0, 3, 7):
        up, down = moved(study, coefficient, 1e-5), moved(study, coefficient, -1e-5)
        for arm in (0, 1):
            slope = (log_survival(up)[arm] - log_survival(down)[arm]) / 2e-5
            expected = -np.cumsum(gradients[arm][coefficient])
            assert slope[1:] == pytest.approx(expected, abs=1e-7)
