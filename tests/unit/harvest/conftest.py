"""A small synthetic release, its surfaces gone through once, and ways to ask a single one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.access import Role, Viewer
from harvest.asking import app_for
from harvest.collect import Collector, Extent
from harvest.judge import Finding
from harvest.questions import Question
from reports.quarterly import build_quarter
from reports.release import open_release
from reports.report_files import write_files
from tests.synthetic_release import publish_synthetic

HR = Viewer(Role.HR_LEADERSHIP)
MANAGER = Viewer(Role.PROGRAM_MANAGER, programs=("P1",))
HEAD = Viewer(Role.DEPARTMENT_HEAD, departments=("Sales",))
QUARTER = "2026Q3"
Ask = Callable[..., list[Finding]]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("harvest") / "releases"
    publish_synthetic(found, quarters=3, pairs=40)
    return found


@pytest.fixture(scope="session")
def shared(folder: Path) -> Collector:
    """What has been read of the release, for all tests."""
    return Collector(folder, open_release(folder), Extent(few=0))


@pytest.fixture
def collector(shared: Collector) -> Collector:
    """The same with nothing judged yet."""
    shared.start_over()
    return shared


@pytest.fixture
def ask(collector: Collector, folder: Path) -> Ask:
    """Ask for one page or download as one viewer; returns what is wrong with it."""

    def call(
        viewer: Viewer, path: str, *, is_download: bool = False, **query: str
    ) -> list[Finding]:
        question = Question(path, query, is_download)
        with app_for(folder, viewer) as app:
            collector.ask(app, viewer, question)
        return collector.tally.findings

    return call


@pytest.fixture(scope="session")
def report(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """HR leadership's report, by ending."""
    content = build_quarter(open_release(folder), QUARTER, viewer=HR)
    paths = write_files(content, tmp_path_factory.mktemp("report"))
    return {path.suffix: path for path in paths}


@pytest.fixture
def judge_file(collector: Collector) -> Ask:
    """Judge a file of HR leadership's report; returns what is wrong with it."""

    def call(path: Path) -> list[Finding]:
        collector.file(HR, path, QUARTER)
        return collector.tally.findings

    return call
