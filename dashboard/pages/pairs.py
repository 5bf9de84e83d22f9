"""Which pairs need someone, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import dcc, html

from dashboard.answers import forget_answer
from dashboard.components.acts import acts_bar, views_menu
from dashboard.components.attributes import attributes
from dashboard.components.card import figure_card, word_card
from dashboard.components.figure import Figure
from dashboard.components.helped_card import helped_table
from dashboard.components.link import link
from dashboard.components.region import scroll_region
from dashboard.components.shell import headline
from dashboard.components.state import STATE_LOOKS, shape, state_mark
from dashboard.components.worklist import worklist_grid
from dashboard.content import helped, pair_risk, pairs
from dashboard.content.board import (
    ALL,
    ASIDE,
    CHOICES,
    DONE,
    DUE,
    NEED_YOU,
    STATES,
    chosen_state,
    count_choices,
    names_are_shown,
)
from dashboard.data import View
from dashboard.page import Page
from dashboard.pages import pair as pair_page
from reports import codes, wording

_MOST_IN_TABLE = 50  # of the table twin; the CSV holds every pair
_CHOICE_NAMES = {
    NEED_YOU: "Need you",
    DUE: "Due",
    DONE: "Followed up",
    ASIDE: "Set aside",
    ALL: "All",
}
_EMPTY = {
    DUE: "Nothing is due today",
    DONE: "No pair was followed up lately",
    ASIDE: "No pair is set aside",
}


def build(view: View) -> list[Any]:
    """Return the page: named pairs for their manager, numbers and a reason for everyone else."""
    warning = pair_risk.read_warning(view)
    if warning is None:
        return [headline(pairs.title(view), _subtitle(view)), _without_names(view)]
    pair = pairs.find_pair(view)
    if pair is not None:
        return pair_page.build(view, pair, warning)
    off = view.done_problem
    return [
        headline(pairs.title(view), _subtitle(view)),
        *([_off(off)] if off else []),
        _chips(view),
        _worklist(view, warning),
        html.Div([_trust(view, warning), *_helped(view)], className="trust"),
    ]


def figures(view: View) -> list[Figure]:
    """Return the figures of the list and of the pair that the address asks for."""
    return [*pairs.figures(view), *helped.figures(view), *pair_page.figures(view)]


def _subtitle(view: View) -> str:
    day = wording.format_day(view.info.data_as_of)
    if names_are_shown(view):
        said = f"As of {day}, whatever quarter is chosen. Each pair against its own agreed cadence."
        return " ".join([said, *pairs.followed_words(view)])
    quarter = wording.format_period(view.filters.quarter)
    return f"Pairs by state at the end of {quarter}, without names."


def _off(problem: str) -> Any:
    words = f"Follow-ups are off, so the list is for reading only. {problem}"
    return html.P(words, className="notice", role="status")


def _without_names(view: View) -> Any:
    figure = pairs.states_figure(view)
    counts = pairs.count_states(view)
    rows = []
    for state, (_, shown, meaning) in zip(STATES, figure.table.rows, strict=True):
        count = counts[state]
        words = wording.format_number(count) if count is not None else shown.text
        rows.append(
            html.Tr(
                [
                    html.Th(state_mark(state), scope="row"),
                    html.Td(words, className="is-number"),
                    html.Td(meaning.text, className="is-long"),
                ]
            )
        )
    head = html.Thead(
        html.Tr(
            [
                html.Th("State", scope="col"),
                html.Th("Pairs", scope="col", className="is-number"),
                html.Th("Meaning", scope="col"),
            ]
        )
    )
    table = html.Table(
        [html.Caption("Pairs by state"), head, html.Tbody(rows)],
        className="plain-table plain-table--middle",
    )
    why = word_card(
        "Why there are no names here",
        "",
        html.P(view.rights("pair_board").reason, className="words"),
        span=4,
    )
    return html.Div(
        [
            figure_card(
                view,
                figure,
                scroll_region(table, "Pairs by state"),
                span=8,
            ),
            why,
        ],
        className="grid",
    )


def _chips(view: View) -> Any:
    counts, chosen = count_choices(view), chosen_state(view)
    there = (
        NEED_YOU,
        DUE,
        DONE,
        ASIDE,
        ALL,
        chosen,
    )  # what follow-ups change is there to be changed
    chips = [
        _chip(view, state, counts[state], chosen)
        for state in CHOICES
        if counts[state] or state in there
    ]
    return html.Div(
        chips, className="chips chips--dense", role="group", **attributes(aria_label="State")
    )


def _chip(view: View, state: str, count: int, chosen: str) -> Any:
    label = _CHOICE_NAMES.get(state) or codes.STATES[state]
    number = html.B(
        wording.format_number(count), className="num", **attributes(data_count_of=state)
    )
    words: list[Any] = [label, number]
    if state in STATE_LOOKS:
        words.insert(0, shape(STATE_LOOKS[state][0]))
    more: dict[str, Any] = {"aria-current": "true"} if state == chosen else {}
    if state in (DUE, DONE, ASIDE):  # grid.js shows them as soon as they hold a pair
        more |= {"data-when-any": "", "hidden": not count and state != chosen}
    return link(words, f"/pairs{view.filters.search(state=state)}", className="pill chip", **more)


def _search(view: View) -> Any:
    label = html.Label(
        "Find a name or department", htmlFor="pair-search", className="visually-hidden"
    )
    field = dcc.Input(
        id="pair-search",
        type="search",
        placeholder="Find a name or department",
        className="search",
        value=view.params.get("q", ""),
    )
    kept = [views_menu()] if view.done is not None else []
    return html.Div([html.Div([label, field]), *kept], className="searching no-print")


def _worklist(view: View, warning: pair_risk.PairWarning) -> Any:
    count = count_choices(view)[chosen_state(view)]
    if not count and not view.params.get("q"):
        return _nothing(view)
    figure = pairs.worklist_figure(view, warning, most=_MOST_IN_TABLE)
    foot = html.P(
        "* Days since the match; no session was held yet. Click a pair for its history. Reasons "
        "are listed, not scored. Risk: how many pairs marked so in the past did not meet in the "
        "next month.",
        className="card__sub",
    )
    bar = [acts_bar()] if view.done is not None else []
    body = [_search(view), *bar, worklist_grid(_rows_address(view), count, _columns(view)), foot]
    return figure_card(view, figure, body, has_picture=False)


def _nothing(view: View) -> Any:
    """Return what an empty list means; where nobody needs you, that is good news."""
    chosen, counts = chosen_state(view), count_choices(view)
    every = link("Look at all pairs", f"/pairs{view.filters.search(state=ALL)}", className="pill")
    if not counts[ALL]:
        words = "No pair runs in the program, cohort and department chosen above."
        return word_card("There is no running pair", "", html.P(words, className="words"))
    if chosen != NEED_YOU:
        title = _EMPTY.get(chosen, f"No pair is {codes.STATES.get(chosen, chosen).lower()}")
        return word_card(title, "", every)
    said = "Every pair meets as agreed, is paused, or is too young to tell."
    if counts[ASIDE]:
        aside = wording.format_count(counts[ASIDE], "pair")
        said = f"The others were set aside: {aside}, back in this list when their day has come."
    said += " Sorted by risk, the list of all pairs shows who may need you next."
    return word_card("Nobody needs you today", "", [html.P(said, className="words"), every])


def _rows_address(view: View) -> str:
    return f"/pairs/rows.json{view.filters.search(state=chosen_state(view))}"


def _trust(view: View, warning: pair_risk.PairWarning) -> Any:
    """Return how well the warning would have done so far, or why there is none."""
    if not warning.used:
        return word_card("No warning yet", "", html.P(warning.why_none, className="words"))
    figure = pairs.warning_figure(view, warning)
    words = [html.P(text, className="words") for text in pair_risk.warning_words(warning)]
    return figure_card(view, figure, words, has_picture=False)


def _helped(view: View) -> list[Any]:
    """Return whether follow-ups helped, for those who see names and where they are kept."""
    finding = helped.read_finding(view)
    if finding is None:
        return []
    if not finding.is_newest:
        forget_answer()  # the next one who asks may find more
    if not finding.results:
        words = helped.FAILED if finding.has_failed else helped.WORKING
        return [word_card("Did it help?", "", html.P(words, className="words"))]
    figure = helped.helped_figure(view, finding)
    chosen, *notes = figure.notes
    lines = helped.helped_lines(finding)
    table = [helped_table(lines, figure.title)] if lines else []
    unused = html.P(helped.unused_words(finding), className="card__sub")
    body = [html.P(chosen, className="words helped__warning"), *table, unused]
    return [figure_card(view, replace(figure, notes=tuple(notes)), body, has_picture=False)]


def _columns(view: View) -> list[dict[str, Any]]:
    number = {"type": "rightAligned"}
    acted = _column("Last follow-up", "follow_up", width=186, cellRenderer="OutcomesFollowUp")
    # what the pair's own page says makes room for what was done
    last = (
        [acted]
        if view.done is not None
        else [_column("Held", "held", width=60, **number), _column("Cohort", "cohort", width=108)]
    )
    return [
        _column("State", "state_word", width=136, cellRenderer="OutcomesState"),
        _column("Mentor → senior", "pair", minWidth=150, flex=5, cellRenderer="OutcomesPair"),
        _column("Since last", "days", width=114, cellRenderer="OutcomesDays", **number),
        _column("Next booked", "next", width=112, cellRenderer="OutcomesNext"),
        _column("Risk", "risk", width=140, cellRenderer="OutcomesRisk"),
        _column("Why", "why", minWidth=170, flex=4, cellRenderer="OutcomesWhy"),
        *last,
    ]


def _column(title: str, name: str, **look: Any) -> dict[str, Any]:
    return {"headerName": title, "field": name, **look}


PAGE = Page(
    name="Pairs",
    path="/pairs",
    question="Which pairs need someone, and why?",
    table="pair_board",
    figures=figures,
    build=build,
)
