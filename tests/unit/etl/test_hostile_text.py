"""Text made to break a reader, or broken on its way: nothing is lost, guessed, or run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from etl.formats import read, read_header
from etl.problems import FileProblem
from warehouse.engine import Staging

Write = Callable[..., Path]


def rows(staging: Staging, path: Path) -> list[tuple[object, ...]]:
    return staging.rows(f"SELECT * FROM {read(path, staging).relation} ORDER BY source_row")


def problem(path: Path, staging: Staging) -> FileProblem:
    with pytest.raises(FileProblem) as found:
        read(path, staging)
    return found.value


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=HYPERLINK(1)"])
def test_a_formula_comes_in_as_the_text_it_is(staging: Staging, file: Write, cell: str) -> None:
    assert rows(staging, file(f'a,b\n"{cell}",x\n')) == [(2, cell, "x")]


def test_a_mark_of_another_file_in_the_middle_is_dropped_and_counted_as_no_character(
    staging: Staging, file: Write
) -> None:
    joined = b"\xef\xbb\xbfa,b\n1,2\n" + b"\xef\xbb\xbf3,4\n"
    assert rows(staging, file(joined)) == [(2, "1", "2"), (3, "3", "4")]


def test_a_mark_across_two_blocks_is_found(
    staging: Staging, file: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.reading.text_traits._BLOCK", 10)
    assert rows(staging, file(b"a,b\n1,22\n\xef\xbb\xbf3,4\n"))[-1] == (3, "3", "4")


def test_a_header_alone_is_a_table_without_rows(staging: Staging, file: Write) -> None:
    table = read(file("a,b\n"), staging)
    assert table.columns == ("a", "b")
    assert staging.rows(f"SELECT count(*) FROM {table.relation}") == [(0,)]


@pytest.mark.parametrize("gap", ["\n", "\r\n", "\n\n"])
def test_a_blank_line_before_the_header_makes_no_row_of_it(
    staging: Staging, file: Write, gap: str
) -> None:
    number = 2 + gap.count("\n")
    assert rows(staging, file(f"{gap}a{gap[:2]}1\n".encode()))[-1][-1] == "1"
    assert rows(staging, file(f"{gap}a,b\n1,2\n")) == [(number, "1", "2")]


def test_equal_rows_are_all_there(staging: Staging, file: Write) -> None:
    assert rows(staging, file("a,b\n1,2\n1,2\n1,2\n")) == [
        (2, "1", "2"), (3, "1", "2"), (4, "1", "2"),
    ]  # fmt: skip


def test_a_million_columns_are_refused_in_words(staging: Staging, file: Write) -> None:
    header = ",".join(f"c{n}" for n in range(1_000_000))
    found = problem(file(f"{header}\n{',' * 999_999}\n"), staging)
    assert found.code == "too_large" and "16,384 columns" in str(found)


def test_as_many_columns_as_a_worksheet_has_are_read(staging: Staging, file: Write) -> None:
    names = tuple(f"question_{n}" for n in range(3_000))
    assert read(file(f"{','.join(names)}\n{','.join('1' * 3_000)}\n"), staging).columns == names


def test_a_header_of_long_questions_is_read_to_its_end(staging: Staging, file: Write) -> None:
    names = tuple(f"{n} " + "How far do you agree? " * 30 for n in range(600))
    path = file(",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")
    assert path.stat().st_size > 1 << 18
    tidy = tuple(" ".join(name.split()) for name in names)
    assert read_header(path)[1] == tidy == read(path, staging).columns


@pytest.mark.parametrize("place", [0, 15_000, 29_999], ids=["start", "middle", "end"])
def test_a_quote_without_partner_breaks_only_its_row_in_a_large_file(
    staging: Staging, file: Write, place: int
) -> None:
    lines = [f"{n},name {n}" for n in range(30_000)]
    lines[place] = f'{place},"name {place}'
    table = read(file("id,name\n" + "\n".join(lines) + "\n"), staging)
    kept = staging.rows(f"SELECT count(*), count(DISTINCT id) FROM {table.relation}")
    assert kept == [(30_000, 30_000)] and not table.broken
    (name,) = staging.rows(f"SELECT name FROM {table.relation} WHERE id = '{place}'")
    assert name == (f'"name {place}',)


def test_half_a_surrogate_pair_is_named_by_its_byte(staging: Staging, file: Write) -> None:
    found = problem(file(b"a,b\nx\xed\xa0\x80y,\xc3\xbc\xc3\xb6\xc3\xa4\xc3\x9f\n"), staging)
    assert found.code == "unreadable_bytes" and "Byte 6 (line 2)" in found.problem
    wide = "a\tb\n1\t2\n".encode("utf-16") + b"\x00\xd8x\x00"
    assert "Byte 19 (line 3)" in problem(file(wide), staging).problem


def test_utf8_with_lines_in_another_encoding_is_named_by_the_first_of_them(
    staging: Staging, file: Write
) -> None:
    good = "".join(f"{n},Müller\n" for n in range(50)).encode()
    found = problem(file(b"id,name\n" + good + "51,Größe\n".encode("cp1252")), staging)
    assert found.code == "unreadable_bytes" and "line 52" in found.problem


def test_nul_bytes_in_header_cell_and_line_end_are_dropped(staging: Staging, file: Write) -> None:
    table = read(file(b"a\x00,b\n1,\x002\n\x003,4\x00\n"), staging)
    assert (table.columns, table.details["nul_bytes"]) == (("a", "b"), "4")
    assert staging.rows(f"SELECT a, b FROM {table.relation}") == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table><tr><td>a</td>", "HTML"),
        ("<table border=1><tr><th>a</th></tr></table>", "HTML"),
        ("<meta charset=utf-8><html><body>Please sign in</body></html>", "web page"),
        ("MIME-Version: 1.0\nContent-Type: multipart/related", "MHTML"),
        ('<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>\n<Workbook '
         'xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "Excel 2003"),
        ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "XML document"),
        ('<rss xmlns:a="b"></rss>', "XML document"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["export.xls", "export.csv"])
def test_markup_saved_as_a_table_is_recognized_for_what_it_is(
    staging: Staging, file: Write, content: str, what: str, name: str
) -> None:
    found = problem(file(content, name), staging)
    assert found.code == "wrong_file" and what in found.problem
    if what in ("HTML", "Excel 2003"):
        assert "save it as CSV (UTF-8) or XLSX" in found.remedy


READ_ONE = """
import re, sys
from pathlib import Path
from etl.formats import read
from warehouse.engine import open_staging
with open_staging() as staging:
    table = read(Path(sys.argv[1]), staging)
    print(staging.rows(f"SELECT source_row, length(a), length(b) FROM {table.relation}"))
# Not getrusage: a child inherits the peak of whoever started it.
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) >> 10)
"""


@pytest.mark.parametrize(
    "megabytes", [24, pytest.param(200, marks=pytest.mark.slow)], ids=["24 MB", "200 MB"]
)
def test_a_cell_of_many_megabytes_comes_in_whole_in_bounded_memory(
    file: Write, megabytes: int
) -> None:
    size = megabytes << 20
    path = file(b"a,b\n1,2\n" + b"x" * size + b",3\n4,5\n")
    command = [sys.executable, "-c", READ_ONE, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *_, found, peak = done.stdout.splitlines()  # a slow machine shows the engine's progress first
    assert found == str([(2, 1, 1), (3, size, 1), (4, 1, 1)])
    assert int(peak) < 300 + 8 * megabytes
