"""Files loaded as one table come to the same as each of them loaded by itself."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings, strategies

from etl import file_load
from etl.load import load_paths
from etl.report import FileOutcome
from etl.together import Staged
from tests.integration.meeting_exports import teams
from tests.integration.small_exports import NOW, PULSE, facts_of, write_exports
from warehouse.engine import Warehouse
from warehouse.tables import (
    answer,
    file_reading,
    goal,
    item,
    loaded_file,
    refused_file,
    rejected_row,
    response,
    session,
    session_attendance,
    session_feedback,
    session_report,
    survey,
    wave,
)

CHANGED = (
    *(loaded_file, file_reading, refused_file, rejected_row),
    *(goal, session_feedback, session_report, session_attendance),
    *(survey, wave, item, response, answer),
)
GOALS = """
source_system = "platform"
files = ["list_*.csv"]
[[load]]
entity = "goal"
key = ["Id"]
[load.columns]
goal_id = "Id"
pair_id = "Match"
set_on = "Set"
[[load]]
entity = "session_feedback"
key = ["Id"]
filled = ["Set"]
[load.columns]
session_id = { value = "S1" }
person_id = { column = "Email", identifier = "email", unresolved = "blank" }
role = { value = "mentor" }
rating = "Rating"
"""
Row = tuple[str, ...]
CELLS = (
    ["A", "B", "C", "D", "E", "F", "G", "H", ""],
    ["M1", "M1", "M1", "M9"],
    ["2025-06-01", "2025-06-02", "31.05.2025", "01.02.2025", "soon", ""],
    ["4", "4", "4.5", '"3,5"', "9", "high", ""],
    ["ada@example.com", "ben@example.com", "eve@example.com", "", "ada@example.com,extra"],
)
FILES = strategies.lists(
    strategies.tuples(
        strategies.booleans(),
        strategies.lists(strategies.tuples(*map(strategies.sampled_from, CELLS)), max_size=4),
    ),
    min_size=2,
    max_size=4,
    unique_by=str,
)


def told(outcomes: Sequence[FileOutcome]) -> list[tuple[Any, ...]]:
    """Return what a load says of its files."""
    return [
        (
            one.name,
            one.format,
            one.counts,
            one.rejected,
            one.unresolved,
            one.is_known,
            one.problem and (one.problem.code, one.problem.value),
        )
        for one in outcomes
    ]


def stored(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    """Return all facts, rejected rows and ledger lines, without batches and moments."""
    found = facts_of(warehouse)
    for table in (loaded_file, file_reading, session_report, refused_file):
        names = [c for c in table.columns if not c.name.endswith(("batch_id", "_at"))]
        rows = warehouse.read(sa.select(*names)).itertuples(index=False)
        found[table.name] = sorted(tuple(map(str, row)) for row in rows)
    return found


def write_mapping(folder: Path, text: str) -> Path:
    """Begin a folder of lists that a mapping is about."""
    (folder / "lists").mkdir()
    (folder / "lists" / "own.mapping.toml").write_text(text, encoding="utf-8")
    return folder / "lists"


def forget(warehouse: Warehouse) -> None:
    """Bring the warehouse back to where it was before the files of a test."""
    with warehouse.writing() as writer:
        for table in CHANGED:
            writer.execute(sa.delete(table))
        writer.execute(sa.delete(session).where(session.c.session_id != "S1"))


def check_same(warehouse: Warehouse, folder: Path) -> list[tuple[Any, ...]]:
    """Load a folder at once and file by file, and compare; returns what was told of the files."""
    files = sorted(folder.glob("*.csv"))
    together = told(load_paths(warehouse, [folder], now=NOW).files)
    found = stored(warehouse)
    forget(warehouse)
    alone = [one for path in files for one in load_paths(warehouse, [path], now=NOW).files]
    assert sorted(together, key=str) == sorted(told(alone), key=str)
    assert found == stored(warehouse)
    return together


@pytest.fixture
def company(warehouse: Warehouse, tmp_path: Path) -> Warehouse:
    """A warehouse with people, a pair, and its session S1."""
    load_paths(warehouse, [write_exports(tmp_path / "company")], now=NOW)
    forget(warehouse)
    return warehouse


@pytest.fixture
def bundles(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many files each table held that was merged."""
    sizes: list[int] = []
    kept = file_load._note

    def note(writer: Any, staged: Sequence[Staged], *rest: Any) -> Any:
        sizes.append(len(staged))
        return kept(writer, staged, *rest)

    monkeypatch.setattr(file_load, "_note", note)
    return sizes


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(files=FILES)
def test_lists_come_to_the_same_together_and_one_by_one(
    company: Warehouse, tmp_path: Path, files: list[tuple[bool, list[Row]]]
) -> None:
    forget(company)
    shutil.rmtree(tmp_path / "lists", ignore_errors=True)
    folder = write_mapping(tmp_path, GOALS)
    for number, (is_wide, rows) in enumerate(files):
        header = "Id,Match,Set,Rating,Email" + (",Note" if is_wide else "")
        lines = [",".join([*row, *(["more"] if is_wide else [])]) for row in rows]
        text = "\n".join([header, *lines, ""])
        (folder / f"list_{number}.csv").write_text(text, encoding="utf-8")
    check_same(company, folder)


def test_small_files_of_one_kind_are_checked_and_merged_at_once(
    company: Warehouse, tmp_path: Path, bundles: list[int]
) -> None:
    folder = write_mapping(tmp_path, GOALS)
    for number in range(5):
        row = f"A{number},M1,2025-06-0{number + 1},4,ada@example.com"
        bad = f"B{number},M9,2025-06-01,9,ben@example.com"
        text = f"Id,Match,Set,Rating,Email\n{row}\n{bad}\n"
        (folder / f"list_{number}.csv").write_text(text, encoding="utf-8")
    files = check_same(company, folder)
    assert bundles == [5, 1, 1, 1, 1, 1]
    assert all(
        rejected == {("goal", "unknown_pair"): 1, ("session_feedback", "off_scale"): 1}
        for _, _, _, rejected, *_ in files
    )
    r = rejected_row.c
    rows = company.read(sa.select(r.file_name, r.source_row).where(r.rule == "unknown_pair"))
    assert sorted(rows.itertuples(index=False, name=None)) == [
        (f"list_{number}.csv", 3) for number in range(5)
    ]


def test_of_two_files_with_one_key_the_later_stands(
    company: Warehouse, tmp_path: Path, bundles: list[int]
) -> None:
    folder = write_mapping(tmp_path, GOALS)
    for number, day in enumerate(("2025-06-01", "2025-06-02", "2025-06-03")):
        text = f"Id,Match,Set,Rating,Email\nA{number % 2},M1,{day},4,ada@example.com\n"
        (folder / f"list_{number}.csv").write_text(text, encoding="utf-8")
    check_same(company, folder)
    assert bundles == [1] * 6
    found = company.read(sa.select(goal.c.goal_id, goal.c.set_on).order_by(goal.c.goal_id))
    assert [str(day.date()) for day in found["set_on"]] == ["2025-06-03", "2025-06-02"]


def test_a_refused_file_keeps_none_of_its_like_out(company: Warehouse, tmp_path: Path) -> None:
    folder = write_mapping(tmp_path, GOALS)
    for number, day in enumerate(("2025-06-01", "01.02.2025", "31.05.2025")):
        text = f"Id,Match,Set,Rating,Email\nA{number},M1,{day},4,ada@example.com\n"
        (folder / f"list_{number}.csv").write_text(text, encoding="utf-8")
    files = check_same(company, folder)
    assert [problem for *_, problem in files] == [None, ("ambiguous_dates", "01.02.2025"), None]
    assert sorted(company.read(sa.select(goal.c.goal_id))["goal_id"]) == ["A0", "A2"]


def test_answers_belong_to_the_file_they_stand_in(
    company: Warehouse, tmp_path: Path, bundles: list[int]
) -> None:
    folder = write_mapping(tmp_path, PULSE)
    rows = ("R1,W1,p1,5,6\nR2,W1,p2,7,high\n", "R3,W1,p3,,2\nR4,W9,p1,1,1\n", "R5,W1,p2,9,3\n")
    for number, lines in enumerate(rows):
        text = f"Response,Wave,Employee,Q1,Q2\n{lines}"
        (folder / f"pulse_{number}.csv").write_text(text, encoding="utf-8")
    files = check_same(company, folder)
    assert bundles == [3, 1, 1, 1]
    assert [sum(rejected.values()) for _, _, _, rejected, *_ in files] == [2, 1, 1]
    a = answer.c
    found = company.read(sa.select(a.response_id, a.item_code, a.number, a.source_row))
    assert sorted(map(str, found.dropna().itertuples(index=False, name=None))) == [
        "('R1', 'ENG1', 5.0, 2)",
        "('R1', 'ENG2', 6.0, 2)",
        "('R3', 'ENG2', 2.0, 2)",
        "('R5', 'ENG2', 3.0, 2)",
    ]


@pytest.mark.parametrize(
    ("starts", "titles", "expected"),
    [
        (("9:01:00 AM", "11:01:00 AM", "3:01:00 PM"), ("Talk", "Talk", "Talk"), [3]),
        (("9:01:00 AM", "9:01:00 AM", "3:01:00 PM"), ("Talk", "Talk", "Talk"), [1, 1, 1]),
        (("9:01:00 AM", "11:01:00 AM", "3:01:00 PM"), ("Talk", "S{}", "Talk"), [3]),
    ],
    ids=["meetings of their own", "a meeting told twice", "a title that names nothing"],
)
def test_meetings_come_to_the_same_together_and_one_by_one(
    company: Warehouse,
    tmp_path: Path,
    bundles: list[int],
    starts: Sequence[str],
    titles: Sequence[str],
    expected: list[int],
) -> None:
    folder = tmp_path / "reports"
    for number, (start, title) in enumerate(zip(starts, titles, strict=True)):
        end = start.replace(":01:", f":{31 + number}:")
        path = teams(folder, start, end, 30 + number, title=title)
        path.rename(folder / f"report {number}.csv")
    check_same(company, folder)
    assert bundles[: len(expected)] == expected
    assert len(bundles) == len(expected) + 3


def test_a_title_may_name_the_session_another_report_makes_known(
    company: Warehouse, tmp_path: Path, bundles: list[int]
) -> None:
    folder = tmp_path / "reports"
    first = teams(folder, "9:01:00 AM", "9:31:00 AM", 30)
    load_paths(company, [first], now=NOW)
    names = sa.select(session.c.session_id).where(session.c.session_id != "S1")
    (name,) = company.read(names)["session_id"]
    first.rename(folder / "report 1.csv")
    other = teams(folder, "3:01:00 PM", "3:31:00 PM", 30, title=f"again {name}")
    other.rename(folder / "report 2.csv")
    forget(company)
    bundles.clear()
    check_same(company, folder)
    assert bundles == [1, 1, 1, 1]
    assert list(company.read(names)["session_id"]) == [name]
