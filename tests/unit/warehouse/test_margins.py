"""Intervals beside figures about answers are made of nothing but what is printed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from warehouse.voice.margins import around, coarse


@pytest.mark.parametrize(
    ("spread", "printed"), [(0.0, 1.0), (0.99, 1.0), (1.0, 1.0), (1.01, 1.25), (1.9, 2.0)]
)
def test_a_spread_is_rounded_up_and_never_small(spread: float, printed: float) -> None:
    assert coarse(np.array([spread]), np.array([4.0]))[0] == printed


def figure(**given: object) -> pd.DataFrame:
    row = {"metric_id": "engagement", "value": 3.0, "n": 16, "bound": "", "spread": 1.5,
           "low": 0.0, "high": 6.0}  # fmt: skip
    return pd.DataFrame([row | given])


def test_the_interval_is_the_t_interval_of_the_printed_value() -> None:
    ends = around(figure()).iloc[0]
    half = stats.t.ppf(0.975, 15) * 1.5 / 4
    assert (ends["lower"], ends["upper"]) == pytest.approx((3 - half, 3 + half))


def test_a_bound_has_no_interval_and_no_end_leaves_the_scale() -> None:
    assert around(figure(bound="or higher", value=5.9)).isna().all(axis=None)
    assert around(figure(value=5.9))["upper"].iloc[0] == 6.0
