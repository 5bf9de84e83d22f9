from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from etl.inbox import Inbox
from etl.problems import FileProblem
from etl.report import FileOutcome, LoadReport

NOW = dt.datetime(2026, 10, 5, 8)


def inbox_with(folder: Path, *names: str) -> Inbox:
    inbox = Inbox(folder)
    inbox.create()
    for name in names:
        (folder / name).write_text("x\n")
    return inbox


def problem(path: Path) -> FileProblem:
    return FileProblem("no_mapping", path, "No mapping says what its columns mean.", "Draft one.")


def test_a_file_still_being_written_is_left_alone_until_it_rests(tmp_path: Path) -> None:
    inbox = inbox_with(tmp_path, "a.csv", "b.csv")
    assert inbox.ready() == []
    os.utime(tmp_path / "b.csv", ns=(1, 1))
    assert inbox.ready() == [tmp_path / "a.csv"]
    assert inbox.ready() == [tmp_path / "a.csv", tmp_path / "b.csv"]


def test_mappings_and_hidden_files_are_no_exports(tmp_path: Path) -> None:
    inbox = inbox_with(tmp_path, "a.csv", "a.mapping.toml", "x.corrections.toml", ".part", "README")
    assert inbox.ready(at_once=True) == [tmp_path / "a.csv"]


def test_files_leave_for_loaded_or_for_refused_with_the_reason(tmp_path: Path) -> None:
    inbox = inbox_with(tmp_path, "good.csv", "bad.csv", "both.zip")
    good, bad, both = (tmp_path / name for name in ("good.csv", "bad.csv", "both.zip"))
    report = LoadReport(
        "b",
        (
            FileOutcome(good, good.name),
            FileOutcome(bad, bad.name, problem=problem(bad)),
            FileOutcome(both / "one.csv", "both.zip/one.csv"),
            FileOutcome(both / "two.csv", "both.zip/two.csv", problem=problem(both / "two.csv")),
        ),
    )
    inbox.clear([good, bad, both], report, NOW)
    assert sorted(p.name for p in (tmp_path / "loaded").iterdir()) == [
        "both.zip",
        "both.zip.problem.txt",
        "good.csv",
    ]
    assert sorted(p.name for p in (tmp_path / "refused").iterdir()) == [
        "bad.csv",
        "bad.csv.problem.txt",
    ]
    words = (tmp_path / "refused" / "bad.csv.problem.txt").read_text()
    assert "No mapping says what its columns mean. Draft one." in words
    assert inbox.ready(at_once=True) == []


def test_the_same_name_twice_keeps_both_files(tmp_path: Path) -> None:
    inbox = inbox_with(tmp_path, "good.csv")
    good = tmp_path / "good.csv"
    report = LoadReport("b", (FileOutcome(good, good.name),))
    inbox.clear([good], report, NOW)
    good.write_text("later\n")
    inbox.clear([good], report, NOW)
    assert sorted(p.name for p in (tmp_path / "loaded").iterdir()) == [
        "2026-10-05T080000-good.csv",
        "good.csv",
    ]
