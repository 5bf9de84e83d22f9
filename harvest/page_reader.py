"""What a page holds, read from the components the server sends, not from what a browser draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from harvest.chart_reader import chart_lines, chart_words, read_chart, read_course
from harvest.found import (
    Course,
    Found,
    FoundCell,
    FoundChart,
    FoundRecord,
    FoundTable,
    FoundText,
    Loose,
    UnknownContent,
)

# Properties that say how a part looks or behaves. Where marks stand is read from the style of the
# parts that draw them; everything else a part carries is read as text.
_LOOK = frozenset({
    "className", "style", "id", "htmlFor", "tabIndex", "type", "position", "shadow", "config",
    "transitionProps", "boxWrapperProps", "scope", "role", "columnDefs", "defaultColDef",
    "dashGridOptions", "getRowId", "aria-controls", "aria-labelledby", "namespace", "refresh",
    "data-action", "data-nav", "data-count-of", "data-when-any", "hidden", "download", "colSpan",
    "rowSpan", "data-dash-is-loading",
})  # fmt: skip
_LINKS = ("href", "data-link", "data-rows")
_GRIDS = ("AgGrid",)
_DRAWN = ("left", "width", "--heat")
_ROWS = ("rowData", "pinnedTopRowData", "pinnedBottomRowData")
_SIZES = frozenset({"width", "minWidth", "maxWidth", "flex", "headerHeight",
                    "cacheBlockSize", "maxConcurrentDatasourceRequests"})  # fmt: skip
_BOX_PARTS = ("stat__label", "stat__value", "stat__note")


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
        self._loose: list[Loose] = []
        self.links: list[str] = []

    def read(self, page: Any) -> Found:
        """Return what a page holds; ``links`` then has every address it names."""
        self._walk(page, _Card("page"))
        tables = tuple(
            FoundTable(card.name, tuple(card.words), heads, rows, card.metric_id)
            for card, heads, rows in self._tables
        )
        return Found(tables, tuple(self._texts), tuple(self._charts), tuple(self._records),
                     tuple(self._loose), tuple(self._courses))  # fmt: skip

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
        if any("url(" in str(value) for value in (props.get("style") or {}).values()):
            raise UnknownContent(f"{card.name}: a picture in a style")
        if kind == "Section" and props.get("className") == "card stat":
            self._stat(props)
        elif kind == "Section":
            self._properties(props, _card_of(props, card))
        elif kind == "Table":
            self._table(props, card)
        elif kind == "Graph":
            self._charts.append(read_chart(card.name, props["figure"]))
            self._loose += chart_lines(card.name, props["figure"])
            self._walk(list(chart_words(props["figure"])), card)
            self._properties(props, card, without=("figure",))
        elif kind in _GRIDS:
            self._grid(props, card)
        else:
            self._properties(props, card)

    def _properties(
        self, props: dict[str, Any], card: _Card, without: tuple[str, ...] = ()
    ) -> None:
        for name, value in props.items():
            if name in _LINKS:
                self._link(str(value), card)
            elif name not in without and (name == "children" or name not in _LOOK):
                self._walk(value, card)

    def _grid(self, props: dict[str, Any], card: _Card) -> None:
        """Read every row of a grid whole, and what its columns and options say."""
        for name in _ROWS:
            for i, row in enumerate(props.get(name) or [], 1):
                self._records.append(FoundRecord(f"grid {props.get('id')}, row {i}", row))
        self._properties(props, card, without=_ROWS)
        for name in ("columnDefs", "defaultColDef", "dashGridOptions"):
            self._walk(_without_sizes(props.get(name)), card)

    def _link(self, address: str, card: _Card) -> None:
        """Keep an address; what it asks for may hold numbers, too."""
        self.links.append(address)
        for name, value in parse_qsl(urlsplit(address).query):
            if name != "pair":
                self._texts.append(FoundText(f"{card.name}, a link's {name}", value))

    def _stat(self, props: dict[str, Any]) -> None:
        """Read the box of one number as a row of the table of key figures."""
        parts = list(_parts(props))
        label = _words(next(p for p in parts if "stat__label" in _class(p)))
        value = _words(next(p for p in parts if "stat__value" in _class(p)))
        note = next(p for p in parts if "stat__note" in _class(p))
        spans = [p for p in _parts(note) if p.get("className") is not None]
        interval = " ".join(_words(p) for p in spans if _class(p) == "num")
        change = " ".join(_words(p) for p in spans if _class(p) not in ("num", "stat__note"))
        card = _Card(f"box {label}")
        heads = ("Figure", "Unit", "Value", "Interval", "Change")
        row = (FoundCell(label), FoundCell(""), FoundCell(value, more=(interval,)), FoundCell(""),
               FoundCell(change))  # fmt: skip
        self._tables.append((card, heads, (row,)))
        for part in parts:
            self._properties(part, card, without=("children",))
        self._walk([t for t in note.get("children") or [] if isinstance(t, str)], card)
        for child in _components(props.get("children")):
            if _class(child["props"]) == "spark":
                self._spark(label, child["props"])
            elif not any(part in _class(child["props"]) for part in _BOX_PARTS):
                self._walk(child, card)

    def _spark(self, label: str, props: dict[str, Any]) -> None:
        for part in _parts(props):
            mask = (part.get("style") or {}).get("--spark")
            if mask is not None:
                self._courses.append(read_course(label, str(props["aria-label"]), str(mask)))

    def _table(self, props: dict[str, Any], card: _Card) -> None:
        heads: tuple[str, ...] = ()
        rows: list[tuple[FoundCell, ...]] = []
        own = _Card(card.name, list(card.words), card.metric_id)
        self._properties(props, card, without=("children",))
        for part in _components(props.get("children")):
            self._properties(part["props"], card, without=("children",))
            if part["type"] == "Caption":
                caption = _words(part["props"])
                own.words.append(caption)
                self._texts.append(FoundText(card.name, caption))
            for line in _components(part["props"].get("children")):
                self._properties(line["props"], card, without=("children",))
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
            if "visually-hidden" in _class(part):
                more.extend(said)
        return FoundCell("".join(_read_aloud(props)).strip(), None, tuple(more), is_drawn)


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


def _read_aloud(props: dict[str, Any]) -> Iterator[str]:
    """Yield the visible texts of a part in reading order, paragraphs apart."""
    children = props.get("children")
    for child in children if isinstance(children, list) else [children]:
        if isinstance(child, dict):
            own = child.get("props") or {}
            if "visually-hidden" not in _class(own):
                yield from _read_aloud(own)
                if child.get("type") == "P":
                    yield " "
        elif isinstance(child, str | int | float):
            yield str(child)


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


def _without_sizes(node: Any) -> Any:
    """Return options of a grid without how wide and high its parts are."""
    if isinstance(node, dict):
        return {k: _without_sizes(v) for k, v in node.items() if k not in _SIZES}
    return [_without_sizes(value) for value in node] if isinstance(node, list) else node
