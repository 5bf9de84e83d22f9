from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.engagement_bracket import enclose
from models.engagement_runs import run_engagement
from models.estimate import Estimate, Reason
from models.published import (
    DIAGNOSTIC_COLUMNS,
    ESTIMATE_COLUMNS,
    EVENT_STUDY_COLUMNS,
    GROUP_EFFECT_COLUMNS,
    Rows,
)
from models.simulate import simulate_program
from models.simulated import Company
from models.wave_panel import WavePanel
from tests.unit.models.waves import panel_of

COMPANY = Company(joining_by="trait", informative_response=0.0)


def simulated(people: int = 2500, seed: int = 4, **changes):
    return simulate_program(people, 42, seed=seed, company=replace(COMPANY, **changes))


@pytest.fixture(scope="module")
def company():
    return simulated()


@pytest.fixture(scope="module")
def panel(company) -> WavePanel:
    return panel_of(company)


@pytest.fixture(scope="module")
def rows(panel) -> Rows:
    return run_engagement([panel])


def estimates(rows: Rows) -> pd.DataFrame:
    return pd.DataFrame(rows.estimate, columns=ESTIMATE_COLUMNS).set_index(
        ["population", "variant"]
    )


def test_the_true_effect_lies_in_the_main_interval(company, rows):
    main = estimates(rows).loc[("all", "main")]
    assert main["lower"] <= company.truth.engagement_simple <= main["upper"]
    assert main["status"] == "shown" and main["n_treated"] > 100


@pytest.mark.parametrize("joining_by", ["trait", "mood"])
@pytest.mark.parametrize("effect", [0.0, 0.3])
def test_whatever_people_join_for_the_main_interval_holds_the_truth(joining_by, effect):
    """Either assumption alone misses nearly all of the one or the other."""
    covering = 0
    for seed in range(30, 36):
        company = simulated(1500, seed=seed, joining_by=joining_by, engagement_effect=effect)
        main = estimates(run_engagement([panel_of(company)])).loc[("all", "main")]
        covering += main["lower"] <= company.truth.engagement_simple <= main["upper"]
    assert covering >= 5


def test_the_main_answer_encloses_both_assumptions(rows):
    found = estimates(rows).loc["all"]
    both = found.loc[["parallel_trends", "same_score_before"]]
    assert found.loc["main", "lower"] == both["lower"].min()
    assert found.loc["main", "upper"] == both["upper"].max()
    assert found.loc["main", "point"] == pytest.approx(both["point"].mean(), abs=0.0101)
    assert pd.isna(found.loc["main", "standard_error"])
    own = found["minimum_detectable_effect"]
    assert own["main"] > own["parallel_trends"]


def test_enclosing_gives_the_reason_where_one_answer_is_missing():
    known, reason = Estimate(0.1, 0.1, -0.1, 0.3), Reason("few", "Too few.")
    assert enclose([known, reason]) is reason
    assert enclose([known, Estimate(0.3, 0.1, 0.1, 0.5)]) == Estimate(0.2, 0.0, -0.1, 0.5)


def test_everybody_has_all_variants_and_each_role_the_main_one(rows):
    found = estimates(rows)
    assert not found.index.duplicated().any()
    assert found.loc["all"].index.tolist() == [
        "main",
        "parallel_trends",
        "same_score_before",
        "nonresponse_bounds",
        "without_response_weights",
        "never_treated",
        "naive_difference",
        "naive_before_after",
    ]
    for role in ("mentor", "mentee"):
        assert found.loc[role].index.tolist() == ["main"]
    together = found.loc[[("mentor", "main"), ("mentee", "main")], "n_treated"].sum()
    assert together == pytest.approx(found.loc[("all", "main"), "n_treated"], rel=0.05)
    assert set(found["measure"]) == {"score_difference"} and found["horizon_months"].isna().all()


def test_bounds_for_silence_enclose_the_answer_they_are_of(rows):
    found = estimates(rows).loc["all"]
    bounds, own = found.loc["nonresponse_bounds"], found.loc["parallel_trends"]
    assert bounds["lower"] < own["lower"] < own["upper"] < bounds["upper"]


def test_the_event_study_is_zero_in_the_wave_before_joining_and_compares_every_other(rows):
    found = pd.DataFrame(rows.event_study, columns=EVENT_STUDY_COLUMNS).set_index("waves_since")
    assert found.index.is_monotonic_increasing and found.index.min() < -1
    assert found.loc[-1, ["point", "lower", "upper"]].tolist() == [0, 0, 0]
    later = found[found.index >= 0]
    assert (later["lower"] < later["point"]).all() and (later["point"] > 0).all()
    assert (found["n_treated"] >= 10).all()
    assert set(found["population"]) == {"all"}


def test_groups_are_drawn_towards_a_mean_that_stands_beside_them(rows):
    found = pd.DataFrame(rows.group_effect, columns=GROUP_EFFECT_COLUMNS)
    for grouping in ("cohort", "department"):
        own = found[found["grouping"] == grouping]
        mean = own[(own["cohort"] == "") & (own["department"] == "")]
        assert len(mean) == 1 and mean["status"].item() == "shown"
        others = own.drop(mean.index)
        assert len(others) > 2 and others[grouping].ne("").all()
        shown = others[others["status"] == "shown"]
        assert (shown["n_treated"] >= 20).all() and len(shown) > 1
        assert (shown["point"] - mean["point"].item()).abs().max() < 0.3


def test_checks_are_notes_and_stand_beside_the_construct(panel, rows):
    every = pd.DataFrame(rows.diagnostic, columns=DIAGNOSTIC_COLUMNS)
    found = every[every["population"] == "all"].set_index("check_id")
    assert set(found["verdict"]) == {"note"} and set(found["outcome"]) == {"engagement"}
    assert 0 <= found.loc["pre_trend_p", "value"] <= 1
    assert 0.3 < found.loc["response_rate_treated", "value"] < 1
    assert "pre_trend_p_same_score_before" in found.index
    before = panel.rows[panel.rows["wave"] < panel.rows["first_treated_wave"].fillna(99)]
    small = every[every["check_id"] == "small_effect"]
    assert small["population"].tolist() == ["all", "mentor", "mentee"]
    assert small["value"].unique() == pytest.approx(0.2 * before["score"].std(ddof=0), abs=0.005)


def test_the_same_people_get_the_same_rows(panel, rows):
    shuffled = replace(panel, rows=panel.rows.sample(frac=1, random_state=1))
    again = run_engagement([shuffled])
    for name in ("estimate", "event_study", "group_effect", "diagnostic"):
        one, other = pd.DataFrame(getattr(rows, name)), pd.DataFrame(getattr(again, name))
        pd.testing.assert_frame_equal(one, other)


def test_no_number_is_finer_than_two_decimals(rows):
    for row in [*rows.estimate, *rows.event_study, *rows.group_effect]:
        for name in ("point", "lower", "upper", "standard_error", "minimum_detectable_effect"):
            value = row.get(name)
            assert value is None or value == round(value, 2)


def with_few_of(panel: WavePanel, role: str, keep: int) -> WavePanel:
    own = panel.rows.loc[panel.rows["role"] == role, "person_id"].unique()
    return replace(panel, rows=panel.rows[~panel.rows["person_id"].isin(own[keep:])])


def test_a_role_of_few_takes_the_other_role_with_it(panel):
    few = with_few_of(panel, "mentor", 120)
    few = with_few_of(few, "mentee", 6)
    found = estimates(run_engagement([few]))
    assert found.loc[("all", "main"), "status"] == "shown"
    assert found.loc[("mentee", "main"), "status"] == "not_estimable"
    mentor = found.loc[("mentor", "main")]
    assert mentor["status"] == "suppressed" and pd.isna(mentor["point"])
    assert "smaller group" in mentor["reason"]


def test_where_one_role_alone_answers_it_is_the_only_population(panel):
    found = estimates(run_engagement([replace(panel, role="mentor", construct="confidence")]))
    assert set(found.index.get_level_values("population")) == {"mentor"}
    main = found.loc[("mentor", "main")]
    assert main["status"] == "shown"
    own = estimates(run_engagement([panel])).loc[("mentor", "main")]
    assert main["n_treated"] == own["n_treated"]
    assert main["point"] == pytest.approx(own["point"], abs=0.02)


def nobody_joins(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(first_treated_wave=np.nan, role=None, cohort=None)


def one_answer(rows: pd.DataFrame) -> pd.DataFrame:
    last = rows["wave"] == rows["wave"].max()
    answered = rows.index[last & rows["score"].notna()]
    return rows.drop(index=rows.index[~last]).assign(
        score=rows["score"].where(rows.index == answered[0])
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (nobody_joins, "Nobody was treated"),
        (one_answer, "same|waves|first wave"),
        (lambda rows: rows.assign(score=3.0), "All scores are the same"),
        (lambda rows: rows.assign(score=np.nan), "Nobody answered"),
        (lambda rows: rows[rows["wave"] == 1], "at least two waves|first wave"),
        (lambda rows: rows[rows["first_treated_wave"].notna()].assign(first_treated_wave=2.0),
         "Everybody was treated"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_says_why_for_every_population(panel, change, words):
    found = estimates(run_engagement([replace(panel, rows=change(panel.rows))]))
    main = found.xs("main", level="variant")
    assert main.index.tolist() == ["all", "mentor", "mentee"]
    assert set(main["status"]) == {"not_estimable"}
    assert main["reason"].str.contains(words).all()
    assert main[["point", "lower", "upper", "n_treated"]].isna().all(axis=None)


def test_few_joiners_have_no_effect_and_no_group(panel):
    joined = panel.rows.loc[panel.rows["first_treated_wave"].notna(), "person_id"].unique()
    few = panel.rows[~panel.rows["person_id"].isin(joined[8:])]
    rows = run_engagement([replace(panel, rows=few)])
    honest = estimates(rows)
    assert set(honest["status"]) == {"not_estimable"}
    assert honest["point"].isna().all()
    assert {row["status"] for row in rows.group_effect} == {"not_estimable"}
    assert all(row["status"] != "shown" or row["waves_since"] == -1 for row in rows.event_study)


def test_no_construct_has_no_rows():
    assert run_engagement([]) == Rows()
