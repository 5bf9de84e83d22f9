"""A release knows which facts its figures are computed from, and counts every row of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from models.momentum_runs import read_momentum_facts
from reports.fact_rows import _BEHIND, RETENTION, figure_sources, read_fact_rows
from tests.integration.test_publish import AS_OF, MATCHED, company
from tests.warehouse_rows import fill
from tests.whole_analyses import run_analyses
from warehouse import cube
from warehouse.engine import Warehouse
from warehouse.fact_days import DAYS, OWNERS
from warehouse.tables import CANONICAL
from warehouse.voice import read_voice

UNDATED = {"person", "person_identifier", "survey", "item"}


def test_every_table_of_facts_speaks_about_a_day_or_is_known_not_to() -> None:
    dated = {table.name for table in (*DAYS, *OWNERS)}
    derived = {table.name for table in _BEHIND}
    assert dated | derived | UNDATED == {table.name for table in CANONICAL}
    assert not (dated & UNDATED)


def test_every_row_is_counted_once_under_its_load_and_month(warehouse: Warehouse) -> None:
    rows = company()
    rows["session_topic"] = [
        {"session_id": "s0-0", "topic": "ai", "batch_id": "later"},
        {"session_id": "unheard of", "topic": "ai"},
    ]
    fill(warehouse, rows)
    found = read_fact_rows(warehouse)
    for name, given in rows.items():
        if name in ("employment", "job_history"):
            assert name not in set(found["entity"])
        else:
            assert found.loc[found["entity"] == name, "rows"].sum() == len(given), name
    topics = found[found["entity"] == "session_topic"]
    assert topics[["month", "batch_id", "rows"]].values.tolist() == [
        ["", "b", 1], ["2026-05", "later", 1]]  # fmt: skip
    sessions = found[found["entity"] == "session"].set_index("month")["rows"]
    planned = [one["planned_start_at"] for one in rows["session"]]
    for month in (5, 6, 7, 8, 9, 10):
        assert sessions.get(f"2026-{month:02}", 0) == sum(day.month == month for day in planned)
    assert found.loc[found["entity"] == "person", "month"].tolist() == [""]
    assert found.loc[found["entity"] == "pair", "month"].tolist() == [f"{MATCHED:%Y-%m}"]


def test_an_empty_warehouse_has_no_rows(warehouse: Warehouse) -> None:
    assert read_fact_rows(warehouse).empty


def tables_read(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, work: Callable[[], Any]
) -> set[str]:
    """The tables that statements of some work name, as loaded facts."""
    found: set[sa.Table] = set()
    read = warehouse.read

    def noting(statement: Any) -> Any:
        waiting, seen = [statement], {}
        while waiting:
            element = waiting.pop()
            if id(element) not in seen:
                seen[id(element)] = element
                waiting += element.get_children()
                found.update({element} if isinstance(element, sa.Table) else ())
        return read(statement)

    monkeypatch.setattr(warehouse, "read", noting)
    work()
    monkeypatch.undo()
    return {one.name for table in found for one in _BEHIND.get(table, (table,))}


def test_the_facts_of_states_and_effects_are_those_their_models_read(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    if warehouse.dialect != "duckdb":
        pytest.skip("the statements are the same on both engines")
    fill(warehouse, company())
    sources = figure_sources().groupby("figures")["entity"].agg(set)
    states = tables_read(
        warehouse, monkeypatch, lambda: read_momentum_facts(warehouse, as_of=AS_OF)
    )
    assert states <= sources["pair_state_stalled"]
    effects = tables_read(warehouse, monkeypatch, lambda: run_analyses(warehouse, as_of=AS_OF))
    assert effects <= sources[RETENTION]
    voice = read_voice(warehouse, as_of=AS_OF)
    with_scores = tables_read(
        warehouse, monkeypatch, lambda: run_analyses(warehouse, as_of=AS_OF, voice=voice)
    )
    # an analysis of scores is named like the figure on the same answers, which reads the same
    assert with_scores - effects <= sources["engagement"]
    retention = tables_read(
        warehouse,
        monkeypatch,
        lambda: cube._retention(warehouse, cube.read_span(warehouse, as_of=AS_OF)),
    )
    # which days are covered is asked of every kind of record; that moves no figure of a day
    assert retention - {"pair"} <= sources["retention_12m"]


def test_a_metric_names_the_facts_it_counts() -> None:
    sources = figure_sources().groupby("figures")["entity"].agg(set)
    assert {"session", "pair"} <= sources["adherence"]
    assert "session" not in sources["turnover"] and "exit" in sources["turnover"]
