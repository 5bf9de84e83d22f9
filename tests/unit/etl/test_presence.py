"""Presence adds up, and no minute counts twice."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from etl.reading.presence import Stay, covered_minutes, present_minutes

START = dt.datetime(2026, 3, 2, 10)
spans = st.tuples(st.integers(0, 90), st.integers(0, 60)).map(lambda s: (s[0], s[0] + s[1]))


def moment(minute: float) -> dt.datetime:
    return START + dt.timedelta(minutes=minute)


def stay(start: float, end: float, minutes: float | None = None) -> Stay:
    return Stay(moment(start), moment(end), end - start if minutes is None else minutes)


def slowly(intervals: list[tuple[int, int]]) -> int:
    """Count minute by minute."""
    return sum(any(a <= minute < b for a, b in intervals) for minute in range(200))


@given(st.lists(spans, max_size=8))
def test_covered_minutes_are_those_a_minute_by_minute_count_finds(
    intervals: list[tuple[int, int]],
) -> None:
    timed = [(moment(a), moment(b)) for a, b in intervals]
    assert covered_minutes(timed) == slowly(intervals)


@given(st.lists(spans, min_size=1, max_size=8))
def test_full_presence_in_overlapping_stays_is_the_time_they_cover(
    intervals: list[tuple[int, int]],
) -> None:
    assert present_minutes([stay(a, b) for a, b in intervals]) == slowly(intervals)


@given(st.integers(1, 180), st.sets(st.integers(1, 179), max_size=6), st.randoms())
def test_any_split_of_a_presence_into_rejoins_gives_the_same_minutes(
    length: int, cuts: set[int], order: object
) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut < length), length]
    parts = [stay(a, b) for a, b in pairwise(edges)]
    order.shuffle(parts)  # type: ignore[attr-defined]
    assert present_minutes(parts) == length


def test_a_meeting_told_twice_counts_once_even_where_breaks_are_left_out() -> None:
    assert present_minutes([stay(0, 60, 40), stay(0, 60, 40)]) == 40
    assert present_minutes([stay(0, 60, 40), stay(1, 59, 38)]) == 40


def test_stays_without_moments_are_not_added_to_others() -> None:
    assert present_minutes([stay(0, 30), Stay(minutes=45)]) == 45
    assert present_minutes([Stay(moment(0), moment(30)), Stay()]) is None
