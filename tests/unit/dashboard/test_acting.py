"""Follow-ups over HTTP: who may act on what, and what two managers see of each other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar

from app_state.store import Store, open_store
from dashboard.access import Role, Viewer
from dashboard.acting import CALENDAR, RECORD, UNDO
from dashboard.app import create_app
from dashboard.data import ReleaseData
from dashboard.desk import Desk
from reports.release import open_release
from tests.synthetic_release import publish_synthetic
from tests.unit.dashboard.conftest import VIEWERS

OURS = {"X-Requested-With": "outcomes"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'app_state.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def manager(releases: Path, store: Store) -> Any:
    return client_of(releases, store, VIEWERS[Role.PROGRAM_MANAGER])


@pytest.fixture
def pair_ids(releases: Path) -> list[str]:
    board = open_release(releases).frame("pair_board", program="P1")
    return [str(pair_id) for pair_id in board.sort_values("need_rank")["pair_id"]]


def client_of(releases: Path, store: Store | None, viewer: Viewer) -> Any:
    return create_app(releases, demo=False, viewer=viewer, store=store).server.test_client()


def act(client: Any, pairs: dict[str, int], kind: str = "contacted", **more: Any) -> Any:
    wanted = [{"pair_id": pair_id, "seen": seen} for pair_id, seen in pairs.items()]
    answer = client.post(RECORD, json={"kind": kind, "pairs": wanted} | more, headers=OURS)
    return answer.status_code, json.loads(answer.get_data())


def test_a_manager_records_what_was_done_about_many_pairs_and_takes_it_back(manager, pair_ids):
    status, said = act(manager, dict.fromkeys(pair_ids[:10], 0), note="Called both")
    assert status == 200
    assert {cell["seen"] for cell in said["pairs"].values()} == {1}
    assert all(cell["follow_up"].startswith("Contacted") for cell in said["pairs"].values())
    assert all("Called both" in cell["follow_up_sub"] for cell in said["pairs"].values())
    undone = manager.post(UNDO, json={"batch": said["batch"]}, headers=OURS)
    assert undone.status_code == 200
    cells = json.loads(undone.get_data())["pairs"]
    assert {(c["seen"], c["follow_up"]) for c in cells.values()} == {(2, "")}


def test_two_managers_see_each_others_change_and_nothing_is_overwritten(
    releases, store, manager, pair_ids
):
    other = client_of(releases, store, VIEWERS[Role.PROGRAM_MANAGER])
    assert act(manager, {pair_ids[0]: 0})[0] == 200
    status, said = act(other, {pair_ids[0]: 0, pair_ids[1]: 0}, kind="ended")
    assert status == 409
    assert "changed meanwhile" in said["detail"]
    assert said["pairs"][pair_ids[0]]["follow_up"].startswith("Contacted")
    assert act(other, {pair_ids[0]: 1, pair_ids[1]: 0}, kind="ended")[0] == 200


def test_a_repeated_request_records_nothing_twice(manager, pair_ids):
    first = act(manager, {pair_ids[0]: 0}, batch="once")
    assert act(manager, {pair_ids[0]: 0}, batch="once") == first


@pytest.mark.parametrize("role", [Role.HR_LEADERSHIP, Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR])
def test_who_sees_no_names_cannot_act(releases, store, pair_ids, role):
    client = client_of(releases, store, VIEWERS[role])
    assert act(client, {pair_ids[0]: 0})[0] == 403
    assert client.get(CALENDAR).status_code == 404


def test_pairs_of_other_programs_cannot_be_touched_nor_taken_back(
    releases, store, manager, pair_ids
):
    stranger = client_of(releases, store, Viewer(Role.PROGRAM_MANAGER, programs=("P9",)))
    assert act(stranger, {pair_ids[0]: 0})[0] == 403
    batch = act(manager, {pair_ids[0]: 0})[1]["batch"]
    assert stranger.post(UNDO, json={"batch": batch}, headers=OURS).status_code == 403


def test_a_request_from_a_foreign_page_is_refused(manager, pair_ids):
    body = {"kind": "contacted", "pairs": [{"pair_id": pair_ids[0], "seen": 0}]}
    assert manager.post(RECORD, json=body).status_code == 403
    assert act(manager, {pair_ids[0]: 0})[0] == 200  # and had recorded nothing


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        ("kissed", {}, "cannot be read"),
        ("note", {}, "A note needs some words"),
        ("snoozed", {}, ""),
        ("contacted", {"due_on": "tomorrow"}, "cannot be read"),
        ("contacted", {"note": "x" * 3_000}, "The note has 3,000 characters"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(manager, pair_ids, kind, more, words):
    status, said = act(manager, {pair_ids[0]: 0}, kind=kind, **more)
    assert status == 400
    assert words in said["detail"]


def test_a_follow_up_of_no_pair_is_refused(manager):
    status, said = act(manager, {})
    assert (status, said["detail"]) == (400, "Choose at least one pair and at most 5,000.")


def test_follow_ups_stand_on_the_page_at_once_and_survive_the_next_release(
    tmp_path, store, pair_ids
):
    folder = tmp_path / "releases"
    publish_synthetic(folder)
    client = client_of(folder, store, VIEWERS[Role.PROGRAM_MANAGER])
    key = create_key(folder, store)
    act(client, {pair_ids[0]: 0}, note="Rang twice")
    assert create_key(folder, store) != key  # a page drawn before is not shown again
    publish_synthetic(folder)
    status, said = act(client, {pair_ids[0]: 0})
    assert status == 409 and "recorded “contacted”" in said["detail"]
    answer = client.get(f"/pairs?pair={pair_ids[0]}")
    assert answer.status_code == 200


def create_key(folder: Path, store: Store) -> tuple[object, ...]:
    desk = Desk(ReleaseData(folder), demo=False, viewer=VIEWERS[Role.PROGRAM_MANAGER], store=store)
    with Flask("asked").test_request_context("/"):
        return desk.answer_key()


def test_the_calendar_holds_what_has_a_day_and_no_names(releases, manager, pair_ids):
    act(manager, {pair_ids[0]: 0}, kind="snoozed", until_on="2099-01-04", note="Back from leave")
    act(manager, {pair_ids[1]: 0}, due_on="2099-02-01", assignee="Ada")
    act(manager, {pair_ids[2]: 0})
    body = manager.get(CALENDAR).get_data()
    events = Calendar.from_ical(body).walk("VEVENT")
    assert sorted(str(event.decoded("dtstart")) for event in events) == ["2099-01-04", "2099-02-01"]
    board = open_release(releases).frame("pair_board")
    assert not any(name in body.decode() for name in [*board["mentor_name"], *board["mentee_name"]])


def test_without_a_store_the_worklist_is_for_reading(releases):
    client = client_of(releases, None, VIEWERS[Role.PROGRAM_MANAGER])
    assert client.post(RECORD, json={}, headers=OURS).status_code in (404, 405)
