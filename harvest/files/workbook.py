"""Workbooks, part by part of their archive: every sheet, hidden or not, and what lies beside them.

Read as XML rather than through a spreadsheet library, which would leave out what it does not know.
A part that nobody here can read fails the check.
"""

from __future__ import annotations

import io
import re
import zipfile
from itertools import chain

from defusedxml import ElementTree

from harvest.files.chart_part import Cache, read_chart_part
from harvest.files.sheet import Sheet, read_sheet, read_strings
from harvest.files.xml_words import local_name, words_of
from harvest.found import Found, FoundText, Loose, UnknownContent
from harvest.numbers import stored

# What says how things look or hang together, and can hold no figure.
_STRUCTURE = re.compile(
    r"\[Content_Types\]\.xml|.*\.rels|xl/styles\.xml|xl/theme/theme\d+\.xml|xl/sharedStrings\.xml|"
    r"xl/workbook\.xml|xl/worksheets/sheet\d+\.xml|xl/charts/(style|colors)\d+\.xml"
)
_WORDS = re.compile(
    r"docProps/(core|custom)\.xml|xl/drawings/.*\.(xml|vml)|xl/comments.*\.xml|xl/tables/.*\.xml|"
    r"xl/threadedComments/.*\.xml|xl/persons/.*\.xml|customXml/.*\.xml"
)
_CHART = re.compile(r"xl/charts/chart\d+\.xml|xl/chartsheets/.*\.xml")
_EMBEDDED = re.compile(r"xl/embeddings/.*")
_REFERENCE = re.compile(r"\$?[A-Z]{1,3}\$?\d+|\$\d+")


def read_workbook(content: bytes) -> Found:
    """Return every cell, comment, name, property, chart cache and embedded file of an XLSX."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    parts = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    sheets = _sheets(parts)
    read = [sheet.found for sheet in sheets]
    texts = [*_names(parts), *_properties(parts, sheets)]
    loose: list[Loose] = []
    copies, embedded = 0, []
    for name, part in parts.items():
        if _EMBEDDED.fullmatch(name):
            embedded.append((name, part))
        elif _CHART.fullmatch(name):
            caches, said = read_chart_part(part)
            texts += [FoundText(name, text) for text in said]
            wrong, count = _compared(name, caches, {sheet.name: sheet for sheet in sheets})
            loose += wrong
            copies += count
        elif _WORDS.fullmatch(name):
            texts += [FoundText(name, text) for text in words_of(ElementTree.fromstring(part))]
        elif not _STRUCTURE.fullmatch(name) and name != "docProps/app.xml":
            raise UnknownContent(f"{name}: no reader for this part of a workbook")
    return Found(
        tables=tuple(chain.from_iterable(found.tables for found in read)),
        texts=(*chain.from_iterable(found.texts for found in read), *texts),
        loose=(*chain.from_iterable(found.loose for found in read), *loose),
        copies=copies,
        embedded=tuple(embedded),
    )


def _sheets(parts: dict[str, bytes]) -> list[Sheet]:
    book = ElementTree.fromstring(parts["xl/workbook.xml"])
    links = ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    targets = {link.get("Id"): str(link.get("Target")) for link in links}
    strings = read_strings(parts.get("xl/sharedStrings.xml"))
    found = []
    for sheet in book.iter():
        if local_name(sheet) != "sheet":
            continue
        key = next(value for name, value in sheet.attrib.items() if name.endswith("}id"))
        path = "xl/" + targets[key].removeprefix("/xl/")
        if path in parts and "/worksheets/" in path:
            root = ElementTree.fromstring(parts[path])
            name, state = str(sheet.get("name")), str(sheet.get("state", ""))
            found.append(read_sheet(root, name=name, state=state, strings=strings))
    return found


def _names(parts: dict[str, bytes]) -> list[FoundText]:
    """Return what defined names hold beside references to cells."""
    book = ElementTree.fromstring(parts["xl/workbook.xml"])
    return [
        FoundText(f"defined name {one.get('name')}", _REFERENCE.sub("", one.text or ""))
        for one in book.iter()
        if local_name(one) == "definedName"
    ]


def _properties(parts: dict[str, bytes], sheets: list[Sheet]) -> list[FoundText]:
    """Return the program's own properties; its counts are those of sheets and names."""
    if "docProps/app.xml" not in parts:
        return []
    root = ElementTree.fromstring(parts["docProps/app.xml"])
    book = ElementTree.fromstring(parts["xl/workbook.xml"])
    names = [one for one in book.iter() if local_name(one) == "definedName"]
    shown = [one for one in names if one.get("hidden") != "1"]
    counts = {str(len(listed)) for listed in (sheets, names, shown)}
    found = []
    for element in root.iter():
        text = _REFERENCE.sub("", element.text or "")
        is_count = local_name(element) == "i4" and text in counts
        if local_name(element) not in ("DocSecurity", "AppVersion") and not is_count:
            found.append(FoundText("docProps/app.xml", text))
    return found


def _compared(part: str, caches: list[Cache], sheets: dict[str, Sheet]) -> tuple[list[Loose], int]:
    """Compare what a chart remembers with the cells it was drawn from."""
    wrong, count = [], 0
    for cache in caches:
        sheet = sheets.get(cache.sheet)
        cells = sheet.cells_of(cache.reference) if sheet else []
        for i, text in sorted(cache.points.items()):
            count += 1
            if i >= len(cells) or not _same(cells[i], text):
                place = f"{part}, cache of {cache.sheet or 'no sheet'} {cache.reference}, point {i}"
                wrong.append(Loose(place, text, "is not what the cell holds"))
    return wrong, count


def _same(cell: str | float | None, text: str) -> bool:
    if isinstance(cell, float):
        try:
            return stored(float(text)).agrees(cell, "")
        except ValueError:
            return False
    return (cell or "") == text
