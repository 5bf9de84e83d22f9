from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.formats import read, read_header, recognize
from etl.problems import FileProblem
from etl.reading.json_text import NotAnObject, read_object
from warehouse.engine import Staging

Write = Callable[..., Path]


def rows(staging: Staging, path: Path) -> list[tuple[object, ...]]:
    return staging.rows(f"SELECT * FROM {read(path, staging).relation} ORDER BY source_row")


def test_one_object_per_line_is_a_row_numbered_by_its_line(file: Write, staging: Staging) -> None:
    path = file('{"a":"x","b":1}\n\n{"b":2,"c":true}\r\n', "people.jsonl")
    assert read_header(path) == ("json_lines", ("a", "b", "c"))
    assert rows(staging, path) == [(1, "x", "1", None), (3, None, "2", "true")]


@pytest.mark.parametrize("gap", ["", " ", "\n  ", "\r\n\t"])
def test_an_array_of_objects_is_rows_numbered_by_position(
    file: Write, staging: Staging, gap: str
) -> None:
    path = file(
        f'{gap}[{gap}{{"a":1}}{gap},{gap}{{"a":null}},{{"b":"x"}}{gap}]{gap}', "people.json"
    )
    assert rows(staging, path) == [(2, "1", None), (3, None, None), (4, None, "x")]


def test_numbers_are_kept_as_written(file: Write, staging: Staging) -> None:
    path = file(
        '{"a":12345678901234567890123,"b":1.10,"c":1E5,"d":NaN,"e":-0.0,"f":1e400}\n{"a":1}'
    )
    assert rows(staging, path)[0] == (
        1, "12345678901234567890123", "1.10", "1E5", "NaN", "-0.0", "1e400",
    )  # fmt: skip


def test_nested_values_are_their_json_text(file: Write, staging: Staging) -> None:
    path = file('{"a":{"x": 1.10, "y":[1,2]},"b":[ "p", null ]}\n{"a":1}\n')
    assert rows(staging, path)[0] == (1, '{"x": 1.10, "y":[1,2]}', '[ "p", null ]')


def test_keys_that_appear_late_are_columns(file: Write, staging: Staging) -> None:
    lines = [f'{{"a":{n}}}' for n in range(60_000)] + ['{"z":1}']
    table = read(file("\n".join(lines)), staging)
    assert table.columns == ("a", "z")
    assert staging.rows(f"SELECT count(*), count(z) FROM {table.relation}") == [(60_001, 1)]


@pytest.mark.parametrize(
    "line",
    ["{'a':1}", '{"a":1', '{"a":1}}', "[1]", "plain", '{"a":1,"a":2}', '{"a":01}', '{"a":1 "b":2}'],
)
def test_a_line_that_is_no_object_is_set_aside_whole(
    file: Write, staging: Staging, line: str
) -> None:
    path = file(f'{{"a":1}}\n{line}\n{{"a":3}}\n')
    table = read(path, staging)
    assert staging.rows(f"SELECT * FROM {table.relation}") == [(1, "1"), (3, "3")]
    (broken,) = table.broken
    assert (broken.source_row, broken.rule) == (2, "not_an_object")
    assert json.loads(broken.row_json) == {"(line)": line}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_found_out(file: Write, staging: Staging, encoding: str) -> None:
    path = file('{"a":"Müller"}\n{"a":"größer"}\n'.encode(encoding))
    assert rows(staging, path) == [(1, "Müller"), (2, "größer")]


def test_nul_and_half_surrogate_pairs_are_counted(file: Write, staging: Staging) -> None:
    path = file('{"a":"x\\u0000y"}\n{"a":"p\\ud800q"}\n{"a":"\\ud83d\\ude00"}\n')
    table = read(path, staging)
    assert staging.rows(f"SELECT a FROM {table.relation}") == [("xy",), ("p\ufffdq",), ("😀",)]
    assert (table.details["nul_bytes"], table.details["lone_surrogates"]) == ("1", "1")


def test_a_line_separator_within_a_text_ends_no_line(file: Write, staging: Staging) -> None:
    assert rows(staging, file('{"a":"x\u2028y"}\n{"a":"\x85"}\n')) == [(1, "x\u2028y"), (2, "\x85")]


@pytest.mark.parametrize(
    "content",
    [
        '{"rows": []}',
        '{"type":"FeatureCollection","features":[{"id":1}]}',
        '{\n  "type": "report",\n  "rows": []\n}',
        '["a","b"]',
        "[[1,2],[3,4]]",
        '{"d":',
    ],
)
def test_another_json_document_is_refused_by_name(
    file: Write, staging: Staging, content: str
) -> None:
    with pytest.raises(FileProblem, match="JSON document") as found:
        read(file(content), staging)
    assert found.value.code == "wrong_file"


@pytest.mark.parametrize(
    "content", ['[{"a":1},{"a":2}', '[{"a":1} {"a":2}]', '[{"a":1}] x', '[{"a":1},3]']
)
def test_an_array_cut_off_is_refused_whole(file: Write, staging: Staging, content: str) -> None:
    with pytest.raises(FileProblem) as found:
        read(file(content), staging)
    assert found.value.code == "unreadable_bytes" and found.value.row in (2, 3, 4)


@pytest.mark.parametrize("content", ["[]", "[ {} ]", "{}\n{}\n"])
def test_a_list_without_values_is_empty(file: Write, staging: Staging, content: str) -> None:
    with pytest.raises(FileProblem) as found:
        read(file(content), staging)
    assert found.value.code == "empty_file"


def test_a_long_object_is_read_over_many_blocks(file: Write, staging: Staging) -> None:
    long = "x" * 5_000_000
    path = file(f'[{{"a":"{long}"}},{{"a":"y"}}]')
    assert recognize(path) == "json_lines"
    assert rows(staging, path) == [(2, long), (3, "y")]


def test_an_inner_value_nested_without_end_is_no_object() -> None:
    with pytest.raises(NotAnObject):
        read_object('{"a":' + "[" * 200_000 + "}")


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.text(), scalars, max_size=3)


@given(st.dictionaries(st.text(), values, max_size=6), st.booleans())
def test_every_object_python_writes_is_read_as_written(
    cells: dict[str, object], is_ascii: bool
) -> None:
    text = json.dumps(cells, ensure_ascii=is_ascii)
    found, end = read_object(text)
    assert end == len(text) and list(found) == list(cells)
    for key, value in cells.items():
        expected = value if isinstance(value, str) else json.dumps(value, ensure_ascii=is_ascii)
        assert found[key] == (None if value is None else expected)


@given(st.text(alphabet='{}[]",:0123456789.eE+-truefalsn \\u"a', max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        found, end = read_object(text)
    except NotAnObject:
        return
    assert set(found) == set(json.loads(text[:end], strict=False))


def test_a_blank_key_is_called_by_its_place_and_never_like_another(
    file: Write, staging: Staging
) -> None:
    path = file('{"":1,"Column_1":2,"b\\u0000c":3}\n', "people.jsonl")
    assert read(path, staging).columns == ("column_1 (no name)", "Column_1", "bc")
    assert read_header(path)[1] == ("column_1 (no name)", "Column_1", "bc")
    assert rows(staging, path) == [(1, "1", "2", "3")]
