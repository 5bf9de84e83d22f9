"""Plotly figures as plain dicts: one layout for all, colors of the scheme, no toolbar."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.attributes import attributes

_COLORS = {
    "light": {
        "ink": "#182230",
        "soft": "#55617a",
        "line": "#e3e8ee",
        "accent": "#0b6e6e",
        "band": "rgba(11,110,110,0.16)",
        "neutral": "#6a7589",
        "neutral_band": "rgba(106,117,137,0.14)",
        "card": "#ffffff",
        "bad": "#b3261e",
        "warn": "#a6480a",
        "good": "#1c7440",
    },
    "dark": {
        "ink": "#e7ecf2",
        "soft": "#a3afc0",
        "line": "#28313c",
        "accent": "#54bdb5",
        "band": "rgba(84,189,181,0.22)",
        "neutral": "#9aa6b8",
        "neutral_band": "rgba(154,166,184,0.16)",
        "card": "#171e26",
        "bad": "#f58a80",
        "warn": "#f0a95b",
        "good": "#6fd193",
    },
}
_CONFIG: Any = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
}
_FONT = "Inter, system-ui, sans-serif"


def colors(scheme: str) -> dict[str, str]:
    """Return the named colors of light or dark."""
    return _COLORS.get(scheme, _COLORS["light"])


def chart(figure: dict[str, Any], *, height: int, label: str) -> html.Div:
    """Return a drawn figure; ``label`` says what it shows to those who do not see it."""
    graph = dcc.Graph(
        figure=figure, config=_CONFIG, className="chart", style={"height": f"{height}px"}
    )
    return html.Div(graph, role="img", **attributes(aria_label=label))


def layout(scheme: str, **changes: Any) -> dict[str, Any]:
    """Return the layout every figure starts from.

    Parameters
    ----------
    scheme : str
        light or dark.
    **changes
        Plotly layout entries in place of, or beside, the common ones.
    """
    palette = colors(scheme)
    base: dict[str, Any] = {
        "font": {"family": _FONT, "size": 12.5, "color": palette["soft"]},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 40, "r": 16, "t": 8, "b": 40},
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": palette["card"],
            "bordercolor": palette["line"],
            "font": {"family": _FONT, "size": 12.5, "color": palette["ink"]},
        },
        "dragmode": False,
        "uirevision": "keep",
    }
    return base | changes


def axis(scheme: str, **changes: Any) -> dict[str, Any]:
    """Return an axis without frame; pale lines only where ``showgrid`` asks for them."""
    palette = colors(scheme)
    base: dict[str, Any] = {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "gridcolor": palette["line"],
        "tickfont": {"color": palette["soft"], "size": 12.5},
        "fixedrange": True,
        "automargin": True,
        "ticklabelstandoff": 6,
    }
    return base | changes
