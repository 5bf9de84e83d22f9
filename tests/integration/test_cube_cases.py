"""Worked examples: what a figure must be when it can be reckoned by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from tests.warehouse_rows import Rows, fill
from warehouse.coverage import first_covered_day, last_covered_day
from warehouse.cube import compute_cells, state_cells
from warehouse.disclosure import Policy, apply_policy
from warehouse.engine import Warehouse
from warehouse.metrics import METRICS

YEAR_END = dt.date(2025, 12, 31)


def find(cells: pd.DataFrame, metric: str, period: str, **where: str) -> pd.Series:
    given = {"program": "", "cohort": "", "department": ""} | where
    rows = cells[(cells["metric_id"] == metric) & (cells["period"] == period)]
    for name, value in given.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1, f"{len(rows)} cells of {metric} {period} {given}"
    return rows.iloc[0]


def employed(count: int, **given: Any) -> list[dict[str, Any]]:
    return [
        {"person_id": f"p{i:03}", "spell_no": 1, "hired_on": dt.date(2020, 1, 1), **given}
        for i in range(count)
    ]


def hundred_to_eighty() -> Rows:
    """100 people at the start of 2025, 20 leave within it, nobody is hired."""
    people = employed(100)
    for row in people[:20]:
        row["end_on"] = dt.date(2025, 7, 1)
    exits = [
        {"person_id": r["person_id"], "exit_on": dt.date(2025, 6, 30), "voluntary": "yes"}
        for r in people[:20]
    ]
    return {"employment": people, "exit": exits}


def test_turnover_of_the_worked_example_by_both_definitions(warehouse: Warehouse) -> None:
    fill(warehouse, hundred_to_eighty())
    cells = compute_cells(warehouse, as_of=YEAR_END)
    of = lambda metric: find(cells, metric, "2025", population="everyone")  # noqa: E731
    assert of("turnover")["value"] == pytest.approx(20 / 90)
    assert f"{of('turnover')['value']:.1%}" == "22.2%"
    assert f"{of('turnover_gri')['value']:.1%}" == "25.0%"
    assert of("leaver_share")["value"] == pytest.approx(0.2)
    assert of("headcount")["value"] == 80
    assert of("turnover_voluntary")["value"] == pytest.approx(20 / 90)
    assert of("turnover_involuntary")["value"] == 0
    assert of("turnover")["lower"] == pytest.approx(12.21652 / 90, abs=1e-6)
    assert of("turnover")["upper"] == pytest.approx(30.88838 / 90, abs=1e-6)


def test_the_day_of_exit_is_the_last_day_employed(warehouse: Warehouse) -> None:
    people = employed(10)
    people[0]["end_on"] = dt.date(2026, 1, 1)
    people[1]["end_on"] = dt.date(2025, 12, 31)
    rows = {
        "employment": people,
        "exit": [{"person_id": "p001", "exit_on": dt.date(2025, 12, 30)}],
    }
    fill(warehouse, rows)
    cells = compute_cells(warehouse, as_of=YEAR_END)
    assert find(cells, "headcount", "2025Q4", population="everyone")["value"] == 9
    assert find(cells, "leavers", "2025Q4", population="everyone")["value"] == 2


def test_nothing_unknown_is_zero(warehouse: Warehouse) -> None:
    rows = hundred_to_eighty()
    for row in rows["exit"]:
        row["voluntary"] = "unknown"
    fill(warehouse, rows)
    cells = compute_cells(warehouse, as_of=YEAR_END)
    for metric in (
        "turnover_voluntary", "turnover_involuntary", "regretted_share", "promotion_rate",
        "internal_move_rate",
    ):  # fmt: skip
        cell = find(cells, metric, "2025", population="everyone")
        assert cell["status"] == "undefined", metric
        assert pd.isna(cell["value"])
        assert cell["reason"]


def test_retention_needs_twelve_months_of_records(warehouse: Warehouse) -> None:
    rows = hundred_to_eighty()
    rows["exit"].append({"person_id": "gone", "exit_on": dt.date(2024, 12, 5)})
    fill(warehouse, rows)
    assert first_covered_day(warehouse, as_of=YEAR_END) == dt.date(2024, 12, 1)
    cells = compute_cells(warehouse, as_of=YEAR_END)
    cell = find(cells, "retention_12m", "2025", population="everyone")
    assert cell["value"] == pytest.approx(0.8)
    assert cell["lower"] < 0.8 < cell["upper"]
    cell = find(cells, "retention_12m", "2025Q3", population="everyone")
    assert cell["status"] == "undefined"


def program_rows() -> Rows:
    people = employed(30)
    start = dt.date(2025, 1, 1)
    levels = [
        {
            "person_id": r["person_id"],
            "valid_from": dt.date(2020, 1, 1),
            "department_id": "A" if i < 20 else "B",
            "level": 1 + i // 10,
        }
        for i, r in enumerate(people)
    ]
    members = [
        {
            "participant_id": f"m{i}",
            "person_id": f"p{i:03}",
            "program_id": "P",
            "cohort_id": "C",
            "applied_on": start,
            "enrolled_on": start if i < 8 else None,
            "withdrew_on": dt.date(2025, 3, 1) if i == 0 else None,
        }
        for i in range(10)
    ]
    pair = {
        "pair_id": "x",
        "program_id": "P",
        "cohort_id": "C",
        "kind": "formal",
        "mentor_person_id": "p001",
        "mentee_person_id": "p025",
        "matched_on": dt.date(2025, 1, 11),
        "agreed_cadence_days": 10.0,
        "status": "active",
    }
    held = [dt.datetime(2025, 1, 21, 9), dt.datetime(2025, 2, 5, 9)]
    sessions = [
        {"session_id": f"s{i}", "pair_id": "x", "planned_start_at": at, "status": "held"}
        for i, at in enumerate(held)
    ]
    return {
        "employment": people,
        "job_history": levels,
        "program": [{"program_id": "P", "starts_on": start}],
        "participant": members,
        "pair": [pair],
        "session": sessions,
    }


def test_people_who_withdrew_stay_participants(warehouse: Warehouse) -> None:
    fill(warehouse, program_rows())
    cells = compute_cells(warehouse, as_of=YEAR_END)
    assert find(cells, "participants", "2025", program="P")["value"] == 8
    reach = find(cells, "reach", "2025", program="P")
    assert (reach["numerator"], reach["denominator"], reach["n"]) == (8, 30, 30)
    department = find(cells, "representativeness", "2025", department="A")
    assert department["value"] == pytest.approx((8 / 20) / (8 / 30))
    assert find(cells, "seniors_reached", "2025")["value"] == pytest.approx(1 / 20)


def test_applicants_wait_until_they_have_a_pair(warehouse: Warehouse) -> None:
    fill(warehouse, program_rows())
    cells = compute_cells(warehouse, as_of=YEAR_END)
    # ten applied; one has a pair, one withdrew in March
    assert find(cells, "unmatched_applicants", "2025-02")["value"] == 9
    assert find(cells, "unmatched_applicants", "2025-03")["value"] == 8
    waiting = find(cells, "days_to_match", "2025-01")
    assert waiting["status"] == "undefined"
    assert waiting["n"] == 10


def test_a_pair_owes_a_session_at_the_end_of_each_cadence(warehouse: Warehouse) -> None:
    fill(warehouse, program_rows())
    cells = compute_cells(warehouse, as_of=dt.date(2025, 2, 28))
    # matched on 11 January: 21 days by the end of January, 49 by the end of February
    january, february = (find(cells, "adherence", m) for m in ("2025-01", "2025-02"))
    assert (january["numerator"], january["denominator"]) == (1, 2)
    assert (february["numerator"], february["denominator"]) == (1, 2)
    assert find(cells, "adherence", "2025")["denominator"] == 4
    assert find(cells, "gap_ratio", "2025-02")["value"] == pytest.approx(1.5)
    assert find(cells, "days_to_first_session", "2025-01")["value"] == 10


def test_a_paused_pair_owes_nothing(warehouse: Warehouse) -> None:
    rows = program_rows()
    rows["pair_status_change"] = [
        {"pair_id": "x", "changed_on": dt.date(2025, 2, 1), "status": "paused"}
    ]
    fill(warehouse, rows)
    cells = compute_cells(warehouse, as_of=dt.date(2025, 3, 31))
    assert find(cells, "adherence", "2025-03")["status"] == "undefined"
    assert find(cells, "active_pairs", "2025-03")["value"] == 1


def test_an_empty_warehouse_has_no_cells(warehouse: Warehouse) -> None:
    assert last_covered_day(warehouse) is None
    cells = compute_cells(warehouse, as_of=YEAR_END)
    assert cells.empty
    assert apply_policy(cells, METRICS, Policy()).empty


def test_planned_departures_say_nothing_about_the_last_day(warehouse: Warehouse) -> None:
    loaded = {"loaded_at": dt.datetime(2025, 6, 15)}
    exits = [
        {"person_id": "a", "exit_on": dt.date(2025, 5, 1), **loaded},
        {"person_id": "b", "exit_on": dt.date(2026, 5, 1), **loaded},
    ]
    fill(warehouse, {"exit": exits})
    assert last_covered_day(warehouse) == dt.date(2025, 5, 1)


def test_states_are_counted_in_every_slice() -> None:
    states = pd.DataFrame(
        {
            "pair_id": ["a", "b", "c"],
            "state": ["on_track", "stalled", "on_track"],
            "program": "P",
            "cohort": ["C", "C", "Not recorded"],
            "department": ["A", "B", "A"],
            "period_kind": "quarter",
            "period": "2026Q3",
        }
    )
    cells = state_cells(states)
    on_track = find(cells, "pair_state_on_track", "2026Q3")
    assert (on_track["numerator"], on_track["denominator"]) == (2, 3)
    assert find(cells, "pair_state_stalled", "2026Q3", department="A")["value"] == 0
    assert find(cells, "pair_state_on_track", "2026Q3", program="P", cohort="C")["value"] == 0.5
    assert (cells.loc[cells["cohort"] != "", "program"] == "P").all()
    assert "Not recorded" not in set(cells["cohort"])
    shares = cells[(cells["program"] == "") & (cells["cohort"] == "") & (cells["department"] == "")]
    assert shares["value"].sum() == pytest.approx(1.0)
