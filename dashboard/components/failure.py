"""What a page shows when it cannot show itself: words, a remedy, and an id that is in the log."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.link import link
from dashboard.components.shell import brand, shell


def blank(title: str, *words: str, way_on: tuple[str, str] | None = None) -> html.Section:
    """Return a card that says why there is nothing here and what to do next."""
    body: list[Any] = [html.H1(title), *(html.P(sentence) for sentence in words)]
    if way_on:
        body.append(link(way_on[0], way_on[1], className="pill"))
    return html.Section(body, className="card span-12 blank")


def page_failure(error_id: str) -> html.Section:
    """Return the card of a page that failed; the others keep working."""
    return html.Section(
        [
            html.H1("This page could not be shown"),
            html.P(
                "The other pages keep working. Reload to try again; if it stays, tell whoever "
                "looks after this installation."
            ),
            html.P(["Error id ", html.B(error_id, className="num"), ", also in the log."]),
        ],
        className="card span-12 blank",
        role="alert",
    )


def no_release(message: str) -> html.Div:
    """Return the whole page shown while there is no release to read."""
    card = html.Section(
        [
            html.H1("No figures yet"),
            html.P(message),
            html.P("This page takes a new release by itself: reload it after publishing."),
        ],
        className="card blank",
        role="alert",
    )
    return shell(
        side=[brand()], topbar=html.Div(brand(), style={"padding": "12px 8px"}), main=[card]
    )
