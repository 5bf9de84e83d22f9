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
    "pre_period_score": "Alike in scores before joining",
    "pre_period_promotion": "Alike in promotions before joining",
    "informal_pairs": "Colleagues who had a mentor anyway",
    "between_cohorts": "How far cohorts differ",
    "between_departments": "How far departments differ",
    "pre_trend_p": "Same course before joining",
    "pre_trend_p_same_score_before": "Same course before joining, same score before",
    "largest_earlier_difference": "Largest difference before joining",
    "largest_earlier_difference_same_score_before": "Largest difference before joining, same "
    "score before",
    "share_of_weights_cut": "Weights that were cut",
    "effective_control": "Enough colleagues in every wave",
    "response_rate_treated": "Answers of those who joined",
    "response_rate_control": "Answers of colleagues",
    "n_always_treated": "Joined before the first wave",
    "small_effect": "What counts as a small effect",
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
    "pre_period_score": "scores a wave before the last one differ by {small} standard deviations",
    "pre_period_promotion": "promotions in the year before differ by {small} standard deviations",
    "informal_pairs": "{percent} of the comparison group had an informal mentor",
    "between_cohorts": "true effects of cohorts spread by about {points}",
    "between_departments": "true effects of departments spread by about {points}",
    "pre_trend_p": "chance of differences like those before joining if there were none: {percent}",
    "pre_trend_p_same_score_before": "the same among people with the same score before: {percent}",
    "largest_earlier_difference": "largest difference before joining: {value} points",
    "largest_earlier_difference_same_score_before": "the same among people with the same score "
    "before: {value} points",
    "share_of_weights_cut": "{percent} of answers would have weighed more than the limit",
    "effective_control": "comparison worth at least {whole} people in every wave",
    "response_rate_treated": "{percent} of those who joined answered",
    "response_rate_control": "{percent} of their colleagues answered",
    "n_always_treated": "{whole} people joined before the first wave and are left out",
    "small_effect": "an effect under {value} points would count as small",
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
