"""Grades, job families and sites against all: what is compared, and what stays hidden."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from tests.warehouse_rows import Rows, fill
from warehouse.cube import compute_cells
from warehouse.disclosure import Policy, apply_policy
from warehouse.engine import Warehouse
from warehouse.metrics import METRICS

YEAR_END = dt.date(2025, 12, 31)
# grade, people, participants
GRADES = ((1, 20, 8), (2, 15, 6), (3, 12, 2), (None, 3, 0))


def company() -> Rows:
    start = dt.date(2025, 1, 1)
    grades = [
        (f"g{grade}-{number:02}", grade, number < joined)
        for grade, people, joined in GRADES
        for number in range(people)
    ]
    return {
        "program": [{"program_id": "P", "starts_on": start}],
        "employment": [
            {"person_id": p, "spell_no": 1, "hired_on": dt.date(2020, 1, 1)} for p, _, _ in grades
        ],
        "job_history": [
            {"person_id": p, "valid_from": dt.date(2020, 1, 1), "seq_no": 1, "level": grade}
            | {"location": "Oslo" if grade == 1 else "Lisbon", "function_type": "f"}
            for p, grade, _ in grades
        ],
        "participant": [
            {"participant_id": p, "person_id": p, "program_id": "P", "enrolled_on": start}
            for p, _, joins in grades
            if joins
        ],
    }


def of(cells: pd.DataFrame, metric_id: str, period: str = "2025Q4") -> pd.DataFrame:
    chosen = (cells["metric_id"] == metric_id) & (cells["period"] == period)
    return cells[chosen].set_index("population")


def test_a_group_is_compared_with_all(warehouse: Warehouse) -> None:
    fill(warehouse, company())
    cells = compute_cells(warehouse, as_of=YEAR_END)
    by_grade = of(cells, "representativeness_level")
    assert list(by_grade.index) == ["Grade 1", "Grade 2", "Grade 3", "Not recorded", "everyone"]
    first = by_grade.loc["Grade 1"]
    assert first["value"] == pytest.approx((8 / 20) / (16 / 50))
    assert first["lower"] < first["value"] < first["upper"]
    assert (first["numerator"], first["denominator"], first["n"]) == (8, 20, 20)
    assert by_grade.loc["everyone", "status"] == "undefined"
    assert by_grade.loc["everyone", "numerator"] == 16
    assert of(cells, "representativeness_location").loc["Lisbon", "n"] == 30
    assert of(cells, "representativeness_function").loc["f", "value"] == 1
    kinds = cells.loc[cells["metric_id"].str.startswith("representativeness_"), "period_kind"]
    assert set(kinds) == {"quarter", "year"}


def test_a_hidden_grade_cannot_be_worked_out_from_the_others(warehouse: Warehouse) -> None:
    fill(warehouse, company())
    cells = apply_policy(compute_cells(warehouse, as_of=YEAR_END), METRICS, Policy())
    by_grade = of(cells, "representativeness_level")["status"]
    assert by_grade["Grade 3"] == "suppressed"  # two participants
    assert by_grade["Grade 2"] == "suppressed"  # 16 less those of grade 1 would tell
    assert by_grade["Grade 1"] == "shown"
