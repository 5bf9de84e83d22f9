from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.formats import oracle_hdl, read, read_header, recognize
from etl.problems import FileProblem
from etl.reading.raw_table import Hints
from tests.hr_system_exports import HDL
from warehouse.engine import Staging, open_staging

Write = Callable[..., Path]


def test_objects_share_a_table_and_are_told_apart(staging: Staging, file: Write) -> None:
    path = file(HDL, "Worker.dat")
    assert recognize(path) == "oracle_hdl"
    table = read(path, staging)
    assert read_header(path)[1] == table.columns
    assert table.columns[:2] == ("Instruction", "Object")
    assert table.details["objects"] == "Worker, PersonEmail, WorkRelationship, Assignment"
    found = staging.rows(
        f'SELECT "Object", count(*), min(source_row) FROM {table.relation} GROUP BY 1 ORDER BY 3'
    )
    assert found == [("Worker", 2, 4), ("PersonEmail", 1, 8), ("WorkRelationship", 2, 10),
                     ("Assignment", 5, 13)]  # fmt: skip
    numbers = f'SELECT "PersonNumber" FROM {table.relation} WHERE "Object" = \'Assignment\''
    assert {row[0] for row in staging.rows(numbers)} == {None}


def test_a_bar_within_a_value_is_no_delimiter(staging: Staging, file: Write) -> None:
    table = read(file(HDL, "Worker.dat"), staging)
    sql = f'SELECT DISTINCT "DepartmentName" FROM {table.relation} WHERE "Object" = \'Assignment\''
    assert sorted(staging.rows(sql)) == [("Research",), ("Sales | North",)]


def test_a_value_set_to_null_is_blank(staging: Staging, file: Write) -> None:
    table = read(file(HDL, "Worker.dat"), staging)
    sql = f'SELECT "DateOfBirth" FROM {table.relation} WHERE "PersonNumber" = \'1002\''
    assert staging.rows(sql) == [(None,)]


def test_an_end_of_4712_stays_for_the_mapping_to_read(staging: Staging, file: Write) -> None:
    table = read(file(HDL, "Worker.dat"), staging)
    sql = f'SELECT DISTINCT "EffectiveEndDate" FROM {table.relation} WHERE "Object" = \'Worker\''
    assert staging.rows(sql) == [("4712/12/31",)]


def test_escapes_stand_for_what_follows_them(staging: Staging, file: Write) -> None:
    text = "METADATA|Job|Code|Name\nMERGE|Job|a\\\\b|two\\nlines \\| bar \\x\n"
    table = read(file(text), staging)
    found = staging.rows(f'SELECT "Code", "Name" FROM {table.relation}')
    assert found == [("a\\b", "two\nlines | bar \\x")]


def test_a_file_can_set_its_own_delimiter_and_escape(staging: Staging, file: Write) -> None:
    text = "SET FILE_DELIMITER ,\nSET FILE_ESCAPE /\nMETADATA,Job,Code\nMERGE,Job,a/,b|c\n"
    table = read(file(text), staging)
    assert staging.rows(f'SELECT "Code" FROM {table.relation}') == [("a,b|c",)]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("MERGE|Job|A|B|C", "too_many_cells"),
        ("MERGE|Job|A", "too_few_cells"),
        ("MERGE|Grade|A|B", "unknown_instruction"),
        ("UPSERT|Job|A|B", "unknown_instruction"),
        ("MERGE", "unknown_instruction"),
    ],
)
def test_a_line_that_fits_no_object_is_kept_as_broken(
    line: str, rule: str, staging: Staging, file: Write
) -> None:
    table = read(file(f"METADATA|Job|Code|Name\n{line}\nMERGE|Job|A|B\n"), staging)
    assert [(row.source_row, row.rule) for row in table.broken] == [(2, rule)]
    assert staging.rows(f"SELECT count(*) FROM {table.relation}") == [(1,)]


def test_attributes_of_one_name_share_a_column_whatever_their_capitals(
    staging: Staging, file: Write
) -> None:
    text = "METADATA|Job|JobCode\nMERGE|Job|A\nMETADATA|Grade|JOBCODE|X\nMERGE|Grade|B|1\n"
    table = read(file(text), staging)
    assert table.columns == ("Instruction", "Object", "JobCode", "X")


def test_an_attribute_named_twice_is_refused(staging: Staging, file: Write) -> None:
    with pytest.raises(FileProblem, match="twice") as found:
        read(file("METADATA|Job|Code|CODE\nMERGE|Job|A|B\n"), staging)
    assert (found.value.code, found.value.row) == ("doubled_column", 1)


def test_a_file_without_metadata_is_no_loader_file(staging: Staging, file: Write) -> None:
    path = file("MERGE|Job|A\n")
    assert recognize(path) == "delimited"
    with pytest.raises(FileProblem, match="no METADATA line"):
        oracle_hdl.read(path, staging, Hints())


@pytest.mark.parametrize("text", ["METADATA\n1\n", "METADATA,Value\na,1\n", "a|METADATA\n1|2\n"])
def test_a_table_with_such_a_column_is_none(text: str, file: Write) -> None:
    assert recognize(file(text)) == "delimited"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "\\n")


VALUES = st.text(st.sampled_from("ab|\\n\n #é"), max_size=8).filter(
    lambda text: text.strip() != "#NULL"
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=6))
def test_every_value_comes_back(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("hdl") / "Job.dat"
    lines = [f"MERGE|Job|{_escaped(a)}|{_escaped(b)}" for a, b in pairs]
    path.write_text("METADATA|Job|A|B\n" + "\n".join(lines) + "\n", encoding="utf-8")
    with open_staging() as staging:
        table = oracle_hdl.read(path, staging, Hints())
        found = staging.rows(f"SELECT A, B FROM {table.relation} ORDER BY source_row")
    assert table.broken == ()
    assert found == [(a or None, b or None) for a, b in pairs]
