from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.careers import CareerEvent, career_events, estimate_careers
from models.estimate import NotEstimable
from models.options import RetentionOptions
from models.retention import RetentionStudy, open_study
from models.simulate import simulate_program

MONTHLY = 0.012  # chance of a promotion without the program


def rows(**columns: list) -> pd.DataFrame:
    frame = {
        "person_id": [0, 0, 0, 1, 1],
        "level": [2, 3, 3, 1, 4],
        "department": ["A", "A", "B", "A", "A"],
        "function_type": ["F", "F", "F", "F", "G"],
    } | columns
    found = pd.DataFrame(frame)
    for name in ("department", "function_type"):
        found[name] = pd.Categorical(found[name])
    return found.assign(level=pd.Categorical(found["level"].astype("Int64")))


def test_a_promotion_falls_into_the_month_before_the_higher_level():
    found = career_events(rows())
    assert found["promotion"].tolist() == [True, False, False, True, False]
    assert career_events(rows(level=[3, 2, 2, 4, 4]))["promotion"].sum() == 0


def test_a_change_of_department_or_function_is_a_move():
    found = career_events(rows())
    assert found["internal_move"].tolist() == [False, True, False, True, False]


def test_a_new_spell_is_no_promotion_and_no_move():
    found = career_events(rows(person_id=[0, 0, 0, 1, 2]))
    assert found["promotion"].tolist() == [True, False, False, False, False]
    assert found["internal_move"].tolist() == [False, True, False, False, False]
    assert found["has_next_month"].tolist() == [True, True, False, False, False]


def test_what_is_not_known_is_no_promotion_and_no_move():
    found = career_events(rows(level=[None, 3, 3, 1, None], department=["A", None, "B", "A", "A"]))
    assert not found["promotion"].any()
    assert found["internal_move"].tolist() == [False, False, False, True, False]


@pytest.fixture(scope="module")
def company() -> pd.DataFrame:
    return simulate_program(4000, 36, seed=21).person_month


@pytest.fixture(scope="module")
def study(company) -> RetentionStudy:
    return open_study(company, covariates=("department", "level", "tenure", "engagement"))


def promoted(company: pd.DataFrame, *, times: float) -> CareerEvent:
    """Promotions by chance, some times as likely from the month of joining on."""
    joined = (company["enrolled_month"] <= company["month"]).fillna(False).to_numpy(dtype=bool)
    chance = np.where(joined, times * MONTHLY, MONTHLY)
    followed = company.duplicated("person_id", keep="last").to_numpy()
    happens = np.random.default_rng(5).random(len(company)) < chance
    return CareerEvent("promotion", happens & followed, followed)


@pytest.mark.parametrize("times", [1.0, 2.0])
def test_a_planted_effect_on_promotions_is_found_and_none_where_none_was_planted(
    study, company, times
):
    event = promoted(company, times=times)
    found = estimate_careers(
        study.period, study.model, event, horizons=(6, 12, 24), options=RetentionOptions()
    )
    for horizon, answer in found.horizons.items():
        truth = (1 - MONTHLY) ** horizon - (1 - times * MONTHLY) ** horizon
        assert abs(answer.difference.point - truth) < 3 * answer.difference.standard_error
        assert answer.minimum_detectable_effect < 0.12
        if times == 2.0:
            assert answer.difference.lower > 0


def test_where_nobody_was_promoted_there_is_no_effect(study, company):
    event = promoted(company, times=0.0)
    nobody = CareerEvent("promotion", np.zeros(len(company), dtype=bool), event.followed)
    with pytest.raises(NotEstimable, match="no_events"):
        estimate_careers(
            study.period, study.model, nobody, horizons=(6,), options=RetentionOptions()
        )


def test_a_group_without_promotions_says_so_in_the_words_of_careers(study, company):
    event = promoted(company, times=0.0)
    found = estimate_careers(
        study.period, study.model, event, horizons=(6, 90), options=RetentionOptions()
    )
    assert found.horizons[6].difference is None
    assert found.horizons[6].reason.code == "few_exits"
    assert "been promoted within 6 months" in found.horizons[6].reason.words
    assert found.horizons[90].reason.code == "nobody_at_risk"
