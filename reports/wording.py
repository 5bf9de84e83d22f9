"""How numbers, units, days and periods read: the only place where a value becomes words.

Rates are fractions everywhere else; "%" exists only here. What codes are called stands in
``reports.codes``; sentences about findings are built in ``reports.findings`` and
``reports.effects`` from these pieces.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

MISSING = "–"  # a withheld, undefined or not estimable figure; its reason stands beside it
MINUS = "−"
THIN = "\u202f"  # narrow space that does not break: between a number and its unit
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
SMALLEST_WITH_WHOLE_NUMBERS = 9.95  # below it one decimal still says something

_UNIT_WORDS = {
    "days": ("day", "days"),
    "hours": ("hour", "hours"),
    "months": ("month", "months"),
    "points": ("point", "points"),
    "grades": ("grade", "grades"),
    "bits": ("bit", "bits"),
}
UNIT_TITLES = {
    "fraction": "%",
    "count": "number",
    "days": "days",
    "hours": "hours",
    "months": "months",
    "ratio": "ratio",
    "points": "points",
    "grades": "grades",
    "bits": "bits",
}


def format_number(value: float, decimals: int = 0) -> str:
    """Return a number with thousands separators and a true minus, rounded half away from zero."""
    exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{exact:,}".replace("-", MINUS) if exact else f"{abs(exact):,}"


def format_short(number: float, decimals: int) -> str:
    """Return a number with at most so many decimals, without closing zeros: "1.25", "3"."""
    text = format_number(number, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_value(value: float | None, unit: str, *, decimals: int | None = None) -> str:
    """Return a value with its unit: "71 %", "9.4 %", "1,204", "1 day", "2.5 hours".

    Parameters
    ----------
    value : float or None
        In the unit of the metric; fractions as 0-1. None and NaN read as "–".
    unit : str
        fraction, count, days, hours, months, ratio or points.
    decimals : int, optional
        Fixed number of decimals; by default one below ten and none above, without a closing zero;
        scores have one.
    """
    if value is None or math.isnan(value):
        return MISSING
    number = value * 100 if unit == "fraction" else value
    return _with_unit(_number_text(number, unit, decimals), unit)


def format_bounded(value: float | None, unit: str, bound: str) -> str:
    """Format a figure, or "4.9 or higher" where it is a bound."""
    words = format_value(value, unit)
    return f"{words} {bound}" if bound else words


def format_interval(
    lower: float | None, upper: float | None, unit: str, *, decimals: int | None = None
) -> str:
    """Return an interval of a level: "69–73 %", "4.1–12.3 %", "−1 to 3 %"; "" where there is none.

    Both ends carry the same number of decimals.
    """
    if lower is None or upper is None or math.isnan(lower) or math.isnan(upper):
        return ""
    scale = 100 if unit == "fraction" else 1
    low, high = lower * scale, upper * scale
    if decimals is None:
        decimals = _common_decimals((low, high), unit)
    left, right = format_number(low, decimals), format_number(high, decimals)
    joint = " to " if MINUS in left + right else "–"
    return _with_unit(f"{left}{joint}{right}", unit, is_plural=True)


def format_change(value: float | None, unit: str, *, decimals: int | None = None) -> str:
    """Return a difference with its sign: "+38", "−9", "+4 pts", "−0.4 pts", "+2 days", "±0"."""
    if value is None or math.isnan(value):
        return MISSING
    number = value * 100 if unit == "fraction" else value
    text = _number_text(abs(number), unit, decimals)
    is_zero = not any(digit in text for digit in "123456789")
    sign = "±" if is_zero else "+" if number > 0 else MINUS
    if unit == "fraction":
        return f"{sign}{text}{THIN}{'pt' if text == '1' else 'pts'}"
    return sign + _with_unit(text, unit)


def format_amount(difference: float, unit: str) -> str:
    """Return the size of a difference without its sign: "4 points", "2 days"."""
    if unit == "fraction":
        points = format_change(abs(difference), "fraction")[1:].rsplit(THIN, 1)[0]
        return f"{points} {'point' if points == '1' else 'points'}"
    return format_value(abs(difference), unit)


def format_change_interval(
    lower: float | None, upper: float | None, unit: str, *, decimals: int | None = None
) -> str:
    """Return the interval of a difference: "+1.2 to +7.0", "−4 to +3"; "" where there is none.

    Both ends carry the same number of decimals.
    """
    if lower is None or upper is None or math.isnan(lower) or math.isnan(upper):
        return ""
    if decimals is None:
        scale = 100 if unit == "fraction" else 1
        decimals = _common_decimals((abs(lower) * scale, abs(upper) * scale), unit)
    return f"{_signed(lower, unit, decimals)} to {_signed(upper, unit, decimals)}"


def format_count(count: float, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun: "1 pair", "1,204 pairs"."""
    return f"{format_number(count)} {singular if count == 1 else plural or singular + 's'}"


def format_day(day: dt.date | None, *, is_short: bool = False) -> str:
    """Return a day: "30 September 2026", short "30 Sep 2026"."""
    if day is None or day is pd.NaT:
        return MISSING
    month = MONTHS[day.month - 1]
    return f"{day.day} {month[:3] if is_short else month} {day.year}"


def format_moment(moment: dt.datetime) -> str:
    """Return a moment: "1 October 2026, 06:00 UTC"."""
    return f"{format_day(moment)}, {moment:%H:%M} UTC"


def format_period(period: str) -> str:
    """Return a period: "2026 Q3", "September 2026", "2026"."""
    if "Q" in period:
        return period.replace("Q", " Q")
    if "-" in period:
        year, month = period.split("-")
        return f"{MONTHS[int(month) - 1]} {year}"
    return period


def format_horizon(months: int) -> str:
    """Return a length of time: "half a year", "a year", "two years", "18 months"."""
    known = {6: "half a year", 12: "a year", 24: "two years", 36: "three years"}
    return known.get(months, f"{months} months")


def capitalized(sentence: str) -> str:
    """Return a sentence with a capital first letter, everything else as it is."""
    return sentence[:1].upper() + sentence[1:]


def plain_label(label: str) -> str:
    """Return a metric's label for running text: "Pairs: on track" reads "Pairs on track"."""
    return label.replace(": ", " ")


def list_words(words: Sequence[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _number_text(number: float, unit: str, decimals: int | None) -> str:
    if decimals is not None:
        return format_number(number, decimals)
    if unit == "count":
        return format_number(number)
    if unit == "ratio":
        return format_short(number, 2)
    if unit == "points":  # scores stand beside one another, with the one decimal published
        return format_number(number, 1)
    return format_short(number, 1 if abs(number) < SMALLEST_WITH_WHOLE_NUMBERS else 0)


def _common_decimals(numbers: Sequence[float], unit: str) -> int:
    texts = [_number_text(number, unit, None) for number in numbers]
    return max(len(text.partition(".")[2]) for text in texts)


def _signed(value: float, unit: str, decimals: int | None) -> str:
    number = value * 100 if unit == "fraction" else value
    text = _number_text(abs(number), unit, decimals)
    return text if not text.strip("0.") else f"{'+' if number > 0 else MINUS}{text}"


def _with_unit(text: str, unit: str, *, is_plural: bool = False) -> str:
    if unit == "fraction":
        return f"{text}{THIN}%"
    if unit in _UNIT_WORDS:
        singular, plural = _UNIT_WORDS[unit]
        return f"{text} {singular if text == '1' and not is_plural else plural}"
    return text
