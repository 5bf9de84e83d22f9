"""Files say the same as the release, are reproducible to the byte, and are safe to open."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reports.content import Chart, Column, Quarterly, Section, Series, Table, Withheld
from reports.quarterly import build_quarter
from reports.release import Release, open_release
from reports.writers.tidy import COLUMNS, write_tidy
from reports.writers.workbook import write_workbook
from tests import synthetic_release


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("releases")
    synthetic_release.publish_synthetic(folder)
    return open_release(folder)


@pytest.fixture(scope="module")
def report(release: Release) -> Quarterly:
    return build_quarter(release, "2026Q3")


@pytest.fixture(scope="module")
def workbook(report: Quarterly, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("out") / "report.xlsx"
    write_workbook(report, path)
    return openpyxl.load_workbook(path)


def read_sheet(sheet: Any, head: str) -> list[dict[str, Any]]:
    """Read a table back: the rows under the head whose first cell is ``head``."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    start = next(i for i, row in enumerate(rows) if row[0] == head and row[1])
    titles = [title for title in rows[start] if title is not None]
    found = []
    for row in rows[start + 1 :]:
        if row[0] is None:
            break
        found.append(dict(zip(titles, row, strict=False)))
    return found


def test_every_table_has_a_sheet_and_the_contents_link_to_it(
    report: Quarterly, workbook: Any
) -> None:
    names = [table.name for table in report.tables]
    assert workbook.sheetnames == ["Contents", *names, "Provenance"]
    links = {cell.hyperlink.location for row in workbook["Contents"] for cell in row
             if cell.hyperlink}  # fmt: skip
    assert links == {f"'{name}'!A1" for name in [*names, "Provenance"]}


def test_every_number_of_a_department_equals_the_release(release: Release, workbook: Any) -> None:
    columns = {"Participants": "participants", "Active pairs": "active_pairs",
               "Pairs on track": "pair_state_on_track", "Reach": "reach"}  # fmt: skip
    cells = release.frame("metric_cell", period="2026Q3", program="", cohort="", population="")
    known = {(c.metric_id, c.department): c for c in cells.itertuples()}
    compared = 0
    for row in read_sheet(workbook["Departments"], "Department"):
        for title, metric_id in columns.items():
            cell = known[metric_id, "" if row["Department"] == "All" else row["Department"]]
            if row[title] == "–":
                assert row["Note"]
            else:
                assert row[title] == pytest.approx(cell.value, rel=1e-12)
                compared += 1
    assert compared >= 40


def test_every_number_of_the_workbook_is_one_of_the_report(
    report: Quarterly, workbook: Any
) -> None:
    for table in report.tables:
        numbers = sorted(v for row in table.rows for v in row if isinstance(v, float))
        written = sorted(
            float(cell.value) for row in workbook[table.name].iter_rows() for cell in row
            if isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
        )  # fmt: skip
        assert written == pytest.approx(numbers, rel=1e-12), table.name


def test_effects_and_curves_equal_the_release(release: Release, workbook: Any) -> None:
    curve = release.frame("curve", population="all", outcome="voluntary_exit", arm="joined")
    rows = read_sheet(workbook["Curves"], "Months since joining")
    assert [row["Joined"] for row in rows] == pytest.approx(curve["survival"].tolist())
    main = release.frame("estimate", variant="main", status="shown")
    shown = [row for row in read_sheet(workbook["Impact"], "Who") if row["Estimate"] != "–"]
    assert [row["Estimate"] for row in shown] == pytest.approx(main["point"].tolist())


@pytest.mark.parametrize(("write", "suffix"), [(write_workbook, "xlsx"), (write_tidy, "csv")])
def test_the_same_release_and_quarter_make_the_same_bytes(
    release: Release, tmp_path: Path, write: Any, suffix: str
) -> None:
    files = [tmp_path / f"{name}.{suffix}" for name in ("a", "b")]
    for path in files:
        write(build_quarter(release, "2026Q3"), path)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_workbook_carries_the_moment_of_the_release_only(
    report: Quarterly, workbook: Any, tmp_path: Path
) -> None:
    properties = workbook.properties
    assert properties.created == properties.modified == report.built_at
    assert properties.title == "Reverse mentoring, 2026 Q3"
    path = tmp_path / "a.xlsx"
    write_workbook(report, path)
    with zipfile.ZipFile(path) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_sheets_are_made_to_be_read_filtered_and_printed(report: Quarterly, workbook: Any) -> None:
    for table in report.tables:
        sheet = workbook[table.name]
        assert sheet.freeze_panes, table.name
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToWidth in (None, 1)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_area
        assert bool(sheet.auto_filter.ref) == bool(table.rows), table.name
        assert sheet.sheet_state == "visible"


def test_pictures_are_native_charts_with_words_for_those_who_do_not_see_them(
    report: Quarterly, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    write_workbook(report, path)
    with zipfile.ZipFile(path) as archive:
        charts = [n for n in archive.namelist() if n.startswith("xl/charts/chart")]
        drawings = [archive.read(n).decode() for n in archive.namelist()
                    if n.startswith("xl/drawings/drawing")]  # fmt: skip
        assert not [n for n in archive.namelist() if n.startswith("xl/media")]
    assert len(charts) == 4
    assert all('descr="' in drawing for drawing in drawings)


def test_a_withheld_figure_leaves_a_gap_in_what_a_chart_remembers(
    report: Quarterly, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    write_workbook(report, path)
    table = next(found for found in report.tables if found.name == "Departments")
    shown = table.numbers("pair_state_on_track")
    assert None in shown
    with zipfile.ZipFile(path) as archive:
        charts = [archive.read(n).decode() for n in archive.namelist() if "charts/chart" in n]
    (chart,) = (found for found in charts if "by department" in found)
    (cache,) = re.findall(r"Departments!\$D\$.*?<c:numCache>(.*?)</c:numCache>", chart)
    remembered = {int(i): float(v) for i, v in re.findall(r'idx="(\d+)"><c:v>([^<]+)', cache)}
    assert remembered == {i: value for i, value in enumerate(shown) if value is not None}


@pytest.mark.parametrize(("unit", "is_share"), [("fraction", True), ("points", False)])
def test_only_a_line_of_shares_ends_at_the_whole(
    report: Quarterly, tmp_path: Path, unit: str, is_share: bool
) -> None:
    columns = (Column("wave", "Wave", "count"), Column("effect", "Effect", unit))
    chart = Chart("line", "Effect by wave", "wave", (Series("effect", "effect"),))
    rows = ((-1.0, 0.2 if is_share else -0.2), (0.0, 0.1), (1.0, 0.3))
    table = Table("Only", "A title", "A subtitle", columns, rows, chart=chart)
    path = tmp_path / "a.xlsx"
    write_workbook(replace(report, sections=(Section("s", "S", (), (table,)),)), path)
    with zipfile.ZipFile(path) as archive:
        drawn = archive.read("xl/charts/chart1.xml").decode()
    values = drawn[drawn.index("<c:valAx>") :]
    assert ('<c:max val="1.0"/>' in values) == is_share
    assert ('formatCode="0%"' in values) == is_share


def tiny(report: Quarterly, *values: Any) -> Quarterly:
    columns = tuple(Column(f"c{i}", f"C{i}", "text" if isinstance(v, str) else "fraction")
                    for i, v in enumerate(values))  # fmt: skip
    table = Table("Only", "A title", "A subtitle", columns, (values,))
    return replace(report, sections=(Section("s", "S", (), (table,)),))


def test_words_that_look_like_formulas_or_links_stay_words(
    report: Quarterly, tmp_path: Path
) -> None:
    words = ("=1+1", "+1", "-1", "@SUM(A1)", "http://example.org", "{=1}")
    write_workbook(tiny(report, *words), tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Only"]
    found = [cell for row in sheet.iter_rows() for cell in row if cell.value in words]
    assert [cell.value for cell in found] == list(words)
    assert {cell.data_type for cell in found} == {"s"}
    assert not any(cell.hyperlink for cell in found)


def test_a_withheld_value_is_a_dash_and_never_a_zero(report: Quarterly, tmp_path: Path) -> None:
    content = tiny(report, "Legal", Withheld("suppressed", "Fewer than 5 people"), None, 0.0)
    write_workbook(content, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Only"]
    row = next(row for row in sheet.iter_rows() if row[0].value == "Legal")
    assert [cell.value for cell in row] == ["Legal", "–", None, 0]


def test_the_tidy_file_holds_every_figure_with_its_release(
    report: Quarterly, tmp_path: Path
) -> None:
    write_tidy(report, tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(report.facts)
    assert {row["release_id"] for row in rows} == {"1"}
    for row, fact in zip(rows, report.facts, strict=True):
        assert row["value"] == ("" if fact.value is None else repr(fact.value))
        assert (row["metric"], row["status"], row["n"]) == (
            fact.metric, fact.status, "" if fact.n is None else str(fact.n)
        )  # fmt: skip
        assert bool(row["value"]) == (row["status"] == "shown")
        assert row["status"] == "shown" or row["reason"]


def test_the_tidy_file_runs_nothing_in_a_spreadsheet(report: Quarterly, tmp_path: Path) -> None:
    fact = replace(report.facts[0], department="=HYPERLINK(1)", label="@x", value=-0.5)
    write_tidy(replace(report, facts=(fact,)), tmp_path / "a.csv")
    row = (tmp_path / "a.csv").read_text("utf-8-sig").splitlines()[1]
    assert "'=HYPERLINK(1)" in row
    assert ",'@x," in row
    assert ",-0.5," in row
