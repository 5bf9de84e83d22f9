"""The frame of every page: menu, filter bar, headline, notices, release line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.access import ROLE_NAMES
from dashboard.components.attributes import attributes
from dashboard.components.link import link
from dashboard.components.menu import link_menu, menu_link
from dashboard.data import View
from reports import wording

_FILTER_NAMES = {"program": "Program", "cohort": "Cohort", "department": "Department"}


@dataclass(frozen=True)
class MenuEntry:
    """A line of the menu; ``count`` is shown beside it when above zero."""

    label: str
    path: str
    count: int = 0
    count_label: str = ""


@dataclass(frozen=True)
class Frame:
    """What the frame needs to know beyond the view.

    Attributes
    ----------
    path : str
        Path of the page shown.
    menu : sequence of MenuEntry
        Pages this viewer can open.
    is_demo : bool
        Whether the role can be switched.
    is_reconciled : bool
        Whether every file of the release reconciled.
    has_filters : bool
        False on pages that the filters do not change.
    """

    path: str
    menu: Sequence[MenuEntry]
    is_demo: bool
    is_reconciled: bool
    has_filters: bool = True


def framed(view: View, frame: Frame, content: Any) -> html.Div:
    """Return a whole page: menu, filter bar, and content."""
    notices = [html.P(words, className="notice", role="status") for words in view.notices]
    return shell(
        side=_side(view, frame),
        topbar=_topbar(view, frame),
        main=[_filter_bar(view, frame), *notices, *content],
    )


def shell(*, side: Any, topbar: Any, main: Any) -> html.Div:
    """Return the two columns of the frame."""
    return html.Div(
        [
            html.Header(topbar, className="topbar"),
            html.Aside(html.Div(side, className="side__inner"), className="side"),
            html.Main(html.Div(main, className="page"), className="main", id="main", tabIndex=-1),
        ],
        className="shell",
    )


def headline(title: str, subtitle: Any) -> html.Div:
    """Return the finding of a page and the sentence under it."""
    return html.Div([html.H1(title), html.P(subtitle)], className="headline")


def brand() -> html.Div:
    """Return the name of the product."""
    return html.Div(
        [
            html.Div("Program Outcomes", className="brand__name"),
            html.Div("Reverse mentoring", className="brand__what"),
        ],
        className="brand",
    )


def _side(view: View, frame: Frame) -> list[Any]:
    return [brand(), _menu(view, frame, "Pages"), _release_line(view, frame)]


def _topbar(view: View, frame: Frame) -> html.Details:
    here = next((entry.label for entry in frame.menu if entry.path == frame.path), "Menu")
    return html.Details(
        [
            html.Summary(
                [
                    html.Span("Program Outcomes"),
                    html.Span(
                        [here, html.Span(className="caret", **attributes(aria_hidden="true"))]
                    ),
                ]
            ),
            _menu(view, frame, "Pages, small screen"),
            _release_line(view, frame),
        ]
    )


def _menu(view: View, frame: Frame, label: str) -> html.Nav:
    links = []
    for entry in frame.menu:
        words: list[Any] = [entry.label]
        if entry.count:
            badge = html.Span(wording.format_number(entry.count), className="menu__count num")
            words.append(
                html.Span([badge, html.Span(entry.count_label, className="visually-hidden")])
            )
        current = {"aria-current": "page"} if entry.path == frame.path else {}
        links.append(html.Li(link(words, href=entry.path + view.filters.search(), **current)))
    return html.Nav(html.Ul(links, className="menu"), **attributes(aria_label=label))


def _release_line(view: View, frame: Frame) -> html.Div:
    day = wording.format_day(view.info.data_as_of, is_short=True)
    state = "all files reconciled" if frame.is_reconciled else "some files did not reconcile"
    lines = [html.Div(f"Release {view.info.release_id} · data to {day} · {state}")]
    if view.info.is_sample:
        lines.append(html.Div("Sample data, invented"))
    return html.Div(lines, className="side__foot")


def _filter_bar(view: View, frame: Frame) -> html.Div:
    start: list[Any] = []
    if frame.has_filters:
        start = [_filter_menu(view, frame, kind) for kind in ("program", "cohort", "department")]
        start.append(_quarter_menu(view, frame))
    end = [
        html.Button(
            "Copy link",
            className="pill",
            type="button",
            **attributes(data_action="link", data_link=frame.path + _whole_search(view)),
        ),
        html.A(
            "Export view",
            className="pill",
            href=f"/export{_page_name(frame)}.csv{_whole_search(view)}",
        ),
        html.Button(
            [
                html.Span(className="moon when-light", **attributes(aria_hidden="true")),
                html.Span(className="sun when-dark", **attributes(aria_hidden="true")),
            ],
            className="pill pill--icon",
            type="button",
            title="Light or dark",
            **attributes(data_action="scheme", aria_label="Switch between light and dark"),
        ),
    ]
    if frame.is_demo:
        end.append(_role_menu(view, frame))
    return html.Div(
        [*start, html.Div(end, className="filters__end")],
        className="filters",
        role="group",
        **attributes(aria_label="Filters and page actions"),
    )


def _filter_menu(view: View, frame: Frame, kind: str) -> dmc.Menu:
    chosen = getattr(view.filters, kind)
    options = [("", "All"), *((row.value, row.label) for row in view.choices(kind))]
    items = [
        menu_link(label, _target(view, frame, **{kind: value}), is_chosen=value == chosen)
        for value, label in options
    ]
    shown = view.label(kind, chosen) if chosen else "All"
    return link_menu(_FILTER_NAMES[kind], shown, items, is_set=bool(chosen))


def _quarter_menu(view: View, frame: Frame) -> dmc.Menu:
    items = []
    for row in reversed(view.choices("quarter")):
        label = row.label if row.is_complete is not False else f"{row.label} (incomplete)"
        target = _target(view, frame, quarter=row.value)
        items.append(menu_link(label, target, is_chosen=row.value == view.filters.quarter))
    shown = view.label("quarter", view.filters.quarter) or "none"
    return link_menu("Quarter", shown, items)


def _role_menu(view: View, frame: Frame) -> dmc.Menu:
    items = [
        menu_link(name, f"/role/{role.value}", is_chosen=role is view.viewer.role, is_reload=True)
        for role, name in ROLE_NAMES.items()
    ]
    label = view.viewer.name
    own = [view.label("department", name) for name in view.viewer.departments]
    own += [view.label("program", name) for name in view.viewer.programs]
    if own:
        label = f"{label}, {wording.list_words(own)}"
    return link_menu("Seen as", label, items)


def _target(view: View, frame: Frame, **changes: str) -> str:
    """Return the address of this page after a choice; what the page itself was asked stays."""
    kept = {name: value for name, value in view.params.items() if name != "pair"}
    return (frame.path + view.filters.search(**changes, **kept)) or "/"


def _whole_search(view: View) -> str:
    """Return the query that reproduces this view, the quarter named even when it is newest."""
    return view.filters.search(**{name: value for name, value in view.params.items() if value})


def _page_name(frame: Frame) -> str:
    return "/page-overview" if frame.path == "/" else f"/page-{frame.path.strip('/')}"
