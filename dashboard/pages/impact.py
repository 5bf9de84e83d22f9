"""What joining does to staying, and whether to believe it."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components import plots
from dashboard.components.attributes import attributes
from dashboard.components.card import figure_card, word_card
from dashboard.components.chart import chart
from dashboard.components.interval import interval_mark
from dashboard.components.picker import choice_links
from dashboard.components.shell import headline
from dashboard.components.state import verdict_mark
from dashboard.content import doubts, impact
from dashboard.data import View
from dashboard.page import Page
from reports import codes, wording

_SHOWN_COVARIATES = 14


def build(view: View) -> list[Any]:
    """Return the page."""
    doubt = [_naive(view), _checks(view), _detectable(view)]
    cards = [_curves(view), _effects(view), *doubt, _balance(view)]
    return [
        headline(impact.read_title(view), impact.read_subtitle(view)),
        _choices(view),
        html.Div(cards, className="grid"),
    ]


def _choices(view: View) -> Any:
    population, outcome = impact.chosen_population(view), impact.chosen_outcome(view)
    options = [
        (codes.POPULATIONS[name], _href(view, name, outcome), name == population)
        for name in impact.POPULATIONS
    ]
    for name in impact.outcomes(view):
        words = codes.OUTCOMES.get(name, name.replace("_", " "))
        label = wording.capitalized(words)
        options.append((label, _href(view, population, name), name == outcome))
    return choice_links("Whose effect, and which exits", options)


def _href(view: View, population: str, outcome: str) -> str:
    return "/impact" + view.filters.search(population=population, outcome=outcome)


def _curves(view: View) -> Any:
    figure = impact.curve_figure(view)
    found = impact.curves(view)
    if not found["joined"] or not found["not_joined"]:
        return word_card(
            figure.title,
            "",
            html.P("No curve could be estimated for this group.", className="words"),
            span=7,
        )
    drawn = chart(plots.retention_curves(found, view.scheme), height=330, label=figure.title)
    return figure_card(view, figure, [drawn, _at_risk(view, found["joined"][-1].month)], span=7)


def _at_risk(view: View, last_month: int) -> Any:
    """Return the people still followed, each number under its month of the chart."""
    left, right = plots.CURVE_MARGINS
    rows: list[Any] = [html.Div("People still followed", className="risk__title")]
    words = []
    for arm in ("joined", "not_joined"):
        marks: list[Any] = []
        for month, joined, other in impact.at_risk(view):
            people = (joined if arm == "joined" else other).text
            place = f"calc({left}px + (100% - {left + right}px) * {month / last_month:.4f})"
            number = people.split(" (")[0]
            marks.append(html.Span(number, className="risk__number", style={"left": place}))
            words.append(f"{codes.ARMS[arm]}, month {month}: {people}")
        marks.append(html.Span(codes.ARMS[arm], className=f"risk__arm risk__arm--{arm}"))
        rows.append(html.Div(marks, className="risk__row"))
    label = f"People still followed. {'; '.join(words)}"
    return html.Div(rows, className="risk", role="img", **attributes(aria_label=label))


def _effects(view: View) -> Any:
    figure = impact.effect_figure(view)
    rows: list[Any] = []
    for measure, unit, title in (
        ("risk_difference", "fraction", "More still employed, of 100"),
        ("months_employed", "months", "More months employed"),
    ):
        found = [row for row in impact.effect_rows(view) if row[1] == measure]
        rows.append(html.H3(title, className="section-title"))
        rows.append(_forest(found, unit, title))
    words = html.H2(impact.effects_title(view), style={"font-size": "14px", "font-weight": 550})
    return figure_card(view, figure, [words, *rows], span=5)


def _forest(rows: list[Any], unit: str, caption: str) -> Any:
    cells = [(label, impact.as_cell(row)) for label, _, _, row in rows]
    ends = [
        end for _, cell in cells for end in (cell.lower, cell.value, cell.upper) if end is not None
    ]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    margin = (high - low) * 0.06
    lines = []
    for label, cell in cells:
        if cell.is_shown:
            words, interval = impact.effect_words(cell, unit)
            text: Any = [html.Strong(words), f" ({interval})" if interval else ""]
            mark: Any = interval_mark(
                cell,
                low - margin,
                high + margin,
                zero=0.0,
                label=f"{words}, interval {interval or 'not given'}",
            )
        else:
            text, mark = wording.MISSING, html.Span(cell.reason, className="card__sub")
        lines.append(
            html.Tr(
                [
                    html.Th(label, scope="row"),
                    html.Td(mark, className="forest__mark"),
                    html.Td(text, className="is-number"),
                ]
            )
        )
    head = html.Thead(
        html.Tr([html.Th(words, scope="col") for words in ("When", "Interval", "Effect")]),
        className="visually-hidden",
    )
    return html.Table(
        [html.Caption(caption), head, html.Tbody(lines)], className="plain-table forest"
    )


def _naive(view: View) -> Any:
    words = doubts.naive_words(view)
    body: list[Any] = []
    if words is not None:
        body.append(
            html.P([words.before, html.Strong(words.strong), words.after], className="words")
        )
    rows = [(name, "risk_difference", 12, row) for name, row in doubts.naive_rows(view)]
    if rows:
        body.append(
            html.Div(
                _forest(rows, "fraction", "By method, after a year"), style={"margin-top": "10px"}
            )
        )
    if not body:
        body = [html.P("No naive comparison was computed for this group.", className="words")]
    return figure_card(view, doubts.naive_figure(view), body, span=4)


def _checks(view: View) -> Any:
    found = doubts.checks(view)
    if not found:
        body: Any = html.P("No checks were published for this group.", className="words")
    else:
        body = html.Ul(
            [html.Li([verdict_mark(verdict), html.Span(words)]) for verdict, words in found],
            className="checks",
        )
    return word_card("Can we believe it?", "Checks that could have failed", body, span=4)


def _detectable(view: View) -> Any:
    found = doubts.detectable(view)
    if not found:
        body: Any = html.P("Not known for this group.", className="words")
    else:
        (label, value), *rest = found
        body = [
            html.P(
                [f"{label}: ", html.Strong(value), ". Anything smaller would look like chance."],
                className="words",
            )
        ]
        items: list[Any] = []
        for name, words in rest:
            items += [html.Dt(name), html.Dd(words, className="num")]
        body.append(html.Dl(items, className="facts", style={"margin-top": "12px"}))
    return word_card(
        "How small an effect could we see?", "Minimum detectable effect, power 80 %", body, span=4
    )


def _balance(view: View) -> Any:
    figure = doubts.balance_figure(view)
    rows = doubts.balance_rows(view)[:_SHOWN_COVARIATES]
    if not rows:
        return word_card(
            figure.title, "", html.P("No balance was published for this group.", className="words")
        )
    names = [doubts.covariate_words(row.covariate) for row in rows]
    drawn = chart(
        plots.balance(rows, names, view.scheme), height=70 + 26 * len(rows), label=figure.title
    )
    words = f"The {len(rows)} largest differences before weighting; the table holds all."
    return figure_card(view, figure, [drawn, html.P(words, className="card__sub")])


def _figures(view: View) -> list[Any]:
    return [*impact.figures(view), *doubts.figures(view)]


PAGE = Page(
    name="Impact",
    path="/impact",
    question="What does joining do to staying, and can we believe it?",
    table="estimate",
    figures=_figures,
    build=build,
)
