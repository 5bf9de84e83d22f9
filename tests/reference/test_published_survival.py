"""Published survival studies, as trials that begin for everybody in the same period.

The claims of this package, curves and differences between them, go through its own estimator; the
published proportional-hazards coefficients, which it does not claim, through statsmodels, to hold
that the very same data give them.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from lifelines.datasets import load_rossi
from statsmodels.duration.hazard_regression import PHReg

from models.options import RetentionOptions
from models.retention import RetentionEffect, estimate_retention

COEFFICIENT_TOLERANCE = 1e-4
SURVIVAL_TOLERANCE = 5e-4
EXACT = 1e-12


def person_periods(people: pd.DataFrame, *, treated: str, periods: str, event: str) -> pd.DataFrame:
    """One row per person and period; those treated are so from the first on."""
    named = people.rename(columns={periods: "periods"})
    rows = named.loc[named.index.repeat(named["periods"])].copy()
    rows["person_id"] = rows.index
    rows["month"] = rows.groupby("person_id").cumcount()
    rows["is_eligible"] = rows["month"] == 0
    rows["enrolled_month"] = np.where(rows[treated] == 1, 0.0, np.nan)
    rows["exited"] = (rows["month"] == rows["periods"] - 1) & (rows[event] == 1)
    return rows.reset_index(drop=True)


def cox(people: pd.DataFrame, periods: str, event: str) -> tuple[pd.Series, pd.Series]:
    """Coefficients and standard errors, ties by Efron's method."""
    columns = people.drop(columns=[periods, event]).astype(float)
    fit = PHReg(people[periods], columns, status=people[event], ties="efron").fit()
    return pd.Series(fit.params, columns.columns), pd.Series(fit.bse, columns.columns)


@pytest.fixture(scope="module")
def staff() -> pd.DataFrame:
    """Job retention of McNulty, Handbook of Regression Modeling in People Analytics, ch. 9."""
    home = importlib.util.find_spec("peopleanalyticsdata").submodule_search_locations[0]
    return pd.read_csv(Path(home) / "data" / "job_retention.csv")


@pytest.fixture(scope="module")
def rossi() -> pd.DataFrame:
    return load_rossi()


def test_sentiment_and_leaving_have_the_published_coefficient(staff):
    columns = staff[["gender", "field", "level", "sentiment", "month", "left"]]
    coefficient, error = cox(pd.get_dummies(columns, drop_first=True), "month", "left")
    assert coefficient["sentiment"] == pytest.approx(-0.11756, abs=COEFFICIENT_TOLERANCE)
    assert error["sentiment"] == pytest.approx(0.01397, abs=COEFFICIENT_TOLERANCE)


@pytest.fixture(scope="module")
def sentiment(staff) -> RetentionEffect:
    people = staff.assign(high=(staff["sentiment"] >= 7).astype(int))
    rows = person_periods(people, treated="high", periods="month", event="left")
    return estimate_retention(
        rows, covariates=(), horizons=(12,), options=RetentionOptions(estimand="eligible")
    )


def test_staff_in_high_spirits_stay_as_published(sentiment):
    answer = sentiment.horizons[12]
    assert answer.survival_joined.point == pytest.approx(0.634, abs=SURVIVAL_TOLERANCE)
    assert answer.survival_not_joined.point == pytest.approx(0.517, abs=SURVIVAL_TOLERANCE)


def test_release_aid_and_arrest_have_the_published_coefficient(rossi):
    # Rossi, Berk & Lenihan (1980) as in Fox & Weisberg, An R Companion to Applied Regression
    coefficient, error = cox(rossi, "week", "arrest")
    assert coefficient["fin"] == pytest.approx(-0.37942, abs=COEFFICIENT_TOLERANCE)
    assert error["fin"] == pytest.approx(0.19138, abs=COEFFICIENT_TOLERANCE)


@pytest.fixture(scope="module")
def release_aid(rossi) -> RetentionEffect:
    rows = person_periods(rossi, treated="fin", periods="week", event="arrest")
    return estimate_retention(rows, covariates=(), horizons=(26, 51, 52))


def test_arrests_with_and_without_aid_are_the_published_counts(release_aid):
    # 48 of 216 and 66 of 216 within a year, nobody lost on the way
    answer = release_aid.horizons[52]
    assert (answer.n_exits_joined, answer.n_exits_not_joined) == (48, 66)
    assert answer.risk_difference.point == pytest.approx((66 - 48) / 216, abs=EXACT)
    shares = np.array([48, 66]) / 216
    error = np.sqrt((shares * (1 - shares) / 216).sum())
    assert answer.risk_difference.standard_error == pytest.approx(error, rel=1e-6)


def test_curves_are_those_of_kaplan_and_meier(release_aid, rossi):
    for name, aid in (("joined", 1), ("not_joined", 0)):
        own = rossi[rossi["fin"] == aid]
        fitter = KaplanMeierFitter().fit(own["week"], own["arrest"])
        curve = release_aid.curves[release_aid.curves["arm"] == name].set_index("month")
        expected = fitter.survival_function_at_times(range(52)).to_numpy()
        assert curve["survival"].iloc[:52].to_numpy() == pytest.approx(expected, abs=EXACT)


def test_adjusting_a_lottery_for_what_it_balanced_changes_little(release_aid, rossi):
    rows = person_periods(rossi, treated="fin", periods="week", event="arrest")
    adjusted = estimate_retention(rows, covariates=["age", "race", "prio", "wexp"], horizons=(52,))
    plain = release_aid.horizons[52].risk_difference
    found = adjusted.horizons[52].risk_difference
    assert found.point == pytest.approx(plain.point, abs=0.5 * plain.standard_error)
    assert adjusted.diagnostics.balance["difference_after"].abs().max() < 0.01
