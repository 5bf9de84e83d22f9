"""Everything that happened to a pair, and was done about it, in one order of time."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from types import SimpleNamespace
from typing import NamedTuple

from app_state.entry import FollowUp
from dashboard.content.follow_ups import history_lines
from dashboard.content.pair_page import PairPage
from reports import codes, wording

_TOPIC_OF = {"goal_set": "begun_on", "goal_attained": "closed_on", "goal_dropped": "closed_on"}


class Entry(NamedTuple):
    """One line of the timeline.

    Attributes
    ----------
    on : date
    words : str
    kind : str
        As in ``pair_event``, or follow_up.
    """

    on: dt.date
    words: str
    kind: str


def timeline(page: PairPage, done: tuple[FollowUp, ...], *, today: dt.date) -> list[Entry]:
    """Return events and follow-ups, the latest first; what is booked stands at the top.

    Parameters
    ----------
    page : PairPage
    done : tuple of FollowUp
        What was done about the pair, oldest first.
    today : date
        Day of drawing.
    """
    told = [Entry(row.happened_on.date(), _event_words(page, row), row.kind) for row in page.events]
    acted = [
        Entry(row.at.date(), f"Follow-up: {words}", "follow_up")
        for row in done
        for _, words in history_lines((row,), today=today)
    ]
    return sorted([*told, *acted], key=lambda entry: entry.on)[::-1]


def timeline_title(page: PairPage) -> str:
    """Return what became of the sessions that were due."""
    kinds = Counter(row.kind for row in page.events)
    words = [f"{wording.format_count(kinds['held'], 'session')} held"]
    if kinds["cancelled"]:
        words.append(f"{wording.format_number(kinds['cancelled'])} cancelled{_by_whom(page)}")
    if kinds["no_show"]:
        words.append(f"{wording.format_count(kinds['no_show'], 'no-show')}")
    if kinds["unknown"]:
        words.append(f"{wording.format_number(kinds['unknown'])} without an outcome")
    if not kinds["held"]:
        words[0] = "No session held"
    return wording.list_words(words)


def _by_whom(page: PairPage) -> str:
    by = Counter(row.detail for row in page.events if row.kind == "cancelled")
    sides = [(by[code], name) for code, name in (("mentee", "senior"), ("mentor", "mentor"))]
    told = [(count, f"by the {name}") for count, name in sides if count]
    if len(told) == 1 and told[0][0] == sum(by.values()):
        return f" {told[0][1]}"
    words = wording.list_words([f"{wording.format_number(count)} {name}" for count, name in told])
    return f" ({words})" if words else ""


def _event_words(page: PairPage, row: SimpleNamespace) -> str:
    words = codes.event_words(row.kind, row.detail)
    if row.kind in _TOPIC_OF:
        words += _topic(page, row)
    moves = (("moved to", row.moved_to_on), ("moved from", row.moved_from_on))
    for verb, day in moves:
        if day is not None:
            is_same = day.date() == row.happened_on.date()
            where = "another hour" if is_same else wording.format_day(day, is_short=True)
            words += f"; {verb} {where}"
    return words


def _topic(page: PairPage, row: SimpleNamespace) -> str:
    """Return what a goal was about, where the goals of that day are about one thing."""
    day_of = _TOPIC_OF[row.kind]
    topics = {
        goal.code for goal in page.of_kind("goal") if getattr(goal, day_of) == row.happened_on
    }
    topic = topics.pop() if len(topics) == 1 else None
    return f": {topic.replace('_', ' ')}" if topic else ""
