"""iCalendar files (.ics): one row per occurrence of a meeting."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

from etl.problems import FileProblem
from etl.reading.calendar_events import Found, Occurrence, read_calendars
from etl.reading.raw_table import BrokenRow, Hints, RawTable
from etl.reading.report_moments import minutes_text
from etl.reading.row_staging import RowBuffer, name_columns
from etl.reading.sample import Sample
from etl.reading.text_traits import decoded, read_traits

NAME = "icalendar"
CONTAINERS = frozenset({"text"})
COLUMNS = (
    "uid",
    "occurrence",
    "meeting_title",
    "meeting_start",
    "time_zone",
    "minutes",
    "status",
    "organizer",
    "attendees",
    "declined",
)
_BEGIN = re.compile(r"\s*BEGIN:VCALENDAR\b", re.IGNORECASE)


def recognizes(sample: Sample) -> bool:
    """Tell whether a text begins like a calendar."""
    return _BEGIN.match(sample.text) is not None


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the columns every calendar is turned into."""
    return COLUMNS


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage one row per occurrence, numbered in the order of their planned begin.

    ``meeting_start`` is ISO text with offset, without one where the calendar's time floats; of the
    title only words with a digit are staged; addresses in ``attendees`` and ``declined`` are
    parted by a blank.

    Parameters
    ----------
    hints
        ``load_day`` bounds series without end; ``time_zone`` is that of floating times.

    Raises
    ------
    FileProblem
        wrong_file, empty_file, missing_zone.
    """
    traits = read_traits(path, hints.encoding)
    try:
        found = read_calendars("".join(decoded(path, traits)), hints.load_day)
    except ValueError as error:
        raise FileProblem(
            "wrong_file",
            path,
            "It begins like a calendar but cannot be read as one; it may be cut off.",
            "Export the calendar again.",
        ) from error
    _check(path, found, hints.time_zone)
    buffer = RowBuffer(len(COLUMNS))
    for number, one in enumerate(found.occurrences, 1):
        buffer.add(number, _cells(one))
    relation, columns = name_columns(staging, buffer.store(staging), COLUMNS)
    details = {"encoding": traits.encoding, "decimal": "."}
    details |= {f"left out, {why}": str(count) for why, count in found.left_out.items()}
    return RawTable(relation, columns, NAME, details, {}, _broken(found))


def _check(path: Path, found: Found, time_zone: str | None) -> None:
    if not found.occurrences and not found.broken:
        raise FileProblem(
            "empty_file",
            path,
            "This calendar holds no meetings: no event has a time of day and people invited.",
            "Export the calendar in which the sessions are planned.",
        )
    floating = next((one for one in found.occurrences if one.start.tzinfo is None), None)
    if floating is not None and time_zone is None:
        raise FileProblem(
            "missing_zone",
            path,
            "Some of its times name no time zone, so the moment they mean is open.",
            'Say in a mapping beside it which zone they are in: time_zone = "Europe/Berlin".',
            value=floating.start.isoformat(sep=" "),
        )


def _cells(one: Occurrence) -> list[str]:
    start = one.start
    if start.tzinfo is not None:
        start = start.astimezone(dt.UTC)
    declined = [address for address, answer in one.attendees.items() if answer == "DECLINED"]
    return [
        one.uid,
        one.occurrence,
        one.words,
        start.isoformat(sep=" "),
        one.zone or "",
        "" if one.minutes is None else minutes_text(one.minutes),
        one.status,
        one.organizer,
        " ".join(one.attendees),
        " ".join(declined),
    ]


def _broken(found: Found) -> tuple[BrokenRow, ...]:
    """Return events that cannot be read; they are numbered behind the occurrences."""
    first = len(found.occurrences) + 1
    return tuple(
        BrokenRow(
            number,
            "unreadable_event",
            f"An event of the calendar cannot be read: {why}. Correct or remove it in the "
            "calendar and export it again.",
            json.dumps({"uid": uid}, ensure_ascii=False),
        )
        for number, (uid, why) in enumerate(found.broken, first)
    )
