"""Leaks planted into a report's files are found, with the place that names them."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from harvest.collect import Collector
from harvest.files import read_file
from harvest.found import UnknownContent
from harvest.judge import DIFFERS, UNKNOWN, UNREAD
from tests.unit.harvest.conftest import HR, QUARTER, Ask

Planted = Callable[[str], Path]


@pytest.fixture
def book(report: dict[str, Path]):
    return load_workbook(report[".xlsx"])


def test_a_report_holds_no_number_that_is_not_the_releases(
    judge_file: Ask, report: dict[str, Path], collector: Collector
) -> None:
    for path in report.values():
        assert judge_file(path) == []
    assert collector.tally.compared > 3_000


@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
def test_one_more_figure_on_a_sheet_of_its_own_is_found(
    judge_file: Ask, book, tmp_path: Path, state: str
) -> None:
    sheet = book.create_sheet("Extra")
    sheet.sheet_state = state
    sheet["B2"] = "Engagement, Sales, autumn cohort"
    sheet["C2"] = 4.37
    book.save(tmp_path / "planted.xlsx")
    (finding,) = judge_file(tmp_path / "planted.xlsx")
    assert "sheet Extra" in finding.place and "cell C2" in finding.place
    assert state == "visible" or f"({state})" in finding.place


def test_one_more_row_or_column_of_a_table_is_found(judge_file: Ask, book, tmp_path: Path) -> None:
    sheet = book["By quarter"]
    rows = sheet.auto_filter.ref.split(":")[1]
    last = int(re.sub(r"\D", "", rows))
    sheet.insert_cols(2)
    sheet.cell(5, 2, "Sales, autumn cohort")
    sheet.cell(6, 2, 0.4213)
    sheet.column_dimensions["B"].hidden = True
    sheet.cell(last + 1, 1, "Sales, autumn cohort")
    sheet.cell(last + 1, 3, 0.6667)
    sheet.row_dimensions[last + 1].hidden = True
    book.save(tmp_path / "planted.xlsx")
    places = [one.place for one in judge_file(tmp_path / "planted.xlsx")]
    assert any("column Sales, autumn cohort" in place for place in places)
    assert any("(hidden row)" in place for place in places)


def test_comments_defined_names_and_properties_are_read(
    judge_file: Ask, book, tmp_path: Path
) -> None:
    book["Contents"]["A1"].comment = Comment("Legal answered 2.718", "someone")
    book.defined_names["secret"] = DefinedName("secret", attr_text="3.1415")
    book.properties.description = "mean of Legal 1.618"
    book.save(tmp_path / "planted.xlsx")
    found = {one.number: one.place for one in judge_file(tmp_path / "planted.xlsx")}
    assert "comments" in found["2.718"]
    assert found["3.1415"].startswith("defined name secret")
    assert found["1.618"].startswith("docProps/core.xml")


def test_a_cached_figure_of_a_chart_that_differs_from_its_cell_is_found(
    judge_file: Ask, report: dict[str, Path], tmp_path: Path
) -> None:
    chart, value = "xl/charts/chart1.xml", re.compile(rb"(<c:numCache>.*?<c:v>)([^<]+)", re.S)
    path = _changed(
        report[".xlsx"], tmp_path, {chart: lambda part: value.sub(rb"\g<1>0.4213", part, count=1)}
    )
    (finding,) = judge_file(path)
    assert finding.place.startswith(f"{chart}, cache of On track") and finding.number == "0.4213"


def test_a_chart_without_cells_behind_it_is_found(
    judge_file: Ask, report: dict[str, Path], tmp_path: Path
) -> None:
    formula = re.compile(rb"'On track'!\$B")
    path = _changed(
        report[".xlsx"], tmp_path,
        {"xl/charts/chart1.xml": lambda part: formula.sub(rb"'Gone'!$B", part)},
    )  # fmt: skip
    assert all("cache of Gone" in one.place for one in judge_file(path))


def test_a_workbook_inside_a_workbook_is_read(
    judge_file: Ask, report: dict[str, Path], tmp_path: Path, book
) -> None:
    for name in book.sheetnames[1:]:
        del book[name]
    book["Contents"]["D40"] = 4.37
    inner = io.BytesIO()
    book.save(inner)
    part = "xl/embeddings/Microsoft_Excel_Sheet1.xlsx"
    path = _changed(report[".xlsx"], tmp_path, {}, {part: inner.getvalue()})
    (finding,) = judge_file(path)
    assert part in finding.place and "cell D40" in finding.place


@pytest.mark.parametrize("part", ["xl/media/image1.png", "xl/pivotCache/records1.xml"])
def test_a_part_of_a_workbook_that_nobody_reads_fails_loudly(
    judge_file: Ask, report: dict[str, Path], tmp_path: Path, part: str
) -> None:
    (finding,) = judge_file(_changed(report[".xlsx"], tmp_path, {}, {part: b"<x/>"}))
    assert finding.problem == UNREAD and part in finding.place


def test_a_file_of_an_unknown_format_fails_loudly(judge_file: Ask, tmp_path: Path) -> None:
    (tmp_path / "report.pptx").write_bytes(b"PK")
    (finding,) = judge_file(tmp_path / "report.pptx")
    assert finding.problem == UNREAD and "report.pptx" in finding.place
    with pytest.raises(UnknownContent, match="no reader"):
        read_file("report.pdf", b"%PDF")


@pytest.mark.parametrize("column", ["value", "lower", "n"])
def test_a_number_of_the_tidy_file_that_differs_is_found(
    judge_file: Ask, report: dict[str, Path], tmp_path: Path, column: str
) -> None:
    path = _with_line(report[".csv"], tmp_path, {column: lambda text: repr(float(text) + 0.1)})
    (finding,) = judge_file(path)
    assert finding.problem == DIFFERS
    assert finding.place == f"tidy, row adherence, column {column}"
    assert finding.figure == f"adherence, Sales, {QUARTER}"


def test_a_withheld_figure_in_the_tidy_file_is_found(
    judge_file: Ask, report: dict[str, Path], tmp_path: Path
) -> None:
    change = {"department": lambda _: "Legal"}
    findings = judge_file(_with_line(report[".csv"], tmp_path, change))
    assert {one.figure for one in findings} == {f"adherence, Legal, {QUARTER}"}
    assert {one.problem for one in findings} == {"is suppressed in the release"}


def test_a_slice_that_is_not_published_is_found_in_the_tidy_file(
    judge_file: Ask, report: dict[str, Path], tmp_path: Path
) -> None:
    change = {"population": lambda _: "mentors"}
    findings = judge_file(_with_line(report[".csv"], tmp_path, change))
    assert {one.problem for one in findings} == {"is not in the release"}


def test_a_column_that_nobody_knows_is_found(
    judge_file: Ask, report: dict[str, Path], tmp_path: Path
) -> None:
    rows = list(csv.reader(io.StringIO(report[".csv"].read_text(encoding="utf-8-sig"))))
    rows = [[*row, "score" if i == 0 else "4.37" if i == 9 else ""] for i, row in enumerate(rows)]
    path = tmp_path / report[".csv"].name
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    (finding,) = judge_file(path)
    assert finding.problem == UNKNOWN and finding.place.endswith("column score")


def test_an_unreadable_file_does_not_stop_the_others(
    collector: Collector, report: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "report.key").write_bytes(b"")
    collector.file(HR, tmp_path / "report.key", QUARTER)
    collector.file(HR, report[".xlsx"], QUARTER)
    assert len(collector.tally.findings) == 1 and collector.tally.compared > 100


def _changed(
    book: Path,
    folder: Path,
    changes: dict[str, Callable[[bytes], bytes]],
    more: dict[str, bytes] | None = None,
) -> Path:
    """Return a copy of a workbook with some of its parts changed, and others added."""
    path = folder / book.name
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            changed = changes[name](part) if name in changes else part
            assert name not in changes or changed != part
            new.writestr(name, changed)
        for name, part in (more or {}).items():
            new.writestr(name, part)
    return path


def _with_line(tidy: Path, folder: Path, changes: dict[str, Callable[[str], str]]) -> Path:
    """Return a copy of a tidy file that ends with its line about Sales, changed."""
    rows = list(csv.DictReader(io.StringIO(tidy.read_text(encoding="utf-8-sig"))))
    line = next(
        row for row in rows
        if row["metric"] == "adherence" and row["department"] == "Sales"
        and row["period"] == QUARTER and not row["program"]
    )  # fmt: skip
    rows.append(line | {name: change(line[name]) for name, change in changes.items()})
    path = folder / tidy.name
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(line))
        writer.writeheader()
        writer.writerows(rows)
    return path
