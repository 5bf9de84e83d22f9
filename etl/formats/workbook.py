"""Excel workbooks (XLSX): one sheet, cells as text that says the same."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from etl.problems import FileProblem, did_you_mean
from etl.raw_table import Hints, RawTable
from etl.row_staging import RowBuffer, name_columns, tidy_header

NAME = "workbook"
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    EOFError,
    OSError,
)


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the column names of the sheet."""
    with _sheet(path, hints) as (_, rows):
        _, cells = _header(path, rows)
    return tuple(name for name in tidy_header(path, cells) if name)


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage the rows below the first row that is not empty.

    Real dates become ISO text, true and false become TRUE and FALSE, numbers and texts stay as the
    workbook stores them; formulas give the value last calculated. Empty rows are not rows.
    """
    with _sheet(path, hints) as (title, rows):
        header_row, header = _header(path, rows)
        collected = [(n, [_text(v) for v in row]) for n, row in rows]
    collected = [(n, row) for n, row in collected if any(row)]
    width = max([len(header), *(len(row) for _, row in collected)])
    names = tidy_header(path, header) + [""] * (width - len(header))
    buffer = RowBuffer(width)
    for number, row in collected:
        buffer.add(number, row + [""] * (width - len(row)))
    relation, columns = name_columns(staging, buffer.store(staging), names)
    details = {"sheet": title, "header_rows": str(header_row), "decimal": "."}
    return RawTable(relation, columns, NAME, details)


@contextmanager
def _sheet(path: Path, hints: Hints) -> Iterator[tuple[str, Iterator[tuple[int, Sequence[Any]]]]]:
    book = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that carry no data
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            sheet = _pick(path, book, hints.sheet)
            sheet.reset_dimensions()  # some writers declare a wrong size
            yield sheet.title, enumerate(sheet.iter_rows(values_only=True), 1)
    except FileProblem:
        raise
    except _DAMAGE as error:
        raise FileProblem(
            "unreadable_bytes",
            path,
            f"The workbook is damaged ({type(error).__name__}).",
            "Open it in Excel, save it again as XLSX, and load that file.",
        ) from error
    finally:
        if book is not None:
            book.close()


def _pick(path: Path, book: Any, name: str | None) -> Any:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if not sheets:
        remedy = "Put the rows on a worksheet."
        raise FileProblem("empty_file", path, "The workbook has no worksheet.", remedy)
    if name is None:
        return next(iter(sheets.values()))
    if name not in sheets:
        remedy = f"Its sheets are: {', '.join(sheets)}.{did_you_mean(name, sheets)}"
        raise FileProblem("missing_sheet", path, f'It has no sheet "{name}".', remedy)
    return sheets[name]


def _header(path: Path, rows: Iterator[tuple[int, Sequence[Any]]]) -> tuple[int, list[str]]:
    for number, row in rows:
        cells = [_text(value) for value in row]
        if any(cells):
            while not cells[-1].strip():
                cells.pop()
            return number, cells
    remedy = "Name the sheet that holds the rows in the mapping (sheet = ...)."
    raise FileProblem("empty_file", path, "The sheet is empty.", remedy)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        is_day = value.time() == dt.time()
        return value.date().isoformat() if is_day else value.isoformat(sep=" ")
    if isinstance(value, float):
        return repr(value)
    return str(value)  # whole numbers, texts, times; dates print as ISO
