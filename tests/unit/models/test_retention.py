from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.estimate import InvalidInput, NotEstimable
from models.options import RetentionOptions
from models.retention import estimate_retention, open_study
from models.simulate import simulate_program

COVARIATES = ("department", "level", "tenure", "engagement")


def joins(rows: pd.DataFrame) -> pd.Series:
    return (rows["enrolled_month"] == rows["month"]).fillna(False).astype(bool)


@pytest.fixture(scope="module")
def company() -> pd.DataFrame:
    return simulate_program(1200, 30, seed=5).person_month


@pytest.fixture(scope="module")
def effect(company):
    return estimate_retention(company, covariates=COVARIATES)


def test_each_horizon_has_estimates_counts_and_an_interval(effect):
    answer = effect.horizons[12]
    assert answer.is_estimable
    risk = answer.risk_difference
    assert risk.lower < risk.point < risk.upper
    assert risk.point == pytest.approx(
        answer.survival_joined.point - answer.survival_not_joined.point
    )
    assert answer.minimum_detectable_effect == pytest.approx(2.8 * risk.standard_error, rel=0.01)
    assert answer.n_at_risk_joined > 100
    assert effect.n_treated < effect.n_control


def test_months_employed_add_up_the_gap_between_the_curves(effect):
    curves = effect.curves.pivot(index="month", columns="arm", values="survival")
    gap = curves["joined"] - curves["not_joined"]
    assert effect.horizons[12].months_employed.point == pytest.approx(gap[:12].sum())
    assert effect.horizons[12].risk_difference.point == pytest.approx(gap[12])


def test_curves_begin_at_one_and_never_rise(effect):
    for _, curve in effect.curves.groupby("arm"):
        assert curve["survival"].iloc[0] == 1
        assert (curve["survival"].diff().dropna() <= 0).all()
        assert (curve["n_at_risk"].diff().dropna() <= 0).all()
        assert curve[["lower", "upper"]].isin([np.nan]).sum().sum() == 0


def test_weighting_balances_what_it_was_given(effect):
    balance = effect.diagnostics.balance
    assert balance["difference_before"].abs().max() > 0.3
    assert balance["difference_after"].abs().max() < 0.05
    assert effect.warnings == ()


def test_the_answer_does_not_depend_on_the_order_of_rows(company, effect):
    shuffled = company.sample(frac=1, random_state=1)
    again = estimate_retention(shuffled, covariates=COVARIATES)
    assert again.horizons[12].risk_difference.point == pytest.approx(
        effect.horizons[12].risk_difference.point, abs=1e-12
    )


def test_the_callers_frame_is_left_alone(company):
    before = company.copy(deep=True)
    estimate_retention(company, covariates=COVARIATES, horizons=(6,))
    pd.testing.assert_frame_equal(company, before)


def test_truncated_weights_are_smaller_and_say_where_they_were_cut(company, effect):
    cut = estimate_retention(company, covariates=COVARIATES, options=RetentionOptions(truncate=0.9))
    assert effect.diagnostics.truncation is None
    assert cut.diagnostics.truncation > 0
    assert cut.diagnostics.largest_weight_share <= effect.diagnostics.largest_weight_share


def test_intention_to_treat_keeps_controls_who_join_later(company, effect):
    kept = estimate_retention(
        company, covariates=COVARIATES, options=RetentionOptions(censor_at_enrollment=False)
    )
    at_risk = kept.horizons[24].n_at_risk_not_joined, effect.horizons[24].n_at_risk_not_joined
    assert at_risk[0] > at_risk[1]


def test_clustering_by_pair_changes_the_error_and_not_the_estimate(company, effect):
    pairs = company.assign(pair=company["person_id"] // 2)
    paired = estimate_retention(pairs, covariates=COVARIATES, cluster="pair")
    one, other = paired.horizons[12].risk_difference, effect.horizons[12].risk_difference
    assert one.point == pytest.approx(other.point)
    assert one.standard_error != other.standard_error


def test_a_sampled_enrollment_model_agrees_with_the_full_one(company, effect):
    sampled = estimate_retention(
        company, covariates=COVARIATES, options=RetentionOptions(max_fit_rows=5000)
    )
    one, other = sampled.horizons[12].risk_difference, effect.horizons[12].risk_difference
    assert one.point == pytest.approx(other.point, abs=0.5 * other.standard_error)


def test_a_horizon_longer_than_the_data_says_so(company):
    effect = estimate_retention(company, covariates=COVARIATES, horizons=(6, 60))
    assert effect.horizons[6].is_estimable
    assert effect.horizons[60].risk_difference is None
    assert effect.horizons[60].reason.code == "nobody_at_risk"
    assert any("60 months" in warning for warning in effect.warnings)


def test_a_horizon_with_few_people_left_has_no_number(company):
    effect = estimate_retention(
        company, covariates=COVARIATES, options=RetentionOptions(minimum_at_risk=10_000)
    )
    assert effect.horizons[6].reason.code == "few_at_risk"
    assert effect.horizons[6].risk_difference is None


def test_an_arm_nobody_leaves_has_no_number(company):
    enrolled = company["enrolled_month"].notna() & (company["month"] >= company["enrolled_month"])
    effect = estimate_retention(
        company.assign(exited=company["exited"] & ~enrolled), covariates=COVARIATES, horizons=(6,)
    )
    assert effect.horizons[6].reason.code == "few_exits"
    without = company.assign(exited=company["exited"] & enrolled)
    effect = estimate_retention(without, covariates=COVARIATES, horizons=(6,))
    assert effect.horizons[6].reason.code == "few_exits"


def test_levels_in_which_nobody_joins_take_no_part(company):
    frame = company.assign(department=company["department"].where(company["department"] != "D0"))
    frame["department"] = frame["department"].fillna("closed")
    closed = (frame["department"] == "closed") & frame["enrolled_month"].notna()
    frame = frame[~closed]
    effect = estimate_retention(frame, covariates=COVARIATES)
    assert effect.diagnostics.excluded == ("department = closed",)
    assert effect.horizons[12].is_estimable


def test_another_outcome_shares_the_enrollment_model(company):
    study = open_study(company, covariates=COVARIATES)
    half = company["exited"] & (company["person_id"] % 2 == 0)
    fewer = study.with_outcome(half.to_numpy()).estimate(horizons=(12,))
    direct = estimate_retention(company.assign(exited=half), covariates=COVARIATES, horizons=(12,))
    assert fewer.horizons[12] == direct.horizons[12]


def test_an_outcome_in_the_middle_of_a_persons_months_is_refused(company):
    study = open_study(company, covariates=COVARIATES)
    with pytest.raises(InvalidInput, match="row_after_exit"):
        study.with_outcome(np.ones(len(company), dtype=bool))


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("no_enrollments", lambda rows: rows.assign(enrolled_month=None)),
        ("no_enrollments", lambda rows: rows.assign(is_eligible=False)),
        ("no_exits", lambda rows: rows.assign(exited=False)),
        (
            "too_few_enrollments",
            lambda rows: rows.assign(
                enrolled_month=rows["enrolled_month"].where(rows["person_id"] < 20)
            ),
        ),
        (
            "no_controls",
            lambda rows: rows.assign(is_eligible=rows["is_eligible"] & joins(rows)),
        ),
        (
            "separation",
            lambda rows: rows.assign(engagement=joins(rows).astype(float)),
        ),
        (
            "no_overlap",
            lambda rows: rows.assign(
                department=np.where(
                    joins(rows) & (rows["person_id"] % 3 == 0), "joined here", rows["department"]
                )
            ),
        ),
    ],
)
def test_data_that_cannot_bear_an_answer_say_why(company, code, change):
    with pytest.raises(NotEstimable) as error:
        estimate_retention(change(company), covariates=COVARIATES)
    assert error.value.code == code
    assert error.value.words.endswith(".")


@pytest.mark.parametrize("horizons", [(), (0,), (6.5,), ("6",), (float("nan"),), 12, None])
def test_impossible_horizons_are_refused(company, horizons):
    with pytest.raises(InvalidInput, match="bad_horizon"):
        estimate_retention(company, covariates=COVARIATES, horizons=horizons)


@pytest.mark.parametrize(
    ("code", "choice"),
    [
        ("bad_estimand", {"estimand": "everybody"}),
        ("bad_truncate", {"truncate": 0.0}),
        ("bad_truncate", {"truncate": 1.5}),
        ("bad_truncate", {"truncate": float("nan")}),
        ("bad_level", {"level": 0.0}),
        ("bad_level", {"level": 1.0}),
        ("bad_level", {"level": "95 %"}),
        ("bad_minimum", {"minimum_at_risk": 0}),
        ("bad_minimum", {"minimum_exits": 1.5}),
        ("bad_minimum", {"minimum_enrollments": -3}),
        ("bad_minimum", {"max_fit_rows": True}),
        ("bad_seed", {"seed": -1}),
    ],
)
def test_choices_that_make_no_sense_are_refused_by_name(company, code, choice):
    with pytest.raises(InvalidInput) as error:
        estimate_retention(company, covariates=COVARIATES, options=RetentionOptions(**choice))
    assert error.value.code == code
    assert error.value.words.endswith(".")


@pytest.mark.parametrize(
    "choice", [{"truncate": 1}, {"level": 0.5}, {"minimum_exits": np.int64(1)}]
)
def test_choices_at_the_ends_of_what_makes_sense_are_taken(company, choice):
    effect = estimate_retention(
        company, covariates=COVARIATES, horizons=(6.0,), options=RetentionOptions(**choice)
    )
    assert effect.horizons[6].is_estimable


def test_rows_that_are_no_frame_are_refused(company):
    with pytest.raises(InvalidInput, match="not_a_frame"):
        estimate_retention(company.to_dict("list"), covariates=COVARIATES)


def test_a_bare_name_is_no_list_of_covariates(company):
    with pytest.raises(InvalidInput, match="bad_covariates"):
        estimate_retention(company, covariates="department")


def test_one_cluster_of_everybody_bears_no_interval(company):
    with pytest.raises(NotEstimable, match="too_few_clusters"):
        estimate_retention(company.assign(site="one"), covariates=COVARIATES, cluster="site")
    study = open_study(company, covariates=COVARIATES)
    with pytest.raises(NotEstimable, match="too_few_clusters"):
        study.with_cluster(np.zeros(len(company), dtype=int))


def test_few_clusters_are_warned_of(company, effect):
    sites = company.assign(site=company["person_id"] % 7)
    found = estimate_retention(sites, covariates=COVARIATES, cluster="site", horizons=(6,))
    assert any("only 7 clusters" in warning for warning in found.warnings)
    assert not any("clusters" in warning for warning in effect.warnings)


def test_month_zero_before_the_data_is_read_as_never_enrolled(company, effect):
    shifted = company.assign(
        month=company["month"] + 1, enrolled_month=(company["enrolled_month"] + 1).fillna(0)
    )
    found = estimate_retention(shifted, covariates=COVARIATES)
    assert found.horizons[12].risk_difference == effect.horizons[12].risk_difference
    assert any("read as never enrolled" in warning for warning in found.warnings)


def test_enrolling_in_month_zero_is_an_enrollment_where_the_data_begin_there(company):
    early = company.groupby("person_id")["month"].transform("min") == 0
    everybody = early & (company["person_id"] % 9 == 0)
    frame = company.assign(
        enrolled_month=company["enrolled_month"].mask(everybody, 0),
        is_eligible=(company["is_eligible"] & ~everybody) | (everybody & (company["month"] == 0)),
    )
    frame.loc[(frame["month"] == 0) & ~everybody, "is_eligible"] = True
    effect = estimate_retention(frame, covariates=COVARIATES, horizons=(6,))
    joined = frame.loc[frame["enrolled_month"] == frame["month"], "person_id"].nunique()
    assert effect.n_treated == joined
    assert not any("read as never" in warning for warning in effect.warnings)


def test_enrolling_while_not_eligible_is_counted_and_left_out(company):
    first = company.loc[company["enrolled_month"].notna(), "person_id"].iloc[0]
    frame = company.assign(is_eligible=company["is_eligible"] & (company["person_id"] != first))
    effect = estimate_retention(frame, covariates=COVARIATES, horizons=(6,))
    assert effect.diagnostics.n_not_eligible == 1
    assert any("not marked eligible" in warning for warning in effect.warnings)


def test_no_covariates_at_all_are_allowed(company):
    effect = estimate_retention(
        company, covariates=(), horizons=(6,), options=RetentionOptions(calendar=False)
    )
    assert effect.horizons[6].is_estimable
    assert effect.diagnostics.balance.empty
