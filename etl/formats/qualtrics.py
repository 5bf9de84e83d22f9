"""Qualtrics exports of three generations, told apart by :mod:`etl.reading.qualtrics_header`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from etl.problems import FileProblem
from etl.reading.grid import GRIDS, open_grid, peek_records
from etl.reading.qualtrics_header import SEARCHED, Header, QualtricsHeader, read_qualtrics_header
from etl.reading.raw_table import Hints, Layout, RawTable
from etl.reading.sample import Sample

NAME = "qualtrics"
CONTAINERS = GRIDS


def recognizes(sample: Sample) -> bool:
    """Tell whether a grid begins like a Qualtrics export of any generation."""
    return read_qualtrics_header(sample.records[:SEARCHED]) is not None


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the column names, those of dropped columns left out.

    Raises
    ------
    FileProblem
        wrong_file.
    """
    header = _checked(path, peek_records(path, hints, SEARCHED))
    names = enumerate(header.names)
    return tuple(name for n, name in names if name and n not in header.dropped)


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage the responses; IP address, location and names stay behind.

    Raises
    ------
    FileProblem
        wrong_file.
    """
    grid = open_grid(path, hints, SEARCHED)
    header = _checked(path, grid.header)
    table = grid.stage(staging, Layout(NAME, header.records, header.dropped, header.names))
    details = dict(table.details)
    if header.time_zone:
        details["time_zone"] = header.time_zone
    beside = tuple(name for name in header.open_columns if name in table.columns)
    pairs = zip(header.names, header.labels, strict=True)
    labels = {name: label for name, label in pairs if name in table.columns and label}
    return replace(table, details=details, labels=labels, open_columns=beside)


def _checked(path: Path, records: Header) -> QualtricsHeader:
    header = read_qualtrics_header(records)
    if header is None:
        raise FileProblem(
            "wrong_file",
            path,
            "This is no Qualtrics export: it has neither a row of import ids below its header nor "
            "columns V1, V2, V3, V4.",
            "Export the responses again (Data & Analysis, Export data, CSV) and load that file "
            "unchanged.",
        )
    return header
