from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.estimate import Estimate, NotEstimable
from models.falsification import compare_before, judge_before, share_of_controls
from models.falsification_runs import falsification_rows, in_informal_pair
from models.published import Slice
from models.retention import RetentionStudy, open_study
from models.simulate import simulate_program

WHERE = Slice("voluntary_exit", "all")


@pytest.fixture(scope="module")
def company() -> pd.DataFrame:
    return simulate_program(1200, 30, seed=5).person_month


@pytest.fixture(scope="module")
def study(company) -> RetentionStudy:
    return open_study(company, covariates=("department", "level", "tenure", "engagement"))


def test_what_was_weighted_for_does_not_differ(study, company):
    found = compare_before(study.period, study.model, company["engagement"].to_numpy())
    assert abs(found.point) < 0.02


def test_the_comparison_is_that_of_weighted_means_by_hand(study, company):
    value = np.where(company["month"] % 3 == 0, np.nan, np.sin(company["person_id"] * 7.0))
    found = compare_before(study.period, study.model, value)
    rows = company.assign(value=value, e=study.model.probability, joins=study.period.enrolls)
    rows = rows[study.model.in_trials & ~np.isnan(value)]
    joined, others = rows[rows["joins"]], rows[~rows["joins"]]
    odds = others["e"] / (1 - others["e"])
    mean, weighted = joined["value"].mean(), np.average(others["value"], weights=odds)
    spread = np.sqrt((joined["value"].var(ddof=0) + others["value"].var(ddof=0)) / 2)
    assert found.point == pytest.approx((mean - weighted) / spread)
    error = pd.concat(
        [
            (joined["value"] - mean) / len(joined),
            -odds * (others["value"] - weighted) / odds.sum(),
        ]
    )
    by_person = error.groupby(rows["person_id"]).sum() / spread
    assert found.standard_error == pytest.approx(np.sqrt((by_person**2).sum()))


def test_a_cause_nobody_measured_shows_in_what_came_before(study, company):
    enrolls = company["enrolled_month"].notna().to_numpy()
    before = np.random.default_rng(1).normal(size=len(company)) + 0.5 * enrolls
    found = compare_before(study.period, study.model, before)
    assert found.point > 0.3
    assert judge_before(found) == "failed"


@pytest.mark.parametrize(
    ("point", "error", "verdict"),
    [
        (0.05, 0.01, "passed"),
        (-0.05, 0.2, "passed"),
        (0.2, 0.05, "failed"),
        (-0.2, 0.05, "failed"),
        (0.2, 0.15, "note"),
    ],
)
def test_a_difference_fails_where_it_is_large_and_no_chance(point, error, verdict):
    assert judge_before(Estimate.normal(point, error)) == verdict


def test_what_is_known_of_few_or_the_same_for_all_has_no_number(study, company):
    with pytest.raises(NotEstimable, match="no_variation"):
        compare_before(study.period, study.model, np.ones(len(company)))
    few = np.where(company["person_id"] < 20, 1.0, np.nan)
    with pytest.raises(NotEstimable, match="few_known"):
        compare_before(study.period, study.model, few)


def test_the_share_of_controls_counts_them_by_their_weight(study):
    controls = study.follow(n_months=2).controls
    has_it = np.arange(study.period.n_people) % 4 == 0
    weight = dict(zip(controls.people.tolist(), controls.at_risk[:, 0].tolist(), strict=True))
    own = [person for person in weight if person % 4 == 0]
    expected = sum(weight[person] for person in own) / sum(weight.values())
    assert share_of_controls(controls, has_it) == (pytest.approx(expected), len(own))


def pairs(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["mentor_person_id", "mentee_person_id", "kind"])


def test_both_sides_of_an_informal_pair_are_in_it():
    people = pd.Index(["a", "b", "c", "d"])
    found = in_informal_pair(people, pairs(("a", "x", "informal"), ("c", "b", "formal")))
    assert found.tolist() == [1, 0, 0, 0]
    assert np.isnan(in_informal_pair(people, pairs(("c", "b", "formal")))).all()


def checks(study: RetentionStudy, company: pd.DataFrame, **columns: object) -> pd.DataFrame:
    frame = company.assign(
        negative_control_exit=company["exited"] & (company["person_id"] % 6 == 0),
        engagement_before=np.nan,
        promoted_before=(company["person_id"] % 5 == 0).astype(float),
        in_informal_pair=np.nan,
    ).assign(**columns)
    rows = falsification_rows(study, study.follow(n_months=13), frame, WHERE)
    return pd.DataFrame(rows).set_index("check_id")


def test_each_check_is_a_row_with_its_threshold(study, company):
    found = checks(study, company)
    assert found.index.tolist() == [
        "negative_control_exits",
        "pre_period_score",
        "pre_period_promotion",
        "informal_pairs",
    ]
    assert found.loc["pre_period_promotion", "value"] != 0
    assert found.loc["pre_period_promotion", "verdict"] in ("passed", "note")
    unknown = found.loc[["pre_period_score", "informal_pairs"]]
    assert unknown["value"].isna().all()
    assert (unknown["verdict"] == "note").all()


def test_many_informal_pairs_among_the_colleagues_are_noted(study, company):
    many = checks(study, company, in_informal_pair=(company["person_id"] % 3 == 0).astype(float))
    assert many.loc["informal_pairs", "value"] > 0.05
    assert many.loc["informal_pairs", "verdict"] == "note"
    few = checks(study, company, in_informal_pair=(company["person_id"] == 0).astype(float))
    assert few.loc["informal_pairs", "verdict"] == "passed"


def test_a_handful_of_people_in_informal_pairs_is_not_counted_out(study, company):
    someone = study.follow(n_months=2).controls.people[:3]
    own = company["person_id"].isin(someone).astype(float)
    assert pd.isna(checks(study, company, in_informal_pair=own).loc["informal_pairs", "value"])
