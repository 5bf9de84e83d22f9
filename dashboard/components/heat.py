"""A table whose cells are shaded by their value, with withheld cells visible as such."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard.cell import Cell
from dashboard.components.interval import interval_mark
from dashboard.components.link import link
from dashboard.components.region import scroll_region
from reports import wording

_LIGHTEST, _DARKEST = 10, 50  # percent of the accent color


@dataclass(frozen=True)
class HeatRow:
    """A row: its name, one cell per column, where its name leads, and whether it is the total."""

    label: str
    cells: Sequence[Cell]
    href: str = ""
    is_total: bool = False


def heat_table(
    rows: Sequence[HeatRow],
    columns: Sequence[str],
    *,
    unit: str,
    caption: str,
    last_label: str = "",
    is_dense: bool = False,
) -> html.Div:
    """Return the table.

    Parameters
    ----------
    rows : sequence of HeatRow
        In the order of showing.
    columns : sequence of str
        Heads of the columns.
    unit : str
        Unit of the cells.
    caption : str
        What the table holds, for those who hear it.
    last_label : str
        Head of a last column that draws the newest cell with its interval; empty for none.
    is_dense : bool
        Narrow cells, for a matrix.
    """
    shades = _shades(rows)
    scale = _interval_scale([row.cells[-1] for row in rows if row.cells]) if last_label else None
    head: list[Any] = [html.Th(html.Span("Row", className="visually-hidden"), scope="col")]
    head += [html.Th(column, scope="col") for column in columns]
    if last_label:
        head.append(html.Th(last_label, scope="col", className="heat__interval"))
    body = []
    for row in rows:
        name = link(row.label, href=row.href) if row.href else row.label
        cells: list[Any] = [html.Th(name, scope="row")]
        is_bare = row.is_total and unit == "count"  # a total dwarfs its parts
        cells += [
            html.Td(_heat_cell(cell, unit, None if is_bare else shades)) for cell in row.cells
        ]
        if scale:
            cells.append(_interval_cell(row.cells[-1], unit, scale))
        body.append(html.Tr(cells, className="is-total" if row.is_total else None))
    table = html.Table(
        [html.Caption(caption), html.Thead(html.Tr(head)), html.Tbody(body)],
        className="heat heat--dense" if is_dense else "heat",
        style={"--columns": len(columns)},
    )
    return scroll_region(table, caption)


def withheld_note(cells: Sequence[Cell]) -> str:
    """Return what the dashes mean: every reason that occurs, once."""
    reasons = dict.fromkeys(cell.reason for cell in cells if not cell.is_shown and cell.reason)
    if not reasons:
        return ""
    return f"“{wording.MISSING}” marks: {'; '.join(reasons)}."


def _shades(rows: Sequence[HeatRow]) -> tuple[float, float]:
    """Return the values of the lightest and the darkest shade; the total does not set them."""
    cells = [cell for row in rows for cell in row.cells if not row.is_total or len(rows) == 1]
    values = [cell.value for cell in cells if cell.is_shown and cell.value is not None]
    return (min(values), max(values)) if values else (0.0, 1.0)


def _heat_cell(cell: Cell, unit: str, shades: tuple[float, float] | None) -> html.Span:
    if not cell.is_shown or cell.value is None:
        return html.Span(
            [wording.MISSING, html.Span(f" {cell.reason}", className="visually-hidden")],
            className="heat__cell heat__cell--none",
            title=cell.reason,
        )
    heat = 0
    if shades is not None:
        low, high = shades
        share = (cell.value - low) / (high - low) if high > low else 0.5
        heat = round(_LIGHTEST + min(max(share, 0.0), 1.0) * (_DARKEST - _LIGHTEST))
    return html.Span(
        wording.format_bounded(cell.value, unit, cell.bound),
        className="heat__cell",
        style={"--heat": heat},
        title=_cell_title(cell, unit),
    )


def _cell_title(cell: Cell, unit: str) -> str:
    interval = wording.format_interval(cell.lower, cell.upper, unit)
    parts = [f"95{wording.THIN}% interval {interval}"] if interval else []
    if cell.n is not None:
        parts.append(f"n = {wording.format_number(cell.n)}")
    return ", ".join(parts)


def _interval_scale(cells: Sequence[Cell]) -> tuple[float, float] | None:
    ends = [end for cell in cells for end in (cell.lower, cell.upper) if end is not None]
    if not ends:
        return None
    margin = (max(ends) - min(ends)) * 0.04
    return min(ends) - margin, max(ends) + margin


def _interval_cell(cell: Cell, unit: str, scale: tuple[float, float]) -> html.Td:
    words = cell.reason
    if cell.is_shown:
        interval = wording.format_interval(cell.lower, cell.upper, unit)
        words = wording.format_bounded(cell.value, unit, cell.bound)
        words += f", interval {interval}" if interval else ""
    return html.Td(
        interval_mark(cell, *scale, label=words), className="heat__interval", title=words
    )
