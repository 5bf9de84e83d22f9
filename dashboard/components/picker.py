"""Choices that belong to one page, kept in the URL like the filters."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.components.attributes import attributes
from dashboard.components.figure import metric_name
from dashboard.components.link import link
from dashboard.components.menu import link_menu, menu_link
from dashboard.data import View


def metric_picker(
    view: View, path: str, metrics: Sequence[SimpleNamespace], chosen: str
) -> html.Div:
    """Return a menu of metrics by family."""
    items: list[Any] = []
    family = ""
    for metric in metrics:
        if metric.family != family:
            family = metric.family
            items.append(dmc.MenuLabel(family.capitalize()))
        target = path + view.filters.search(metric=metric.metric_id)
        is_chosen = metric.metric_id == chosen
        items.append(menu_link(metric_name(metric), target, is_chosen=is_chosen))
    menu = link_menu("Metric", metric_name(view.metrics[chosen]), items)
    return html.Div(menu, className="picker no-print")


def choice_links(label: str, options: Sequence[tuple[str, str, bool]]) -> html.Div:
    """Return a row of links, one for each choice: words, address, and whether it holds."""
    links = [
        link(words, href, className="pill chip", **({"aria-current": "true"} if holds else {}))
        for words, href, holds in options
    ]
    return html.Div(links, className="chips", role="group", **attributes(aria_label=label))
