"""Text for a spreadsheet that must stay text."""

from __future__ import annotations

from warehouse.rejected_sheet import FORMULA_STARTS


def as_text(text: str) -> str:
    """Return a text with an apostrophe before it where a spreadsheet would run it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
