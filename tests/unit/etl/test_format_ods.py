from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from etl.formats import Hints, read, read_header, recognize
from etl.problems import FileProblem
from tests.unit.etl.ods_file import blank, ods, row, sheet, text, value
from warehouse.engine import Staging

Write = Callable[..., Path]
Rows = list[tuple[object, ...]]
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


def rows(staging: Staging, path: Path) -> Rows:
    return staging.rows(f"SELECT * FROM {read(path, staging).relation} ORDER BY source_row")


def test_a_spreadsheet_is_one_whatever_its_name_says(file: Write) -> None:
    path = file(ods(sheet(row("a"), row("1"))), "people.csv")
    assert recognize(path) == "ods" and read_header(path) == ("ods", ("a",))


def test_typed_cells_become_the_value_stored_not_the_one_shown(
    file: Write, staging: Staging
) -> None:
    cells = [
        value("float", "35.10", "35"),
        value("percentage", "0.255", "26 %"),
        value("currency", "1200.5", "1.200,50 EUR"),
        value("date", "2026-03-01", "01.03.26", "date-value"),
        value("date", "2026-03-01T14:30:00", "14:30", "date-value"),
        value("date", "2026-03-02T00:00:00", "02.03.26", "date-value"),
        value("time", "PT9H05M00S", "09:05", "time-value"),
        value("boolean", "true", "WAHR", "boolean-value"),
    ]
    header = row(*(f"c{n}" for n in range(len(cells))))
    assert rows(staging, file(ods(sheet(header, row(*cells))))) == [
        (2, "35.10", "0.255", "1200.5", "2026-03-01", "2026-03-01 14:30:00", "2026-03-02",
         "09:05:00", "TRUE"),
    ]  # fmt: skip


def test_texts_keep_leading_zeros_spaces_tabs_and_lines_and_lose_comments(
    file: Write, staging: Staging
) -> None:
    styled = '<text:span>x<text:s text:c="2"/>y</text:span><text:tab/>z<text:line-break/>end'
    noted = text("ok").replace(
        "<text:p>", "<office:annotation><text:p>private</text:p></office:annotation><text:p>"
    )
    two = text("one</text:p><text:p>two")
    path = file(ods(sheet(row("a", "b", "c", "d"), row("007", text(styled), noted, two))))
    assert rows(staging, path) == [(2, "007", "x  y\tz\nend", "ok", "one\ntwo")]


def test_a_million_repeated_empty_rows_and_columns_cost_nothing(
    file: Write, staging: Staging
) -> None:
    path = file(
        ods(
            sheet(
                row(blank(16_384), repeated=3),
                row("a", blank(), "c", blank(16_000)),
                row("1", blank(), "3", blank(10**9)),
                row(blank(10**9), repeated=10**9),
                row("4"),
                row(blank(), repeated=1_000_000),
            )
        )
    )
    assert rows(staging, path) == [(5, "1", "3"), (10**9 + 6, "4", None)]


def test_repeated_values_are_repeated(file: Write, staging: Staging) -> None:
    path = file(ods(sheet(row("a", "b"), row(text("x", repeated=2), repeated=3))))
    assert rows(staging, path) == [(2, "x", "x"), (3, "x", "x"), (4, "x", "x")]


@pytest.mark.parametrize(
    "filled",
    [
        row(text("x", repeated=10**9)),
        row(text("x", repeated=200), repeated=10**6),
        row(repeated=2**31) + row("x"),
    ],
    ids=["columns", "rows", "row numbers"],
)
def test_values_declared_to_repeat_without_end_are_refused(
    file: Write, staging: Staging, filled: str
) -> None:
    with pytest.raises(FileProblem) as found:
        rows(staging, file(ods(sheet(row("a"), filled))))
    assert found.value.code == "too_large"


def test_cells_behind_a_merged_one_are_empty(file: Write, staging: Staging) -> None:
    covered = text("old").replace("table:table-cell", "table:covered-table-cell")
    path = file(ods(sheet(row("a", "b", "c"), row("1", covered, "3"))))
    assert rows(staging, path) == [(2, "1", None, "3")]


def test_rows_in_header_groups_count_and_tracked_changes_do_not(
    file: Write, staging: Staging
) -> None:
    changes = f"<table:tracked-changes>{row('gone')}</table:tracked-changes>"
    header = f"<table:table-header-rows>{row('a')}</table:table-header-rows>"
    group = f"<table:table-row-group>{row('1')}</table:table-row-group>"
    path = file(ods(changes, sheet(header, group)))
    assert rows(staging, path) == [(2, "1")]


def test_the_first_sheet_is_read_unless_another_is_named(file: Write, staging: Staging) -> None:
    path = file(ods(sheet(row("a"), row("1")), sheet(row("b"), row("2"), name="Two")))
    assert read(path, staging).columns == ("a",)
    assert read(path, staging, Hints(sheet="Two")).columns == ("b",)
    with pytest.raises(FileProblem, match="One, Two") as found:
        read(path, staging, Hints(sheet="Tow"))
    assert found.value.code == "missing_sheet"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (ods(), "empty_file"),
        (ods(sheet()), "empty_file"),
        (ods(sheet(row("a"), row("&c;")), prolog=BOMB), "unreadable_bytes"),
        (ods(sheet(row("a")), prolog='<!DOCTYPE x SYSTEM "file:///etc/hostname">'),
         "unreadable_bytes"),
        (ods(sheet(row("a")), manifest="<m:file-entry><m:encryption-data/></m:file-entry>"),
         "protected_file"),
        (ods("<table:table>"), "unreadable_bytes"),
    ],
    ids=["no sheet", "empty sheet", "entity bomb", "outside entity", "password", "not closed"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_a_stable_code(
    file: Write, staging: Staging, content: bytes, code: str
) -> None:
    with pytest.raises(FileProblem) as found:
        read(file(content, "people.ods"), staging)
    assert found.value.code == code and "people.ods" in str(found.value)


def test_a_spreadsheet_without_its_content_is_damaged(tmp_path: Path, staging: Staging) -> None:
    path = tmp_path / "people.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(FileProblem) as found:
        read(path, staging)
    assert found.value.code == "unreadable_bytes"
