"""A short list of people or pairs with links, the rest of it folded away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.components.figure import Column
from dashboard.components.region import scroll_region

OPEN = 8  # rows that stand there unfolded


def people_list(columns: Sequence[Column], rows: Sequence[Sequence[Any]], caption: str) -> html.Div:
    """Return a list whose cells may hold links; the first cell heads its row.

    Parameters
    ----------
    columns : sequence of Column
    rows : sequence of sequences
        What Dash takes as children, one per column.
    caption : str
        Read aloud in place of a title.
    """
    parts: list[Any] = [_table(columns, rows[:OPEN], caption)]
    if len(rows) > OPEN:
        rest = _table(columns, rows[OPEN:], f"{caption}, continued")
        parts.append(html.Details([html.Summary("Show more"), rest], className="people__more"))
    return html.Div(parts, className="people")


def _table(columns: Sequence[Column], rows: Sequence[Sequence[Any]], caption: str) -> html.Div:
    looks = [
        "is-number" if column.is_number else "is-long" if column.is_long else None
        for column in columns
    ]
    head = [
        html.Th(column.label, scope="col", className=look)
        for column, look in zip(columns, looks, strict=True)
    ]
    table = html.Table(
        [
            html.Caption(caption),
            html.Thead(html.Tr(head)),
            html.Tbody([html.Tr(_cells(row, looks)) for row in rows]),
        ],
        className="plain-table",
    )
    return scroll_region(table, caption)


def _cells(row: Sequence[Any], looks: Sequence[str | None]) -> list[Any]:
    others = zip(row[1:], looks[1:], strict=True)
    return [
        html.Th(row[0], scope="row", className=looks[0]),
        *(html.Td(cell, className=look) for cell, look in others),
    ]
