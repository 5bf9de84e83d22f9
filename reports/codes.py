"""What the codes of a release are called: states, outcomes, populations, events, reasons."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from reports.wording import THIN, capitalized, format_short

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
# Ways to foresee that a pair will not meet in the next month, the simplest first.
WARNINGS = {
    "silent_30_days": "30 days of silence",
    "recency": "days since the last session alone",
    "logistic": "all signs together (logistic regression)",
    "boosting": "all signs together (boosted trees)",
}
NO_WARNING = {
    "few_pairs": "Too few pairs have met so far to learn from.",
    "short_history": "The log does not reach back far enough yet to try a warning on the past.",
    "one_outcome": "Too few pairs fell silent so far, or too few met, to learn from.",
}
_RISKS = ("low", "some", "raised", "high")  # quarters of the scale from 0 to 1
STATUSES = {
    "shown": "Shown",
    "suppressed": "Withheld",
    "undefined": "Undefined",
    "not_estimable": "Not estimable",
}
FORMATS = {
    "delimited": "text table",
    "workbook": "Excel workbook",
    "ods": "OpenDocument sheet",
    "parquet": "Parquet",
    "json_lines": "JSON",
    "qualtrics": "Qualtrics",
    "microsoft_forms": "Microsoft Forms",
    "google_forms": "Google Forms",
    "surveymonkey": "SurveyMonkey",
    "teams_attendance": "Teams attendance list",
    "zoom": "Zoom participant list",
    "icalendar": "calendar file",
    "workday_xml": "Workday XML report",
    "successfactors": "SuccessFactors export",
    "oracle_hdl": "Oracle HDL file",
    "returned_rows": "corrected rows",
    "identity_review": "people confirmed by hand",
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
    "non_participants": "Not taking part",
    "not_recorded": "Answers without a person",
    "everyone": "Everyone",
}
OUTCOMES = {
    "voluntary_exit": "voluntary exits",
    "any_exit": "exits of any kind",
    "promotion": "promotions",
    "internal_move": "internal moves",
}
VARIANTS = {
    "main": "Main analysis",
    "intention_to_treat": "Intention to treat: later joiners stay in the comparison",
    "truncated": f"Largest weights cut at 99.5{THIN}%",
    "clustered_by_pair": "Both sides of a pair moving together",
    "doubly_robust": "Doubly robust: a model of exits corrects the weights",
    "parallel_trends": "Assuming scores would have changed as colleagues' did",
    "same_score_before": "Against colleagues with the same score before",
    "without_response_weights": "Without weights for those who did not answer",
    "never_treated": "Against those who never joined only",
    "nonresponse_bounds": "If those who did not answer changed otherwise",
    "naive_hire": "Naive: participants against everyone else, from hire",
    "naive_enrollment": "Naive: participants against everyone else, from joining",
    "naive_difference": "Naive: members against others, after joining",
    "naive_before_after": "Naive: members after joining against before",
}
MEASURES = {
    "risk_difference": "More still employed",
    "months_employed": "More months employed",
    "score_difference": "Higher score",
}
MEASURE_UNITS = {
    "risk_difference": "fraction",
    "months_employed": "months",
    "score_difference": "points",
}
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


def reason_words(reasons: str | Sequence[Mapping[str, object]]) -> str:
    """Return why a pair needs someone: "Senior cancelled 3 of last 4; nothing booked".

    Parameters
    ----------
    reasons : str or sequence of mappings
        ``pair_board.reasons``, as the JSON text or already read.
    """
    found = json.loads(reasons) if isinstance(reasons, str) else reasons
    text = "; ".join(_one_reason(reason) for reason in found)
    return capitalized(text)


def risk_name(risk: float) -> str:
    """Return what a risk between 0 and 1 is called."""
    return _RISKS[min(int(risk * len(_RISKS)), len(_RISKS) - 1)]


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


def _one_reason(reason: Mapping[str, object]) -> str:
    code, count, of = reason["code"], reason.get("count"), reason.get("of")
    if code == "senior_cancelled":
        return (
            "senior cancelled the last one" if of == 1 else f"senior cancelled {count} of last {of}"
        )
    if code == "low_rating":
        return f"last session rated {format_short(float(str(reason['rating'])), 1)} of 5"
    if code == "role_reversion":
        return f"senior mostly advised in {count} of last {of}"
    if code == "silent_in_surveys":
        return _REASONS[f"{reason.get('role', 'mentee')}_silent"]
    return _REASONS.get(str(code), str(code).replace("_", " "))
