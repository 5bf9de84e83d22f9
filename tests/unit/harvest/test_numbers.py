from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvest.numbers import numbers_in, only_number, stored
from reports.wording import format_change, format_interval, format_value


@settings(max_examples=60)
@given(st.floats(0, 1), st.sampled_from(["fraction", "days", "hours", "ratio", "points"]))
def test_a_value_is_found_again_in_the_words_made_of_it(value: float, unit: str) -> None:
    printed = only_number(format_value(value, unit))
    assert printed is not None
    assert printed.agrees(value, unit)


@settings(max_examples=60)
@given(st.floats(-1, 1))
def test_a_change_is_found_again_with_its_sign(value: float) -> None:
    (printed,) = numbers_in(format_change(value, "fraction"))
    assert printed.agrees(value, "fraction")
    if abs(value) > 0.1:
        assert not printed.agrees(-value, "fraction")


def test_both_ends_of_an_interval_have_its_unit() -> None:
    low, high = numbers_in(f"about {format_interval(0.694, 0.731, 'fraction')}")
    assert (low.unit, high.unit) == ("fraction", "fraction")
    assert low.agrees(0.694, "fraction") and high.agrees(0.731, "fraction")


def test_a_tenth_beside_is_another_number() -> None:
    (printed,) = numbers_in("9.4 %")
    assert printed.agrees(0.0936, "fraction")
    assert not printed.agrees(0.0926, "fraction")
    assert not printed.agrees(9.4, "days")


def test_thousands_and_minus_are_read() -> None:
    assert [n.value for n in numbers_in("1,204 people, −3.5 points, 12,34")] == [1204, -3.5, 12, 34]


@pytest.mark.parametrize("beside", [1e-6, -1e-6])
def test_a_stored_number_counts_with_all_its_digits(beside: float) -> None:
    assert stored(0.712345678901).agrees(0.712345678901, "fraction")
    assert not stored(0.712345678901 + beside).agrees(0.712345678901, "fraction")
