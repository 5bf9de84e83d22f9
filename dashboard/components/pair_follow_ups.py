"""What was done about a pair, on the pair's own page."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from dashboard.components.card import word_card
from reports import wording

_NOTHING = (
    "Nothing was done about this pair so far. What you do about it in the list is kept here, "
    "with who did it and when."
)


def follow_ups_card(lines: Sequence[tuple[str, str]], now: str) -> html.Section:
    """Return the follow-ups of a pair: when, what, who, note.

    Parameters
    ----------
    lines : sequence of (day, words)
        What was done, the latest first.
    now : str
        What holds now; empty where nothing does.
    """
    if not lines:
        return word_card("No follow-up yet", "", html.P(_NOTHING, className="words"))
    items = [
        html.Li([html.Span(day, className="acted__day num"), html.Span(words)])
        for day, words in lines
    ]
    title = f"Now: {wording.capitalized(now)}" if now else "Nothing holds any more"
    return word_card(title, "Follow-ups", html.Ol(items, className="acted"))
