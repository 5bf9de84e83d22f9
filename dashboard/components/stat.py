"""One number with its change and its course: the row of six at the top of the Overview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from dash import html

from dashboard.components.attributes import attributes
from dashboard.components.link import link

_WIDTH, _HEIGHT, _EDGE = 140, 26, 3


@dataclass(frozen=True)
class Stat:
    """What one box says.

    Attributes
    ----------
    label, value, note : str
        Name, figure as words, what it is of. ``value`` is the reason where nothing is shown.
    interval : str
        95 % interval in words; empty for a full count.
    change : str
        Difference to the quarter before as words; empty for none.
    verdict : str
        better, worse, or plain: how the change reads. Only a change beyond chance is judged.
    course : sequence of float or None
        Past values, oldest first.
    is_shown : bool
        False when ``value`` holds a reason instead of a figure.
    href : str
        Definition behind it.
    """

    label: str
    value: str
    note: str
    interval: str = ""
    change: str = ""
    verdict: str = "plain"
    course: Sequence[float | None] = ()
    is_shown: bool = True
    href: str = ""


def stat_box(stat: Stat) -> html.Section:
    """Return the box of one number."""
    kind = "stat__value" if stat.is_shown else "stat__value stat__value--none"
    first: list[Any] = [html.Span(stat.interval, className="num"), " "] if stat.interval else []
    second = [html.Span(stat.change, className=stat.verdict)] if stat.change else []
    return html.Section(
        [
            html.H2(
                link(stat.label, stat.href, title="Definition") if stat.href else stat.label,
                className="stat__label",
            ),
            html.P(stat.value, className=kind),
            html.P(
                [*first, stat.note, html.Br(), *second] if stat.is_shown else [],
                className="stat__note",
            ),
            spark(stat.course, f"{stat.label}, course over {len(stat.course)} quarters"),
        ],
        className="card stat",
    )


def spark(values: Sequence[float | None], label: str) -> html.Div:
    """Return a small line of past values; a withheld one interrupts the line."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return html.Div(className="spark")
    low, high = min(known), max(known)
    spread = (high - low) or 1.0
    points = [
        None
        if value is None
        else (
            _EDGE + i * (_WIDTH - 2 * _EDGE) / (len(values) - 1),
            _HEIGHT - _EDGE - (value - low) / spread * (_HEIGHT - 2 * _EDGE),
        )
        for i, value in enumerate(values)
    ]
    last = next(point for point in reversed(points) if point is not None)
    dot = {"left": f"{last[0] / _WIDTH:.1%}", "top": f"{last[1] / _HEIGHT:.1%}"}
    return html.Div(
        [
            html.Div(className="spark__line", style={"--spark": _mask(points)}),
            html.Div(className="spark__dot", style=dot),
        ],
        className="spark",
        role="img",
        **attributes(aria_label=label),
    )


def _mask(points: Sequence[tuple[float, float] | None]) -> str:
    """Return the line as a mask, so that its color follows light and dark."""
    path, pen = "", "M"
    for point in points:
        if point is None:
            pen = "M"
        else:
            path += f"{pen}{point[0]:.1f} {point[1]:.1f}"
            pen = "L"
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {_HEIGHT}' "
        f"preserveAspectRatio='none'><path d='{path}' fill='none' stroke='black' "
        "stroke-width='1.6' vector-effect='non-scaling-stroke' stroke-linejoin='round'/></svg>"
    )
    return f'url("data:image/svg+xml,{quote(svg)}")'
