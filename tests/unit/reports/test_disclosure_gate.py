"""The gate before publishing stops every leak it is shown, and lets a clean release pass."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from reports.disclosure_gate import DisclosureBroken, check_disclosure
from tests import synthetic_release

TABLES = synthetic_release.tables(quarters=1, pairs=5)


def changed(table: str, where: pd.Series, **values: Any) -> dict[str, pd.DataFrame]:
    frame = TABLES[table].copy()
    row = frame.index[where][0]
    for column, value in values.items():
        frame[column] = frame[column].astype(object)
        frame.loc[row, column] = value
        frame[column] = frame[column].infer_objects()
    return TABLES | {table: frame}


def cell(metric_id: str, status: str = "shown", department: str = "Sales") -> pd.Series:
    cells = TABLES["metric_cell"]
    is_slice = (cells["department"] == department) & (cells["program"] == "")
    return (cells["metric_id"] == metric_id) & (cells["status"] == status) & is_slice


def test_a_clean_release_passes_and_says_how_much_is_withheld() -> None:
    said = check_disclosure(TABLES, minimum_group=5)
    n = (TABLES["metric_cell"]["status"] == "suppressed").sum()
    assert said.startswith(f"{n} figures withheld")


@pytest.mark.parametrize(
    ("tables", "problem"),
    [
        (changed("metric_cell", cell("turnover", "suppressed", "Legal"), value=0.25),
         "withheld figure that still has a number"),
        (changed("metric_cell", cell("turnover", "suppressed", "Legal"), n=4),
         "withheld figure that still has a number"),
        (changed("metric_cell", cell("turnover", "suppressed", "Legal"), denominator=4.0),
         "withheld figure that still has a number"),
        (changed("metric_cell", cell("turnover"), n=4), "fewer than 5 people"),
        (changed("metric_cell", cell("turnover"), n=None), "group size is not known"),
        (changed("metric_cell", cell("turnover"), numerator=2.0), "1 to 4 events"),
        (changed("metric_cell", cell("turnover"), status="hidden"), "unknown status"),
        (changed("metric_cell", cell("turnover"), status="undefined"), "not shown but has a value"),
        (changed("metric_cell", cell("turnover"), metric_id="secret"), "without a metric"),
        (changed("flow", TABLES["flow"]["status"] == "shown", pairs=3), "flow.pairs below 5"),
        (changed("flow", TABLES["flow"]["status"] == "suppressed", pairs=8.0),
         "withheld pairs with a count"),
        (changed("curve", TABLES["curve"]["month"] == 3, at_risk=4), "curve.at_risk below 5"),
        (changed("estimate", TABLES["estimate"]["status"] == "shown", n_treated=1),
         "estimate.n_treated below 5"),
    ],
)  # fmt: skip
def test_a_planted_leak_stops_the_release(tables: dict[str, pd.DataFrame], problem: str) -> None:
    with pytest.raises(DisclosureBroken, match="Nothing was published") as stopped:
        check_disclosure(tables, minimum_group=5)
    assert problem in str(stopped.value)


def test_a_higher_minimum_is_held_to() -> None:
    small = changed("metric_cell", cell("turnover"), n=8)
    check_disclosure(small, minimum_group=5)
    with pytest.raises(DisclosureBroken):
        check_disclosure(small, minimum_group=10)
