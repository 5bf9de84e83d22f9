"""Careers: parts of people against trials expanded and followed to their first event."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.arms import follow_arms
from models.careers import PROMOTION, CareerEvent, estimate_careers, split_at_events
from models.estimate import clustered_standard_error
from models.options import RetentionOptions
from models.retention import RetentionStudy, open_study
from models.simulate import simulate_program
from tests.reference.expanded_trials import expand_trials, expanded_influence, expanded_survival

EXACT = 1e-10
N_MONTHS = 14
COVARIATES = ("department", "level", "tenure", "engagement")
KNOWN = RetentionOptions(known_weights=True, minimum_at_risk=1, minimum_exits=1)


@pytest.fixture(scope="module")
def company() -> pd.DataFrame:
    return simulate_program(150, 24, seed=11).person_month


@pytest.fixture(scope="module")
def study(company) -> RetentionStudy:
    return open_study(company, covariates=COVARIATES)


@pytest.fixture(scope="module")
def event(company) -> CareerEvent:
    """Frequent events, so that many people have several and some fall on joining."""
    followed = company.duplicated("person_id", keep="last").to_numpy()
    happens = (np.random.default_rng(6).random(len(company)) < 0.06) & followed
    joins = (company["enrolled_month"] == company["month"]).fillna(False).to_numpy(dtype=bool)
    return CareerEvent(
        PROMOTION, happens | (joins & followed & (happens.cumsum() % 3 == 0)), followed
    )


def expand(
    study: RetentionStudy, company: pd.DataFrame, event: CareerEvent, options: RetentionOptions
) -> pd.DataFrame:
    frame = company.assign(exited=event.happens)
    keys = list(zip(frame["person_id"].tolist(), frame["month"].tolist(), strict=True))
    begins = study.model.in_trials & event.followed
    return expand_trials(
        frame[event.followed],
        dict(zip(keys, study.model.probability.tolist(), strict=True)),
        {key for key, begin in zip(keys, begins, strict=True) if begin},
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
def test_parts_of_people_equal_trials_followed_to_their_first_event(study, company, event, options):
    known = RetentionOptions(**{**vars(options), "known_weights": True})
    parts, model = split_at_events(study.period, study.model, event)
    contrast = follow_arms(parts, model, n_months=N_MONTHS, options=known).contrast()
    rows = expand(study, company, event, options)
    for curve, treated in ((contrast.joined, True), (contrast.not_joined, False)):
        own = rows[rows["treated"] == treated]
        assert curve.survival == pytest.approx(expanded_survival(own, N_MONTHS), abs=EXACT)
        influence = expanded_influence(own, N_MONTHS)
        assert sorted(influence.index) == curve.people.tolist()
        expected = influence.sort_index().to_numpy()
        assert curve.influence == pytest.approx(expected, abs=EXACT)
        for k in (0, 5, 12):
            at_k = own[own["k"] == k]
            assert curve.n_at_risk[k] == at_k["person"].nunique()
            assert curve.n_exits[k] == at_k.loc[at_k["exited"], "person"].nunique()


def test_the_effect_on_having_been_promoted_is_that_of_the_expansion(study, company, event):
    horizons = (6, 12)
    found = estimate_careers(study.period, study.model, event, horizons=horizons, options=KNOWN)
    rows = expand(study, company, event, KNOWN)
    joined, others = rows[rows["treated"]], rows[~rows["treated"]]
    assert found.n_treated == joined["person"].nunique()
    assert found.n_control == others["person"].nunique()
    at_start = others[others["k"] == 0].groupby("person")["weight"].sum()
    assert found.effective_sample_size == pytest.approx(at_start.sum() ** 2 / (at_start**2).sum())
    influence = expanded_influence(joined, N_MONTHS).sub(
        expanded_influence(others, N_MONTHS), fill_value=0.0
    )
    for horizon in horizons:
        had = [1 - expanded_survival(arm, N_MONTHS)[horizon] for arm in (joined, others)]
        answer = found.horizons[horizon].difference
        assert answer.point == pytest.approx(had[0] - had[1], abs=EXACT)
        error = np.sqrt((influence[horizon] ** 2).sum())
        assert answer.standard_error == pytest.approx(error, abs=EXACT)
        assert answer.lower < answer.point < answer.upper


def test_spells_of_one_human_being_are_one_cluster(study, event):
    human = study.period.person // 2
    together = study.with_cluster(human)
    found = estimate_careers(together.period, study.model, event, horizons=(12,), options=KNOWN)
    parts, model = split_at_events(study.period, study.model, event)
    contrast = follow_arms(parts, model, n_months=13, options=KNOWN).contrast()
    influence = np.zeros(study.period.n_people)
    influence[contrast.joined.people] += contrast.joined.influence[:, 12]
    influence[contrast.not_joined.people] -= contrast.not_joined.influence[:, 12]
    expected = clustered_standard_error(influence, np.arange(len(influence)) // 2)
    assert found.horizons[12].difference.standard_error == pytest.approx(float(expected), abs=EXACT)


def test_the_error_of_the_enrollment_model_is_that_of_its_coefficients(study, event):
    parts, model = split_at_events(study.period, study.model, event)

    def survival(coefficient: int, step: float) -> float:
        rows = np.flatnonzero(study.model.in_trials)
        chance = model.probability[rows]
        log_odds = np.log(chance / (1 - chance))
        log_odds += step * model.design.regressors(rows)[:, coefficient]
        probability = model.probability.copy()
        probability[rows] = 1 / (1 + np.exp(-log_odds))
        moved = type(model)(**{**vars(model), "probability": probability})
        return (
            follow_arms(parts, moved, n_months=13, options=KNOWN).contrast().not_joined.survival[12]
        )

    numbers = range(len(model.coefficients))
    slope = np.array([(survival(c, 1e-5) - survival(c, -1e-5)) / 2e-5 for c in numbers])
    known = follow_arms(parts, model, n_months=13, options=KNOWN).contrast().not_joined
    whole = follow_arms(parts, model, n_months=13, options=RetentionOptions()).contrast().not_joined
    found = whole.influence[:, 12].copy()
    found[known.people] -= known.influence[:, 12]
    assert found == pytest.approx(study.model.person_influence @ slope, abs=1e-7)
