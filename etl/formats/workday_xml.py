"""Workday reports called as a web service: ``wd:Report_Data`` with ``wd:Report_Entry`` elements.

A reference to a business object carries what people read (``wd:Descriptor``) and one or more ids:
the element's name becomes the column of the former, name and kind of id the columns of the latter
(``Department/Organization_Reference_ID``). Elements within a group are named by both
(``Job_History/Effective_Date``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from etl.problems import FileProblem
from etl.reading.raw_table import Hints, RawTable
from etl.reading.row_staging import RowBuffer, check_width, name_columns, tidy_header
from etl.reading.sample import Sample

NAME = "workday_xml"
CONTAINERS = frozenset({"text"})
_ROOT, _ENTRY, _ID = "Report_Data", "Report_Entry", "ID"
_BEGIN = re.compile(rf"<(?:[\w.-]+:)?{_ROOT}[\s>/]")
_BETWEEN = "; "  # values of a field that has several
Cells = dict[str, str]


@dataclass(frozen=True)
class _Entry:
    """One report entry: its own cells, and the cells of every occurrence of a group."""

    cells: Cells
    groups: list[tuple[str, Cells]] = field(default_factory=list)


@dataclass(frozen=True)
class _Shape:
    """What all entries have together.

    Parameters
    ----------
    columns
        Every cell's name, in the order of first appearance.
    repeated
        Groups that occur more than once in some entry: each occurrence is a row of its own.
    """

    columns: tuple[str, ...]
    repeated: frozenset[str]


def recognizes(sample: Sample) -> bool:
    """Tell whether a text begins like a Workday report in XML, whatever its namespace."""
    start = sample.text.lstrip("\ufeff \t\r\n")
    return start.startswith("<") and _BEGIN.search(start) is not None


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the columns; all entries are asked, for a report leaves blank fields out.

    Raises
    ------
    FileProblem
        What :func:`read` raises.
    """
    return tuple(tidy_header(path, _shape(path).columns))


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage one row per entry, or one per occurrence of the groups that repeat within entries.

    A row of a group has the entry's own cells, too. ``source_row`` numbers the rows as a
    spreadsheet would, header = 1. Dates keep their zone.

    Raises
    ------
    FileProblem
        empty_file, unreadable_bytes, wrong_file, unsafe_content, too_large, doubled_column.
    """
    shape = _shape(path)
    names = tidy_header(path, shape.columns)
    buffer = RowBuffer(len(names))
    for number, cells in enumerate(_rows(path, shape), 2):
        buffer.add(number, [cells.get(column) for column in shape.columns])
    relation, columns = name_columns(staging, buffer.store(staging), names)
    details = {"decimal": ".", **buffer.details}
    if shape.repeated:
        details["repeated_groups"] = ", ".join(sorted(shape.repeated))
    return RawTable(relation, columns, NAME, details)


def _shape(path: Path) -> _Shape:
    """Read the file once to learn what its entries have; asked again, remember it."""
    state = path.stat()
    return _shape_once(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=8)
def _shape_once(path: Path, _changed_at: int, _size: int) -> _Shape:
    columns: dict[str, None] = {}
    repeated: set[str] = set()
    for entry in _entries(path):
        columns.update(dict.fromkeys(entry.cells))
        seen: set[str] = set()
        for name, cells in entry.groups:
            columns.update(dict.fromkeys(cells))
            if name in seen:
                repeated.add(name)
            seen.add(name)
        check_width(path, len(columns))
    if not columns:
        remedy = "Run the report again and check its prompts and filters."
        raise FileProblem("empty_file", path, "The report has no entries.", remedy)
    return _Shape(tuple(columns), frozenset(repeated))


def _rows(path: Path, shape: _Shape) -> Iterator[Cells]:
    for entry in _entries(path):
        own = dict(entry.cells)
        for name, cells in entry.groups:
            if name not in shape.repeated:
                own |= cells
        several = [cells for name, cells in entry.groups if name in shape.repeated]
        yield from (own | cells for cells in several)
        if not several:
            yield own


def _entries(path: Path) -> Iterator[_Entry]:
    """Yield the entries one by one; only one of them is held."""
    with _explained(path), path.open("rb") as source:
        root: Element | None = None
        depth = 0
        for event, element in iterparse(source, events=("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            if root is None:
                root = element
                if _name(root) != _ROOT:
                    raise _no_report(path)
            elif event == "end" and depth == 1:
                if _name(element) == _ENTRY:
                    yield _read_entry(element)
                root.clear()


def _read_entry(element: Element) -> _Entry:
    entry = _Entry({})
    for child in element:
        name = _name(child)
        if _is_group(child):
            cells: Cells = {}
            _collect(child, f"{name}/", cells)
            entry.groups.append((name, cells))
        else:
            _add_field(child, name, entry.cells)
    return entry


def _collect(group: Element, prefix: str, cells: Cells) -> None:
    """Add the cells of a group; what repeats within it stands in one cell."""
    for child in group:
        name = prefix + _name(child)
        if _is_group(child):
            _collect(child, f"{name}/", cells)
        else:
            _add_field(child, name, cells)


def _add_field(element: Element, name: str, cells: Cells) -> None:
    descriptor = _attribute(element, "Descriptor")
    _add(cells, name, descriptor if descriptor is not None else element.text)
    for reference in element:
        _add(cells, f"{name}/{_attribute(reference, 'type') or _ID}", reference.text)


def _add(cells: Cells, name: str, text: str | None) -> None:
    """Note a value; a further one of the same field stands behind it."""
    value = (text or "").strip()
    if value:
        cells[name] = f"{cells[name]}{_BETWEEN}{value}" if name in cells else value


def _is_group(element: Element) -> bool:
    return any(_name(child) != _ID for child in element)


def _attribute(element: Element, name: str) -> str | None:
    return next((value for key, value in element.attrib.items() if _local(key) == name), None)


def _name(element: Element) -> str:
    return _local(element.tag)


@lru_cache(maxsize=4096)
def _local(name: str) -> str:
    """Return a name without its namespace, which every report has its own."""
    return name.rsplit("}", 1)[-1]


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except DefusedXmlException as error:
        raise FileProblem(
            "unsafe_content",
            path,
            "The XML declares a document type, entities, or files outside of it, which no Workday "
            "report does and which can do harm; nothing of it was read.",
            "Download the report again from Workday itself, and ask where this file came from.",
        ) from error
    except (ParseError, LookupError, ValueError, RecursionError) as error:
        line = getattr(error, "position", (None, 0))[0]
        place = f" at line {line}" if line else ""
        raise FileProblem(
            "unreadable_bytes",
            path,
            f"The XML is damaged or cut off{place}.",
            "Download the report again and check that it was saved whole.",
        ) from error


def _no_report(path: Path) -> FileProblem:
    return FileProblem(
        "wrong_file",
        path,
        f"This XML is no Workday report: it does not begin with {_ROOT}.",
        "Call the report in the Workday XML format, or export it as CSV.",
    )
