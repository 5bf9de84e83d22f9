"""What joining does, whether to believe it, and what it is worth."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components import plots
from dashboard.components.attributes import attributes
from dashboard.components.card import figure_card, word_card
from dashboard.components.chart import chart
from dashboard.components.forest import effect_forest
from dashboard.components.form import number_form
from dashboard.components.link import link
from dashboard.components.picker import choice_links
from dashboard.components.shell import headline
from dashboard.components.state import effect_mark, verdict_mark
from dashboard.content import curves, doubts, effects, event_study, groups, impact, worth
from dashboard.data import View
from dashboard.page import Page
from reports import codes, wording

_SHOWN_COVARIATES = 14


def build(view: View) -> list[Any]:
    """Return the page: the verdicts, then everything about the chosen outcome."""
    return [
        headline(effects.read_title(view), effects.read_subtitle(view)),
        _choices(view),
        html.Div([_verdicts(view), *_effect_cards(view), *_doubt_cards(view)], className="grid"),
    ]


def _effect_cards(view: View) -> list[Any]:
    analysis = effects.chosen_analysis(view)
    if analysis == effects.RETENTION:
        drawn = [_curves(view), _effects(view, span=5)]
    elif analysis == effects.ENGAGEMENT:
        drawn = [_event_study(view), _effects(view, span=5)]
    else:
        drawn = [_effects(view, span=7), _detectable(view, span=5)]
    if effects.chosen_population(view) == "all":
        drawn += [_groups(view, name) for name in groups.GROUPINGS if groups.group_rows(view, name)]
    return drawn


def _doubt_cards(view: View) -> list[Any]:
    analysis = effects.chosen_analysis(view)
    cards = [_checks(view)]
    if doubts.other_ways(view):
        cards.append(_other_ways(view))
    if doubts.naive_rows(view):
        cards.append(_naive(view))
    if analysis != effects.CAREERS:
        cards.append(_detectable(view, span=6))
    if analysis == effects.RETENTION:
        cards.append(_worth(view))
    for card in cards[len(cards) % 2 :]:  # an odd one takes the whole line
        card.className = "card span-6"
    return cards if analysis == effects.ENGAGEMENT else [*cards, _balance(view)]


def _choices(view: View) -> Any:
    population, outcome = effects.chosen_population(view), effects.chosen_outcome(view)
    whose = [
        (codes.POPULATIONS[name], _href(view, name, outcome), name == population)
        for name in effects.POPULATIONS
    ]
    on = [
        (effects.outcome_name(name), _href(view, population, name), name == outcome)
        for name in effects.outcomes(view)
    ]
    return html.Div(
        [choice_links("Whose effect", whose), choice_links("The effect on what", on)],
        className="choices",
    )


def _href(view: View, population: str, outcome: str) -> str:
    return "/impact" + view.filters.search(population=population, outcome=outcome)


def _verdicts(view: View) -> Any:
    figure = impact.verdict_figure(view)
    found = impact.judged(view)
    if not found:
        words = html.P("No verdict was published for this group.", className="words")
        return word_card(figure.title, figure.subtitle, words)
    chosen, population = effects.chosen_outcome(view), effects.chosen_population(view)
    lines = []
    for one in found:
        name: Any = link(one.name, _href(view, population, one.outcome), className="link")
        said = one.effect
        lines.append(
            html.Tr(
                [
                    html.Th(html.Strong(one.name) if one.outcome == chosen else name, scope="row"),
                    html.Td(effect_mark(one.verdict), className="verdicts__mark"),
                    html.Td(
                        [
                            html.P([said.before, html.Strong(said.strong), said.after]),
                            html.P(_because(one), className="card__sub"),
                        ],
                        className="is-long",
                    ),
                ]
            )
        )
    heads = [html.Th(words, scope="col") for words in ("On", "Verdict", "Finding")]
    head = html.Thead(html.Tr(heads), className="visually-hidden")
    table = html.Table(
        [html.Caption(figure.title), head, html.Tbody(lines)], className="plain-table verdicts"
    )
    return figure_card(view, figure, table, has_picture=False)


def _because(one: impact.Judged) -> str:
    words = one.why.after.strip()
    return wording.capitalized(words) if words != "." else ""


def _curves(view: View) -> Any:
    figure = curves.curve_figure(view)
    found = curves.curves(view)
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
        for month, joined, other in curves.at_risk(view):
            people = (joined if arm == "joined" else other).text
            place = f"calc({left}px + (100% - {left + right}px) * {month / last_month:.4f})"
            number = people.split(" (")[0]
            marks.append(html.Span(number, className="risk__number", style={"left": place}))
            words.append(f"{codes.ARMS[arm]}, month {month}: {people}")
        marks.append(html.Span(codes.ARMS[arm], className=f"risk__arm risk__arm--{arm}"))
        rows.append(html.Div(marks, className="risk__row"))
    label = f"People still followed. {'; '.join(words)}"
    return html.Div(rows, className="risk", role="img", **attributes(aria_label=label))


def _event_study(view: View) -> Any:
    figure = event_study.event_figure(view)
    rows = event_study.event_rows(view)
    if not any(row.status == "shown" for row in rows):
        why = "No wave can be compared yet."
        if effects.chosen_population(view) != "all":
            why = "Wave by wave it is shown for everyone who joined, not for each role."
        return word_card("Wave by wave", "", html.P(why, className="words"), span=7)
    drawn = chart(plots.event_study(rows, view.scheme), height=330, label=figure.title)
    return figure_card(view, figure, drawn, span=7)


def _effects(view: View, *, span: int) -> Any:
    rows: list[Any] = []
    for measure, title in impact.measures_of(effects.chosen_analysis(view)):
        rows.append(html.H3(title, className="section-title"))
        unit = codes.MEASURE_UNITS[measure]
        rows.append(effect_forest(impact.effect_rows(view, measure), unit, title))
    words = html.P(impact.effects_title(view), className="words words--strong")
    return figure_card(view, impact.effect_figure(view), [words, *rows], span=span)


def _groups(view: View, grouping: str) -> Any:
    figure = groups.group_figure(view, grouping)
    unit = codes.MEASURE_UNITS[effects.main_measure(effects.chosen_analysis(view))]
    forest = effect_forest(groups.group_rows(view, grouping), unit, figure.title, head="Group")
    return figure_card(view, figure, forest, span=6)


def _naive(view: View) -> Any:
    words = doubts.naive_words(view)
    body: list[Any] = []
    if words is not None:
        body.append(
            html.P([words.before, html.Strong(words.strong), words.after], className="words")
        )
    unit = codes.MEASURE_UNITS[effects.main_measure(effects.chosen_analysis(view))]
    body.append(effect_forest(doubts.naive_rows(view), unit, "By method", head="By method"))
    return figure_card(view, doubts.naive_figure(view), body, span=6)


def _other_ways(view: View) -> Any:
    figure = doubts.other_ways_figure(view)
    unit = codes.MEASURE_UNITS[effects.main_measure(effects.chosen_analysis(view))]
    forest = effect_forest(doubts.other_ways(view), unit, figure.title, head="By method")
    return figure_card(view, figure, forest, span=6)


def _checks(view: View) -> Any:
    found = doubts.checks(view)
    if not found:
        body: Any = html.P("No checks were published for this group.", className="words")
    else:
        body = html.Ul(
            [html.Li([verdict_mark(verdict), html.Span(words)]) for verdict, words in found],
            className="checks",
        )
    return word_card("Can we believe it?", "Checks that could have failed", body)


def _detectable(view: View, *, span: int) -> Any:
    found = doubts.detectable(view)
    if not found:
        body: Any = html.P("Not known for this group.", className="words")
    else:
        (label, value), *rest = found
        body = [
            html.P(
                [f"{label}: ", html.Strong(value), ". Anything smaller would look like chance."],
                className="words",
            ),
            _facts(rest),
        ]
    return word_card(
        "How small an effect could we see?",
        "Minimum detectable effect, power 80 %",
        body,
        span=span,
    )


def _facts(found: list[tuple[str, str]]) -> Any:
    items: list[Any] = []
    for name, words in found:
        items += [html.Dt(name), html.Dd(words, className="num")]
    return html.Dl(items, className="facts", style={"margin-top": "12px"})


def _worth(view: View) -> Any:
    costs, fault = worth.read_costs(view.params)
    kept = {name: value for name, value in view.params.items() if not name.endswith("cost")}
    form = number_form(
        "/impact",
        view.filters.search(**kept),
        [
            (worth.PER_PERSON, "Program, per person who joined", view.params.get("cost", "")),
            (worth.PER_EXIT, "One resignation", view.params.get("exit_cost", "")),
        ],
        button="Work it out",
    )
    body: list[Any] = [form]
    if fault:
        body.append(html.P(fault, className="words", role="alert"))
    if costs is not None:
        body.append(_facts(worth.worth_words(view, costs)))
    subtitle = "Your own costs, in any currency; they stay in this link and are stored nowhere"
    return word_card(worth.worth_title(view, costs), subtitle, body)


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
    drawn = [impact.verdict_figure(view)] if impact.judged(view) else []
    if effects.chosen_analysis(view) == effects.RETENTION:
        drawn.append(curves.curve_figure(view))
    drawn += event_study.figures(view)
    if effects.chosen_population(view) == "all":
        drawn += groups.figures(view)
    return [*drawn, impact.effect_figure(view), *doubts.figures(view)]


PAGE = Page(
    name="Impact",
    path="/impact",
    question="What does joining do, and can we believe it?",
    table="estimate",
    figures=_figures,
    build=build,
)
