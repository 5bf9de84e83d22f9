"""Effects by cohort and department against a plain expansion of the trials of each group."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.arms import follow_arms
from models.enrollment import EnrollmentModel, refit_enrollment
from models.options import RetentionOptions
from models.person_period import PersonPeriod
from models.retention import RetentionStudy, open_study
from models.retention_groups import cohort_answers, department_answers
from models.simulate import simulate_program
from tests.reference.expanded_trials import expand_trials, expanded_influence, expanded_survival

EXACT = 1e-10
HORIZON = 12
COVARIATES = ("department", "level", "tenure", "engagement")
OPTIONS = RetentionOptions(known_weights=True, minimum_at_risk=1, minimum_exits=1)


@pytest.fixture(scope="module")
def company() -> pd.DataFrame:
    rows = simulate_program(500, 24, seed=12, effect=0.0).person_month
    spring = rows["department"].isin(["D0", "D1", "D2"]) ^ (rows["person_id"] % 5 == 0)
    cohort = spring.map({True: "spring", False: "autumn"}).where(rows["enrolled_month"].notna())
    return rows.assign(cohort=pd.Categorical(cohort), department=pd.Categorical(rows["department"]))


@pytest.fixture(scope="module")
def study(company) -> RetentionStudy:
    return open_study(company, covariates=COVARIATES)


def codes(company: pd.DataFrame, name: str) -> tuple[np.ndarray, list[str]]:
    return company[name].cat.codes.to_numpy(), company[name].cat.categories.tolist()


def by_key(study: RetentionStudy, values: np.ndarray) -> dict[tuple[int, int], float]:
    period = study.period
    keys = zip(period.person.tolist(), period.month.tolist(), strict=True)
    return dict(zip(keys, values.tolist(), strict=True))


def difference(rows: pd.DataFrame) -> tuple[float, float]:
    """Risk difference and its standard error, both arms expanded."""
    survival, influence = {}, {}
    for treated, own in rows.groupby("treated"):
        survival[treated] = expanded_survival(own, HORIZON)[HORIZON]
        influence[treated] = expanded_influence(own, HORIZON)[HORIZON]
    change = influence[True].sub(influence[False], fill_value=0.0)
    return survival[True] - survival[False], float(np.sqrt((change**2).sum()))


def test_a_department_is_compared_within_itself(study, company):
    number, names = codes(company, "department")[0] % 2, ["even", "odd"]
    answers = department_answers(
        study.period, study.model, number, names, horizons=(HORIZON,), options=OPTIONS
    )
    assert [answer.name for answer in answers] == names
    chance = by_key(study, study.model.probability)
    for place, answer in enumerate(answers):
        begins = by_key(study, study.model.in_trials & (number == place))
        starts = {key for key, begin in begins.items() if begin}
        rows = expand_trials(company, chance, starts, HORIZON)
        assert answer.n_treated == rows.loc[rows["treated"], "person"].nunique()
        found = answer.difference(HORIZON)
        expected = difference(rows)
        assert (found.point, found.standard_error) == pytest.approx(expected, abs=EXACT)


def joining(study: RetentionStudy, rows: np.ndarray) -> tuple[PersonPeriod, EnrollmentModel]:
    """Own model of a cohort, built from its definition."""
    period = study.period
    others = period.enrolls & ~rows
    own = replace(period, enrolls=period.enrolls & rows, at_risk=period.at_risk & ~others)
    return own, refit_enrollment(own, study.model, options=OPTIONS)


def test_a_cohort_is_compared_with_those_who_join_none(study, company):
    number, names = codes(company, "cohort")
    answers = cohort_answers(
        study.period, study.model, number, names, horizons=(HORIZON,), options=OPTIONS
    )
    assert [answer.name for answer in answers] == names
    for place, answer in enumerate(answers):
        _, own = joining(study, number == place)
        starts = {key for key, begins in by_key(study, own.in_trials).items() if begins}
        rows = expand_trials(
            company,
            by_key(study, own.probability),
            starts,
            HORIZON,
            later_chance=by_key(study, study.model.probability),
        )
        of_cohort = company.loc[number == place, "person_id"]
        assert rows.loc[rows["treated"], "person"].isin(of_cohort).all()
        found = answer.difference(HORIZON)
        assert (found.point, found.standard_error) == pytest.approx(difference(rows), abs=EXACT)


def test_where_there_is_one_cohort_its_effect_is_the_whole_effect(study, company):
    one = np.zeros(len(company), dtype=int)
    options = RetentionOptions()
    (answer,) = cohort_answers(
        study.period, study.model, one, ["all"], horizons=(HORIZON,), options=options
    )
    whole = study.estimate(horizons=(HORIZON,), options=options).horizons[HORIZON].risk_difference
    found = answer.difference(HORIZON)
    assert found.point == pytest.approx(whole.point, abs=EXACT)
    assert found.standard_error == pytest.approx(whole.standard_error, abs=EXACT)


def nudged(model: EnrollmentModel, coefficient: int, step: float) -> EnrollmentModel:
    rows = np.flatnonzero(model.in_trials)
    chance = model.probability[rows]
    log_odds = np.log(chance / (1 - chance)) + step * model.design.regressors(rows)[:, coefficient]
    probability = model.probability.copy()
    probability[rows] = 1 / (1 + np.exp(-log_odds))
    return replace(model, probability=probability)


def test_both_models_of_a_cohort_carry_their_error_into_the_interval(study, company):
    number, _ = codes(company, "cohort")
    period, own = joining(study, number == 0)
    options = RetentionOptions(minimum_at_risk=1, minimum_exits=1)

    def survival(begin: EnrollmentModel, later: EnrollmentModel) -> float:
        arms = follow_arms(period, replace(begin, later=later), n_months=HORIZON, options=OPTIONS)
        return arms.contrast().not_joined.survival[HORIZON]

    def slopes(model: EnrollmentModel, curve) -> np.ndarray:
        moves = [
            (nudged(model, c, 1e-5), nudged(model, c, -1e-5))
            for c in range(len(model.coefficients))
        ]
        return np.array([(curve(up) - curve(down)) / 2e-5 for up, down in moves])

    expected = own.person_influence @ slopes(own, lambda moved: survival(moved, study.model))
    expected += study.model.person_influence @ slopes(
        study.model, lambda moved: survival(own, moved)
    )
    whole = replace(own, later=study.model)
    estimated = follow_arms(period, whole, n_months=HORIZON, options=options).contrast().not_joined
    known = follow_arms(period, whole, n_months=HORIZON, options=OPTIONS).contrast().not_joined
    found = estimated.influence[:, HORIZON].copy()
    found[known.people] -= known.influence[:, HORIZON]
    assert found == pytest.approx(expected, abs=1e-7)
    assert np.abs(expected).max() > 1e-4
