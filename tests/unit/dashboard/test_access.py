from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.access import Role, Viewer, rights
from dashboard.content import data_health, departments, groups, overview, pairs, teaching
from dashboard.data import ReleaseData
from dashboard.pages import impact as impact_page
from reports.content import Withheld
from reports.quarter_data import read_quarter, shown
from reports.readable import DERIVABLE
from reports.release import open_release
from reports.release_tables import metadata
from reports.release_writer import write_release
from tests.synthetic_release import tables
from tests.unit.dashboard.conftest import VIEWERS

NAMED = ("pair_board", "pair_event", "pair_fact", "pair_item", "pair_topic", "former_pair")


@pytest.mark.parametrize("table", NAMED)
@pytest.mark.parametrize("role", [Role.HR_LEADERSHIP, Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR])
def test_only_a_program_manager_reads_named_pairs(
    data: ReleaseData, table: str, role: Role
) -> None:
    view = data.view(VIEWERS[role], {})
    assert view.rows(table) == ()
    assert view.rights(table).reason


def test_a_manager_reads_the_pairs_of_the_own_programs_only(data: ReleaseData) -> None:
    assert len(data.view(VIEWERS[Role.PROGRAM_MANAGER], {}).rows("pair_board")) == 200
    stranger = Viewer(Role.PROGRAM_MANAGER, programs=("another",))
    assert data.view(stranger, {}).rows("pair_board") == ()


def test_a_pair_of_another_program_is_not_found_by_its_id(data: ReleaseData) -> None:
    stranger = Viewer(Role.PROGRAM_MANAGER, programs=("another",))
    assert pairs.find_pair(data.view(stranger, {"pair": "X0001"})) is None
    assert pairs.find_pair(data.view(VIEWERS[Role.PROGRAM_MANAGER], {"pair": "X0001"})) is not None


def test_rejected_rows_are_for_administrators_only(data: ReleaseData, viewer: Viewer) -> None:
    view = data.view(viewer, {})
    assert bool(view.rows("rejected")) == (viewer.role is Role.ADMINISTRATOR)
    names = {figure.figure_id for figure in data_health.figures(view)}
    assert ("rejected-rows" in names) == (viewer.role is Role.ADMINISTRATOR)


def test_an_administrator_reads_no_figure_about_people(data: ReleaseData) -> None:
    view = data.view(VIEWERS[Role.ADMINISTRATOR], {})
    for table in ("metric_cell", "estimate", "curve", "balance", "diagnostic", "flow"):
        assert not view.rights(table).allowed
        assert view.rows(table) == ()
    assert not view.cell("active_pairs").is_shown


def test_a_department_head_sees_the_own_department_and_the_total(data: ReleaseData) -> None:
    view = data.view(VIEWERS[Role.DEPARTMENT_HEAD], {})
    assert view.cell("adherence").is_shown
    assert view.cell("adherence", department="Engineering").is_shown
    assert not view.cell("adherence", department="Sales").is_shown
    assert [row.value for row in view.choices("department")] == ["Engineering"]
    _, rows = teaching.matrix(view)
    assert [row.label for row in rows] == ["Engineering teaches", "Engineering learns from"]


def test_a_filter_beyond_the_rights_is_dropped_and_said(data: ReleaseData) -> None:
    view = data.view(VIEWERS[Role.DEPARTMENT_HEAD], {"department": "Sales", "cohort": "C1"})
    assert (view.filters.department, view.filters.cohort) == ("", "")
    assert len(view.notices) == 2


def test_a_small_operational_group_is_for_its_own_manager_only(tmp_path: Path) -> None:
    frames = tables(quarters=2, pairs=20)
    cells = frames["metric_cell"]
    is_legal = (cells["metric_id"] == "active_pairs") & (cells["department"] == "Legal")
    cells.loc[is_legal, ["value", "n", "status", "reason"]] = [3.0, 3, "shown", None]
    write_release(tmp_path, frames)
    data = ReleaseData(tmp_path)
    manager = data.view(VIEWERS[Role.PROGRAM_MANAGER], {"program": "P1"})
    assert manager.cell("active_pairs", department="Legal").value == 3
    stranger = Viewer(Role.PROGRAM_MANAGER, programs=("another",))
    for viewer in (VIEWERS[Role.HR_LEADERSHIP], stranger):
        cell = data.view(viewer, {"program": "P1"}).cell("active_pairs", department="Legal")
        assert (cell.value, cell.n, cell.status) == (None, None, "suppressed")
        assert cell.reason == "Fewer than 5 pairs or people"


def test_a_page_withholds_from_all_but_the_manager_what_a_report_withholds(tmp_path: Path) -> None:
    frames = tables(quarters=2, pairs=60)
    cells = frames["metric_cell"]
    is_legal = (cells["metric_id"] == "active_pairs") & (cells["department"] == "Legal")
    cells.loc[is_legal, ["value", "n", "status", "reason"]] = [3.0, 3, "shown", None]
    write_release(tmp_path, frames)
    data = ReleaseData(tmp_path)
    view = data.view(VIEWERS[Role.HR_LEADERSHIP], {})
    report = read_quarter(open_release(tmp_path), view.filters.quarter)
    names = [row.value for row in view.choices("department")]
    in_report = [shown(report.cell("active_pairs", department=name)) for name in names]
    on_page = [view.cell("active_pairs", department=name) for name in names]
    assert in_report == [
        cell.value if cell.is_shown else Withheld(cell.status, cell.reason) for cell in on_page
    ]
    assert {cell.reason for cell in on_page} >= {"Fewer than 5 pairs or people", DERIVABLE}
    manager = data.view(VIEWERS[Role.PROGRAM_MANAGER], {})
    assert all(manager.cell("active_pairs", department=name).is_shown for name in names)


def test_workforce_figures_of_a_department_are_yearly_outside_hr(data: ReleaseData) -> None:
    manager, hr = VIEWERS[Role.PROGRAM_MANAGER], VIEWERS[Role.HR_LEADERSHIP]
    cell = data.view(manager, {}).cell("turnover", department="Sales")
    assert not cell.is_shown
    assert "year" in cell.reason
    assert data.view(hr, {}).cell("turnover", department="Sales").is_shown
    view = data.view(manager, {})
    assert departments.shown_periods(view, "turnover") == ("2024", "2025", "2026")


def test_every_table_of_a_release_is_decided_for_every_role(viewer: Viewer) -> None:
    for table in metadata.tables:
        granted = rights(viewer, table)
        assert granted.allowed or granted.reason.endswith(".")


def test_every_role_can_build_every_figure(data: ReleaseData, viewer: Viewer) -> None:
    view = data.view(viewer, {"quarter": "2026Q2"})
    found = [
        f for c in (overview, pairs, departments, teaching, data_health) for f in c.figures(view)
    ]
    for outcome in ("voluntary_exit", "promotion", "engagement"):
        found += impact_page.PAGE.figures(data.view(viewer, {"outcome": outcome}))
    for figure in found:
        assert all(len(row) == len(figure.table.columns) for row in figure.table.rows)


def test_a_department_head_reads_the_effect_in_the_own_department_and_the_mean(
    data: ReleaseData,
) -> None:
    head = Viewer(Role.DEPARTMENT_HEAD, departments=("Finance",))
    view = data.view(head, {})
    assert {name for name, _ in groups.group_rows(view, "department")} == {"Finance", groups.MEAN}
    assert {name for name, _ in groups.group_rows(view, "cohort")} == {groups.MEAN}
