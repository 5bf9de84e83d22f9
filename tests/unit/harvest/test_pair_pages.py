"""A pair's page and download hold the release's numbers; what is added or altered is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dashboard import access
from dashboard.access import Rights, Role, Viewer
from dashboard.content import pair_cadence, pair_checks, pair_practice
from harvest.asking import app_for
from harvest.collect import Collector
from harvest.judge import DIFFERS, UNEXPLAINED
from harvest.questions import Question, questions
from harvest.rights import NOT_YOURS
from tests.unit.harvest.conftest import MANAGER, Ask


def test_every_page_and_download_of_a_pair_is_clean(collector: Collector, folder: Path) -> None:
    asked = [one for one in questions(collector.rows, in_pairs=False) if "pair" in one.query]
    assert sum(one.is_download for one in asked) == 2
    with app_for(folder, MANAGER) as app:
        for question in asked:
            collector.ask(app, MANAGER, question)
    assert collector.tally.findings == []
    assert collector.tally.surfaces == len(asked)
    assert collector.tally.compared > 10 * len(asked)


@pytest.fixture
def pair_id(collector: Collector) -> str:
    """A pair with goals, actions and topics to tell of."""
    items = collector.rows.frame("pair_item")
    with_all = items.groupby("pair_id")["kind"].nunique()
    return str(with_all[with_all == 3].index[0])


def test_an_altered_number_of_days_is_found_on_the_page_and_in_the_download(
    ask: Ask, pair_id: str, monkeypatch: pytest.MonkeyPatch, collector: Collector, folder: Path
) -> None:
    number = pair_cadence.number_value
    monkeypatch.setattr(pair_cadence, "number_value", lambda n: number(n and n + 1))
    findings = list(ask(MANAGER, "/pairs", pair=pair_id, state="all"))
    assert DIFFERS in {one.problem for one in findings}
    assert any("column Days" in one.place for one in findings)
    collector.start_over()
    with app_for(folder, MANAGER) as app:
        question = Question("/pairs", {"pair": pair_id}, is_download=True, figure="pair-cadence")
        collector.ask(app, MANAGER, question)
    assert DIFFERS in {one.problem for one in collector.tally.findings}


def test_an_altered_count_of_a_topic_is_found(
    ask: Ask, pair_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = pair_practice.number_value
    monkeypatch.setattr(pair_practice, "number_value", lambda n: number(n + 1))
    findings = ask(MANAGER, "/pairs", pair=pair_id, state="all")
    assert {one.problem for one in findings} == {DIFFERS}
    assert all("column Sessions" in one.place for one in findings)


def test_a_rating_in_the_words_of_a_check_is_found(
    ask: Ask, pair_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = pair_checks.Check("Fine", "The senior rated the last session 3.417.", "")
    monkeypatch.setattr(pair_checks, "pair_checks", lambda _: [planted])
    findings = ask(MANAGER, "/pairs", pair=pair_id, state="all")
    assert [(one.number, one.problem) for one in findings] == [("3.417", UNEXPLAINED)]


def test_a_page_shown_to_the_manager_of_another_program_is_found(
    ask: Ask, pair_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_named_rights", lambda *_: Rights(allowed=True))
    stranger = Viewer(Role.PROGRAM_MANAGER, programs=("P2",))
    findings: list[Any] = ask(stranger, "/pairs", pair=pair_id, state="all")
    assert any(one.problem == NOT_YOURS and "column Days" in one.place for one in findings)
