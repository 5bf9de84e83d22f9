"""Microsoft Teams attendance reports of all generations, in any language and encoding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from etl.problems import FileProblem
from etl.reading.csv_text import split_leniently
from etl.reading.meeting_rows import COLUMNS, Line, add_up, moments_of, with_starts
from etl.reading.raw_table import BrokenRow, Hints, RawTable
from etl.reading.report_moments import find_date_order
from etl.reading.row_staging import RowBuffer, name_columns
from etl.reading.sample import Sample
from etl.reading.teams_events import is_event_header, read_events, stints_of
from etl.reading.teams_labels import columns_of
from etl.reading.teams_tables import (
    is_table_header,
    read_sections,
    read_table,
    split_sections,
    without_doubles,
)
from etl.reading.text_traits import decoded, peek, read_traits

NAME = "teams_attendance"
CONTAINERS = frozenset({"text"})
_FIRST_SECTION = re.compile(r"\A\W*1\. ?[^\W\d]")
_DELIMITERS = ("\t", ";", "|", ",")  # moments and titles hold commas: asked last
_BEGINNING = 60  # records by which a report is known
_PREAMBLE = 12  # records about the meeting above the table of 2021 and 2022, at most
EVENTS, TABLE, SECTIONS = "events of 2020", "one table of 2021 and 2022", "numbered sections"
Record = tuple[int, list[str]]


def recognizes(sample: Sample) -> bool:
    """Tell whether a text begins like an attendance report of any generation."""
    return _generation(_records(sample.text, is_beginning=True)) is not None


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the columns every report is turned into.

    Raises
    ------
    FileProblem
        wrong_file.
    """
    _check_generation(path, _records(peek(path, hints.encoding), is_beginning=True))
    return COLUMNS


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage one row per person and meeting; rejoins and overlapping joins add up to one presence.

    Moments become ISO text without zone (the report is written in the zone of whoever saved it),
    durations become minutes. Text that is neither stays as it is.

    Raises
    ------
    FileProblem
        wrong_file, empty_file, missing_column, ambiguous_dates.
    """
    traits = read_traits(path, hints.encoding)
    records = _records("".join(decoded(path, traits)))
    generation = _check_generation(path, records)
    order, lines, broken = _lines(path, generation, records, hints.date_order)
    buffer = RowBuffer(len(COLUMNS))
    for number, cells in add_up(with_starts(lines, order), order):
        buffer.add(number, cells)
    relation, columns = name_columns(staging, buffer.store(staging), COLUMNS)
    details = {"encoding": traits.encoding, "date_order": order, "decimal": "."}
    details["generation"] = generation
    return RawTable(relation, columns, NAME, details, {}, tuple(broken))


def _lines(
    path: Path, generation: str, records: Sequence[Record], declared: str | None
) -> tuple[str, Sequence[Line], Sequence[BrokenRow]]:
    """Return the order of day and month, the lines about people, and records that do not fit."""
    if generation == EVENTS:
        (_, header), rows = records[0], records[1:]
        events, broken = read_events(header, rows)
        order = declared or find_date_order(path, [event.at for event in events])
        return order, stints_of(events, order), broken
    report = (read_sections if generation == SECTIONS else read_table)(path, records)
    order = declared or find_date_order(path, moments_of(report.lines))
    return order, without_doubles(report, order), report.broken


def _generation(records: Sequence[Record]) -> str | None:
    """Return which generation of reports this is; None for other texts."""
    if not records:
        return None
    first = records[0][1]
    if is_event_header(first):
        return EVENTS
    if _FIRST_SECTION.match(first[0]) and _has_participants(records):
        return SECTIONS
    if any(is_table_header(record) for _, record in records[:_PREAMBLE]):
        return TABLE
    return None


def _has_participants(records: Sequence[Record]) -> bool:
    """Tell whether the second section is a list of joins and leaves, whatever the language."""
    people = split_sections(records).get("2")
    if not people:
        return people is not None and records[0][1][0].strip().lower() == "1. summary"
    rows = [record for _, record in people[1:]]
    return {"joined", "left"} <= set(columns_of(people[0][1], rows[:20]))


def _check_generation(path: Path, records: Sequence[Record]) -> str:
    generation = _generation(records)
    if generation is None:
        raise FileProblem(
            "wrong_file",
            path,
            "This is no Teams attendance report: it has neither numbered sections nor a list of "
            "who joined and left.",
            "Download the report from the meeting's Attendance tab and load it unchanged.",
        )
    return generation


def _records(text: str, *, is_beginning: bool = False) -> list[Record]:
    """Split a report by the first delimiter by which it is one; blank lines are left out.

    Parameters
    ----------
    is_beginning
        True where the records by which a report is known are enough.
    """
    for delimiter in [one for one in _DELIMITERS if one in text] or _DELIMITERS[:1]:
        numbered = enumerate(split_leniently(text, delimiter), 1)
        filled = ((n, record) for n, record in numbered if any(map(str.strip, record)))
        found = list(islice(filled, _BEGINNING))
        if _generation(found) is not None:
            return found if is_beginning else [*found, *filled]
    return []
