"""A report's figures as one tidy CSV: one row per metric, slice and period."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from reports.content import Quarterly
from reports.spreadsheet_text import as_text

COLUMNS = (
    "metric", "label", "program", "cohort", "department", "population", "period", "value", "lower",
    "upper", "n", "unit", "status", "reason", "bound", "metric_version", "release_id",
)  # fmt: skip


def write_tidy(content: Quarterly, path: Path) -> None:
    """Write the figures of a quarter as UTF-8 CSV; the same content gives the same bytes.

    Numbers are written in full precision with a point; an empty cell means no number, and
    ``status`` and ``reason`` say why. A byte order mark makes spreadsheets read it as UTF-8.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for fact in content.facts:
        values = [getattr(fact, name) for name in COLUMNS[:-1]]
        writer.writerow([*(_cell(value) for value in values), content.release_id])
    path.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode("utf-8"))


def _cell(value: str | float | int | None) -> str:
    """Return a value as text; words that a spreadsheet would run stay words."""
    if value is None:
        return ""
    if isinstance(value, str):
        return as_text(value)
    return repr(value)
