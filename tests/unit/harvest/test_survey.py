"""Figures about answers on their way from a release through a file to the attacker."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from harvest.check import Harvested, judged
from harvest.collect import Collector, Extent
from harvest.survey import Answers, HarvestDisagrees, attack_figures, printed_figures
from reports.quarterly import build_quarter
from reports.release import open_release
from reports.release_writer import write_release
from reports.report_files import write_files
from tests import synthetic_release
from tests.naive_releases import full_cube, threshold_only
from tests.synthetic_answers import Company, answers_of, items_of
from tests.unit.harvest.conftest import HR, QUARTER

COMPANY = Company(participants=250, departments=6, cohorts=4, quarters=(QUARTER,), items=1)
METRIC = "item_0"


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return answers_of(COMPANY)


@pytest.fixture(scope="module")
def atoms(answers: pd.DataFrame) -> Answers:
    given = answers.assign(metric_id=answers["item"], population="mentor")
    return Answers(given.assign(low=1, high=5, units_per_point=1))


@cache
def tables_without() -> dict[str, pd.DataFrame]:
    return synthetic_release.tables(quarters=1, pairs=5)


def harvested(folder: Path, cells: pd.DataFrame, atoms: Answers) -> Harvested:
    """Publish figures as a release, write its report, and harvest and attack that."""
    tables = dict(tables_without())
    like = tables["metric"].iloc[[0]]
    declared = like.assign(metric_id=METRIC, label="Mood", sensitivity="confidential",
                           unit="points", family="voice")  # fmt: skip
    tables["metric"] = pd.concat([tables["metric"], declared], ignore_index=True)
    rows = cells[cells["period"] == QUARTER].assign(
        metric_id=METRIC, program="", population="participants", period_kind="quarter",
        status="shown", metric_version=1,
    )  # fmt: skip
    columns = tables["metric_cell"].columns
    tables["metric_cell"] = pd.concat(
        [tables["metric_cell"], rows.reindex(columns=columns)], ignore_index=True
    )
    write_release(folder / "releases", tables)
    release = open_release(folder / "releases")
    collector = Collector(folder / "releases", release, Extent(few=0))
    content = build_quarter(release, QUARTER, viewer=HR)
    for path in write_files(content, folder):
        collector.file(HR, path, QUARTER)
    return judged(collector, atoms)


def test_a_release_by_threshold_only_fails(
    tmp_path: Path, answers: pd.DataFrame, atoms: Answers
) -> None:
    cells = threshold_only(answers, items_of(COMPANY), 5)
    found = harvested(tmp_path, cells, atoms)
    assert found.findings == ()  # every number is the release's: only taken together they tell
    assert found.attack is not None and not found.passed
    assert found.attack.exact > 0 or found.attack.within_one > 0
    assert found.attack.figures == len(cells[cells["period"] == QUARTER])


def test_figures_for_the_whole_company_pass(
    tmp_path: Path, answers: pd.DataFrame, atoms: Answers
) -> None:
    cells = full_cube(answers, items_of(COMPANY))
    whole = cells[(cells["department"] == "") & (cells["cohort"] == "")]
    found = harvested(tmp_path, whole, atoms)
    assert found.passed and found.attack is not None
    assert found.attack.figures == 1 and found.attack.targets > 0


def test_a_figure_about_fewer_than_the_minimum_is_a_finding_of_its_own(
    tmp_path: Path, answers: pd.DataFrame, atoms: Answers
) -> None:
    found = harvested(tmp_path, full_cube(answers, items_of(COMPANY)), atoms)
    assert {one.problem for one in found.findings} == {"is about fewer people than may be shown"}
    assert not found.passed


def test_answers_that_do_not_give_the_printed_figure_are_said(
    tmp_path: Path, answers: pd.DataFrame, atoms: Answers
) -> None:
    moved = Answers(atoms.atoms.assign(total=atoms.atoms["n"]))
    cells = full_cube(answers, items_of(COMPANY))
    found = harvested(tmp_path, cells[cells["n"] > 100], moved)
    assert found.attack is None and not found.passed
    assert "item_0" in found.attack_problem


def test_a_release_that_rounds_is_not_taken_for_exact(
    atoms: Answers, answers: pd.DataFrame
) -> None:
    cells = full_cube(answers, items_of(COMPANY))
    rows = cells[cells["n"] > 50].assign(metric_id=METRIC, population="participants", decimals=9,
                                         bound="")  # fmt: skip
    with pytest.raises(HarvestDisagrees):
        attack_figures(rows, atoms, minimum_group=5, not_in_release=0)
    rounded = rows.assign(decimals=1)
    assert attack_figures(rounded, atoms, minimum_group=5, not_in_release=0).figures == len(rows)
    assert printed_figures([]).empty
