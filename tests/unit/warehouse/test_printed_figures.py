"""What a printed figure says about the sum behind it, and how it is printed."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from tests.plain_disclosure import is_learned, looks
from warehouse.disclosure import COMPLEMENT_REASON
from warehouse.disclosure.attacker import attack
from warehouse.disclosure.bounds import Bounds
from warehouse.disclosure.exact import suppress
from warehouse.disclosure.item import Item, sum_interval
from warehouse.disclosure.lattice import Survey, build_lattice
from warehouse.disclosure.policy import Policy, PolicyChanged, check_policy_unchanged
from warehouse.disclosure.printed import WORKED_OUT_REASON, printed_figures

ITEMS = [
    Item("item", 1, 5),
    Item("score", 0, 18, units_per_point=3),
    Item("enps", -1, 1, printed_per_point=100),
    Item("share", 0, 1, printed_per_point=100),
]
items = st.sampled_from(ITEMS)


def figure_of(item: Item, n: int, total: int) -> pd.Series:
    answers = pd.DataFrame(
        [("A", "x", "2026Q1", item.id, n, total)],
        columns=["department", "cohort", "quarter", "item", "n", "total"],
    )
    survey = Survey(answers, (item,))
    printed = printed_figures(survey, suppress(survey, policy=Policy()), policy=Policy())
    return printed.iloc[0]


@settings(max_examples=50, deadline=None)
@given(items, st.integers(5, 120), st.data())
def test_the_interval_holds_exactly_the_sums_that_print_alike(
    item: Item, n: int, data: st.DataObject
) -> None:
    total = data.draw(st.integers(n * item.low, n * item.high))
    lower, upper = sum_interval(item, np.array([n]), np.array([total]))
    truth = looks(item, n, total)
    alike = [s for s in range(n * item.low, n * item.high + 1) if looks(item, n, s) == truth]
    assert lower[0] <= alike[0] <= total <= alike[-1] <= upper[0]
    assert lower[0] >= alike[0] - 1 and upper[0] <= alike[-1] + 1  # the tie may round either way


@settings(max_examples=30, deadline=None)
@given(items, st.integers(5, 400), st.data())
def test_a_bound_says_the_truth_and_nothing_closer(item: Item, n: int, data: st.DataObject) -> None:
    total = data.draw(st.integers(n * item.low, n * item.high))
    row = figure_of(item, n, total)
    mean = item.printed_per_point * total / n / item.units_per_point
    near = min(total - n * item.low, n * item.high - total) < 2 * item.units_per_point
    assert (row["bound"] != "") == near
    if row["bound"] == "":
        assert abs(row["value"] - mean) <= 0.05 + 1e-9
    elif row["bound"] == "or lower":
        assert mean <= row["value"] + 1e-9
    else:
        assert mean >= row["value"] - 1e-9
    assert round(row["value"], 1) == row["value"]


def test_one_decimal_is_rounded_half_up() -> None:
    assert figure_of(ITEMS[0], 20, 65)["value"] == 3.3
    assert figure_of(ITEMS[2], 8, 1)["value"] == 12.5
    assert figure_of(ITEMS[1], 10, 100)["value"] == 3.3


def test_the_reasons_are_those_of_the_rest_of_the_product() -> None:
    assert WORKED_OUT_REASON == COMPLEMENT_REASON


def test_two_tenths_from_five_answers_say_all_there_is_to_know() -> None:
    lower, upper = sum_interval(ITEMS[0], np.array([50]), np.array([170]))
    assert lower[0] == upper[0] == 170


@pytest.mark.parametrize(("n", "needed"), [(1, 3), (2, 3), (3, 3), (4, 4), (9, 9)])
def test_a_group_stays_uncertain_by_more_than_two_and_by_a_point_of_its_mean(
    n: int, needed: int
) -> None:
    assert ITEMS[0].needed_range(np.array([n]))[0] == needed
    assert ITEMS[1].needed_range(np.array([n]))[0] == max(7, 3 * n)


def test_what_was_known_before_is_not_learned() -> None:
    assert ITEMS[2].needed_range(np.array([1]))[0] == 2  # one person: -1, 0 or 1
    assert ITEMS[3].needed_range(np.array([2]))[0] == 2


@pytest.mark.parametrize("given", [(5, 5), (5, 1)])
def test_a_scale_has_two_ends(given: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="two ends"):
        Item("i", *given)
    with pytest.raises(ValueError, match="inside the scale"):
        Item("i", 1, 5, favorable_from=1)


def joint(rows: list[tuple[str, list[int]]], item: Item) -> pd.DataFrame:
    start = item.favorable_from or item.high + 1
    return pd.DataFrame(
        [(d, "x", "2026Q1", item.id, len(a), sum(a), sum(x >= start for x in a)) for d, a in rows],
        columns=["department", "cohort", "quarter", "item", "n", "total", "favorable"],
    )


def test_a_mean_and_a_share_together_tell_more_than_each_alone() -> None:
    """Nobody favorable and a mean of 2.8 means nearly everybody answered 3, the group included."""
    rows = [("A", [3] * 18 + [1, 1]), ("B", [2, 3, 1, 3])]
    alone, both = Item("i", 1, 5), Item("i", 1, 5, favorable_from=4)
    found = {}
    for item in (alone, both):
        answers = joint(rows, both)
        lattice = build_lattice(Survey(answers, (item,)), Policy())
        bounds = Bounds(lattice, 0, lattice.group_atoms, minimum=5)
        bounds.show(0)  # the company
        found[item] = bounds.measure(0)
    assert found[both].width < found[alone].width


@settings(max_examples=25, deadline=None)
@given(st.tuples(*(st.lists(st.integers(1, 4), min_size=n, max_size=3) for n in (3, 2, 2))))
def test_joint_bounds_are_those_of_all_possible_answers(people: tuple[list[int], ...]) -> None:
    """Department A and the company are printed; what is known about B, by every answer table?"""
    item = Item("i", 1, 4, favorable_from=3)
    answers = joint([(d, a) for d, a in zip("ABC", people, strict=True)], item)
    truth = [(sum(a), sum(x >= 3 for x in a)) for a in people]
    tables = list(product(*(_possible(len(a)) for a in people)))
    for chosen in ([0, 1, 2], [0]):
        n = sum(len(people[i]) for i in chosen)
        seen = _sight(item, n, [truth[i] for i in chosen])
        tables = [t for t in tables if _sight(item, n, [t[i] for i in chosen]) == seen]
    lattice = build_lattice(Survey(answers, (item,)), Policy())
    assert lattice.figures["department"].tolist() == ["", "A", "B", "C", ""]
    group = sparse.csr_array(np.array([[0, 1, 0]]))
    bounds = Bounds(lattice, 0, group, minimum=4)
    bounds.show(0)
    bounds.show(1)
    known = {finding.group for finding in bounds.unprotected()}
    for measure, one in enumerate((item, item.share)):
        width = int(np.ptp([t[1][measure] for t in tables]))
        assert bounds.measure(measure).width >= width
        assert (measure in known) == is_learned(one, len(people[1]), width)


def _possible(n: int) -> set[tuple[int, int]]:
    found = {(0, 0)}
    for _ in range(n):
        found = {(s + a, f + (a >= 3)) for s, f in found for a in range(1, 5)}
    return found


def _sight(item: Item, n: int, parts: list[tuple[int, int]]) -> tuple[object, ...]:
    total, favorable = (sum(p[i] for p in parts) for i in (0, 1))
    return looks(item, n, total), looks(item.share, n, favorable)


def test_a_share_printed_beside_a_mean_is_published_and_attacked_with_it() -> None:
    rng = np.random.default_rng(3)
    item = Item("i", 1, 5, favorable_from=4)
    rows = [(d, rng.integers(1, 6, n).tolist()) for d, n in (("A", 40), ("B", 22), ("C", 3))]
    survey = Survey(joint(rows, item), (item,))
    printed = printed_figures(survey, suppress(survey, policy=Policy()), policy=Policy())
    assert set(printed["measure"]) == {"mean", "favorable"}
    shown = printed[printed["status"] == "shown"].assign(release=1, decimals=1)
    result = attack(shown, survey.answers, items=[item], minimum_group=5)
    assert result.targets == 2  # the sum and the favorable answers of C
    assert result.passed


def test_the_profiles_are_five_and_ten() -> None:
    assert Policy.of_profile("standard").minimum_group == 5
    council = Policy.of_profile("works_council")
    assert council.minimum_group == 10
    assert "fewer than 10 answers" in council.describe_survey_rules()
    with pytest.raises(ValueError, match="standard, works_council"):
        Policy.of_profile("lenient")


def test_the_minimum_group_is_fixed_at_installation() -> None:
    check_policy_unchanged(Policy(), earlier_minimum_group=None)
    check_policy_unchanged(Policy(), earlier_minimum_group=5)
    with pytest.raises(PolicyChanged, match="fixed at installation"):
        check_policy_unchanged(Policy(minimum_group=10), earlier_minimum_group=5)
