"""Follow-ups as a calendar: when a snooze ends and what is due, by pair id and without names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from icalendar import Calendar, Event

from app_state.entry import FollowUp, Kind
from dashboard.content.follow_ups import NAMES


def calendar_of(rows: Iterable[FollowUp], *, address: str) -> bytes:
    """Return follow-ups with a day as an iCalendar file (RFC 5545), one whole-day event each.

    Parameters
    ----------
    rows : iterable of FollowUp
        What holds of each pair; those without a day are left out.
    address : str
        Where the worklist is, for the links.

    Notes
    -----
    An event keeps its identity when the follow-up is worded anew, so that a calendar replaces it.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Program Outcomes//Follow-ups//EN")
    calendar.add("version", "2.0")
    for row in sorted(rows, key=lambda one: one.pair_id):
        day = row.due_on or row.until_on
        if row.kind is not Kind.NONE and day is not None:
            calendar.add_component(_event(row, day, address))
    return bytes(calendar.to_ical())


def _event(row: FollowUp, day: dt.date, address: str) -> Event:
    what = "due" if row.due_on else "over"
    event = Event()
    event.add("uid", f"{row.pair_id}-{row.act_version or row.version}@program-outcomes")
    event.add("sequence", row.version)
    event.add("dtstamp", row.at.replace(tzinfo=dt.UTC))
    event.add("dtstart", day)
    event.add("summary", f"Pair {row.pair_id}: {NAMES[row.kind].lower()}, {what}")
    event.add("url", f"{address}/pairs?pair={row.pair_id}&state=all")
    said = [row.note, f"For {row.assignee}" if row.assignee else ""]
    event.add("description", "\n".join(words for words in said if words))
    event.add("transp", "TRANSPARENT")
    return event
