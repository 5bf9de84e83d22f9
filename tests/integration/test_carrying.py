"""What is carried over from an earlier release equals what would be computed again."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reports import carrying
from reports.carrying import computation, digest_facts, first_changed_day, settled_facts
from reports.publish import publish
from reports.release import open_release
from tests.random_company import AS_OF, random_company
from tests.warehouse_rows import Rows, fill
from warehouse.coverage import read_span
from warehouse.cube import KEYS, SETTLED, compute_cells
from warehouse.engine import Warehouse
from warehouse.fact_days import DAYS, OWNERS
from warehouse.facts.grain import Span
from warehouse.facts.pairs import ENDED
from warehouse.periods import parse_period
from warehouse.tables import metadata

NOW = dt.datetime(2025, 7, 10)
EARLIER = dt.date(2024, 12, 12)
# Days on which something ends or follows that began earlier, and what the row says until then.
FOLLOWING: dict[str, dict[str, Any]] = {
    "end_on": {}, "valid_to": {}, "withdrew_on": {}, "enrolled_on": {},
    "ended_on": {"status": "active", "end_reason": None}, "closed_on": {"status": "open"},
}  # fmt: skip


def days_of(row: dict[str, Any], table: str) -> list[dt.date]:
    first = {"person": (), "employment": ("hired_on",), "job_history": ("valid_from",)}
    clause = DAYS.get(metadata.tables[table])
    named = getattr(clause, "name", None)
    names = first.get(table, ("applied_on", "enrolled_on") if named == "coalesce" else (named,))
    found = [row.get(name) for name in names if name]
    return [day.date() if isinstance(day, dt.datetime) else day for day in found if day]


def numbered(rows: Rows) -> Rows:
    """The rows with keys that stay theirs when others go."""
    return {
        table: [
            {"source_record_id": f"{i:04}", "source_row": i, **row} for i, row in enumerate(all_)
        ]
        for table, all_ in rows.items()
    }


def known_by(rows: Rows, day: dt.date) -> Rows:
    """The rows as they stood on a day, when nothing of what comes later was known."""
    kept: Rows = {}
    for table, every in rows.items():
        kept[table] = []
        for row in every:
            days = days_of(row, table)
            if days and min(days) > day:
                continue
            told = dict(row)
            for name, before in FOLLOWING.items():
                if told.get(name) and told[name] > day:
                    told |= {name: None, **{k: v for k, v in before.items() if k in told}}
            kept[table].append(told)
    ended = {r["pair_id"] for r in kept["pair_status_change"] if r["status"] in ENDED}
    for row in kept["pair"]:  # an end that only later changes tell of
        if row.get("status") in ENDED and not row.get("ended_on") and row["pair_id"] not in ended:
            row["status"] = "active"
    sessions = {row["session_id"] for row in kept["session"]}
    for table in (one.name for one in OWNERS if one.name in kept):
        kept[table] = [row for row in kept[table] if row.get("session_id") in sessions]
    return kept


def changed(rows: Rows, dice: random.Random) -> Rows:
    """The rows with one of them otherwise, gone, or there a second time."""
    table = dice.choice([t.name for t in settled_facts() if rows.get(t.name)])
    every = [dict(row) for row in rows[table]]
    number = dice.randrange(len(every))
    if dice.random() < 0.25:
        del every[number]
        return rows | {table: every}
    names = [n for n, v in every[number].items() if v is not None and not n.endswith("_id")]
    name = dice.choice(names or ["source_row"])
    every[number][name] = _otherwise(every[number].get(name), dice)
    return rows | {table: every}


def _otherwise(value: Any, dice: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, dt.datetime | dt.date):
        return value + dt.timedelta(days=dice.choice([-40, -3, 3, 40]))
    if isinstance(value, int | float):
        return value + 1
    return dice.choice(["held", "cancelled", "completed", "leave", "done", "D1"])


def digested(warehouse: Warehouse, span: Span) -> pd.DataFrame:
    return digest_facts(warehouse, settled_facts(), computation(span, program=""))


def assert_carried_equals_computed(
    warehouse: Warehouse, before: Rows, after: Rows
) -> dt.date | None:
    fill(warehouse, before)
    span = read_span(warehouse, as_of=EARLIER)
    digests = digested(warehouse, span)
    published = compute_cells(warehouse, as_of=EARLIER)
    fill(warehouse, after)
    span = read_span(warehouse, as_of=AS_OF)
    day = first_changed_day(digests, digested(warehouse, span))
    if day is None:
        return None
    day = min(day, EARLIER + dt.timedelta(days=1))
    over = published["period"].map(lambda name: parse_period(name).ends_on < day)
    carried = published[over & published["metric_id"].isin(SETTLED)]
    rest = compute_cells(warehouse, as_of=AS_OF, changed_from=day)
    keys, numbers = list(KEYS), ["value", "lower", "upper", "numerator", "denominator", "n"]
    found = [
        cells[keys + numbers].astype(dict.fromkeys(numbers, float)).set_index(keys).sort_index()
        for cells in (pd.concat([rest, carried]), compute_cells(warehouse, as_of=AS_OF))
    ]
    once, again = found
    is_other = ~np.isclose(once, again, rtol=1e-9, equal_nan=True).all(axis=1)
    assert list(once.index) == list(again.index) and not list(once.index[is_other])
    return day


@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a seed does not shrink to a simpler company
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 10**6))
def test_figures_carried_over_are_those_that_would_be_computed(
    warehouse: Warehouse, seed: int
) -> None:
    dice = random.Random(seed)
    rows = numbered(random_company(seed))
    after = rows if dice.random() < 0.3 else changed(rows, dice)
    assert_carried_equals_computed(warehouse, known_by(rows, EARLIER), after)


def test_a_release_after_another_says_what_a_first_one_would(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    fill(warehouse, numbered(random_company(1)))
    for day in (AS_OF, EARLIER, AS_OF):  # going back is computed from the later one
        publish(warehouse, tmp_path / "one after another", now=NOW, as_of=day)
    publish(warehouse, tmp_path / "only one", now=NOW, as_of=AS_OF)
    later, only = (open_release(tmp_path / name) for name in ("one after another", "only one"))
    day = first_changed_day(later.frame("fact_digest"), only.frame("fact_digest"))
    assert day == dt.date.max, "the facts are the same"
    pd.testing.assert_frame_equal(later.frame("metric_cell"), only.frame("metric_cell"))


def test_nothing_is_carried_over_by_other_code(tmp_path: Path, monkeypatch) -> None:
    span = Span.between(dt.date(2025, 1, 1), dt.date(2025, 1, 31))
    monkeypatch.setattr(carrying, "_CODE", tmp_path)
    code = tmp_path / "facts" / "rhythm.py"
    code.parent.mkdir()
    code.write_text("WAITING = 1")
    before = computation(span, program="1.0")
    assert computation(span, program="1.0") == before
    assert computation(span, program="1.1") != before
    code.write_text("WAITING = 2")
    assert computation(span, program="1.0") != before


def test_the_code_of_figures_is_found() -> None:
    assert (carrying._CODE / "cube.py").is_file()
