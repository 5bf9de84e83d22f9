"""Microsoft Forms: a workbook with one header row in the language of whoever downloaded it.

Re-saved as CSV the moments are written as that person's Excel writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from etl.reading.grid import GRIDS, open_grid, peek_records
from etl.reading.raw_table import Hints, Layout, RawTable
from etl.reading.row_staging import quoted, tidy_name, unique_names
from etl.reading.sample import Sample
from etl.reading.survey_words import EMAIL, RECORDED, RESPONDENT, RESPONSE, STARTED, leading_roles

NAME = "microsoft_forms"
CONTAINERS = GRIDS
_FIRST = [RESPONSE, STARTED, RECORDED]
_MOMENTS = (STARTED, RECORDED)
# 4/27/26: no form was answered before 2016, so the century is known.
_SHORT_YEAR = r"^(\d{1,2}[./-]\d{1,2}[./-])(\d{2})(,? .*)?$"


def recognizes(sample: Sample) -> bool:
    """Tell whether a grid begins with the columns every form has."""
    header = sample.records[0] if sample.records else []
    return leading_roles(NAME, [tidy_name(cell) for cell in header])[:3] == _FIRST


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the column names, without that of the respondents' names."""
    layout = _layout(peek_records(path, hints, 1)[0])
    return tuple(n for p, n in enumerate(layout.names or ()) if n and p not in layout.dropped)


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage the responses; names stay behind where there is a column of e-mail addresses."""
    grid = open_grid(path, hints, 1)
    layout = _layout(grid.header[0])
    table = grid.stage(staging, layout)
    roles = leading_roles(NAME, layout.names or ())
    changed = ", ".join(
        f"regexp_replace({quoted(name)}, '{_SHORT_YEAR}', '\\120\\2\\3') AS {quoted(name)}"
        for name, role in zip(layout.names or (), roles, strict=False)
        if role in _MOMENTS
    )
    if not changed:
        return table
    relation = staging.view(f"SELECT * REPLACE ({changed}) FROM {table.relation}", "forms")
    return replace(table, relation=relation)


def _layout(header: Sequence[str]) -> Layout:
    names = unique_names([tidy_name(cell) for cell in header])
    roles = leading_roles(NAME, names)
    people = (n for n, role in enumerate(roles) if role == RESPONDENT)
    return Layout(NAME, 1, frozenset(people) if EMAIL in roles else frozenset(), names)
