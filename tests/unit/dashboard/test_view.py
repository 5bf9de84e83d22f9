from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from dashboard.access import Role, Viewer
from dashboard.components.figure import cell_value
from dashboard.components.heat import withheld_note
from dashboard.content import departments, overview, pairs
from dashboard.data import ReleaseData, View
from dashboard.filters import Filters, read_filters, read_query
from reports.release import NoRelease, ReleaseVanished
from reports.release_writer import write_release
from tests.synthetic_release import publish_synthetic, tables
from tests.unit.dashboard.conftest import VIEWERS

HR = VIEWERS[Role.HR_LEADERSHIP]


def test_a_link_reproduces_its_filters() -> None:
    filters = Filters(program="P1", cohort="C1", department="Customer care", quarter="2026Q2")
    assert read_filters(read_query(filters.search())) == filters


def test_another_program_drops_the_cohort() -> None:
    assert Filters(program="P1", cohort="C1").search(program="P2") == "?program=P2"


def test_the_first_of_a_repeated_parameter_stands() -> None:
    assert read_query("?quarter=2026Q2&quarter=2026Q1") == {"quarter": "2026Q2"}


def test_the_newest_complete_quarter_is_shown_by_default(hr_view: View) -> None:
    assert hr_view.filters.quarter == "2026Q3"
    assert hr_view.quarters(3) == ("2026Q1", "2026Q2", "2026Q3")


def test_a_quarter_that_does_not_exist_is_named_and_replaced(data: ReleaseData) -> None:
    view = data.view(HR, {"quarter": "2031Q9"})
    assert view.filters.quarter == "2026Q3"
    assert "“2031Q9”" in view.notices[0]


def test_parameters_no_page_knows_are_dropped(data: ReleaseData) -> None:
    view = data.view(HR, {"self": "x", "changes": "y", "metric": "reach"})
    assert view.params == {"metric": "reach"}


def test_a_cohort_is_found_under_its_program(data: ReleaseData) -> None:
    view = data.view(HR, {"cohort": "C1"})
    assert view.cell("adherence").is_shown


def test_a_program_never_shows_the_figure_of_the_company(data: ReleaseData) -> None:
    view = data.view(HR, {"program": "P1"})
    assert not view.cell("headcount").is_shown  # published for the company only


def test_an_unknown_metric_has_a_reason_and_no_value(hr_view: View) -> None:
    cell = hr_view.cell("no_such_metric")
    assert not cell.is_shown
    assert cell.reason == "Not computed in this release"


@pytest.fixture
def small_view(tmp_path: Path) -> View:
    """A release in which Legal is too small in every quarter."""
    frames = tables(quarters=2, pairs=20)
    cells = frames["metric_cell"]
    is_small = (cells["department"] == "Legal") & (cells["metric_id"] == "adherence")
    numbers = ["value", "lower", "upper", "numerator", "denominator", "n"]
    cells.loc[is_small, numbers] = float("nan")
    cells.loc[is_small, ["status", "reason"]] = ["suppressed", "Fewer than 5 people"]
    write_release(tmp_path, frames)
    return ReleaseData(tmp_path).view(HR, {"metric": "adherence"})


def test_a_suppressed_figure_shows_a_dash_with_its_reason_never_zero(small_view: View) -> None:
    cell = small_view.cell("adherence", department="Legal")
    assert cell_value(cell, "fraction").text == "– (Fewer than 5 people)"
    assert cell_value(cell, "fraction").raw is None
    assert withheld_note([cell]) == "“–” marks: Fewer than 5 people."
    rows = departments.heat_figure(small_view, "adherence", "x").table.rows
    legal = next(row for row in rows if row[0].text == "Legal")
    assert {value.text for value in legal[1:3]} == {"– (Fewer than 5 people)"}


def test_state_counts_without_names_come_from_published_cells(hr_view: View) -> None:
    counts = pairs.count_states(hr_view)
    assert counts["on_track"] == hr_view.cell("pair_state_on_track").numerator


def test_a_count_is_never_called_better_or_worse(hr_view: View) -> None:
    stats = {stat.label: stat for stat in overview.read_stats(hr_view)}
    assert stats["Active pairs"].verdict == "plain"
    assert all(stat.value for stat in stats.values())


def test_a_new_release_is_read_without_a_restart(tmp_path: Path) -> None:
    publish_synthetic(tmp_path, quarters=2, pairs=20)
    data = ReleaseData(tmp_path)
    assert data.view(HR, {}).info.release_id == 1
    publish_synthetic(tmp_path, quarters=2, pairs=20)
    assert data.view(HR, {}).info.release_id == 2


def test_no_release_and_a_vanished_one_are_told_apart(tmp_path: Path) -> None:
    data = ReleaseData(tmp_path)
    with pytest.raises(NoRelease, match="outcomes publish"):
        data.view(HR, {})
    publish_synthetic(tmp_path, quarters=2, pairs=20)
    data.view(HR, {})
    shutil.rmtree(tmp_path / "000001")
    with pytest.raises(ReleaseVanished, match="outcomes publish"):
        data.view(HR, {})


def test_the_demo_gives_a_manager_one_program_and_a_head_one_department(data: ReleaseData) -> None:
    assert data.demo_viewer(Role.PROGRAM_MANAGER).programs == ("P1",)
    assert len(data.demo_viewer(Role.DEPARTMENT_HEAD).departments) == 1
    assert data.demo_viewer(Role.HR_LEADERSHIP) == Viewer(Role.HR_LEADERSHIP)


def test_missing_values_never_reach_a_page_as_nan(data: ReleaseData) -> None:
    rows = data.snapshot().rows("estimate")
    assert not any(pd.isna(v) for row in rows for v in vars(row).values() if v is not None)


def test_every_item_of_what_changed_begins_with_a_capital(data: ReleaseData) -> None:
    for quarter in ("2026Q1", "2026Q2", "2026Q3"):
        view = data.view(HR, {"quarter": quarter})
        items = [*overview.read_changes(view), *overview.read_unchanged(view)]
        assert len(items) > 3
        assert all(item[0] == item[0].upper() for item in items)
