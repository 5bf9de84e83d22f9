"""The card around a figure: finding, actions, picture, table twin, and where it comes from."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.attributes import attributes
from dashboard.components.figure import Figure, Table, Value
from dashboard.components.link import link
from dashboard.components.region import scroll_region
from dashboard.data import View

_Children = Any  # whatever Dash takes as children


def figure_card(
    view: View, figure: Figure, body: _Children, *, span: int = 12, has_picture: bool = True
) -> html.Section:
    """Return the card of one figure.

    Parameters
    ----------
    view : View
        For the links: downloads and definitions keep the filters.
    figure : Figure
        Words and table twin.
    body : component or list
        The drawn figure.
    span : int
        Columns of twelve it takes on a wide screen.
    has_picture : bool
        Whether it can be saved as a PNG; plain words need no picture.
    """
    table_id = f"{figure.figure_id}-table"
    notes = [html.Span(note) for note in (*figure.notes, f"Release {view.info.release_id}")]
    return html.Section(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.H2(figure.title, id=f"{figure.figure_id}-title"),
                            html.P(figure.subtitle, className="card__sub"),
                        ],
                        className="card__words",
                    ),
                    _actions(view, figure, table_id, has_picture=has_picture),
                ],
                className="card__head",
            ),
            html.Div(body, className="card__body"),
            html.Div(table_twin(figure), id=table_id, hidden=True, className="card__table"),
            html.Div(notes, className="card__foot"),
        ],
        className=f"card span-{span}",
        id=figure.figure_id,
        **attributes(aria_labelledby=f"{figure.figure_id}-title"),
    )


def word_card(title: str, subtitle: str, body: _Children, *, span: int = 12) -> html.Section:
    """Return a card that holds words only."""
    words: list[Any] = [html.H2(title)]
    if subtitle:
        words.append(html.P(subtitle, className="card__sub"))
    return html.Section(
        [html.Div(words), html.Div(body, className="card__body")], className=f"card span-{span}"
    )


def table_twin(figure: Figure) -> html.Div:
    """Return the figure's numbers as a table that can be read aloud and copied."""
    return scroll_region(plain_table(figure.table, figure.title), f"Table: {figure.title}")


def plain_table(table: Table, caption: str) -> html.Table:
    """Return a table; its first column heads the rows."""
    head = [
        html.Th(column.label, scope="col", className="is-number" if column.is_number else None)
        for column in table.columns
    ]
    body = [html.Tr(_row(table, row)) for row in table.rows]
    return html.Table(
        [html.Caption(caption), html.Thead(html.Tr(head)), html.Tbody(body)],
        className="plain-table",
    )


def _row(table: Table, row: tuple[Value, ...]) -> list[Any]:
    head = "is-long" if table.columns[0].is_long else None
    cells: list[Any] = [html.Th(row[0].text, scope="row", className=head)]
    for column, value in zip(table.columns[1:], row[1:], strict=True):
        kind = "is-number" if column.is_number else "is-long" if column.is_long else None
        cells.append(html.Td(value.text, className=kind))
    return cells


def _actions(view: View, figure: Figure, table_id: str, *, has_picture: bool) -> html.Div:
    title = figure.title
    found: list[Any] = [
        html.Button(
            "Table",
            type="button",
            **attributes(
                data_action="table",
                aria_expanded="false",
                aria_controls=table_id,
                aria_label=f"Table of “{title}”",
            ),
        ),
        html.A(
            "CSV",
            href=f"/export/{figure.figure_id}.csv{_export_search(view)}",
            download=f"{figure.figure_id}.csv",
            **attributes(aria_label=f"CSV of “{title}”"),
        ),
    ]
    if has_picture:
        found.append(
            html.Button(
                "PNG",
                type="button",
                **attributes(data_action="picture", aria_label=f"PNG of “{title}”"),
            )
        )
    if figure.metric_id:
        found.append(
            link(
                "Definition",
                href=f"/definitions{view.filters.search()}#metric-{figure.metric_id}",
                **attributes(aria_label=f"Definition behind “{title}”"),
            )
        )
    return html.Div(found, className="actions")


def _export_search(view: View) -> str:
    """Return the query of a download: every filter said, page choices such as a metric kept."""
    return view.filters.search(**{name: value for name, value in view.params.items() if value})
