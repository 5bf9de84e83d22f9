"""The same facts give the same published digits, in whatever order they were added."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from reports.assembly import rounded

NUMBERS = st.floats(min_value=1e-9, max_value=1e12)


@given(NUMBERS)
def test_a_published_number_is_the_computed_one_to_eleven_digits(value: float) -> None:
    found = rounded(pd.DataFrame({"x": [value, -value]}))["x"].to_numpy()
    np.testing.assert_allclose(found, [value, -value], rtol=1e-11)


@given(st.lists(NUMBERS, min_size=1, max_size=20))
def test_rounding_again_changes_nothing(values: list[float]) -> None:
    once = rounded(pd.DataFrame({"x": values}))
    pd.testing.assert_frame_equal(rounded(once), once, check_exact=True)


def test_noise_of_a_sum_in_another_order_is_not_published() -> None:
    frame = pd.DataFrame({"x": [0.1 + 0.2 + 0.3], "y": [0.3 + 0.2 + 0.1]})
    found = rounded(frame).iloc[0]
    assert frame.iloc[0]["x"] != frame.iloc[0]["y"]
    assert found["x"] == found["y"] == 0.6


def test_missing_and_zero_and_whole_numbers_stay_as_they_are() -> None:
    frame = pd.DataFrame({"x": [0.0, np.nan, 5.0, -583.0, np.inf], "n": [1, 2, 3, 4, 5]})
    pd.testing.assert_frame_equal(rounded(frame), frame, check_exact=True)
