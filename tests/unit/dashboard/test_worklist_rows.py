"""The list gives its rows block by block, in one order, and leaves out what was set aside."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from app_state.errors import StoreError
from app_state.store import Store, open_store
from dashboard.access import Role, Viewer
from dashboard.acting import EDIT, RECORD
from dashboard.app import create_app
from dashboard.content.board import CHOICES, STATES
from dashboard.content.worklist import SORTS
from dashboard.rows import ROWS
from dashboard.views import FORGET, VIEWS
from reports.release import open_release
from tests.page_asker import Asker
from tests.unit.dashboard.conftest import VIEWERS

OURS = {"X-Requested-With": "outcomes"}
MANAGER = VIEWERS[Role.PROGRAM_MANAGER]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'app_state.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def client(releases: Path, store: Store) -> Any:
    return client_of(releases, MANAGER, store=store)


def client_of(releases: Path, viewer: Viewer, **how: Any) -> Any:
    return create_app(releases, demo=False, viewer=viewer, **how).server.test_client()


def rows(client: Any, **asked: Any) -> Any:
    answer = client.get(f"{ROWS}?{urlencode(asked)}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return json.loads(answer.get_data())


def act(client: Any, *pair_ids: str, kind: str = "contacted", **more: Any) -> Any:
    wanted = [{"pair_id": pair_id, "seen": 0} for pair_id in pair_ids]
    answer = client.post(RECORD, json={"kind": kind, "pairs": wanted} | more, headers=OURS)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return json.loads(answer.get_data())


def ids(found: Any) -> list[str]:
    return [row["pair_id"] for row in found["rows"]]


def in_days(count: int) -> str:
    return day(count).isoformat()


def day(count: int) -> dt.date:
    return dt.datetime.now(dt.UTC).date() + dt.timedelta(days=count)


def test_blocks_put_together_are_the_whole_board_in_its_order(client, releases):
    board = open_release(releases).frame("pair_board", program="P1").sort_values("need_rank")
    found: list[str] = []
    while len(found) < len(board):
        block = rows(client, state="all", start=len(found), end=len(found) + 60)
        assert block["total"] == len(board)
        found += ids(block)
    assert found == list(board["pair_id"])


@pytest.mark.parametrize("sort", sorted(SORTS))
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_every_order_holds_every_pair_once_and_pairs_without_a_value_last(client, sort, direction):
    act(client, *ids(rows(client, state="stalled")))
    plain = rows(client, state="all", end=1000)
    ordered = rows(client, state="all", end=1000, sort=sort, dir=direction)
    assert sorted(ids(ordered)) == sorted(ids(plain))
    values = [
        row[{"next": "next", "state_word": "state"}.get(sort, sort)] for row in ordered["rows"]
    ]
    known = [value for value in values if value not in (None, "")]
    assert values[: len(known)] == known
    if sort in ("days", "risk", "held", "next"):
        assert known == sorted(known, reverse=direction == "desc")


def test_a_search_finds_pairs_with_all_of_the_words_in_names_or_departments(client):
    every = rows(client, state="all", end=1000)["rows"]
    for words in ("sales", "SALES eng", "mentor 1"):
        wanted = words.casefold().split()
        slow = [
            row["pair_id"]
            for row in every
            if all(
                word in f"{row['pair']} {row['departments']} {row['pair_id']}".casefold()
                for word in wanted
            )
        ]
        assert ids(rows(client, state="all", q=words, end=1000)) == slow
    assert rows(client, state="all", q="nobody is called so")["total"] == 0


def test_counts_of_the_choices_are_the_lengths_of_their_lists(client):
    needing = ids(rows(client))
    act(client, *needing[:5], kind="snoozed", until_on=in_days(7))
    act(client, *needing[5:7], due_on=in_days(0))
    counts = rows(client)["counts"]
    assert set(counts) == set(CHOICES)
    assert counts == {state: rows(client, state=state)["total"] for state in CHOICES}
    assert sum(counts[state] for state in STATES) == counts["all"]
    assert (counts["aside"], counts["due"]) == (5, 2)


def test_a_pair_set_aside_needs_nobody_and_stays_under_its_state(client):
    first, second, *_ = rows(client)["rows"]
    told = act(client, first["pair_id"], kind="snoozed", until_on=in_days(14))
    assert told["pairs"][first["pair_id"]]["aside"] is True
    assert told["counts"]["needing"] == rows(client)["total"]
    assert ids(rows(client))[0] == second["pair_id"]
    assert first["pair_id"] in ids(rows(client, state=first["state"], end=1000))
    assert ids(rows(client, state="aside")) == [first["pair_id"]]


def test_a_snooze_that_is_over_brings_the_pair_back_and_says_so(releases, store):
    client = client_of(releases, MANAGER, store=store)
    first = rows(client)["rows"][0]["pair_id"]
    act(client, first, kind="snoozed", until_on=in_days(2))
    assert first not in ids(rows(client, end=1000))
    assert first not in ids(rows(client_of(releases, MANAGER, store=store, today=lambda: day(1))))
    later = client_of(releases, MANAGER, store=store, today=lambda: day(2))
    row = rows(later)["rows"][0]
    assert row["pair_id"] == first
    assert row["follow_up"].startswith("Back since")


@pytest.mark.parametrize("role", [Role.HR_LEADERSHIP, Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR])
def test_who_sees_no_names_gets_no_row_and_no_view(releases, store, role):
    client = client_of(releases, VIEWERS[role], store=store)
    for address in (ROWS, f"{ROWS}?state=all", VIEWS):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "detail" in json.loads(answer.get_data())


def test_a_manager_gets_no_pair_of_another_program(releases, store):
    stranger = client_of(releases, Viewer(Role.PROGRAM_MANAGER, programs=("P9",)), store=store)
    found = rows(stranger, state="all")
    assert (found["rows"], found["total"], found["counts"]["all"]) == ([], 0, 0)


@pytest.mark.parametrize(
    "asked", [{"state": "x"}, {"sort": "why"}, {"start": "-1"}, {"end": "2000"}, {"start": "9"}]
)
def test_a_question_that_cannot_be_meant_is_refused(client, asked):
    if asked == {"start": "9"}:
        asked = {"start": "9", "end": "8"}
    answer = client.get(f"{ROWS}?{urlencode(asked)}")
    assert answer.status_code == 400


def test_a_follow_up_is_worded_anew_and_a_second_editor_is_told(client):
    pair_id = ids(rows(client))[0]
    act(client, pair_id, note="Left a mesage")
    better = {"pair_id": pair_id, "seen": 1, "note": "Left a message", "assignee": "Ada"}
    answer = client.post(EDIT, json=better, headers=OURS)
    assert answer.status_code == 200
    cell = json.loads(answer.get_data())["pairs"][pair_id]
    assert cell["seen"] == 2
    assert "Left a message; for Ada" in cell["follow_up_sub"]
    again = client.post(EDIT, json=better | {"note": "Mine"}, headers=OURS)
    assert again.status_code == 409
    assert json.loads(again.get_data())["pairs"][pair_id]["seen"] == 2


@pytest.mark.parametrize("more", [{"seen": "x"}, {"seen": 1, "due_on": "soon"}, {"seen": 9}])
def test_an_edit_that_cannot_be_meant_is_refused(client, more):
    pair_id = ids(rows(client))[0]
    act(client, pair_id)
    answer = client.post(EDIT, json={"pair_id": pair_id} | more, headers=OURS)
    assert answer.status_code == 400
    assert rows(client, state="all", end=1000)["rows"][0]["seen"] == 1


def test_views_are_saved_under_a_name_without_what_belongs_to_one_pair(client):
    asked = {"name": "Stalled in sales", "search": "?state=stalled&q=sales&pair=P1&evil=1"}
    answer = client.post(VIEWS, json=asked, headers=OURS)
    href = "/pairs?state=stalled&q=sales"
    assert json.loads(answer.get_data()) == {"views": [{"name": asked["name"], "href": href}]}
    assert client.post(VIEWS, json=asked).status_code == 403  # not from our pages
    forgotten = client.post(FORGET, json={"name": asked["name"]}, headers=OURS)
    assert json.loads(forgotten.get_data()) == {"views": []}
    assert client.post(FORGET, json={"name": "x"}, headers=OURS).status_code == 400


def test_a_store_that_cannot_be_opened_is_said_on_the_page(releases):

    asker = Asker(releases)
    asker.client = client_of(releases, MANAGER, store_problem="Cannot open the file: no room.")
    page = asker.page("/pairs")
    assert "Follow-ups are off, so the list is for reading only. Cannot open the file" in page


def test_a_store_that_breaks_leaves_the_list_readable(releases, store, monkeypatch):

    def broken(*_: object) -> int:
        raise StoreError("The disk is full.")

    asker = Asker(releases)
    asker.client = client_of(releases, MANAGER, store=store)
    assert rows(asker.client)["rows"][0]["seen"] == 0
    monkeypatch.setattr("app_state.follow_ups.count", broken)
    assert rows(asker.client)["total"] > 0
    assert "The disk is full." in asker.page("/pairs")


def test_an_empty_list_says_what_that_means(releases, store):
    asker = Asker(releases)
    asker.client = client_of(releases, MANAGER, store=store)
    assert "No pair is set aside" in asker.page("/pairs", "?state=aside")
    assert "Nothing is due today" in asker.page("/pairs", "?state=due")
    needing = ids(rows(asker.client, end=1000))
    act(asker.client, *needing, kind="snoozed", until_on=in_days(7))
    page = asker.page("/pairs")
    assert "Nobody needs you today" in page
    assert f"The others were set aside: {len(needing)} pairs" in page
