"""A short list of people or pairs with links, the rest of it folded away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.components.figure import Column
from dashboard.components.region import scroll_region

OPEN = 8  # rows that stand there unfolded


def people_list(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Any]],
    caption: str,
    *,
    is_stacked: bool = False,
) -> html.Div:
    """Return a list whose cells may hold links; the first cell heads its row.

    Parameters
    ----------
    columns : sequence of Column
    rows : sequence of sequences
        What Dash takes as children, one per column.
    caption : str
        Read aloud in place of a title.
    is_stacked : bool
        Whether a narrow window shows the cells of a row below one another; for lists whose cells
        say what they are without their heads.
    """
    parts: list[Any] = [_table(columns, rows[:OPEN], caption)]
    if len(rows) > OPEN:
        rest = _table(columns, rows[OPEN:], f"{caption}, continued")
        parts.append(html.Details([html.Summary("Show more"), rest], className="people__more"))
    return html.Div(parts, className="people people--stacked" if is_stacked else "people")


def _table(columns: Sequence[Column], rows: Sequence[Sequence[Any]], caption: str) -> html.Div:
    looks = [
        "is-number" if column.is_number else "is-long" if column.is_long else None
        for column in columns
    ]
    head = [
        html.Th(column.label, scope="col", role="columnheader", className=look)
        for column, look in zip(columns, looks, strict=True)
    ]
    table = html.Table(
        [
            html.Caption(caption),
            html.Thead(html.Tr(head, role="row"), role="rowgroup"),
            html.Tbody([html.Tr(_cells(row, looks), role="row") for row in rows], role="rowgroup"),
        ],
        role="table",  # stays one for screen readers where a narrow window stacks its cells
        className="plain-table",
    )
    return scroll_region(table, caption)


def _cells(row: Sequence[Any], looks: Sequence[str | None]) -> list[Any]:
    others = zip(row[1:], looks[1:], strict=True)
    return [
        html.Th(row[0], scope="row", role="rowheader", className=looks[0]),
        *(html.Td(cell, role="cell", className=look) for cell, look in others),
    ]
