"""Seeded short form of the coverage study: benchmarks/coverage_engagement.py is the long one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from models.engagement import estimate_engagement
from models.engagement_naive import compare_scores_naively
from models.simulate import simulate_program
from models.simulated import Company

REPLICATES = 20
PEOPLE = 2500
COVARIATES = ("department", "level")
# Fewer than this many of the intervals cover in one of a thousand runs if 95 % do in truth.
FEWEST_COVERING = int(stats.binom.ppf(0.001, REPLICATES, 0.95))
LARGEST_BIAS = 3.3  # in standard errors of the mean over the replicates
SOUND = Company(
    joining_by="trait",
    informative_response=0.0,
    effect_by_level=0.6,
    response_by_level=0.8,
    response_if_enrolled=0.5,
    response_habit=0.5,
)
STUDIES = {
    "effect": SOUND,
    "null": replace(SOUND, engagement_effect=0.0, effect=0.0),
}


@pytest.fixture(
    scope="module",
    params=[pytest.param(s, id=n, marks=pytest.mark.xdist_group(n)) for n, s in STUDIES.items()],
)
def replicates(request) -> pd.DataFrame:
    rows = []
    for seed in range(2000, 2000 + REPLICATES):
        company = simulate_program(PEOPLE, 42, seed=seed, company=request.param)
        weighted = estimate_engagement(company.person_wave, covariates=COVARIATES).simple
        plain = estimate_engagement(
            company.person_wave, covariates=COVARIATES, respond_weights=False
        ).simple
        naive = compare_scores_naively(company.person_wave)[0].difference
        truth = company.truth.engagement_simple
        rows.append((truth, weighted.point, weighted.lower, weighted.upper, plain.point, naive))
    return pd.DataFrame(rows, columns=["truth", "point", "lower", "upper", "plain", "naive"])


def test_intervals_cover_the_truth_and_the_mean_is_unbiased(replicates):
    covering = (replicates["lower"] <= replicates["truth"]) & (
        replicates["truth"] <= replicates["upper"]
    )
    assert covering.sum() >= FEWEST_COVERING
    off = replicates["point"] - replicates["truth"]
    assert abs(off.mean()) < LARGEST_BIAS * off.std() / np.sqrt(REPLICATES)


def test_weights_for_nonresponse_take_away_what_silence_adds(replicates):
    off = (replicates[["point", "plain"]].sub(replicates["truth"], axis=0)).mean()
    if replicates["truth"].abs().max() > 0:
        assert off["plain"] > 0.04
        assert abs(off["point"]) < off["plain"] / 2
    else:
        assert abs(off["plain"]) < 0.04


def test_the_naive_figure_is_visibly_wrong(replicates):
    assert (replicates["naive"] > replicates["upper"]).mean() > 0.9
    assert (replicates["naive"] > replicates["truth"] + 0.1).all()


def test_joining_on_a_good_day_fails_the_test_of_earlier_waves():
    rejected = 0
    for seed in range(3):
        company = simulate_program(4000, 42, seed=seed, company=replace(SOUND, joining_by="mood"))
        effect = estimate_engagement(company.person_wave, covariates=COVARIATES)
        rejected += effect.pre_trend_p_value < 0.1
    assert rejected >= 2
