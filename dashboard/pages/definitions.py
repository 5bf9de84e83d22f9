"""What every figure means."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.link import link
from dashboard.components.shell import headline
from dashboard.content import definitions
from dashboard.data import View
from dashboard.page import Page


def build(view: View) -> list[Any]:
    """Return the page."""
    parts: list[Any] = [headline("What every figure means", _subtitle(view)), _search(view)]
    for title, metrics in definitions.read_families(view):
        cards = html.Div([_metric(view, metric) for metric in metrics], className="definitions")
        heading = html.H2(title, className="section-title")
        parts.append(html.Section([heading, cards], className="family"))
    return parts


def _subtitle(view: View) -> str:
    return (
        f"{len(view.metrics)} metrics of release {view.info.release_id}, drawn from the same "
        "declarations that computed them. Open one for its formula, source and protection."
    )


def _search(view: View) -> Any:
    """Return the field that narrows the page; definitions.js does, without asking the server."""
    name = "Find a figure"
    field = dcc.Input(id="definition-search", type="search", placeholder=name, className="search")
    label = html.Label(name, htmlFor="definition-search", className="visually-hidden")
    count = html.Span(f"{len(view.metrics)} metrics", id="definitions-shown", className="soft")
    bar = [label, field, html.Div(count, role="status")]
    return html.Div(bar, className="definitions-bar no-print")


def _metric(view: View, metric: Any) -> Any:
    anchor = f"metric-{metric.metric_id}"
    items: list[Any] = [html.Dt("Formula"), html.Dd(html.Code(metric.formula))]
    facts = [*definitions.read_facts(metric), *definitions.read_history(view, metric)]
    for name, words in facts:
        items += [html.Dt(name), html.Dd(words)]
    address = f"/definitions{view.filters.search()}#{anchor}"
    items += [html.Dt("Link"), html.Dd(link("This definition", address, className="link"))]
    head = [html.H3(metric.label, className="metric__name"), html.P(metric.definition)]
    return html.Details(
        [html.Summary(head), html.Dl(items, className="facts")], className="card definition",
        id=anchor,
    )  # fmt: skip


PAGE = Page(
    name="Definitions",
    path="/definitions",
    question="What does every figure mean?",
    table="metric",
    figures=definitions.figures,
    build=build,
    has_filters=False,
)
