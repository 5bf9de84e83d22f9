"""Teams attendance reports with a table of participants: of 2021 and 2022, and numbered sections.

Reports of 2021 and 2022 have one table in which every join is a line, mostly below a few lines
about the meeting. Later reports have numbered sections: 1 about the meeting, 2 with one line per
participant, 3 with every join, and further ones (polls, questions) that are not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from etl.problems import FileProblem
from etl.reading.meeting_rows import Line, broken_row
from etl.reading.presence import Interval, covered_minutes
from etl.reading.raw_table import BrokenRow
from etl.reading.report_moments import read_minutes, read_moment
from etl.reading.teams_labels import columns_of, label_of

Record = tuple[int, list[str]]
_SECTION = re.compile(r"(\d)\. ?\S")
_NEEDED = ("name", "joined", "left", "minutes")


@dataclass(frozen=True)
class Report:
    """A report as it stands in the file: participants, and every join where it lists them."""

    lines: tuple[Line, ...]
    broken: tuple[BrokenRow, ...]
    stints: tuple[Line, ...] = ()


def split_sections(records: Sequence[Record]) -> dict[str, list[Record]]:
    """Group records by section number; titles and blank records are left out."""
    sections: dict[str, list[Record]] = {}
    current = ""
    for number, record in records:
        title = _SECTION.match(record[0].strip()) if record else None
        if title and not any(cell.strip() for cell in record[1:]):
            current = title.group(1)
            sections.setdefault(current, [])
        elif any(cell.strip() for cell in record):
            sections.setdefault(current, []).append((number, record))
    return sections


def read_sections(path: Path, records: Sequence[Record]) -> Report:
    """Read a report with numbered sections.

    Raises
    ------
    FileProblem
        empty_file, missing_column.
    """
    sections = split_sections(records)
    title, start = _about(sections.get("1", []))
    lines, broken = _table(path, sections.get("2", []))
    joins = sections.get("3", [])
    stints = _stints(joins) if joins else ()
    return Report(tuple(replace(one, title=title, start=start) for one in lines), broken, stints)


def read_table(path: Path, records: Sequence[Record]) -> Report:
    """Read a report of 2021 or 2022: a few lines about the meeting, then one table of joins.

    Raises
    ------
    FileProblem
        empty_file, missing_column.
    """
    header = next((n for n, (_, record) in enumerate(records) if is_table_header(record)), 0)
    title, start = _about(records[:header])
    lines, broken = _table(path, records[header:])
    named = (replace(one, title=title, start=start, is_stint=True) for one in lines)
    return Report(tuple(named), broken)


def is_table_header(record: Sequence[str]) -> bool:
    """Tell whether a record names the columns of a list of participants of Teams."""
    found = {label_of(cell, (*_NEEDED, "role", "upn")) for cell in record}
    return {"joined", "left", "minutes"} <= found and bool({"role", "upn"} & found)


def without_doubles(report: Report, order: str) -> list[Line]:
    """Return the participants; where joins of one person overlap, the time they cover counts."""
    intervals: dict[str, list[Interval]] = {}
    for stint in report.stints:
        joined, left = read_moment(stint.joined, order), read_moment(stint.left, order)
        if joined and left:
            intervals.setdefault(stint.person, []).append((joined, left))
    return [_capped(line, intervals.get(line.person, [])) for line in report.lines]


def _capped(line: Line, intervals: Sequence[Interval]) -> Line:
    stated = read_minutes(line.minutes)
    if len(intervals) < 2 or stated is None:
        return line
    covered = covered_minutes(intervals)
    return replace(line, minutes=f"{round(covered * 60)}s") if covered < stated else line


def _about(records: Sequence[Record]) -> tuple[str, str]:
    """Return title and start of the meeting; blank where the report does not say."""
    found = {
        label_of(record[0], ("title", "start")): record[1].strip()
        for _, record in records
        if len(record) > 1
    }
    return found.get("title", ""), found.get("start", "")


def _table(path: Path, records: Sequence[Record]) -> tuple[list[Line], tuple[BrokenRow, ...]]:
    if not records:
        remedy = "Download it again; the meeting must have had participants."
        raise FileProblem("empty_file", path, "The report lists no participants.", remedy)
    (header_row, header), rows = records[0], records[1:]
    width = max(n for n, cell in enumerate(header) if cell.strip()) + 1
    whole = [
        one for one in rows if len(one[1]) >= width and not any(map(str.strip, one[1][width:]))
    ]
    broken = tuple(broken_row(n, record, width) for n, record in rows if (n, record) not in whole)
    places = columns_of(header, [record for _, record in whole])
    missing = [name for name in _NEEDED if name not in places]
    if missing:
        raise FileProblem(
            "missing_column",
            path,
            f"The list of participants has no column for {_WORDS[missing[0]]}; "
            f"it has: {', '.join(header)}.",
            "Download the report with Teams set to English.",
            row=header_row,
            column=_WORDS[missing[0]],
        )
    return [_line(number, record, places) for number, record in whole], broken


_WORDS = {"name": "name", "joined": "first join", "left": "last leave", "minutes": "duration"}


def _stints(records: Sequence[Record]) -> tuple[Line, ...]:
    places = columns_of(records[0][1], [record for _, record in records[1:]])
    return tuple(_line(number, record, places) for number, record in records[1:])


def _line(number: int, record: Sequence[str], places: dict[str, int]) -> Line:
    cells = {name: record[place].strip() for name, place in places.items() if place < len(record)}
    return Line(
        number,
        name=cells.get("name", ""),
        email=cells.get("email", ""),
        upn=cells.get("upn", ""),
        role=cells.get("role", ""),
        joined=cells.get("joined", ""),
        left=cells.get("left", ""),
        minutes=cells.get("minutes", ""),
    )
