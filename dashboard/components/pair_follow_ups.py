"""What was done about a pair, on the pair's own page."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from dashboard.components.card import word_card
from reports import wording

_NOTHING = "Nothing was done about this pair so far."


def follow_ups_card(
    lines: Sequence[tuple[str, str]], now: str, *, acts: html.Div, edit: html.Details | None
) -> html.Section:
    """Return the follow-ups of a pair: when, what, who, note; and what can be done now.

    Parameters
    ----------
    lines : sequence of (day, words)
        What was done, the latest first.
    now : str
        What holds now; empty where nothing does.
    acts : Div
        From :func:`dashboard.components.acts.pair_acts`.
    edit : Details or None
        From :func:`dashboard.components.acts.wording_form`, where something holds.
    """
    if not lines:
        return word_card("No follow-up yet", "", [html.P(_NOTHING, className="words"), acts])
    items = [
        html.Li([html.Span(day, className="acted__day num"), html.Span(words)])
        for day, words in lines
    ]
    title = f"Now: {wording.capitalized(now)}" if now else "Nothing holds any more"
    done = [html.Ol(items, className="acted"), *([edit] if edit is not None else []), acts]
    return word_card(title, "Follow-ups", done)
