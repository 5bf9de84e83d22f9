"""The Definitions page tells what changed in a definition, and what became of earlier quarters."""

from __future__ import annotations

from dashboard.content import definitions
from dashboard.data import View
from tests.page_asker import Asker


def test_a_restated_figure_says_so(hr_view: View) -> None:
    assert definitions.read_history(hr_view, hr_view.metrics["adherence"]) == [
        ("Version 2", "Since 30 June 2026. Days on which the pair is paused no longer count."),
        ("Earlier quarters", "Restated: every period is shown under version 2."),
    ]


def test_kept_figures_name_their_quarters_and_version(hr_view: View) -> None:
    [_, (_, words)] = definitions.read_history(hr_view, hr_view.metrics["turnover"])
    assert words == (
        "As they were published: 2024 Q4 to 2025 Q4 under version 1. They are not compared with "
        "later ones."
    )


def test_a_figure_is_not_compared_across_two_definitions(hr_view: View) -> None:
    kept = hr_view.cell("turnover", "2025Q4", population="everyone")
    later = hr_view.cell("turnover", "2026Q1", population="everyone")
    assert (kept.metric_version, later.metric_version) == (1, 2)
    assert definitions.read_history(hr_view, hr_view.metrics["reach"]) == []


def test_the_page_shows_the_changes(asker: Asker) -> None:
    page = asker.page("/definitions")
    assert "Contingent workers no longer count as headcount." in page
    assert "Restated: every period is shown under version 2." in page
