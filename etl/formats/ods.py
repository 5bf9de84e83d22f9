"""OpenDocument spreadsheets (ODS): one sheet with one header row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from etl.reading.grid import open_grid, peek_records
from etl.reading.raw_table import Hints, Layout, RawTable
from etl.reading.row_staging import tidy_header
from etl.reading.sample import Sample

NAME = "ods"
CONTAINERS = frozenset({"ods"})


def recognizes(sample: Sample) -> bool:
    """Tell whether the file is an OpenDocument spreadsheet."""
    return sample.container in CONTAINERS


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the column names of the sheet."""
    return tuple(name for name in tidy_header(path, peek_records(path, hints, 1)[0]) if name)


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage the rows below the first row that is not empty."""
    return open_grid(path, hints, 1).stage(staging, Layout(NAME))
