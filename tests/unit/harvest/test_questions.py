from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from harvest.questions import all_pairs, singles

options = st.dictionaries(
    st.sampled_from("abcde"),
    st.lists(st.sampled_from(["1", "2", "3", "4", "5"]), max_size=5, unique=True).map(
        lambda values: ["", *values]
    ),
    max_size=4,
)


@settings(max_examples=50)
@given(options)
def test_every_two_options_are_asked_together(choices: dict[str, list[str]]) -> None:
    asked = list(all_pairs(choices))
    for a, b in combinations(choices, 2):
        met = {(query.get(a, ""), query.get(b, "")) for query in asked}
        assert met == {(x, y) for x in choices[a] for y in choices[b]}


def test_pairs_need_little_more_than_the_product_of_the_two_longest_filters() -> None:
    choices = {name: ["", *map(str, range(size))] for name, size in zip("abcd", (12, 12, 4, 2),
                                                                        strict=True)}  # fmt: skip
    assert 13 * 13 <= len(list(all_pairs(choices))) <= 13 * 13 + 10


def test_singles_begin_with_no_choice_and_have_every_option_alone() -> None:
    found = list(singles({"a": ["", "1", "2"], "b": ["", "3"]}))
    assert found == [{}, {"a": "1"}, {"a": "2"}, {"b": "3"}]
