"""People beyond the board: what is shown to the wrong reader, or wrongly, is found."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard import access
from dashboard.access import Rights, Role, Viewer
from dashboard.content import people, people_answers, people_ended, people_rematch
from harvest.judge import DIFFERS, UNEXPLAINED
from harvest.rights import NOT_YOURS
from tests.unit.harvest.conftest import HEAD, HR, MANAGER, Ask

STRANGER = Viewer(Role.PROGRAM_MANAGER, programs=("P2",))
LISTS = ("people-waiting", "people-rematch", "people-cancelling", "people-ended", "people-talk")


@pytest.mark.parametrize("viewer", [HR, HEAD, MANAGER], ids=lambda one: one.role.value)
@pytest.mark.parametrize("query", [{}, {"department": "Sales"}, {"cohort": "C2"}])
def test_the_page_and_its_download_say_what_the_release_says(
    ask: Ask, viewer: Viewer, query: dict[str, str]
) -> None:
    assert ask(viewer, "/people", **query) == []
    assert ask(viewer, "/people", is_download=True, **query) == []


@pytest.mark.parametrize("viewer", [HR, STRANGER], ids=lambda one: one.role.value)
def test_people_shown_to_who_does_not_run_their_program_are_found_list_by_list(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, viewer: Viewer
) -> None:
    monkeypatch.setattr(access, "_named_rights", lambda *_: Rights(allowed=True))
    findings = ask(viewer, "/people")
    for name in LISTS:
        found = {one.number for one in findings
                 if one.place.startswith(f"{name}, row") and one.problem == NOT_YOURS}  # fmt: skip
        assert "a name" in found, name
    ask(viewer, "/people", is_download=True)
    assert any(one.surface == "/export/page-people.csv" for one in findings)


def test_a_wait_that_differs_from_the_release_is_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    number_of = people.number_value
    monkeypatch.setattr(people, "number_value", lambda n, *unit: number_of(n + 1000, *unit))
    findings = ask(MANAGER, "/people", is_download=True)
    assert {one.problem for one in findings} == {DIFFERS}
    assert any("row Applicant" in one.place and "Waiting" in one.place for one in findings)


def test_a_wrong_count_of_a_reason_is_found(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_ended, "count_reasons", lambda _: [("Other reason", 93)])
    findings = ask(MANAGER, "/people", is_download=True)
    assert {(one.number, one.problem) for one in findings} == {("93", DIFFERS)}


def test_a_number_in_words_that_no_list_explains_is_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_rematch, "none_words", lambda _: "For 4,321 people there is nobody")
    assert {one.problem for one in ask(MANAGER, "/people")} == {UNEXPLAINED}


def test_a_count_of_missing_answers_without_a_published_rate_is_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    line: tuple[Any, ...] = tuple(
        people.text_value(text) for text in ("Sales", "2026 Q3", "40", "17", "58 %")
    )
    monkeypatch.setattr(people_answers, "newest_quarter", lambda _: "2026Q3")
    monkeypatch.setattr(people_answers, "_line", lambda *_: line)
    found = {(one.number, one.problem) for one in ask(HR, "/people", is_download=True)}
    assert {number for number, _ in found} >= {"40", "17"}
