from __future__ import annotations

import numpy as np
import pytest

from models.estimate import Estimate, Reason
from models.published_scores import (
    HIDDEN,
    answers_of_many,
    estimate_row,
    event_study_row,
    group_row,
    head,
    is_exposed,
    naive_row,
    numbers,
    parts_to_withhold,
)
from tests.unit.models.waves import study_of

WHERE = head("engagement", "all")


def answers(*people: int, waves: int = 3, of: int = 400) -> np.ndarray:
    """Answers of some people in the last wave."""
    found = np.zeros((of, waves), dtype=bool)
    found[list(people), -1] = True
    return found


def test_points_and_ends_have_two_decimals_and_no_minus_before_a_zero():
    row = estimate_row(WHERE, "main", Estimate(-0.001, 0.034, -0.0678, 0.0658), people=(40, 900))
    assert (row["point"], row["lower"], row["upper"]) == (0.0, -0.07, 0.07)
    assert str(row["point"]) == "0.0"
    assert row["standard_error"] == 0.03
    assert row["n_treated"] == 40 and row["horizon_months"] is None


def test_an_interval_that_holds_more_than_the_error_of_sampling_has_no_standard_error():
    assert estimate_row(WHERE, "main", Estimate(0.2, 0.0, 0.1, 0.3))["standard_error"] is None


def test_counts_below_five_are_never_written():
    shown = Estimate(0.2, 0.1, 0.0, 0.4)
    assert estimate_row(WHERE, "main", shown, people=(4, 5))["n_treated"] is None
    assert estimate_row(WHERE, "main", shown, people=(4, 5))["n_control"] == 5
    assert event_study_row(WHERE, 0, shown, 4)["n_treated"] is None
    assert group_row(WHERE, "cohort", "C", shown, 4)["n_treated"] is None


@pytest.mark.parametrize(("reason", "status"), [(HIDDEN, "suppressed"), (None, "not_estimable")])
def test_what_has_no_number_says_why_and_has_no_count(reason, status):
    row = group_row(WHERE, "department", "Sales", reason or Reason("few", "Too few."), 300)
    assert row["status"] == status and row["reason"]
    assert row["point"] is None and row["n_treated"] is None
    assert row["department"] == "Sales" and row["cohort"] == ""
    assert numbers(Reason("few", "Too few."))["upper"] is None


def test_a_naive_difference_has_one_decimal_and_no_interval():
    row = naive_row(WHERE, "naive_before_after", 0.1687)
    assert row["point"] == 0.2 and row["lower"] is None and row["status"] == "shown"
    assert naive_row(WHERE, "naive_before_after", None)["status"] == "not_estimable"
    assert naive_row(WHERE, "naive_before_after", float("nan"))["point"] is None


@pytest.mark.parametrize(
    ("rest", "known", "exposed"),
    [
        (0, 50, False),
        (3, 150, True),
        (3, 299, True),
        (9, 100, True),
        (10, 20, False),
        (1, 99, True),
    ],
)
def test_a_remainder_is_exposed_if_rounding_leaves_its_mean_within_a_point(rest, known, exposed):
    assert is_exposed(rest, known) is exposed


@pytest.mark.parametrize("rest", [1, 2, 4, 7])
@pytest.mark.parametrize("size", [30, 80, 150, 400])
def test_a_remainder_is_as_precise_as_subtracting_rounded_means_leaves_it(rest, size):
    """The worst either way: every rounded mean off by half of its last decimal."""
    off = (size * 0.005 + (size - rest) * 0.005) / rest
    assert is_exposed(rest, size + size - rest) is (2 * off < 1)


def test_both_roles_are_withheld_where_one_of_them_is_few():
    whole = answers(*range(60))
    assert parts_to_withhold(whole, {"mentor": answers(*range(56))}) == {"mentor"}
    assert parts_to_withhold(whole, {"mentor": answers(*range(40))}) == set()
    both = {"mentor": answers(*range(40)), "mentee": answers(*range(40, 60))}
    assert parts_to_withhold(whole, both) == set()


def test_the_smallest_part_goes_first_and_no_more_than_it_takes():
    whole = answers(*range(100))
    parts = {
        "a": answers(*range(50)),
        "b": answers(*range(50, 75)),
        "c": answers(*range(75, 97)),
    }
    assert parts_to_withhold(whole, parts) == {"c"}


def test_answers_count_rather_than_people():
    """Somebody compared in both, but in one wave of the part only, is left over in the other."""
    whole, part = answers(*range(60)), answers(*range(60))
    whole[:3, 1] = True
    assert parts_to_withhold(whole, {"part": part}) == {"part"}
    whole[:30, 1] = True
    assert parts_to_withhold(whole, {"part": part}) == set()


def test_people_a_part_has_besides_the_whole_count_too():
    assert parts_to_withhold(answers(*range(50)), {"part": answers(*range(53))}) == {"part"}


def test_means_of_few_answers_in_a_wave_are_left_out_of_naive_figures():
    score = np.arange(180.0).reshape(60, 3)
    first = np.full(60, np.nan)
    first[:20] = 2
    score[9:20, 2] = np.nan  # nine of those who joined answer the last wave
    frame, counts = answers_of_many(study_of(score, first).study)
    assert counts == {"after": 20, "before": 20, "never": 120, "others": 40}
    kept = frame[frame["first_treated_wave"].notna()].groupby("wave").size()
    assert kept.to_dict() == {1: 20, 2: 20}
