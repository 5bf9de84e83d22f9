"""What is no leak is no finding, and what is one is found and named, surface by surface."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dash import Input, Output, html

from dashboard import access, data
from dashboard.access import Rights, Role, Viewer
from dashboard.app import create_app
from dashboard.components import heat, plots, stat
from dashboard.components.figure import Column, Figure, Table, Value, number_value, text_value
from dashboard.content import departments, overview, pair_risk, worklist
from dashboard.pages import PAGES
from harvest.asking import App
from harvest.collect import Collector
from harvest.found import UnknownContent
from harvest.judge import DIFFERS, UNEXPLAINED, UNKNOWN, UNREAD
from harvest.page_reader import PageReader
from harvest.rights import NOT_YOURS
from tests.unit.harvest.conftest import HEAD, HR, MANAGER, Ask

ADMINISTRATOR = Viewer(Role.ADMINISTRATOR)


@pytest.mark.parametrize("viewer", [HR, MANAGER, HEAD, ADMINISTRATOR], ids=lambda v: v.role.value)
def test_no_viewer_reaches_a_number_that_is_not_for_them(
    collector: Collector, viewer: Viewer, tmp_path: Path
) -> None:
    collector.pages(viewer)
    collector.reports(viewer, tmp_path)
    assert collector.tally.findings == []
    assert collector.tally.compared > 100


def test_a_suppressed_value_in_the_data_behind_a_chart_is_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = plots._line

    def leaking(*words: Any) -> dict[str, Any]:
        trace = draw(*words)
        trace["customdata"][3] = [*trace["customdata"][3], 3.4]
        return trace

    monkeypatch.setattr(plots, "_line", leaking)
    findings = ask(HR, "/impact")
    assert {(one.number, one.problem) for one in findings} == {("3.4", DIFFERS)}
    assert any("retention-curves, trace joined, at 3" in one.place for one in findings)


def test_data_behind_a_chart_beyond_its_last_point_is_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = plots._line
    monkeypatch.setattr(
        plots, "_line", lambda *w: (t := draw(*w)) | {"customdata": [*t["customdata"], [12.5]]}
    )
    assert any("beyond the last point" in one.place for one in ask(HR, "/impact"))


def test_a_department_head_who_sees_another_department_is_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_department_rights", lambda *_: Rights(allowed=True))
    findings = ask(HEAD, "/departments")
    assert {one.viewer for one in findings} == {"Department head of Sales"}
    others = [one for one in findings if one.problem == NOT_YOURS]
    assert any("row Finance, column" in one.place for one in others)
    assert not any("row Sales, column" in one.place for one in findings)


def test_quarterly_workforce_figures_of_a_department_are_found_outside_hr_leadership(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "may_read_workforce", lambda *_, **__: True)
    monkeypatch.setattr(departments, "shown_periods", lambda view, _: view.quarters(8))
    findings = ask(MANAGER, "/departments", metric="turnover")
    assert {one.problem for one in findings} == {NOT_YOURS}
    assert any(one.figure.startswith("turnover, Sales") for one in findings)


def test_yearly_workforce_figures_of_a_department_are_for_everybody(ask: Ask) -> None:
    assert ask(MANAGER, "/departments", metric="turnover") == []


def test_small_groups_shown_to_others_than_their_managers_are_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "runs_program", lambda *_: True)
    findings = ask(HR, "/departments")
    assert any("row Legal, column" in one.place for one in findings)
    assert {one.surface for one in findings} == {"/departments"}


def test_pairs_of_another_program_are_found_in_grid_table_and_download(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_named_rights", lambda *_: Rights(allowed=True))
    stranger = Viewer(Role.PROGRAM_MANAGER, programs=("P2",))
    ask(stranger, "/pairs", state="all")
    findings = ask(stranger, "/pairs", state="all", is_download=True)
    places = {one.place for one in findings if one.problem == NOT_YOURS}
    assert any(place.startswith("worklist, row 1") for place in places)
    assert any(place.startswith("pairs-worklist, row X") for place in places)
    assert any(place.startswith("figure 2, row X") for place in places)


def test_a_column_of_a_grid_that_is_not_shown_is_read(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    row_of = worklist.grid_row
    monkeypatch.setattr(worklist, "grid_row", lambda *w: row_of(*w) | {"engagement": 4.37})
    findings = ask(MANAGER, "/pairs", state="all")
    assert {one.number for one in findings} == {"4.37"}
    assert all(one.place.endswith("column engagement") for one in findings)


def test_a_figure_a_tenth_beside_the_release_is_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    value_of = departments.cell_value

    def beside(cell: Any, unit: str) -> Any:
        value = value_of(cell, unit)
        return value if value.raw is None else type(value)(value.text, value.raw + 0.1)

    monkeypatch.setattr(departments, "cell_value", beside)
    findings = ask(HR, "/departments", is_download=True)
    assert {one.problem for one in findings} == {DIFFERS}
    assert any("row Sales, column 2026 Q3" in one.place for one in findings)


def test_a_small_line_that_goes_through_another_value_is_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat_of = overview._stat

    def leaking(*words: Any) -> Any:
        stat = stat_of(*words)
        return replace(stat, course=[*stat.course[:-2], 0.05, stat.course[-1]])

    monkeypatch.setattr(overview, "_stat", leaking)
    findings = ask(HR, "/")
    assert {one.problem for one in findings} == {DIFFERS}
    assert any(one.place.startswith("box On track, small line, point") for one in findings)


def test_a_page_that_fails_is_not_taken_for_a_clean_one(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "read_title", lambda _: 1 / 0)
    (finding,) = ask(HR, "/")
    assert finding.problem == UNREAD
    assert "page failed" in finding.place


@pytest.mark.parametrize("words", ["Sales scored 3.417 on openness", "4,321 people said no"])
def test_a_number_in_text_that_no_figure_explains_is_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setattr(departments, "read_title", lambda _: words)
    findings = ask(HR, "/departments")
    assert [one.problem for one in findings] == [UNEXPLAINED]
    assert words in findings[0].place


def test_a_number_in_a_table_that_nobody_knows_is_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Table((Column("Mood"), Column("Score")), ((text_value("Sales"), number_value(3.0)),))
    extra = Figure("mood", "Mood", "By department", table)
    page = next(one for one in PAGES if one.path == "/departments")
    page = replace(page, figures=lambda _: [extra])
    monkeypatch.setattr("dashboard.routes.PAGES", (page,))
    findings = ask(HR, "/departments", is_download=True)
    assert [(one.problem, one.number) for one in findings] == [(UNKNOWN, "3")]
    assert "row Sales, column Score" in findings[0].place


def test_what_a_box_or_a_row_carries_beside_its_words_is_read(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stat, "spark", lambda *_: html.Div(html.Span("4.37"), className="extra"))
    row = html.Tr
    monkeypatch.setattr(html, "Tr", lambda *w, **k: row(*w, **k | {"title": "5.731"}))
    assert {one.number for one in ask(HR, "/")} == {"4.37", "5.731"}


def test_a_mark_drawn_for_a_withheld_figure_is_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = heat._heat_cell

    def shaded(*words: Any) -> Any:
        cell = draw(*words)
        cell.style = {"--heat": 31}
        return cell

    monkeypatch.setattr(heat, "_heat_cell", shaded)
    findings = ask(HR, "/departments", department="Legal")
    assert findings and {one.number for one in findings} == {"a mark"}
    assert all("row Legal, column" in one.place for one in findings)


def test_a_property_of_a_chart_that_nobody_reads_fails_loudly(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = plots._line
    monkeypatch.setattr(plots, "_line", lambda *w: draw(*w) | {"secret": [1]})
    (finding,) = ask(HR, "/impact")
    assert finding.problem == UNREAD
    assert "secret" in finding.place


def test_an_address_or_callback_that_nobody_asks_fails_loudly(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = create_app

    def with_route(*words: Any, **named: Any) -> Any:
        app = made(*words, **named)
        app.server.add_url_rule("/answers.json", view_func=lambda: "{}")
        return app

    def with_callback(*words: Any, **named: Any) -> Any:
        app = made(*words, **named)
        app.callback(Output("said", "children"), Input("scheme", "data"))(str)
        return app

    monkeypatch.setattr("harvest.asking.create_app", with_route)
    with pytest.raises(UnknownContent, match=r"/answers\.json"):
        App(folder, HR)
    monkeypatch.setattr("harvest.asking.create_app", with_callback)
    with pytest.raises(UnknownContent, match=r"said\.children"):
        App(folder, HR)


def test_labels_for_screen_readers_tooltips_and_addresses_are_read() -> None:
    page = {
        "type": "Div",
        "props": {
            "aria-label": "seventeen is 17",
            "title": "n = 18",
            "data-hidden": {"mean": 3.25},
            "children": [
                {"type": "A", "props": {"href": "/pairs?score=19&state=all", "children": None}},
                {"type": "Img", "props": {"alt": "20 of 21", "className": "w-500"}},
            ],
        },
    }
    texts = {text.text for text in PageReader().read(json.loads(json.dumps(page))).texts}
    assert texts == {"seventeen is 17", "n = 18", "3.25", "19", "all", "20 of 21"}


def test_a_wrong_share_of_pairs_marked_alike_is_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pair_risk, "in_ten", lambda _: "6 in 10")
    findings = ask(MANAGER, "/pairs", state="all")
    assert {one.number for one in findings} == {"6"}
    assert any(one.place.endswith("column risk_words") for one in findings)
    assert any("column Risk" in one.place for one in findings)


def test_a_back_test_that_differs_from_the_release_is_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pair_risk, "_score", lambda value: Value("0.012", 0.012))
    findings = ask(MANAGER, "/pairs", is_download=True)
    assert {one.problem for one in findings} == {DIFFERS}
    assert {one.number for one in findings} == {"0.012"}


def test_a_back_test_shown_to_those_who_see_no_names_is_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_named_rights", lambda *_: Rights(allowed=True))
    findings = ask(HR, "/pairs", state="all")
    own = [one for one in findings if one.place.startswith("pairs-warning")]
    assert {one.problem for one in own} == {NOT_YOURS, UNEXPLAINED}
