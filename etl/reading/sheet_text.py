"""Text a spreadsheet kept from running, on its way back in."""

from __future__ import annotations

from etl.reading.row_staging import literal
from warehouse.rejected_sheet import FORMULA_STARTS


def unescaped(text: str) -> str:
    """Return a text without the apostrophe that kept a spreadsheet from running it."""
    escaped = text.startswith("'") and text.lstrip("'").startswith(FORMULA_STARTS)
    return text[1:] if escaped else text


def unescaped_sql(cell: str) -> str:
    """Return :func:`unescaped` as SQL."""
    signs, mark = ", ".join(map(literal, FORMULA_STARTS)), literal("'")
    escaped = f"starts_with({cell}, {mark}) AND substr(ltrim({cell}, {mark}), 1, 1) IN ({signs})"
    return f"CASE WHEN {escaped} THEN substr({cell}, 2) ELSE {cell} END"
