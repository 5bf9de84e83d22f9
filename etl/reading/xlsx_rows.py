"""Cells of an Excel worksheet as text that says the same."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from etl.problems import FileProblem, did_you_mean

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
    OverflowError,
    RuntimeError,
)
_LAST_ROW = 1_048_576  # of a worksheet


@contextmanager
def open_sheet(
    path: Path, name: str | None
) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:
    """Open a worksheet, the first unless named; yields its title and its rows with their numbers.

    Real dates become ISO text, true and false become TRUE and FALSE, numbers and texts stay as the
    workbook stores them; formulas give the value last calculated.

    Raises
    ------
    FileProblem
        unreadable_bytes, empty_file (no worksheet), missing_sheet, too_large.
    """
    book = None
    try:
        with warnings.catch_warnings(), path.open("rb") as source:
            warnings.simplefilter("ignore")  # styles and extensions that carry no data
            # An open file: openpyxl refuses names with other endings.
            book = openpyxl.load_workbook(source, read_only=True, data_only=True)
            sheet = _pick(path, book, name)
            sheet.reset_dimensions()  # some writers declare a wrong size
            # A row that claims to stand further down would cost as many empty rows before it.
            rows = enumerate(sheet.iter_rows(values_only=True, max_row=_LAST_ROW + 1), 1)
            yield sheet.title, (_cells(path, number, row) for number, row in rows)
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


def _cells(path: Path, number: int, row: tuple[object, ...]) -> tuple[int, list[str]]:
    if number > _LAST_ROW:
        remedy = "Open it in Excel, save it again as XLSX, and load that file."
        problem = f"It has rows below row {_LAST_ROW:,}, where no worksheet has any."
        raise FileProblem("too_large", path, problem, remedy)
    return number, [_text(value) for value in row]


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
