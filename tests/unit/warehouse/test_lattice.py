"""The layout of atoms, figures and groups, against sets of names put together one by one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.survey_cases import ITEM, table
from warehouse.disclosure.item import Item
from warehouse.disclosure.lattice import AnswersBroken, Lattice, Survey, build_lattice, lattices
from warehouse.disclosure.policy import CROSSED, EVERY_PERIOD, Policy

QUARTERS = ("2025Q3", "2025Q4", "2026Q1")
SETS = pd.DataFrame(
    [("all x", "x1", True), ("all x", "x2", True), ("odd", "x1", False), ("odd", "y", False)],
    columns=["set", "cohort", "is_figure"],
)
Cells = dict[tuple[str, str, str], frozenset[int]]


@st.composite
def surveys(draw: st.DrawFn) -> Survey:
    places = st.tuples(
        st.sampled_from("BAC"), st.sampled_from(["x1", "x2", "y"]), st.sampled_from(QUARTERS)
    )
    found = draw(st.lists(places, min_size=1, max_size=12, unique=True))
    rows = [(*place, "i", n := draw(st.integers(1, 9)), 2 * n) for place in found]
    sets = draw(st.sampled_from([None, SETS]))
    closed = draw(st.sampled_from([(), ("2025",), ("2025", "2026")]))
    withheld = pd.DataFrame([("A", "", "2025Q4"), ("", "", "2025")],
                            columns=["department", "cohort", "period"])  # fmt: skip
    return Survey(table(rows), (ITEM,), closed, sets=sets, withheld=withheld)


def atoms_of(answers: pd.DataFrame) -> list[tuple[str, ...]]:
    names = answers[["department", "cohort", "quarter"]]
    return sorted(names.drop_duplicates().itertuples(index=False, name=None))


def plain_cells(survey: Survey, *, figures: bool, policy: Policy) -> Cells:
    """Return every cell with the numbers of its atoms, by definition."""
    found: dict[tuple[str, str, str], set[int]] = {}
    cuts = policy.year_slices if figures else (*EVERY_PERIOD, CROSSED)
    for number, (department, cohort, quarter) in enumerate(atoms_of(survey.answers)):
        sets = {cohort} if survey.sets is None or not figures else set()
        for row in () if survey.sets is None else survey.sets.itertuples(index=False):
            if row.cohort == cohort and (row.is_figure or not figures):
                sets.add(str(row.set))
        periods = [quarter, quarter[:4]] if survey.closed_years else [quarter]
        for cut, period, name in product(cuts, periods, sets | {""}):
            if cut == CROSSED and figures and "Q" in period:
                continue
            if (name != "") == ("cohort" in cut):
                key = (department if "department" in cut else "", name, period)
                found.setdefault(key, set()).add(number)
    return {key: frozenset(atoms) for key, atoms in found.items()}


def rows_of(matrix: np.ndarray) -> list[frozenset[int]]:
    assert set(np.unique(matrix)) <= {0, 1}
    return [frozenset(int(a) for a in np.flatnonzero(row)) for row in matrix]


@settings(max_examples=60, deadline=None)
@given(surveys(), st.booleans())
def test_figures_and_groups_are_those_of_the_names(survey: Survey, crossed: bool) -> None:
    policy = Policy(crosses_at_year_end=crossed)
    lattice = build_lattice(survey, policy)
    figures = dict(zip(lattice.figure_keys(), rows_of(lattice.figure_atoms.toarray()), strict=True))
    assert figures == plain_cells(survey, figures=True, policy=policy)
    groups = rows_of(lattice.group_atoms.toarray())
    assert set(groups) == set(plain_cells(survey, figures=False, policy=policy).values())
    hidden = {("A", "", "2025Q4"), ("", "", "2025")}
    assert lattice.withheld.tolist() == [key in hidden for key in lattice.figure_keys()]
    assert list(lattice.figures.itertuples(index=False, name=None)) == lattice.figure_keys()


@settings(max_examples=60, deadline=None)
@given(surveys())
def test_blocks_are_the_closed_years_and_the_quarters_outside_them(survey: Survey) -> None:
    quarters = set(survey.answers["quarter"])
    names = {q[:4] if q[:4] in survey.closed_years else q for q in quarters}
    found = dict(lattices(survey, Policy()))
    assert list(found) == sorted(names)
    for name, lattice in found.items():
        own = survey.answers[survey.answers["quarter"].str.startswith(name)]
        closed = tuple(year for year in survey.closed_years if year == name)
        alone = Survey(own, survey.items, closed, sets=survey.sets, withheld=survey.withheld)
        assert_same(lattice, build_lattice(alone, Policy()))
        sums = own.set_index(["department", "cohort", "quarter"])[["n", "total"]]
        assert lattice.n[0].tolist() == [sums["n"][atom] for atom in atoms_of(own)]
        assert lattice.total[0].tolist() == [sums["total"][atom] for atom in atoms_of(own)]


def assert_same(one: Lattice, other: Lattice) -> None:
    assert one.figure_keys() == other.figure_keys()
    for name in ("n", "people", "total", "favorable", "withheld", "figure_n", "figure_people"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    for name in ("figure_atoms", "group_atoms"):
        assert np.array_equal(getattr(one, name).toarray(), getattr(other, name).toarray())


def test_atoms_without_answers_belong_to_no_block() -> None:
    answers = table([("A", "x", "2026Q1", "i", 6, 12), ("B", "x", "2026Q2", "i", 0, 0)])
    assert [name for name, _ in lattices(Survey(answers, (ITEM,)), Policy())] == ["2026Q1"]


def test_the_first_row_that_does_not_fit_its_scale_is_named() -> None:
    items = (ITEM, Item("j", 1, 5))
    answers = table([("A", "x", "2026Q1", "i", 2, 6), ("B", "y", "2026Q1", "j", 2, 11)])
    with pytest.raises(AnswersBroken, match="B, y, 2026Q1, j"):
        build_lattice(Survey(answers, items), Policy())
