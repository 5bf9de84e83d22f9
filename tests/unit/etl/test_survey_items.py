from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from etl.choosing.survey_items import Question, SurveyItems, find_items
from etl.choosing.survey_profile import ColumnProfile, profile_columns
from etl.mapping.mapping import Choices
from etl.reading.row_staging import RowBuffer, name_columns
from warehouse.engine import Staging, open_staging


@pytest.fixture(scope="module")
def scratch() -> Iterator[Staging]:
    with open_staging() as opened:
        yield opened


def profiles(
    staging: Staging, separator: str | None, **columns: Sequence[str]
) -> tuple[ColumnProfile, ...]:
    buffer = RowBuffer(len(columns))
    for number, row in enumerate(zip(*columns.values(), strict=True), 2):
        buffer.add(number, row)
    relation, _ = name_columns(staging, buffer.store(staging), list(columns))
    found = profile_columns(staging, relation, dict.fromkeys(columns, ""), separator)
    return tuple(found[name] for name in columns)


def one(staging: Staging, values: Sequence[str], separator: str | None = None) -> SurveyItems:
    (column,) = profiles(staging, separator, q=values)
    return find_items([Question((column,))], separator)


@pytest.mark.parametrize(
    ("values", "is_closed"),
    [
        (["4", "5", "", "-99"], True),
        (["0", "10", "7"], True),
        (["4.0", "5"], True),
        (["34", "51", "28"], False),
        (["21", "22", "21", "22", "21"], True),
        (["Ja", "Nein", "Ja"], True),
        (["Ja", "Nein", "Vielleicht"], False),
        (["ich mag Montage nicht", "alles gut", "zu viele Termine"], False),
        (["2026-04-27"] * 5, False),
        (["ada@example.com"] * 5, False),
        (["", "-99"], False),
        (["x" * 201] * 50, False),
        ([f"Team {n % 20}" for n in range(100)], False),
        ([f"Team {n % 20}" for n in range(200)], True),
        (["a sentence of more than sixty characters, as options in lists go"] * 4, False),
        (["a sentence of more than sixty characters, as options in lists go"] * 5, True),
    ],
)
def test_closed_is_a_small_scale_or_few_answers_again_and_again(
    scratch: Staging, values: list[str], is_closed: bool
) -> None:
    found = one(scratch, values)
    assert (found.items, found.unread) == (({"q": "q"}, ()) if is_closed else ({}, ("q",)))


def test_rows_of_one_matrix_vouch_for_one_another(scratch: Staging) -> None:
    rows = profiles(scratch, None, a=["ja", "nein"], b=["nein", "ja"], c=["ja", "gut so, danke"])
    found = find_items([Question(rows)], None)
    assert (list(found.items), found.unread) == (["a", "b"], ("c",))


def test_points_of_a_quiz_are_no_question(scratch: Staging) -> None:
    columns = profiles(scratch, None, **{"Points - How?": ["1", "0"], "How?": ["1", "2"]})
    found = find_items([Question((column,)) for column in columns], None)
    assert list(found.items) == ["How?"]


def test_cells_that_all_end_with_the_separator_are_lists_of_options(scratch: Staging) -> None:
    found = one(scratch, ["A;B;", "A;", "", "B;C;", "my boss;"], ";")
    assert found.choices == (Choices({}, "q", ";", {"A": "q/A", "B": "q/B"}, "q/(other)"),)
    assert found.scales == {"q/A": (0, 1), "q/B": (0, 1), "q/(other)": (0, 1)}


def test_what_only_one_person_wrote_is_no_option(scratch: Staging) -> None:
    found = one(scratch, ["my boss;", "the canteen;"], ";")
    assert (found.choices, found.unread) == ((), ("q",))


def test_options_joined_by_commas_are_told_by_their_company(scratch: Staging) -> None:
    found = one(scratch, ["A, B", "A", "B", "A, C", "C, B"], ", ")
    assert list(found.choices[0].options) == ["A", "B", "C"]


@pytest.mark.parametrize(
    "values",
    [
        ["Yes, always", "Yes", "No", "Yes, always", "Yes", "No"],
        ["honest, kind and loyal", "honest, kind, and loyal"] * 4,
    ],
)
def test_a_comma_inside_an_option_does_not_cut_it(scratch: Staging, values: list[str]) -> None:
    found = one(scratch, values, ", ")
    assert (list(found.items), found.choices) == (["q"], ())


def test_sentences_with_commas_are_free_text(scratch: Staging) -> None:
    found = one(scratch, ["good, but slow", "slow", "fine, thanks", "too much, really"], ", ")
    assert (found.items, found.choices, found.unread) == ({}, (), ("q",))


@pytest.mark.parametrize(
    "columns",
    [
        {"Q2_1": ["1", "", ""], "Q2_2": ["1", "1", ""]},
        {"Q2_1": ["1", "0", ""], "Q2_2": ["1", "1", ""]},
        {"Which?: A": ["A", "", ""], "Which?: B": ["", "B", "B"], "Which?: C": ["", "", ""]},
        {"W?: A": ["A", "", ""], "W?: B": ["", "B", "B"], "W?: Other": ["", "my boss", ""]},
    ],
)
def test_columns_that_only_mark_their_option_are_one_question(
    scratch: Staging, columns: dict[str, list[str]]
) -> None:
    found = find_items([Question(profiles(scratch, None, **columns), has_gaps=True)], None)
    assert found.choices == (Choices({name: name for name in columns}),)
    assert found.items == {}


@pytest.mark.parametrize(
    ("columns", "has_gaps"),
    [
        ({"Q3_1": ["1", "2"], "Q3_2": ["", "1"]}, True),
        ({"Q3_1": ["1", "1"], "Q3_2": ["1", "1"]}, False),
        ({"Q3_1": ["5", ""], "Q3_2": ["5", "5"]}, True),
    ],
)
def test_rows_of_a_matrix_are_items_of_their_own(
    scratch: Staging, columns: dict[str, list[str]], has_gaps: bool
) -> None:
    found = find_items([Question(profiles(scratch, None, **columns), has_gaps)], None)
    assert (list(found.items), found.choices) == (list(columns), ())


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("How satisfied are you (1-5)?", (1, 5)),
        ("On a scale of 0 to 10, would you recommend us?", (0, 10)),
        ("Auf einer Skala von 1 bis 7", (1, 7)),
        ("1 = gar nicht, 5 = sehr", (1, 5)),
        ("How many of the 1-5 sessions did you attend?", None),
        ("Since 2026-04-27", None),
        ("(1-3)", None),  # the answers are off it, so it is no scale of theirs
        ("Rate (1-5) and (1-7)", (1, 5)),
    ],
)
def test_a_scale_is_declared_where_the_question_states_it(
    scratch: Staging, text: str, scale: tuple[int, int] | None
) -> None:
    (column,) = profiles(scratch, None, **{text: ["4", "5", "2"]})
    found = find_items([Question((column,))], None)
    assert found.scales == ({text: scale} if scale else {})


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        (Counter({"1": 5, "2": 10, "3": 15, "4": 15, "5": 5}), (1, 5)),
        (Counter({str(n): 5 for n in range(11)}), (0, 10)),
        (Counter({"1": 2, "2": 13, "3": 15, "4": 15, "5": 5}), None),  # two may be a slip
        (Counter({"1": 5, "2": 5, "3": 5, "4": 5, "5": 5}), None),  # too few to be sure
        (Counter({"1": 15, "2": 15, "4": 15, "5": 15}), None),
        (Counter({"1": 15, "2": 15, "3": 15, "4": 15, "5": 15, "6": 15}), None),
    ],
)
def test_answers_alone_tell_a_scale_only_beyond_doubt(
    scratch: Staging, values: Counter[str], scale: tuple[int, int] | None
) -> None:
    found = one(scratch, list(values.elements()))
    assert found.scales == ({"q": scale} if scale else {})
