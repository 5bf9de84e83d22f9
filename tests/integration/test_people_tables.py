"""From rows of a warehouse to the release's tables about people beyond the board of pairs."""

from __future__ import annotations

import copy
import datetime as dt
import json
from typing import Any

import pandas as pd
import pytest

from models.momentum_runs import pair_states, read_momentum_facts
from reports import release_tables
from reports.pair_tables import pair_board, read_pair_facts
from reports.people_reading import read_people
from reports.people_tables import people_tables
from tests.plain_rematch import stands_above
from tests.random_company import AS_OF, random_company
from tests.warehouse_rows import Rows, fill
from warehouse.engine import Warehouse
from warehouse.tables import metadata

DAY = dt.date(2026, 9, 30)
HIRED = dt.date(2020, 1, 1)
SKILL = "Data literacy "
TABLES = ("waiting_person", "cancelling_senior", "ended_pair", "rematch")
# person: department, level, manager
WORKERS = {
    "ada": ("D1", 2, "eve"), "ben": ("D1", 2, "boss"), "cem": ("D2", 3, None),
    "dora": ("D2", 3, None), "eve": ("D2", 7, "boss"), "fritz": ("D3", 7, None),
    "gina": ("D3", 8, None), "boss": ("D3", 9, None), "kim": ("D1", 2, None),
}  # fmt: skip


def company() -> Rows:
    """Ada waits, Gina waits too, Ben and Eve never met, Cem's pair with Fritz ended early."""
    applied = dt.date(2026, 6, 22)
    member = {"program_id": "P", "cohort_id": "C", "applied_on": applied, "enrolled_on": applied}
    place = {"cohort_id": None, "enrolled_on": None}
    match = {"program_id": "P", "cohort_id": "C", "kind": "formal", "status": "active",
             "matched_on": dt.date(2026, 7, 1), "agreed_cadence_days": 14.0}  # fmt: skip
    seniors = ("eve", "fritz", "gina")
    return {
        "person": [{"person_id": p, "display_name": p.capitalize()} for p in WORKERS if p != "kim"],
        "department": [{"department_id": f"D{i}", "name": name}
                       for i, name in enumerate(("Sales", "Design", "Legal"), 1)],
        "program": [{"program_id": "P", "name": "Reverse", "starts_on": dt.date(2026, 1, 1)}],
        "cohort": [{"cohort_id": "C", "program_id": "P", "ends_on": dt.date(2027, 5, 1)}],
        "employment": [
            {"person_id": p, "spell_no": 1, "hired_on": HIRED, "worker_type": "employee",
             "end_on": dt.date(2026, 8, 1) if p == "dora" else None} for p in WORKERS
        ],
        "job_history": [
            {"person_id": p, "valid_from": HIRED, "seq_no": 1, "department_id": department,
             "level": level, "manager_person_id": manager, "status": "active"}
            for p, (department, level, manager) in WORKERS.items()
        ],
        "participant": [
            {"participant_id": f"m-{p}", "person_id": p,
             "role": "mentee" if p in seniors else "mentor", **member,
             **(place if p in ("ada", "dora", "gina") else {})}
            for p in WORKERS if p != "boss"
        ],
        "pair": [
            {"pair_id": "x", "mentor_person_id": "ben", "mentee_person_id": "eve", **match},
            {"pair_id": "y", "mentor_person_id": "cem", "mentee_person_id": "fritz", **match,
             "status": "ended", "ended_on": dt.date(2026, 9, 1), "end_reason": "Anna was rude"},
            {"pair_id": "z", "mentor_person_id": "kim", "mentee_person_id": "boss", **match},
        ],
        "session": [
            {"session_id": f"s{day}", "pair_id": "z", "status": "cancelled",
             "cancelled_by": "mentee", "planned_start_at": dt.datetime(2026, 8, day, 9)}
            for day in (3, 13, 23)
        ],
        "needs_form": [
            {"person_id": p, "program_id": "P" if p != "ada" else None, "skill": skill,
             "direction": "wanted" if p in seniors else "offered",
             "answered_on": dt.date(2026, 7, 1)}
            for p in WORKERS if p != "boss" for skill in (SKILL, f"help with {p}")
        ],
    }  # fmt: skip


def tables(warehouse: Warehouse, as_of: dt.date = DAY) -> dict[str, pd.DataFrame]:
    momentum = read_momentum_facts(warehouse, as_of=as_of)
    facts = read_pair_facts(warehouse, as_of=as_of)
    board = pair_board(facts, pair_states(momentum, as_of=as_of))
    found = people_tables(warehouse, momentum, board, as_of=as_of, minimum_group=5)
    declared = release_tables.metadata.tables
    return {name: found[name][list(declared[name].columns.keys())] for name in TABLES}


def suggested(found: dict[str, pd.DataFrame], person: str) -> list[str]:
    rows = found["rematch"]
    return rows.loc[rows["person_name"] == person, "candidate_name"].dropna().tolist()


@pytest.fixture
def filled(warehouse: Warehouse) -> Warehouse:
    fill(warehouse, company())
    return warehouse


def test_who_waits_is_named_with_what_they_offer_unless_few_named_it(filled: Warehouse) -> None:
    waiting = tables(filled)["waiting_person"]
    assert waiting["person_name"].tolist() == ["Gina", "Ada"]  # Dora has left
    assert waiting["days_waiting"].tolist() == [100, 100]
    assert waiting["cohort"].tolist() == ["", ""]
    assert waiting["offers"].tolist() == ["[]", '["data literacy"]']
    assert waiting["wants"].tolist() == ['["data literacy"]', "[]"]


def test_a_senior_who_cancelled_three_of_three_is_named_with_the_pair(filled: Warehouse) -> None:
    (row,) = tables(filled)["cancelling_senior"].itertuples(index=False)
    assert (row.person_name, row.cancelled, row.sessions_due, row.pairs) == ("Boss", 3, 3, 1)
    assert row.running == '["z"]'


def test_a_pair_that_ended_is_told_without_words_that_few_pairs_share(filled: Warehouse) -> None:
    (row,) = tables(filled)["ended_pair"].itertuples(index=False)
    assert (row.pair_id, row.mentor_name, row.mentee_name) == ("y", "Cem", "Fritz")
    assert (row.days_together, row.sessions_held, row.has_reason) == (62, 0, True)
    assert pd.isna(row.reason)


def test_words_that_five_pairs_share_are_told(filled: Warehouse) -> None:
    rows = company()
    ended = next(pair for pair in rows["pair"] if pair["pair_id"] == "y")
    rows["pair"] += [ended | {"pair_id": f"y{i}", "mentor_person_id": f"m{i}"} for i in range(4)]
    fill(filled, rows)
    assert tables(filled)["ended_pair"]["reason"].tolist() == ["Anna was rude"] * 5


def test_suggestions_cross_departments_and_stay_out_of_the_line(filled: Warehouse) -> None:
    found = tables(filled)
    # Eve leads Ada; Fritz was Cem's partner; Dora has left; Kim and Boss have a pair that runs
    assert suggested(found, "Gina") == ["Ada", "Cem"]
    assert suggested(found, "Ada") == ["Gina", "Fritz"]
    assert suggested(found, "Ben") == ["Gina", "Fritz"]
    assert suggested(found, "Eve") == []
    row = found["rematch"].query("person_name == 'Ben'").iloc[0]
    assert (row["need"], row["pair_id"], row["place"]) == ("never_started", "x", 1)
    assert (row["gets"], row["gives"]) == ("[]", '["data literacy"]')
    assert (row["candidate_department"], row["candidate_free"]) == ("Legal", "waiting")


def test_nobody_without_suggestions_is_left_out_and_it_is_said_why(filled: Warehouse) -> None:
    rows = company()
    rows["needs_form"] = [row for row in rows["needs_form"] if row["person_id"] != "ben"]
    fill(filled, rows)
    found = tables(filled)["rematch"].set_index("person_name")
    assert found.loc["Ben", "why_none"] == "no_form"
    assert found.loc["Eve", "why_none"] == "nobody"


def test_a_person_without_a_name_is_called_by_their_id(filled: Warehouse) -> None:
    assert read_people(filled, as_of=DAY).people.loc["kim", "name"] == "kim"


def test_departments_and_lines_are_those_of_the_day(filled: Warehouse) -> None:
    rows = company()
    rows["job_history"].append(
        {"person_id": "ada", "valid_from": dt.date(2026, 9, 30), "seq_no": 1, "level": 2,
         "department_id": "D3", "manager_person_id": "boss", "status": "active"}
    )  # fmt: skip
    rows["job_history"][0]["valid_to"] = dt.date(2026, 9, 30)
    fill(filled, rows)
    assert suggested(tables(filled), "Ada") == []  # Gina and Fritz are in Legal, as Ada is now
    before = tables(filled, DAY - dt.timedelta(1))
    assert suggested(before, "Ada") == ["Gina", "Fritz"]


def test_a_program_that_is_over_keeps_nobody_waiting(filled: Warehouse) -> None:
    rows = company()
    rows["program"][0]["ends_on"] = DAY
    fill(filled, rows)
    found = tables(filled)
    assert found["waiting_person"].empty
    assert found["rematch"]["candidate_name"].isna().all()


def test_an_empty_warehouse_has_nobody(warehouse: Warehouse) -> None:
    fill(warehouse, {})
    assert all(frame.empty for frame in tables(warehouse).values())


@pytest.mark.parametrize("seed", range(25))
def test_what_lies_after_the_day_changes_nothing(embedded: Warehouse, seed: int) -> None:
    rows = random_company(seed)
    fill(embedded, rows)
    known = tables(embedded, AS_OF)
    fill(embedded, _until(rows, AS_OF))
    for name, frame in tables(embedded, AS_OF).items():
        pd.testing.assert_frame_equal(frame, known[name], check_dtype=False)


@pytest.mark.parametrize("seed", range(25))
def test_no_suggestion_breaks_a_rule_in_random_companies(embedded: Warehouse, seed: int) -> None:
    rows = random_company(seed)
    rows["job_history"] = [{"person_id": p, "valid_from": HIRED, "seq_no": 1,
                            "department_id": f"D{n % 3}", "level": n % 5,
                            "manager_person_id": f"p{(n * 7) % 22:02}"}
                           for n, p in enumerate(f"p{i:02}" for i in range(22))]  # fmt: skip
    rows["needs_form"] = [{"person_id": f"p{i:02}", "program_id": "P1", "direction": direction,
                           "skill": "ai"} for i in range(22)
                          for direction in ("offered", "wanted")]  # fmt: skip
    fill(embedded, rows)
    found = tables(embedded, AS_OF)["rematch"]
    jobs = {row["person_id"]: row for row in rows["job_history"]}
    manager = {p: row["manager_person_id"] for p, row in jobs.items()}
    met = {frozenset((row["mentor_person_id"], row["mentee_person_id"])) for row in rows["pair"]
           if row["matched_on"] <= AS_OF}  # fmt: skip
    for row in found[found["place"].notna()].itertuples(index=False):
        one, other = row.person_name, row.candidate_name
        junior, senior = (one, other) if row.role == "mentor" else (other, one)
        assert one != other and frozenset((one, other)) not in met
        assert jobs[one]["department_id"] != jobs[other]["department_id"]
        assert jobs[junior]["level"] < jobs[senior]["level"]
        assert not stands_above(manager, one, other) and not stands_above(manager, other, one)
        assert json.loads(row.gets) or json.loads(row.gives)


def _until(rows: Rows, day: dt.date) -> Rows:
    """Return what the rows would have been on a day: nothing later, and no end that lies ahead.

    Sessions stay: those ahead are booked, which the board of pairs has to know.
    """
    begins = {"participant": ("applied_on", "enrolled_on"), "pair": ("matched_on",),
              "needs_form": ("answered_on",), "job_history": ("valid_from",),
              "pair_status_change": ("changed_on",), "employment": ("hired_on",)}  # fmt: skip
    found: Rows = {}
    for name, given in copy.deepcopy(rows).items():
        first = begins.get(name, ())
        kept = [row for row in given if _day(row, first) is None or _day(row, first) <= day]
        for row in kept:
            for column in set(metadata.tables[name].columns.keys()) & row.keys():
                is_day = column.endswith(("_on", "_to"))
                if is_day and row[column] is not None and row[column] > day:
                    row[column] = None
                    if column == "ended_on":
                        row["status"] = "active"
        found[name] = kept
    return found


def _day(row: dict[str, Any], columns: tuple[str, ...]) -> Any:
    days = [row.get(column) for column in columns]
    return next((value for value in days if value is not None), None)
