"""The list of people nobody could place that comes back with a human's answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from etl.reading.grid import GRIDS, open_grid, peek_records
from etl.reading.raw_table import Hints, Layout, RawTable
from etl.reading.row_staging import quoted, tidy_header, tidy_name
from etl.reading.sample import Sample
from etl.reading.sheet_text import unescaped_sql

NAME = "identity_review"
CONTAINERS = GRIDS
IDENTIFIER, KIND, PROGRAM, PERSON, BY, ON = COLUMNS = (
    "unknown_identifier",
    "identifier_kind",
    "program_id",
    "is_person",
    "confirmed_by",
    "confirmed_on",
)


def recognizes(sample: Sample) -> bool:
    """Tell whether a grid has the columns of the list."""
    header = set(map(tidy_name, sample.records[0])) if sample.records else set()
    return {IDENTIFIER, KIND, PERSON} <= header


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the columns of the list."""
    return tuple(name for name in tidy_header(path, peek_records(path, hints, 1)[0]) if name)


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage the list; an apostrophe that kept a spreadsheet from running a cell goes."""
    table = open_grid(path, hints, 1).stage(staging, Layout(NAME))
    cells = [f"{unescaped_sql(quoted(name))} AS {quoted(name)}" for name in table.columns]
    relation = staging.view(f"SELECT source_row, {', '.join(cells)} FROM {table.relation}", NAME)
    return replace(table, relation=relation)
