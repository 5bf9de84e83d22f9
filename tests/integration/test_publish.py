"""Publishing reads the warehouse once, withholds small groups, and switches in one step."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from reports import publish as publishing
from reports.apart import Apart, place_beside
from reports.publish import NothingToPublish, publish
from reports.release import NoRelease, Release, open_release
from reports.release_tables import metadata
from tests.warehouse_rows import Rows, fill
from warehouse.engine import Warehouse

# What is published once serves all tests of this file.
pytestmark = pytest.mark.xdist_group("publish")
NOW = dt.datetime.fromisoformat("2026-10-01T06:00:00")
AS_OF = dt.date(2026, 9, 30)
MATCHED = dt.date(2026, 5, 4)
SALES, LEGAL = 6, 3  # pairs whose mentee is there; Legal stays below five
PAIRS = SALES + LEGAL


def at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(10))


def company() -> Rows:
    """A hundred people, two departments, nine pairs that met once in three weeks."""
    people = [f"p{i:03}" for i in range(100)]
    department = {p: "D1" if i % 10 else "D2" for i, p in enumerate(people)}
    mentors = [p for p in people if department[p] == "D1"][:PAIRS]
    seniors = [p for p in people if department[p] == "D1"][-SALES:]
    seniors += [p for p in people if department[p] == "D2"][-LEGAL:]
    rows: Rows = {
        "person": [{"person_id": p, "display_name": f"Person {p}"} for p in people[1:]],
        "department": [
            {"department_id": "D1", "name": "Sales"},
            {"department_id": "D2", "name": "Legal"},
        ],
        "program": [{"program_id": "P1", "name": "Reverse", "starts_on": dt.date(2026, 4, 1)}],
        "cohort": [{"cohort_id": "C1", "program_id": "P1", "name": "Spring"}],
        "employment": [
            {"person_id": p, "spell_no": 1, "hired_on": dt.date(2020, 1, 1),
             "worker_type": "employee"} for p in people
        ],
        "job_history": [
            {"person_id": p, "valid_from": dt.date(2020, 1, 1), "department_id": department[p],
             "level": 3, "seq_no": 1, "status": "active"} for p in people
        ],
        "participant": [
            {"participant_id": f"m{p}", "person_id": p, "program_id": "P1", "cohort_id": "C1",
             "role": role, "enrolled_on": MATCHED}
            for side, role in ((mentors, "mentor"), (seniors, "mentee")) for p in side
        ],
        "pair": [], "session": [],
        "ground_rules": [
            {"pair_id": "x0", "mentor_agreed_on": MATCHED, "mentee_agreed_on": MATCHED}
        ],
        "goal": [
            {"goal_id": "g", "pair_id": "x0", "topic": "Speaking to Anna", "set_on": MATCHED,
             "status": "attained", "closed_on": dt.date(2026, 8, 1)}
        ],
        "milestone": [
            {"pair_id": "x0", "milestone": "Free text by Anna", "reached_on": dt.date(2026, 6, 1)}
        ],
    }  # fmt: skip
    for i, (mentor, senior) in enumerate(zip(mentors, seniors, strict=True)):
        rows["pair"].append(
            {"pair_id": f"x{i}", "program_id": "P1", "cohort_id": "C1", "mentor_person_id": mentor,
             "mentee_person_id": senior, "kind": "formal", "matched_on": MATCHED,
             "status": "active", "agreed_cadence_days": 21.0}
        )  # fmt: skip
        rows["session"] += _sessions(i)
    return rows


def _sessions(i: int) -> list[dict[str, Any]]:
    met = [MATCHED + dt.timedelta(days=21 * k) for k in range(1, 8)]
    met = met[: 7 - i % 3]  # some have not met for a while
    sessions = [
        {"session_id": f"s{i}-{k}", "pair_id": f"x{i}", "planned_start_at": at(day),
         "status": "held", "mode": "video", "actual_minutes": 50.0}
        for k, day in enumerate(met)
    ]  # fmt: skip
    sessions[-1] |= {"status": "cancelled", "cancelled_by": "mentee", "actual_minutes": None}
    if i == 0:
        booked = {"session_id": "s0-next", "pair_id": "x0", "status": "planned"}
        sessions.append(booked | {"planned_start_at": at(dt.date(2026, 10, 6))})
    return sessions


@pytest.fixture
def filled(warehouse: Warehouse) -> Warehouse:
    fill(warehouse, company())
    return warehouse


_PUBLISHED: dict[str, Path] = {}  # one release per engine serves every test that only reads


@pytest.fixture
def release(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Release:
    if warehouse.dialect not in _PUBLISHED:
        fill(warehouse, company())
        folder = tmp_path_factory.mktemp("releases")
        publish(warehouse, folder, as_of=AS_OF, now=NOW)
        _PUBLISHED[warehouse.dialect] = folder
    return open_release(_PUBLISHED[warehouse.dialect])


def test_a_release_says_when_and_from_what_it_was_built(release: Release) -> None:
    info = release.info
    assert (info.release_id, info.built_at, info.data_as_of) == (1, NOW, AS_OF)
    assert info.minimum_group == 5
    assert "Fewer than" not in info.disclosure_policy
    assert len(info.metric_versions_sha256) == 64
    assert not info.is_sample


def test_the_board_names_running_pairs_in_the_order_of_need(release: Release) -> None:
    board = release.frame("pair_board")
    assert len(board) == PAIRS
    assert board["need_rank"].tolist() == list(range(1, PAIRS + 1))
    first = board[board["pair_id"] == "x0"].iloc[0]
    assert first["mentor_name"] == "Person p001"
    assert (first["mentor_department"], first["mentee_department"]) == ("Sales", "Sales")
    assert first["agreed_cadence_days"] == 21
    assert first["next_planned_on"].date() == dt.date(2026, 10, 6)
    for reasons in board["reasons"]:
        assert all("code" in reason for reason in json.loads(reasons))


def test_a_person_without_a_name_is_shown_by_id(filled: Warehouse, tmp_path: Path) -> None:
    rows = company()
    rows["person"] = []
    fill(filled, rows)
    publish(filled, tmp_path, as_of=AS_OF, now=NOW)
    names = open_release(tmp_path).frame("pair_board")["mentor_name"]
    assert all(name.startswith("p0") for name in names)


def test_a_timeline_holds_codes_and_never_free_text(release: Release) -> None:
    events = release.frame("pair_event", pair_id="x0")
    assert events.iloc[0]["kind"] == "matched"
    assert events["happened_on"].is_monotonic_increasing
    kinds = set(events["kind"])
    assert {"held", "cancelled", "planned", "goal_set", "goal_attained", "ground_rules"} <= kinds
    cancelled = events[events["kind"] == "cancelled"]
    assert cancelled["detail"].tolist() == ["mentee"]
    assert not events["detail"].fillna("").str.contains("Anna").any()


def test_who_teaches_whom_withholds_small_counts(release: Release) -> None:
    flow = release.frame("flow", program="")
    legal = flow[flow["mentee_department"] == "Legal"].iloc[0]
    assert legal["status"] == "suppressed"
    assert legal["reason"] == "Fewer than 5 pairs"
    sales = flow[flow["mentee_department"] == "Sales"].iloc[0]
    assert sales["status"] == "suppressed", "its row has one withheld count: it would give it away"
    assert flow["pairs"].isna().all()


def test_a_group_of_three_has_no_workforce_figure(release: Release) -> None:
    cells = release.frame("metric_cell", status="suppressed")
    assert len(cells)
    assert cells[["value", "lower", "upper", "numerator", "denominator", "n"]].isna().all(axis=None)
    assert cells["reason"].notna().all()


def test_pairs_by_state_add_up_to_the_pairs_on_the_board(release: Release) -> None:
    cells = release.frame(
        "metric_cell", period="2026Q3", program="", cohort="", department="", population=""
    )
    states = cells[cells["metric_id"].str.startswith("pair_state_")]
    assert states["numerator"].sum() == PAIRS
    board = release.frame("pair_board")["state"].value_counts()
    for row in states.itertuples():
        assert board.get(row.metric_id.removeprefix("pair_state_"), 0) == row.numerator


def test_dimensions_name_what_can_be_chosen(release: Release) -> None:
    dimension = release.frame("dimension")
    chosen = dimension.groupby("kind")["value"].agg(list)
    assert chosen["program"] == ["P1"]
    assert chosen["cohort"] == ["C1"]
    assert chosen["department"] == ["Legal", "Sales"]
    quarters = dimension[dimension["kind"] == "quarter"].set_index("value")
    assert quarters.loc["2026Q3", "label"] == "2026 Q3"
    assert bool(quarters.loc["2026Q3", "is_complete"])


def test_every_metric_of_a_figure_is_defined(release: Release) -> None:
    defined = set(release.frame("metric")["metric_id"])
    assert set(release.frame("metric_cell")["metric_id"]) <= defined


def test_too_small_a_program_has_no_effect_but_a_reason(release: Release) -> None:
    main = release.frame("estimate", variant="main")
    assert set(main["status"]) == {"not_estimable"}
    assert main["reason"].notna().all()


def test_the_same_warehouse_gives_the_same_tables(filled: Warehouse, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        publish(filled, tmp_path / folder, as_of=AS_OF, now=NOW)
    left, right = (tmp_path / f / "000001" / "release.sqlite" for f in ("a", "b"))
    assert left.read_bytes() == right.read_bytes()


def test_the_as_of_day_defaults_to_the_last_day_of_the_records(
    filled: Warehouse, tmp_path: Path
) -> None:
    publish(filled, tmp_path, now=NOW)
    assert open_release(tmp_path).info.data_as_of == MATCHED + dt.timedelta(days=21 * 6)


def test_an_empty_warehouse_publishes_nothing_and_says_what_to_run(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    with pytest.raises(NothingToPublish, match="outcomes load"):
        publish(warehouse, tmp_path, now=NOW)
    with pytest.raises(NoRelease):
        open_release(tmp_path)


def test_a_release_is_the_same_where_the_process_was_begun_before(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    fill(warehouse, company())
    with place_beside() as begun:
        publish(warehouse, tmp_path / "ahead", as_of=AS_OF, now=NOW, place=begun)
        assert begun._process is not None and begun._process.poll() is None, "its owner ends it"
    publish(warehouse, tmp_path / "alone", as_of=AS_OF, now=NOW)
    ahead, alone = open_release(tmp_path / "ahead"), open_release(tmp_path / "alone")
    assert alone.count("metric_cell") > 0
    for table in metadata.sorted_tables:
        pd.testing.assert_frame_equal(ahead.frame(table.name), alone.frame(table.name))


def test_a_company_that_became_large_while_files_were_loaded_gets_its_process(
    embedded: Warehouse, tmp_path: Path, monkeypatch
) -> None:
    fill(embedded, company())
    asked = []

    def place_for(warehouse: Warehouse) -> Apart:
        asked.append(warehouse)
        return Apart(is_beside=False)

    monkeypatch.setattr(publishing, "place_for", place_for)
    with Apart(is_beside=False) as small, place_beside() as large:
        for given, times in ((large, 0), (small, 1), (None, 2)):
            publish(embedded, tmp_path, as_of=AS_OF, now=NOW, place=given)
            assert len(asked) == times
