"""A quarter's report says what the release holds, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from reports.content import Quarterly, Table, Withheld
from reports.quarter_data import BY_YEAR_ONLY
from reports.quarterly import UnknownQuarter, build_quarter
from reports.release import Release, open_release
from reports.release_writer import write_release
from tests import synthetic_release


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("releases")
    synthetic_release.publish_synthetic(folder)
    return open_release(folder)


@pytest.fixture(scope="module")
def report(release: Release) -> Quarterly:
    return build_quarter(release, "2026Q3")


def table(report: Quarterly, name: str) -> Table:
    return next(found for found in report.tables if found.name == name)


def test_the_chapters_stand_in_the_order_a_board_reads(report: Quarterly) -> None:
    assert [section.name for section in report.sections] == [
        "summary", "changes", "health", "reach", "rhythm", "workforce", "impact", "departments",
        "cohorts", "data_quality", "definitions",
    ]  # fmt: skip


def test_every_row_has_a_value_for_every_column(report: Quarterly) -> None:
    for found in report.tables:
        assert {len(row) for row in found.rows} <= {len(found.columns)}, found.name
        assert not found.row_units or len(found.row_units) == len(found.rows), found.name


def test_the_summary_says_the_effect_in_words(report: Quarterly) -> None:
    said = [str(sentence) for sentence in report.sections[0].sentences]
    assert said[0].startswith("Of 100 people who joined, about 4 more were still here after a year")
    assert report.tables[0].title.endswith(".")


def test_a_change_is_only_called_one_when_its_interval_excludes_zero(report: Quarterly) -> None:
    changes = table(report, "Changes")
    for row in changes.rows:
        lower, upper, reading = (row[changes.position(n)] for n in
                                 ("change_lower", "change_upper", "reading"))  # fmt: skip
        if isinstance(lower, float) and isinstance(upper, float):
            assert (reading in ("rose", "fell")) == (lower > 0 or upper < 0)
        else:
            assert reading not in ("rose", "fell")


def test_what_is_withheld_stands_as_such_with_its_reason(report: Quarterly) -> None:
    departments = table(report, "Departments")
    legal = next(row for row in departments.rows if row[0] == "Legal")
    on_track = legal[departments.position("pair_state_on_track")]
    assert on_track == Withheld("suppressed", "Fewer than 5 pairs or people")
    assert "Fewer than 5 pairs or people" in str(legal[departments.position("note")])


def test_operational_figures_of_small_groups_do_not_leave_the_release(
    release: Release, report: Quarterly
) -> None:
    small = release.frame("metric_cell", department="Legal", metric_id="active_pairs")
    assert small["value"].notna().any(), "managers read it in the release"
    legal = [fact for fact in report.facts if fact.department == "Legal"]
    assert legal
    assert all(fact.n is None or fact.n == 0 or fact.n >= 5 for fact in report.facts
               if fact.program == "" and fact.department)  # fmt: skip


def test_no_name_and_no_single_pair_is_in_a_report(release: Release, report: Quarterly) -> None:
    board = release.frame("pair_board")
    secrets = {*board["mentor_name"], *board["mentee_name"], *board["pair_id"]}
    words = {value for found in report.tables for row in found.rows for value in row
             if isinstance(value, str)}  # fmt: skip
    assert not secrets & words


def test_provenance_names_release_data_policy_and_filters(report: Quarterly) -> None:
    found = dict(report.provenance)
    assert found["Release"] == "1"
    assert found["Data to"] == "30 September 2026"
    assert found["Disclosure policy"] == synthetic_release.POLICY
    assert found["Filters"] == "All programs, cohorts and departments"
    assert found["Data"] == "Invented sample, not a real company"
    assert {"Metric versions (SHA-256)", "Code version", "Built"} <= set(found)


@pytest.mark.parametrize("asked", ["2031Q1", "soon", "2026", "2026Q5", ""])
def test_an_unknown_quarter_is_refused_with_those_there_are(release: Release, asked: str) -> None:
    with pytest.raises(UnknownQuarter, match="2024 Q4 to 2026 Q3; write it as 2026Q3"):
        build_quarter(release, asked)


@pytest.mark.parametrize("asked", ["2026Q3", "2026q3", "2026 Q3", "2026-Q3"])
def test_a_quarter_may_be_written_in_several_ways(release: Release, asked: str) -> None:
    assert build_quarter(release, asked).quarter == "2026Q3"


def test_the_first_quarter_has_nothing_to_be_compared_with(release: Release) -> None:
    report = build_quarter(release, "2024Q4")
    said = [str(sentence) for sentence in report.sections[0].sentences]
    assert "There is no earlier quarter to compare with." in said
    for found in (table(report, "Summary"), table(report, "Changes")):
        assert found.numbers("change") == [None] * len(found.rows)


@dataclass(frozen=True)
class Head:
    role: str = "department_head"
    departments: tuple[str, ...] = ("Sales",)


def test_a_department_head_reads_the_own_department_and_the_total(release: Release) -> None:
    report = build_quarter(release, "2026Q3", viewer=Head())
    assert {fact.department for fact in report.facts} == {"", "Sales"}
    assert {fact.cohort for fact in report.facts} == {""}
    assert [row[0] for row in table(report, "Departments").rows] == ["All", "Sales"]
    assert dict(report.provenance)["Filters"] == "Department Sales and the company's total"
    flow = table(report, "Who teaches whom")
    for row in flow.rows:
        for column, value in zip(flow.columns[1:], row[1:], strict=True):
            assert value is None or "Sales" in (row[0], column.title)
    others = [found for found in report.tables if found is not flow]
    words = {str(value) for found in others for row in found.rows for value in row}
    assert "Legal" not in words
    assert "Loads" not in {found.name for found in report.tables}


def test_outside_hr_leadership_workforce_figures_of_a_department_have_no_quarter(
    release: Release,
) -> None:
    workforce = {"headcount", "leavers", "turnover", "turnover_gri"}
    for reader, is_shown in ((Head(), False), (Head("hr_leadership", ()), True)):
        facts = build_quarter(release, "2026Q3", viewer=reader).facts
        own = [one for one in facts if one.metric in workforce and one.department == "Sales"]
        assert own and any(one.value is not None for one in own) == is_shown
        assert is_shown or {one.reason for one in own} == {BY_YEAR_ONLY}
        whole = [one for one in facts if one.metric in workforce and not one.department]
        assert any(one.value is not None for one in whole)


def test_a_release_without_analysis_still_makes_a_report(tmp_path: Path) -> None:
    tables = synthetic_release.tables(quarters=2, pairs=5)
    for name in ("estimate", "curve", "balance", "diagnostic", "flow", "pair_board", "pair_event",
                 "load_summary", "check"):  # fmt: skip
        tables[name] = tables[name].iloc[:0]
    write_release(tmp_path, tables)
    report = build_quarter(open_release(tmp_path), "2026Q3")
    assert table(report, "Impact").title == "No analysis of staying was run"
