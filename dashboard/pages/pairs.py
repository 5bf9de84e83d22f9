"""Which pairs need someone, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash_ag_grid as dag
from dash import dcc, html

from dashboard.answers import forget_answer
from dashboard.components.acts import acts_bar
from dashboard.components.attributes import attributes
from dashboard.components.card import figure_card, word_card
from dashboard.components.figure import Figure
from dashboard.components.helped_card import helped_table
from dashboard.components.link import link
from dashboard.components.region import scroll_region
from dashboard.components.shell import headline
from dashboard.components.state import STATE_LOOKS, shape, state_mark
from dashboard.content import helped, pair_risk, pairs
from dashboard.content.follow_ups import follow_up_cell
from dashboard.data import View
from dashboard.page import Page
from dashboard.pages import pair as pair_page
from reports import codes, wording

_SELECTING = {
    "rowSelection": {"mode": "multiRow", "checkboxes": True, "headerCheckbox": True},
    "selectionColumnDef": {"width": 44, "pinned": "left", "suppressMovable": True},
}


def build(view: View) -> list[Any]:
    """Return the page: named pairs for their manager, numbers and a reason for everyone else."""
    warning = pair_risk.read_warning(view)
    if warning is None:
        return [headline(pairs.title(view), _subtitle(view)), _without_names(view)]
    pair = pairs.find_pair(view)
    if pair is not None:
        return pair_page.build(view, pair, warning)
    return [
        headline(pairs.title(view), _subtitle(view)),
        _chips(view),
        _worklist(view, warning),
        html.Div([_trust(view, warning), *_helped(view)], className="trust"),
    ]


def figures(view: View) -> list[Figure]:
    """Return the figures of the list and of the pair that the address asks for."""
    return [*pairs.figures(view), *helped.figures(view), *pair_page.figures(view)]


def _subtitle(view: View) -> str:
    day = wording.format_day(view.info.data_as_of)
    if pairs.names_are_shown(view):
        return f"As of {day}, whatever quarter is chosen. Each pair against its own agreed cadence."
    quarter = wording.format_period(view.filters.quarter)
    return f"Pairs by state at the end of {quarter}, without names."


def _without_names(view: View) -> Any:
    figure = pairs.states_figure(view)
    counts = pairs.count_states(view)
    rows = []
    for state, (_, shown, meaning) in zip(pairs.STATES, figure.table.rows, strict=True):
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
    board, chosen = pairs.read_board(view), pairs.chosen_state(view)
    chips = [
        _chip(view, "needing", "Need you", sum(bool(row.needs_attention) for row in board), chosen)
    ]
    counts = pairs.count_states(view)
    for state in pairs.STATES:
        if counts[state] or state == chosen:
            chips.append(_chip(view, state, codes.STATES[state], counts[state] or 0, chosen))
    chips.append(_chip(view, "all", "All", len(board), chosen))
    return html.Div(
        chips, className="chips chips--dense", role="group", **attributes(aria_label="State")
    )


def _search() -> Any:
    label = html.Label(
        "Find a name or department", htmlFor="pair-search", className="visually-hidden"
    )
    field = dcc.Input(
        id="pair-search", type="search", placeholder="Find a name or department", className="search"
    )
    return html.Div([label, field], className="searching no-print")


def _chip(view: View, state: str, label: str, count: int, chosen: str) -> Any:
    words: list[Any] = [label, html.B(wording.format_number(count), className="num")]
    if state in STATE_LOOKS:
        words.insert(0, shape(STATE_LOOKS[state][0]))
    current = {"aria-current": "true"} if state == chosen else {}
    return link(
        words, f"/pairs{view.filters.search(state=state)}", className="pill chip", **current
    )


def _worklist(view: View, warning: pair_risk.PairWarning) -> Any:
    done = view.done.current() if view.done is not None else None
    rows = [
        pairs.grid_row(row, view)
        | {"href": _pair_href(view, row.pair_id), **_risk_cell(row.risk, warning)}
        | (follow_up_cell(done.get(row.pair_id)) if done is not None else {})
        for row in pairs.in_state(pairs.read_board(view), pairs.chosen_state(view))
    ]
    figure = next(found for found in pairs.figures(view) if found.figure_id == "pairs-worklist")
    if not rows:
        words = "No pair is in this state for the filters chosen."
        return word_card("Nothing here", "", html.P(words, className="words"))
    grid = dag.AgGrid(
        id="pairs-grid",
        rowData=rows,
        columnDefs=_columns(can_act=done is not None),
        defaultColDef={"sortable": True, "resizable": True, "suppressMovable": True},
        dashGridOptions={
            "getRowHeight": {"function": "outcomesRowHeight()"},
            "headerHeight": 40,
            "pagination": len(rows) > 50,
            "paginationPageSize": 50,
            "paginationPageSizeSelector": [25, 50, 100],
            "domLayout": "autoHeight",
            "suppressCellFocus": False,
            "ensureDomOrder": True,
            "animateRows": False,
            "enableCellTextSelection": True,
            **(_SELECTING if done is not None else {}),
        },
        getRowId="params.data.pair_id",
        className="worklist",
        style={"height": None, "width": "100%"},
    )
    foot = html.P(
        "* Days since the match; no session was held yet. Click a pair for its history. Reasons "
        "are listed, not scored. Risk: how many pairs marked so in the past did not meet in the "
        "next month.",
        className="card__sub",
    )
    bar = [acts_bar()] if done is not None else []
    return figure_card(view, figure, [_search(), *bar, grid, foot], has_picture=False)


def _risk_cell(risk: float | None, warning: pair_risk.PairWarning) -> dict[str, Any]:
    """Return the risk to sort by, in percent, and the words that are shown."""
    sorted_by = None if risk is None else round(risk * 100, 1)
    return {"risk": sorted_by, "risk_words": warning.short_words(risk)}


def _trust(view: View, warning: pair_risk.PairWarning) -> Any:
    """Return how well the warning would have done so far, or why there is none."""
    if not warning.used:
        return word_card("No warning yet", "", html.P(warning.why_none, className="words"))
    figure = next(found for found in pairs.figures(view) if found.figure_id == "pairs-warning")
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
    table = helped_table(helped.helped_lines(finding), figure.title)
    unused = html.P(helped.unused_words(finding), className="card__sub")
    body = [html.P(chosen, className="words helped__warning"), table, unused]
    return [figure_card(view, replace(figure, notes=tuple(notes)), body, has_picture=False)]


def _columns(*, can_act: bool) -> list[dict[str, Any]]:
    number = {"type": "rightAligned"}
    acted = _column("Last follow-up", "follow_up", width=178, cellRenderer="OutcomesFollowUp")
    # what the pair's own page says makes room for what was done
    last = (
        [acted]
        if can_act
        else [_column("Held", "held", width=60, **number), _column("Cohort", "cohort", width=108)]
    )
    return [
        _column("State", "state_word", width=136, cellRenderer="OutcomesState"),
        _column("Mentor → senior", "pair", minWidth=150, flex=5, cellRenderer="OutcomesPair"),
        _column("Since last", "days", width=118, cellRenderer="OutcomesDays", **number),
        _column("Next booked", "next", width=104, cellRenderer="OutcomesNext"),
        _column("Risk", "risk", width=138, cellRenderer="OutcomesRisk"),
        _column("Why", "why", minWidth=170, flex=4, cellRenderer="OutcomesWhy"),
        *last,
    ]


def _column(title: str, name: str, **look: Any) -> dict[str, Any]:
    return {"headerName": title, "field": name, **look}


def _pair_href(view: View, pair_id: str) -> str:
    state = view.params.get("state", "")
    return f"/pairs{view.filters.search(**({'state': state} if state else {}), pair=pair_id)}"


PAGE = Page(
    name="Pairs",
    path="/pairs",
    question="Which pairs need someone, and why?",
    table="pair_board",
    figures=figures,
    build=build,
)
