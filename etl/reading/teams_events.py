"""Teams attendance lists of 2020: who joined and left when, one line per event, names only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from etl.reading.meeting_rows import Line, broken_row
from etl.reading.raw_table import BrokenRow
from etl.reading.report_moments import read_moment
from etl.reading.teams_labels import JOINED, LEFT, label_of

_COLUMNS = ("name", "action", "at", "email", "upn")
Record = tuple[int, list[str]]


@dataclass(frozen=True)
class Event:
    """Somebody joined or left; cells as the list has them."""

    source_row: int
    name: str
    email: str
    upn: str
    action: str
    at: str

    def line(self, joined: str = "", left: str = "") -> Line:
        """Return the line of a report that this event begins."""
        return Line(
            self.source_row,
            name=self.name,
            email=self.email,
            upn=self.upn,
            joined=joined,
            left=left,
            is_stint=True,
        )


def is_event_header(record: Sequence[str]) -> bool:
    """Tell whether a record names the columns of a list of events."""
    return {"action", "at"} <= {label_of(cell, _COLUMNS) for cell in record}


def read_events(
    header: Sequence[str], records: Sequence[Record]
) -> tuple[list[Event], list[BrokenRow]]:
    """Return the events of a list, and the records that do not fit its header."""
    places = {label_of(cell, _COLUMNS): place for place, cell in enumerate(header)}
    width = max(n for n, cell in enumerate(header) if cell.strip()) + 1
    events, broken = list[Event](), list[BrokenRow]()
    for number, record in records:
        if len(record) < width or any(cell.strip() for cell in record[width:]):
            broken.append(broken_row(number, record, width))
            continue
        cells = {name: record[place].strip() for name, place in places.items() if name}
        events.append(Event(number, *(cells.get(name, "") for name in _FIELDS)))
    return events, broken


_FIELDS = ("name", "email", "upn", "action", "at")


def stints_of(events: Sequence[Event], order: str) -> list[Line]:
    """Turn events into stints: from each joining to the next leaving of the same person.

    Somebody who had not left when the list was downloaded was there at least until its last event.

    Parameters
    ----------
    order
        ymd, dmy or mdy.
    """
    timed = [(moment, event.at) for event in events if (moment := read_moment(event.at, order))]
    last = max(timed)[1] if timed else ""
    people: dict[str, list[Event]] = {}
    for event in events:
        people.setdefault(event.email.lower() or event.name, []).append(event)
    found = [line for own in people.values() for line in _stints(_sorted(own, order), last)]
    return sorted(found, key=lambda line: line.source_row)


def _stints(events: Sequence[Event], last: str) -> Iterator[Line]:
    here: Event | None = None
    for event in events:
        action = " ".join(event.action.split()).lower()
        if action in JOINED:
            here = here or event
        elif action in LEFT:
            yield here.line(here.at, event.at) if here else event.line(left=event.at)
            here = None
        else:  # Neither joining nor leaving: shown as it is, so that the loader names the cell.
            yield replace(event.line(joined=f"{event.action} {event.at}"), minutes=event.action)
    if here is not None:
        yield here.line(here.at, last)


def _sorted(events: Sequence[Event], order: str) -> list[Event]:
    """Sort events by time; where one cannot be read, their order in the list stands."""
    timed = [(moment, event) for event in events if (moment := read_moment(event.at, order))]
    if len(timed) < len(events):
        return list(events)
    return [event for _, event in sorted(timed, key=lambda one: one[0])]
