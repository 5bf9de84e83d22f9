"""What the attacker reads from printed numbers, and whom it is after, against plain definitions."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.disclosure.attacker.harvest import Harvest, read_harvest
from warehouse.disclosure.attacker.targets import targets_of
from warehouse.disclosure.item import Item

SIDE_OF = {"mentor": "participants", "mentee": "participants", "non_participant": ""}
KEYS = ["department", "cohort", "population", "quarter", "release"]


@st.composite
def read(draw: st.DrawFn) -> tuple[pd.DataFrame, Harvest]:
    place = st.tuples(
        st.sampled_from("AB"), st.sampled_from("xy"), st.sampled_from(list(SIDE_OF)),
        st.sampled_from(["2025Q4", "2026Q1", "2026Q2"]), st.integers(1, 2),
    )  # fmt: skip
    places = draw(st.lists(place, min_size=1, max_size=10, unique=True))
    answers = pd.DataFrame(places, columns=KEYS)
    n = [draw(st.integers(1, 4)) for _ in places]
    answers = answers.assign(
        side=answers["population"].map(SIDE_OF), item="i", n=n, total=[2 * size for size in n]
    )
    printed = {"release": 2, "item": "i", "department": "", "cohort": "", "period": "2026"}
    return answers, read_harvest(pd.DataFrame([printed]), answers)


def groups_by_definition(answers: pd.DataFrame, minimum: int) -> set[frozenset[tuple[Any, ...]]]:
    """Return every small group as the keys of its rows."""
    found = set()
    table = answers.assign(year=answers["quarter"].str[:4])
    whom = product(([], ["department"]), ([], ["cohort"]), ([], ["population"], ["side"]))
    for (who, cohort, role), when in product(whom, (["quarter"], ["year"], ["quarter", "release"])):
        for _, rows in table.groupby([*who, *cohort, *role, *when]):
            if rows["n"].sum() < minimum:
                found.add(frozenset(rows[KEYS].itertuples(index=False, name=None)))
    return found


@settings(max_examples=80, deadline=None)
@given(read(), st.integers(2, 9))
def test_targets_are_the_small_groups(given_: tuple[pd.DataFrame, Harvest], minimum: int) -> None:
    answers, harvest = given_
    atoms = list(harvest.atoms[KEYS].itertuples(index=False, name=None))
    targets = targets_of(harvest, Item("i", 1, 3), minimum)
    found = [frozenset(atoms[a] for a in target) for target in targets]
    assert len(found) == len(set(found))
    assert set(found) == groups_by_definition(answers, minimum)


@settings(max_examples=150, deadline=None)
@given(st.integers(2, 12), st.integers(0, 48), st.sampled_from([1, 3]), st.integers(0, 3))
def test_a_printed_mean_allows_the_sums_that_print_alike(
    size: int, above: int, units: int, decimals: int
) -> None:
    """A tenth is audited as if there were hundredths, whichever are printed."""
    item = Item("i", units, 5 * units, units_per_point=units)
    total = size * item.low + min(above, size * (item.high - item.low))
    mean = Fraction(total, size * units)
    value = float(Fraction(int(mean * 10**decimals + Fraction(1, 2)), 10**decimals))
    answers = pd.DataFrame(
        [("A", "x", "2026Q1", "i", size, total)],
        columns=["department", "cohort", "quarter", "item", "n", "total"],
    )
    row = {"release": 1, "item": "i", "department": "A", "cohort": "", "period": "2026Q1",
           "n": size, "value": value, "decimals": decimals}  # fmt: skip
    (printed,) = read_harvest(pd.DataFrame([row]), answers).of_item(item)
    fine = max(decimals, 2)
    known = Fraction(int(mean * 10**fine + Fraction(1, 2)), 10**fine)
    possible = [
        s for s in range(size * item.low, size * item.high + 1)
        if abs(Fraction(s, size * units) - Fraction(str(value))) <= Fraction(1, 2 * 10**decimals)
        and abs(Fraction(s, size * units) - known) <= Fraction(1, 2 * 10**fine)
    ]  # fmt: skip
    assert (printed.lower, printed.upper) == (possible[0], possible[-1])
    assert np.flatnonzero(printed.atoms).tolist() == [0]
