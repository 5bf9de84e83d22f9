"""Small groups never pass the gate, and cannot be worked out from what does."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reports import release_tables
from warehouse.disclosure import (
    COMPANY_ONLY_REASON,
    COMPLEMENT_REASON,
    Policy,
    apply_policy,
)
from warehouse.metrics import METRICS

NUMBERS = ["value", "lower", "upper", "numerator", "denominator", "n"]


def cell(metric: str = "turnover", **given: Any) -> dict[str, Any]:
    row = {
        "metric_id": metric,
        "program": "",
        "cohort": "",
        "department": "",
        "population": "everyone",
        "period_kind": "quarter",
        "period": "2026Q3",
        "value": 0.1,
        "lower": 0.05,
        "upper": 0.2,
        "numerator": 10.0,
        "denominator": 100.0,
        "n": 100,
        "status": "shown",
        "reason": "",
        "smallest": 10.0,
    }
    return row | given


def released(rows: list[dict[str, Any]], policy: Policy | None = None) -> pd.DataFrame:
    cells = pd.DataFrame(rows).astype({"n": "Int64"})
    before = cells.copy()
    found = apply_policy(cells, METRICS, policy or Policy())
    pd.testing.assert_frame_equal(cells, before)  # what goes in is not changed
    return found


def departments(leavers: list[int], n: int = 100, **given: Any) -> list[dict[str, Any]]:
    parts = [
        cell(department=f"D{i}", numerator=float(x), smallest=float(x), n=n, **given)
        for i, x in enumerate(leavers)
    ]
    total = float(sum(leavers))
    return [cell(numerator=total, smallest=total, n=n * len(leavers), **given), *parts]


def hidden(found: pd.DataFrame) -> list[str]:
    return sorted(found.loc[found["status"] == "suppressed", "department"])


@pytest.mark.parametrize("metric", ["headcount", "turnover", "regretted_share"])
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_a_group_of_four_is_never_shown(metric: str, n: int) -> None:
    found = released([cell(metric, n=n, smallest=0.0)])
    assert found.loc[0, "status"] == "suppressed"
    assert found.loc[0, "reason"] == "Fewer than 5 people"
    assert found.loc[0, NUMBERS].isna().all()


def test_a_group_of_five_is_shown() -> None:
    found = released([cell(n=5, smallest=5.0)])
    assert found.loc[0, "status"] == "shown"
    assert found.loc[0, "n"] == 5


def test_a_works_council_can_ask_for_ten() -> None:
    assert released([cell(n=9)], Policy(minimum_group=10)).loc[0, "reason"] == (
        "Fewer than 10 people"
    )


def test_the_floor_cannot_be_lowered() -> None:
    with pytest.raises(ValueError, match="raised, not lowered"):
        Policy(minimum_group=4)


def test_operational_figures_pass_with_their_n() -> None:
    found = released([cell("sessions_held", n=1, population="")])
    assert found.loc[0, "status"] == "shown"
    assert found.loc[0, "n"] == 1


def test_a_metric_without_a_declaration_is_refused() -> None:
    with pytest.raises(ValueError, match="made_up"):
        released([cell("made_up")])


def test_one_to_four_leavers_are_hidden_below_company_level_only() -> None:
    rows = departments([2, 3, 0, 20])
    found = released(rows)
    assert hidden(found) == ["D0", "D1"]  # together five leavers
    assert found.loc[found["department"] == "", "status"].item() == "shown"


def test_small_groups_of_leavers_are_hidden_in_populations_too() -> None:
    found = released([cell(population="participants", numerator=2.0, smallest=2.0)])
    assert found.loc[0, "status"] == "suppressed"


def test_a_single_hidden_department_cannot_be_worked_out_from_the_total() -> None:
    found = released(departments([3, 8, 7, 30]))
    assert hidden(found) == ["D0", "D1"] or hidden(found) == ["D0", "D2"]
    second = found[(found["status"] == "suppressed") & (found["department"] != "D0")]
    assert second["reason"].item() == COMPLEMENT_REASON


def test_hiding_a_department_without_leavers_hides_nothing() -> None:
    found = released(departments([3, 0, 7]))
    assert hidden(found) == ["D0", "D2"]


def test_without_another_department_the_total_is_hidden() -> None:
    found = released(departments([3]))
    assert hidden(found) == ["", "D0"]


def test_hidden_departments_together_hold_a_minimum_group() -> None:
    found = released(departments([1, 1, 1, 1, 40, 6]))
    shown = found[(found["status"] == "shown") & (found["department"] != "")]
    total = found.loc[found["department"] == "", "numerator"].item()
    assert total - shown["numerator"].sum() >= 5


def test_a_hidden_quarter_cannot_be_worked_out_from_the_year() -> None:
    quarters = [
        cell(department="D0", period=f"2025Q{i}", numerator=float(x), smallest=float(x))
        for i, x in ((1, 2), (2, 9), (3, 8), (4, 11))
    ]
    year = cell(department="D0", period="2025", period_kind="year", numerator=30.0, smallest=30.0)
    found = released([*quarters, year])
    assert (found["status"] == "suppressed").sum() == 2
    assert found.loc[4, "status"] == "shown"


def test_a_hidden_population_is_not_the_difference_of_the_others() -> None:
    found = released(
        [
            cell(numerator=30.0, smallest=30.0, n=300),
            cell(population="participants", numerator=3.0, smallest=3.0, n=40),
            cell(population="eligible_non_participants", numerator=27.0, smallest=27.0, n=260),
        ]
    )
    assert list(found["status"]) == ["shown", "suppressed", "suppressed"]


def test_hidden_leavers_are_not_the_sum_of_voluntary_and_involuntary() -> None:
    rows = departments([3, 8, 30])
    split = departments([6, 8, 30], metric="turnover_voluntary")
    base = departments([3, 8, 30], metric="leavers")
    found = released([*rows, *split, *base])
    for metric in ("turnover", "turnover_voluntary", "leavers"):
        assert hidden(found[found["metric_id"] == metric]) == ["D0", "D1"]


def test_twelve_months_do_not_tell_of_a_hidden_quarter() -> None:
    rows = departments([3, 8, 30], metric="leavers", period="2025Q4")
    later = departments([20, 30, 40], metric="retention_12m", period="2026Q3")
    found = released([*rows, *later])
    assert hidden(found[found["metric_id"] == "retention_12m"]) == ["D0", "D1"]


def test_a_figure_that_does_not_exist_is_not_hidden() -> None:
    rows = departments([3, 8, 30], metric="leavers", period="2025Q4")
    none = {"value": None, "smallest": 0.0, "status": "undefined", "reason": "Too early"}
    later = [row | none | {"n": 0} for row in departments([0, 0, 0], metric="retention_12m")]
    found = released([*rows, *[row | {"period": "2026Q1"} for row in later]])
    assert set(found.loc[found["metric_id"] == "retention_12m", "status"]) == {"undefined"}


def test_what_four_people_answered_is_hidden_for_the_company_too() -> None:
    found = released([cell("engagement", smallest=4.0), cell("turnover", smallest=4.0)])
    assert list(found["status"]) == ["suppressed", "shown"]


def test_below_company_level_no_answer_is_shown_before_its_audit_is_wired_in() -> None:
    found = released(
        [
            cell("engagement", value=4.1, smallest=100.0),
            cell("engagement", value=4.1, smallest=100.0, department="Sales"),
            cell("engagement", value=4.1, smallest=100.0, cohort="2026 spring"),
        ]
    )
    assert list(found["status"]) == ["shown", "suppressed", "suppressed"]
    assert set(found.loc[1:, "reason"]) == {COMPANY_ONLY_REASON}
    assert found.loc[1:, NUMBERS].isna().all(axis=None)


def test_mentors_and_mentees_add_up_to_participants() -> None:
    sizes = {"everyone": 60, "participants": 20, "non_participants": 40, "mentor": 17, "mentee": 3}
    rows = [cell("engagement", population=p, n=n, smallest=float(n)) for p, n in sizes.items()]
    found = released(rows).set_index("population")["status"]
    assert found["mentee"] == "suppressed"
    assert "suppressed" in (found["mentor"], found["participants"])
    assert found["everyone"] == "shown"


def test_a_hidden_total_is_not_the_sum_of_its_parts() -> None:
    sizes = {"participants": 12, "non_participants": 11}
    parts = [cell("engagement", population=p, n=n, smallest=float(n)) for p, n in sizes.items()]
    total = cell("engagement", n=23, smallest=23.0)
    small = cell("engagement", n=3, smallest=3.0, department="D0")  # the only one: hides the total
    found = released([total, small, *parts])
    assert list(found["status"][:2]) == ["suppressed", "suppressed"]
    assert "suppressed" in list(found["status"][2:])


def test_the_result_has_the_columns_of_the_release() -> None:
    columns = list(released([cell()]).columns)
    assert [*columns, "metric_version", "bound"] == list(release_tables.metric_cell.columns.keys())


def test_no_complement_can_be_worked_out_in_random_tables() -> None:
    dice = random.Random(5)
    for _ in range(60):
        leavers = [dice.choice([0, 1, 2, 3, 5, 8, 20]) for _ in range(dice.randrange(1, 8))]
        found = released(departments(leavers))
        total = found[found["department"] == ""].iloc[0]
        shown = found[(found["status"] == "shown") & (found["department"] != "")]
        assert not shown["numerator"].between(1, 4).any()
        if total["status"] == "shown" and len(shown) < len(leavers):
            rest = total["numerator"] - shown["numerator"].sum()
            assert rest == 0 or rest >= 5
            assert len(leavers) - len(shown) != 1
        assert found.loc[found["status"] == "suppressed", NUMBERS].isna().all(axis=None)
        assert np.isin(found["status"], ["shown", "suppressed"]).all()
