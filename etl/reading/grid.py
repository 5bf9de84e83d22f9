"""Grids: files of records and cells, whatever program wrote them.

A format that is a matter of header rows and column names (a survey tool's export, an HR report)
reads a grid and does not ask whether it came as delimited text or as a worksheet.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from etl.reading.csv_staging import look_at, peek_header
from etl.reading.file_bytes import read_container
from etl.reading.ods_rows import open_sheet as open_ods_sheet
from etl.reading.raw_table import Hints, Layout, RawTable
from etl.reading.sheet_staging import OpenSheet, look_at_sheet
from etl.reading.xlsx_rows import open_sheet as open_xlsx_sheet

_SHEETS: dict[str, OpenSheet] = {"workbook": open_xlsx_sheet, "ods": open_ods_sheet}
GRIDS = frozenset({"text", *_SHEETS})


class Grid(Protocol):
    """A file of records that has been looked at but not staged."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def header(self) -> tuple[tuple[str, ...], ...]:
        """The first records, as many as were asked for; fewer when the file ends before."""

    def stage(self, staging: Any, layout: Layout) -> RawTable:
        """Stage the records below the header, named by its first record."""


def open_grid(path: Path, hints: Hints, header_records: int) -> Grid:
    """Look at a file whose container is one of :data:`GRIDS`.

    Raises
    ------
    FileProblem
        unreadable_bytes, empty_file, missing_sheet.
    """
    open_sheet = _SHEETS.get(read_container(path))
    if open_sheet is None:
        return look_at(path, hints.encoding, header_records)
    return look_at_sheet(path, hints.sheet, open_sheet, header_records)


def peek_records(path: Path, hints: Hints, count: int) -> list[list[str]]:
    """Return the first records, seen from the beginning of the file alone."""
    open_sheet = _SHEETS.get(read_container(path))
    if open_sheet is None:
        return peek_header(path, hints.encoding, count)
    grid = look_at_sheet(path, hints.sheet, open_sheet, count)
    return [list(record) for record in grid.header]
