"""How departments compare, whom the program reaches, and who teaches whom."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.cell import Cell
from dashboard.components.card import figure_card, table_twin, word_card
from dashboard.components.figure import Figure
from dashboard.components.heat import heat_table
from dashboard.components.interval import interval_mark
from dashboard.components.picker import metric_picker
from dashboard.components.region import scroll_region
from dashboard.components.shell import headline
from dashboard.content import departments, teaching
from dashboard.data import View
from dashboard.page import Page
from reports import wording


def build(view: View) -> list[Any]:
    """Return the page."""
    metric_id = departments.chosen_metric(view)
    if not metric_id:
        return [word_card("Departments", "", "This release holds no figure by department.")]
    figure = departments.heat_figure(view, metric_id, "department-metric")
    periods = departments.shown_periods(view, metric_id)
    definition = view.metrics[metric_id].definition
    heads = [_head(period) for period in periods]
    rows = departments.heat_rows(view, metric_id)
    has_interval = any(cell.lower is not None for row in rows for cell in row.cells[-1:])
    table = heat_table(
        rows,
        heads,
        unit=view.metrics[metric_id].unit,
        caption=figure.title,
        last_label=f"{heads[-1]} with interval" if has_interval else "",
    )
    picker = metric_picker(view, "/departments", departments.choices(view), metric_id)
    cards = [figure_card(view, figure, [picker, table])]
    if "reach" in view.metrics:
        cards.append(_reach(view))
    cards.append(_teaching(view))
    return [headline(departments.read_title(view), definition), html.Div(cards, className="grid")]


def _head(period: str) -> str:
    """Return a quarter without its century, "26 Q3"; a year whole."""
    return wording.format_period(period)[2:] if "Q" in period else period


def _reach(view: View) -> Any:
    rows = departments.reach_rows(view)
    ends = [end for _, cell in rows for end in (cell.upper, cell.value) if end is not None]
    high = max(ends, default=1.0) * 1.05
    total = rows[0][1].value
    lines = [
        _reach_line(name, cell, high, total, is_total=i == 0) for i, (name, cell) in enumerate(rows)
    ]
    head = html.Thead(
        html.Tr(
            [
                html.Th("Department", scope="col"),
                html.Th("Taking part, of eligible", scope="col", className="is-number"),
                html.Th("Reach", scope="col", className="is-number"),
                html.Th("From 0, dotted: all departments", scope="col"),
            ]
        )
    )
    table = html.Table(
        [html.Caption("Reach by department"), head, html.Tbody(lines)], className="plain-table bars"
    )
    region = scroll_region(table, "Reach by department")
    return figure_card(view, departments.reach_figure(view), region)


def _reach_line(name: str, cell: Cell, high: float, total: float | None, *, is_total: bool) -> Any:
    if not cell.is_shown:
        words = [
            html.Td(wording.MISSING, className="is-number"),
            html.Td(wording.MISSING, className="is-number"),
            html.Td(cell.reason),
        ]
    else:
        people = ""
        if cell.numerator is not None and cell.denominator is not None:
            people = (
                f"{wording.format_number(cell.numerator)} of "
                f"{wording.format_number(cell.denominator)}"
            )
        interval = wording.format_interval(cell.lower, cell.upper, "fraction")
        value = wording.format_value(cell.value, "fraction")
        mark = interval_mark(cell, 0.0, high, zero=total, label=f"{value}, interval {interval}")
        words = [
            html.Td(people, className="is-number"),
            html.Td(value, className="is-number", title=interval),
            html.Td(mark),
        ]
    return html.Tr([html.Th(name, scope="row"), *words], className="is-total" if is_total else None)


def _teaching(view: View) -> Any:
    names, rows = teaching.matrix(view)
    if not rows:
        return word_card("Who teaches whom", "", "No pairs to show for these filters.")
    figure = teaching.figure(view)
    if teaching.is_mostly_hidden(view):
        body: list[Any] = [table_twin(figure)] if figure.table.rows else []
        return figure_card(view, figure, body, has_picture=False)
    table = heat_table(rows, names, unit="count", caption=figure.title, is_dense=True)
    return figure_card(view, figure, table)


def _figures(view: View) -> list[Figure]:
    return [*departments.figures(view), *teaching.figures(view)]


PAGE = Page(
    name="Departments",
    path="/departments",
    question="How do departments compare, and whom does the program reach?",
    table="metric_cell",
    figures=_figures,
    build=build,
)
