"""Did it help: for whom it is worked out, when anew, and what the card says."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app_state.entry import Kind
from app_state.helped import WARNING, Helped, did_it_help
from app_state.latest import Latest
from app_state.store import Store, open_store
from dashboard import helping
from dashboard.access import Role, Viewer
from dashboard.app import create_app
from dashboard.content import helped
from dashboard.data import ReleaseData, View
from dashboard.followed_up import FollowedUp
from dashboard.helping import PAUSE, RETRY, Finding, Helping, work_out
from reports.release import open_release
from reports.wording import THIN
from tests.follow_up_rows import contact
from tests.helped_world import fill_world
from tests.unit.dashboard.conftest import VIEWERS

MANAGER = VIEWERS[Role.PROGRAM_MANAGER]
OTHERS = [role for role in Role if role is not Role.PROGRAM_MANAGER]
TOLD = Helped(
    Kind.CONTACTED, share=0.583, comparison_share=0.41, difference=0.173, lower=-0.04, upper=0.36,
    n_pairs=24, n_follow_ups=24, n_comparison_pairs=130, n_strata=9, n_running=2,
    n_follow_ups_left_out=1,
)  # fmt: skip
NOT_TOLD = Helped(Kind.NOTE, n_pairs=3, n_follow_ups=3, reason="3 pairs are too few.")
RESULTS = (TOLD, NOT_TOLD)


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'app_state.sqlite3'}")
    yield opened
    opened.close()


Look = Callable[..., View]


@pytest.fixture
def look(data: ReleaseData, store: Store) -> Look:
    """Return what somebody sees now, with what was recorded so far."""

    def call(viewer: Viewer = MANAGER) -> View:
        done = FollowedUp(store, Latest(store).standing(), dt.date(2026, 11, 30))
        return replace(data.view(viewer, {}), done=done)

    return call


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Programs for which it was worked out, once per time."""
    found: list[tuple[str, ...]] = []

    def counted(_: Any, __: Any, programs: tuple[str, ...]) -> tuple[Helped, ...]:
        found.append(programs)
        return RESULTS

    monkeypatch.setattr(helping, "work_out", counted)
    return found


def test_pairs_of_the_own_program_are_compared_also_those_that_ended_since(
    tmp_path: Path, store: Store
) -> None:
    of_own, as_of = fill_world(tmp_path / "releases", store)
    found = work_out(open_release(tmp_path / "releases"), store, ("P1",))
    assert found == did_it_help(*of_own, as_of=as_of)
    told = next(one for one in found if one.kind == Kind.CONTACTED)
    assert told.difference is not None and told.n_pairs > 30


def test_it_is_worked_out_once_until_somebody_follows_up_a_pair(
    look: Look, store: Store, asked: list[tuple[str, ...]]
) -> None:
    clock = Clock()
    desk = Helping(clock, patience=10)
    for _ in range(3):
        assert desk.find(look()) == Finding(RESULTS, is_newest=True)
    assert asked == [("P1",)]
    contact(store, "X0001")
    assert desk.find(look()) == Finding(RESULTS, is_newest=True)
    assert len(asked) == 2


def test_it_is_not_worked_out_anew_at_every_follow_up_where_that_takes_long(
    look: Look, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, times = Clock(), []

    def slow(*_: Any) -> tuple[Helped, ...]:
        times.append(clock.now)
        clock.now += 5.0
        return RESULTS

    monkeypatch.setattr(helping, "work_out", slow)
    desk = Helping(clock, patience=10)
    assert desk.find(look()) == Finding(RESULTS, is_newest=True)
    contact(store, "X0001")
    assert desk.find(look()) == Finding(RESULTS, is_newest=False)
    clock.now += PAUSE * 5.0
    assert desk.find(look()) == Finding(RESULTS, is_newest=True)
    assert times == [0.0, 5.0 + PAUSE * 5.0]


def test_a_page_does_not_wait_for_it(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def held_up(*_: Any) -> tuple[Helped, ...]:
        go_on.wait(20)
        return RESULTS

    monkeypatch.setattr(helping, "work_out", held_up)
    desk = Helping(patience=0.01)
    assert desk.find(look()) == Finding()
    go_on.set()
    for _ in range(200):
        if desk.find(look()) != Finding():
            break
        time.sleep(0.05)
    assert desk.find(look()) == Finding(RESULTS, is_newest=True)


def test_a_failure_is_said_and_tried_again_later(
    look: Look, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    secret = "Anna Secret did not answer"
    monkeypatch.setattr(helping, "work_out", lambda *_: (_ for _ in ()).throw(KeyError(secret)))
    desk = Helping(clock, patience=10)
    with caplog.at_level("ERROR", logger="outcomes.dashboard"):
        assert desk.find(look()) == Finding(has_failed=True)
    assert "KeyError" in caplog.text and "Anna" not in caplog.text
    monkeypatch.setattr(helping, "work_out", lambda *_: RESULTS)
    assert desk.find(look()) == Finding(has_failed=True)
    clock.now = RETRY
    assert desk.find(look()) == Finding(RESULTS, is_newest=True)


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_but_a_manager_has_it_worked_out(
    look: Look, asked: list[tuple[str, ...]], role: Role
) -> None:
    view = look(VIEWERS[role])
    assert Helping().find(view) is None
    assert asked == [] and helped.figures(view) == []


def test_managers_of_two_programs_get_an_answer_each(
    data: ReleaseData, look: Look, store: Store, asked: list[tuple[str, ...]]
) -> None:
    desk, other = Helping(patience=10), Viewer(Role.PROGRAM_MANAGER, programs=("P2",))
    desk.find(look())
    desk.find(look(other))
    assert asked == [("P1",), ("P2",)]


def test_without_a_store_nothing_is_said(data: ReleaseData) -> None:
    view = data.view(MANAGER, {})
    assert Helping().find(view) is None
    assert helped.read_finding(view) is None and helped.figures(view) == []


def test_the_title_is_the_finding_and_claims_no_cause() -> None:
    assert helped.helped_title(RESULTS) == (
        f"Of 24 pairs contacted, 58{THIN}% met within 30 days; of comparable pairs left alone, "
        f"41{THIN}%"
    )
    again = (replace(TOLD, n_follow_ups=31),)
    assert helped.helped_title(again).startswith("Of 24 pairs contacted, 31 times in all, ")
    assert helped.helped_title((NOT_TOLD,)) == "Too early to tell whether follow-ups help"


def test_the_figure_has_numbers_or_a_sentence_and_the_warning_first(look: Look) -> None:
    figure = helped.helped_figure(look(), Finding(RESULTS, is_newest=True))
    told, not_told = ([cell.text for cell in row] for row in figure.table.rows)
    assert told == [
        "Contacted", "24", "24", f"58{THIN}%", "130", f"41{THIN}%", f"+17{THIN}pts",
        f"−4{THIN}pts", f"+36{THIN}pts",
        "2 follow-ups less than 30 days old; 1 without a comparable pair",
    ]  # fmt: skip
    assert not_told[3] == "–" and not_told[-1] == "3 pairs are too few."
    assert figure.notes[0] == WARNING and helped.EARLIER not in figure.notes
    stale = helped.helped_figure(look(), Finding(RESULTS, is_newest=False))
    assert helped.EARLIER in stale.notes


def test_kinds_that_nobody_used_are_named_in_one_line() -> None:
    never = (Helped(Kind.PAUSED, reason="Too few."), Helped(Kind.ENDED, reason="Too few."))
    finding = Finding((*RESULTS, *never))
    assert [line.name for line in helped.helped_lines(finding)] == ["Contacted", "Note"]
    assert helped.unused_words(finding) == "Not used so far: paused by us and ended."
    assert helped.unused_words(Finding(RESULTS)) == ""


@pytest.fixture
def client(tmp_path: Path, store: Store) -> Any:
    """A manager's dashboard over pairs that were followed up."""
    fill_world(tmp_path / "releases", store)
    return create_app(
        tmp_path / "releases", demo=False, viewer=MANAGER, store=store
    ).server.test_client()


def page_of(client: Any, search: str = "") -> str:
    client.get("/")
    found = client.get("/_dash-dependencies").json
    output = next(one["output"] for one in found if "_pages_content" in one["output"])
    given = (("_pages_location", "pathname", "/pairs"), ("_pages_location", "search", search),
             ("scheme", "data", "light"))  # fmt: skip
    question = {
        "output": output,
        "outputs": [{"id": "_pages_content", "property": "children"},
                    {"id": "_pages_store", "property": "data"}],
        "inputs": [{"id": i, "property": p, "value": value} for i, p, value in given],
        "changedPropIds": ["_pages_location.pathname"],
    }  # fmt: skip
    answer = client.post("/_dash-update-component", json=question)
    return json.dumps(json.loads(answer.get_data()), ensure_ascii=False)


def test_the_card_stands_on_the_page_and_its_download_has_no_names(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helped, "HELPING", Helping(patience=30))
    page = page_of(client)
    assert "pairs contacted" in page and "left alone" in page and WARNING in page
    answer = client.get("/export/pairs-helped.csv")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True))))
    assert rows[3][0] == "Contacted" and len(rows[2]) == 10
    assert "Mentor" not in answer.get_data(as_text=True)


def test_a_page_given_while_it_is_being_worked_out_is_not_kept(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings = iter([Finding(), Finding(RESULTS, is_newest=True), Finding()])
    monkeypatch.setattr(helped, "read_finding", lambda _: next(findings))
    assert helped.WORKING in page_of(client)
    assert "Of 24 pairs contacted" in page_of(client)
    assert "Of 24 pairs contacted" in page_of(client)  # the answer given before
