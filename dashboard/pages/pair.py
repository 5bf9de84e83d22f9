"""One pair: where it stands, what was done about it, and what happened to it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from dash import html

from dashboard.components.attributes import attributes
from dashboard.components.link import link
from dashboard.components.region import scroll_region
from dashboard.components.state import state_mark
from dashboard.content import pair_risk, pairs
from dashboard.content.follow_ups import history_lines
from dashboard.data import View
from reports import wording


def build(view: View, pair: SimpleNamespace, warning: pair_risk.PairWarning) -> Any:
    """Return what is known of a pair: its facts, what was done about it, and its timeline."""
    line = pairs.grid_row(pair, view)
    state = view.params.get("state", "")
    close = f"/pairs{view.filters.search(**({'state': state} if state else {}))}"
    facts = [
        ("Departments", line["departments"]),
        ("Cohort", line["cohort"] or wording.MISSING),
        ("Matched", wording.format_day(pair.matched_on, is_short=True)),
        ("Since last session", f"{line['days_words']}, {line['agreed']}"),
        ("Next booked", line["next_words"]),
        ("Sessions held", wording.format_number(pair.sessions_held or 0)),
        ("Cancelled by the senior", wording.format_number(pair.sessions_cancelled_by_mentee or 0)),
        ("Why", line["why"]),
        ("Risk of no session in the next month", warning.sentence(pair)),
    ]
    items: list[Any] = []
    for name, words in facts:
        items += [html.Dt(name), html.Dd(words)]
    events = [
        html.Li(
            [html.Span(day, className="timeline__day num"), html.Span(words)],
            className=f"timeline__item timeline__item--{kind}",
        )
        for day, words, kind in pairs.read_timeline(view, pair)
    ]
    head = html.Div(
        [
            html.Div([html.H2(line["pair"]), state_mark(pair.state)], className="detail__name"),
            link("Close", close, className="pill", **attributes(aria_label="Close this pair")),
        ],
        className="detail__head",
    )
    acted = (
        history_lines(view.done.history(pair.pair_id), today=view.done.today)
        if view.done is not None
        else []
    )
    if acted:
        items += [
            html.Dt("Follow-ups"),
            html.Dd([html.Div(f"{day}: {words}") for day, words in acted]),
        ]
    body = html.Div(
        [
            html.Dl(items, className="facts"),
            scroll_region(
                [
                    html.H3("What happened", className="section-title"),
                    html.Ol(events, className="timeline"),
                ],
                "What happened to this pair",
                kind="detail__events",
            ),
        ],
        className="detail",
    )
    return html.Section([head, body], className="card pair-detail", id="pair-detail")
