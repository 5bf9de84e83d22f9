from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rematch import MOST, Market, suggest_matches
from models.reporting_lines import ReportingLines
from tests.plain_rematch import plain_suggestions, random_market, stands_above

KEYS = ["program", "role", "person_id"]
PEOPLE = pd.DataFrame(
    {"department": ["Sales", "Design", "Legal"], "level": [2.0, 7.0, 6.0]},
    index=["junior", "boss", "other"],
)


def small(**changes: Any) -> Market:
    """A junior who offers AI, and two seniors who want it; the second wants more of the junior."""
    skills = [
        ("P", "junior", "offered", "ai"),
        ("P", "junior", "wanted", "career"),
        ("P", "boss", "wanted", "ai"),
        ("P", "other", "wanted", "ai"),
        ("P", "other", "offered", "career"),
    ]
    usual: dict[str, Any] = {
        "seekers": pd.DataFrame([("P", "mentor", "junior")], columns=KEYS),
        "free": pd.DataFrame([("P", "mentee", p) for p in ("boss", "other")], columns=KEYS),
        "people": PEOPLE,
        "skills": pd.DataFrame(skills, columns=["program", "person_id", "direction", "skill"]),
        "lines": ReportingLines({}),
        "paired": frozenset(),
    }
    return Market(**usual | changes)


def names(market: Market) -> list[str]:
    return suggest_matches(market)["candidate_id"].tolist()


def test_who_gives_and_gets_something_comes_first() -> None:
    found = suggest_matches(small())
    assert found["candidate_id"].tolist() == ["other", "boss"]
    assert found["gets"].tolist() == [("career",), ()]
    assert found["gives"].tolist() == [("ai",), ("ai",)]


def test_nobody_of_the_reporting_line_is_suggested_at_any_depth() -> None:
    for manager in ({"junior": "x", "x": "other"}, {"other": "junior"}):
        assert names(small(lines=ReportingLines(manager))) == ["boss"]


def test_nobody_is_suggested_to_a_former_partner() -> None:
    assert names(small(paired=frozenset({("junior", "other")}))) == ["boss"]


@pytest.mark.parametrize(
    ("column", "value"),
    [("department", "Sales"), ("department", None), ("level", 2.0), ("level", np.nan)],
)
def test_same_or_unknown_department_and_no_higher_level_are_no_suggestion(
    column: str, value: Any
) -> None:
    people = PEOPLE.copy()
    people.loc["other", column] = value
    assert names(small(people=people)) == ["boss"]


def test_the_senior_is_given_juniors_of_a_lower_level_only() -> None:
    seekers = pd.DataFrame([("P", "mentee", "other")], columns=KEYS)
    free = pd.DataFrame([("P", "mentor", p) for p in ("boss", "junior")], columns=KEYS)
    assert names(small(seekers=seekers, free=free)) == ["junior"]


def test_a_skill_said_for_another_program_does_not_count() -> None:
    market = small()
    assert names(replace(market, skills=market.skills.assign(program="Q"))) == []


@given(st.integers(0, 100_000))
@settings(max_examples=100, deadline=None)
def test_suggestions_are_those_of_the_plain_way(seed: int) -> None:
    market, manager = random_market(seed)
    found = suggest_matches(market)
    rows = sorted(tuple(row) for row in found.itertuples(index=False))
    assert rows == plain_suggestions(market, manager)


@given(st.integers(0, 100_000))
@settings(max_examples=60, deadline=None)
def test_no_suggestion_breaks_a_rule(seed: int) -> None:
    market, manager = random_market(seed, size=40)
    department, level = market.people["department"], market.people["level"]
    for row in suggest_matches(market).itertuples(index=False):
        one, other = row.person_id, row.candidate_id
        junior, senior = (one, other) if row.role == "mentor" else (other, one)
        assert one != other
        assert department[one] != department[other]
        assert level[junior] < level[senior]
        assert not stands_above(manager, one, other) and not stands_above(manager, other, one)
        assert not {(one, other), (other, one)} & market.paired
        assert row.gets or row.gives
        assert row.place <= MOST


def test_the_order_of_the_rows_given_does_not_matter_but_that_of_the_free() -> None:
    market, _ = random_market(5)
    mixed = replace(
        market,
        seekers=market.seekers.iloc[::-1],
        skills=market.skills.sample(frac=1, random_state=1),
        people=market.people.iloc[::-1],
    )
    pd.testing.assert_frame_equal(suggest_matches(mixed), suggest_matches(market))


def test_forty_thousand_people_take_seconds() -> None:
    rng = np.random.default_rng(3)
    size = 40_000
    people = np.array([f"p{i:05}" for i in range(size)])
    role = np.where(rng.random(size) < 0.5, "mentor", "mentee")
    everybody = pd.DataFrame({"program": "P", "role": role, "person_id": people})
    topics = np.array([f"skill {i}" for i in range(14)])
    skills = pd.DataFrame(
        {
            "program": "P",
            "person_id": np.tile(people, 4),
            "direction": np.repeat(["offered", "wanted"], 2 * size),
            "skill": topics[rng.integers(14, size=4 * size)],
        }
    ).drop_duplicates()
    level = np.where(role == "mentor", rng.integers(1, 4, size), rng.integers(5, 9, size))
    known = pd.DataFrame(
        {"department": rng.choice(list("abcdefghijkl"), size), "level": level.astype(float)},
        index=people,
    )
    is_seeking = rng.random(size) < 0.2
    market = Market(
        seekers=everybody[is_seeking],
        free=everybody[rng.random(size) < 0.25],
        people=known,
        skills=skills,
        lines=ReportingLines({p: people[i // 8] for i, p in enumerate(people) if i}),
        paired=frozenset(),
    )
    begun = time.process_time()
    found = suggest_matches(market)
    assert time.process_time() - begun < 30  # everybody against everybody takes hours
    assert found["person_id"].nunique() > 0.95 * is_seeking.sum()
