"""Rejected rows that come back: the sheet the loader wrote, corrected by a person."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from etl.problems import FileProblem
from etl.reading.grid import GRIDS, open_grid, peek_records
from etl.reading.raw_table import Hints, Layout, RawTable
from etl.reading.row_staging import quoted, tidy_header, tidy_name
from etl.reading.sample import Sample
from etl.reading.sheet_text import unescaped, unescaped_sql
from warehouse.rejected_sheet import ADDED, FILE

NAME = "returned_rows"
CONTAINERS = GRIDS


def recognizes(sample: Sample) -> bool:
    """Tell whether a grid has the columns the loader adds to rejected rows."""
    return bool(sample.records) and set(ADDED) <= set(map(tidy_name, sample.records[0]))


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the columns of the file the rows came from."""
    names = tidy_header(path, peek_records(path, hints, 1)[0])
    return tuple(unescaped(name) for name in names if name and name not in ADDED)


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage the rows in the columns of their file; the added ones stay in the relation beside them.

    Raises
    ------
    FileProblem
        mixed_files, where rows of several files stand in it; wrong_file.
    """
    table = open_grid(path, hints, 1).stage(staging, Layout(NAME))
    if not set(ADDED) <= set(table.columns):
        raise FileProblem(
            "wrong_file",
            path,
            "It lacks columns that stand beside rejected rows, so it is unclear whose they are.",
            "Keep the last five columns as the loader wrote them.",
        )
    files = staging.rows(f"SELECT DISTINCT {FILE} FROM {table.relation} ORDER BY 1")
    if len(files) > 1:
        raise FileProblem(
            "mixed_files",
            path,
            "It holds rejected rows of several files, which are read in different ways.",
            "Load the rows of each file from a sheet of their own.",
            column=FILE,
        )
    own = [name for name in table.columns if name not in ADDED]
    cells = [f"{unescaped_sql(quoted(name))} AS {quoted(unescaped(name))}" for name in own]
    added = [quoted(name) for name in ADDED]
    relation = staging.view(
        f"SELECT source_row, {', '.join([*cells, *added])} FROM {table.relation}", "returned"
    )
    return replace(table, relation=relation, columns=tuple(map(unescaped, own)))


def returned_from(path: Path, hints: Hints) -> str | None:
    """Return the name of the file a sheet's first row came from; None where it is blank."""
    header, *rows = peek_records(path, hints, 2)
    cells = dict(zip(map(tidy_name, header), rows[0], strict=False)) if rows else {}
    return cells.get(FILE) or None
