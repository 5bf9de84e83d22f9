"""What exact suppression shows keeps every small group uncertain, checked by brute force."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.plain_disclosure import agreeing_tables, cells, derivable, is_learned
from tests.survey_cases import FIGURE, ITEM, attacked, decide, hidden, pattern, table
from tests.synthetic_answers import Company, answers_of, items_of
from warehouse.disclosure.checkpoint import Checkpoint
from warehouse.disclosure.exact import Suppression, suppress
from warehouse.disclosure.lattice import Survey
from warehouse.disclosure.policy import Policy
from warehouse.disclosure.search import CannotProtect

SHAPES = (
    [(d, c, "2026Q1", 3) for d, c in ("Ax", "Ay", "Bx", "By", "Cx")],
    [(d, c, "2026Q1", 2) for d, c in product("ABC", "xy")],
    [(d, c, q, 2) for q in ("2026Q1", "2026Q2") for d, c in ("Ax", "Bx", "By")],
)


@st.composite
def small_surveys(draw: st.DrawFn) -> pd.DataFrame:
    """Five or six atoms of at most three answers, over one or two quarters."""
    rows = []
    for department, cohort, quarter, most in draw(st.sampled_from(SHAPES)):
        n = draw(st.integers(0, most))
        rows.append((department, cohort, quarter, "i", n, draw(st.integers(n, 3 * n))))
    return table(rows)


def check_by_brute_force(survey: Survey, decision: Suppression, minimum: int) -> None:
    answers = survey.answers.reset_index(drop=True)
    n, total = answers["n"].tolist(), answers["total"].tolist()
    rows = decision.figures[decision.figures["status"] == "shown"]
    shown = np.array(
        [
            [
                row.department in ("", a.department)
                and row.cohort in ("", a.cohort)
                and a.quarter.startswith(row.period)
                for a in answers.itertuples()
            ]
            for row in rows.itertuples()
        ],
        dtype=int,
    ).reshape(-1, len(answers))
    assert all(figure @ np.array(n) >= minimum for figure in shown)
    assert derivable(shown, n, minimum) == []
    possible = agreeing_tables(survey.items[0], n, total, shown)
    for group in cells(answers, years=bool(survey.closed_years)):
        size = int(group @ np.array(n))
        if 0 < size < minimum:
            assert not is_learned(survey.items[0], size, int(np.ptp(possible @ group)))


@settings(max_examples=40, deadline=None)
@given(small_surveys())
def test_no_small_group_can_be_learned_from_what_is_shown(answers: pd.DataFrame) -> None:
    survey = Survey(answers, (ITEM,))
    check_by_brute_force(survey, suppress(survey, policy=Policy()), 5)


# The solver, going on from its last vertex, ended here without a status.
SOLVER_LOST_ITS_WAY = pd.DataFrame(
    [
        (department, cohort, quarter, "i", n, total)
        for quarter in ("2026Q1", "2026Q2")
        for department, cohort, n, total in (("A", "x", 2, 2), ("B", "x", 1, 1), ("B", "y", 2, 6))
    ],
    columns=["department", "cohort", "quarter", "item", "n", "total"],
)


@settings(max_examples=25, deadline=None)
@given(small_surveys())
@example(SOLVER_LOST_ITS_WAY)
def test_a_year_that_closes_gives_no_small_group_of_its_quarters_away(
    answers: pd.DataFrame,
) -> None:
    quarters = suppress(Survey(answers, (ITEM,)), policy=Policy())
    year = Survey(answers, (ITEM,), closed_years=("2026",))
    decision = suppress(year, policy=Policy(), earlier=quarters.figures)
    check_by_brute_force(year, decision, 5)
    both = decision.figures.merge(quarters.figures, on=FIGURE, suffixes=("", "_before"))
    assert (both["status"] == both["status_before"]).all()
    assert len(both) == len(quarters.figures)


@settings(max_examples=20, deadline=None)
@given(small_surveys())
def test_a_hidden_figure_would_give_something_away(answers: pd.DataFrame) -> None:
    """Nothing is hidden without need: showing any hidden figure again must break a rule."""
    survey = Survey(answers, (ITEM,))
    decision = suppress(survey, policy=Policy())
    for key, why in hidden(decision).items():
        if why == "few answers":
            continue
        more = decision.figures.copy()
        more.loc[(more[FIGURE] == list(key)).all(axis=1), "status"] = "shown"
        with pytest.raises(AssertionError):
            check_by_brute_force(survey, Suppression(more, decision.report), 5)


def test_an_interrupted_search_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = Company(participants=400, departments=6, cohorts=4, quarters=("2026Q1",), items=3)
    survey = Survey(answers_of(company), items_of(company), closed_years=("2026",))
    whole = suppress(survey, policy=Policy())
    keep, stored = Checkpoint.keep, []

    def interrupted(self: Checkpoint, mark: str, state: Any) -> None:
        keep(self, mark, state)
        stored.append(state)
        if len(stored) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(Checkpoint, "keep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        suppress(survey, policy=Policy(), checkpoint=tmp_path / "search.json")
    found = suppress(survey, policy=Policy(), checkpoint=tmp_path / "search.json")
    pd.testing.assert_frame_equal(found.figures, whole.figures)
    assert [s.stage for s in stored].count("linear") == 0  # the first loop was not run again
    assert stored[3].next == stored[2].next + 1


def test_a_checkpoint_of_other_answers_is_not_used(tmp_path: Path) -> None:
    sizes = {("A", "x"): 30, ("B", "x"): 20, ("C", "x"): 20}
    decide(pattern(sizes), checkpoint=tmp_path / "search.json")
    found = decide(pattern({**sizes, ("C", "x"): 3}), checkpoint=tmp_path / "search.json")
    assert ("C", "", "2026Q1") in hidden(found)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_the_attacker_learns_nothing_from_what_is_published(seed: int, crossed: bool) -> None:
    company = Company(
        participants=150, departments=5, cohorts=3, quarters=("2026Q1", "2026Q2"), items=2,
        seed=seed,
    )  # fmt: skip
    policy = Policy(crosses_at_year_end=crossed)
    survey = Survey(answers_of(company), items_of(company))
    quarters = suppress(survey, policy=policy)
    year = Survey(survey.answers, survey.items, closed_years=("2026",))
    try:
        decision = suppress(year, policy=policy, earlier=quarters.figures)
    except CannotProtect:
        assume(False)  # possible in principle; it has not been seen
    result = attacked(year, decision, policy)
    assert result.passed, result.in_words()
    if result.tightest_range is not None:
        # suppression also counts groups it found on its way, which are no target any more
        assert decision.report.tightest_range is not None
        assert decision.report.tightest_range <= result.tightest_range + 1e-9
