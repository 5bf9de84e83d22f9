"""The header rows of a Qualtrics export, of any of its three generations.

Today's export has three: ids, questions in the user's language, and import ids as JSON. That of
2016 ("Insights") writes the import ids as Python does, in single quotes. The legacy export has two
rows, ``V1`` to ``V10`` for what is no question, and a trailing empty column.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from etl.reading.row_staging import tidy_name, unique_names

Header = Sequence[Sequence[str]]
SEARCHED = 5  # records in which the header is looked for
_PLACES = frozenset({"ipaddress", "locationlatitude", "locationlongitude", "locationaccuracy"})
_PEOPLE = frozenset({"recipientfirstname", "recipientlastname"})
_KNOWN_BY = frozenset({"recipientemail", "externalreference", "externaldatareference"})
_LEGACY_PEOPLE = frozenset({"name"})  # what other generations leave to embedded data and questions
_LEGACY = re.compile(r"V\d+")
# Import ids of what belongs to a question and is no answer to it: free text and what is made of it,
# the order in which options were shown, clicks and seconds, the group a promoter score falls into.
_OPEN = re.compile(
    r"[-_](TEXT|[0-9a-f]{20,}\w*|DO([-_]\w+)?|(FIRST|LAST)_CLICK|PAGE_SUBMIT|CLICK_COUNT|NPS_GROUP)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class QualtricsHeader:
    """What the header rows say.

    Parameters
    ----------
    records
        How many they are.
    names
        Unique column names; blank where the column has none.
    labels
        The longer text of each column; blank where there is none.
    dropped
        Positions of columns that say where somebody sat, and of names beside an e-mail address or
        external reference.
    open_columns
        Names of columns that hold embedded data or free text, as far as import ids tell.
    time_zone
        IANA name or "UTC"; None where the file does not say.
    """

    records: int
    names: tuple[str, ...]
    labels: tuple[str, ...]
    dropped: frozenset[int]
    open_columns: tuple[str, ...] = ()
    time_zone: str | None = None


def read_qualtrics_header(records: Header) -> QualtricsHeader | None:
    """Return what the first records of a grid say, None where they are no Qualtrics header."""
    below = records[1:SEARCHED]
    for position, record in enumerate(below, 1):
        cells = [_import_cell(cell) for cell in record]
        if any(cells) and all(
            found or not cell.strip() for found, cell in zip(cells, record, strict=True)
        ):
            return _current(records, position, [found or {} for found in cells])
    first = [tidy_name(cell) for cell in records[0][:4]] if records else []
    if first == ["V1", "V2", "V3", "V4"] and below and tidy_name(below[0][0]) == "ResponseID":
        return _legacy(records[0], below[0])
    return None


def _current(records: Header, position: int, cells: Sequence[dict[str, Any]]) -> QualtricsHeader:
    width = max(len(records[0]), len(cells))
    ids = [str(cell.get("ImportId", "")) for cell in cells] + [""] * (width - len(cells))
    plain = _padded(map(tidy_name, records[0]), width)
    names = unique_names(
        # Loops and side-by-side questions repeat a name; the import id tells the columns apart.
        [
            f"{n} ({i})" if n and i and plain.count(n) > 1 else n
            for n, i in zip(plain, ids, strict=True)
        ]
    )
    labels = _padded(records[1], width) if position > 1 else ("",) * width
    known = {n.lower() for n in plain}
    personal = _PLACES | (_PEOPLE if known & _KNOWN_BY else frozenset())
    tails = [re.split(r"[-]", one)[-1].lower() for one in ids]  # 2016: Location-LocationLatitude
    dropped = frozenset(
        n for n in range(width) if plain[n].lower() in personal or tails[n] in personal
    )
    is_open = [bool(i) and (not i.startswith("QID") or bool(_OPEN.search(i))) for i in ids]
    zones = [str(cell["timeZone"]) for cell in cells if "timeZone" in cell]
    return QualtricsHeader(
        records=position + 1,
        names=names,
        labels=labels,
        dropped=dropped,
        open_columns=tuple(name for name, one in zip(names, is_open, strict=True) if one),
        time_zone=("UTC" if zones[0] == "Z" else zones[0]) if zones else None,
    )


def _legacy(first: Sequence[str], second: Sequence[str]) -> QualtricsHeader:
    width = max(len(first), len(second))
    ids, texts = _padded(map(tidy_name, first), width), _padded(second, width)
    plain = [
        tidy_name(text) or one if _LEGACY.fullmatch(one) else one
        for one, text in zip(ids, texts, strict=True)
    ]
    personal = _PLACES | _PEOPLE | _LEGACY_PEOPLE
    metadata = {n for n, one in enumerate(ids) if _LEGACY.fullmatch(one)}
    dropped = frozenset(
        n
        for n, name in enumerate(plain)
        if name.lower() in _PLACES or (n in metadata and name.lower() in personal)
    )
    names = unique_names(plain)
    is_open = [n in metadata or bool(_OPEN.search(name)) for n, name in enumerate(names)]
    return QualtricsHeader(
        records=2,
        names=names,
        labels=texts,
        dropped=dropped,
        open_columns=tuple(name for name, one in zip(names, is_open, strict=True) if one),
    )


def _padded(cells: Any, width: int) -> tuple[str, ...]:
    found = tuple(cells)[:width]
    return found + ("",) * (width - len(found))


def _import_cell(cell: str) -> dict[str, Any] | None:
    """Return the import id in a cell, written as JSON or as Python writes a dict."""
    text = cell.strip()
    if not text.startswith("{"):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        try:
            found = ast.literal_eval(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return None
    return found if isinstance(found, dict) and "ImportId" in found else None
