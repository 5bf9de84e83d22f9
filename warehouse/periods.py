"""Months, quarters and years: how they are named, where they begin and end."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

KINDS = ("month", "quarter", "year")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class UnknownPeriod(ValueError):
    """The text names no month, quarter or year."""


@dataclass(frozen=True, order=True)
class Period:
    """A calendar month, quarter or year.

    Attributes
    ----------
    starts_on, ends_on : date
        First and last day, both inside the period.
    kind : str
        month, quarter or year.
    name : str
        2026-09, 2026Q3 or 2026.
    """

    starts_on: dt.date
    ends_on: dt.date
    kind: str
    name: str

    @property
    def opening_on(self) -> dt.date:
        """The day before the period: its opening headcount is counted there."""
        return self.starts_on - dt.timedelta(days=1)

    @property
    def parent(self) -> str:
        """The quarter of a month, the year of a quarter; a year has none."""
        if self.kind == "month":
            return quarter_of(self.starts_on).name
        return str(self.starts_on.year) if self.kind == "quarter" else ""

    def is_complete(self, *, first_on: dt.date, as_of: dt.date) -> bool:
        """Tell whether the data, speaking from ``first_on`` to ``as_of``, covers every day."""
        return first_on <= self.starts_on and self.ends_on <= as_of


def month_of(day: dt.date) -> Period:
    """Return the month a day lies in."""
    return period_of("month", day)


def quarter_of(day: dt.date) -> Period:
    """Return the quarter a day lies in."""
    return period_of("quarter", day)


def year_of(day: dt.date) -> Period:
    """Return the year a day lies in."""
    return period_of("year", day)


def period_of(kind: str, day: dt.date) -> Period:
    """Return the period of a kind that a day lies in."""
    length = _MONTHS[kind]
    first = (day.month - 1) // length * length + 1
    last = first + length - 1
    ends_on = dt.date(day.year, last, calendar.monthrange(day.year, last)[1])
    name = {
        "month": f"{day.year:04}-{day.month:02}",
        "quarter": f"{day.year:04}Q{(first - 1) // 3 + 1}",
        "year": f"{day.year:04}",
    }[kind]
    return Period(dt.date(day.year, first, 1), ends_on, kind, name)


def parse_period(name: str) -> Period:
    """Return the period that a name such as 2026-09, 2026Q3 or 2026 stands for.

    Raises
    ------
    UnknownPeriod
        The text is none of the three forms.
    """
    match = re.fullmatch(r"([12]\d{3})(?:-(0[1-9]|1[0-2])|[Qq]([1-4]))?", name.strip())
    if not match:
        raise UnknownPeriod(
            f"'{name}' is not a period. Write a month as 2026-09, a quarter as 2026Q3, "
            "a year as 2026."
        )
    year, month, quarter = match.groups()
    if month:
        return month_of(dt.date(int(year), int(month), 1))
    if quarter:
        return quarter_of(dt.date(int(year), 3 * int(quarter), 1))
    return year_of(dt.date(int(year), 1, 1))


def periods_between(first_on: dt.date, as_of: dt.date) -> tuple[Period, ...]:
    """Return every month, quarter and year that has a day in [first_on, as_of], in order.

    The last ones may still be running; periods entirely after ``as_of`` do not exist.
    """
    found = []
    for kind in KINDS:
        period = period_of(kind, first_on)
        while period.starts_on <= as_of:
            found.append(period)
            period = period_of(kind, period.ends_on + dt.timedelta(days=1))
    return tuple(found)


def month_number(day: dt.date) -> int:
    """Return year * 12 + month - 1: consecutive months are consecutive numbers."""
    return day.year * 12 + day.month - 1


def months_before(day: dt.date, months: int) -> dt.date:
    """Return the same day some months earlier; the last day of a month stays a last day."""
    number = month_number(day) - months
    year, month = divmod(number, 12)
    length = calendar.monthrange(year, month + 1)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return dt.date(year, month + 1, length if is_last else min(day.day, length))
