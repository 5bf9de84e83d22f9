"""A button that opens a list of links: filters, metrics, roles."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.components.attributes import attributes


def link_menu(name: str, shown: str, items: list[Any], *, is_set: bool = False) -> dmc.Menu:
    """Return a menu.

    Parameters
    ----------
    name, shown : str
        What is chosen, and the choice that holds.
    items : list of components
        Made with :func:`menu_link`, or labels between them.
    is_set : bool
        Whether the choice narrows what is shown; it is then marked.
    """
    target = dmc.MenuTarget(
        [name, html.B(shown), html.Span(className="caret", **attributes(aria_hidden="true"))],
        boxWrapperProps={
            "component": "button",
            "type": "button",
            "className": "pill pill--set" if is_set else "pill",
        },
    )
    return dmc.Menu(
        [target, dmc.MenuDropdown(items, **attributes(aria_label=name))],
        position="bottom-start",
        shadow="none",
        transitionProps={"duration": 0},
    )


def menu_link(label: str, target: str, *, is_chosen: bool, is_reload: bool = False) -> dmc.MenuItem:
    """Return one choice; ``is_reload`` asks the server anew instead of changing the page."""
    return dmc.MenuItem(
        label, href=target, refresh=is_reload, className="is-chosen" if is_chosen else None
    )
