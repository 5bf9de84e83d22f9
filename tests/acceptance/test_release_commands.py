"""`outcomes releases` as a person types it: what it says, and what it refuses."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import outcomes
from command_line import terminal
from reports.release import current_release_id, open_release
from reports.release_writer import write_release
from tests import synthetic_release

TABLES = synthetic_release.tables(quarters=2, pairs=20)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OUTCOMES_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(terminal.console, "width", 200)  # made once, when commands are imported
    return tmp_path / "home"


@pytest.fixture
def releases(home: Path) -> Path:
    """Three releases, the last one with another turnover of Sales in 2026 Q2, withheld in Q3."""
    folder = home / "releases"
    cells = TABLES["metric_cell"].astype({"reason": object})
    sales = (cells["metric_id"] == "turnover") & (cells["department"] == "Sales")
    sales &= cells["population"] == "everyone"
    cells.loc[sales & (cells["period"] == "2026Q2"), "value"] = 0.5
    gone = ["value", "lower", "upper", "numerator", "denominator", "n"]
    cells.loc[sales & (cells["period"] == "2026Q3"), gone] = None
    cells.loc[sales & (cells["period"] == "2026Q3"), "status"] = "suppressed"
    cells.loc[sales & (cells["period"] == "2026Q3"), "reason"] = "=Fewer than 5 people"
    for day in (dt.date(2026, 3, 31), dt.date(2026, 5, 31)):
        write_release(folder, TABLES | {"release": TABLES["release"].assign(data_as_of=day)})
    last = TABLES["release"].assign(data_as_of=dt.date(2026, 5, 31))
    write_release(folder, TABLES | {"release": last, "metric_cell": cells})
    return folder


def run(*words: str, code: int = 0) -> str:
    result: Result = CliRunner().invoke(outcomes.app, ["releases", *words])
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def test_help_says_what_a_release_is_and_what_each_command_does(home: Path) -> None:
    said = run("--help")
    assert "never changes" in said
    for word in ("list", "show", "diff", "prune", "use", "and why", "never the current one"):
        assert word in said
    for word in ("show", "diff", "prune", "use"):
        assert "Number of" in run(word, "--help") or word == "prune"
    assert "--keep-quarter-ends" in run("prune", "--help")


@pytest.mark.parametrize("words", [["list"], ["show", "1"], ["diff", "1", "2"], ["prune"],
                                   ["prune", "--dry-run"], ["use", "1"]])  # fmt: skip
def test_before_the_first_publish_every_command_says_what_to_run(
    home: Path, words: list[str]
) -> None:
    assert "outcomes publish" in run(*words, code=1)


def test_a_misspelt_number_is_refused_as_misspelt(releases: Path) -> None:
    for words in (["show", "two"], ["use", "0"], ["diff", "1"], ["prune", "--keep", "0"]):
        run(*words, code=2)


def test_the_list_names_the_current_release(releases: Path) -> None:
    said = run("list")
    assert "3 │ current │ 2026-10-01 06:00 │ 2026-05-31" in said
    assert "│ 1 │ │ 2026-10-01 06:00 │ 2026-03-31" in said


def test_show_says_everything_a_release_says_about_itself(releases: Path) -> None:
    said = run("show", "2")
    info = open_release(releases, 2).info
    for words in (info.disclosure_policy, info.metric_versions_sha256, "adherence 2; turnover 2",
                  "Data as of: 31 May 2026", "Minimum group: 5", "the invented sample",
                  "Every row read is accounted for"):  # fmt: skip
        assert words in said
    for name in TABLES:
        assert f"│ {name} │ {len(TABLES[name]):,} │" in said
    assert "(current)" in run("show", "3") and "(current)" not in said
    assert "published so far are 1 to 3" in run("show", "4", code=1)


def test_differences_are_counted_by_cause_and_written_whole(releases: Path, tmp_path: Path) -> None:
    path = tmp_path / "differences.csv"
    said = run("diff", "2", "3", "--csv", str(path))
    assert "Release 2 to 3: 2 figures differ" in said
    assert "disclosure │ 1 │ Turnover (average headcount) 1" in said
    assert "not told │ 1 │" in said
    assert "– (=Fewer than 5 people)" in said
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["metric"], r["department"], r["period"], r["cause"]) for r in rows] == [
        ("turnover", "Sales", "2026Q2", "not_told"), ("turnover", "Sales", "2026Q3", "disclosure")
    ]  # fmt: skip
    assert rows[0]["after"] == "0.5" and rows[1]["after"] == "" and rows[1]["before"]
    assert rows[1]["after_reason"] == "'=Fewer than 5 people", "a spreadsheet must not run it"
    assert {(r["release_before"], r["release_after"]) for r in rows} == {("2", "3")}
    assert "0 figures differ" in run("diff", "1", "1")
    assert "--csv" in run("diff", "2", "3", "--csv", str(tmp_path), code=1)


def test_pruning_says_what_goes_and_a_trial_removes_nothing(releases: Path) -> None:
    said = run("prune", "--keep", "1", "--dry-run")
    assert "2 │ 2026-05-31 │ would be removed" in said
    assert "1 │ 2026-03-31 │ kept │ last release of 2026Q1" in said
    assert "Would remove 1 of 3 releases" in said
    assert (releases / "000002").exists()
    assert "Removed 1 of 3" in run("prune", "--keep", "1")
    assert "Removed 1 of 2" in run("prune", "--keep", "1", "--no-keep-quarter-ends")
    assert [entry.name for entry in releases.iterdir() if entry.name.isdigit()] == ["000003"]
    assert "no longer kept" in run("show", "2", code=1)


def test_another_release_becomes_current_and_the_way_back_is_open(releases: Path) -> None:
    assert "Release 1 is current now" in run("use", "1")
    assert current_release_id(releases) == 1
    assert "Release 3 is current now" in run("use", "3")
    assert "was current already" in run("use", "3")
    assert "There is no release 9" in run("use", "9", code=1)


def test_a_check_notices_one_changed_letter(releases: Path) -> None:
    def check() -> tuple[int, str]:
        result = CliRunner().invoke(outcomes.app, ["check"])
        return result.exit_code, " ".join(result.output.split())

    assert "exactly as it was published" in check()[1]
    path = releases / "000003" / "release.sqlite"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"Engineering", b"Engineerinq", 1))
    code, said = check()
    assert code == 1
    assert "Release 3 is damaged" in said and "outcomes publish" in said


def test_a_damaged_release_is_not_made_current(releases: Path) -> None:
    path = releases / "000001" / "release.sqlite"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"Engineering", b"Engineerinq", 1))
    assert "not as it was published" in run("use", "1", code=1)
    assert current_release_id(releases) == 3
