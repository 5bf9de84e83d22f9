"""The current Qualtrics export: ids, labels in the user's language, and a row of import ids."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from etl.grid import GRIDS, open_grid, peek_records
from etl.problems import FileProblem
from etl.raw_table import Hints, Layout, RawTable
from etl.row_staging import tidy_header, tidy_name
from etl.sample import Sample

NAME = "qualtrics"
CONTAINERS = GRIDS
Header = Sequence[Sequence[str]]
_SEARCHED = 5  # records in which the row of import ids is looked for
_PERSONAL = frozenset({"ipaddress", "locationlatitude", "locationlongitude"})
_REMEDY = "Export the responses again with today's Qualtrics (CSV, more than one header row)."


def recognizes(sample: Sample) -> bool:
    """Tell whether a grid begins like a Qualtrics export of any generation."""
    header = sample.records[:_SEARCHED]
    return bool(header) and (_import_row(header) is not None or _old_generation(header) is not None)


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the column names, those of dropped columns left out.

    Raises
    ------
    FileProblem
        unsupported_generation, wrong_file.
    """
    header = peek_records(path, hints, _SEARCHED)
    dropped = _dropped(header, _checked_import_row(path, header))
    names = tidy_header(path, header[0])
    return tuple(name for n, name in enumerate(names) if name and n not in dropped)


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage the responses; IP address and location stay behind.

    Raises
    ------
    FileProblem
        unsupported_generation, wrong_file.
    """
    grid = open_grid(path, hints, _SEARCHED)
    position = _checked_import_row(path, grid.header)
    layout = Layout(NAME, position + 1, _dropped(grid.header, position))
    table = grid.stage(staging, layout)
    zone = next(
        (cell["timeZone"] for cell in _cells(grid.header[position]) if "timeZone" in cell), None
    )
    details = dict(table.details)
    if zone:
        details["time_zone"] = "UTC" if zone == "Z" else zone
    labels = _labels(grid.header, position, table.columns)
    return replace(table, details=details, labels=labels)


def _import_row(header: Header) -> int | None:
    """Return the position of the record whose cells are import ids, counted from 0."""
    for position, record in enumerate(header):
        cells = [cell for cell in record if cell.strip()]
        if position and cells and all(map(_import_cell, cells)):
            return position
    return None


def _checked_import_row(path: Path, header: Header) -> int:
    old = _old_generation(header)
    if old:
        problem = f"This is a Qualtrics export of an older generation ({old})."
        raise FileProblem("unsupported_generation", path, problem, _REMEDY)
    position = _import_row(header)
    if position is None:
        problem = "This is no Qualtrics export: it has no row of import ids below its header."
        raise FileProblem("wrong_file", path, problem, _REMEDY)
    return position


def _old_generation(header: Header) -> str | None:
    """Name the generation a text belongs to if it is not the current one."""
    below = header[1:]
    if any(record and record[0].startswith("{'ImportId'") for record in below):
        return "2016, import ids in single quotes"
    first = [tidy_name(cell) for cell in header[0][:4]] if header else []
    if first == ["V1", "V2", "V3", "V4"] and below and tidy_name(below[0][0]) == "ResponseID":
        return "legacy, two header rows beginning with V1"
    return None


def _import_cell(cell: str) -> dict[str, Any] | None:
    if not cell.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(cell)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "ImportId" in found else None


def _cells(record: Sequence[str]) -> list[dict[str, Any]]:
    return [_import_cell(cell) or {} for cell in record]


def _dropped(header: Header, position: int) -> frozenset[int]:
    """Return the positions of columns that say where somebody sat."""
    names = {n for n, cell in enumerate(header[0]) if tidy_name(cell).lower() in _PERSONAL}
    cells = enumerate(_cells(header[position]))
    return frozenset(
        names | {n for n, cell in cells if str(cell.get("ImportId", "")).lower() in _PERSONAL}
    )


def _labels(header: Header, position: int, columns: Sequence[str]) -> dict[str, str]:
    if position < 2:
        return {}
    pairs = zip(map(tidy_name, header[0]), header[1], strict=False)
    return {name: label for name, label in pairs if name in columns and label}
