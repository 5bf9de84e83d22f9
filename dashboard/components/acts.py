"""What can be done about the chosen pairs: buttons with their keys, and the words beside them."""

from __future__ import annotations

from collections.abc import Mapping

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
            html.Div([count, every, *_buttons(disabled=True)], className="acts__row"),
            html.Div([*_fields("act"), calendar], className="acts__row"),
        ],
        className="acts no-print",
        role="group",
        **attributes(aria_label="What you did about the chosen pairs"),
    )


def pair_acts(pair_id: str, seen: int) -> html.Div:
    """Return what can be done about one pair, on its own page.

    Parameters
    ----------
    pair_id : str
    seen : int
        Version of its follow-ups that the page shows.
    """
    return html.Div(
        [
            html.Div(_buttons(disabled=False), className="acts__row"),
            html.Div(_fields("act"), className="acts__row"),
        ],
        id="pair-acts",
        className="acts acts--one no-print",
        role="group",
        **attributes(
            aria_label="What you did about this pair", data_pair=pair_id, data_seen=str(seen)
        ),
    )


def wording_form(held: Mapping[str, str], *, has_until: bool) -> html.Details:
    """Return a form that words what was last done anew.

    Parameters
    ----------
    held : mapping
        note, assignee, and the days due_on and until_on (2026-12-14), as they are now.
    has_until : bool
        Whether it ends on a day, as a snooze does.
    """
    names = [("note", "Note", ""), ("assignee", "Who takes care", ""), ("due_on", "Due", "")]
    if has_until:
        names.append(("until_on", "Until", ""))
    fields = [_field(f"edit-{name}", words, hint, held[name]) for name, words, hint in names]
    save = html.Button("Save", type="button", className="pill", **attributes(data_edit="save"))
    return html.Details(
        [
            html.Summary("Word it anew", className="pill"),
            html.Div([*fields, save], className="acts__row"),
        ],
        className="acts acts--edit no-print",
    )


def _buttons(*, disabled: bool) -> list[html.Button]:
    return [
        html.Button(
            [words, html.Kbd(key, className="acts__key")],
            type="button",
            disabled=disabled,
            className="pill",
            **attributes(data_act=kind, aria_keyshortcuts=key),
        )
        for kind, words, key in _ACTS
    ]


def _fields(prefix: str) -> list[html.Label]:
    return [
        _field(f"{prefix}-note", "Note", "What was said, what comes next"),
        _field(f"{prefix}-assignee", "Who takes care", ""),
        _field(f"{prefix}-day", "Until, or due", "2026-12-14"),  # follow-ups.js makes it a date
    ]


def _field(name: str, words: str, hint: str, value: str = "") -> html.Label:
    field = dcc.Input(id=name, autoComplete="off", placeholder=hint, value=value)
    return html.Label([html.Span(words), field], className="acts__field")


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
