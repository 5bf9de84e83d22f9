"""Numbers and codes read exactly like this."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from models import momentum
from reports import codes
from reports.codes import covariate_words, event_words, reason_words
from reports.diagnostics import diagnostic_words
from reports.wording import (
    format_change,
    format_change_interval,
    format_count,
    format_day,
    format_horizon,
    format_interval,
    format_moment,
    format_number,
    format_period,
    format_value,
    list_words,
)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.71, "fraction", "71\u202f%"),
        (0.094, "fraction", "9.4\u202f%"),
        (0.04, "fraction", "4\u202f%"),
        (0.0995, "fraction", "10\u202f%"),
        (0.125, "fraction", "13\u202f%"),
        (1.0, "fraction", "100\u202f%"),
        (0.0, "fraction", "0\u202f%"),
        (-0.003, "fraction", "−0.3\u202f%"),
        (-0.0001, "fraction", "0\u202f%"),
        (1204, "count", "1,204"),
        (1, "days", "1 day"),
        (17.04, "days", "17 days"),
        (2.5, "hours", "2.5 hours"),
        (1.1, "months", "1.1 months"),
        (1.254, "ratio", "1.25"),
        (0.3, "points", "0.3 points"),
        (None, "count", "–"),
        (float("nan"), "fraction", "–"),
    ],
)
def test_a_value_reads_with_its_unit(value: float | None, unit: str, words: str) -> None:
    assert format_value(value, unit) == words


def test_a_table_can_ask_for_fixed_decimals() -> None:
    assert format_value(0.71, "fraction", decimals=1) == "71.0\u202f%"
    assert format_interval(0.04, 0.125, "fraction", decimals=1) == "4.0–12.5\u202f%"


@pytest.mark.parametrize(
    ("lower", "upper", "unit", "words"),
    [
        (0.69, 0.73, "fraction", "69–73\u202f%"),
        (0.041, 0.123, "fraction", "4.1–12.3\u202f%"),
        (-0.01, 0.032, "fraction", "−1.0 to 3.2\u202f%"),
        (14, 19.6, "days", "14–20 days"),
        (None, 0.5, "fraction", ""),
        (0.5, float("nan"), "fraction", ""),
    ],
)
def test_an_interval_reads_with_equal_decimals(
    lower: float | None, upper: float | None, unit: str, words: str
) -> None:
    assert format_interval(lower, upper, unit) == words


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (38, "count", "+38"),
        (-9, "count", "−9"),
        (-1204, "count", "−1,204"),
        (0.04, "fraction", "+4\u202fpts"),
        (0.01, "fraction", "+1\u202fpt"),
        (-0.004, "fraction", "−0.4\u202fpts"),
        (0.0, "fraction", "±0\u202fpts"),
        (2, "days", "+2 days"),
        (-1, "days", "−1 day"),
        (None, "days", "–"),
    ],
)
def test_a_change_carries_a_true_sign(value: float | None, unit: str, words: str) -> None:
    assert format_change(value, unit) == words


def test_the_interval_of_a_change_carries_signs_at_both_ends() -> None:
    assert format_change_interval(0.012, 0.07, "fraction") == "+1.2 to +7.0"
    assert format_change_interval(-0.004, 0.03, "fraction") == "−0.4 to +3.0"
    assert format_change_interval(None, 0.03, "fraction") == ""


def test_halves_round_away_from_zero_and_minus_zero_is_zero() -> None:
    assert [format_number(v, d) for v, d in ((0.5, 0), (1.5, 0), (2.5, 0), (-0.5, 0))] == [
        "1", "2", "3", "−1",
    ]  # fmt: skip
    assert format_number(-0.04, 1) == "0.0"
    assert format_number(1234567.891, 1) == "1,234,567.9"


def test_counts_agree_with_their_noun() -> None:
    assert format_count(1, "pair") == "1 pair"
    assert format_count(0, "pair") == "0 pairs"
    assert format_count(2, "person", "people") == "2 people"


def test_days_moments_and_periods_read_in_words() -> None:
    assert format_day(dt.date(2026, 9, 30)) == "30 September 2026"
    assert format_day(dt.date(2026, 9, 3), is_short=True) == "3 Sep 2026"
    assert format_day(pd.NaT) == format_day(None) == "–"
    moment = dt.datetime.fromisoformat("2026-10-01T06:05:00")
    assert format_moment(moment) == "1 October 2026, 06:05 UTC"
    periods = [format_period(p) for p in ("2026Q3", "2026-09", "2026")]
    assert periods == ["2026 Q3", "September 2026", "2026"]
    assert [format_horizon(m) for m in (6, 12, 18, 24)] == [
        "half a year", "a year", "18 months", "two years",
    ]  # fmt: skip


def test_lists_read_in_words() -> None:
    assert [list_words(w) for w in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a and b", "a, b and c",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        ('[{"code": "senior_cancelled", "count": 3, "of": 4}, {"code": "nothing_booked"}]',
         "Senior cancelled 3 of last 4; nothing booked"),
        ('[{"code": "senior_cancelled", "count": 1, "of": 1}]', "Senior cancelled the last one"),
        ('[{"code": "ground_rules_missing"}]', "Ground rules not agreed"),
        ('[{"code": "low_rating", "rating": 2.0}]', "Last session rated 2 of 5"),
        ('[{"code": "low_rating", "rating": 2.5}]', "Last session rated 2.5 of 5"),
        ('[{"code": "role_reversion", "count": 2, "of": 3}]',
         "Senior mostly advised in 2 of last 3"),
        ('[{"code": "silent_in_surveys", "role": "mentee"}]', "Senior has not answered surveys"),
        ('[{"code": "direct_report"}]', "Mentor reports to the senior"),
        ("[]", ""),
    ],
)  # fmt: skip
def test_reasons_read_as_a_manager_would_say_them(reasons: str, words: str) -> None:
    assert reason_words(reasons) == words


def test_events_read_in_words() -> None:
    assert event_words("cancelled", "mentee") == "Session cancelled by the senior"
    assert event_words("held", "in_person") == "Session held in person"
    assert event_words("matched", None) == "Matched"
    assert event_words("goal_set", "data_literacy") == "Goal set: data literacy"
    assert event_words("something_new", float("nan")) == "Something new"  # type: ignore[arg-type]


def test_checks_of_an_analysis_read_in_words() -> None:
    assert diagnostic_words("largest_imbalance", 0.06, 0.1) == (
        "groups alike after weighting (largest difference 0.06, limit 0.1)"
    )
    assert "(largest difference under 0.01, limit 0.1)" in diagnostic_words(
        "largest_imbalance", 0.0017, 0.1
    )
    assert diagnostic_words("effective_sample", 1730.2, 200) == (
        "comparison group worth 1,730 people after weighting"
    )
    assert diagnostic_words("e_value_interval_6", 1.0, None) == (
        "the interval reaches zero without any unseen cause"
    )
    assert diagnostic_words("new_check", 1.5, None) == "new check: 1.5"
    assert diagnostic_words("overlap", None, None) == "overlap: too few people, or not known"
    assert diagnostic_words("e_value_12", 1.52, None).endswith(
        "linked 1.52 times to both joining and leaving"
    )


def test_traits_of_people_read_in_words() -> None:
    assert covariate_words("function_type = Care") == "Function: Care"
    assert covariate_words("log_tenure") == "Tenure (logarithm)"
    assert covariate_words("age_band = 30-39") == "Age band: 30-39"


def test_every_state_of_the_models_has_a_name_a_shape_and_a_meaning() -> None:
    states = set(momentum.STATES)
    assert states == set(codes.STATES)
    assert states == set(codes.STATE_SYMBOLS) == set(codes.STATE_MEANINGS)


def test_every_reason_of_the_models_has_words() -> None:
    given = {"senior_cancelled": {"count": 2, "of": 3}, "low_rating": {"rating": 2},
             "role_reversion": {"count": 2, "of": 3}}  # fmt: skip
    for code in momentum.REASONS:
        words = reason_words([{"code": code, **given.get(code, {})}])
        assert "_" not in words
        assert words[0].isupper()
