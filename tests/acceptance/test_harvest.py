"""The sample's surfaces hold the release's numbers and no others, for every kind of viewer.

A seeded part of the questions; `outcomes check --attack` asks them all.
"""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

import outcomes
from command_line import terminal
from dashboard import access
from dashboard.access import Rights, Role, Viewer
from harvest import collect, questions
from harvest.check import Harvested, judged
from harvest.collect import Collector, Extent
from harvest.survey import read_answers
from reports.release import open_release
from tests.acceptance.conftest import Demo

pytestmark = pytest.mark.xdist_group("demo")

SEED = 20_261_130


@pytest.fixture(scope="module")
def harvested(demo: Demo) -> Harvested:
    """What a viewer of each kind reaches, and the attack on it."""
    folder = demo.settings.releases
    collector = Collector(folder, open_release(folder), Extent(few=3, seed=SEED))
    first = {viewer.role: viewer for viewer in reversed(collector.viewers)}
    collector.viewers = list(first.values())
    collector.collect()
    return judged(collector, read_answers(folder))


def test_no_role_reaches_a_number_that_the_release_does_not_show_it(harvested: Harvested) -> None:
    assert harvested.findings == ()
    assert harvested.compared > 100_000
    assert harvested.explained < harvested.compared / 50


def test_what_is_printed_about_answers_gives_no_small_group_away(harvested: Harvested) -> None:
    attack = harvested.attack
    assert attack is not None and attack.passed
    assert attack.figures > 200 and attack.targets > 500
    assert harvested.passed


@pytest.fixture
def one_viewer(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command over the sample, asking a few questions as its administrator only."""
    every = questions.questions
    monkeypatch.setenv("OUTCOMES_HOME", str(demo.settings.home))
    monkeypatch.setattr(collect, "every_viewer", lambda _: [Viewer(Role.ADMINISTRATOR)])
    monkeypatch.setattr(
        collect, "questions", lambda rows, in_pairs: every(rows, in_pairs=False)[:6]
    )
    return CliRunner()


def test_the_command_says_what_was_read_and_compared(one_viewer: CliRunner) -> None:
    result = one_viewer.invoke(outcomes.app, ["check", "--attack"])
    said = " ".join(result.output.split())
    assert result.exit_code == 0, said
    assert "compared with the figure they claim to be" in said and "0 neither" in said
    assert "Attack on survey figures" in said and "Passed." in said


def test_the_command_fails_on_a_finding_and_names_its_place(
    one_viewer: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_figure_rights", lambda *_: Rights(allowed=True))
    monkeypatch.setattr(terminal.console, "_width", 240)  # asked for when it was made
    monkeypatch.setattr(terminal.console, "_height", 100)
    result = one_viewer.invoke(outcomes.app, ["check", "--attack"])
    assert result.exit_code == 1
    assert "Administrator" in result.output and "is not for this role" in result.output
