"""CSV files: tidy reports, and figures downloaded from a page, one below the other."""

from __future__ import annotations

import csv
import io

from harvest.found import Found, FoundCell, FoundTable, FoundText

_TIDY_HEAD = ["metric", "label", "program"]
_EXACT = ("value", "lower", "upper", "n")  # written with all their digits


def read_separated(content: bytes) -> Found:
    """Return the tables of a CSV file: one with heads first, or blocks of a page's figures."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    if rows and (rows[0][:3] == _TIDY_HEAD or "rejected_row" in rows[0]):
        name = "tidy" if rows[0][:3] == _TIDY_HEAD else "to-correct"
        exact = {rows[0].index(column) for column in _EXACT if column in rows[0]}
        body = tuple(
            tuple(_exact(text) if i in exact else FoundCell(text) for i, text in enumerate(row))
            for row in rows[1:]
        )
        return Found(tables=(FoundTable(name, (), tuple(rows[0]), body),))
    tables, texts = [], []
    for number, block in enumerate(_blocks(rows), 1):
        place = f"figure {number}"
        words = [row[0] for row in block[:2] if row]
        texts += [FoundText(place, text) for text in words]
        if len(block) < 3:
            continue
        width = len(block[2])
        body_rows = [row for row in block[3:] if len(row) == width and width > 1]
        texts += [
            FoundText(place, text) for row in block[3:] if row not in body_rows for text in row
        ]
        body = tuple(tuple(FoundCell(text) for text in row) for row in body_rows)
        tables.append(FoundTable(place, tuple(words), tuple(block[2]), body))
    return Found(tables=tuple(tables), texts=tuple(texts))


def _blocks(rows: list[list[str]]) -> list[list[list[str]]]:
    """Return the rows between blank lines."""
    blocks: list[list[list[str]]] = [[]]
    for row in rows:
        if not row:
            blocks.append([])
        else:
            blocks[-1].append(row)
    return [block for block in blocks if block]


def _exact(text: str) -> FoundCell:
    try:
        return FoundCell("", float(text)) if text else FoundCell("")
    except ValueError:
        return FoundCell(text)
