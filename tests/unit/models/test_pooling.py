from __future__ import annotations

import pytest

from models.estimate import InvalidInput
from models.pooling import pool


def test_equal_groups_are_pooled_to_their_common_value():
    pooled = pool([0.05, 0.05, 0.05], [0.02, 0.02, 0.02])
    assert pooled.mean.point == pytest.approx(0.05)
    assert [group.point for group in pooled.groups] == pytest.approx([0.05] * 3)


def test_an_uncertain_group_is_drawn_to_the_mean_more_than_a_certain_one():
    pooled = pool([1.0, -1.0, 0.0, 0.0], [0.1, 2.0, 0.1, 0.1])
    sure, unsure = pooled.groups[0].point, pooled.groups[1].point
    assert sure > 0.9
    assert -0.2 < unsure < 0.5


def test_groups_far_apart_keep_their_own_values():
    pooled = pool([0.0, 10.0, 20.0], [0.1, 0.1, 0.1])
    assert pooled.groups[1].point == pytest.approx(10, abs=0.1)
    assert pooled.groups[2].point == pytest.approx(20, abs=0.6)


def test_the_spread_between_groups_is_never_negative():
    assert pool([1.0, 1.0], [1.0, 1.0]).between_sd.lower >= 0


@pytest.mark.parametrize(
    ("code", "points", "errors"),
    [
        ("too_few_groups", [1.0], [1.0]),
        ("different_lengths", [1.0, 2.0], [1.0]),
        ("bad_value", [1.0, float("nan")], [1.0, 1.0]),
        ("bad_value", [1.0, 2.0], [1.0, 0.0]),
    ],
)
def test_groups_that_cannot_be_pooled_are_refused(code, points, errors):
    with pytest.raises(InvalidInput, match=code):
        pool(points, errors)
