"""Delimited text as records: finding the delimiter, and splitting text that breaks the rules."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 1 << 15
_SEPARATOR_LINE = re.compile(r"\Asep=(.)\r?\n", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How a text is cut into cells.

    Parameters
    ----------
    delimiter
        One character.
    skip
        Characters before the header: the ``sep=;`` line some spreadsheets write.
    decimal
        "," where numbers of the sample have a decimal comma, else ".".
    """

    delimiter: str
    skip: int
    decimal: str


def sniff(sample: str, is_whole: bool) -> Dialect:
    """Find delimiter and decimal sign together.

    The delimiter that cuts the most records into as many cells as the header wins, then the one
    that makes more cells.

    Parameters
    ----------
    sample
        Beginning of the text.
    is_whole
        True when nothing follows; else the last record may be cut off and is left out.
    """
    declared = _SEPARATOR_LINE.match(sample)
    if declared:
        skip, delimiter = declared.end(), declared.group(1)
        rows = _sample_records(sample[skip:], delimiter, is_whole)
        return Dialect(delimiter, skip, _decimal(rows, delimiter))
    best, best_rows, best_score = ",", list[list[str]](), (0.0, 0)
    for delimiter in DELIMITERS:
        rows = _sample_records(sample, delimiter, is_whole) if delimiter in sample else []
        width = _width(rows[0]) if rows else 0
        if width < 2:
            continue
        fitting = sum(_width(row) <= width <= len(row) for row in rows) / len(rows)
        if (round(fitting, 1), width) > best_score:
            best, best_rows, best_score = delimiter, rows, (round(fitting, 1), width)
    return Dialect(best, 0, _decimal(best_rows, best))


def first_records(text: str, delimiter: str, count: int) -> list[list[str]]:
    """Return the first records that are not blank lines."""
    found: list[list[str]] = []
    for record in split_leniently(text, delimiter):
        if record:
            found.append(record)
        if len(found) == count:
            break
    return found


def split_strictly(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """Split well-formed text, fast; a blank line yields an empty list.

    Raises
    ------
    csv.Error
        A quote is not where the rules of CSV allow one.
    """
    csv.field_size_limit(sys.maxsize)
    return csv.reader(lines, delimiter=delimiter, strict=True)


def split_leniently(text: str, delimiter: str) -> Iterator[list[str]]:
    """Split any text; quotes out of place are taken as they are, so that damage stays local.

    A blank line yields an empty list. Well-formed text is split as by :func:`split_strictly`.
    """
    pattern = _field_pattern(delimiter)
    position, record = 0, list[str]()
    while position < len(text):
        match = pattern.match(text, position)
        if match is None:  # cannot be: a bare cell ends at the latest where the text ends
            break
        quoted, bare, end = match.group("quoted"), match.group("bare"), match.group("end")
        record.append(bare if quoted is None else quoted.replace('""', '"'))
        position = match.end()
        if end != delimiter:
            yield [] if record == [""] and quoted is None else record
            record = []
    if record:  # the text ends with a delimiter: one more cell, empty
        yield [*record, ""]


@cache
def _field_pattern(delimiter: str) -> re.Pattern[str]:
    # Possessive parts, so that a quote without partner costs one pass and no backtracking.
    cut = re.escape(delimiter)
    end = rf"(?P<end>{cut}|\r\n|\n|\r|\Z)"
    quoted = r'[ ]*+"(?P<quoted>[^"]*+(?:""[^"]*+)*+)"[ ]*+'
    return re.compile(rf"(?:{quoted}(?={cut}|[\r\n]|\Z)|(?P<bare>[^{cut}\r\n]*+)){end}")


def _sample_records(sample: str, delimiter: str, is_whole: bool) -> list[list[str]]:
    for text in (sample[:_SAMPLE], sample):
        rows = [row for row in _split_sample(text, delimiter) if row]
        if len(rows) > 3 or len(text) == len(sample):
            break
    return rows if (is_whole and len(text) == len(sample)) or len(rows) < 2 else rows[:-1]


def _split_sample(text: str, delimiter: str) -> Iterable[list[str]]:
    """Split as :func:`split_leniently` does, fast where the text keeps the rules."""
    try:
        return list(split_strictly(io.StringIO(text, newline=""), delimiter))
    except csv.Error:  # a quote out of place, or a quoted cell that the sample cuts off
        return split_leniently(text, delimiter)


def _width(record: list[str]) -> int:
    """Count cells without the blank ones at the end."""
    width = len(record)
    while width and not record[width - 1].strip():
        width -= 1
    return width


_COMMA_NUMBER = re.compile(r"[-+]?\d+(\.\d{3})*,\d+")
_POINT_NUMBER = re.compile(r"[-+]?\d+(,\d{3})*\.\d+")


def _decimal(rows: list[list[str]], delimiter: str) -> str:
    if delimiter == ",":
        return "."
    cells = [cell.strip() for row in rows[1:] for cell in row]
    commas = sum(_COMMA_NUMBER.fullmatch(cell) is not None for cell in cells)
    points = sum(_POINT_NUMBER.fullmatch(cell) is not None for cell in cells)
    return "," if commas > points else "."
