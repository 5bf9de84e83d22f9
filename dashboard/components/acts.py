"""What can be done about the chosen pairs: buttons with their keys, and the words beside them."""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.attributes import attributes

# Kind, words, key; the keys work in the list and do not need a modifier.
_ACTS = (
    ("contacted", "Contacted", "C"),
    ("snoozed", "Snooze 2 weeks", "S"),
    ("rematch_wanted", "Re-match", "R"),
    ("paused", "Pause", "P"),
    ("ended", "Ended", "E"),
    ("note", "Note", "N"),
)


def acts_bar() -> html.Div:
    """Return what can be done about the chosen pairs; the script that does it is follow-ups.js."""
    buttons = [
        html.Button(
            [words, html.Kbd(key, className="acts__key")],
            type="button",
            disabled=True,
            className="pill",
            **attributes(data_act=kind, aria_keyshortcuts=key),
        )
        for kind, words, key in _ACTS
    ]
    fields = [
        html.Label(
            [html.Span(words), dcc.Input(id=name, autoComplete="off", placeholder=hint)],
            className="acts__field",
        )
        for name, words, hint in (
            ("act-note", "Note", "What was said, what comes next"),
            ("act-assignee", "Who takes care", ""),
            ("act-day", "Until, or due", "2026-12-14"),  # follow-ups.js makes it a date
        )
    ]
    calendar = html.A("Calendar of follow-ups", href="/follow-ups.ics", className="link")
    count = html.Span("No pair chosen", id="acts-count", className="acts__count")
    every = html.Button(
        ["Choose all", html.Kbd("A", className="acts__key")],
        type="button",
        className="pill",
        **attributes(data_choose="all", aria_keyshortcuts="A"),
    )
    return html.Div(
        [
            html.Div([count, every, *buttons], className="acts__row"),
            html.Div([*fields, calendar], className="acts__row"),
        ],
        className="acts no-print",
        role="group",
        **attributes(aria_label="What you did about the chosen pairs"),
    )


def views_menu() -> html.Details:
    """Return the saved views: a list that views.js fills, and a field to save what is shown."""
    field = html.Label(
        [
            html.Span("Save what is shown now as"),
            dcc.Input(id="view-name", autoComplete="off", maxLength=60),
        ],
        className="acts__field",
    )
    save = html.Button("Save", type="button", className="pill", **attributes(data_view="save"))
    body = [
        html.Ul(id="views-list", className="views__list"),
        html.P("None saved yet.", id="views-none", className="soft", hidden=True),
        html.Div([field, save], className="views__save"),
    ]
    return html.Details(
        [html.Summary("Saved views", className="pill"), html.Div(body, className="views__body")],
        id="views",
        className="views",
    )
