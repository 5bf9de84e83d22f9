"""Microsoft Teams attendance reports with numbered sections (Summary, Participants, ...)."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from etl.csv_text import DELIMITERS, split_leniently
from etl.problems import FileProblem
from etl.raw_table import BrokenRow, Hints, RawTable
from etl.row_staging import RowBuffer, name_columns
from etl.sample import Sample
from etl.text_traits import decoded, peek, read_traits

NAME = "teams_attendance"
CONTAINERS = frozenset({"text"})
COLUMNS = (
    "meeting_title",
    "meeting_start",
    "name",
    "email",
    "upn",
    "role",
    "first_join",
    "last_leave",
    "minutes",
)
_FIELDS = {  # the report's own column names, lower case
    "name": "name",
    "first join": "first_join",
    "last leave": "last_leave",
    "in-meeting duration": "minutes",
    "email": "email",
    "participant id (upn)": "upn",
    "role": "role",
}
_OPTIONAL = ("upn", "role")
_MOMENTS = ("meeting_start", "first_join", "last_leave")
_SECTION = re.compile(r"(\d)\. \S")
_MOMENT = re.compile(
    r"(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4}),? (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([AP]M))?"
)
_DURATION = re.compile(r"(?:(\d+)h)? ?(?:(\d+)m)? ?(?:(\d+)s)?")


def recognizes(sample: Sample) -> bool:
    """Tell whether a text begins like an attendance report of any generation."""
    return _generation(sample.text) is not None


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the columns every report is turned into.

    Raises
    ------
    FileProblem
        unsupported_generation, wrong_file.
    """
    _check_generation(path, peek(path, hints.encoding))
    return COLUMNS


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage one row per participant.

    Moments become ISO text without zone (the report is written in the zone of whoever saved it),
    durations become minutes. Text that is neither stays as it is.

    Raises
    ------
    FileProblem
        unsupported_generation, wrong_file, ambiguous_dates.
    """
    traits = read_traits(path, hints.encoding)
    text = "".join(decoded(path, traits))
    _check_generation(path, text)
    sections = _sections(split_leniently(text, _delimiter(text)))
    summary = {r[0].strip().lower(): r[1].strip() for _, r in sections.get("1", []) if len(r) > 1}
    rows, broken = _participants(path, sections.get("2", []))
    for _, row in rows:
        row |= {
            "meeting_title": summary.get("meeting title", ""),
            "meeting_start": summary.get("start time", ""),
        }
    order = hints.date_order or _date_order(path, [row[c] for _, row in rows for c in _MOMENTS])
    buffer = RowBuffer(len(COLUMNS))
    for number, row in rows:
        row |= {column: _iso(row[column], order) for column in _MOMENTS}
        row["minutes"] = _minutes(row["minutes"])
        buffer.add(number, [row.get(column, "") for column in COLUMNS])
    relation, columns = name_columns(staging, buffer.store(staging), COLUMNS)
    details = {"encoding": traits.encoding, "date_order": order, "decimal": "."}
    return RawTable(relation, columns, NAME, details, {}, tuple(broken))


def _generation(text: str) -> str | None:
    """Return numbered, or words for an older generation; None for other texts."""
    first = text.lstrip().split("\n", 1)[0].strip().lower()
    if first.startswith("1. summary"):
        return "numbered"
    if re.match(r"full name[\t,;]user action[\t,;]timestamp", first):
        return "joined and left events, 2020"
    if first.startswith("meeting summary") or (
        "join time" in first and "leave time" in first and "participant id (upn)" in first
    ):
        return "one table of joins, 2021"
    return None


def _check_generation(path: Path, text: str) -> None:
    generation = _generation(text)
    if generation is None:
        raise FileProblem(
            "wrong_file",
            path,
            'This is no Teams attendance report: it does not begin with "1. Summary".',
            "Download the report from the meeting's Attendance tab and load it unchanged.",
        )
    if generation != "numbered":
        raise FileProblem(
            "unsupported_generation",
            path,
            f"This is a Teams attendance report of an older generation ({generation}).",
            "Download it again from the meeting's Attendance tab.",
        )


def _delimiter(text: str) -> str:
    """Return the character that cuts the participants' header into the most cells."""
    header = re.search(r"^\W*2\. .*\r?\n(.*)$", text, re.MULTILINE)
    line = header.group(1) if header else text
    return max(DELIMITERS, key=line.count)


def _sections(records: Iterable[list[str]]) -> dict[str, list[tuple[int, list[str]]]]:
    """Group records by section number, with the row each stands in; section titles left out."""
    sections: dict[str, list[tuple[int, list[str]]]] = {}
    current = ""
    for number, record in enumerate(records, 1):
        title = _SECTION.match(record[0].strip()) if record else None
        if title and not any(cell.strip() for cell in record[1:]):
            current = title.group(1)
        elif any(cell.strip() for cell in record):
            sections.setdefault(current, []).append((number, record))
    return sections


def _participants(
    path: Path, records: list[tuple[int, list[str]]]
) -> tuple[list[tuple[int, dict[str, str]]], list[BrokenRow]]:
    if not records:
        remedy = "Download it again; the meeting must have had participants."
        raise FileProblem("empty_file", path, "The report lists no participants.", remedy)
    header_row, header = records[0]
    columns = [_FIELDS.get(" ".join(cell.split()).lower()) for cell in header]
    for label, column in _FIELDS.items():
        if column not in columns and column not in _OPTIONAL:
            raise FileProblem(
                "missing_column",
                path,
                f"The list of participants has no such column; it has: {', '.join(header)}.",
                "Download the report with Teams set to English.",
                row=header_row,
                column=label,
            )
    width = max(n for n, cell in enumerate(header) if cell.strip()) + 1
    rows: list[tuple[int, dict[str, str]]] = []
    broken: list[BrokenRow] = []
    for number, record in records[1:]:
        if len(record) < width or any(cell.strip() for cell in record[width:]):
            broken.append(_broken(number, record, width))
            continue
        cells = zip(columns, record, strict=False)
        rows.append((number, {column: cell.strip() for column, cell in cells if column}))
    return rows, broken


def _broken(number: int, record: list[str], width: int) -> BrokenRow:
    rule = "too_few_cells" if len(record) < width else "too_many_cells"
    message = (
        f"The row has {len(record)} cells, the header of participants {width}. "
        "Download the report again and load it unchanged."
    )
    return BrokenRow(number, rule, message, json.dumps({"cells": record}, ensure_ascii=False))


def _date_order(path: Path, texts: list[str]) -> str:
    """Decide the order of day and month once, from all moments of the report."""
    found = [match for text in texts if (match := _match(text))]
    if all(len(match[1]) == 4 for match in found):
        return "ymd"
    if any(match[7] for match in found) or any(int(match[2]) > 12 for match in found):
        return "mdy"  # AM and PM in capitals are written by American English only
    if any(int(match[1]) > 12 for match in found):
        return "dmy"
    raise FileProblem(
        "ambiguous_dates",
        path,
        f'Day and month cannot be told apart in this report, e.g. "{found[0][0]}".',
        'Say which comes first in the mapping: date_order = "dmy" or "mdy".',
        value=found[0][0],
    )


def _match(text: str) -> re.Match[str] | None:
    return _MOMENT.fullmatch(" ".join(text.split()))


def _iso(text: str, order: str) -> str:
    match = _match(text)
    if match is None:
        return text
    parts = dict(zip("ymd" if len(match[1]) == 4 else order, match.groups()[:3], strict=True))
    year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
    hour, minute, second = int(match[4]), int(match[5]), int(match[6] or 0)
    if match[7]:
        hour = hour % 12 + (12 if match[7] == "PM" else 0)
    try:
        moment = dt.datetime(year, int(parts["m"]), int(parts["d"]), hour, minute, second)
    except ValueError:
        return text
    return moment.isoformat(sep=" ")


def _minutes(text: str) -> str:
    match = _DURATION.fullmatch(" ".join(text.split()))
    if match is None or not any(match.groups()):
        return text
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return repr(round(hours * 60 + minutes + seconds / 60, 4))
