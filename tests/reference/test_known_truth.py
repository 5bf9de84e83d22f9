"""Seeded short form of the coverage study: benchmarks/coverage_retention.py is the long one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from models.retention import estimate_retention
from models.sensitivity import compare_naively
from models.simulate import simulate_program

REPLICATES = 24
PEOPLE = 4000
HORIZONS = (6, 12, 24)
MEASURES = ("risk_difference", "months_employed")
# Fewer than this many of the intervals cover in one of a thousand runs if 95 % do in truth.
FEWEST_COVERING = int(stats.binom.ppf(0.001, REPLICATES, 0.95))
LARGEST_BIAS = 3.3  # in standard errors of the mean over the replicates


# each of the two studies is simulated once, on one of the workers
STUDIES = [
    pytest.param(-0.6, id="effect", marks=pytest.mark.xdist_group("effect")),
    pytest.param(0.0, id="null", marks=pytest.mark.xdist_group("null")),
]


@pytest.fixture(scope="module", params=STUDIES)
def replicates(request) -> pd.DataFrame:
    rows = []
    for seed in range(1000, 1000 + REPLICATES):
        company = simulate_program(PEOPLE, 36, seed=seed, effect=request.param)
        effect = estimate_retention(company.person_month, covariates=company.covariates)
        naive = compare_naively(company.person_month)[1].differences
        for horizon in HORIZONS:
            for measure in MEASURES:
                found = getattr(effect.horizons[horizon], measure)
                truth = getattr(company.truth, measure)[horizon]
                rows.append(
                    (horizon, measure, truth, found.point, found.lower, found.upper, naive[horizon])
                )
    columns = ["horizon", "measure", "truth", "point", "lower", "upper", "naive"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("horizon", HORIZONS)
def test_intervals_cover_the_truth_and_the_mean_is_unbiased(replicates, horizon, measure):
    own = replicates[(replicates["horizon"] == horizon) & (replicates["measure"] == measure)]
    truth = own["truth"].mean()
    covering = int(((own["lower"] <= truth) & (truth <= own["upper"])).sum())
    assert covering >= FEWEST_COVERING
    error = own["point"].std() / np.sqrt(len(own))
    assert abs(own["point"].mean() - truth) < LARGEST_BIAS * error


def test_the_naive_figure_is_visibly_wrong(replicates):
    own = replicates[(replicates["horizon"] == 12) & (replicates["measure"] == "risk_difference")]
    assert (own["naive"] > own["truth"] + 0.08).all()
    assert (own["naive"] > own["upper"]).all()
