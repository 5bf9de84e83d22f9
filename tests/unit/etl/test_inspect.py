from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from etl.inspect import describe, draft_mapping, inspect_file, mask
from etl.mapping.file import read_mapping
from etl.problems import FileProblem

Write = Callable[..., Path]
EXPORT = (
    "Employee ID;Last name;Work email;Hire date;Department;Mood\n"
    "1;Muster;muster@example.com;13.04.2026;Sales;fine\n"
    "2;Probe;probe@example.com;01.02.2025;Sales;"
    "a long text in which somebody tells who they are\n3;x\n"
)


def test_an_inspection_tells_what_a_file_is(file: Write) -> None:
    found = inspect_file(file(EXPORT))
    assert (found.format, found.rows, found.broken_rows) == ("delimited", 2, 1)
    assert (found.details["delimiter"], found.dates.order) == (";", "dmy")
    assert found.mapping_name is None
    assert "outcomes inspect" in found.problem


def test_personal_examples_are_masked_and_long_texts_only_counted(file: Write) -> None:
    shown = describe(inspect_file(file(EXPORT)))
    assert "Sales" in shown
    for hidden in ("Muster", "muster@", "somebody tells"):
        assert hidden not in shown
    assert mask("A. Muster-9") == "x. xxxxxx-9"


def test_columns_show_where_they_go_and_which_are_not_imported(file: Write) -> None:
    text = (
        'source_system = "s"\nfiles = ["*.csv"]\n[[load]]\nentity = "person"\nkey = ["Employee ID"]'
        '\n[load.columns]\nperson_id = "Employee ID"\n'
    )
    file(text, "x.mapping.toml")
    found = inspect_file(file(EXPORT))
    assert found.mapping_name == "x.mapping.toml"
    assert found.columns[0].targets == ("person.person_id",)
    assert "Mood" in found.unmapped
    assert "Not imported: Last name" in describe(found)


def test_a_column_the_mapping_misses_is_part_of_the_inspection(file: Write) -> None:
    text = 'source_system = "s"\n[[load]]\nentity = "person"\nkey = ["Id"]\n[load.columns]\n'
    named = file(text + 'person_id = "Id"\n', "x.toml")
    assert 'column "Id"' in inspect_file(file(EXPORT), mapping=named).problem


def test_a_draft_is_a_mapping_that_can_be_read_and_marks_what_to_decide(
    file: Write, tmp_path: Path
) -> None:
    draft = draft_mapping(inspect_file(file(EXPORT, "staff_2026-10.csv")))
    path = tmp_path / "draft.toml"
    path.write_text(draft)
    mapping = read_mapping(path)
    (load,) = mapping.loads
    assert mapping.files == ("staff_*.csv",)
    assert load.entity == "worker_record"
    assert load.columns["hired_on"].column == "Hire date"
    assert load.columns["department_id"].column == "Department"
    assert '# ? = "Mood"' in draft
    assert "decide" in draft


@pytest.mark.parametrize("header", ["x", 'say "hi",b\\c', "Frage 1,Frage 2"])
def test_a_draft_can_be_read_whatever_the_columns_are(
    file: Write, tmp_path: Path, header: str
) -> None:
    header = header.replace('say "hi"', '"say ""hi"""')
    path = tmp_path / "draft.toml"
    path.write_text(draft_mapping(inspect_file(file(f"{header}\n1,2\n"[: len(header) + 3]))))
    assert read_mapping(path).loads


def test_an_unreadable_file_is_no_inspection(file: Write) -> None:
    with pytest.raises(FileProblem, match="PDF"):
        inspect_file(file(b"%PDF-1.7"))
