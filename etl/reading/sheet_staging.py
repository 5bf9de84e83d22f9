"""Worksheets into a staging table, from whatever program wrote them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from etl.problems import FileProblem
from etl.reading.raw_table import Layout, RawTable
from etl.reading.row_staging import RowBuffer, check_width, name_columns, tidy_header

Rows = Iterator[tuple[int, list[str]]]
OpenSheet = Callable[[Path, str | None], AbstractContextManager[tuple[str, Rows]]]


@dataclass(frozen=True)
class SheetGrid:
    """A worksheet that has been looked at but not staged.

    Parameters
    ----------
    header
        The first rows that are not empty, as many as were asked for.
    """

    path: Path
    sheet: str | None
    open_sheet: OpenSheet
    header: tuple[tuple[str, ...], ...]

    def stage(self, staging: Any, layout: Layout) -> RawTable:
        """Stage all rows below the header; columns are named by its first row.

        Empty rows are not rows.
        """
        named = any(layout.names or ())
        names = list(layout.names or ()) if named else tidy_header(self.path, self.header[0])
        buffer = RowBuffer(len(names))
        with self.open_sheet(self.path, self.sheet) as (title, rows):
            filled = ((number, row) for number, row in rows if any(row))
            header_rows = [number for number, _ in islice(filled, layout.header_records)]
            for number, row in filled:
                cells = ["" if n in layout.dropped else cell for n, cell in enumerate(row)]
                while len(cells) > len(names) and not cells[-1]:
                    cells.pop()
                buffer.widen(len(cells))
                buffer.add(number, cells + [""] * (buffer.width - len(cells)))
        check_width(self.path, buffer.width)
        names += [""] * (buffer.width - len(names))
        relation, columns = name_columns(staging, buffer.store(staging), names, layout.dropped)
        details = {"sheet": title, "header_rows": str(header_rows[-1]), "decimal": "."}
        details |= buffer.details
        return RawTable(relation, columns, layout.format, details)


def look_at_sheet(
    path: Path, sheet: str | None, open_sheet: OpenSheet, header_records: int
) -> SheetGrid:
    """Read the first rows of a worksheet that are not empty.

    Raises
    ------
    FileProblem
        empty_file, and what opening the sheet raises.
    """
    with open_sheet(path, sheet) as (_, rows):
        filled = (row for _, row in rows if any(row))
        header = tuple(tuple(_trimmed(row)) for row in islice(filled, header_records))
    if not header:
        remedy = "Name the sheet that holds the rows in the mapping (sheet = ...)."
        raise FileProblem("empty_file", path, "The sheet is empty.", remedy)
    return SheetGrid(path, sheet, open_sheet, header)


def _trimmed(row: list[str]) -> list[str]:
    """Leave out the blank cells at the end."""
    width = len(row)
    while width and not row[width - 1].strip():
        width -= 1
    return row[:width]
