"""Worked examples of what sessions are about and what is said of them.

On DuckDB only: that both engines agree on every figure is shown in test_cube.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from tests.integration.test_cube_cases import find
from tests.pair_rows import company, pair, session
from tests.random_company import AS_OF, random_company
from tests.warehouse_rows import Rows, fill
from warehouse.cube import compute_cells
from warehouse.engine import Warehouse

YEAR_END = dt.date(2025, 12, 31)


def figures(embedded: Warehouse, rows: Rows, as_of: dt.date = YEAR_END) -> pd.DataFrame:
    fill(embedded, rows)
    return compute_cells(embedded, as_of=as_of)


def answers(session_id: str, **said: str | None) -> list[dict[str, Any]]:
    return [
        {"session_id": session_id, "role": role, "who_mostly_advised": who}
        for role, who in said.items()
    ]


def test_roles_are_reversed_where_everyone_who_answered_says_so(embedded: Warehouse) -> None:
    days = [dt.date(2025, 2, day) for day in range(3, 8)]
    said = [
        answers("a-0203", mentor="mentee", mentee="mentee"),
        answers("a-0204", mentor="mentee"),  # the other one is silent
        answers("a-0205", mentor="mentee", mentee="balanced"),
        answers("a-0206", mentee=None),  # answered, but not this question
    ]
    rows = company(
        pair("a"),
        session=[session("a", on) for on in days],
        session_feedback=[row for part in said for row in part],
    )
    cells = figures(embedded, rows)
    reverted = find(cells, "role_reversion_rate", "2025Q1")
    assert (reverted["numerator"], reverted["denominator"], reverted["n"]) == (2, 3, 1)
    given = find(cells, "feedback_response_rate", "2025Q1")
    assert (given["numerator"], given["denominator"]) == (6, 10)


def test_answers_are_published_in_the_closed_slices_only(embedded: Warehouse) -> None:
    cells = figures(embedded, random_company(3), AS_OF)
    of_answers = cells[cells["metric_id"].isin(["role_reversion_rate", "feedback_response_rate"])]
    assert len(of_answers)
    assert set(of_answers["period_kind"]) == {"quarter", "year"}
    assert (of_answers["program"] == "").all()
    assert not ((of_answers["cohort"] != "") & (of_answers["department"] != "")).any()


def test_topics_spread_in_bits_and_technology_is_told_by_words(embedded: Warehouse) -> None:
    first, second = dt.date(2025, 2, 3), dt.date(2025, 3, 3)
    topics = {"a-0203": ["AI", "ai "], "a-0303": ["ai"], "b-0203": ["ai"], "b-0303": ["retail"]}
    rows = company(
        pair("a"),
        pair("b"),
        pair("c"),
        session=[session(p, on) for p in "abc" for on in (first, second)],
        session_topic=[{"session_id": s, "topic": t} for s, ts in topics.items() for t in ts],
    )
    cells = figures(embedded, rows)
    february, march = (find(cells, "topic_diversity", m) for m in ("2025-02", "2025-03"))
    assert (february["value"], february["n"]) == (0.0, 2)  # the same topic twice in one session
    assert march["value"] == pytest.approx(1.0)
    only = [find(cells, "technology_only_rate", f"2025-{m}") for m in ("01", "02", "03", "12")]
    assert only[0]["status"] == "undefined"
    assert [c["value"] for c in only[1:]] == [1.0, 0.5, 0.5]  # c said nothing and is left out


def test_goals_are_reviewed_from_the_day_a_program_first_notes_it(embedded: Warehouse) -> None:
    days = [dt.date(2025, month, 3) for month in (1, 2, 3)]
    rows = company(
        pair("a"),
        pair("x", program_id="Q"),
        session=[session(p, on.replace(day=20)) for p in "ax" for on in days],
        session_topic=[{"session_id": "a-0220", "topic": "Goals"}],
    )
    cells = figures(embedded, rows)
    values = [find(cells, "sessions_reviewing_goals_rate", f"2025-0{m}") for m in (1, 2, 3)]
    assert values[0]["status"] == "undefined"
    assert [c["value"] for c in values[1:]] == [1.0, 0.0]  # the other program never noted any
    other = find(cells, "sessions_reviewing_goals_rate", "2025", program="Q")
    assert other["status"] == "undefined"
