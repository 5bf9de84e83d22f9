"""What a chart sends along: every point with every number, every word, and nothing unread."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from harvest.found import Course, FoundChart, Loose, UnknownContent

_POINT_LISTS = ("x", "y", "z", "text", "customdata", "hovertext", "ids", "values", "error_x",
                "error_y", "meta", "labels")  # fmt: skip
_TRACE_LOOK = frozenset({"type", "mode", "name", "line", "marker", "fill", "fillcolor",
                         "hovertemplate", "hoverinfo", "showlegend", "orientation"})  # fmt: skip
_LAYOUT = frozenset({
    "font", "paper_bgcolor", "plot_bgcolor", "margin", "showlegend", "hovermode", "hoverlabel",
    "dragmode", "uirevision", "xaxis", "yaxis", "annotations", "shapes", "title", "height",
    "width", "legend", "bargap", "barmode",
})  # fmt: skip
_WORDS = frozenset({"text", "name", "hovertext", "ids", "labels", "hovertemplate", "ticktext"})
_PLACEHOLDER = re.compile(r"%\{[^}]*\}|<[^>]*>")
# No difference, the whole height, the limit of a balance, the moment of joining between two waves.
_LINES = (0.0, 1.0, 0.1, -0.1, -0.5)
_PATH = re.compile(r"([ML])([\d.]+) ([\d.]+)")
_COUNT = re.compile(r"course over (\d+)")
_SPARK_START, _SPARK_WIDTH, _SPARK_STEP = 3.0, 134.0, 0.11


def read_chart(name: str, figure: dict[str, Any]) -> FoundChart:
    """Return every point of a Plotly figure with every number it carries.

    Raises
    ------
    UnknownContent
        The figure has a part that nobody here reads.
    """
    _check_known(f"{name}, chart", figure, frozenset({"data", "layout"}))
    layout = figure.get("layout", {})
    _check_known(f"{name}, layout", layout, _LAYOUT)
    points, moved = [], []
    for number, trace in enumerate(figure.get("data", []), 1):
        place = f"trace {trace.get('name') or number}"
        _check_known(f"{name}, {place}", trace, _TRACE_LOOK | set(_POINT_LISTS))
        _check_plain(f"{name}, {place}", trace)
        points += list(_points(place, trace))
    for note in layout.get("annotations", []):
        x, y = note.get("x"), note.get("y")
        key, value = (y, x) if isinstance(y, str) else (x, y)
        moved.append((f"label “{note.get('text')}”", _key(key), float(value)))
    return FoundChart(name, tuple(points), tuple(moved))


def chart_lines(name: str, figure: dict[str, Any]) -> Iterator[Loose]:
    """Yield lines of a chart that stand where no limit is: they would mark a value."""
    for shape in figure.get("layout", {}).get("shapes", []):
        for end in ("x0", "x1", "y0", "y1"):
            if shape.get(end) not in (None, *_LINES):
                problem = "marks a value that nobody knows"
                yield Loose(f"{name}, a line's {end}", str(shape[end]), problem)


def chart_words(figure: Any, name: str = "") -> Iterator[str]:
    """Yield every text of a chart: names, hover texts, labels, titles of axes."""
    if isinstance(figure, dict):
        for key, value in figure.items():
            yield from chart_words(value, key)
    elif isinstance(figure, list):
        for value in figure:
            yield from chart_words(value, name)
    elif isinstance(figure, str) and name in _WORDS:
        yield _PLACEHOLDER.sub(" ", figure)


def read_course(label: str, said: str, mask: str) -> Course:
    """Return the heights of a small line, one per quarter; a gap is a quarter without a figure.

    Parameters
    ----------
    label, said : str
        Name of the figure; the line's label, which says over how many quarters it goes.
    mask : str
        The drawing as an address of data.
    """
    points = {float(x): float(y) for _, x, y in _PATH.findall(unquote(mask))}
    counted = _COUNT.search(said)
    count = int(counted[1]) if counted else 0
    steps = [_SPARK_START + i * _SPARK_WIDTH / max(count - 1, 1) for i in range(count)]
    if any(min((abs(x - step) for step in steps), default=1.0) > _SPARK_STEP for x in points):
        raise UnknownContent(f"box {label}: a small line with points between the quarters")
    heights = tuple(
        next((y for x, y in points.items() if abs(x - step) <= _SPARK_STEP), None) for step in steps
    )
    return Course(f"box {label}", label, heights)


def _check_known(place: str, part: dict[str, Any], known: frozenset[str]) -> None:
    unknown = set(part) - known
    if unknown:
        raise UnknownContent(f"{place}: nobody reads {', '.join(sorted(unknown))}")


def _check_plain(place: str, trace: dict[str, Any]) -> None:
    """Refuse sizes or colors point by point: they would be values."""
    for look in ("marker", "line"):
        for name, value in (trace.get(look) or {}).items():
            if isinstance(value, list):
                raise UnknownContent(f"{place}: nobody reads {look}.{name} point by point")


def _points(place: str, trace: dict[str, Any]) -> Iterator[tuple[str, str, tuple[float, ...]]]:
    x, y = list(trace.get("x", [])), list(trace.get("y", []))
    keys, values = (y, x) if any(isinstance(v, str) for v in y) else (x, y)
    rest = [list(trace[name]) if isinstance(trace[name], list) else [trace[name]]
            for name in _POINT_LISTS[2:] if name in trace]  # fmt: skip
    columns = [values, *rest]
    for i, key in enumerate(keys):
        carried = [number for column in columns for number in _numbers(column[i : i + 1])]
        yield place, _key(key), tuple(carried)
    for column in columns:  # more data than points: nobody sees it, and it is sent all the same
        for i, extra in enumerate(column[len(keys) :], len(keys)):
            yield f"{place}, beyond the last point, {i}", "", tuple(_numbers([extra]))


def _numbers(values: list[Any]) -> Iterator[float]:
    """Yield the numbers of what one point carries, however deep."""
    for value in values:
        if isinstance(value, list):
            yield from _numbers(value)
        elif isinstance(value, dict):
            yield from _numbers(list(value.values()))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield float(value)


def _key(value: Any) -> str:
    """Return the place of a point as tables write it: with a true minus."""
    return f"{value:g}".replace("-", "−") if isinstance(value, int | float) else str(value)
