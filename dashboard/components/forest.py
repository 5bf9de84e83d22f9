"""Effects one below the other, each as an interval on a common scale and in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from dash import html

from dashboard.cell import Cell, estimate_cell
from dashboard.components.interval import interval_mark
from reports import wording
from reports.score_effects import DECIMALS


def effect_forest(
    rows: Sequence[tuple[str, SimpleNamespace | None]], unit: str, caption: str, head: str = "When"
) -> html.Table:
    """Return named effects as a table with a picture in each row.

    Parameters
    ----------
    rows : sequence of (name, row of ``estimate`` or ``group_effect``)
    unit : str
        fraction, months or points.
    caption : str
    head : str
        What the names are.
    """
    cells = [(name, estimate_cell(row)) for name, row in rows]
    ends = [e for _, cell in cells for e in (cell.lower, cell.value, cell.upper) if e is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    margin = (high - low) * 0.06
    lines = [_line(name, cell, unit, (low - margin, high + margin)) for name, cell in cells]
    heads = [html.Th(words, scope="col") for words in (head, "Interval", "Effect")]
    return html.Table(
        [
            html.Caption(caption),
            html.Thead(html.Tr(heads), className="visually-hidden"),
            html.Tbody(lines),
        ],
        className="plain-table forest",
    )


def _line(name: str, cell: Cell, unit: str, scale: tuple[float, float]) -> html.Tr:
    if cell.is_shown:
        words, interval = _words(cell, unit)
        text: Any = [html.Strong(words), f" ({interval})" if interval else ""]
        label = f"{words}, interval {interval or 'not given'}"
        mark: Any = interval_mark(cell, *scale, zero=0.0, label=label)
    else:
        text, mark = wording.MISSING, html.Span(cell.reason, className="card__sub")
    return html.Tr(
        [
            html.Th(name, scope="row"),
            html.Td(mark, className="forest__mark"),
            html.Td(text, className="is-number"),
        ]
    )


def _words(cell: Cell, unit: str) -> tuple[str, str]:
    """Return an effect and its interval, both ends to the same decimal: +4.6, +3.0 to +6.2."""
    scale, decimals = (100, 1) if unit == "fraction" else (1, DECIMALS)
    point, *ends = (
        "" if end is None else wording.format_change(end * scale, "ratio", decimals=decimals)
        for end in (cell.value, cell.lower, cell.upper)
    )
    return point, " to ".join(ends) if all(ends) else ""
