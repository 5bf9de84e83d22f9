"""SAP SuccessFactors: grids with two header rows, and answers of its OData service in JSON.

The first header row holds system keys (``user-id``, ``start-date``), the second what people call
them. Which is which is told by what they say, never by where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from etl.problems import FileProblem
from etl.reading.file_bytes import read_container
from etl.reading.grid import GRIDS, open_grid, peek_records
from etl.reading.odata_json import looks_like_odata, read_odata
from etl.reading.raw_table import Hints, Layout, RawTable
from etl.reading.row_staging import RowBuffer, check_width, name_columns, tidy_header, tidy_name
from etl.reading.sample import Sample
from etl.reading.text_traits import peek

NAME = "successfactors"
CONTAINERS = GRIDS
_HEADER = 2
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.:/\[\]-]*")
# System keys without punctuation: one of the first names somebody, and the rest is usual.
_PERSON = frozenset({"userid", "personidexternal", "employeeid", "username"})
_DATES = frozenset({"startdate", "enddate", "hiredate", "originalstartdate", "termdate"})
_USUAL = _DATES | {
    *("seqnumber", "event", "eventreason", "emplstatus", "employeestatus", "status", "managerid"),
    *("manager", "custommanager", "hr", "company", "businessunit", "division", "department"),
    *("location", "costcenter", "jobcode", "jobtitle", "paygrade", "timezone"),
    *("firstname", "lastname", "email"),
}


def recognizes(sample: Sample) -> bool:
    """Tell whether a file is an OData answer or has a row of system keys above its labels."""
    return looks_like_odata(sample.text) or _is_two_rows(sample.records)


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the system keys.

    Raises
    ------
    FileProblem
        wrong_file, doubled_column, and what reading JSON raises.
    """
    if _is_json(path, hints):
        rows, _ = read_odata(path, hints.encoding)
        return tuple(_keys(path, rows))
    header = peek_records(path, hints, _HEADER)
    _check_two_rows(path, header)
    return tuple(name for name in tidy_header(path, header[0]) if name)


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage the rows; the labels of the second header row are kept beside the columns.

    Raises
    ------
    FileProblem
        wrong_file, doubled_column, and what reading JSON raises.
    """
    if _is_json(path, hints):
        return _read_json(path, staging, hints)
    grid = open_grid(path, hints, _HEADER)
    _check_two_rows(path, grid.header)
    table = grid.stage(staging, Layout(NAME, _HEADER))
    pairs = zip(map(tidy_name, grid.header[0]), grid.header[1], strict=False)
    labels = {name: label for name, label in pairs if name in table.columns and label}
    return replace(table, labels=labels)


def _read_json(path: Path, staging: Any, hints: Hints) -> RawTable:
    rows, has_more = read_odata(path, hints.encoding)
    keys = _keys(path, rows)
    buffer = RowBuffer(len(keys))
    for number, row in enumerate(rows, 2):
        buffer.add(number, [row.get(key) for key in keys])
    relation, columns = name_columns(staging, buffer.store(staging), keys)
    details = {"decimal": ".", **buffer.details}
    if has_more:
        details["further_pages"] = "the service has more rows than this answer"
    return RawTable(relation, columns, NAME, details)


def _keys(path: Path, rows: Sequence[dict[str, str | None]]) -> list[str]:
    found: dict[str, None] = {}
    for row in rows:
        found.update(dict.fromkeys(row))
    check_width(path, len(found))
    return tidy_header(path, list(found))


def _is_json(path: Path, hints: Hints) -> bool:
    return read_container(path) == "text" and looks_like_odata(peek(path, hints.encoding))


def _is_two_rows(header: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first record holds system keys and the second labels for all of them.

    The second could be a first row of data: it is not where a column of dates has no digit in it,
    or where a label says the same as its key ("User ID", user-id).
    """
    if len(header) < _HEADER:
        return False
    keys, labels = ([cell.strip() for cell in record] for record in header[:_HEADER])
    plain = {_letters(key): label for key, label in zip(keys, labels, strict=False) if key}
    if not (
        all(_KEY.fullmatch(key) for key in keys if key)
        and all(plain.values())
        and len([label for label in labels if label]) == len([key for key in keys if key])
        and plain.keys() & _PERSON
        and len(plain.keys() & _USUAL) >= 2
    ):
        return False
    dates = [label for key, label in plain.items() if key in _DATES]
    if dates:
        return not any(character.isdigit() for label in dates for character in label)
    return any(key == _letters(label) for key, label in plain.items())


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalpha())


def _check_two_rows(path: Path, header: Sequence[Sequence[str]]) -> None:
    if not _is_two_rows(header):
        raise FileProblem(
            "wrong_file",
            path,
            "This is no SuccessFactors export: it has no row of system keys above its labels.",
            "Export it again with both header rows, or leave the format out of the mapping.",
        )
