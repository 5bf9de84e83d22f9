"""One pair: where it stands, what happened to it, what it agreed, and what speaks against it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

from dash import html

from app_state.entry import FollowUp
from dashboard.components.acts import pair_acts, wording_form
from dashboard.components.attributes import attributes
from dashboard.components.card import figure_card, plain_table, word_card
from dashboard.components.figure import Figure, Table
from dashboard.components.link import link
from dashboard.components.pair_follow_ups import follow_ups_card
from dashboard.components.region import scroll_region
from dashboard.components.shell import headline
from dashboard.components.state import shape, state_mark
from dashboard.components.track import track_legend, track_picture
from dashboard.content import pair_cadence, pair_checks, pair_practice, pair_risk
from dashboard.content.board import own_board, pair_name
from dashboard.content.follow_ups import follow_up_cell, history_lines, wording_values
from dashboard.content.pair_page import (
    PairPage,
    read_page,
    standing_facts,
    why_words,
)
from dashboard.content.pair_timeline import timeline, timeline_title
from dashboard.content.pairs import find_pair
from dashboard.content.worklist import list_search, neighbours
from dashboard.data import View
from reports import wording

_CHECK_LOOKS = {  # shape, tone
    pair_checks.FINE: ("circle", "good"),
    pair_checks.LOOK: ("triangle", "warn"),
    pair_checks.CONFLICT: ("square", "bad"),
    pair_checks.NOT_KNOWN: ("ring", "quiet"),
}

_SHORT = (26, 14)  # events; a timeline shorter than these leaves room for one table below, for two


def build(view: View, pair: SimpleNamespace, warning: pair_risk.PairWarning) -> list[Any]:
    """Return the page of a pair that this viewer may see."""
    page = read_page(view, pair)
    done = view.done.history(pair.pair_id) if view.done is not None else ()
    tables = [
        _listed(*pair_practice.topics(page), "Topics of sessions held"),
        _listed(*pair_practice.actions(page), pair_practice.sides_of_actions(page) or "Actions"),
        _listed(*pair_practice.goals(page), "Goals"),
    ]
    below = sum(len(page.events) < lines for lines in _SHORT)
    beside = [*_follow_ups(view, pair, done), _rules(page), _milestones(page), *tables[below:]]
    return [
        _way_back(view, pair),
        headline(pair_name(pair), [state_mark(pair.state), html.Span(why_words(pair))]),
        html.Div(
            [
                _standing(view, pair, warning),
                _checks(page),
                _cadence(view, page),
                html.Div(
                    [_events(view, page, done), *tables[:below]], className="pair__column span-7"
                ),
                html.Div(beside, className="pair__column span-5"),
            ],
            className="grid pair",
            id="pair-page",
        ),
    ]


def figures(view: View) -> list[Figure]:
    """Return the figure of the pair the address asks for, to be downloaded; none without one."""
    pair = find_pair(view)
    return [] if pair is None else [pair_cadence.cadence_figure(read_page(view, pair))]


def _way_back(view: View, pair: SimpleNamespace) -> html.Nav:
    search = list_search(view)
    back = link("Back to the list", f"/pairs{search}", className="pill")
    others, steps = own_board(view).by_id, []
    for word, pair_id in zip(("Previous", "Next"), neighbours(view, pair.pair_id), strict=True):
        if pair_id:
            name = html.Span(pair_name(others[pair_id]), className="pair__other")
            address = f"/pairs{search}{'&' if search else '?'}pair={quote_plus(pair_id)}"
            steps.append(link([f"{word}: ", name], address, className="pill"))
    return html.Nav(
        [back, html.Div(steps, className="pair__steps")],
        className="pair__nav no-print",
        **attributes(aria_label="Pairs of the list"),
    )


def _standing(view: View, pair: SimpleNamespace, warning: pair_risk.PairWarning) -> html.Section:
    items: list[Any] = []
    for name, words in standing_facts(view, pair, warning):
        items += [html.Dt(name), html.Dd(words)]
    day = wording.format_day(view.info.data_as_of)
    return word_card(
        "Where the pair stands", f"As of {day}", html.Dl(items, className="facts"), span=7
    )


def _checks(page: PairPage) -> html.Section:
    checks = pair_checks.pair_checks(page)
    if not checks:
        why = html.P("This release is from before pairs were checked.", className="words")
        return word_card("No checks", "", why, span=5)
    items = []
    for check in checks:
        form, tone = _CHECK_LOOKS[check.verdict]
        mark = html.Span([shape(form), check.verdict], className=f"state state--{tone}")
        words: list[Any] = [check.found]
        if check.to_do:
            words.append(html.Span(check.to_do, className="checks__detail"))
        items.append(html.Li([mark, html.Div(words)]))
    subtitle = "From the people records, as of the match and today"
    title = pair_checks.checks_title(checks)
    return word_card(title, subtitle, html.Ul(items, className="checks pair__checks"), span=5)


def _cadence(view: View, page: PairPage) -> html.Section:
    figure, track = pair_cadence.cadence_figure(page), pair_cadence.track(page)
    picture = track_picture(track, f"{figure.title}. Every session stands in the table.")
    return figure_card(view, figure, [picture, track_legend(track)], has_picture=False)


def _events(view: View, page: PairPage, done: tuple[FollowUp, ...]) -> html.Section:
    today = view.done.today if view.done is not None else page.as_of
    lines = [
        html.Li(
            [
                html.Span(
                    wording.format_day(entry.on, is_short=True), className="timeline__day num"
                ),
                html.Span(entry.words),
            ],
            className=f"timeline__item timeline__item--{entry.kind}",
        )
        for entry in timeline(page, done, today=today)
    ]
    title, subtitle = timeline_title(page), "What happened, the latest first"
    return word_card(title, subtitle, html.Ol(lines, className="timeline"))


def _follow_ups(
    view: View, pair: SimpleNamespace, done: tuple[FollowUp, ...]
) -> list[html.Section]:
    """Return what was done about the pair; nothing where follow-ups are not kept."""
    if view.done is None:
        return []
    today, last = view.done.today, done[-1] if done else None
    now = str(follow_up_cell(last, today=today)["follow_up"])
    form = None
    if last is not None and now:
        form = wording_form(wording_values(last), has_until=last.until_on is not None)
    acts = pair_acts(pair.pair_id, last.version if last is not None else 0)
    return [follow_ups_card(history_lines(done, today=today), now, acts=acts, edit=form)]


def _rules(page: PairPage) -> html.Section:
    title, rules, who = pair_practice.ground_rules(page)
    items = [_ticked(rule.words, rule.is_agreed, "agreed", "not agreed") for rule in rules]
    body: list[Any] = [html.Ul(items, className="ticks")]
    if who:
        body.append(html.P(who, className="card__sub"))
    return word_card(title, "Ground rules", body)


def _milestones(page: PairPage) -> html.Section:
    title, steps = pair_practice.milestones(page)
    items = [
        _ticked(f"{words}: {when}", is_reached, "reached", "not reached")
        for words, is_reached, when in steps
    ]
    return word_card(title, "Milestones", html.Ul(items, className="ticks"))


def _ticked(words: str, is_done: bool, yes: str, no: str) -> html.Li:
    """Return a line of a checklist: a mark for the eye, a word for the ear."""
    mark = html.Span(
        shape("circle" if is_done else "ring"), className="ticks__mark" + " is-done" * is_done
    )
    said = html.Span(f" ({yes if is_done else no})", className="visually-hidden")
    return html.Li([mark, html.Span([words, said])])


def _listed(title: str, table: Table, subtitle: str) -> html.Section:
    """Return a card with a table, or with its title alone where there is nothing to list."""
    if not table.rows:
        return word_card(title, "", [])
    return word_card(title, subtitle, scroll_region(plain_table(table, title), title))
