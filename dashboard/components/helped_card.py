"""The card "Did it help?": kinds of follow-up one below the other, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from dash import html

from dashboard.cell import Cell
from dashboard.components.interval import interval_mark
from dashboard.components.region import scroll_region

_HEADS = ("What was done", "Pairs", "Met", "Left alone", "Interval", "Difference")


class HelpedLine(NamedTuple):
    """One kind of follow-up in words; with ``reason`` there are no numbers.

    Attributes
    ----------
    name, pairs, met, left_alone, difference, interval, reason, left_out : str
    cell : Cell
        The difference, as a fraction.
    """

    name: str
    pairs: str
    met: str
    left_alone: str
    difference: str
    interval: str
    reason: str
    left_out: str
    cell: Cell


def helped_table(lines: Sequence[HelpedLine], caption: str) -> html.Div:
    """Return the comparison as a table with an interval in each row that has one."""
    ends = [e for one in lines for e in (one.cell.lower, one.cell.upper) if e is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    margin = (high - low) * 0.06
    heads = [
        html.Th(head, scope="col", className="is-number" if 0 < i < 4 else None)
        for i, head in enumerate(_HEADS)
    ]
    table = html.Table(
        [
            html.Caption(caption),
            html.Thead(html.Tr(heads)),
            html.Tbody([_line(one, (low - margin, high + margin)) for one in lines]),
        ],
        className="plain-table plain-table--middle helped",
    )
    return scroll_region(table, caption)


def _line(one: HelpedLine, scale: tuple[float, float]) -> html.Tr:
    name = html.Th(_with_note(one.name, one.left_out), scope="row", className="is-long")
    if one.reason:
        return html.Tr([name, html.Td(one.reason, colSpan=5, className="is-long soft")])
    mark = interval_mark(
        one.cell, *scale, zero=0.0, label=f"{one.difference}, interval {one.interval}"
    )
    return html.Tr(
        [
            name,
            *(html.Td(text, className="is-number") for text in (one.pairs, one.met)),
            html.Td(one.left_alone, className="is-number"),
            html.Td(mark, className="helped__mark"),
            html.Td([html.Strong(one.difference), f" ({one.interval})"], className="num"),
        ]
    )


def _with_note(words: str, note: str) -> list[Any]:
    return [words, html.Span(note, className="checks__detail")] if note else [words]
