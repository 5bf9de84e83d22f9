"""Moments and lengths in the words meeting tools use."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.problems import FileProblem
from etl.reading.report_moments import find_date_order, minutes_text, read_minutes, read_moment


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1h 42m", 102),
        ("11s", 11 / 60),
        ("1h 2m 30s", 62.5),
        ("59 Min. 30 Sek.", 59.5),
        ("1 Std. 5 Min.", 65),
        ("2 h 5 min", 125),
        ("1 hora 3 minutos 30 segundos", 63.5),
        ("01:42:30", 102.5),
    ],
)
def test_lengths_are_read_in_every_spelling(text: str, minutes: float) -> None:
    assert read_minutes(text) == pytest.approx(minutes)


@pytest.mark.parametrize("text", ["", "soon", "12", "3 apples", "h", "1h x"])
def test_what_is_no_length_is_not_guessed_at(text: str) -> None:
    assert read_minutes(text) is None


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("9/8/26, 2:58:09 PM", "mdy"),
        ("9/8/26, 2:58:09\u202fPM", "mdy"),
        ("08.09.2026, 14:58:09", "dmy"),
        ("8/9/2026 2:58:09 p. m.", "dmy"),
        ("2026-09-08T14:58:09", "mdy"),
        ("Sep 8, 2026 02:58:09 PM", "dmy"),
        ("Sep 8, 2026, 14:58:09", "dmy"),
    ],
)
def test_moments_are_read_in_every_spelling(text: str, order: str) -> None:
    assert read_moment(text, order) == dt.datetime(2026, 9, 8, 14, 58, 9)


@pytest.mark.parametrize("text", ["", "8.9.2026", "14:58", "31/02/2026 10:00", "Foo 8, 2026 10:00"])
def test_what_is_no_moment_is_not_guessed_at(text: str) -> None:
    assert read_moment(text, "dmy") is None


def test_an_open_order_of_day_and_month_is_asked_for() -> None:
    with pytest.raises(FileProblem, match="date_order") as found:
        find_date_order(Path("report.csv"), ["3/4/2026 10:00", "5/4/2026 10:00"])
    assert found.value.code == "ambiguous_dates"


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2099, 12, 31)), st.booleans())
def test_a_moment_written_in_either_order_is_read_back(moment: dt.datetime, american: bool) -> None:
    moment = moment.replace(microsecond=0)
    pattern, order = ("%m/%d/%Y, %I:%M:%S %p", "mdy") if american else ("%d.%m.%Y %H:%M:%S", "dmy")
    assert read_moment(moment.strftime(pattern), order) == moment


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59))
def test_a_length_of_whole_seconds_is_read_to_the_second(h: int, m: int, s: int) -> None:
    found = read_minutes(f"{h}h {m}m {s}s")
    assert found is not None and round(found * 60) == h * 3600 + m * 60 + s
    assert float(minutes_text(found)) == pytest.approx(found, abs=1e-4)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    read_minutes(text)
    for order in ("ymd", "dmy", "mdy"):
        read_moment(text, order)
