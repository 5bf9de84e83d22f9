"""How the checks of an analysis are called and what they found, in words."""

from __future__ import annotations

import math

from reports.wording import (
    format_change,
    format_horizon,
    format_number,
    format_short,
    format_value,
)

DIAGNOSTIC_TITLES = {
    "largest_imbalance": "Groups alike after weighting",
    "overlap": "Groups overlap",
    "without_counterpart": "Joiners have counterparts",
    "effective_sample": "Enough colleagues after weighting",
    "largest_weight": "No single colleague decides",
    "negative_control_exits": "No effect where there should be none",
    "joined_while_not_eligible": "Joined while not marked eligible",
    "lost_from_sight": "Records that end without an exit",
    "joined_in_other_role": "Joined in the other role",
}
DIAGNOSTICS = {
    "largest_imbalance": "groups alike after weighting (largest difference {small}, limit {limit})",
    "overlap": "joiners and colleagues have {percent} of their chances of joining in common",
    "without_counterpart": "{percent} of joiners were likelier to join than any colleague",
    "effective_sample": "comparison group worth {whole} people after weighting",
    "largest_weight": "heaviest single colleague carries {percent} of the weight",
    "negative_control_exits": "effect on exits that mentoring cannot change: {points}",
    "joined_while_not_eligible": "{whole} people joined while not marked eligible and are left out",
    "lost_from_sight": "{whole} people's records end without an exit",
    "joined_in_other_role": "{whole} people are compared until they join in the other role",
    "e_value": "an unseen cause would have to be linked {value} times to both joining and leaving",
    "e_value_interval": "linked {value} times, it could make the interval reach zero",
}
FAILED = {
    "largest_imbalance": "the groups still differ after weighting ({value} standard deviations)",
    "without_counterpart": "{percent} of joiners were likelier to join than any colleague",
    "effective_sample": "the comparison group is worth {whole} people only after weighting",
    "largest_weight": "a single colleague carries {percent} of the weight",
    "negative_control_exits": "it shows an effect on exits that mentoring cannot change ({points})",
    "pre_period_score": "those who joined already scored differently before ({value} standard "
    "deviations)",
    "pre_period_promotion": "those who joined had been promoted more or less often before "
    "({value} standard deviations)",
}


def failed_words(check_id: str, value: float | None) -> str:
    """Return why a failed check forbids belief: "the groups still differ after weighting (...)"."""
    if value is None or math.isnan(value):
        return f"the check “{diagnostic_title(check_id)}” failed"
    pattern = FAILED.get(check_id, f"the check “{diagnostic_title(check_id)}” failed ({{value}})")
    return _filled(pattern, value)


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
    limit = "none" if threshold is None or math.isnan(threshold) else format_short(threshold, 2)
    return _filled(pattern, value, limit)


def _filled(pattern: str, value: float, limit: str = "none") -> str:
    return pattern.format(
        value=format_short(value, 2),
        small="under 0.01" if 0 < value < 0.01 else format_short(value, 2),
        limit=limit,
        whole=format_number(value),
        percent=format_value(value, "fraction"),
        points=format_change(value, "fraction"),
    )
