"""The cube equals a slow, plain second implementation, on both engines."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reports import release_tables
from tests.plain_cube import PlainCube
from tests.random_company import AS_OF, random_company
from tests.warehouse_rows import fill
from warehouse.coverage import first_covered_day
from warehouse.cube import COLUMNS, KEYS, SMALLEST, compute_cells
from warehouse.engine import Warehouse, open_warehouse
from warehouse.settings import Settings

TOLERANCE = 1e-9


def differences(cells: pd.DataFrame, plain: PlainCube) -> list[str]:
    """Every cell in which the two implementations disagree, in words."""
    found = {}
    for row in cells.itertuples(index=False):
        key = (row.metric_id, row.program, row.cohort, row.department, row.population, row.period)
        found[key] = tuple(
            None if pd.isna(value) else float(value)
            for value in (row.value, row.numerator, row.denominator, row.n)
        )
    wrong = []
    for key, (value, x, y, n) in plain.cells.items():
        if key not in found:
            wrong.append(f"missing {key}: {value}")
            continue
        pairs = zip(found[key], (value, x, y, n), strict=True)
        for name, (one, other) in zip(
            ("value", "numerator", "denominator", "n"), pairs, strict=True
        ):
            if (one is None) != (other is None) or (
                one is not None and abs(one - other) > TOLERANCE * max(1, abs(other))
            ):
                wrong.append(f"{key} {name}: {one}, plainly {other}")
    wrong += [
        f"extra {key}: {found[key]}" for key in found if key not in plain.cells and found[key][3]
    ]
    return wrong


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a seed does not shrink to a simpler company
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 10**6))
def test_the_cube_equals_the_plain_implementation(warehouse: Warehouse, seed: int) -> None:
    rows = random_company(seed)
    fill(warehouse, rows)
    first_on = first_covered_day(warehouse, as_of=AS_OF)
    plain = PlainCube(rows, first_on=first_on, as_of=AS_OF)
    assert differences(compute_cells(warehouse, as_of=AS_OF), plain) == []


def test_cells_have_the_columns_of_the_release(warehouse: Warehouse) -> None:
    fill(warehouse, random_company(1))
    cells = compute_cells(warehouse, as_of=AS_OF)
    given = tuple(release_tables.metric_cell.columns.keys())
    assert (*COLUMNS, "metric_version", "bound") == given  # both are added when publishing
    assert list(cells.columns) == [*COLUMNS, SMALLEST]
    assert not cells.duplicated(list(KEYS)).any()
    assert set(cells["status"]) <= {"shown", "undefined"}
    undefined = cells[cells["status"] == "undefined"]
    assert undefined[["value", "lower", "upper"]].isna().all(axis=None)
    assert (undefined["reason"] != "").all()
    shown = cells[cells["status"] == "shown"]
    assert shown["value"].notna().all()
    bounded = shown.dropna(subset=["lower", "upper"])
    assert (bounded["lower"] <= bounded["value"] + TOLERANCE).all()
    assert (bounded["value"] <= bounded["upper"] + TOLERANCE).all()


def test_both_engines_give_the_same_rows(tmp_path: Any, postgres_url: str) -> None:
    found = []
    for url in (f"duckdb:///{tmp_path / 'w.duckdb'}", postgres_url):
        opened = open_warehouse(Settings(home=tmp_path, warehouse_url=url))
        fill(opened, random_company(7))
        found.append(compute_cells(opened, as_of=AS_OF))
        opened.close()
    pd.testing.assert_frame_equal(found[0], found[1], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("as_of", [dt.date(2024, 5, 20), dt.date(2024, 12, 31)])
def test_nothing_after_the_day_is_used(warehouse: Warehouse, as_of: dt.date) -> None:
    rows = random_company(3)
    fill(warehouse, rows)
    whole = compute_cells(warehouse, as_of=as_of)
    assert (whole["period"] <= f"{as_of:%Y-%m}").where(whole["period_kind"] == "month", True).all()
    moments = [r for r in rows["session"] if r["planned_start_at"].date() <= as_of]
    fill(warehouse, rows | {"session": moments})
    assert compute_cells(warehouse, as_of=as_of).equals(whole)
