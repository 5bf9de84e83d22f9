"""Links inside the dashboard: plain anchors that change the page without loading it anew."""

from __future__ import annotations

from typing import Any

from dash import html


def link(children: Any, href: str, **attributes: Any) -> html.A:
    """Return a link to another page or another choice.

    The script of the shell turns a click into a change of page; without it the anchor still leads
    there, and "open in a new tab" works as anywhere.
    """
    return html.A(children, href=href, **{"data-nav": "", **attributes})
