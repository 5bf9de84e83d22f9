"""Sessions of a pair along time, beside the rhythm it agreed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard.components.attributes import attributes


@dataclass(frozen=True)
class Track:
    """Where things lie between the first day of the picture (0) and its last (1).

    Attributes
    ----------
    held, missed, booked, agreed : tuple of float
        Sessions held; cancelled or not attended; booked; days of the agreed cadence.
    gaps : tuple of (float, float)
        Stretches between sessions, or since the last one, that were longer than agreed.
    today : float
        The release day.
    months : tuple of (float, str)
        Labels of the axis.
    """

    held: tuple[float, ...]
    missed: tuple[float, ...]
    booked: tuple[float, ...]
    agreed: tuple[float, ...]
    gaps: tuple[tuple[float, float], ...]
    today: float
    months: tuple[tuple[float, str], ...]


def track_picture(track: Track, label: str) -> html.Div:
    """Return the picture; ``label`` says the same to those who do not see it."""
    rows = [
        _row("Agreed", [_marks("tick", track.agreed)]),
        _row("Held", [_stretches(track.gaps), _marks("held", track.held)]),
        _row("Cancelled or missed", [_marks("missed", track.missed)]),
    ]
    if track.booked:
        rows.append(_row("Booked", [_marks("booked", track.booked)]))
    today = html.Span(className="track__today", style={"left": _percent(track.today)})
    months = [
        html.Span(words, className="track__month", style={"left": _percent(place)})
        for place, words in track.months
    ]
    axis = html.Div(
        [html.Span(), html.Div(months, className="track__axis")], className="track__row"
    )
    over = html.Div(
        [html.Span(), html.Div(today, className="track__line")], className="track__over"
    )
    return html.Div(
        [*rows, axis, over], className="track", role="img", **attributes(aria_label=label)
    )


def track_legend(track: Track) -> html.P:
    """Return what the marks mean, as far as it is not said beside them."""
    words: list[Any] = []
    if track.gaps:
        words += [
            html.Span(className="track__key", **attributes(aria_hidden="true")),
            "No session for longer than one and a half agreed intervals. ",
        ]
    return html.P(
        [*words, "The line marks the day up to which the data speaks."], className="card__sub"
    )


def _row(name: str, marks: list[Any]) -> html.Div:
    line = html.Div(marks, className="track__line")
    return html.Div([html.Span(name, className="track__name"), line], className="track__row")


def _marks(kind: str, places: Sequence[float]) -> html.Div:
    found = [
        html.Span(className=f"track__mark track__mark--{kind}", style={"left": _percent(place)})
        for place in places
    ]
    return html.Div(found)


def _stretches(gaps: Sequence[tuple[float, float]]) -> html.Div:
    found = [
        html.Span(
            className="track__gap",
            style={"left": _percent(start), "width": _percent(end - start)},
        )
        for start, end in gaps
    ]
    return html.Div(found)


def _percent(place: float) -> str:
    return f"{place:.2%}"
