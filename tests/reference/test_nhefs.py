"""Quitting smoking in the NHEFS, as published in Hernan & Robins, What If, ch. 12 and 17."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from causaldata import nhefs, nhefs_complete

from models.balance import inverse_probability_weights, weighted_mean_difference
from models.options import RetentionOptions
from models.retention import RetentionEffect, estimate_retention, open_study

SURVIVAL_TOLERANCE = 0.001  # 0.1 point
MEAN_TOLERANCE = 1e-3
MONTHS = 120
LEVELS = ["sex", "race", "education", "exercise", "active"]
NUMBERS = ["age", "smokeintensity", "smokeyrs", "wt71"]
COVARIATES = [*LEVELS, *NUMBERS, *(f"{name}_squared" for name in NUMBERS)]


def covariates(people: pd.DataFrame) -> pd.DataFrame:
    squares = {f"{name}_squared": people[name] ** 2 for name in NUMBERS}
    return people.assign(**squares, **{name: people[name].astype(str) for name in LEVELS})


@pytest.fixture(scope="module")
def survival() -> RetentionEffect:
    people = covariates(nhefs.load_pandas().data)
    last = np.where(people["death"] == 0, MONTHS, (people["yrdth"] - 83) * 12 + people["modth"])
    rows = people.loc[people.index.repeat(last.astype(int))].copy()
    rows["person_id"] = rows["seqn"]
    rows["month"] = rows.groupby("person_id").cumcount()
    rows["is_eligible"] = rows["month"] == 0
    rows["enrolled_month"] = np.where(rows["qsmk"] == 1, 0.0, np.nan)
    months = rows.groupby("person_id")["month"].transform("max")
    rows["exited"] = (rows["month"] == months) & (rows["death"] == 1)
    return estimate_retention(
        rows,
        covariates=COVARIATES,
        horizons=(MONTHS,),
        options=RetentionOptions(estimand="eligible"),
    )


def test_ten_year_survival_of_quitters_and_others_is_the_published_one(survival):
    answer = survival.horizons[MONTHS]
    assert answer.survival_joined.point == pytest.approx(0.807, abs=SURVIVAL_TOLERANCE)
    assert answer.survival_not_joined.point == pytest.approx(0.805, abs=SURVIVAL_TOLERANCE)


def test_the_published_interval_of_the_difference_is_reproduced(survival):
    # bootstrap interval of the book: -4.1 to 3.7 points; ours is by influence functions
    risk = survival.horizons[MONTHS].risk_difference
    assert risk.lower == pytest.approx(-0.041, abs=0.006)
    assert risk.upper == pytest.approx(0.037, abs=0.006)


def test_everybody_is_counted_once(survival):
    assert (survival.n_treated, survival.n_control) == (428, 1201)


def test_weight_gain_by_inverse_probability_weighting_is_the_published_one():
    people = covariates(nhefs_complete.load_pandas().data)
    one_month = people.assign(
        person_id=people["seqn"],
        month=0,
        is_eligible=True,
        enrolled_month=np.where(people["qsmk"] == 1, 0.0, np.nan),
        exited=people["death"] == 1,
    )
    model = open_study(one_month, covariates=COVARIATES).model
    treated = (people["qsmk"] == 1).to_numpy()
    gain = weighted_mean_difference(
        people["wt82_71"].to_numpy(),
        treated,
        weight=inverse_probability_weights(model.probability, treated, estimand="eligible"),
    )
    assert gain.point == pytest.approx(3.4405, abs=MEAN_TOLERANCE)
    assert gain.standard_error == pytest.approx(0.5255, abs=MEAN_TOLERANCE)
    assert (gain.lower, gain.upper) == pytest.approx((2.411, 4.470), abs=MEAN_TOLERANCE)
