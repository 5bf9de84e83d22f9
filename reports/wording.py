"""How numbers, units, days and codes read: the only place where a value becomes words.

Rates are fractions everywhere else; "%" exists only here. Sentences about findings are built in
``reports.findings`` from these pieces.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
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
}
UNIT_TITLES = {
    "fraction": "%",
    "count": "number",
    "days": "days",
    "hours": "hours",
    "months": "months",
    "ratio": "ratio",
    "points": "points",
}

STATES = {
    "on_track": "On track",
    "drifting": "Drifting",
    "stalled": "Stalled",
    "dormant": "Dormant",
    "never_started": "Never started",
    "unlogged": "Unlogged",
    "too_early": "Too early",
    "paused": "Paused",
}
STATE_MEANINGS = {
    "on_track": "Met within one and a half of their own agreed intervals",
    "drifting": "Last met more than one and a half of their agreed intervals ago",
    "stalled": "Last met more than two of their agreed intervals ago, and nothing is booked",
    "dormant": "Not met for 90 days or more",
    "never_started": "Matched more than three weeks ago, not met and nothing booked",
    "unlogged": "A survey says they met, but no session is logged",
    "too_early": "Matched within the last three weeks",
    "paused": "Paused by agreement",
}
STATE_SYMBOLS = {  # the second channel beside color
    "on_track": "●",
    "drifting": "▲",
    "stalled": "■",
    "dormant": "■",
    "never_started": "▲",
    "unlogged": "○",
    "too_early": "○",
    "paused": "○",
}
STATUSES = {
    "shown": "Shown",
    "suppressed": "Withheld",
    "undefined": "Undefined",
    "not_estimable": "Not estimable",
}
VERDICTS = {"passed": "passed", "note": "note", "failed": "failed"}
VERDICT_SYMBOLS = {"passed": "●", "note": "▲", "failed": "■"}
POPULATIONS = {
    "": "All",
    "all": "Everyone who joined",
    "mentor": "Mentors",
    "mentee": "Mentees",
    "participants": "Participants",
    "eligible_non_participants": "Eligible, not taking part",
    "everyone": "Everyone",
}
OUTCOMES = {"voluntary_exit": "voluntary exits", "any_exit": "exits of any kind"}
VARIANTS = {
    "main": "Main analysis",
    "intention_to_treat": "Intention to treat: later joiners stay in the comparison",
    "truncated": f"Largest weights cut at 99.5{THIN}%",
    "clustered_by_pair": "Both sides of a pair moving together",
    "naive_hire": "Naive: participants against everyone else, from hire",
    "naive_enrollment": "Naive: participants against everyone else, from joining",
}
MEASURES = {
    "risk_difference": "More still employed",
    "months_employed": "More months employed",
}
MEASURE_UNITS = {"risk_difference": "fraction", "months_employed": "months"}
ARMS = {"joined": "joined", "not_joined": "had they not"}
SENSITIVITIES = {
    "operational": "Operational",
    "confidential": "Confidential",
    "workforce": "Workforce",
}
PERIOD_KINDS = {"month": "Month", "quarter": "Quarter", "year": "Year"}
COVARIATES = {
    "function_type": "Function",
    "log_tenure": "Tenure (logarithm)",
    "tenure_curve_1": "Tenure, first bend",
    "tenure_curve_2": "Tenure, second bend",
    "engagement": "Engagement before",
    "engagement missing": "No engagement answer",
    "calendar": "Calendar month (largest difference)",
}
DIAGNOSTIC_TITLES = {
    "largest_imbalance": "Groups alike after weighting",
    "overlap": "Groups overlap",
    "without_counterpart": "Joiners have counterparts",
    "effective_sample": "Enough colleagues after weighting",
    "largest_weight": "No single colleague decides",
    "negative_control_exits": "No effect where there should be none",
    "joined_while_not_eligible": "Joined while not marked eligible",
    "lost_from_sight": "Records that end without an exit",
}
DIAGNOSTICS = {
    "largest_imbalance": "groups alike after weighting (largest difference {value}, limit {limit})",
    "overlap": "joiners and colleagues have {percent} of their chances of joining in common",
    "without_counterpart": "{percent} of joiners were likelier to join than any colleague",
    "effective_sample": "comparison group worth {whole} people after weighting",
    "largest_weight": "heaviest single colleague carries {percent} of the weight",
    "negative_control_exits": "effect on exits that mentoring cannot change: {points}",
    "joined_while_not_eligible": "{whole} people joined while not marked eligible and are left out",
    "lost_from_sight": "{whole} people's records end without an exit",
    "e_value": "an unseen cause would have to be linked {value} times to both joining and leaving",
    "e_value_interval": "linked {value} times, it could make the interval reach zero",
}
EVENTS = {
    "matched": "Matched",
    "held": "Session held",
    "cancelled": "Session cancelled",
    "no_show": "No-show",
    "planned": "Session booked",
    "unknown": "Session without outcome",
    "paused": "Paused",
    "active": "Resumed",
    "completed": "Completed",
    "withdrawn": "Withdrew",
    "ended": "Ended",
    "goal_set": "Goal set",
    "goal_attained": "Goal attained",
    "goal_dropped": "Goal dropped",
    "ground_rules": "Ground rules agreed",
    "milestone": "Milestone reached",
    "action_noted": "Action noted",
}
_REASONS = {
    "nothing_booked": "nothing booked",
    "ground_rules_missing": "ground rules not agreed",
    "direct_report": "mentor reports to the senior",
    "mentor_silent": "mentor has not answered surveys",
    "mentee_silent": "senior has not answered surveys",
    "met_without_log": "a survey says they met, no session logged",
}
_DETAILS = {
    "mentor": "by the mentor",
    "mentee": "by the senior",
    "organiser": "by the organizer",
    "video": "by video",
    "in_person": "in person",
    "phone": "by phone",
    "chat": "by chat",
}


def format_number(value: float, decimals: int = 0) -> str:
    """Return a number with thousands separators and a true minus, rounded half away from zero."""
    exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{exact:,}".replace("-", MINUS) if exact else f"{abs(exact):,}"


def format_value(value: float | None, unit: str, *, decimals: int | None = None) -> str:
    """Return a value with its unit: "71 %", "9.4 %", "1,204", "1 day", "2.5 hours".

    Parameters
    ----------
    value : float or None
        In the unit of the metric; fractions as 0-1. None and NaN read as "–".
    unit : str
        fraction, count, days, hours, months, ratio or points.
    decimals : int, optional
        Fixed number of decimals; by default one below ten and none above, without a closing zero.
    """
    if value is None or math.isnan(value):
        return MISSING
    number = value * 100 if unit == "fraction" else value
    return _with_unit(_number_text(number, unit, decimals), unit)


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


def format_change_interval(lower: float | None, upper: float | None, unit: str) -> str:
    """Return the interval of a difference: "+1.2 to +7", "−0.4 to +3"; "" where there is none."""
    if lower is None or upper is None or math.isnan(lower) or math.isnan(upper):
        return ""
    return f"{_signed(lower, unit)} to {_signed(upper, unit)}"


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


def plain_label(label: str) -> str:
    """Return a metric's label for running text: "Pairs: on track" reads "Pairs on track"."""
    return label.replace(": ", " ")


def format_seen(value: float | None, unit: str, *, status: str, reason: str | None) -> str:
    """Return a figure, or the dash with its reason: "– (Fewer than 5 people)"."""
    if status == "shown":
        return format_value(value, unit)
    return f"{MISSING} ({reason or STATUSES[status]})"


def list_words(words: Sequence[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def reason_words(reasons: str | Sequence[Mapping[str, object]]) -> str:
    """Return why a pair needs someone: "Senior cancelled 3 of last 4; nothing booked".

    Parameters
    ----------
    reasons : str or sequence of mappings
        ``pair_board.reasons``, as the JSON text or already read.
    """
    found = json.loads(reasons) if isinstance(reasons, str) else reasons
    text = "; ".join(_one_reason(reason) for reason in found)
    return text[:1].upper() + text[1:]


def event_words(kind: str, detail: str | None) -> str:
    """Return one line of a pair's timeline: "Session cancelled by the senior"."""
    words = EVENTS.get(kind, kind.replace("_", " ").capitalize())
    if not isinstance(detail, str) or not detail:
        return words
    if detail in _DETAILS:
        return f"{words} {_DETAILS[detail]}"
    return f"{words}: {detail.replace('_', ' ')}"


def covariate_words(name: str) -> str:
    """Return a trait of people before joining: "function_type = Care" reads "Function: Care"."""
    trait, _, level = name.partition(" = ")
    words = COVARIATES.get(trait, trait.replace("_", " ").capitalize())
    return f"{words}: {level}" if level else words


def diagnostic_title(check_id: str) -> str:
    """Return the name of a check of an analysis: "Groups alike after weighting"."""
    kind, _, months = check_id.rpartition("_")
    if months.isdigit() and kind in ("e_value", "e_value_interval"):
        what = "effect" if kind == "e_value" else "interval"
        return f"Unseen cause that could explain the {what} after {format_horizon(int(months))}"
    return DIAGNOSTIC_TITLES.get(check_id, check_id.replace("_", " ").capitalize())


def diagnostic_words(check_id: str, value: float | None, threshold: float | None) -> str:
    """Return what a check of an analysis found: "groups alike after weighting (...)"."""
    if value is None or math.isnan(value):
        return f"{check_id.replace('_', ' ')}: too few people, or not known"
    kind, _, months = check_id.rpartition("_")
    known = kind if months.isdigit() else check_id  # e_value_12 is the E-value at a year
    if known == "e_value_interval" and value <= 1:
        return "the interval reaches zero without any unseen cause"
    pattern = DIAGNOSTICS.get(known, known.replace("_", " ") + ": {value}")
    limit = "none" if threshold is None or math.isnan(threshold) else _trim(threshold, 2)
    return pattern.format(
        value=_trim(value, 2),
        limit=limit,
        whole=format_number(value),
        percent=format_value(value, "fraction"),
        points=format_change(value, "fraction"),
    )


def _one_reason(reason: Mapping[str, object]) -> str:
    code, count, of = reason["code"], reason.get("count"), reason.get("of")
    if code == "senior_cancelled":
        return (
            "senior cancelled the last one" if of == 1 else f"senior cancelled {count} of last {of}"
        )
    if code == "low_rating":
        return f"last session rated {_trim(float(str(reason['rating'])), 1)} of 5"
    if code == "role_reversion":
        return f"senior mostly advised in {count} of last {of}"
    if code == "silent_in_surveys":
        return _REASONS[f"{reason.get('role', 'mentee')}_silent"]
    return _REASONS.get(str(code), str(code).replace("_", " "))


def _number_text(number: float, unit: str, decimals: int | None) -> str:
    if decimals is not None:
        return format_number(number, decimals)
    if unit == "count":
        return format_number(number)
    if unit == "ratio":
        return _trim(number, 2)
    return _trim(number, 1 if abs(number) < SMALLEST_WITH_WHOLE_NUMBERS else 0)


def _common_decimals(numbers: Sequence[float], unit: str) -> int:
    texts = [_number_text(number, unit, None) for number in numbers]
    return max(len(text.partition(".")[2]) for text in texts)


def _signed(value: float, unit: str) -> str:
    number = value * 100 if unit == "fraction" else value
    text = _number_text(abs(number), unit, None)
    return text if text == "0" else f"{'+' if number > 0 else MINUS}{text}"


def _trim(number: float, decimals: int) -> str:
    text = format_number(number, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_unit(text: str, unit: str, *, is_plural: bool = False) -> str:
    if unit == "fraction":
        return f"{text}{THIN}%"
    if unit in _UNIT_WORDS:
        singular, plural = _UNIT_WORDS[unit]
        return f"{text} {singular if text == '1' and not is_plural else plural}"
    return text
