from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from etl.formats import RawTable, read, read_header, recognize
from etl.problems import FileProblem
from etl.reading import csv_staging
from etl.reading.csv_text import split_leniently
from etl.reading.raw_table import SPACES, Layout
from warehouse.engine import Staging, open_staging

Write = Callable[..., Path]


def rows(staging: Staging, table: RawTable) -> list[tuple[Any, ...]]:
    return staging.rows(f"SELECT * FROM {table.relation} ORDER BY source_row")


def test_a_clean_file_takes_the_fast_path_and_numbers_rows_like_a_spreadsheet(
    staging: Staging, file: Write
) -> None:
    table = read(file("id, name \n1,Ada\n2,\n"), staging)
    assert table.columns == ("id", "name")
    assert table.details["path"] == "fast"
    assert rows(staging, table) == [(2, "1", "Ada"), (3, "2", None)]


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("cp1252", b""),
    ],
)
def test_the_encoding_is_found_in_the_bytes(
    staging: Staging, file: Write, encoding: str, bom: bytes
) -> None:
    text = "Kürzel;Straße\n1;Größe 5 €\n2;plain text of some length\n"
    table = read(file(bom + text.encode(encoding)), staging)
    assert table.columns == ("Kürzel", "Straße")
    assert table.details["encoding"] == encoding
    assert rows(staging, table)[0] == (2, "1", "Größe 5 €")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_cuts_records_alike(
    staging: Staging, file: Write, delimiter: str
) -> None:
    text = f'a{delimiter}"b, c; d"\n1{delimiter}"x, y"\n2{delimiter}z;\n'
    table = read(file(text), staging)
    assert table.details["delimiter"] == delimiter
    assert len(rows(staging, table)) == 2


def test_a_decimal_comma_is_detected_with_the_semicolon(staging: Staging, file: Write) -> None:
    table = read(file("id;fte\n1;0,5\n2;1,0\n"), staging)
    assert (table.details["delimiter"], table.details["decimal"]) == (";", ",")


def test_the_separator_line_of_spreadsheets_is_not_a_row(staging: Staging, file: Write) -> None:
    table = read(file("sep=|\r\na|b\r\n1|2\r\n"), staging)
    assert rows(staging, table) == [(2, "1", "2")]


def test_line_ends_within_quotes_stay_in_their_cell(staging: Staging, file: Write) -> None:
    table = read(file('"a\nhead",b\r\n"x\ny",1\r\n"p\r\nq",2\r\n'), staging)
    assert table.columns == ("a head", "b")
    assert rows(staging, table) == [(2, "x\ny", "1"), (3, "p\r\nq", "2")]


def test_blank_lines_are_no_rows_but_keep_the_numbers_of_a_spreadsheet(
    staging: Staging, file: Write
) -> None:
    table = read(file("a,b\n1,2\n\n3,4\n"), staging)
    assert table.details["path"] == "careful"
    assert rows(staging, table) == [(2, "1", "2"), (4, "3", "4")]


def test_nul_characters_are_dropped_and_counted(staging: Staging, file: Write) -> None:
    lines = "".join(f"{n},some longer cell\n" for n in range(30))
    table = read(file(f"a,b\n1\x00,2\n{lines}"), staging)
    assert table.details["nul_bytes"] == "1"
    assert rows(staging, table)[0] == (2, "1", "2")


def test_trailing_empty_columns_disappear_and_filled_ones_get_a_name(
    staging: Staging, file: Write
) -> None:
    assert read(file("a,b,,\n1,2,,\n"), staging).columns == ("a", "b")
    assert read(file("a,,c,\n1,x,3,\n"), staging).columns == ("a", "column_2", "c")


def test_rows_that_do_not_fit_the_header_are_kept_as_broken_rows(
    staging: Staging, file: Write
) -> None:
    table = read(file("a,b\n1,2\n3\n4,5,6\n7,8\n"), staging)
    assert rows(staging, table) == [(2, "1", "2"), (5, "7", "8")]
    few, many = table.broken
    assert (few.source_row, few.rule, json.loads(few.row_json)) == (3, "too_few_cells", {"a": "3"})
    assert (many.source_row, many.rule) == (4, "too_many_cells")
    assert json.loads(many.row_json) == {"a": "4", "b": "5", "(surplus)": ["6"]}


def test_blank_cells_beyond_the_header_are_no_reason_to_refuse_a_row(
    staging: Staging, file: Write
) -> None:
    table = read(file("a,b\n1,2,,,\n3\n"), staging)
    assert rows(staging, table) == [(2, "1", "2")]
    assert [row.source_row for row in table.broken] == [3]


def test_a_quote_that_is_never_closed_breaks_its_own_row_only(
    staging: Staging, file: Write
) -> None:
    table = read(file('a,b\n"1,2\n3,4\n"5"x,6\n'), staging)
    assert rows(staging, table) == [(2, '"1', "2"), (3, "3", "4"), (4, '"5"x', "6")]


def test_mixed_line_ends_lose_nothing(staging: Staging, file: Write) -> None:
    table = read(file("a,b\r\n1,2\n3,4\r5,6\r\n"), staging)
    assert [row[1] for row in rows(staging, table)] == ["1", "3", "5"]


def test_a_file_name_with_wildcards_is_that_file(staging: Staging, file: Write) -> None:
    table = read(file("a,b\n1,2\n", "export [1]*.csv"), staging)
    assert rows(staging, table) == [(2, "1", "2")]


def test_a_failed_fast_read_leaves_the_transaction_usable(tmp_path: Path, file: Write) -> None:
    from warehouse.engine import open_warehouse  # noqa: PLC0415
    from warehouse.settings import Settings  # noqa: PLC0415

    url = f"duckdb:///{tmp_path / 'w.duckdb'}"
    warehouse = open_warehouse(Settings(home=tmp_path, warehouse_url=url))
    with warehouse.writing() as writer:
        writer.staging.run("CREATE TABLE kept AS SELECT 1 AS n")
        table = read(file("a,b\n1\n3,4\n"), writer.staging)
        assert table.details["path"] == "careful"
        assert writer.staging.rows("SELECT n FROM kept") == [(1,)]
    with warehouse.writing() as writer:
        assert writer.staging.rows("SELECT n FROM kept") == [(1,)]
    warehouse.close()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b" \r\n\r\n", "empty_file"),
        (b",,\n1,2,3\n", "missing_header"),
        (b"a,b,A\n1,2,3\n", "doubled_column"),
        (b"%PDF-1.7 ...", "wrong_file"),
        (b"\x89PNG\r\n\x1a\n....", "wrong_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "wrong_file"),
        (b"<!DOCTYPE html><html></html>", "wrong_file"),
        (b'{"rows": []}', "wrong_file"),
        (b"PK\x03\x04 cut off", "unreadable_bytes"),
        (b"PAR1 cut off", "unreadable_bytes"),
        (bytes(range(256)) * 8, "unreadable_bytes"),
    ],
)
def test_what_is_no_table_is_refused_by_a_stable_code(
    staging: Staging, file: Write, content: bytes, code: str
) -> None:
    with pytest.raises(FileProblem) as found:
        read(file(content), staging)
    assert found.value.code == code
    assert "export.csv" in str(found.value)


def test_a_folder_and_a_missing_file_are_told_apart(tmp_path: Path, staging: Staging) -> None:
    with pytest.raises(FileProblem, match="folder"):
        read(tmp_path, staging)
    with pytest.raises(FileProblem, match="no such file"):
        read(tmp_path / "nowhere.csv", staging)


def test_a_broken_byte_in_utf8_text_is_named_by_its_position(staging: Staging, file: Write) -> None:
    content = "name,city\nJürgen,Köln\n".encode() + b"Ren\xe9,Paris\n"
    with pytest.raises(FileProblem) as found:
        read(file(content), staging)
    assert found.value.code == "unreadable_bytes"
    assert "Byte 28 (line 3)" in found.value.problem


def test_a_declared_encoding_is_taken_at_its_word(staging: Staging, file: Write) -> None:
    from etl.formats import Hints  # noqa: PLC0415

    content = "a,b\nž,2\n".encode("iso8859_2")
    table = read(file(content), staging, Hints(encoding="iso-8859-2"))
    assert rows(staging, table) == [(2, "ž", "2")]


def test_the_extension_is_not_asked(file: Write) -> None:
    assert recognize(file("a,b\n1,2\n", "table.xlsx")) == "delimited"


# many control characters would make it no text
cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=8)
tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(
        st.lists(
            cells | st.sampled_from(['"', ",", "\n", "\r\n", "", ' "a" ']),
            min_size=width,
            max_size=width,
        ),
        max_size=8,
    ).map(lambda found: (width, found))
)


def written(width: int, records: list[list[str]], terminator: str, quoting: int) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=terminator, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow([f"c{n}" for n in range(width)])
    writer.writerows(records)
    return out.getvalue()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    tables,
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_fast_and_careful_path_agree_on_whatever_csv_can_write(
    tmp_path: Path, table: tuple[int, list[list[str]]], terminator: str, quoting: int
) -> None:
    width, records = table
    # csv.writer leaves a carriage return unquoted when lines end in a line feed only
    is_ambiguous = quoting == csv.QUOTE_MINIMAL and terminator == "\n"
    assume(not (is_ambiguous and any("\r" in cell for row in records for cell in row)))
    text = written(width, records, terminator, quoting)
    path = tmp_path / "written.csv"
    path.write_bytes(text.encode())
    expected = [(n, *[cell or None for cell in record]) for n, record in enumerate(records, 2)]
    with open_staging() as staging:
        seen = csv_staging.look_at(path, "utf-8", 1)
        layout = Layout("delimited")
        assert seen.dialect.delimiter == ","
        careful, broken = csv_staging._stage_carefully(path, seen, staging, layout)
        order = "ORDER BY source_row"
        assert staging.rows(f"SELECT * FROM {careful} {order}") == expected
        assert broken == ()
        fast = csv_staging._stage_fast(path, seen.traits, seen, staging, layout)
        if fast is not None:
            assert staging.rows(f"SELECT * FROM {fast[0]} {order}") == expected


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.text(f"{SPACES}aé", max_size=5), min_size=1, max_size=5),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_space_at_an_end_of_a_cell_is_among_what_the_reader_says_there_may_be(
    tmp_path: Path, texts: list[str], encoding: str
) -> None:
    path = tmp_path / "spaced.csv"
    records = [["x", text] for text in texts]
    path.write_bytes(written(2, records, "\n", csv.QUOTE_ALL).encode(encoding))
    with open_staging() as staging:
        table = read(path, staging)
        cells = [cell for _, _, cell in rows(staging, table) if cell]
    assert {end for cell in cells for end in (cell[0], cell[-1])} & set(SPACES) <= set(table.spaces)


@pytest.mark.parametrize(
    ("content", "spaces"),
    [
        (b"a,b\n1 ,2\n", " "),
        (b"a,b\n1\t,2\n", " \t"),
        (b'a,b\n1,"2\n"\n', " \n\r"),
        ("a,b\n1,é\n".encode(), " \u00a0\u202f"),
        ("a,b\n1,2\n".encode("utf-16"), " "),
    ],
)
def test_space_that_is_nowhere_in_a_clean_file_is_not_looked_for(
    staging: Staging, file: Write, content: bytes, spaces: str
) -> None:
    table = read(file(content), staging)
    assert (table.details["path"], table.spaces) == ("fast", spaces)


def test_a_blank_line_is_no_row_where_there_is_one_column(staging: Staging, file: Write) -> None:
    for content in (b"a\n1\n\n2\n", b"a\r\n1\r\n\r\n2\r\n", b'a\n1\n""\n2\n'):
        found = rows(staging, read(file(content), staging))
        assert [row for row in found if row[1]] == [(2, "1"), (4, "2")]
    assert [row[0] for row in found] == [2, 3, 4]


@pytest.mark.parametrize("length", [8_000, 8_001, 8_002])
def test_a_long_row_that_does_not_fit_is_broken_whatever_the_engine_says_of_it(
    staging: Staging, file: Write, length: int
) -> None:
    table = read(file("a,b\n1,2\n" + "x" * (length % 3) + "\u20ac" * length + ",3,4\n"), staging)
    assert rows(staging, table) == [(2, "1", "2")]
    assert [row.source_row for row in table.broken] == [3]


def test_the_header_is_told_from_the_same_beginning_as_the_rows(
    staging: Staging, file: Write
) -> None:
    # records so long that tabs fit the first of them, semicolons all others
    cell = "x" * 20_000
    path = file("a\tb;c\n" + f"{cell}\t1\n" * 2 + f"{cell};1\n" * 7)
    assert read_header(path)[1] == read(path, staging).columns


def test_a_column_without_a_name_is_never_called_like_another(
    staging: Staging, file: Write
) -> None:
    table = read(file("Column_2,,c\n1,2,3\n"), staging)
    assert table.columns == ("Column_2", "column_2 (no name)", "c")
    assert rows(staging, table) == [(2, "1", "2", "3")]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(st.sampled_from(["x", "", "a b", '"', ","]), min_size=1, max_size=5)))
def test_no_row_is_ever_lost(tmp_path: Path, records: list[list[str]]) -> None:
    path = tmp_path / "ragged.csv"
    path.write_bytes(written(3, records, "\n", csv.QUOTE_ALL).encode())
    with open_staging() as staging:
        table = read(path, staging)
        count = staging.rows(f"SELECT count(*) FROM {table.relation}")[0][0]
        assert count + len(table.broken) == len(records)
        numbers = [row[0] for row in staging.rows(f"SELECT source_row FROM {table.relation}")]
        numbers += [row.source_row for row in table.broken]
        assert sorted(numbers) == list(range(2, len(records) + 2))


@given(tables, st.sampled_from(["\n", "\r\n"]))
def test_the_lenient_splitter_agrees_with_the_strict_one_on_good_text(
    table: tuple[int, list[list[str]]], terminator: str
) -> None:
    width, records = table
    text = written(width, records, terminator, csv.QUOTE_MINIMAL)
    strict = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert list(split_leniently(text, ",")) == strict
