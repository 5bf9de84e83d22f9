"""What a pair agreed, set itself, promised, reached and talked about: titles and tables."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import NamedTuple

from dashboard.components.figure import Column, Table, number_value, text_value
from dashboard.content.pair_page import PairPage
from reports import wording

RULES = (
    ("covers_topics", "What they talk about"),
    ("covers_off_limits", "What is off limits"),
    ("covers_place", "Where they meet"),
    ("covers_frequency", "How often they meet"),
    ("covers_confidentiality", "What stays between them"),
)
_MOST = 2  # topics that are named together as the most frequent ones
_SIDES = {"mentor": "Mentor", "mentee": "Senior"}
_GOALS = {"attained": "Attained", "dropped": "Dropped"}
_MILESTONES = {"first_session": "First session", "midpoint": "Midpoint", "completed": "Completed"}


class Rule(NamedTuple):
    """One of the five ground rules and whether both agreed on it."""

    words: str
    is_agreed: bool


def ground_rules(page: PairPage) -> tuple[str, list[Rule], str]:
    """Return the finding, the five rules, and who agreed when."""
    facts = page.facts
    if facts is None or facts.covers_topics is None:
        return "No ground rules on record", [Rule(words, False) for _, words in RULES], ""
    days = {"mentor": facts.mentor_agreed_on, "senior": facts.mentee_agreed_on}
    is_both = all(day is not None for day in days.values())
    rules = [Rule(words, is_both and bool(getattr(facts, name))) for name, words in RULES]
    who = "; ".join(
        f"{side} agreed on {wording.format_day(day, is_short=True)}"
        if day is not None
        else f"{side} has not agreed"
        for side, day in days.items()
    )
    count = sum(rule.is_agreed for rule in rules)
    if is_both:
        title = f"{wording.format_number(count)} of {len(RULES)} ground rules agreed"
    else:
        title = "Ground rules are written down, but not agreed by both"
    return title, rules, f"{wording.capitalized(who)}."


def goals(page: PairPage) -> tuple[str, Table]:
    """Return the finding and the goals, open ones first."""
    rows = sorted(page.of_kind("goal"), key=lambda row: (row.status != "open", _order(row)))
    late = sum(is_overdue(row, page.as_of) for row in rows)
    attained = sum(row.status == "attained" for row in rows)
    title = f"{_of(attained, len(rows), 'goal')} attained" if rows else "No goal set"
    columns = (
        Column("Goal", is_long=True),
        Column("Set"),
        Column("Due"),
        Column("Status", is_long=True),
    )
    lines = tuple(
        (
            text_value(code_words(row.code, "Goal in own words")),
            text_value(_day(row.begun_on)),
            text_value(_day(row.due_on)),
            text_value(_goal_status(row, page.as_of)),
        )
        for row in rows
    )
    return title + _overdue(late), Table(columns, lines)


def actions(page: PairPage) -> tuple[str, Table]:
    """Return the finding and the actions, open ones first, with whose they are."""
    rows = sorted(page.of_kind("action"), key=lambda row: (row.status != "open", _order(row)))
    late = sum(is_overdue(row, page.as_of) for row in rows)
    done = sum(row.status == "done" for row in rows)
    title = f"{_of(done, len(rows), 'action')} done" if rows else "No action noted"
    columns = (Column("Whose"), Column("Noted"), Column("Due"), Column("Status", is_long=True))
    lines = tuple(
        (
            text_value(_SIDES.get(row.owner_role or "", "Not said")),
            text_value(_day(row.begun_on)),
            text_value(_day(row.due_on)),
            text_value(_status(row, page.as_of)),
        )
        for row in rows
    )
    return title + _overdue(late), Table(columns, lines)


def sides_of_actions(page: PairPage) -> str:
    """Return whose actions are open: "Open: 2 of the mentor, 1 of the senior"."""
    is_open = [row.owner_role for row in page.of_kind("action") if row.status == "open"]
    told = [
        f"{wording.format_number(is_open.count(role))} of the {name.lower()}"
        for role, name in _SIDES.items()
        if role in is_open
    ]
    return f"Open: {', '.join(told)}." if told else ""


def milestones(page: PairPage) -> tuple[str, list[tuple[str, bool, str]]]:
    """Return the finding and the steps a pair is expected to reach: words, reached, when."""
    order = {code: i for i, code in enumerate(_MILESTONES)}
    rows = sorted(
        page.of_kind("milestone"), key=lambda row: (order.get(row.code, len(order)), row.code)
    )
    reached = sum(row.status == "reached" for row in rows)
    title = f"{_of(reached, len(rows), 'milestone')} reached" if rows else "No milestones on record"
    return title, [
        (
            _MILESTONES.get(row.code) or code_words(row.code, ""),
            row.status == "reached",
            _day(row.closed_on) if row.status == "reached" else "not yet",
        )
        for row in rows
    ]


def topics(page: PairPage) -> tuple[str, Table]:
    """Return the finding and the topics of held sessions, the most frequent first."""
    rows = sorted(page.topics, key=lambda row: (row.topic is None, -row.sessions, row.topic or ""))
    named = [row for row in rows if row.topic]
    title = "No topic on record"
    if named:
        sessions = wording.format_count(named[0].sessions, "session")
        most = [row.topic.replace("_", " ") for row in named if row.sessions == named[0].sessions]
        title = f"Talked most about {wording.list_words(most)}, in {sessions}"
        if len(most) > _MOST:
            count = wording.format_count(len(named), "topic")
            title = f"Talked about {count}, each in at most {sessions}"
        elif len(most) > 1:
            title += " each"
    lines = tuple(
        (text_value(code_words(row.topic, "In own words")), number_value(row.sessions))
        for row in rows
    )
    return title, Table((Column("Topic", is_long=True), Column("Sessions", is_number=True)), lines)


def is_overdue(row: SimpleNamespace, as_of: dt.date) -> bool:
    """Tell whether a goal or action was due before the release day and is still open."""
    return row.status == "open" and row.due_on is not None and row.due_on.date() < as_of


def code_words(code: str | None, otherwise: str) -> str:
    """Return a code as words: "career_paths" reads "Career paths"."""
    return wording.capitalized(code.replace("_", " ")) if code else otherwise


def _goal_status(row: SimpleNamespace, as_of: dt.date) -> str:
    if row.status in _GOALS:
        return _GOALS[row.status] + (f" {_day(row.closed_on)}" if row.closed_on else "")
    return _status(row, as_of)


def _status(row: SimpleNamespace, as_of: dt.date) -> str:
    if is_overdue(row, as_of):
        return "Open, overdue"
    return wording.capitalized(row.status) if row.status else "Not said"


def _order(row: SimpleNamespace) -> tuple[dt.date, dt.date]:
    far = dt.date.max
    return (
        row.due_on.date() if row.due_on else far,
        row.begun_on.date() if row.begun_on else far,
    )


def _of(count: int, every: int, singular: str) -> str:
    return f"{wording.format_number(count)} of {wording.format_count(every, singular)}"


def _overdue(late: int) -> str:
    return f", {wording.format_number(late)} overdue" if late else ""


def _day(day: dt.datetime | None) -> str:
    return wording.format_day(day, is_short=True)
