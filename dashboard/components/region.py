"""A part of a page that scrolls by itself, reachable by keyboard."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.attributes import attributes


def scroll_region(children: Any, label: str, *, kind: str = "scroll") -> html.Div:
    """Return a region that scrolls sideways where the window is too narrow for it."""
    return html.Div(
        children,
        className=kind,
        tabIndex=0,
        role="region",
        **attributes(aria_label=f"{label} (scrolls)"),
    )
