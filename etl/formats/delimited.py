"""Delimited text: CSV and its relatives, in any common encoding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from etl.reading.csv_staging import look_at, peek_header
from etl.reading.raw_table import Hints, Layout, RawTable
from etl.reading.row_staging import tidy_header
from etl.reading.sample import Sample

NAME = "delimited"
CONTAINERS = frozenset({"text"})


def recognizes(sample: Sample) -> bool:
    """Tell whether the file is text; asked last, when no other format knows it."""
    return sample.container in CONTAINERS


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the column names."""
    header = peek_header(path, hints.encoding, 1)
    return tuple(name for name in tidy_header(path, header[0]) if name)


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage the rows below the first record."""
    return look_at(path, hints.encoding, 1).stage(staging, Layout(NAME))
