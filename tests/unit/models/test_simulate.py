from __future__ import annotations

import pandas as pd
import pytest

from models.estimate import InvalidInput
from models.person_period import read_person_period
from models.simulate import simulate_program
from models.simulated import Company


def test_the_same_seed_gives_the_same_company():
    one, other = simulate_program(300, 24, seed=8), simulate_program(300, 24, seed=8)
    pd.testing.assert_frame_equal(one.person_month, other.person_month)
    pd.testing.assert_frame_equal(one.person_wave, other.person_wave)
    assert one.truth == other.truth


def test_the_data_are_sound_and_only_those_who_stayed_could_join():
    rows = simulate_program(500, 24, seed=8).person_month
    period = read_person_period(rows)
    joined = rows[rows["enrolled_month"].notna()]
    assert period.enrolls.sum() == joined["person_id"].nunique()


def test_departments_open_one_after_another():
    rows = simulate_program(2000, 24, seed=8).person_month
    opened = rows[rows["is_eligible"]].groupby("department")["month"].min()
    assert opened.nunique() == 3


def test_without_an_effect_the_truth_is_nothing():
    truth = simulate_program(300, 24, seed=8, effect=0.0).truth
    assert set(truth.risk_difference.values()) == {0.0}


def test_the_effect_grows_with_the_horizon():
    truth = simulate_program(300, 24, seed=8).truth
    assert 0 < truth.risk_difference[6] < truth.risk_difference[12] < truth.risk_difference[24]
    assert truth.months_employed[12] < 12 * truth.risk_difference[12]


def test_joiners_are_more_engaged_unless_joining_is_random():
    def gap(company: Company) -> float:
        rows = simulate_program(2000, 24, seed=8, company=company).person_month
        eligible = rows[rows["is_eligible"]]
        joins = (eligible["enrolled_month"] == eligible["month"]).fillna(False).astype(bool)
        score = eligible["engagement"]
        return float(score[joins].mean() - score[~joins].mean())

    assert gap(Company()) > 0.3
    assert abs(gap(Company(confounding=0.0))) < 0.15


def test_those_in_low_spirits_answer_surveys_less():
    company = simulate_program(2000, 24, seed=8)
    waves = company.person_wave.assign(month=company.person_wave["wave"] * 6)
    waves = waves.merge(company.person_month[["person_id", "month", "engagement"]])
    silent = waves["score"].isna()
    assert 0.2 < silent.mean() < 0.6
    assert waves["engagement"][~silent].mean() > waves["engagement"][silent].mean() + 0.05
    assert waves["score"].dropna().between(0, 6).all()


def test_a_company_without_people_is_refused():
    with pytest.raises(InvalidInput, match="bad_size"):
        simulate_program(0, 24, seed=8)


def test_the_true_effect_on_scores_is_that_of_both_lives():
    nothing = simulate_program(500, 36, seed=8, company=Company(engagement_effect=0.0)).truth
    assert nothing.engagement_simple == 0.0
    truth = simulate_program(2000, 36, seed=8).truth
    assert 0.8 * truth.engagement < truth.engagement_simple < truth.engagement
    by_level = simulate_program(2000, 36, seed=8, company=Company(effect_by_level=0.6)).truth
    assert by_level.engagement_simple > truth.engagement_simple + 0.02


def test_a_company_without_waves_after_joining_has_no_effect_on_scores():
    assert simulate_program(200, 4, seed=8).truth.engagement_simple == 0.0


def test_level_enrollment_and_habit_drive_answers_where_asked():
    company = Company(response_by_level=1.0, response_if_enrolled=2.0, response_habit=1.0)
    waves = simulate_program(3000, 36, seed=8, company=company).person_wave
    answers = waves["score"].notna()
    assert answers[waves["level"] == 3].mean() > answers[waves["level"] == 0].mean() + 0.3
    treated = (waves["first_treated_wave"] <= waves["wave"]).fillna(False).astype(bool)
    assert answers[treated].mean() > answers[~treated].mean() + 0.1
    before = answers.groupby(waves["person_id"]).shift().fillna(False).astype(bool)
    assert answers[before].mean() > answers[~before].mean() + 0.1


def test_joining_by_trait_leaves_the_mood_of_the_day_out():
    def excess(joining_by: str) -> float:
        company = Company(joining_by=joining_by, confounding=2.0)
        rows = simulate_program(3000, 36, seed=8, company=company).person_month
        mean = rows.groupby("person_id")["engagement"].transform("mean")
        joins = (rows["enrolled_month"] == rows["month"]).fillna(False).astype(bool)
        return float((rows["engagement"] - mean)[joins].mean())

    assert excess("mood") > 0.15
    assert abs(excess("trait")) < 0.1
