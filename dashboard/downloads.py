"""Figures as CSV files, under the same rights as the page they are on."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from dashboard.components.figure import Figure, Value
from dashboard.data import View
from reports import wording
from reports.spreadsheet_text import as_text


def figures_csv(view: View, figures: Sequence[Figure]) -> str:
    """Return figures one below the other, each with its words and where it comes from.

    Numbers are plain (percent, point as decimal mark); a withheld figure says its reason where its
    number would be.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for figure in figures:
        writer.writerow([figure.title])
        writer.writerow([figure.subtitle])
        writer.writerow([column.label for column in figure.table.columns])
        writer.writerows([_plain(value) for value in row] for row in figure.table.rows)
        writer.writerows([note] for note in figure.notes)
        writer.writerow([_provenance(view)])
        writer.writerow([])
    return "\ufeff" + out.getvalue()


def _provenance(view: View) -> str:
    chosen = [
        f"{kind} {view.label(kind, getattr(view.filters, kind))}"
        for kind in ("program", "cohort", "department", "quarter")
        if getattr(view.filters, kind)
    ]
    parts = [
        f"Release {view.info.release_id}",
        f"data to {wording.format_day(view.info.data_as_of)}",
        "sample data, invented" if view.info.is_sample else "",
        ", ".join(chosen),
        view.info.disclosure_policy,
    ]
    return "; ".join(part for part in parts if part)


def _plain(value: Value) -> str | float | int:
    """Return what a spreadsheet gets; text is kept from being taken for a formula."""
    if isinstance(value.raw, int | float):
        return value.raw
    text = value.raw if isinstance(value.raw, str) else value.text
    return as_text(text)
