"""Rejected rows as a sheet a person corrects and loads again, in their file's own columns."""

from __future__ import annotations

import json
import re

import pandas as pd

# Which row of which file it was, and why it was set aside; the rest are the file's own columns.
FILE, ROW, ENTITY, RULE, REMEDY = ADDED = (
    "rejected_file",
    "rejected_row",
    "rejected_entity",
    "rejected_rule",
    "what_to_do",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
SURPLUS = "(surplus)"


def rejected_sheet(rejected: pd.DataFrame) -> list[list[str]]:
    """Return header and rows of a sheet.

    Text that a spreadsheet would run as a formula gets an apostrophe before it, which goes when
    the sheet is loaded again.

    Parameters
    ----------
    rejected : DataFrame
        Columns file_name, source_row, entity, rule, message, row_json of rejected rows; the
        columns of several files are joined.
    """
    rows = [json.loads(text) for text in rejected["row_json"]]
    own = list(dict.fromkeys(name for row in rows for name in row))
    places = rejected[["file_name", "source_row", "entity", "rule", "message"]]
    sheet = [[safe_cell(name) for name in (*own, *ADDED)]]
    for row, place in zip(rows, places.itertuples(index=False), strict=True):
        sheet.append([safe_cell(cell) for cell in (*(row.get(name) for name in own), *place)])
    return sheet


def safe_cell(value: object) -> str:
    """Return a value as text that no spreadsheet takes for a formula."""
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return ""
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    bare = text.lstrip("'")  # what has an apostrophe already gets one more, so that none is lost
    return f"'{text}" if bare.startswith(FORMULA_STARTS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9]+([.,][0-9]+)?", text) is not None
