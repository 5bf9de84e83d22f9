"""States and verdicts by shape, word, and color, never by color alone."""

from __future__ import annotations

from dash import html

from dashboard.components.attributes import attributes
from reports import codes

STATE_LOOKS = {  # shape, tone
    "stalled": ("square", "bad"),
    "dormant": ("diamond", "bad"),
    "never_started": ("triangle", "warn"),
    "drifting": ("down", "warn"),
    "unlogged": ("ring", "quiet"),
    "on_track": ("circle", "good"),
    "too_early": ("dash", "quiet"),
    "paused": ("bars", "quiet"),
}
VERDICT_LOOKS = {
    "passed": ("circle", "good"),
    "note": ("triangle", "warn"),
    "failed": ("square", "bad"),
}


def shape(name: str) -> html.Span:
    """Return a small mark in the color of its surroundings."""
    return html.Span(className=f"shape shape--{name}", **attributes(aria_hidden="true"))


def state_mark(state: str) -> html.Span:
    """Return a pair's state as mark and word."""
    form, tone = STATE_LOOKS.get(state, ("ring", "quiet"))
    word = codes.STATES.get(state, state.replace("_", " ").capitalize())
    return html.Span([shape(form), word], className=f"state state--{tone}")


def verdict_mark(verdict: str) -> html.Span:
    """Return the outcome of a check as mark and word."""
    form, tone = VERDICT_LOOKS.get(verdict, ("ring", "quiet"))
    word = codes.VERDICTS.get(verdict, verdict)
    return html.Span([shape(form), word], className=f"state state--{tone}")
