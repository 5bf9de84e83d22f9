"""A manager's week on the sample: Monday's digest, ten pairs called, and which of them then met."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import sqlalchemy as sa

from app_state.store import Store, open_store
from dashboard.access import Role, Viewer
from dashboard.acting import RECORD, UNDO
from dashboard.app import create_app
from dashboard.rows import ROWS
from reports.digest import build_digest
from reports.publish import publish
from reports.release import open_release
from tests.acceptance.conftest import Demo
from warehouse.engine import open_warehouse
from warehouse.tables import session

pytestmark = pytest.mark.xdist_group("demo")

MONDAY, NEXT_MONDAY = dt.date(2026, 9, 14), dt.date(2026, 9, 28)
NOW = dt.datetime(2026, 11, 1)
OURS = {"X-Requested-With": "outcomes"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'app_state.sqlite3'}")
    yield opened
    opened.close()


def ask(client: Any, **asked: Any) -> Any:
    return json.loads(client.get(f"{ROWS}?{urlencode(asked)}").get_data())


def test_from_mondays_digest_to_which_pairs_met_after_the_calls(
    demo: Demo, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "releases"
    warehouse = open_warehouse(demo.settings)
    try:
        publish(warehouse, folder, as_of=MONDAY, now=NOW, is_sample=True)
        manager = Viewer(Role.PROGRAM_MANAGER, programs=("RM",))
        client = create_app(folder, demo=False, viewer=manager, store=store).server.test_client()

        digest = build_digest(
            open_release(folder), programs=["RM"], address="https://outcomes.example", week="W38"
        )
        link = urlsplit(digest.href)
        assert link.path == "/pairs"
        needing = ask(client, **{key: value[0] for key, value in parse_qs(link.query).items()})
        assert [row["pair_id"] for row in needing["rows"][:10]] == [
            line.pair_id for line in digest.lines
        ]

        batches = {}
        for row in needing["rows"][-10:]:  # a call may still help those not silent for long
            pairs = [{"pair_id": row["pair_id"], "seen": row["seen"]}]
            said = client.post(RECORD, json={"kind": "contacted", "pairs": pairs}, headers=OURS)
            assert said.status_code == 200
            batches[row["pair_id"]] = json.loads(said.get_data())["batch"]
        assert len(batches) == 10
        taken_back, batch = batches.popitem()
        assert client.post(UNDO, json={"batch": batch}, headers=OURS).status_code == 200
        done = ask(client, state="done")
        assert {row["pair_id"] for row in done["rows"]} == set(batches)
        assert {row["follow_up_met"] for row in done["rows"]} == {""}

        publish(warehouse, folder, as_of=NEXT_MONDAY, now=NOW, is_sample=True)
        held = sa.select(session.c.pair_id).where(
            session.c.status == "held",
            session.c.planned_start_at >= MONDAY + dt.timedelta(days=1),
            session.c.planned_start_at < NEXT_MONDAY + dt.timedelta(days=1),
        )
        met = set(warehouse.read(held)["pair_id"])
    finally:
        warehouse.close()
    later = ask(client, state="done")["rows"]
    assert {row["pair_id"] for row in later} <= set(batches)  # a pair may have ended meanwhile
    assert taken_back not in {row["pair_id"] for row in later}
    assert {row["pair_id"] for row in later if row["follow_up_met"]} == met & {
        row["pair_id"] for row in later
    }
    assert met & set(batches)  # else the sentence above would be empty
