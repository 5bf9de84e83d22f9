"""Outside the managers' circle a small group's operational figure is never read."""

from __future__ import annotations

import pandas as pd

from reports.readable import DERIVABLE, hide_small_groups
from reports.release_tables import metric_cell

METRICS = pd.DataFrame(
    [("active_pairs", "operational", "count"), ("turnover", "workforce", "fraction")],
    columns=["metric_id", "sensitivity", "unit"],
)


def cells(sizes: dict[str, int], metric: str = "active_pairs") -> pd.DataFrame:
    rows = [
        (metric, "", "", department, "", "2026Q3", float(n), None, None, float(n), None, n,
         "shown", "")
        for department, n in sizes.items()
    ]  # fmt: skip
    columns = [
        c.name
        for c in metric_cell.columns
        if c.name not in ("period_kind", "metric_version", "bound")
    ]
    return pd.DataFrame(rows, columns=columns)


def read(sizes: dict[str, int], metric: str = "active_pairs") -> pd.DataFrame:
    found = hide_small_groups(cells(sizes, metric), METRICS, minimum_group=5)
    return found.set_index("department")


def test_a_group_of_four_is_never_shown() -> None:
    found = read({"": 40, "Legal": 4, "Finance": 3, "Sales": 33})
    for department in ("Legal", "Finance"):
        assert found.loc[department, "status"] == "suppressed"
        assert found.loc[department, "reason"] == "Fewer than 5 pairs or people"
        assert found.loc[department, ["value", "numerator", "n"]].isna().all()
    assert found.loc["Sales", "value"] == 33


def test_a_single_hidden_group_takes_the_next_smallest_with_it() -> None:
    found = read({"": 45, "Legal": 4, "Finance": 8, "Sales": 33})
    assert found.loc["Finance", "reason"] == DERIVABLE
    assert found.loc["Finance", ["value", "n"]].isna().all()
    assert found.loc["Sales", "status"] == "shown"
    assert found.loc["", "value"] == 45


def test_an_empty_group_tells_about_nobody() -> None:
    found = read({"": 33, "Legal": 0, "Sales": 33})
    assert set(found["status"]) == {"shown"}


def test_protected_figures_pass_as_they_were_published() -> None:
    assert set(read({"": 40, "Legal": 4}, "turnover")["status"]) == {"shown"}
