"""The attacker finds what can be found: checked by brute force and on planted leaks."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.naive_releases import closed_lines, full_cube, next_smallest, threshold_only
from tests.plain_disclosure import agreeing_tables, cells, derivable
from tests.synthetic_answers import Company, answers_of, items_of
from warehouse.disclosure.attacker import AttackResult, HarvestDisagrees, attack
from warehouse.disclosure.exact import suppress
from warehouse.disclosure.item import Item
from warehouse.disclosure.lattice import Survey
from warehouse.disclosure.policy import Policy
from warehouse.disclosure.printed import printed_figures

ITEM = Item("i", 1, 3)
COLUMNS = ["department", "cohort", "quarter", "item", "n", "total"]
DESIGN = Company(items=2)  # 2,000 participants, 12 departments, 6 cohorts, 8 quarters


def figure(answers: pd.DataFrame, department: Any, cohort: Any, period: Any, **given: Any) -> Any:
    """Print one figure of an item as a release would."""

    def within(names: pd.Series, wanted: Any) -> pd.Series:
        if wanted == "":
            return names.notna()
        return names.isin([wanted] if isinstance(wanted, str) else wanted)

    rows = answers[within(answers["department"], department) & within(answers["cohort"], cohort)]
    rows = rows[within(rows["quarter"], period) | within(rows["quarter"].str[:4], period)]
    n, total = int(rows["n"].sum()), int(rows["total"].sum())
    bound = "or lower" if total - n < 2 else "or higher" if 3 * n - total < 2 else ""
    keys = {"department": department, "cohort": cohort, "period": period}
    value = np.floor(10 * total / max(n, 1) + 0.5) / 10
    row = {"release": 1, "item": "i", "n": n, "value": value, "decimals": 1, "bound": bound}
    return {**keys, **row, **given}


def attacked(harvest: list[Any], answers: pd.DataFrame, minimum: int = 5) -> AttackResult:
    return attack(pd.DataFrame(harvest), answers, items=[ITEM], minimum_group=minimum)


def atoms(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame([(*r[:2], "2026Q1", "i", *r[2:]) for r in rows], columns=COLUMNS)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_what_brute_force_learns_the_attacker_learns(data: st.DataObject) -> None:
    places = [*product("AB", "xy", ["2026Q1"]), ("A", "x", "2026Q2"), ("B", "y", "2026Q2")]
    sizes = [data.draw(st.integers(0, 2)) for _ in places]
    rows = [
        (*p, "i", n, data.draw(st.integers(n, 3 * n))) for p, n in zip(places, sizes, strict=True)
    ]
    answers = pd.DataFrame(rows, columns=COLUMNS)
    keys = list(product(("A", "B", ""), ("x", "y", ""), ("2026Q1", "2026Q2", "2026")))
    chosen = data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=8, unique=True))
    harvest = [f for f in (figure(answers, *key) for key in chosen) if f["n"] > 1]
    if not harvest:
        return
    found = attacked(harvest, answers, minimum=4)
    n = answers["n"].to_numpy()
    shown = np.array([_covered(answers, f) for f in harvest])
    tables = agreeing_tables(ITEM, n.tolist(), answers["total"].tolist(), shown)
    targets = _parts(shown, n, cells(answers, years=True), minimum=4)
    widths = [(int(n @ t), int(np.ptp(tables @ t))) for t in targets]
    learned = [(size, width) for size, width in widths if width < 2 * size]
    assert found.targets == len(targets)
    assert found.exact == sum(width == 0 for _, width in learned)
    assert found.within_one == sum(width <= 2 for _, width in learned)
    groups = [set(g) for g in derivable(shown, n.tolist(), 4)]
    smallest = [g for g in groups if not any(other < g for other in groups)]
    assert len(smallest) <= found.worked_out <= len(groups)
    assert found.too_few == sum(f["n"] < 4 for f in harvest)


def _covered(answers: pd.DataFrame, row: dict[str, Any]) -> np.ndarray:
    return np.array(
        [
            row["department"] in ("", a.department)
            and row["cohort"] in ("", a.cohort)
            and a.quarter.startswith(row["period"])
            for a in answers.itertuples()
        ],
        dtype=int,
    )


def _parts(shown: np.ndarray, n: np.ndarray, groups: np.ndarray, minimum: int) -> list[np.ndarray]:
    """Cut small groups along parts without a common figure, atoms without answers left out."""
    label = np.arange(len(n))
    for row in [*shown] * len(n):
        inside = (row > 0) & (n > 0)
        if inside.any():
            label[inside] = label[inside].min()
    found = {
        tuple(((label == part) & (g > 0) & (n > 0)).astype(int))
        for g in groups
        if n @ g < minimum
        for part in set(label)
    }
    return [np.array(g) for g in sorted(found) if any(g)]


@pytest.fixture(scope="module")
def design() -> tuple[pd.DataFrame, tuple[Item, ...]]:
    return answers_of(DESIGN), items_of(DESIGN)


def share(count: int, result: AttackResult) -> float:
    return count / result.targets


def test_a_threshold_alone_gives_most_small_groups_away(design: Any) -> None:
    answers, items = design
    found = attack(threshold_only(answers, items, 5), answers, items=items, minimum_group=5)
    assert not found.passed
    assert share(found.exact, found) > 0.5
    assert share(found.within_one, found) > 0.7


def test_hiding_the_next_smallest_still_gives_a_quarter_away(design: Any) -> None:
    answers, items = design
    found = attack(next_smallest(answers, items, 5), answers, items=items, minimum_group=5)
    assert not found.passed
    assert 0.1 < share(found.exact, found) < 0.6
    assert found.within_one > found.exact
    assert {w.kind for w in found.worst} <= {"exact", "within one", "narrow", "worked out"}


def test_closing_every_line_by_itself_is_not_enough(design: Any) -> None:
    answers, items = design
    found = attack(closed_lines(answers, items, 5), answers, items=items, minimum_group=5)
    assert not found.passed


@pytest.fixture(scope="module")
def published(design: Any) -> pd.DataFrame:
    """Eight quarters and two years as the product publishes them, release by release."""
    answers, items = design
    quarters = Survey(answers, items)
    first = suppress(quarters, policy=Policy())
    years = Survey(answers, items, closed_years=("2025", "2026"))
    second = suppress(years, policy=Policy(), earlier=first.figures)
    rows = printed_figures(years, second, policy=Policy())
    return rows[rows["status"] == "shown"].assign(release=1, decimals=1)


def test_exact_suppression_gives_nothing_away(design: Any, published: pd.DataFrame) -> None:
    answers, items = design
    found = attack(published, answers, items=items, minimum_group=5)
    assert (found.exact, found.within_one, found.worked_out) == (0, 0, 0)
    assert found.passed
    assert found.targets > 100
    assert found.tightest_range is not None
    assert found.tightest_range >= 1
    assert "Passed." in found.in_words()


def test_one_extra_filtered_figure_is_found(design: Any, published: pd.DataFrame) -> None:
    """A workbook that averaged over a free choice of departments instead of listing rows."""
    answers, items = design
    sums = answers[(answers["quarter"] == "2025Q1") & (answers["item"] == "item_0")]
    cell = sums[sums["n"] < 5].iloc[0]
    row = sums[(sums["cohort"] == cell["cohort"]) & (sums["department"] != cell["department"])]
    leak = {
        "department": tuple(row["department"]), "cohort": cell["cohort"], "period": "2025Q1",
        "item": "item_0", "measure": "mean", "release": 1, "decimals": 1, "bound": "",
        "n": row["n"].sum(), "value": round(row["total"].sum() / row["n"].sum(), 1),
    }  # fmt: skip
    with_leak = pd.concat([published, pd.DataFrame([leak])], ignore_index=True)
    found = attack(with_leak, answers, items=items, minimum_group=5)
    assert not found.passed
    assert f"{cell['department']}, {cell['cohort']}, 2025Q1" in {w.where for w in found.worst}


def test_a_number_that_differs_from_the_release_fails(design: Any, published: Any) -> None:
    answers, items = design
    few = published[published["period"] == "2025Q1"]
    found = attack(few, answers, items=items, minimum_group=5, not_in_release=1)
    assert not found.passed
    assert "1 numbers differ" in found.in_words()


def test_the_same_slice_printed_again_after_a_late_answer_gives_the_late_one_away() -> None:
    early = atoms(("A", "x", 20, 40)).assign(release=1)
    late = atoms(("A", "x", 1, 3)).assign(release=2)
    answers = pd.concat([early, late], ignore_index=True)
    harvest = [figure(early, "A", "", "2026Q1"), figure(answers, "A", "", "2026Q1", release=2)]
    found = attacked(harvest, answers)
    assert found.exact == 1
    assert found.worst[0].where == "A, x, 2026Q1, added by release 2"


def test_more_decimals_than_printed_are_held_against_the_release() -> None:
    """Twenty thousand answers hide four behind one decimal, not behind twelve."""
    answers = atoms(("A", "x", 20_000, 40_123), ("B", "x", 4, 7))

    def pair(**given: Any) -> list[Any]:
        both = [figure(answers, "", "", "2026Q1"), figure(answers, "A", "", "2026Q1")]
        return [{**row, **given} for row in both]

    exact = [40_130 / 20_004, 40_123 / 20_000]
    precise = [{**r, "value": v, "decimals": 12} for r, v in zip(pair(), exact, strict=True)]
    assert attacked(precise, answers).exact == 1
    found = attacked(pair(), answers)
    assert found.exact == 0
    assert found.worked_out == 1  # a difference of figures all the same
    assert not found.passed


def test_a_figure_about_four_answers_fails() -> None:
    answers = atoms(("A", "x", 20, 40), ("B", "x", 4, 8))
    assert attacked([figure(answers, "B", "", "2026Q1")], answers).too_few == 1


def test_a_plain_mean_of_equal_answers_fails() -> None:
    answers = atoms(("A", "x", 20, 60))
    plain = figure(answers, "A", "", "2026Q1", bound="", value=3.0)
    assert attacked([plain], answers).unanimous == 1
    assert attacked([figure(answers, "A", "", "2026Q1")], answers).passed


def test_a_number_the_answers_do_not_give_stops_the_attack() -> None:
    answers = atoms(("A", "x", 20, 40))
    with pytest.raises(HarvestDisagrees, match="not the true figure"):
        attacked([figure(answers, "A", "", "2026Q1", value=2.3)], answers)
    with pytest.raises(HarvestDisagrees, match="21 answers printed, 20 counted"):
        attacked([figure(answers, "A", "", "2026Q1", n=21)], answers)


def test_nothing_printed_gives_nothing_away() -> None:
    answers = atoms(("A", "x", 3, 6))
    empty = pd.DataFrame(columns=["department", "cohort", "period", "item", "value", "n"])
    harvest = empty.assign(release=pd.Series(dtype=int), decimals=1)
    found = attack(harvest, answers, items=[ITEM], minimum_group=5)
    assert found.passed
    assert found.targets == 1


def test_examples_never_tell_a_value(design: Any) -> None:
    answers, items = design
    leaky = full_cube(answers, items)
    leaky = leaky[leaky["period"] == "2025Q1"]
    for weakness in attack(leaky, answers, items=items, minimum_group=5).worst:
        assert set(vars(weakness)) == {"kind", "item", "where", "mean_range"}
