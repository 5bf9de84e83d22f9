"""Delimited text: CSV and its relatives, in any common encoding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from etl.csv_staging import Layout, look_at, peek_header, stage
from etl.raw_table import Hints, RawTable
from etl.row_staging import tidy_header

NAME = "delimited"


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the column names."""
    header = peek_header(path, hints.encoding, 1)
    return tuple(name for name in tidy_header(path, header[0] if header else []) if name)


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage the rows below the first record."""
    return stage(look_at(path, hints.encoding, 1), staging, Layout(NAME))
