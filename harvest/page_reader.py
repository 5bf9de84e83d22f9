"""What a page holds, read from the components the server sends, not from what a browser draws."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from harvest.found import (
    Course,
    Found,
    FoundCell,
    FoundChart,
    FoundRecord,
    FoundTable,
    FoundText,
    UnknownContent,
)

# Properties that say how a part looks or behaves. Where marks stand is read from the style of the
# parts that draw them; everything else a part carries is read as text.
_LOOK = frozenset({
    "className", "style", "id", "htmlFor", "tabIndex", "type", "position", "shadow", "config",
    "transitionProps", "boxWrapperProps", "scope", "role", "columnDefs", "defaultColDef",
    "dashGridOptions", "getRowId", "aria-controls", "aria-labelledby", "namespace", "refresh",
    "data-action", "data-nav", "hidden", "download", "colSpan", "rowSpan", "data-dash-is-loading",
})  # fmt: skip
_LINKS = ("href", "data-link")
_GRIDS = ("AgGrid",)
_DRAWN = ("left", "width", "--heat")
_PATH = re.compile(r"([ML])([\d.]+) ([\d.]+)")
_COUNT = re.compile(r"course over (\d+)")
_SPARK_START, _SPARK_WIDTH, _SPARK_STEP = 3.0, 134.0, 0.11


@dataclass
class _Card:
    name: str
    words: list[str] = field(default_factory=list)
    metric_id: str = ""


class PageReader:
    """Reads one page."""

    def __init__(self) -> None:
        self._tables: list[tuple[_Card, tuple[str, ...], tuple[tuple[FoundCell, ...], ...]]] = []
        self._texts: list[FoundText] = []
        self._charts: list[FoundChart] = []
        self._records: list[FoundRecord] = []
        self._courses: list[Course] = []
        self.links: list[str] = []

    def read(self, page: Any) -> Found:
        """Return what a page holds; ``links`` then has every address it names."""
        self._walk(page, _Card("page"))
        tables = tuple(
            FoundTable(card.name, tuple(card.words), heads, rows, card.metric_id)
            for card, heads, rows in self._tables
        )
        return Found(tables, tuple(self._texts), tuple(self._charts), tuple(self._records),
                     courses=tuple(self._courses))  # fmt: skip

    def _walk(self, node: Any, card: _Card) -> None:
        if isinstance(node, list):
            for child in node:
                self._walk(child, card)
        elif isinstance(node, dict) and "props" in node:
            self._component(node, card)
        elif isinstance(node, dict):
            for name, value in node.items():
                if name not in _LOOK:
                    self._walk(value, card)
        elif isinstance(node, str | int | float) and not isinstance(node, bool):
            self._texts.append(FoundText(card.name, str(node)))

    def _component(self, node: dict[str, Any], card: _Card) -> None:
        kind, props = node["type"], node["props"]
        if kind == "Section" and props.get("className") == "card stat":
            self._stat(props, card)
            return
        if kind == "Section":
            card = _card_of(props, card)
        if kind == "Table":
            self._table(props, card)
        elif kind == "Graph":
            self._charts.append(_chart(card.name, props["figure"]))
            self._walk(_chart_words(props["figure"]), card)
        elif kind in _GRIDS:
            for i, row in enumerate(props.get("rowData", []), 1):
                self._records.append(FoundRecord(f"grid {props.get('id')}, row {i}", row))
            return
        else:
            self._properties(props, card)

    def _properties(self, props: dict[str, Any], card: _Card) -> None:
        for name, value in props.items():
            if name in _LINKS:
                self._link(str(value), card)
            elif name == "children" or name not in _LOOK:
                self._walk(value, card)

    def _link(self, address: str, card: _Card) -> None:
        """Keep an address; what it asks for may hold numbers, too."""
        self.links.append(address)
        for name, value in parse_qsl(urlsplit(address).query):
            if name != "pair":
                self._texts.append(FoundText(f"{card.name}, a link's {name}", value))

    def _stat(self, props: dict[str, Any], card: _Card) -> None:
        """Read the box of one number as a row of the table of key figures."""
        parts = list(_parts(props))
        label = _words(next(p for p in parts if "stat__label" in _class(p)))
        value = _words(next(p for p in parts if "stat__value" in _class(p)))
        note = next(p for p in parts if "stat__note" in _class(p))
        spans = [p for p in _parts(note) if p.get("className") is not None]
        interval = " ".join(_words(p) for p in spans if _class(p) == "num")
        change = " ".join(_words(p) for p in spans if _class(p) not in ("num", "stat__note"))
        heads = ("Figure", "Unit", "Value", "Interval", "Change")
        row = (FoundCell(label), FoundCell(""), FoundCell(value, more=(interval,)), FoundCell(""),
               FoundCell(change))  # fmt: skip
        self._tables.append((_Card(f"box {label}"), heads, (row,)))
        for part in parts:
            for name in ("title", "aria-label"):
                if part.get(name):
                    self._texts.append(FoundText(f"box {label}", str(part[name])))
            if part.get("href"):
                self._link(str(part["href"]), card)
        spark = next(part for part in parts if _class(part) == "spark")
        for part in _parts(spark):
            if "spark__line" in _class(part):
                said = str(spark["aria-label"])
                self._courses.append(_course(label, said, str(part["style"]["--spark"])))

    def _table(self, props: dict[str, Any], card: _Card) -> None:
        heads: tuple[str, ...] = ()
        rows: list[tuple[FoundCell, ...]] = []
        own = _Card(card.name, list(card.words), card.metric_id)
        for part in _components(props.get("children")):
            if part["type"] == "Caption":
                caption = _words(part["props"])
                own.words.append(caption)
                self._texts.append(FoundText(card.name, caption))
            for line in _components(part["props"].get("children")):
                cells = tuple(
                    self._cell(c["props"], card) for c in _components(line["props"]["children"])
                )
                if part["type"] == "Thead":
                    heads = tuple(
                        _words(c["props"]) for c in _components(line["props"]["children"])
                    )
                elif part["type"] == "Tbody":
                    rows.append(cells)
        for head in heads:
            self._texts.append(FoundText(f"{card.name}, a head", head))
        self._tables.append((own, heads, tuple(rows)))

    def _cell(self, props: dict[str, Any], card: _Card) -> FoundCell:
        texts: list[str] = []
        more: list[str] = []
        is_drawn = False
        for part in _parts(props):
            more += [
                str(v)
                for k, v in part.items()
                if k not in (*_LOOK, *_LINKS, "children") and isinstance(v, str | int | float)
            ]
            style = part.get("style") or {}
            is_drawn = is_drawn or ("zero" not in _class(part) and any(n in style for n in _DRAWN))
            if part.get("href"):
                self._link(str(part["href"]), card)
            own = part.get("children")
            said = [
                str(t)
                for t in (own if isinstance(own, list) else [own])
                if isinstance(t, str | int | float)
            ]
            (more if "visually-hidden" in _class(part) else texts).extend(said)
        return FoundCell("".join(texts).strip(), None, tuple(more), is_drawn)


def _card_of(props: dict[str, Any], outer: _Card) -> _Card:
    """Return the card a section is: its id, title and subtitle, and the definition it points to."""
    parts = list(_parts(props))
    title = next((_words(p) for p in parts if str(p.get("id", "")).endswith("-title")), "")
    subtitle = next((_words(p) for p in parts if _class(p) == "card__sub"), "")
    name = str(props.get("id") or next((_words(p) for p in parts), outer.name)[:40] or outer.name)
    links = [
        str(p.get("href", "")) for p in parts if "Definition behind" in str(p.get("aria-label"))
    ]
    metric_id = links[0].partition("#metric-")[2] if links else ""
    return _Card(name, [word for word in (title, subtitle) if word], metric_id)


def _components(children: Any) -> list[dict[str, Any]]:
    listed = children if isinstance(children, list) else [children]
    return [child for child in listed if isinstance(child, dict) and "props" in child]


def _parts(props: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the properties of a component and of everything inside it, in order."""
    yield props
    for child in _components(props.get("children")):
        yield from _parts(child["props"])


def _words(props: dict[str, Any]) -> str:
    children = props.get("children")
    listed = children if isinstance(children, list) else [children]
    said = [
        _words(child["props"]) if isinstance(child, dict) else str(child)
        for child in listed
        if child is not None
    ]
    return "".join(said).strip()


def _class(props: dict[str, Any]) -> str:
    return str(props.get("className") or "")


def _course(label: str, said: str, mask: str) -> Course:
    """Return the heights of a small line, one per quarter; a gap is a quarter without a figure."""
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


def _chart(name: str, figure: dict[str, Any]) -> FoundChart:
    """Return every point of a chart with every number it carries."""
    points, moved = [], []
    for number, trace in enumerate(figure.get("data", []), 1):
        place = f"trace {trace.get('name') or number}"
        unknown = set(trace) - _TRACE_LOOK - set(_POINT_LISTS)
        if unknown:
            raise UnknownContent(f"{name}, {place}: nobody reads {', '.join(sorted(unknown))}")
        points += list(_points(place, trace))
    for note in figure.get("layout", {}).get("annotations", []):
        x, y = note.get("x"), note.get("y")
        key, value = (y, x) if isinstance(y, str) else (x, y)
        moved.append((f"label “{note.get('text')}”", _key(key), float(value)))
    return FoundChart(name, tuple(points), tuple(moved))


_POINT_LISTS = ("x", "y", "z", "text", "customdata", "hovertext", "ids", "values", "error_x",
                "error_y", "meta", "labels")  # fmt: skip
_TRACE_LOOK = frozenset({"type", "mode", "name", "line", "marker", "fill", "fillcolor",
                         "hovertemplate", "hoverinfo", "showlegend", "orientation"})  # fmt: skip


def _points(place: str, trace: dict[str, Any]) -> Iterator[tuple[str, str, tuple[float, ...]]]:
    x, y = list(trace.get("x", [])), list(trace.get("y", []))
    keys, values = (y, x) if any(isinstance(v, str) for v in y) else (x, y)
    rest = [list(trace[name]) if isinstance(trace[name], list) else [trace[name]]
            for name in _POINT_LISTS[2:] if name in trace]  # fmt: skip
    for i, key in enumerate(keys):
        carried = [values[i] if i < len(values) else None]
        for column in rest:
            carried += (
                column[i] if i < len(column) and isinstance(column[i], list) else column[i : i + 1]
            )
        numbers = tuple(float(n) for n in carried if isinstance(n, int | float))
        yield place, _key(key), numbers
    for column in rest:  # more data than points: nobody sees it, and it is sent all the same
        for i, extra in enumerate(column[len(keys) :], len(keys)):
            listed = extra if isinstance(extra, list) else [extra]
            numbers = tuple(float(n) for n in listed if isinstance(n, int | float))
            yield f"{place}, beyond the last point, {i}", "", numbers


def _key(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _chart_words(figure: dict[str, Any]) -> list[str]:
    """Return every text of a chart: names, hover texts, labels, titles of axes."""
    found: list[str] = []

    def collect(node: Any, name: str = "") -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                collect(value, key)
        elif isinstance(node, list):
            for value in node:
                collect(value, name)
        elif isinstance(node, str) and name in ("text", "name", "hovertext", "ids", "labels"):
            found.append(node)

    collect(figure)
    return found
