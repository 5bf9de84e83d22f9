"""What every reader of attendance reports hands on: one row per person and meeting."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from etl.reading.presence import Stay, present_minutes
from etl.reading.raw_table import BrokenRow
from etl.reading.report_moments import iso_moment, minutes_text, read_minutes, read_moment

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


@dataclass(frozen=True)
class Line:
    """One line about one person, cells as the report has them.

    Parameters
    ----------
    source_row
        Row as a spreadsheet numbers it.
    joined, left
        Moments as text.
    minutes
        Length as text, see :func:`etl.reading.report_moments.read_minutes`.
    is_stint
        True where the person was there all the time between the two moments, so that they say
        the length more exactly than the duration does.
    """

    source_row: int
    title: str = ""
    start: str = ""
    name: str = ""
    email: str = ""
    upn: str = ""
    role: str = ""
    joined: str = ""
    left: str = ""
    minutes: str = ""
    is_stint: bool = False

    @property
    def person(self) -> str:
        """Who it is within the report: by address, else by login, else by name."""
        return self.email.lower() or self.upn.lower() or self.name


def moments_of(lines: Iterable[Line]) -> list[str]:
    """Return every moment the lines hold, as text."""
    return [text for line in lines for text in (line.start, line.joined, line.left) if text]


def add_up(lines: Sequence[Line], order: str) -> list[tuple[int, list[str]]]:
    """Make one row per person and meeting: first join, last leave, minutes without doubles.

    Lines whose moments cannot be read stay rows of their own, as they are, so that the loader
    names the cell.

    Parameters
    ----------
    order
        ymd, dmy or mdy.

    Returns
    -------
    list
        Source row and the cells of :data:`COLUMNS`, in the order of first mention.
    """
    groups: dict[tuple[object, ...], list[Line]] = {}
    for line in lines:
        is_clear = all(read_moment(text, order) for text in (line.joined, line.left) if text)
        person = (line.title, line.start, line.person) if line.person else (line.source_row,)
        groups.setdefault(person if is_clear else (line.source_row,), []).append(line)
    return [(group[0].source_row, _row(group, order)) for group in groups.values()]


def with_starts(lines: Sequence[Line], order: str) -> list[Line]:
    """Fill in blank meeting starts with the first join of anybody to a meeting of that title."""
    first: dict[str, str] = {}
    for line in lines:
        moment = read_moment(line.joined, order)
        if moment is not None:
            known = first.setdefault(line.title, line.joined)
            if moment < (read_moment(known, order) or moment):
                first[line.title] = line.joined
    return [
        line if line.start else replace(line, start=first.get(line.title, "")) for line in lines
    ]


def broken_row(source_row: int, record: Sequence[str], width: int) -> BrokenRow:
    """Return a record that does not fit the header of participants."""
    rule = "too_few_cells" if len(record) < width else "too_many_cells"
    message = (
        f"The row has {len(record)} cells, the header of participants {width}. "
        "Download the report again and load it unchanged."
    )
    cells = json.dumps({"cells": list(record)}, ensure_ascii=False)
    return BrokenRow(source_row, rule, message, cells)


def _row(group: Sequence[Line], order: str) -> list[str]:
    first = group[0]
    stays = [_stay(line, order) for line in group]
    joins = sorted(stay.joined for stay in stays if stay.joined)
    leaves = sorted(stay.left for stay in stays if stay.left)
    minutes = present_minutes(stays)
    return [
        first.title,
        iso_moment(first.start, order),
        first.name,
        *(next((v for line in group if (v := getattr(line, n))), "") for n in _IDENTITY),
        joins[0].isoformat(sep=" ") if joins else first.joined,
        leaves[-1].isoformat(sep=" ") if leaves else first.left,
        first.minutes if minutes is None else minutes_text(minutes),
    ]


_IDENTITY = ("email", "upn", "role")


def _stay(line: Line, order: str) -> Stay:
    joined, left = read_moment(line.joined, order), read_moment(line.left, order)
    minutes = read_minutes(line.minutes)
    if joined and left and (line.is_stint or minutes is None) and left >= joined:
        minutes = (left - joined).total_seconds() / 60
    return Stay(joined, left, minutes)
