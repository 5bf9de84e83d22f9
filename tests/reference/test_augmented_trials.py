"""The doubly robust curve against trials written out, and its two protections."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from models.arms import Arms
from models.augmented import augmented_curve, doubly_robust_effects
from models.estimate import InvalidInput
from models.exit_hazard import ExitHazard, fit_exit_hazard
from models.options import RetentionOptions
from models.retention import RetentionStudy, open_study
from models.simulate import simulate_program
from models.simulated import Simulation
from tests.reference.expanded_trials import expand_trials

EXACT = 1e-10
N_MONTHS = 13
COVARIATES = ("department", "level", "tenure", "engagement")
KNOWN = RetentionOptions(known_weights=True)


@pytest.fixture(scope="module")
def company() -> pd.DataFrame:
    return simulate_program(150, 24, seed=11).person_month


@pytest.fixture(scope="module")
def arms(company) -> Arms:
    return open_study(company, covariates=COVARIATES).follow(n_months=N_MONTHS, options=KNOWN)


def expand(arms: Arms, company: pd.DataFrame, hazard: ExitHazard) -> pd.DataFrame:
    """Every trial and month with its weight and the group of its start."""
    keys = list(zip(company["person_id"].tolist(), company["month"].tolist(), strict=True))
    chance = dict(zip(keys, arms.model.probability.tolist(), strict=True))
    starts = {key for key, begins in zip(keys, arms.model.in_trials, strict=True) if begins}
    rows = expand_trials(company, chance, starts, N_MONTHS)
    group = dict(zip(keys, hazard.group.tolist(), strict=True))
    return rows.assign(
        group=[group[key] for key in zip(rows["person"], rows["trial"], strict=True)]
    )


def plain_curve(rows: pd.DataFrame, hazard: np.ndarray) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the curve from its formula, trial by trial, and each person's influence on it."""
    stays = np.vstack([np.ones(hazard.shape[1]), np.cumprod(1 - hazard, axis=0)])
    at_start = rows[rows["k"] == 0]
    joined, controls = at_start[at_start["treated"]], at_start[~at_start["treated"]]
    followed = rows[~rows["treated"]]
    total, observed = controls["weight"].sum(), [1.0]
    for k in range(1, N_MONTHS):
        before = followed[(followed["k"] == k - 1) & ~followed["exited"]]["weight"].sum()
        observed.append(observed[-1] * followed[followed["k"] == k]["weight"].sum() / before)
    people = rows["person"].unique()
    curve, influence = [], {}
    for j in range(N_MONTHS + 1):
        predicted = stays[j, joined["group"]]
        early = followed[followed["k"] < j]
        k, group = early["k"], early["group"]
        wrong = early["weight"] / np.array(observed)[k] * (early["exited"] - hazard[k, group])
        wrong *= stays[j, group] / stays[k + 1, group]
        shift = wrong.sum() / total
        curve.append(predicted.mean() - shift)
        own = pd.Series((predicted - predicted.mean()) / len(joined), joined["person"])
        own = own.groupby(level=0).sum().reindex(people, fill_value=0.0)
        error = wrong.groupby(early["person"]).sum().reindex(people, fill_value=0.0)
        weight = controls.groupby("person")["weight"].sum().reindex(people, fill_value=0.0)
        influence[j] = own - (error - weight * shift) / total
    return np.array(curve), pd.DataFrame(influence)


def test_the_curve_is_that_of_every_trial_written_out(arms, company):
    model = fit_exit_hazard(arms)
    curve = augmented_curve(arms, model)
    expected, influence = plain_curve(expand(arms, company, model), model.hazard)
    assert curve.survival == pytest.approx(expected, abs=EXACT)
    found = pd.DataFrame(curve.influence).loc[influence.index]
    assert found.to_numpy() == pytest.approx(influence.to_numpy(), abs=EXACT)
    assert np.abs(np.delete(curve.influence, influence.index, axis=0)).max() == 0


def test_the_hazard_agrees_with_the_weighted_exits_of_each_month(arms, company):
    model = fit_exit_hazard(arms)
    rows = expand(arms, company, model)
    rows = rows[~rows["treated"]]
    predicted = rows["weight"] * model.hazard[rows["k"], rows["group"]]
    months = (rows["weight"] * rows["exited"]).groupby(rows["k"]).sum()
    assert predicted.groupby(rows["k"]).sum().to_numpy() == pytest.approx(
        months.to_numpy(), abs=1e-4
    )


@pytest.mark.parametrize("rows", [1, 60])
def test_nothing_depends_on_how_many_rows_are_worked_on_at_once(company, monkeypatch, rows):
    study = open_study(company, covariates=COVARIATES)

    def answers() -> list[float]:
        arms = study.follow(n_months=N_MONTHS)
        main = arms.contrast().not_joined
        robust = augmented_curve(arms, fit_exit_hazard(arms))
        return [*main.influence[:, 12], *robust.influence[:, 12], *main.survival, *robust.survival]

    expected = answers()
    monkeypatch.setattr("models.trials.BLOCK_ROWS", rows)
    assert answers() == pytest.approx(expected, abs=EXACT)


def simulated(seed: int) -> tuple[Simulation, RetentionStudy]:
    company = simulate_program(4000, 36, seed=seed)
    return company, open_study(company.person_month, covariates=company.covariates)


def test_a_wrong_model_of_joining_is_made_up_for_by_the_model_of_leaving():
    weighted, robust = [], []
    with threadpool_limits(limits=1, user_api="blas"):
        for seed in range(6):
            company, study = simulated(seed)
            everybody = study.model.probability
            alike = np.where(everybody > 0, everybody[everybody > 0].mean(), 0.0)
            blind = RetentionStudy(study.period, replace(study.model, probability=alike))
            arms = blind.follow(n_months=13, options=KNOWN)
            truth = company.truth.risk_difference[12]
            weighted.append(arms.effects((12,))[12].risk_difference.point - truth)
            robust.append(doubly_robust_effects(arms, (12,))[12].risk_difference.point - truth)
    assert np.mean(weighted) > 0.02
    assert abs(np.mean(robust)) < 0.3 * np.mean(weighted)


def test_a_wrong_model_of_leaving_is_made_up_for_by_the_weights():
    differences = []
    with threadpool_limits(limits=1, user_api="blas"):
        for seed in range(6):
            company, study = simulated(seed)
            arms = study.follow(n_months=13, options=KNOWN)
            wrong = fit_exit_hazard(arms)
            wrong = replace(wrong, hazard=wrong.hazard[:, ::-1])
            stays = augmented_curve(arms, wrong).survival[12]
            joined = arms.contrast().joined.survival[12]
            differences.append(joined - stays - company.truth.risk_difference[12])
    spread = np.std(differences) / np.sqrt(len(differences))
    assert abs(np.mean(differences)) < 3.3 * spread + 0.002


def test_it_is_there_for_joiners_and_whole_weights_only(arms, company):
    study = RetentionStudy(arms.period, arms.model)
    for code, options in (
        ("bad_estimand", RetentionOptions(estimand="eligible")),
        ("bad_truncate", RetentionOptions(truncate=0.99)),
    ):
        with pytest.raises(InvalidInput, match=code):
            doubly_robust_effects(study.follow(n_months=13, options=options), (12,))
