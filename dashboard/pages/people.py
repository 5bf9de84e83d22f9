"""Who else needs someone, beyond the board of pairs."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.card import figure_card, plain_table, word_card
from dashboard.components.figure import Column, Figure
from dashboard.components.link import link
from dashboard.components.people_table import people_list
from dashboard.components.region import scroll_region
from dashboard.components.shell import headline
from dashboard.components.state import state_mark
from dashboard.content import pairs, people, people_answers, people_ended, people_rematch
from dashboard.content.board import pair_name
from dashboard.data import View
from dashboard.page import Page
from reports import wording


def build(view: View) -> list[Any]:
    """Return the page: named lists for the program's manager, published counts for all others."""
    if not people.names_are_shown(view):
        return [
            headline(people.title(view), _subtitle(view)),
            html.Div([_counts(view), _why(view), _answers(view)], className="grid"),
        ]
    cards = [
        _waiting(view),
        _rematch(view),
        _cancelling(view),
        html.Div([_never_started(view), _reasons(view)], className="people__stack span-4"),
        _talk(view),
        _ended(view),
        _answers(view),
    ]
    return [headline(people.title(view), _subtitle(view)), html.Div(cards, className="grid")]


def _subtitle(view: View) -> str:
    if people.names_are_shown(view):
        day = wording.format_day(view.info.data_as_of)
        return f"People of your programs as of {day}, whatever quarter is chosen."
    return f"At the end of {wording.format_period(view.filters.quarter)}, without names."


def _do(words: str) -> Any:
    """Return what to do about a list."""
    return html.P([html.B("What to do: "), words], className="words")


def _more(count: int) -> list[Any]:
    """Return where the rest of a list is."""
    if count <= people.FEW:
        return []
    words = f"Shown are the first twenty of {wording.format_number(count)}; the CSV holds all."
    return [html.P(words, className="card__sub")]


def _card(view: View, figure: Figure, body: list[Any], *, span: int = 12) -> Any:
    return figure_card(view, people.shortened(figure), body, span=span, has_picture=False)


def _plain(figure: Figure, *left_out: int) -> list[Any]:
    """Return the first rows of a figure's table as a list without links, and without columns."""
    kept = [i for i in range(len(figure.table.columns)) if i not in left_out]
    rows = [[row[i].text for i in kept] for row in figure.table.rows[: people.FEW]]
    if not rows:
        return []
    listed = people_list([figure.table.columns[i] for i in kept], rows, figure.title)
    return [listed, *_more(len(figure.table.rows))]


def _waiting(view: View) -> Any:
    figure = people.waiting_figure(view)
    words = (
        "Ask whether they still want to take part, and offer one of the colleagues suggested below."
    )
    body = (
        [_do(words)] if figure.table.rows else [html.P("Everybody is matched.", className="words")]
    )
    return _card(view, figure, [*body, *_plain(figure)])


def _rematch(view: View) -> Any:
    figure = people_rematch.rematch_figure(view)
    seekers = people_rematch.read_seekers(view)
    found = [one for one in seekers if one.suggestions]
    columns = [*(figure.table.columns[i] for i in (0, 1, 3)), Column("Could meet", is_long=True)]
    rows = [
        [one.row.person_name, people.ROLES[one.row.role], _need(view, one), _suggestions(one)]
        for one in found[: people.FEW]
    ]
    body: list[Any] = [_do("Propose a first talk to both before you match them.")]
    body += [people_list(columns, rows, figure.title, is_stacked=True)] if rows else []
    left = people_rematch.none_words(seekers)
    body += [*_more(len(found)), *([html.P(left, className="words")] if left else [])]
    return _card(view, figure, body)


def _need(view: View, one: people_rematch.Seeker) -> Any:
    words = people_rematch.need_words(one)
    if not one.row.pair_id:
        return words
    wanted = [html.Span(" re-match wanted", className="worklist__sub")] if one.is_wanted else []
    return [link(state_mark(one.row.need), _pair_href(view, one.row.pair_id)), *wanted]


def _suggestions(one: people_rematch.Seeker) -> Any:
    return html.Ol(
        [
            html.Li(
                [
                    html.B(row.candidate_name),
                    f", {row.candidate_department}, {people_rematch.free_words(row)}. ",
                    html.Span(f"{people_rematch.fit_words(row)}.", className="worklist__sub"),
                ]
            )
            for row in one.suggestions
        ],
        className="people__fits",
    )


def _cancelling(view: View) -> Any:
    figure = people.cancelling_figure(view)
    rows, kept = [], (0, 1, 2, 3, 5, 6)
    found = people.read_cancelling(view)[: people.FEW]
    for running, line in zip(people.running_pairs(view, found), figure.table.rows, strict=False):
        cells: list[Any] = [line[i].text for i in kept]
        if running:
            cells[-1] = _joined(
                [link(f"with {p.mentor_name}", _pair_href(view, p.pair_id)) for p in running]
            )
        rows.append(cells)
    body: list[Any] = []
    if rows:
        words = "Ask whether the time slot or the agreed rhythm still fits, and offer another one."
        listed = people_list([figure.table.columns[i] for i in kept], rows, figure.title)
        body = [_do(words), listed, *_more(len(figure.table.rows))]
    return _card(view, figure, body, span=8)


def _joined(links: list[Any]) -> list[Any]:
    found: list[Any] = []
    for one in links:
        found += [", ", one] if found else [one]
    return found


def _never_started(view: View) -> Any:
    count = pairs.count_states(view)["never_started"] or 0
    href = f"/pairs{view.filters.search(state='never_started')}"
    verb = "pair has" if count == 1 else "pairs have"
    title = f"{wording.format_number(count)} {verb} never met"
    if not count:
        return word_card("Every pair has met or has a date", "", [], span=4)
    words = "Matched more than three weeks ago, not met, nothing booked."
    body = [
        _do("Book the first session together with both of them."),
        html.P(link("Show these pairs", href, className="pill"), className="people__way"),
    ]
    return word_card(title, words, body, span=4)


def _talk(view: View) -> Any:
    figure = people.talk_figure(view)
    found = people.read_to_talk(view)
    rows = [
        [link(pair_name(row), _pair_href(view, row.pair_id)), state_mark(row.state), words]
        for row, words in found[: people.FEW]
    ]
    columns = [figure.table.columns[i] for i in (0, 2, 3)]
    body: list[Any] = []
    if rows:
        words = (
            "Remind both that the junior is the mentor here, and agree on the five ground rules "
            "with those who have none."
        )
        listed = people_list(columns, rows, figure.title)
        body = [_do(words), listed, *_more(len(found))]
    return _card(view, figure, body)


def _answers(view: View) -> Any:
    figure = people_answers.answers_figure(view)
    words = "Ask heads of groups with few answers to make time for surveys; never ask who answered."
    body: list[Any] = []
    if figure.table.rows:
        table = scroll_region(plain_table(figure.table, figure.title), figure.title)
        body = [_do(words), html.Div(table, className="people")]
    return _card(view, figure, body)


def _reasons(view: View) -> Any:
    figure = people_ended.reasons_figure(view)
    return _card(view, figure, _plain(figure))


def _ended(view: View) -> Any:
    figure = people_ended.ended_figure(view)
    words = "Talk with the people of the latest ones while they remember, and note what you learn."
    return _card(view, figure, [_do(words), *_plain(figure, 1)] if figure.table.rows else [])


def _counts(view: View) -> Any:
    figure = people_answers.counts_figure(view)
    table = scroll_region(plain_table(figure.table, figure.title), figure.title)
    return _card(view, figure, [table], span=8)


def _why(view: View) -> Any:
    reason = view.rights("waiting_person").reason
    return word_card("Why there are no names here", "", html.P(reason, className="words"), span=4)


def _pair_href(view: View, pair_id: str) -> str:
    return f"/pairs{view.filters.search(pair=pair_id)}"


PAGE = Page(
    name="People",
    path="/people",
    question="Who else needs someone?",
    table="metric_cell",
    figures=people.figures,
    build=build,
)
