from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.engagement import estimate_engagement, open_engagement
from models.engagement_options import EngagementOptions
from models.estimate import Estimate, InvalidInput, NotEstimable, Reason

WAVES = 5
EFFECT = 0.5


def company(people: int = 300, seed: int = 1, silent: float = 0.2) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    person, wave = np.repeat(np.arange(people), WAVES), np.tile(np.arange(1, WAVES + 1), people)
    first = random.choice([0, 2, 3, 5], people, p=[0.5, 0.2, 0.2, 0.1])
    trait = random.normal(size=people)
    treated = (first[person] > 0) & (wave >= first[person])
    score = 3 + trait[person] + 0.1 * wave + EFFECT * treated + random.normal(0, 0.3, len(person))
    frame = pd.DataFrame({"person_id": person, "wave": wave})
    frame["first_treated_wave"] = pd.Series(first[person], dtype="Int64").mask(first[person] == 0)
    frame["score"] = np.where(random.random(len(person)) < silent, np.nan, score)
    frame["department"] = random.choice(["a", "b", "c"], people)[person]
    frame["age"] = random.normal(40, 10, people)[person]
    return frame


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return company()


@pytest.fixture(scope="module")
def effect(rows):
    return estimate_engagement(rows, covariates=["department", "age"])


def test_the_effect_is_inside_every_average(effect):
    averages = [effect.simple, effect.over_groups, effect.over_event_times, effect.over_waves]
    for found in [*averages, *effect.by_group.values(), effect.by_wave[5]]:
        assert abs(found.point - EFFECT) < 3.5 * found.standard_error
    assert 0.001 < effect.pre_trend_p_value <= 1
    assert effect.minimum_detectable_effect == pytest.approx(
        2.8 * effect.simple.standard_error, rel=0.01
    )


def test_each_comparison_has_its_counts(effect, rows):
    cells = effect.diagnostics.cells.set_index(["group", "wave"])
    cell = cells.loc[(3, 4)]
    answered = rows.pivot(index="person_id", columns="wave", values="score").notna()
    both = answered[4] & answered[2]
    first = rows.groupby("person_id")["first_treated_wave"].first()
    assert cell["base_wave"] == 2 and cell["is_after"]
    assert cell["n_treated"] == (both & (first == 3).fillna(False)).sum()
    assert cell["n_control"] == (both & (first.isna() | (first > 4).fillna(False))).sum()
    assert cell["missing_treated"] == pytest.approx(0.36, abs=0.12)


def test_nothing_depends_on_the_order_of_rows(rows, effect):
    again = estimate_engagement(
        rows.sample(frac=1, random_state=2), covariates=["department", "age"]
    )
    assert again.simple.point == pytest.approx(effect.simple.point, abs=1e-10)
    assert again.simple.standard_error == pytest.approx(effect.simple.standard_error, abs=1e-10)


NEVER = {
    "missing": lambda first: first,
    "float": lambda first: first.astype("Float64").astype(float),
    "object": lambda first: first.astype(object).where(first.notna(), None),
    "infinite": lambda first: first.astype("Float64").fillna(np.inf).astype(float),
    "zero": lambda first: first.fillna(0).astype(int),
    "arrow": lambda first: first.astype("int64[pyarrow]"),
}


@pytest.mark.parametrize("code", NEVER.values(), ids=NEVER)
def test_never_treated_may_be_coded_in_any_usual_way(rows, effect, code):
    frame = rows.assign(first_treated_wave=code(rows["first_treated_wave"]))
    again = estimate_engagement(frame, covariates=["department", "age"])
    assert again.simple == effect.simple
    assert any("read as never treated" in w for w in again.warnings) == (code is NEVER["zero"])


TYPES = {
    "text ids": lambda rows: rows.assign(person_id="P" + rows["person_id"].astype(str)),
    "huge ids": lambda rows: rows.assign(person_id=rows["person_id"] + 2**62),
    "float waves": lambda rows: rows.assign(wave=rows["wave"].astype(float)),
    "nullable": lambda rows: rows.convert_dtypes(),
    "categories": lambda rows: rows.assign(department=rows["department"].astype("category")),
    "text index": lambda rows: rows.set_axis([f"r{n}" for n in range(len(rows))]),
    "one index": lambda rows: rows.set_axis([7] * len(rows)),
}


@pytest.mark.parametrize("change", TYPES.values(), ids=TYPES)
def test_types_of_columns_do_not_matter(rows, effect, change):
    again = estimate_engagement(change(rows), covariates=["department", "age"])
    assert again.simple.point == pytest.approx(effect.simple.point, abs=1e-10)
    assert again.group_time.keys() == effect.group_time.keys()


def test_treatment_after_the_last_wave_is_no_treatment_yet(rows, effect):
    late = rows["first_treated_wave"].astype("Float64").fillna(9).astype(float)
    again = estimate_engagement(
        rows.assign(first_treated_wave=late), covariates=["department", "age"]
    )
    assert again.simple == effect.simple


def test_waves_need_not_follow_one_another(rows):
    spread = {1: 10, 2: 13, 3: 20, 4: 21, 5: 40}
    frame = rows.assign(
        wave=rows["wave"].map(spread),
        first_treated_wave=rows["first_treated_wave"].map(spread).astype("Int64"),
    )
    effect, other = estimate_engagement(rows), estimate_engagement(frame)
    assert other.simple.point == pytest.approx(effect.simple.point, abs=1e-12)
    assert set(other.by_group) == {13, 20, 40}
    assert 40 - 13 in other.event_study


def test_treatment_between_two_waves_counts_from_the_later_one(rows):
    frame = rows.assign(
        wave=rows["wave"] * 10, first_treated_wave=rows["first_treated_wave"] * 10 - 3
    )
    effect, other = estimate_engagement(rows), estimate_engagement(frame)
    assert other.simple.point == pytest.approx(effect.simple.point, abs=1e-12)
    assert set(other.by_group) == {17, 27, 47}


def test_people_treated_in_the_first_wave_are_left_out_and_named(rows):
    always = rows["person_id"] < 10
    frame = rows.assign(first_treated_wave=rows["first_treated_wave"].mask(always, 1))
    effect = estimate_engagement(frame)
    assert effect.diagnostics.n_always_treated == 10
    assert any("treated by the first wave" in warning for warning in effect.warnings)
    without = estimate_engagement(rows[~always])
    assert effect.simple.point == pytest.approx(without.simple.point, abs=1e-12)


def test_without_anybody_untreated_the_last_group_is_only_compared_with(rows):
    frame = rows[rows["first_treated_wave"].notna()]
    effect = estimate_engagement(frame)
    assert isinstance(effect.simple, Estimate)
    assert effect.by_group[5].code == "no_controls"
    assert effect.group_time[2, 5].code == "no_controls"
    assert any("no answer" in warning for warning in effect.warnings)


def test_a_wave_with_one_respondent_gives_reasons_and_no_numbers(rows):
    one = (rows["wave"] == 4) & (rows["person_id"] != 0)
    effect = estimate_engagement(rows.assign(score=rows["score"].mask(one)))
    assert isinstance(effect.group_time[2, 4], Reason)
    assert isinstance(effect.group_time[3, 4], Reason)
    assert isinstance(effect.group_time[2, 3], Estimate)
    assert isinstance(effect.simple, Estimate)
    # the wave before treatment is the one nobody answered
    assert isinstance(effect.by_group[5], Reason)


def test_a_wave_nobody_answered_gives_reasons(rows):
    effect = estimate_engagement(rows.assign(score=rows["score"].mask(rows["wave"] == 1)))
    assert effect.by_group[2].code == "no_treated"
    assert isinstance(effect.by_group[3], Estimate)


def test_covariates_that_tell_who_is_treated_leave_no_number(rows):
    frame = rows.assign(told=rows["first_treated_wave"].notna().astype(float))
    effect = estimate_engagement(frame, covariates=["told"], control="never_treated")
    assert effect.simple.code in {"no_overlap", "separation"}
    assert effect.minimum_detectable_effect is None


def test_covariates_that_say_the_same_change_nothing(rows, effect):
    frame = rows.assign(months=rows["age"] * 12, nothing=1.0, group=rows["department"].str.upper())
    again = estimate_engagement(
        frame, covariates=["department", "age", "months", "nothing", "group"]
    )
    assert again.simple.point == pytest.approx(effect.simple.point, abs=1e-8)
    assert again.simple.standard_error == pytest.approx(effect.simple.standard_error, rel=1e-6)


def test_missing_covariates_are_a_level_or_a_mark(rows):
    gaps = rows["person_id"] % 7 == 0
    frame = rows.assign(
        department=rows["department"].mask(gaps), age=rows["age"].mask(rows["person_id"] % 5 == 0)
    )
    effect = estimate_engagement(frame, covariates=["department", "age"])
    assert abs(effect.simple.point - EFFECT) < 3.5 * effect.simple.standard_error


def test_a_level_with_a_few_treated_alone_is_left_out_and_counted(rows):
    first = rows["first_treated_wave"]
    lone = rows.loc[first.notna(), "person_id"].unique()[:3]
    frame = rows.assign(department=rows["department"].mask(rows["person_id"].isin(lone), "new"))
    effect = estimate_engagement(frame, covariates=["department"])
    assert isinstance(effect.simple, Estimate)
    assert effect.diagnostics.cells["n_alone"].max() > 0
    assert any("left out because nobody untreated" in warning for warning in effect.warnings)


def test_everybody_answering_makes_weights_of_one():
    frame = company(silent=0.0)
    weighted = estimate_engagement(frame, covariates=["age"])
    plain = estimate_engagement(frame, covariates=["age"], respond_weights=False)
    assert weighted.simple == plain.simple
    assert weighted.diagnostics.nonresponse.breakdown_shift == np.inf


def test_whoever_decides_alone_who_answers_is_named(rows):
    told = rows.assign(score=rows["score"].fillna(3.0).mask(rows["age"] > rows["age"].median()))
    effect = estimate_engagement(told, covariates=["age"])
    assert any("exactly who answers" in warning for warning in effect.warnings)


def test_weights_are_cut_and_counted(rows):
    effect = estimate_engagement(rows, options=EngagementOptions(weight_cap=1.5))
    assert effect.diagnostics.cells["largest_weight"].max() == 1.5
    assert any("were cut at 1.5" in warning for warning in effect.warnings)


def test_bounds_widen_with_the_share_that_did_not_answer(rows, effect):
    bounds = effect.diagnostics.nonresponse
    share = bounds.missing_treated + bounds.missing_control
    assert bounds.highest - bounds.lowest == pytest.approx(2 * share * bounds.shift)
    assert bounds.breakdown_shift * share == pytest.approx(effect.simple.lower)
    asked = estimate_engagement(rows, options=EngagementOptions(nonresponse_shift=0.0))
    assert asked.diagnostics.nonresponse.lowest == asked.simple.point


def test_clusters_of_one_person_each_are_people(rows, effect):
    frame = rows.assign(team=rows["person_id"].astype(str), nobody=pd.NA)
    for cluster in ("team", "nobody"):
        again = estimate_engagement(frame, covariates=["department", "age"], cluster=cluster)
        assert again.simple.standard_error == pytest.approx(effect.simple.standard_error)
    frame["team"] = rows["person_id"] // 4
    joined = estimate_engagement(frame, covariates=["department", "age"], cluster="team")
    assert joined.simple.point == effect.simple.point
    assert joined.simple.standard_error != effect.simple.standard_error


def test_the_callers_frame_is_left_alone(rows):
    before = rows.copy(deep=True)
    estimate_engagement(rows, covariates=["department"])
    pd.testing.assert_frame_equal(rows, before)


def test_whole_scores_may_be_integers_or_booleans(rows):
    frame = rows.assign(score=rows["score"].round().astype("Int64"))
    assert isinstance(estimate_engagement(frame).simple, Estimate)
    frame = rows.assign(score=(rows["score"] > 3).astype("boolean").mask(rows["score"].isna()))
    assert isinstance(estimate_engagement(frame).simple, Estimate)


BAD = {
    "missing_column": lambda rows: rows.drop(columns="score"),
    "no_rows": lambda rows: rows.iloc[:0],
    "missing_value": lambda rows: rows.assign(
        wave=rows["wave"].astype(float).mask(rows.index == 3)
    ),
    "negative_wave": lambda rows: rows.assign(wave=rows["wave"] - 3),
    "bad_wave": lambda rows: rows.assign(wave=rows["wave"] + 0.5),
    "duplicate_person_wave": lambda rows: pd.concat([rows, rows.iloc[:1]]),
    "treatment_varies": lambda rows: rows.assign(
        first_treated_wave=rows["first_treated_wave"].mask(rows.index == 0, 4)
    ),
    "bad_score": lambda rows: rows.assign(score="good"),
    "infinite_value": lambda rows: rows.assign(score=rows["score"].mask(rows.index == 0, np.inf)),
}


@pytest.mark.parametrize("code", BAD)
def test_data_that_contradict_themselves_are_refused_by_name(rows, code):
    with pytest.raises(InvalidInput) as error:
        estimate_engagement(BAD[code](rows))
    assert error.value.code == code
    assert error.value.words.endswith(".")


def test_negative_treatment_is_refused(rows):
    with pytest.raises(InvalidInput, match="negative_wave"):
        estimate_engagement(rows.assign(first_treated_wave=-1))


SILENT = {
    "always_treated": lambda rows: rows.assign(first_treated_wave=1),
    "no_scores": lambda rows: rows.assign(score=np.nan),
    "constant_scores": lambda rows: rows.assign(score=rows["score"] * 0 + 3),
    "too_few_waves": lambda rows: rows[rows["wave"] == 1],
    "no_treated": lambda rows: rows.assign(first_treated_wave=None),
    "no_controls": lambda rows: rows.assign(first_treated_wave=3),
}


@pytest.mark.parametrize("code", SILENT)
def test_data_that_cannot_bear_an_answer_say_why(rows, code):
    with pytest.raises(NotEstimable) as error:
        estimate_engagement(SILENT[code](rows))
    assert error.value.code == code
    assert error.value.words.endswith(".")


def test_changes_without_variation_leave_no_number(rows):
    constant = rows["person_id"] % 3 + 0.0
    effect = estimate_engagement(rows.assign(score=constant))
    assert effect.simple.code == "no_variation"


@pytest.mark.parametrize(
    ("code", "choice"),
    [
        ("bad_control", {"control": "neither"}),
        ("bad_base_period", {"options": EngagementOptions(base_period="other")}),
        ("bad_level", {"options": EngagementOptions(level=95)}),
        ("bad_option", {"options": EngagementOptions(weight_cap=0)}),
        ("bad_option", {"options": EngagementOptions(anticipation=-1)}),
    ],
)
def test_choices_that_make_no_sense_are_refused(rows, code, choice):
    with pytest.raises(InvalidInput, match=code):
        estimate_engagement(rows, **choice)


def test_small_comparisons_are_refused_where_asked(rows):
    effect = estimate_engagement(rows, options=EngagementOptions(minimum_people=25))
    assert effect.by_group[5].code == "few_people"
    assert isinstance(effect.by_group[2], Estimate)


def two_waves(people: int = 400, seed: int = 5) -> pd.DataFrame:
    rows = company(people, seed, silent=0.0)
    rows = rows[rows["wave"] <= 2].copy()
    late = rows["first_treated_wave"] > 2
    rows["first_treated_wave"] = rows["first_treated_wave"].mask(late)
    base = rows[rows["wave"] == 1].set_index("person_id")["score"]
    return rows.assign(base=rows["person_id"].map(base))


def test_adjusting_for_the_base_score_is_the_score_before_as_a_covariate():
    rows = two_waves()
    options = EngagementOptions(adjust_for_base_score=True)
    adjusted = estimate_engagement(rows, covariates=["age"], options=options)
    given = estimate_engagement(rows, covariates=["age", "base"])
    without = estimate_engagement(rows, covariates=["age"])
    assert adjusted.simple.point == pytest.approx(given.simple.point, abs=1e-9)
    assert adjusted.simple.standard_error == pytest.approx(given.simple.standard_error, abs=1e-9)
    assert abs(adjusted.simple.point - without.simple.point) > 1e-4


def test_equal_scores_before_have_nothing_to_adjust_for():
    rows = two_waves()
    rows.loc[rows["wave"] == 1, "score"] = 3.0
    options = EngagementOptions(adjust_for_base_score=True)
    adjusted = estimate_engagement(rows, covariates=["age"], options=options)
    assert adjusted.simple == estimate_engagement(rows, covariates=["age"]).simple


def test_joining_because_of_the_last_score_misleads_only_without_it():
    random = np.random.default_rng(8)
    people = 6000
    trait, noise = random.normal(size=people), random.normal(size=(people, 4))
    score = 3 + trait[:, None] + noise
    joins = random.random(people) < 1 / (1 + np.exp(2 - 0.8 * (score[:, 1] - 3)))
    score[:, 2:] += 0.3 * joins[:, None]
    frame = pd.DataFrame(
        {
            "person_id": np.repeat(np.arange(people), 4),
            "wave": np.tile(np.arange(1, 5), people),
            "first_treated_wave": np.repeat(np.where(joins, 3.0, np.nan), 4),
            "score": score.ravel(),
        }
    )
    plain = EngagementOptions(base_period="universal")
    adjusted = EngagementOptions(base_period="universal", adjust_for_base_score=True)
    as_they_are = estimate_engagement(frame, options=plain)
    as_before = estimate_engagement(frame, options=adjusted)
    assert as_they_are.simple.upper < 0.3 and as_they_are.pre_trend_p_value < 0.001
    assert as_before.simple.lower < 0.3 < as_before.simple.upper
    assert as_before.pre_trend_p_value > 0.01


def test_earlier_waves_can_be_left_out_without_changing_the_effect(rows, effect):
    options = EngagementOptions(earlier_waves=False)
    after = estimate_engagement(rows, covariates=["department", "age"], options=options)
    assert after.simple.point == pytest.approx(effect.simple.point, abs=1e-8)
    assert min(after.event_study) == 0
    assert isinstance(after.pre_trend_p_value, Reason)


def test_a_study_opened_once_answers_as_one_opened_for_each_question(rows):
    study = open_engagement(rows, covariates=["department", "age"])
    study.estimate()
    for respond_weights in (True, False):
        for control in ("not_yet_treated", "never_treated"):
            again = study.estimate(respond_weights=respond_weights, control=control)
            alone = estimate_engagement(
                rows,
                covariates=["department", "age"],
                respond_weights=respond_weights,
                control=control,
            )
            assert again.simple.point == pytest.approx(alone.simple.point, abs=1e-8)
            assert again.simple.standard_error == pytest.approx(
                alone.simple.standard_error, abs=1e-8
            )


def people_of(study, rows: pd.DataFrame) -> pd.DataFrame:
    starts = np.append(True, study.study.person[1:] != study.study.person[:-1])
    return rows.iloc[study.study.order[starts]]


def test_joiners_of_another_kind_are_controls_until_they_join():
    rows = company(800, silent=0.0)
    study = open_engagement(rows, covariates=["age"])
    of_kind = (people_of(study, rows)["department"] == "a").to_numpy()
    narrowed = study.treating_only(of_kind).estimate()
    other = rows["first_treated_wave"].notna() & (rows["department"] != "a")
    over = other & (rows["wave"] >= rows["first_treated_wave"].fillna(99))
    by_hand = rows[~over].copy()
    by_hand["first_treated_wave"] = by_hand["first_treated_wave"].mask(other[~over])
    expected = estimate_engagement(by_hand, covariates=["age"])
    assert narrowed.simple.point == pytest.approx(expected.simple.point, abs=1e-8)
    assert narrowed.simple.standard_error == pytest.approx(expected.simple.standard_error, abs=1e-8)
    assert narrowed.n_treated == expected.n_treated
    assert narrowed.n_control == expected.n_control


def test_some_of_the_people_by_some_of_the_covariates_are_a_company_of_their_own():
    rows = company(800, silent=0.0)
    study = open_engagement(rows, covariates=["age", "department"])
    members = (people_of(study, rows)["department"] == "b").to_numpy()
    narrowed = study.with_people(members).with_design(["age"]).estimate()
    expected = estimate_engagement(rows[rows["department"] == "b"], covariates=["age"])
    assert narrowed.simple.point == pytest.approx(expected.simple.point, abs=1e-8)
    assert narrowed.n_control == expected.n_control
