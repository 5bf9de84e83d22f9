"""Cells of an OpenDocument spreadsheet (ODS) as text that says the same, in bounded memory."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from etl.problems import FileProblem, did_you_mean

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_ROW = f"{_TABLE}table-row"
_ROWS_LIE_IN = frozenset(
    _TABLE + kind for kind in ("table", "table-rows", "table-header-rows", "table-row-group")
)
_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
_COLUMNS = 16_384  # as many as the programs that write such files know
_LAST_ROW = (1 << 31) - 1  # what a row number can hold
# A row of values may be declared to repeat; what it unfolds to is held to a full sheet of twenty
# columns, so that a few bytes cannot ask for a terabyte.
_MAX_UNFOLDED = 20 << 20
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    DefusedXmlException,
    KeyError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
)


@contextmanager
def open_sheet(
    path: Path, name: str | None
) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:
    """Open a sheet, the first unless named; yields its title and its rows with their numbers.

    Numbers, percentages and amounts are the number stored, dates and moments ISO text, true and
    false TRUE and FALSE. Rows and cells declared to repeat are repeated; empty rows are left out,
    cells hidden behind a merged one are empty, comments are not read.

    Raises
    ------
    FileProblem
        unreadable_bytes, protected_file, empty_file (no sheet), missing_sheet, too_large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_open(path, archive)
            with archive.open("content.xml") as content:
                sheets = _Sheets(path, content)
                title = sheets.find(name)
                yield title, sheets.rows()
    except FileProblem:
        raise
    except _DAMAGE as error:
        raise FileProblem(
            "unreadable_bytes",
            path,
            f"The spreadsheet is damaged ({type(error).__name__}).",
            "Open it in the program that wrote it, save it again, and load that file.",
        ) from error


def _check_open(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse a file behind a password: its content is there but means nothing."""
    names = archive.namelist()
    manifest = "META-INF/manifest.xml"
    is_marked = manifest in names and b"encryption-data" in archive.read(manifest)
    if is_marked or "encrypted-package" in names:
        raise FileProblem(
            "protected_file",
            path,
            "The spreadsheet is protected by a password.",
            "Open it and save it without a password.",
        )


class _Sheets:
    """Walks through content.xml once, forgetting every element it has passed."""

    def __init__(self, path: Path, content: IO[bytes]) -> None:
        self.path = path
        self._open: list[Element] = []
        self._events = self._walk(content)

    def find(self, name: str | None) -> str:
        """Advance to the sheet of that name, or the first; returns its title."""
        titles = []
        for event, element in self._events:
            if event == "start" and self._is_sheet(element):
                title = element.get(f"{_TABLE}name", "")
                if name in (None, title):
                    return title
                titles.append(title)
        if titles:
            remedy = f"Its sheets are: {', '.join(titles)}.{did_you_mean(str(name), titles)}"
            raise FileProblem("missing_sheet", self.path, f'It has no sheet "{name}".', remedy)
        remedy = "Put the rows on a sheet."
        raise FileProblem("empty_file", self.path, "The spreadsheet has no sheet.", remedy)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows of the sheet that have content, numbered as on the screen."""
        depth, number, unfolded = len(self._open), 1, 0
        for event, element in self._events:
            if event == "end" and len(self._open) < depth:
                return
            if event == "start" and element.tag == _ROW and self._open[-2].tag in _ROWS_LIE_IN:
                repeats = _count(element, f"{_TABLE}number-rows-repeated")
                cells = self._cells()
                if cells:
                    unfolded += (repeats - 1) * len(cells)
                    self._check_size(number + repeats, unfolded)
                    for n in range(repeats):
                        yield number + n, list(cells)
                number += repeats

    def _cells(self) -> list[str]:
        """Read to the end of a row; returns its cells without the empty ones at the end."""
        depth, cells, empty = len(self._open), list[str](), 0
        for event, element in self._events:
            if event == "end" and len(self._open) < depth:
                break
            if event == "end" and len(self._open) == depth and element.tag in _CELLS:
                repeats = _count(element, f"{_TABLE}number-columns-repeated")
                text = "" if element.tag == _CELLS[1] else _cell_text(element)
                if text:
                    if len(cells) + empty + repeats > _COLUMNS:
                        self._refuse(f"A row has more than {_COLUMNS:,} columns.")
                    cells += [""] * empty + [text] * repeats
                    empty = 0
                else:
                    empty += repeats
        return cells

    def _walk(self, content: IO[bytes]) -> Iterator[tuple[str, Element]]:
        """Yield parser events; what ended is forgotten, but for what a cell is made of."""
        open_cells = 0
        for event, element in iterparse(content, events=("start", "end"), forbid_dtd=True):
            is_cell = element.tag in _CELLS
            if event == "start":
                self._open.append(element)
                open_cells += is_cell
                yield event, element
                continue
            self._open.pop()
            open_cells -= is_cell
            yield event, element
            if self._open and not open_cells:
                del self._open[-1][:]

    def _is_sheet(self, element: Element) -> bool:
        return (
            element.tag == f"{_TABLE}table"
            and len(self._open) > 1
            and self._open[-2].tag == f"{_OFFICE}spreadsheet"
        )

    def _check_size(self, last_row: int, unfolded: int) -> None:
        if last_row > _LAST_ROW:
            self._refuse(f"It has rows below row {_LAST_ROW:,}.")
        if unfolded > _MAX_UNFOLDED:
            self._refuse(f"Rows declared to repeat unfold to more than {_MAX_UNFOLDED:,} cells.")

    def _refuse(self, problem: str) -> None:
        remedy = "Remove what is not data from the sheet, or save it as CSV (UTF-8)."
        raise FileProblem("too_large", self.path, problem, remedy)


def _count(element: Element, attribute: str) -> int:
    return max(1, int(element.get(attribute, "1")))


def _cell_text(cell: Element) -> str:
    kind = cell.get(f"{_OFFICE}value-type")
    if kind in ("float", "percentage", "currency"):
        return cell.get(f"{_OFFICE}value", "")
    if kind == "date":
        day, _, time = cell.get(f"{_OFFICE}date-value", "").partition("T")
        return f"{day} {time}" if time.strip("0:.") else day
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value", "").upper()
    if kind == "time":
        return _time(cell.get(f"{_OFFICE}time-value", ""))
    declared = cell.get(f"{_OFFICE}string-value")
    if declared is not None:
        return declared
    return "\n".join(_paragraph(part) for part in cell if part.tag == f"{_TEXT}p")


def _time(duration: str) -> str:
    """Return PT14H30M00S as 14:30:00; anything else as it is."""
    match = _DURATION.fullmatch(duration)
    return ":".join(part.zfill(2) for part in match.groups()) if match else duration


def _paragraph(part: Element) -> str:
    found = [part.text or ""]
    for inner in part:
        found += [_inline(inner), inner.tail or ""]
    return "".join(found)


def _inline(inner: Element) -> str:
    if inner.tag == f"{_TEXT}s":
        return " " * min(_count(inner, f"{_TEXT}c"), 1 << 16)
    if inner.tag == f"{_TEXT}tab":
        return "\t"
    if inner.tag == f"{_TEXT}line-break":
        return "\n"
    return _paragraph(inner) if inner.tag.startswith(_TEXT) else ""  # notes are not text
