"""Who sees whom on the page about people, and what the page makes of the release."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from plotly.utils import PlotlyJSONEncoder

from app_state.entry import Kind
from app_state.follow_ups import record
from app_state.latest import Latest
from app_state.store import open_store
from dashboard.access import Role, Viewer
from dashboard.cell import Cell
from dashboard.content import people, people_answers, people_ended, people_rematch
from dashboard.data import ReleaseData, View
from dashboard.downloads import figures_csv
from dashboard.followed_up import FollowedUp
from dashboard.pages import PAGES
from dashboard.pages import people as people_page
from harvest.asking import app_for
from harvest.rights import every_viewer
from reports.release import open_release
from tests.follow_up_rows import BOARD, NOW, change
from tests.page_asker import Asker
from tests.unit.dashboard.conftest import VIEWERS

TABLES = ("waiting_person", "cancelling_senior", "ended_pair", "rematch")
NAME = re.compile(r"\b(?:Applicant|Colleague|Mentor|Mentee) \d{4}\b")
OTHERS = [Role.HR_LEADERSHIP, Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR]


@pytest.fixture
def manager_view(data: ReleaseData) -> View:
    return data.view(VIEWERS[Role.PROGRAM_MANAGER], {})


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("role", OTHERS)
def test_nobody_but_a_manager_reads_people_by_name(
    data: ReleaseData, table: str, role: Role
) -> None:
    view = data.view(VIEWERS[role], {})
    assert view.rows(table) == ()
    assert "own managers only" in view.rights(table).reason


@pytest.mark.parametrize("table", TABLES)
def test_a_manager_reads_people_of_the_own_programs_only(data: ReleaseData, table: str) -> None:
    assert data.view(VIEWERS[Role.PROGRAM_MANAGER], {}).rows(table)
    stranger = Viewer(Role.PROGRAM_MANAGER, programs=("another",))
    assert data.view(stranger, {}).rows(table) == ()


def test_no_name_reaches_who_does_not_run_the_program(releases: Path) -> None:
    viewers = every_viewer(open_release(releases))
    viewers.append(Viewer(Role.PROGRAM_MANAGER, programs=("another",)))
    for viewer in viewers:
        with app_for(releases, viewer) as app:
            bodies = [json.dumps(app.page("/people", search)) for search in ("", "?program=P1")]
            bodies += [
                app.get(f"/export/{name}.csv").body.decode()
                for name in ("page-people", "people-waiting", "people-rematch",
                             "people-cancelling", "people-talk", "people-ended")
            ]  # fmt: skip
        runs_it = "P1" in viewer.programs
        assert all(bool(NAME.search(body)) == runs_it for body in bodies), viewer


@pytest.mark.parametrize("role", OTHERS[:2])
def test_who_sees_no_names_is_told_why_and_given_numbers(asker: Asker, role: Role) -> None:
    asker.become(role.value)
    page = asker.page("/people")
    assert "Why there are no names here" in page
    assert "Pairs never started" in page


def test_filters_choose_program_cohort_and_department(data: ReleaseData) -> None:
    manager = VIEWERS[Role.PROGRAM_MANAGER]
    for name, value in (("department", "Sales"), ("cohort", "C2")):
        view = data.view(manager, {name: value})
        rows = people.read_waiting(view)
        assert rows and {getattr(row, name) for row in rows} == {value}
    ended = people_ended.read_ended(data.view(manager, {"department": "Sales"}))
    assert {row.mentee_department for row in ended} == {"Sales"}


def test_lists_begin_with_who_needs_most(manager_view: View) -> None:
    waits = [row.days_waiting for row in people.read_waiting(manager_view)]
    assert waits == sorted(waits, reverse=True)
    ends = [row.ended_on for row in people_ended.read_ended(manager_view)]
    assert ends == sorted(ends, reverse=True)
    reasons = people_ended.count_reasons(people_ended.read_ended(manager_view))
    assert [name for name, _ in reasons][-2:] == ["Other reason", "No reason given"]


def test_suggestions_are_for_who_waits_and_for_pairs_in_need(manager_view: View) -> None:
    seekers = people_rematch.read_seekers(manager_view)
    assert {one.row.need for one in seekers} == {"waiting", "never_started", "dormant", "stalled"}
    assert all(len(one.suggestions) <= 3 for one in seekers)
    places = [[row.place for row in one.suggestions] for one in seekers]
    assert all(found == list(range(1, len(found) + 1)) for found in places)


def test_a_pair_whose_follow_up_wants_a_re_match_comes_first(
    manager_view: View, tmp_path: Path
) -> None:
    drifting = next(r for r in manager_view.rows("rematch") if r.need == "drifting")
    store = open_store(f"sqlite:///{tmp_path / 'state.sqlite'}")
    wanted = change(drifting.pair_id, kind=Kind.REMATCH_WANTED)
    record(store, [wanted], by="Ada", now=NOW, board=BOARD)
    done = FollowedUp(store, Latest(store).standing(), NOW.date())
    view = replace(manager_view, done=done)
    first = people_rematch.read_seekers(view)[0]
    assert (first.row.pair_id, first.is_wanted) == (drifting.pair_id, True)
    assert people_rematch.need_words(first) == "Drifting, re-match wanted"


def test_a_suggestion_gives_its_reasons_in_words() -> None:
    row = SimpleNamespace(
        person_name="Ada", gets='["ai", "data"]', gives='["career"]', candidate_free="ended",
        candidate_since=dt.date(2026, 9, 1),
    )  # fmt: skip
    assert people_rematch.fit_words(row) == (
        "Offers ai and data, which Ada asked for; asked for career, which Ada offers; works in "
        "another department; not in their reporting line"
    )
    assert people_rematch.free_words(row) == "without a pair since 1 Sep 2026"


def test_a_download_holds_everybody_and_a_page_a_part(manager_view: View) -> None:
    figure = people.waiting_figure(manager_view)
    rows = figure.table.rows * 10
    long = replace(figure, table=replace(figure.table, rows=rows))
    assert len(people.shortened(long).table.rows) == people.MANY
    assert people.shortened(figure) is figure
    assert figures_csv(manager_view, [long]).count("Applicant") == len(rows)


def test_who_did_not_answer_is_counted_from_the_published_rate() -> None:
    shown = Cell(value=0.59, n=178, status="shown")
    assert round(people_answers.missing_count(shown) or 0) == 73
    assert people_answers.missing_count(Cell(status="suppressed", reason="Hidden")) is None


def test_a_withheld_rate_shows_its_reason_and_no_count() -> None:
    hidden = Cell(status="suppressed", reason="Hidden so that a smaller group cannot be worked out")
    line = [value.text for value in people_answers._line("Sales", "2026Q3", hidden)]
    assert line[:4] == ["Sales", "2026 Q3", "–", "–"]
    assert "Hidden so that" in line[4]


def test_a_rate_that_is_a_bound_gives_a_count_that_is_one() -> None:
    bound = Cell(value=0.9, n=20, status="shown", bound="or higher")
    assert people_answers._line("Sales", "2026Q3", bound)[3].text == "2 or fewer"


def test_the_page_of_a_program_where_ten_thousand_wait_stays_small(
    manager_view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = people.read_waiting(manager_view)[0]
    monkeypatch.setattr(people_rematch, "in_slice", lambda *_: (row,) * 10_000)
    page = people_page._waiting(manager_view)
    assert (
        json.dumps(page, cls=PlotlyJSONEncoder).count(row.person_name) == people.MANY + people.FEW
    )


def test_the_page_comes_after_the_pairs_in_the_menu() -> None:
    names = [page.name for page in PAGES]
    assert names[names.index("Pairs") + 1] == "People"
