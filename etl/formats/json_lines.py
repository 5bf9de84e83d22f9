"""JSON as rows: one object per line, or one array of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from etl.problems import FileProblem
from etl.reading.json_text import JsonRow, listing, rows_of_array, rows_of_lines
from etl.reading.raw_table import BrokenRow, Hints, RawTable
from etl.reading.row_staging import (
    RowBuffer,
    called_by_place,
    check_width,
    name_columns,
    tidy_header,
)
from etl.reading.sample import Sample
from etl.reading.text_traits import TextTraits, peek, read_traits

NAME = "json_lines"
CONTAINERS = frozenset({"text"})
_RULE = "not_an_object"
_MESSAGE = (
    "The line is not one JSON object with every key once. Export the file again, or correct the "
    "line in the source."
)


def recognizes(sample: Sample) -> bool:
    """Tell whether a text lists JSON objects, by lines or in an array."""
    return listing(sample.path, sample.hints.encoding, sample.text) != ""


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the keys of all objects, in the order in which they first appear.

    Raises
    ------
    FileProblem
        wrong_file, empty_file, unreadable_bytes, too_large, doubled_column.
    """
    return called_by_place(tidy_header(path, _keys(path, hints)))


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage the objects; keys an object lacks are NULL, nested values are JSON text.

    Raises
    ------
    FileProblem
        wrong_file, empty_file, unreadable_bytes, too_large, doubled_column.
    """
    keys = _keys(path, hints)
    names = called_by_place(tidy_header(path, keys))
    buffer, broken = RowBuffer(len(keys)), list[BrokenRow]()
    traits = read_traits(path, hints.encoding)
    for row in _rows(path, hints, traits):
        if row.text:
            cells = json.dumps({"(line)": row.text}, ensure_ascii=False)
            broken.append(BrokenRow(row.number, _RULE, _MESSAGE, cells))
        else:
            buffer.add(row.number, [row.cells.get(key) for key in keys])
    relation, columns = name_columns(staging, buffer.store(staging), names)
    details = {"encoding": traits.encoding, "decimal": "."} | buffer.details
    return RawTable(relation, columns, NAME, details, {}, tuple(broken))


def _keys(path: Path, hints: Hints) -> list[str]:
    found: dict[str, None] = {}
    for row in _rows(path, hints, read_traits(path, hints.encoding)):
        found.update(dict.fromkeys(row.cells))
        check_width(path, len(found))
    if not found:
        remedy = "Export it again and check that it has rows."
        raise FileProblem("empty_file", path, "The file has no objects with values.", remedy)
    return list(found)


def _rows(path: Path, hints: Hints, traits: TextTraits) -> Iterator[JsonRow]:
    kind = listing(path, hints.encoding, peek(path, hints.encoding))
    if kind == "array":
        return rows_of_array(path, traits)
    if kind == "lines":
        return rows_of_lines(path, traits)
    raise FileProblem(
        "wrong_file",
        path,
        "This is a JSON document, but neither one object per line nor a list of objects.",
        "Export the data as CSV or XLSX and load that file.",
    )
