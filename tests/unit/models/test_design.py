from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.design import Design, code_calendar, code_covariates, natural_spline
from models.estimate import InvalidInput


def code(frame: pd.DataFrame) -> Design:
    everything = np.arange(len(frame))
    return Design(code_covariates(frame, list(frame), order=everything, rows=everything))


def test_numbers_are_standardized():
    matrix = code(pd.DataFrame({"age": [20.0, 30.0, 40.0]})).matrix(np.arange(3))
    assert matrix.mean() == pytest.approx(0)
    assert matrix.std() == pytest.approx(1)


def test_a_missing_number_lies_at_the_mean_and_has_an_indicator():
    design = code(pd.DataFrame({"score": [1.0, np.nan, 3.0]}))
    assert [column.label for column in design.columns] == ["score", "score missing"]
    assert design.matrix(np.array([1])).tolist() == [[0.0, 1.0]]


def test_categories_become_levels_with_the_most_frequent_as_reference():
    design = code(pd.DataFrame({"team": ["b", "a", "b", None]}))
    assert [column.label for column in design.columns] == ["team = a", "team = b", "team = missing"]
    assert [column.is_reference for column in design.columns] == [False, True, False]
    assert design.matrix(np.array([0, 3])).tolist() == [[0, 1, 0], [0, 0, 1]]


def test_a_covariate_without_variation_is_left_out():
    assert code(pd.DataFrame({"a": ["x", "x"], "b": [1, 1], "c": [None, None]})).columns == ()


def test_infinite_values_are_refused():
    with pytest.raises(InvalidInput, match="infinite_value"):
        code(pd.DataFrame({"a": [1.0, np.inf]}))


def test_sparse_months_share_a_category_and_bursts_keep_their_own():
    month = np.repeat(np.arange(6), 40)
    enrolls = np.zeros(len(month), dtype=bool)
    for start, count in ((0, 4), (1, 20), (2, 7), (4, 12), (5, 2)):
        enrolls[start * 40 : start * 40 + count] = True
    calendar = code_calendar(month, enrolls, rows=np.flatnonzero(month != 3), minimum=10)
    assert calendar is not None
    by_month = [int(calendar.codes[m * 40]) for m in range(6)]
    assert by_month[0] == by_month[2] == by_month[5]
    assert len({by_month[0], by_month[1], by_month[4]}) == 3


def test_a_spline_is_linear_beyond_its_outer_knots():
    terms = natural_spline(np.array([10.0, 11.0, 12.0]), [1.0, 2.0, 4.0, 8.0])
    assert np.diff(terms, n=2, axis=0) == pytest.approx(np.zeros((1, 2)), abs=1e-9)
    assert natural_spline(np.array([0.5]), [1.0, 2.0, 4.0]).item() == 0.0


def test_a_spline_needs_increasing_knots():
    with pytest.raises(InvalidInput, match="bad_knots"):
        natural_spline(np.array([1.0]), [1.0, 1.0, 2.0])
