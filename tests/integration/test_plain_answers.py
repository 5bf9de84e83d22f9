"""Answers taken column by column are the answers that judging each of them gives."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.load import load_paths
from etl.rows import answers
from warehouse.engine import open_warehouse
from warehouse.settings import Settings
from warehouse.tables import answer, facts, loaded_file, rejected_row

MAPPING = """
source_system = "pulse"
files = ["pulse.csv"]
nulls = ["77", "n/a"]
[[load]]
entity = "survey_response"
key = ["response"]
[load.columns]
response_id = "response"
wave_id = "wave"
is_finished = "done"
[load.items]
a = "a"
b = "b"
[[survey]]
survey_id = "pulse"
[[wave]]
wave_id = "w1"
survey_id = "pulse"
[[item]]
survey_id = "pulse"
item_code = "a"
scale_min = 0.0
scale_max = 10.0
"""
ALWAYS, NEVER = 0, 10**9  # answers from which columns are looked at as a whole
Row = Sequence[str]
cell = st.integers(0, 10).map(str) | st.just("")
odd = st.sampled_from(["-1", "-99", "77", "11", "3.5", "03", "+3", " 3", "1e1", "many", "-0"])
row = st.tuples(cell, cell)


def load(cells: Sequence[Row], limit: int, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return answers, rejected rows and counts of a file, and whether it was taken as plain."""
    plain: list[bool] = []
    looked = answers.plain_answers_sql

    def look(*given: Any) -> str | None:
        plain.append(looked(*given) is not None)
        return looked(*given)

    with TemporaryDirectory() as name, monkeypatch.context() as patch:
        patch.setattr(answers, "_LARGE", limit)
        patch.setattr(answers, "plain_answers_sql", look)
        folder = Path(name)
        (folder / "pulse.mapping.toml").write_text(MAPPING)
        with (folder / "pulse.csv").open("w", newline="") as out:
            csv.writer(out).writerow(["response", "wave", "done", "a", "b"])
            for number, values in enumerate(cells):
                wave, done = ("w1", "w9")[number % 5 == 4], "yes" if number % 2 else "no"
                csv.writer(out).writerow([f"R{number}", wave, done, *values])
        warehouse = open_warehouse(Settings(folder, "duckdb:///:memory:"))
        report = load_paths(warehouse, [folder], now=dt.datetime(2026, 11, 30, 12))
        assert not report.refused, report
        c, r, f = answer.c, rejected_row.c, loaded_file.c
        named = [c[name] for name in facts(answer)]
        queries = (
            sa.select(*named, c.source_record_id, c.source_row).order_by(c.source_record_id),
            sa.select(r.source_row, r.entity, r.rule, r.message, r.row_json).order_by(
                r.source_row, r.entity, r.rule, r.message
            ),
            sa.select(f.entity, f.rows_read, f.rows_inserted, f.rows_rejected).order_by(f.entity),
        )
        with warehouse.engine.connect() as connection:
            found = [list(map(tuple, connection.execute(query))) for query in queries]
        warehouse.close()
    return [*found, any(plain)]


@settings(deadline=None, max_examples=20)
@given(cells=st.lists(row, min_size=1, max_size=8) | st.lists(st.tuples(cell, cell | odd)))
def test_columns_taken_as_a_whole_hold_what_each_answer_judged_alone_is(
    cells: list[Row],
) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert load(cells, ALWAYS, monkeypatch)[:3] == load(cells, NEVER, monkeypatch)[:3]


@pytest.mark.parametrize(
    ("value", "is_plain"),
    [
        *(("3", True), ("", True), ("10", True), ("0", True)),
        *(("11", False), ("-1", False), ("3.5", False), ("03", False), ("many", False)),
    ],
)
def test_a_column_is_taken_as_a_whole_where_no_answer_needs_judging(
    value: str, is_plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load([("5", "5"), (value, "")], ALWAYS, monkeypatch)[3] is is_plain


def test_a_number_that_means_nothing_is_no_plain_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load([("5", "76")], ALWAYS, monkeypatch)[3]
    assert not load([("5", "76"), ("5", "78")], ALWAYS, monkeypatch)[3]
