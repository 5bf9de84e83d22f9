from __future__ import annotations

import datetime as dt

import pandas as pd

from models.reporting_lines import ReportingLines, lines_on

DAY = dt.date(2026, 9, 30)


def test_a_line_is_walked_to_the_top_in_either_direction() -> None:
    lines = ReportingLines({f"p{i}": f"p{i + 1}" for i in range(60)})
    assert lines.join("p0", "p60") and lines.join("p60", "p0")
    assert not lines.join("p0", "someone else")


def test_a_circle_ends() -> None:
    lines = ReportingLines({"a": "b", "b": "c", "c": "b"})
    assert lines.above("a") == {"b", "c"}
    assert not lines.join("a", "z")


def test_colleagues_under_one_manager_are_in_no_line() -> None:
    assert not ReportingLines({"a": "boss", "b": "boss"}).join("a", "b")


def test_lines_are_those_of_the_day() -> None:
    rows = [
        ("a", "old", "2026-01-01", "2026-09-30"),
        ("a", "new", "2026-09-30", None),
        ("b", "later", "2026-10-01", None),
    ]
    columns = ["person_id", "manager_person_id", "valid_from", "valid_to"]
    history = pd.DataFrame(rows, columns=columns)
    for name in columns[2:]:
        history[name] = pd.to_datetime(history[name])
    lines = lines_on(history, as_of=DAY)
    assert (lines.above("a"), lines.above("b")) == ({"new"}, frozenset())
