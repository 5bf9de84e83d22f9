"""Entropy agrees with SciPy and does not depend on the order of anything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from warehouse.diversity import entropy

COUNTS = st.lists(st.lists(st.integers(1, 50), min_size=1, max_size=8), min_size=1, max_size=5)


@settings(deadline=None)
@given(counts=COUNTS)
def test_entropy_is_scipys(counts: list[list[int]]) -> None:
    flat = np.array([n for group in counts for n in group], dtype=float)
    group = np.repeat(np.arange(len(counts)), [len(ns) for ns in counts])
    theirs = [stats.entropy(ns, base=2) for ns in counts]
    assert entropy(flat, group, len(counts)) == pytest.approx(theirs, abs=1e-12)


def test_one_topic_has_no_diversity_at_all() -> None:
    for count in (1.0, 3.0, 7.0, 1e6 + 1):
        assert entropy(np.array([count]), np.array([0]), 1)[0] == 0.0


def test_equally_common_topics_count_in_bits() -> None:
    assert entropy(np.full(8, 5.0), np.zeros(8, dtype=int), 1)[0] == pytest.approx(3, abs=1e-15)


def test_nothing_said_is_not_zero() -> None:
    assert np.isnan(entropy(np.array([2.0]), np.array([1]), 2)[0])


@settings(deadline=None)
@given(counts=st.lists(st.integers(1, 1000), min_size=2, max_size=9), seed=st.integers(0, 99))
def test_the_order_of_rows_changes_no_digit(counts: list[int], seed: int) -> None:
    straight = np.array(counts, dtype=float)
    mixed = np.random.default_rng(seed).permutation(straight)
    group = np.zeros(len(counts), dtype=int)
    assert entropy(straight, group, 1)[0] == entropy(mixed, group, 1)[0]
