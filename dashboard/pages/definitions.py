"""What every figure means."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.attributes import attributes
from dashboard.components.link import link
from dashboard.components.shell import headline
from dashboard.content import definitions
from dashboard.data import View
from dashboard.page import Page


def build(view: View) -> list[Any]:
    """Return the page."""
    parts: list[Any] = [headline("What every figure means", _subtitle(view))]
    for title, metrics in definitions.read_families(view):
        parts.append(html.H2(title, className="section-title"))
        cards = [_metric(view, metric) for metric in metrics]
        parts.append(html.Div(cards, className="grid"))
    return parts


def _subtitle(view: View) -> str:
    return (
        f"{len(view.metrics)} metrics of release {view.info.release_id}, drawn from the same "
        "declarations that computed them."
    )


def _metric(view: View, metric: Any) -> Any:
    anchor = f"metric-{metric.metric_id}"
    items: list[Any] = [html.Dt("Formula"), html.Dd(html.Code(metric.formula))]
    facts = [*definitions.read_facts(metric), *definitions.read_history(view, metric)]
    for name, words in facts:
        items += [html.Dt(name), html.Dd(words)]
    return html.Section(
        [
            html.H3(
                link(metric.label, f"/definitions{view.filters.search()}#{anchor}"),
                className="metric__name",
                id=f"{anchor}-name",
            ),
            html.P(metric.definition, className="words"),
            html.Dl(items, className="facts", style={"margin-top": "10px"}),
        ],
        className="card span-6",
        id=anchor,
        **attributes(aria_labelledby=f"{anchor}-name"),
    )


PAGE = Page(
    name="Definitions",
    path="/definitions",
    question="What does every figure mean?",
    table="metric",
    figures=definitions.figures,
    build=build,
    has_filters=False,
)
