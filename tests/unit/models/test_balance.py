from __future__ import annotations

import numpy as np
import pytest

from models.balance import (
    Moments,
    effective_sample_size,
    inverse_probability_weights,
    largest_weight_share,
    measure_overlap,
    standardized_differences,
    weighted_mean_difference,
)
from models.estimate import InvalidInput


def test_a_difference_of_one_standard_deviation_is_one():
    joined, others = np.array([[1.0], [3.0]]), np.array([[0.0], [2.0]])
    table = standardized_differences(Moments.of(joined, np.ones(2)), Moments.of(others, np.ones(2)))
    assert table["difference_before"].item() == pytest.approx(1.0)


def test_weights_that_match_the_means_leave_no_difference():
    joined, others = np.array([[2.0], [2.0]]), np.array([[0.0], [3.0]])
    weight = np.array([1.0, 2.0])
    table = standardized_differences(Moments.of(joined, np.ones(2)), Moments.of(others, weight))
    assert table["difference_after"].item() == pytest.approx(0.0)
    assert table["mean_before"].item() == pytest.approx(1.5)


def test_moments_add_up_block_by_block():
    matrix, weight = np.random.default_rng(0).normal(size=(9, 3)), np.arange(1.0, 10.0)
    whole = Moments.of(matrix, weight)
    parts = Moments.of(matrix[:4], weight[:4]) + Moments.of(matrix[4:], weight[4:])
    assert parts.weighted_mean == pytest.approx(whole.weighted_mean)
    assert parts.variance == pytest.approx(matrix.var(axis=0))


def test_an_empty_group_is_refused():
    some, none = Moments.of(np.ones((2, 1)), np.ones(2)), Moments.empty(1)
    with pytest.raises(InvalidInput, match="empty_group"):
        standardized_differences(some, none)


def test_equal_weights_are_worth_all_people_and_one_heavy_weight_only_one():
    assert effective_sample_size(np.full(50, 0.3)) == pytest.approx(50)
    assert effective_sample_size(np.array([1e9, 1.0, 1.0])) == pytest.approx(1, abs=1e-6)
    assert effective_sample_size(np.zeros(3)) == 0
    assert largest_weight_share(np.array([2.0, 1.0, 1.0])) == 0.5


def test_overlap_is_whole_for_equal_groups_and_none_for_groups_apart():
    chance = np.tile(np.linspace(0.1, 0.9, 50), 2)
    equal = measure_overlap(chance, np.repeat([True, False], 50))
    assert equal.common_area == pytest.approx(1.0)
    assert equal.share_outside == 0
    apart = measure_overlap(np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True]))
    assert apart.common_area == 0
    assert apart.share_outside == 1


def test_weights_make_both_groups_look_like_the_population_asked_for():
    chance, treated = np.array([0.2, 0.2]), np.array([True, False])
    joiners = inverse_probability_weights(chance, treated, estimand="joiners")
    eligible = inverse_probability_weights(chance, treated, estimand="eligible")
    assert joiners == pytest.approx([1, 0.25])
    assert eligible == pytest.approx([5, 1.25])
    with pytest.raises(InvalidInput, match="bad_probability"):
        inverse_probability_weights(np.array([0.0, 0.5]), treated, estimand="joiners")


def test_rows_of_one_person_do_not_count_as_several_people():
    outcome = np.array([1.0, 1.0, 0.0, 0.0, 2.0, 1.0])
    treated = np.array([True, True, True, False, False, False])
    alone = weighted_mean_difference(outcome, treated)
    together = weighted_mean_difference(outcome, treated, cluster=np.array([0, 0, 1, 2, 3, 4]))
    assert together.point == alone.point
    assert together.standard_error > alone.standard_error
