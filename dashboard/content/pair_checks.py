"""Checks of a pair in words: the reporting line, who is the junior, and what to do about it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import NamedTuple

from dashboard.content.pair_page import PairPage
from reports import wording

FINE, LOOK, CONFLICT, NOT_KNOWN = "Fine", "Look at it", "Conflict", "Not known"
_FREELY = (
    "A mentor speaks freely only to a senior who has no say in the mentor's pay or review: match "
    "both with somebody else, or let both confirm that they want to go on."
)
_UNKNOWN = "not_known"  # as the release says it
_NO_MANAGER = "Load an export of people with their managers; then this can be told."
_DIRECTIONS = {
    "fine": (FINE, "The mentor was the junior by level at the match.", ""),
    "same_level": (
        LOOK,
        "Both were at the same level at the match.",
        "Ask whether an exchange among equals is what they want; else match the senior with "
        "somebody more junior.",
    ),
    "other_way": (
        CONFLICT,
        "The mentor was the senior by level at the match.",
        "Check whether the two were entered the wrong way round; if not, match them anew.",
    ),
    "not_known": (
        NOT_KNOWN,
        "The level of one of them at the match is not on record.",
        "Load an export of people with their levels; then this can be told.",
    ),
}


class Check(NamedTuple):
    """One check: its verdict in a word, what was found, and what to do; empty for nothing."""

    verdict: str
    found: str
    to_do: str


def pair_checks(page: PairPage) -> list[Check]:
    """Return the checks of a pair, none in releases from before they were made."""
    if page.facts is None:
        return []
    checks = [*_lines(page.facts), Check(*_DIRECTIONS[page.facts.role_direction])]
    reasons = {row["code"] for row in json.loads(page.pair.reasons or "[]")}
    if "role_reversion" in reasons:
        checks.append(
            Check(
                LOOK,
                "Of late the senior mostly advised the mentor.",
                "Remind both what the pair is for: the mentor shows, the senior asks. Let the "
                "mentor choose the next topics.",
            )
        )
    return checks


def checks_title(checks: list[Check]) -> str:
    """Return how the checks came out."""
    open_ones = [one for one in checks if one.verdict in (LOOK, CONFLICT)]
    unknown = [one for one in checks if one.verdict == NOT_KNOWN]
    if open_ones:
        verb = "needs" if len(open_ones) == 1 else "need"
        return f"{wording.format_count(len(open_ones), 'check')} {verb} a look"
    if unknown:
        return "Reporting line and roles are fine, as far as is known"
    return "Reporting line and roles are fine"


def _lines(facts: SimpleNamespace) -> list[Check]:
    """Return the reporting line today, and at the match where that was different."""
    if (facts.line_match, facts.steps_match) == (facts.line_now, facts.steps_now):
        return [_line(facts.line_now, facts.steps_now, "is", "today, as at the match")]
    now = _line(facts.line_now, facts.steps_now, "is", "today")
    then = _line(facts.line_match, facts.steps_match, "was", "at the match")
    if then.verdict == CONFLICT and facts.line_now == "none":
        then = Check(FINE, then.found, "")  # it is over
    return [now, then]


def _line(code: str, steps: int | None, verb: str, when: str) -> Check:
    if code == "none":
        return Check(FINE, f"Neither {verb} in the other's reporting line {when}.", "")
    if code == _UNKNOWN:
        found = f"Who the mentor's manager {verb} {when} is not on record."
        return Check(NOT_KNOWN, found, _NO_MANAGER)
    above, below = ("senior", "mentor") if code == "mentor_below" else ("mentor", "senior")
    found = f"The {above} {verb} the {below}'s direct manager {when}."
    if steps is not None and steps > 1:
        levels = wording.format_count(steps, "level")
        found = f"The {above} {verb} {levels} above the {below} in the reporting line {when}."
    return Check(CONFLICT, found, _FREELY)
