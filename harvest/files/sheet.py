"""One sheet of a workbook: its table, the words around it, and numbers that belong to neither."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from harvest.files.xml_words import local_name, words_of
from harvest.found import Found, FoundCell, FoundTable, FoundText, Loose

_PLACE = re.compile(r"\$?([A-Z]+)\$?(\d+)")
_LAYOUT = frozenset({"sheetData", "sheetViews", "cols", "mergeCells", "rowBreaks", "colBreaks"})
_FOOTER_CODES = re.compile(r"&(?:K[0-9A-F]{6}|\d+|[A-Z]|&)")
Cells = dict[tuple[int, int], "str | float"]


@dataclass(frozen=True)
class Sheet:
    """A sheet as read.

    Attributes
    ----------
    name : str
    found : Found
    cells : dict of (row, column) to str or float
    """

    name: str
    found: Found
    cells: Cells = field(repr=False)

    def cells_of(self, reference: str) -> list[str | float | None]:
        """Return the cells of a range, row by row."""
        first, last = _corners(reference)
        return [
            self.cells.get((row, column))
            for row in range(first[0], last[0] + 1)
            for column in range(first[1], last[1] + 1)
        ]


def read_strings(part: bytes | None) -> list[str]:
    """Return the shared strings of a workbook."""
    if part is None:
        return []
    return [
        "".join(text.text or "" for text in one.iter() if local_name(text) == "t")
        for one in ElementTree.fromstring(part)
    ]


def read_sheet(root: Element, *, name: str, state: str, strings: list[str]) -> Sheet:
    """Return a sheet; the range of its filter says where its table is.

    Parameters
    ----------
    root : Element
        Of the sheet's part.
    name, state : str
        State is empty, hidden or veryHidden.
    strings : list of str
        Shared strings.
    """
    place = f"sheet {name}" + (f" ({state})" if state and state != "visible" else "")
    cells: Cells = {}
    hidden, formulas = set(), []
    for row in root.iter():
        if local_name(row) != "row":
            continue
        if row.get("hidden") in ("1", "true"):
            hidden.add(int(row.get("r", 0)))
        for cell in row:
            where = _at(str(cell.get("r")))
            content = _content(cell, strings)
            if content is not None:
                cells[where] = content
            formulas += [f.text or "" for f in cell if local_name(f) == "f"]
    outside = [FoundText(place, _FOOTER_CODES.sub(" ", text))
               for part in root for text in words_of(part, without=_LAYOUT)]  # fmt: skip
    outside += [FoundText(f"{place}, a formula", text) for text in formulas]
    found = _laid_out(place, cells, _table_range(root), hidden)
    texts = (*found.texts, *outside)
    return Sheet(name, Found(found.tables, texts, loose=found.loose), cells)


def _laid_out(
    place: str,
    cells: Cells,
    table: tuple[tuple[int, int], tuple[int, int]] | None,
    hidden: set[int],
) -> Found:
    """Part the cells of a sheet into its table, its words, and numbers outside both."""
    texts, loose, words = [], [], []
    inside: set[tuple[int, int]] = set()
    if table is not None:
        (top, left), (bottom, right) = table
        inside = {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
    for where, content in cells.items():
        if where in inside:
            continue
        note = " (hidden row)" if where[0] in hidden else ""
        if isinstance(content, float):
            spot = f"{place}, cell {_name(where)}{note}"
            loose.append(Loose(spot, f"{content:g}", "stands outside every table"))
        else:
            texts.append(FoundText(f"{place}, cell {_name(where)}{note}", content))
            if table is not None and where[0] < top and where[0] > 1:
                words.append(content)
    tables: tuple[FoundTable, ...] = ()
    if table is not None:
        heads = tuple(str(cells.get((top, c), "")) for c in range(left, right + 1))
        rows = tuple(
            tuple(_cell(cells.get((r, c))) for c in range(left, right + 1))
            for r in range(top + 1, bottom + 1)
        )
        tables = (FoundTable(place, tuple(words[:2]), heads, rows),)
    return Found(tables=tables, texts=tuple(texts), loose=tuple(loose))


def _cell(content: str | float | None) -> FoundCell:
    if isinstance(content, float):
        return FoundCell("", content)
    return FoundCell(content or "")


def _content(cell: Element, strings: list[str]) -> str | float | None:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(t.text or "" for t in cell.iter() if local_name(t) == "t")
    value = next((v.text for v in cell if local_name(v) == "v"), None)
    if value is None:
        return None
    if kind == "s":
        return strings[int(value)]
    return float(value) if kind == "n" else value


def _table_range(root: Element) -> tuple[tuple[int, int], tuple[int, int]] | None:
    for one in root.iter():
        if local_name(one) == "autoFilter":
            return _corners(str(one.get("ref")))
    return None


def _corners(reference: str) -> tuple[tuple[int, int], tuple[int, int]]:
    places: Iterator[tuple[int, int]] = (_at(text) for text in reference.split(":"))
    first = next(places)
    return first, next(places, first)


def _at(reference: str) -> tuple[int, int]:
    """Return row and column, from 1: "B6" as (6, 2)."""
    match = _PLACE.fullmatch(reference.strip())
    if match is None:
        return 0, 0
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def _name(where: tuple[int, int]) -> str:
    row, column = where
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
