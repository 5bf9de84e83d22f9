from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.mapping.file import read_mapping
from etl.mapping.mapping import Choices
from etl.problems import FileProblem
from etl.reading.row_staging import RowBuffer, name_columns
from etl.rows.choices import choices_sql
from warehouse.engine import Staging, open_staging

MAPPING = """
source_system = "s"
[[load]]
entity = "survey_response"
key = ["Id"]
[load.columns]
response_id = "Id"
[[load.choices]]
"""
Answer = tuple[str | None, bool | None]  # raw text, chosen


@pytest.fixture(scope="module")
def scratch() -> Iterator[Staging]:
    with open_staging() as opened:
        yield opened


def answered(staging: Staging, choices: Choices, *rows: tuple[str, ...]) -> list[dict[str, Answer]]:
    """Return item code to answer, row by row."""
    columns = choices.file_columns()
    buffer = RowBuffer(len(columns))
    for number, row in enumerate(rows, 2):
        buffer.add(number, row)
    relation, _ = name_columns(staging, buffer.store(staging), columns)
    structs = ", ".join(choices_sql(choices, ("n/a",)))
    found = staging.rows(f"SELECT [{structs}] FROM {relation} ORDER BY source_row")
    return [{one["item_code"]: (one["raw_text"], one["chosen"]) for one in row} for (row,) in found]


def joint(*options: str, separator: str = ";") -> Choices:
    return Choices({}, "Q", separator, {text: text for text in options}, "other")


def chosen(staging: Staging, choices: Choices, cell: str) -> set[str]:
    (row,) = answered(staging, choices, (cell,))
    return {code for code, (_, is_chosen) in row.items() if is_chosen}


def test_an_option_is_chosen_or_not_and_what_is_not_listed_is_other(scratch: Staging) -> None:
    (row,) = answered(scratch, joint("A", "B"), ("A;my boss;",))
    assert row == {"A": ("A", True), "B": (None, False), "other": (None, True)}


@pytest.mark.parametrize(("cell", "text"), [("", None), ("n/a", None), ("-99", "-99")])
def test_a_question_left_blank_has_no_answer_at_all(
    scratch: Staging, cell: str, text: str | None
) -> None:
    (row,) = answered(scratch, joint("A"), (cell,))
    assert row == {"A": (text, None), "other": (text, None)}


def test_an_option_that_holds_another_is_not_the_other(scratch: Staging) -> None:
    choices = joint("Yes", "always", "Yes, always", separator=", ")
    assert chosen(scratch, choices, "Yes, always") == {"Yes, always"}
    assert chosen(scratch, choices, "Yes") == {"Yes"}
    assert chosen(scratch, joint("Art", "Artist"), "Artist;") == {"Artist"}


def test_columns_of_a_question_are_asked_together(scratch: Staging) -> None:
    choices = Choices({"Q_1": "a", "Q_2": "b"})
    rows = answered(scratch, choices, ("1", ""), ("0", "0"), ("-99", "-99"), ("", ""), ("x", "-99"))
    assert rows == [
        {"a": (None, True), "b": (None, False)},
        {"a": (None, False), "b": (None, False)},
        {"a": ("-99", None), "b": ("-99", None)},
        {"a": (None, None), "b": (None, None)},
        {"a": (None, True), "b": (None, False)},
    ]


WORDS = st.text(alphabet="abÄ'\"%_ \\", min_size=1, max_size=4).map(str.strip).filter(bool)


@settings(deadline=None, max_examples=50)
@given(st.lists(WORDS, min_size=1, max_size=4, unique=True), st.lists(WORDS, max_size=5), st.data())
def test_every_list_of_answers_is_told_apart(
    scratch: Staging, options: list[str], free: list[str], data: st.DataObject
) -> None:
    picked = data.draw(st.lists(st.sampled_from(options), unique=True))
    answers = data.draw(st.permutations([*picked, *free]))
    found = chosen(scratch, joint(*options), "".join(f"{answer};" for answer in answers))
    expected = {answer for answer in answers if answer in options}
    expected |= {"other"} if set(answers) - set(options) else set()
    assert found == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('column = "Q"\noptions = { "A" = "a" }', "options and other"),
        ('column = "Q"\nother = "o"', "options and other"),
        ('column = "Q"\ncolumns = { "Q" = "a" }', "either columns or a column"),
        ('separator = ";"', "either columns or a column"),
        ('columns = { "Q" = 1 }', "must be a text"),
        ('columns = { "Q" = "a" }\nxyz = 1', "not a key known here"),
    ],
)
def test_choices_say_completely_how_they_are_read(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(MAPPING + text, encoding="utf-8")
    with pytest.raises(FileProblem, match=said) as found:
        read_mapping(path)
    assert found.value.code == "bad_mapping"


@pytest.mark.parametrize("value", ['"4"', "inf", "true"])
def test_points_are_numbers(tmp_path: Path, value: str) -> None:
    path = tmp_path / "x.toml"
    text = MAPPING.replace("[[load.choices]]", f'[load.points]\n"agree" = {value}')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileProblem, match="number") as found:
        read_mapping(path)
    assert found.value.code == "bad_mapping"


def test_choices_belong_to_survey_responses_only(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    text = MAPPING.replace("survey_response", "response") + 'columns = { "Q" = "a" }'
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileProblem, match="are not for response"):
        read_mapping(path)
