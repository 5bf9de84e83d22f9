"""States and verdicts by shape, word, and color, never by color alone."""

from __future__ import annotations

from dash import html

from dashboard.components.attributes import attributes
from reports import codes, verdicts

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
EFFECT_LOOKS = {
    "works": ("circle", "good"),
    "works_against": ("square", "bad"),
    "no_sign": ("dash", "quiet"),
    "too_early": ("ring", "quiet"),
    "do_not_trust": ("triangle", "warn"),
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


def effect_mark(verdict: str) -> html.Span:
    """Return the verdict on an effect as mark and words."""
    form, tone = EFFECT_LOOKS.get(verdict, ("ring", "quiet"))
    words = verdicts.VERDICT_WORDS.get(verdict, verdict.replace("_", " ").capitalize())
    return html.Span([shape(form), words], className=f"state state--{tone}")
