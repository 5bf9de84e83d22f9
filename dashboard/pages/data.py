"""What came in, what was set aside, and whether every row is accounted for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dash import html

from dashboard.components.card import figure_card, plain_table, word_card
from dashboard.components.failure import blank
from dashboard.components.figure import Figure
from dashboard.components.region import scroll_region
from dashboard.components.shell import headline
from dashboard.components.state import verdict_mark
from dashboard.content import data_health, survey_audit
from dashboard.data import View
from dashboard.page import Page
from reports.survey_report import NOTHING


def build(view: View) -> list[Any]:
    """Return the page."""
    return [
        headline(data_health.read_title(view), data_health.read_subtitle(view)),
        html.Div(
            [
                _checks(view),
                _about(view),
                *_refused(view),
                *_loads(view),
                *_rejected(view),
                _rules(view),
                _answers(view),
            ],
            className="grid",
        ),
    ]


def _detail(row: Any) -> str:
    if row.check_id == survey_audit.CHECK and row.detail != NOTHING:
        return "What was hidden and why, and what the attack found, stands below."
    return str(row.detail or "")


def _checks(view: View) -> Any:
    figure = data_health.checks_figure(view)
    items = [
        html.Li(
            [
                verdict_mark(row.verdict),
                html.Span([row.title, html.Span(_detail(row), className="checks__detail")]),
            ]
        )
        for row in data_health.read_checks(view)
    ]
    body = html.Ul(items, className="checks") if items else "No checks were published."
    return figure_card(view, figure, body, span=7, has_picture=False)


def _about(view: View) -> Any:
    info = view.info
    facts = [
        ("Release", str(info.release_id)),
        ("Program version", info.code_version),
        ("Metric declarations", info.metric_versions_sha256[:12]),
        ("Minimum group", f"{info.minimum_group} people"),
    ]
    items: list[Any] = []
    for name, words in facts:
        items += [html.Dt(name), html.Dd(words)]
    return word_card(
        "This release",
        "Numbered and never changed afterwards",
        html.Dl(items, className="facts"),
        span=5,
    )


def _rules(view: View) -> Any:
    return word_card(
        "What is withheld",
        "The same rules on every page, in every download and in reports",
        html.P(view.info.disclosure_policy, className="words"),
    )


def _answers(view: View) -> Any:
    """Return how answers are protected, for the members of a works council to read."""
    figure = survey_audit.audit_figure(view)
    if not figure.table.rows:
        return word_card("Survey answers", "", html.P(NOTHING, className="words"))
    words = html.P(survey_audit.read_words(view), className="words")
    return figure_card(view, figure, [words, _region(figure)], has_picture=False)


def _refused(view: View) -> list[Any]:
    figure = data_health.refused_figure(view)
    if not figure.table.rows:
        return []
    return [figure_card(view, figure, _region(figure), has_picture=False)]


def _loads(view: View) -> list[Any]:
    figure = data_health.loads_figure(view)
    if not figure.table.rows:
        return [blank("Nothing loaded", "Load exports with “outcomes load FOLDER”, then publish.")]
    table = plain_table(data_health.loads_table(view), figure.title)
    files = data_health.files_table(view)
    title = f"The last {min(len(data_health.file_names(view)), data_health.LAST_FILES)} files"
    last = word_card(
        title,
        "What each was taken for; rows read = inserted + updated + unchanged + set aside",
        scroll_region(plain_table(files, title), title),
    )
    return [last, figure_card(view, figure, scroll_region(table, figure.title), has_picture=False)]


def _rejected(view: View) -> list[Any]:
    granted = view.rights("rejected")
    if not granted.allowed:
        return [word_card("Rejected rows", "", html.P(granted.reason, className="words"))]
    figure = data_health.rules_figure(view)
    if not figure.table.rows:
        body: Any = html.P("Every row was taken.", className="words")
    else:
        body = [_region(figure), *_sheets(view)]
    return [figure_card(view, figure, body, has_picture=False)]


def _sheets(view: View) -> list[Any]:
    """Return a download per file: its rejected rows with reasons, to correct and load again."""
    links = [
        html.A(
            f"{name} ({count:,})",
            className="pill",
            download="rejected-rows.csv",
            href=f"/export/to-correct.csv?{urlencode({'file': name})}",
        )
        for name, count in data_health.files_to_correct(view)
    ]
    words = "Sheets to correct, one per file: each row with its reason and what to do."
    return [
        html.P(words, className="words", style={"margin-top": "14px"}),
        html.Div(links, className="pills"),
    ]


def _region(figure: Figure) -> Any:
    return scroll_region(plain_table(figure.table, figure.title), figure.title)


def _figures(view: View) -> list[Figure]:
    return [*data_health.figures(view), survey_audit.audit_figure(view)]


PAGE = Page(
    name="Data",
    path="/data",
    question="What came in, what was set aside, and is every row accounted for?",
    table="load_summary",
    figures=_figures,
    build=build,
    has_filters=False,
)
