"""Names, bounds and neighbors of months, quarters and years."""

from __future__ import annotations

import datetime as dt

import pytest

from warehouse.periods import (
    UnknownPeriod,
    month_number,
    month_of,
    months_before,
    parse_period,
    period_of,
    periods_between,
    quarter_of,
    year_of,
)


@pytest.mark.parametrize(
    ("name", "starts_on", "ends_on", "parent"),
    [
        ("2024-02", dt.date(2024, 2, 1), dt.date(2024, 2, 29), "2024Q1"),
        ("2026-12", dt.date(2026, 12, 1), dt.date(2026, 12, 31), "2026Q4"),
        ("2026Q3", dt.date(2026, 7, 1), dt.date(2026, 9, 30), "2026"),
        ("2026", dt.date(2026, 1, 1), dt.date(2026, 12, 31), ""),
    ],
)
def test_a_name_stands_for_its_days(
    name: str, starts_on: dt.date, ends_on: dt.date, parent: str
) -> None:
    period = parse_period(name)
    assert (period.starts_on, period.ends_on, period.parent) == (starts_on, ends_on, parent)
    assert period.name == name
    assert period_of(period.kind, ends_on) == period


@pytest.mark.parametrize("name", ["2026Q5", "26Q1", "2026-13", "2026-1", "Q3 2026", "", "last"])
def test_other_texts_are_refused_with_the_three_forms(name: str) -> None:
    with pytest.raises(UnknownPeriod, match="2026Q3"):
        parse_period(name)


def test_periods_entirely_after_the_data_do_not_exist() -> None:
    found = [p.name for p in periods_between(dt.date(2025, 11, 1), dt.date(2026, 2, 10))]
    assert found == [
        "2025-11", "2025-12", "2026-01", "2026-02", "2025Q4", "2026Q1", "2025", "2026"
    ]  # fmt: skip


def test_a_period_is_complete_when_every_day_is_covered() -> None:
    days = {"first_on": dt.date(2023, 10, 1), "as_of": dt.date(2026, 9, 30)}
    assert quarter_of(dt.date(2026, 9, 30)).is_complete(**days)
    assert quarter_of(dt.date(2023, 10, 1)).is_complete(**days)
    assert not year_of(dt.date(2023, 10, 1)).is_complete(**days)
    assert not year_of(dt.date(2026, 9, 30)).is_complete(**days)
    days["as_of"] = dt.date(2026, 9, 29)
    assert not month_of(dt.date(2026, 9, 29)).is_complete(**days)


def test_the_opening_day_is_the_day_before() -> None:
    assert parse_period("2026Q1").opening_on == dt.date(2025, 12, 31)


def test_consecutive_months_have_consecutive_numbers() -> None:
    assert month_number(dt.date(2026, 1, 31)) - month_number(dt.date(2025, 12, 1)) == 1


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (dt.date(2026, 9, 30), 12, dt.date(2025, 9, 30)),
        (dt.date(2024, 2, 29), 12, dt.date(2023, 2, 28)),
        (dt.date(2025, 2, 28), 12, dt.date(2024, 2, 29)),
        (dt.date(2026, 5, 20), 3, dt.date(2026, 2, 20)),
        (dt.date(2026, 1, 31), 1, dt.date(2025, 12, 31)),
    ],
)
def test_a_last_day_stays_a_last_day(day: dt.date, months: int, before: dt.date) -> None:
    assert months_before(day, months) == before
