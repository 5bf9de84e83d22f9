"""Whether the program is healthy, and whether it works: the first page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import html

from dashboard.cell import estimate_cell
from dashboard.components.card import figure_card, word_card
from dashboard.components.heat import heat_table
from dashboard.components.interval import common_scale, effect_strip
from dashboard.components.link import link
from dashboard.components.shell import headline
from dashboard.components.stat import stat_box
from dashboard.content import departments, effects, impact, overview
from dashboard.data import View
from dashboard.page import Page
from reports import codes, wording


def build(view: View) -> list[Any]:
    """Return the page."""
    return [
        headline(overview.read_title(view), overview.read_subtitle(view)),
        html.Div([stat_box(stat) for stat in overview.read_stats(view)], className="stats"),
        html.Div(
            [_effects(view), _needs(view), _departments(view), _changes(view)], className="grid"
        ),
    ]


def _effects(view: View) -> Any:
    body: list[Any] = []
    found = [
        (codes.MEASURE_UNITS[row.measure], estimate_cell(row), sentence)
        for row, sentence in effects.told_rows(view)
    ]
    ends: dict[str, list[float]] = {}
    for unit, cell, _ in found:
        ends.setdefault(unit, []).extend(e for e in (cell.lower, cell.upper) if e is not None)
    for unit, cell, sentence in found:
        parts: list[Any] = [html.P([sentence.before, html.Strong(sentence.strong), sentence.after])]
        if cell.is_shown:
            scale = common_scale(ends[unit])
            parts.append(effect_strip(cell, scale, unit=unit, label=str(sentence)))
        body.append(html.Div(parts, className="effect"))
    if not body:
        body = [html.P("No effect has been computed in this release.", className="words")]
    body.append(
        html.P(
            link(
                "How this was estimated, and whether to believe it",
                f"/impact{view.filters.search()}",
                className="link",
            ),
            style={"margin-top": "16px"},
        )
    )
    figure = replace(impact.effect_figure(view), title="What the program did")
    return figure_card(view, figure, body, span=7)


def _needs(view: View) -> Any:
    needs = overview.read_needs(view)
    if not needs:
        body: Any = html.P("Nothing stands out. Pairs meet as they agreed to.", className="words")
    else:
        body = html.Ul([html.Li(_need(need)) for need in needs], className="needs")
    return word_card("Needs attention", "Sorted by what acting now can still change", body, span=5)


def _need(need: overview.Need) -> Any:
    words = [
        html.Span(wording.format_number(need.count), className="needs__count"),
        html.Span(
            [
                html.Span(need.what, className="needs__what"),
                html.Span(need.why, className="needs__why"),
            ]
        ),
    ]
    return link(words, need.href) if need.href else html.Div(words)


def _departments(view: View) -> Any:
    metric_id = overview.department_metric(view)
    if not metric_id:
        return word_card("Departments", "", "This release holds no figure by department.")
    figure = overview.department_figure(view)
    periods = departments.shown_periods(view, metric_id)
    newest = wording.format_period(periods[-1]) if periods else ""
    table = heat_table(
        departments.heat_rows(view, metric_id, leads_to="/departments"),
        [wording.format_period(period)[2:] for period in periods],
        unit=view.metrics[metric_id].unit,
        caption=figure.title,
        last_label=f"{newest[2:]} with interval",
    )
    return figure_card(view, figure, table)


def _changes(view: View) -> Any:
    found: list[Any] = [html.P(words, className="words") for words in overview.read_changes(view)]
    if unchanged := overview.read_unchanged(view):
        found.append(html.P("No change that chance would not explain:", className="words"))
        found.append(html.Ul([html.Li(name) for name in unchanged], className="names"))
    return word_card(
        "What changed", "Differences beyond chance first; full counts have no interval", found
    )


PAGE = Page(
    name="Overview",
    path="/",
    question="Is the program healthy, and is it working?",
    table="metric_cell",
    figures=overview.figures,
    build=build,
)
