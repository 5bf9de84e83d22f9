"""What was done about a pair, on the pair's own page."""

from __future__ import annotations

from dash import html

from app_state.entry import FollowUp
from dashboard.components.card import word_card
from dashboard.content.follow_ups import follow_up_cell, history_lines
from reports import wording

_NOTHING = (
    "Nothing was done about this pair so far. What you do about it in the list is kept here, "
    "with who did it and when."
)


def follow_ups_card(rows: tuple[FollowUp, ...]) -> html.Section:
    """Return the follow-ups of a pair, the latest first: when, what, who, note.

    Parameters
    ----------
    rows : tuple of FollowUp
        Its history, oldest first.
    """
    lines = history_lines(rows)
    if not lines:
        return word_card("No follow-up yet", "", html.P(_NOTHING, className="words"))
    now = str(follow_up_cell(rows[-1])["follow_up"])
    items = [
        html.Li([html.Span(day, className="acted__day num"), html.Span(words)])
        for day, words in lines
    ]
    title = f"Now: {wording.capitalized(now)}" if now else "Nothing holds any more"
    return word_card(title, "Follow-ups", html.Ol(items, className="acted"))
