"""What the command line says to someone who gets it wrong."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import outcomes
from command_line import pipeline
from tests.integration.small_exports import write_exports
from warehouse import engine
from warehouse.settings import read_settings


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OUTCOMES_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("OUTCOMES_WAREHOUSE", raising=False)

    def call(*words: str) -> Result:
        return CliRunner().invoke(outcomes.app, list(words))

    return call


def test_help_names_the_path_a_newcomer_takes(run) -> None:
    said = run("--help").output
    for word in ("demo", "inspect", "load", "publish", "serve", "report", "check"):
        assert word in said


@pytest.mark.parametrize("words", [["report", "2026Q3"], ["check"]])
def test_without_a_release_people_are_told_what_to_run(run, words: list[str]) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert "outcomes publish" in result.output


def test_a_host_beyond_this_machine_is_refused_until_sign_in_exists(run) -> None:
    result = run("serve", "--host", "0.0.0.0")
    assert result.exit_code == 1
    assert "no sign-in" in result.output


def test_a_port_in_use_is_named_with_a_way_out(run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = run("serve", "--port", port)
    assert result.exit_code == 1
    assert port in result.output
    assert "another port" in result.output.replace("\n", " ")


def test_a_home_that_cannot_be_written_is_named(run, tmp_path: Path, monkeypatch) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("in the way")
    monkeypatch.setenv("OUTCOMES_HOME", str(blocker / "home"))
    result = run("check")
    assert result.exit_code == 1
    assert "OUTCOMES_HOME" in result.output


def test_a_log_that_cannot_be_written_is_named_in_one_sentence(tmp_path: Path) -> None:
    log = tmp_path / "outcomes.log"
    log.mkdir()
    command = [sys.executable, "-m", "outcomes", "check"]
    environment = os.environ | {"OUTCOMES_HOME": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Cannot write to {log}: ") and "OUTCOMES_HOME" in done.stderr


def test_an_unknown_engine_is_refused_with_the_two_there_are(run, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("OUTCOMES_WAREHOUSE", "mysql://somewhere/db")
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    result = run("load", str(tmp_path / "rows.csv"))
    assert result.exit_code == 1
    assert "postgresql" in result.output


def test_an_unforeseen_error_shows_an_id_that_is_in_the_log(run, tmp_path, monkeypatch) -> None:
    cell = "Jane Doe"

    def fail(_: object) -> None:
        raise RuntimeError(f"cannot convert {cell}")

    monkeypatch.setattr(engine, "open_warehouse", fail)
    result = run("publish")
    assert result.exit_code == 70
    error_id = result.output.split("(error ")[1][:8]
    log = (tmp_path / "home" / "outcomes.log").read_text()
    assert error_id in log
    assert "Jane" not in log


def test_what_lands_in_the_inbox_is_loaded_published_and_moved(run, tmp_path: Path) -> None:
    inbox = tmp_path / "home" / "inbox"
    write_exports(inbox)
    (inbox / "strange.csv").write_text("colour,taste\nred,sweet\n")
    said = run("watch", "--once").output
    assert "session: 3 read = 3 new" in said and "Published release 1" in said
    assert "strange.csv: No mapping" in " ".join(said.split())
    assert sorted(path.name for path in (inbox / "refused").iterdir()) == [
        "strange.csv",
        "strange.csv.problem.txt",
    ]
    assert len(list((inbox / "loaded").iterdir())) == 10
    write_exports(inbox)
    assert "Published" not in run("watch", "--once").output
    checks = run("check").output
    assert "1 file refused: strange.csv" in checks and "failed" not in checks


def test_a_dry_run_says_so_and_keeps_nothing(run, tmp_path: Path) -> None:
    folder = write_exports(tmp_path / "in")
    assert "nothing was kept" in run("load", "--dry-run", str(folder)).output
    assert "session: 3 read = 3 new" in run("load", str(folder)).output


def test_a_setting_that_cannot_be_meant_is_named(run, monkeypatch) -> None:
    monkeypatch.setenv("OUTCOMES_LARGEST_SHRINK", "thirty")
    result = run("check")
    assert result.exit_code == 1
    assert "OUTCOMES_LARGEST_SHRINK" in result.output


def test_inspecting_looks_into_archives_and_writes_drafts(run, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        archive.writestr("payroll.csv", "Employee No,Gross\n17,3000\n")
        archive.writestr("../outside.csv", "a,b\n1,2\n")
    result = run("inspect", str(tmp_path / "both.zip"), "--draft", str(tmp_path / "drafts"))
    assert result.exit_code == 1  # the member outside is refused by name
    assert "payroll.csv: delimited" in result.output and "outside.csv" in result.output
    draft = (tmp_path / "drafts" / "payroll.mapping.toml").read_text(encoding="utf-8")
    assert "Employee No" in draft and "[[load]]" in draft


def test_unknown_people_are_listed_to_be_confirmed(run, tmp_path: Path) -> None:
    folder = write_exports(tmp_path / "in", people="person_id,display_name\np1,Ada One\n")
    run("load", str(folder))
    to = tmp_path / "who.csv"
    assert "unknown ids" in run("identities", "--to", str(to)).output
    assert "p2" in to.read_text(encoding="utf-8-sig")
    assert run("identities", "--to", str(tmp_path)).exit_code == 1


def test_help_answers_before_anything_heavy_is_imported() -> None:
    look = "import outcomes, sys; print([m for m in sys.argv[1:] if m in sys.modules])"
    heavy = ("pandas", "sqlalchemy", "duckdb", "scipy", "dash", "alembic")
    found = subprocess.run([sys.executable, "-c", look, *heavy], capture_output=True, check=True)
    assert found.stdout.decode().strip() == "[]"


def test_the_analyses_of_a_large_embedded_warehouse_get_ready_while_the_command_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded = read_settings({"OUTCOMES_HOME": str(tmp_path)})
    served = read_settings({"OUTCOMES_WAREHOUSE": "postgresql+psycopg://db/outcomes"})
    assert embedded.warehouse_file == tmp_path / "warehouse.duckdb"
    assert served.warehouse_file is None
    for settings in (embedded, served):
        with pipeline.analyses_ahead(settings) as place:
            assert place is None
    (tmp_path / "warehouse.duckdb").write_bytes(b"large")
    monkeypatch.setattr(pipeline, "_LARGE", 5)
    with pipeline.analyses_ahead(embedded) as place:
        assert place is not None and place.is_beside


def test_a_refused_command_leaves_one_line_in_the_log_and_libraries_none(tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-c", "import outcomes; outcomes.main()", "publish"]
    own = {"OUTCOMES_HOME": str(home), "OUTCOMES_WAREHOUSE": ""}
    said = subprocess.run(command, env=os.environ | own, check=False)
    assert said.returncode == 1
    (line,) = (home / "outcomes.log").read_text(encoding="utf-8").splitlines()
    assert line.endswith("outcomes refused: NothingToPublish")
