"""Exact suppression on cases with a known right answer, the unusual ones included."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from tests.survey_cases import FIGURE, ITEM, attacked, decide, hidden, pattern, table
from warehouse.disclosure import COMPLEMENT_REASON
from warehouse.disclosure.exact import suppress
from warehouse.disclosure.item import Item
from warehouse.disclosure.lattice import AnswersBroken, Survey
from warehouse.disclosure.policy import Policy
from warehouse.disclosure.printed import printed_figures
from warehouse.disclosure.program import NotSettled, Program
from warehouse.disclosure.search import CannotProtect
from warehouse.disclosure.small_groups import find_small_groups


def test_nothing_sensitive_hides_nothing() -> None:
    found = decide(pattern({(d, c): 20 for d in "AB" for c in "xy"}))
    assert hidden(found) == {}
    assert found.report.shown == found.report.figures == 5
    assert found.report.tightest_range is None
    assert "No small group needed protection" in found.report.in_words()


def test_everything_is_hidden_where_hardly_anybody_answered() -> None:
    found = decide(pattern({("A", "x"): 2, ("B", "y"): 2}))
    assert set(hidden(found).values()) == {"few answers"}
    assert found.report.shown == 0
    assert (
        printed_figures(
            Survey(pattern({("A", "x"): 2, ("B", "y"): 2}), (ITEM,)), found, policy=Policy()
        )["value"]
        .isna()
        .all()
    )


def test_no_answers_at_all_give_an_empty_decision() -> None:
    nothing = table([("A", "x", "2026Q1", "i", 0, 0)])
    for answers in (nothing, nothing.iloc[:0]):
        found = decide(answers)
        assert found.figures.empty
        assert found.report.figures == 0
        assert printed_figures(Survey(answers, (ITEM,)), found, policy=Policy()).empty


def test_the_last_department_cannot_be_worked_out_from_the_company() -> None:
    found = decide(pattern({("A", "x"): 30, ("B", "x"): 20, ("C", "x"): 3}))
    assert hidden(found) == {
        ("B", "", "2026Q1"): "worked out",
        ("C", "", "2026Q1"): "few answers",
    }


def test_two_tiny_departments_together_are_protected_too() -> None:
    """Neither of the two could be narrowed down, but what the four said together is known."""
    found = decide(pattern({("A", "x"): 30, ("B", "x"): 20, ("C", "x"): 2, ("D", "x"): 2}))
    assert ("B", "", "2026Q1") in hidden(found)


def test_rounding_is_no_protection_from_a_difference_of_figures() -> None:
    """One decimal of thousands blurs the four, but they are a difference all the same."""
    found = decide(pattern({("A", "x"): 20_000, ("B", "x"): 5_000, ("C", "x"): 4}))
    assert hidden(found)["B", "", "2026Q1"] == "worked out"


def test_a_cohort_of_one_person_stays_unknown() -> None:
    answers = pattern({("A", "x"): 20, ("B", "x"): 20, ("A", "y"): 20, ("B", "z"): 1})
    found = decide(answers)
    assert hidden(found)["", "z", "2026Q1"] == "few answers"
    assert "worked out" in hidden(found).values()
    assert attacked(Survey(answers, (ITEM,)), found, Policy()).passed


def test_an_item_answered_by_four_hides_the_figure_of_all_items() -> None:
    full = {("A", "x"): 20, ("A", "y"): 20, ("B", "x"): 20, ("B", "y"): 20}
    rare = {**full, ("B", "x"): 3, ("B", "y"): 1}
    answers = pd.concat([pattern(full), pattern(rare, item="j")])
    found = decide(answers, ITEM, Item("j", 1, 3))
    assert hidden(found)["B", "", "2026Q1"] == "few answers"
    survey = Survey(answers, (ITEM, Item("j", 1, 3)))
    rows = printed_figures(survey, found, policy=Policy()).set_index([*FIGURE, "item"])
    assert rows.loc[("B", "", "2026Q1", "i"), "reason"] == "Fewer than 5 answers"
    assert rows.loc[("A", "", "2026Q1", "i"), "reason"] == COMPLEMENT_REASON
    assert attacked(survey, found, Policy()).passed


def test_answers_that_are_all_equal_never_print_as_a_plain_mean() -> None:
    answers = table([(d, "x", "2026Q1", "i", 20, 60) for d in "AB"])
    found = decide(answers)
    printed = printed_figures(Survey(answers, (ITEM,)), found, policy=Policy())
    assert set(printed["bound"]) == {"or higher"}
    assert printed.set_index("department").loc["A", "value"] == [2.9]
    assert attacked(Survey(answers, (ITEM,)), found, Policy()).passed


def test_a_small_group_in_a_unanimous_department_hides_the_department() -> None:
    answers = table(
        [("A", "x", "2026Q1", "i", 20, 60), ("A", "y", "2026Q1", "i", 3, 9),
         ("B", "x", "2026Q1", "i", 30, 60), ("B", "y", "2026Q1", "i", 30, 60)]
    )  # fmt: skip
    assert ("A", "", "2026Q1") in hidden(decide(answers))


def test_a_quarter_without_a_wave_is_no_obstacle_to_its_year() -> None:
    sizes = {("A", "x"): 20, ("B", "x"): 15, ("A", "y"): 9, ("B", "y"): 2}
    quarters = [pattern(sizes, q) for q in ("2026Q1", "2026Q2", "2026Q4")]
    answers = pd.concat(quarters, ignore_index=True)
    survey = Survey(answers, (ITEM,), closed_years=("2026",))
    found = suppress(survey, policy=Policy(), earlier=decide(answers).figures)
    assert "2026Q3" not in set(found.figures["period"])
    assert "2026" in set(found.figures.loc[found.figures["status"] == "shown", "period"])
    assert attacked(survey, found, Policy()).passed


def test_a_department_renamed_in_the_quarter_counts_as_two() -> None:
    sizes = {("Sales", "x"): 20, ("Sales", "y"): 9, ("Revenue", "x"): 3, ("IT", "x"): 12}
    answers = pattern(sizes)
    found = decide(answers)
    assert hidden(found)["Revenue", "", "2026Q1"] == "few answers"
    assert attacked(Survey(answers, (ITEM,)), found, Policy()).passed


def test_a_works_council_hides_groups_of_nine() -> None:
    answers = pattern({("A", "x"): 30, ("B", "x"): 20, ("C", "x"): 9})
    council = Policy.of_profile("works_council")
    found = suppress(Survey(answers, (ITEM,)), policy=council)
    assert hidden(found)["C", "", "2026Q1"] == "few answers"
    assert attacked(Survey(answers, (ITEM,)), found, council).passed


def test_what_was_shown_stays_shown_and_what_was_hidden_stays_hidden() -> None:
    answers = pattern({("A", "x"): 30, ("B", "x"): 20, ("C", "x"): 20})
    earlier = decide(answers).figures
    earlier.loc[earlier["department"] == "B", "status"] = "suppressed"
    later = pd.concat([answers, pattern({("A", "x"): 30, ("B", "x"): 20}, "2026Q2")])
    found = decide(later, earlier=earlier)
    assert list(hidden(found)) == [("B", "", "2026Q1")]
    assert found.report.earlier == 5


def test_a_release_is_refused_when_what_is_public_already_gives_a_group_away() -> None:
    answers = pattern({("A", "x"): 30, ("B", "x"): 20, ("C", "x"): 3})
    earlier = decide(answers).figures
    earlier = earlier[earlier["cohort"] == ""]  # the cohort is still to be decided
    earlier.loc[earlier["department"] == "B", "status"] = "shown"
    with pytest.raises(CannotProtect, match="already public"):
        decide(answers, earlier=earlier)
    earlier.loc[earlier["department"] == "C", "status"] = "shown"
    with pytest.raises(CannotProtect, match="fewer than 5"):
        decide(answers, earlier=earlier)


def test_a_narrow_group_behind_frozen_figures_is_refused_too() -> None:
    """No figure gives the three away exactly, but nearly everyone of A gave the same answer."""
    rows = [("A", "x", 20, 59), ("A", "y", 3, 9), ("B", "x", 30, 60), ("B", "y", 30, 60)]
    answers = table([(d, c, "2026Q1", "i", n, s) for d, c, n, s in rows])
    earlier = decide(answers).figures
    earlier = earlier[earlier["cohort"] == ""].assign(status="shown")
    with pytest.raises(CannotProtect, match="too far"):
        decide(answers, earlier=earlier)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("A", "x", "2026Q1", "i", 2, 7), "outside its scale"),
        (("A", "x", "2026Q1", "i", -1, 0), "outside its scale"),
        (("A", "x", "2026Q1", "i", 2, float("nan")), "outside its scale"),
        (("A", "x", "2026Q1", "j", 2, 4), "unknown"),
        (("A", "x", "2026-01", "i", 2, 4), "quarter"),
        (("", "x", "2026Q1", "i", 2, 4), "department"),
        (("B", "x", "2026Q1", "i", 2, 4), "twice"),
    ],
)
def test_sums_that_contradict_themselves_are_refused(row: tuple[Any, ...], problem: str) -> None:
    with pytest.raises(AnswersBroken, match=problem):
        decide(table([row, ("B", "x", "2026Q1", "i", 2, 4)]))


def test_a_search_for_small_groups_that_is_not_settled_is_no_proof_of_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The company and one of two departments give the other one away.
    shown = sparse.csr_array(np.array([[1, 1], [1, 0]]))
    n = np.array([9, 3])
    assert find_small_groups(shown, n, minimum=5, at_most=1) == [(1,)]

    def gives_up(*_: Any, **__: Any) -> Any:
        raise NotSettled("Solution limit reached")

    monkeypatch.setattr(Program, "optimum", gives_up)
    with pytest.raises(NotSettled):
        find_small_groups(shown, n, minimum=5, at_most=1)
