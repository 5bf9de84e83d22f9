"""Worked examples of the practice figures people will argue about.

On DuckDB only: that both engines agree on every figure is shown in test_cube.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from tests.integration.test_cube_cases import find
from tests.pair_rows import MATCHED, company, pair, session
from tests.random_company import AS_OF, random_company
from tests.warehouse_rows import Rows, fill
from warehouse.cube import compute_cells
from warehouse.engine import Warehouse
from warehouse.metrics import METRICS

YEAR_END = dt.date(2025, 12, 31)
PRACTICE = [m.id for m in METRICS if m.family == "practice"]


def figures(embedded: Warehouse, rows: Rows, as_of: dt.date = YEAR_END) -> pd.DataFrame:
    fill(embedded, rows)
    return compute_cells(embedded, as_of=as_of)


def test_a_goal_set_on_the_day_of_the_second_session_is_in_time(embedded: Warehouse) -> None:
    first, second = dt.date(2025, 1, 20), dt.date(2025, 2, 3)
    set_on = {"a": second, "b": second + dt.timedelta(1), "c": second, "d": None, "e": second}
    rows = company(
        *(pair(name) for name in "abd"),
        pair("c", ended_on=dt.date(2025, 3, 1), status="withdrawn"),  # met once, then withdrew
        pair("e", kind="one-off"),
        session=[session(p, on) for p in "abe" for on in (first, second)] + [session("c", first)],
        goal=[{"pair_id": p, "set_on": on, "status": "open"} for p, on in set_on.items() if on],
    )
    cells = figures(embedded, rows)
    january, february = (find(cells, "goal_set_rate", m) for m in ("2025-01", "2025-02"))
    assert (january["numerator"], january["denominator"]) == (0, 4)  # without the one-off pair
    assert (february["numerator"], february["denominator"]) == (2, 4)  # a and c; b came too late
    assert find(cells, "goal_set_rate", "2025-12")["value"] == 0.5  # who withdrew stays in


def test_goals_count_from_their_due_day(embedded: Warehouse) -> None:
    march, may = dt.date(2025, 3, 15), dt.date(2025, 5, 15)
    goals = [
        {"due_on": march, "closed_on": may, "status": "attained"},  # late
        {"due_on": march, "closed_on": march, "status": "dropped"},
        {"due_on": may, "closed_on": march, "status": "attained"},  # ahead of its day
        {"due_on": None, "closed_on": None, "status": "open"},
    ]
    cells = figures(embedded, company(pair("a"), goal=[{"pair_id": "a"} | g for g in goals]))
    by_month = [find(cells, "goal_attainment", f"2025-{m}") for m in ("02", "03", "05")]
    assert by_month[0]["status"] == "undefined"
    assert [(c["numerator"], c["denominator"]) for c in by_month[1:]] == [(0, 2), (2, 3)]


def test_ground_rules_need_both_and_all_five(embedded: Warehouse) -> None:
    all_five = {
        f"covers_{name}": True
        for name in ("topics", "off_limits", "place", "frequency", "confidentiality")
    }
    soon, later = dt.date(2025, 1, 20), dt.date(2025, 2, 20)
    rows = company(
        *(pair(name) for name in "abcd"),
        ground_rules=[
            {"pair_id": "a", **all_five, "mentor_agreed_on": soon, "mentee_agreed_on": later},
            {"pair_id": "b", **all_five, "mentor_agreed_on": soon, "mentee_agreed_on": None},
            {"pair_id": "c", **all_five, "mentor_agreed_on": soon, "mentee_agreed_on": soon}
            | {"covers_place": False},
        ],
    )
    cells = figures(embedded, rows)
    assert find(cells, "ground_rules_rate", "2025-01")["value"] == 0
    assert find(cells, "ground_rules_points", "2025-01")["value"] == 1  # four points of c
    assert find(cells, "ground_rules_rate", "2025-02")["value"] == 0.25
    assert find(cells, "ground_rules_points", "2025-02")["value"] == 2.25


def staff(*jobs: tuple[str, str | None, int | None, str | None]) -> list[dict[str, Any]]:
    return [
        {"person_id": p, "department_id": place, "level": level, "manager_person_id": boss}
        | {"valid_from": dt.date(2020, 1, 1), "valid_to": dt.date(2025, 6, 1), "seq_no": 1}
        for p, place, level, boss in jobs
    ]


def test_the_reporting_line_counts_at_any_depth_on_the_day_of_the_match(
    embedded: Warehouse,
) -> None:
    jobs = staff(
        ("young-a", "A", 1, "middle"),
        ("middle", "A", 4, "old-a"),
        ("old-a", "A", 9, "old-b"),
        ("young-b", None, 3, "middle"),
        ("old-b", "B", 3, None),
        ("young-c", "A", None, None),
        ("old-c", "B", 5, "young-a"),
    )
    rows = company(
        pair("a"),
        pair("b", matched_on=dt.date(2025, 7, 1)),  # when the managers were no longer in force
        pair("c"),
        job_history=jobs,
        person=[
            {"person_id": f"{side}-{name}", "birth_year": year}
            for name, years in {"a": (1995, 1980), "b": (1990, 1976), "c": (None, 1960)}.items()
            for side, year in zip(("young", "old"), years, strict=True)
        ],
    )
    cells = figures(embedded, rows)
    assert find(cells, "direct_report_conflicts", "2025")["value"] == 1
    direction = find(cells, "role_direction_rate", "2025")
    assert (direction["numerator"], direction["denominator"]) == (1, 2)  # equal grades do not count
    assert find(cells, "grade_gap", "2025")["value"] == 4.0  # between 8 and 0
    across = find(cells, "cross_department_rate", "2025")
    assert (across["numerator"], across["denominator"]) == (1, 2)  # one department is not recorded
    apart = find(cells, "cross_generation_rate", "2025")
    assert (apart["numerator"], apart["denominator"]) == (1, 2)  # 15 years are one, 14 are not


def test_skills_are_compared_where_the_partner_said_what_they_offer(embedded: Warehouse) -> None:
    forms = [
        ("old-a", "wanted", "Video"),
        ("old-a", "wanted", "sales"),
        ("young-a", "offered", "video "),
        ("young-a", "wanted", "strategy"),  # the senior was not asked what they offer
        ("old-b", "wanted", "video"),  # nor was this partner
    ]
    rows = company(
        pair("a"),
        pair("b"),
        needs_form=[
            {"person_id": p, "program_id": "P", "direction": d, "skill": s, "answered_on": MATCHED}
            for p, d, s in forms
        ],
    )
    cell = find(figures(embedded, rows), "skills_overlap", "2025")
    assert (cell["numerator"], cell["denominator"], cell["n"]) == (1, 2, 1)


def test_actions_count_where_they_fall_due(embedded: Warehouse) -> None:
    actions = [
        ("mentee", "done", True), ("mentee", "done", None), ("mentor", "done", True),
        ("mentee", "dropped", False), ("mentee", "open", True),
    ]  # fmt: skip
    rows = company(
        pair("a"),
        pair("b", ended_on=dt.date(2025, 1, 12), status="ended"),
        action_item=[
            {"pair_id": "a", "owner_role": who, "status": status, "is_shared": shared}
            | {"created_on": dt.date(2025, 2, 3), "due_on": dt.date(2025, 3, 3)}
            for who, status, shared in actions
        ],
    )
    cells = figures(embedded, rows)
    assert find(cells, "actions_per_pair", "2025-02")["value"] == 2.5
    assert find(cells, "actions_closed_rate", "2025-02")["status"] == "undefined"
    assert find(cells, "actions_closed_rate", "2025-03")["value"] == 0.6
    shared = find(cells, "actions_shared_rate", "2025-03")
    assert (shared["numerator"], shared["denominator"]) == (3, 4)
    assert find(cells, "ideas_adopted", "2025-03")["value"] == 1


def test_training_counts_up_to_the_day_of_the_first_session(embedded: Warehouse) -> None:
    met = dt.date(2025, 2, 3)
    people = ["young-a", "old-a", "young-b", "old-b", "nobody"]
    trained = {"young-a": met, "old-a": met + dt.timedelta(1), "young-b": met, "nobody": met}
    rows = company(
        pair("a"),
        pair("b"),  # has not met
        session=[session("a", met)],
        participant=[
            {"participant_id": p, "person_id": p, "program_id": "P", "enrolled_on": MATCHED}
            for p in people
        ],
        training=[
            {"person_id": p, "program_id": "P", "completed_on": on} for p, on in trained.items()
        ],
    )
    cells = figures(embedded, rows)
    assert find(cells, "trained_before_first_session_rate", "2025-01")["value"] == 0
    cell = find(cells, "trained_before_first_session_rate", "2025-02")
    assert (cell["numerator"], cell["denominator"]) == (2, 4)


def test_recognition_is_given_for_every_100_participants(embedded: Warehouse) -> None:
    people = [f"p{i}" for i in range(8)]
    rows = company(
        employment=[{"person_id": p, "spell_no": 1, "hired_on": MATCHED} for p in people],
        participant=[
            {"participant_id": p, "person_id": p, "program_id": "P", "enrolled_on": MATCHED}
            for p in people
        ],
        recognition=[
            {"person_id": "p0", "program_id": program, "given_on": dt.date(2025, 2, 1)}
            for program in ("P", None, "Q")
        ],
    )
    cell = find(figures(embedded, rows), "recognition_per_100", "2025-02")
    assert (cell["numerator"], cell["denominator"], cell["value"]) == (2, 8, 25)
    assert cell["lower"] == pytest.approx(100 * 0.24221 / 8, abs=1e-3)
    assert cell["upper"] == pytest.approx(100 * 7.22469 / 8, abs=1e-3)


def test_a_pair_of_an_unknown_department_counts_as_not_recorded(embedded: Warehouse) -> None:
    cells = figures(embedded, company(pair("a")))
    cell = find(cells, "goal_set_rate", "2025", department="Not recorded")
    assert (cell["numerator"], cell["denominator"]) == (0, 1)


def test_nothing_after_a_period_changes_its_figures(embedded: Warehouse) -> None:
    fill(embedded, random_company(3))
    year_end = dt.date(2024, 12, 31)
    then, now = (compute_cells(embedded, as_of=day) for day in (year_end, AS_OF))
    keys = ["metric_id", "program", "cohort", "department", "period"]
    then, now = (
        cells[cells["metric_id"].isin(PRACTICE)].set_index(keys)[["value", "n", "status"]]
        for cells in (then, now)
    )
    assert len(then)
    pd.testing.assert_frame_equal(then, now.loc[then.index], check_exact=True)
