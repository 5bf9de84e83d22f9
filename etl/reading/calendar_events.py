"""Occurrences of the meetings in a calendar: series expanded, moved and cancelled ones as they are.

What is said about a meeting stays behind: of its title only words that may be ids come in (those
with a digit), descriptions, places and notes never do. Events nobody is invited to, private ones
and all-day ones are no meetings of a pair.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import recurring_ical_events
from icalendar import Calendar, Event
from icalendar.prop import vBroken

YEARS_BACK, YEARS_AHEAD = 20, 1
_TOO_FREQUENT = ("SECONDLY", "MINUTELY", "HOURLY")
_NO_PERSON = ("ROOM", "RESOURCE")
_TIMES = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
_PRIVATE = ("PRIVATE", "CONFIDENTIAL")
_CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class Occurrence:
    """One meeting on one day.

    Parameters
    ----------
    uid, occurrence
        Key that outlives moving: the event's UID and the moment its series had planned, ISO text.
    start
        Begin, aware or naive as the calendar has it.
    zone
        IANA name of the zone it was planned in; None where the calendar names none.
    words
        Words of the title that hold a digit.
    attendees
        Addresses of people invited, lower case, with the answer each gave (``ACCEPTED``, ...).
    """

    uid: str
    occurrence: str
    start: dt.datetime
    zone: str | None
    minutes: float | None
    status: str
    words: str
    organizer: str
    attendees: dict[str, str]


@dataclass
class Found:
    """What a calendar holds.

    Parameters
    ----------
    left_out
        Why events are no meetings of a pair, and how many.
    broken
        UIDs of events that cannot be read, with the reason.
    """

    occurrences: list[Occurrence] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[str, str]] = field(default_factory=list)


def read_calendars(text: str, load_day: dt.date | None) -> Found:
    """Return the meetings of a calendar file.

    Parameters
    ----------
    load_day
        Series without end are expanded up to and including this day, others at most a year
        beyond it, nothing before twenty years ago; None for the last day the file mentions.

    Raises
    ------
    ValueError
        The text is no calendar.
    """
    found = Found()
    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except (AttributeError, TypeError, LookupError) as error:  # a parameter twice, and the like
        raise ValueError(f"no calendar: {error}") from error
    for calendar in calendars:
        if calendar.name == "VCALENDAR":
            _read_calendar(calendar, load_day or _last_day(calendar), found)
    found.occurrences.sort(key=lambda one: (one.occurrence, one.uid))
    return found


def _read_calendar(calendar: Any, last: dt.date, found: Found) -> None:
    is_cancelled = str(calendar.get("METHOD", "")).upper() == "CANCEL"
    masters: dict[str, Any] = {}
    events, endless = list[Any](), set[str]()
    for event in calendar.walk("VEVENT"):
        if not _is_taken(event, found):
            continue
        uid = str(event["UID"])
        if "RECURRENCE-ID" not in event:
            masters[uid] = event
        if _is_endless(event):
            endless.add(uid)
        events.append(event)
    for one in _expanded(calendar, events, last, found):
        start, master = one["DTSTART"].dt, masters.get(str(one["UID"]))
        if not isinstance(start, dt.datetime):
            found.left_out["all day"] += 1  # moved to no hour in particular
            continue
        if str(one["UID"]) in endless and start.date() > last:
            continue
        attendees = _attendees(one) or _attendees(master)
        if attendees:
            status = _CANCELLED if is_cancelled else str(one.get("STATUS", "")).upper()
            found.occurrences.append(_occurrence(one, master, attendees, status))
        else:
            found.left_out["nobody invited"] += 1


def _is_taken(event: Any, found: Found) -> bool:
    """Tell whether an event can be a meeting; if not, note why."""
    unread = next((name for name in _TIMES if _is_broken(event.get(name))), None)
    if unread is not None:
        found.broken.append((str(event.get("UID", "")), f"its {unread} is not valid"))
        return False
    start = event.get("DTSTART")
    frequencies = [str(one).upper() for rule in _rules(event) for one in rule.get("FREQ", [])]
    if not isinstance(event.get("UID"), str) or not isinstance(getattr(start, "dt", None), dt.date):
        found.broken.append((str(event.get("UID", "")), "it has no start or no UID"))
    elif any(one in _TOO_FREQUENT for one in frequencies):
        found.broken.append((str(event["UID"]), "it repeats more often than daily"))
    elif not isinstance(start.dt, dt.datetime):
        found.left_out["all day"] += 1
    elif start.dt.tzinfo is None and "TZID" in start.params:
        found.broken.append((str(event["UID"]), "the calendar does not say what its time zone is"))
    elif str(event.get("CLASS", "")).upper() in _PRIVATE:
        found.left_out["private"] += 1
    else:
        return True
    return False


def _is_broken(value: Any) -> bool:
    return any(isinstance(one, vBroken) for one in (value if isinstance(value, list) else [value]))


def _rules(event: Any) -> list[Any]:
    rules = event.get("RRULE") or []
    return rules if isinstance(rules, list) else [rules]


def _is_endless(event: Any) -> bool:
    return any("COUNT" not in rule and "UNTIL" not in rule for rule in _rules(event))


def _expanded(calendar: Any, events: Sequence[Any], last: dt.date, found: Found) -> list[Any]:
    """Expand series within the window; what cannot be expanded is noted as broken."""
    first = last.replace(year=last.year - YEARS_BACK, day=min(last.day, 28))
    beyond = last.replace(year=last.year + YEARS_AHEAD, day=min(last.day, 28))
    whole = Calendar()
    for name in ("X-WR-TIMEZONE", "VERSION", "PRODID"):
        if name in calendar:
            whole[name] = calendar[name]
    whole.subcomponents = [*calendar.walk("VTIMEZONE"), *events]
    query = recurring_ical_events.of(whole, skip_bad_series=True)
    expanded = list(query.between(first, beyond + dt.timedelta(days=1)))
    seen = {str(one["UID"]) for one in expanded}
    by_uid: dict[str, list[Any]] = {}
    for event in events:
        by_uid.setdefault(str(event["UID"]), []).append(event)
    for uid, own in by_uid.items():
        if uid not in seen and not _is_outside(own, first, beyond):
            found.broken.append((uid, "its recurrence cannot be worked out"))
        elif uid not in seen:
            found.left_out["outside the window"] += 1
    return expanded


def _is_outside(events: Iterable[Any], first: dt.date, beyond: dt.date) -> bool:
    """Tell whether none of the events can have an occurrence in the window."""
    days = [event["DTSTART"].dt.date() for event in events]
    repeats = any("RRULE" in event for event in events)
    return min(days) > beyond or (max(days) < first and not repeats) or _is_emptied(events)


def _is_emptied(events: Iterable[Any]) -> bool:
    """Tell whether every occurrence may have been taken out of a series."""
    return any(
        "EXDATE" in event or any("UNTIL" in rule for rule in _rules(event)) for event in events
    )


def _occurrence(one: Any, master: Any, attendees: dict[str, str], status: str) -> Occurrence:
    start = one["DTSTART"].dt
    planned = one["RECURRENCE-ID"].dt if "RECURRENCE-ID" in one else start
    end = one["DTEND"].dt if "DTEND" in one else None
    length = (end - start).total_seconds() / 60 if isinstance(end, dt.datetime) else 0.0
    summary = str(one.get("SUMMARY") or (master or {}).get("SUMMARY") or "")
    zone = getattr(start.tzinfo, "key", None)
    return Occurrence(
        uid=str(one["UID"]),
        occurrence=_key(planned),
        start=start,
        zone=None if zone in (None, "UTC") else str(zone),
        minutes=length if length > 0 else None,
        status=status,
        words=" ".join(word for word in summary.split() if any(map(str.isdigit, word))),
        organizer=_address(one.get("ORGANIZER") or (master or {}).get("ORGANIZER")),
        attendees=attendees,
    )


def _key(planned: dt.date) -> str:
    if not isinstance(planned, dt.datetime):
        return planned.isoformat()
    if planned.tzinfo is None:
        return planned.isoformat()
    return planned.astimezone(dt.UTC).replace(tzinfo=None).isoformat() + "Z"


def _attendees(event: Any) -> dict[str, str]:
    """Return addresses of the people invited, and their answers; rooms are no people."""
    if event is None:
        return {}
    invited = event.get("ATTENDEE") or []
    found = {
        _address(one): str(one.params.get("PARTSTAT", "NEEDS-ACTION")).upper()
        for one in (invited if isinstance(invited, list) else [invited])
        if str(one.params.get("CUTYPE", "")).upper() not in _NO_PERSON
    }
    return {address: answer for address, answer in sorted(found.items()) if address}


def _address(who: Any) -> str:
    if who is None:
        return ""
    text = str(who)
    plain = text[7:] if text.lower().startswith("mailto:") else text
    if "@" not in plain:
        plain = str(getattr(who, "params", {}).get("EMAIL", ""))
    return plain.strip().lower()


def _last_day(calendar: Any) -> dt.date:
    """Return the last day the calendar's events mention, for a look without a load."""
    days = [day for event in calendar.walk("VEVENT") for day in _days(event)]
    return max(days, default=dt.date(2000, 1, 1))


def _days(event: Event) -> Iterator[dt.date]:
    for name in ("DTSTART", "RECURRENCE-ID", "DTSTAMP", "LAST-MODIFIED"):
        moment = getattr(event.get(name), "dt", None)
        if isinstance(moment, dt.datetime):
            yield moment.date()
        elif isinstance(moment, dt.date):
            yield moment
