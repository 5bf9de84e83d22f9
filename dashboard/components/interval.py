"""An estimate on a line: where it lies, how sure that is, and where no effect would be."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from dashboard.cell import Cell
from dashboard.components.attributes import attributes
from reports import wording
from reports.score_effects import DECIMALS


def common_scale(ends: Sequence[float]) -> tuple[float, float]:
    """Return a scale that holds every end and zero, so that effects can be compared by eye."""
    low, high = min(0.0, *ends), max(0.0, *ends)
    margin = (high - low) * 0.18 or 1.0
    return low - margin, high + margin


def effect_strip(cell: Cell, scale: tuple[float, float], *, unit: str, label: str) -> html.Div:
    """Return one effect with its interval and the mark of no effect.

    Parameters
    ----------
    cell : Cell
        The effect; fractions as 0-1.
    scale : tuple of float
        From :func:`common_scale`.
    unit : str
        Unit of the metric, for the numbers at the ends.
    label : str
        The same in words, for those who do not see it.
    """
    point, lower, upper = cell.value or 0.0, cell.lower or 0.0, cell.upper or 0.0
    low, high = scale

    def place(value: float) -> str:
        return f"{(value - low) / (high - low):.2%}"

    band = {"left": place(lower), "width": f"{(upper - lower) / (high - low):.2%}"}
    decimals = DECIMALS if unit == "points" else None
    ends = wording.format_change_interval(lower, upper, unit, decimals=decimals).split(" to ")
    return html.Div(
        [
            html.Span(
                "no effect", className="strip__word strip__word--top", style={"left": place(0)}
            ),
            html.Span(className="strip__zero", style={"left": place(0)}),
            html.Span(className="strip__band", style=band),
            html.Span(className="strip__dot", style={"left": place(point)}),
            html.Span(
                ends[0], className="strip__word strip__word--bottom", style={"left": place(lower)}
            ),
            html.Span(
                ends[-1], className="strip__word strip__word--bottom", style={"left": place(upper)}
            ),
        ],
        className="strip",
        role="img",
        **attributes(aria_label=label),
    )


def interval_mark(
    cell: Cell, low: float, high: float, *, label: str, zero: float | None = None
) -> html.Span:
    """Return a small interval for a table row, on a scale from ``low`` to ``high``."""
    if cell.value is None or high <= low:
        return html.Span(className="mini")

    def place(value: float) -> float:
        return min(max((value - low) / (high - low), 0.0), 1.0)

    marks = [html.Span(className="mini__dot", style={"left": f"{place(cell.value):.1%}"})]
    if cell.lower is not None and cell.upper is not None:
        left, right = place(cell.lower), place(cell.upper)
        band = {"left": f"{left:.1%}", "width": f"{right - left:.1%}"}
        marks.insert(0, html.Span(className="mini__band", style=band))
    if zero is not None:
        marks.insert(0, html.Span(className="mini__zero", style={"left": f"{place(zero):.1%}"}))
    return html.Span(marks, className="mini", role="img", **attributes(aria_label=label))
