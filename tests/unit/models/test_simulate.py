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
