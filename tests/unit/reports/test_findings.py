"""A finding is said with its doubt, and a change is called one only when it is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from reports.changes import Change, compare
from reports.effects import naive_sentence, share_sentence, share_title
from reports.findings import (
    change_badge,
    change_sentence,
    departments_title,
    figure_words,
    overview_title,
    pairs_title,
)


def effect(**given: Any) -> SimpleNamespace:
    row = {"analysis": "retention", "outcome": "voluntary_exit", "population": "all",
           "measure": "risk_difference", "horizon_months": 12, "point": 0.041,
           "lower": 0.012, "upper": 0.07, "minimum_detectable_effect": 0.06, "status": "shown",
           "reason": None}  # fmt: skip
    return SimpleNamespace(**(row | given))


def cell(value: float | None, lower: float | None = None, upper: float | None = None,
         status: str = "shown", version: int = 1) -> SimpleNamespace:  # fmt: skip
    return SimpleNamespace(
        value=value, lower=lower, upper=upper, status=status, metric_version=version, bound=None
    )


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (effect(),
         "Of 100 people who joined, about 4 more were still here after a year than if they had "
         "not; between 1 and 7."),
        (effect(population="mentor", point=-0.03, lower=-0.05, upper=-0.012),
         "Of 100 mentors, about 3 fewer were still here after a year than if they had not; between "
         "1 and 5."),
        (effect(population="mentee", horizon_months=24, point=0.004, lower=0.0004, upper=0.008),
         "Of 100 mentees, about 0.4 more were still here after two years than if they had not; "
         "between 0.04 and 0.80."),
        (effect(horizon_months=6, point=0.02, lower=-0.02, upper=0.05),
         "Whether joining keeps people cannot be told yet: of 100 people who joined, between 2 "
         "fewer and 5 more were still here after half a year than if they had not. An effect under "
         "6 of 100 could not have been seen."),
        (effect(point=0.02, lower=-0.002, upper=0.05, minimum_detectable_effect=None),
         "Whether joining keeps people cannot be told yet: of 100 people who joined, between 0.2 "
         "fewer and 5 more were still here after a year than if they had not."),
        (effect(status="not_estimable", point=None, lower=None, upper=None,
                reason="fewer than 20 people were followed"),
         "Staying a year after joining: no answer yet. Fewer than 20 people were followed."),
        (effect(measure="months_employed", horizon_months=24, point=1.1, lower=0.4, upper=1.8),
         "Those who joined worked here 1.1 months more within two years than if they had not; "
         "between 0.4 and 1.8."),
        (effect(measure="months_employed", point=0.3, lower=-0.4, upper=1.0),
         "Months worked within a year: cannot be told yet; between 0.4 months fewer and 1.0 month "
         "more."),
    ],
)  # fmt: skip
def test_an_effect_is_told_in_one_of_three_honest_ways(row: Any, sentence: str) -> None:
    assert str(share_sentence(row)) == sentence


def test_the_words_that_carry_the_finding_stand_apart() -> None:
    said = share_sentence(effect())
    assert said.strong == "4 more were still here after a year"
    assert share_sentence(effect(lower=-0.01)).strong == "cannot be told yet"


def test_titles_say_the_effect_or_that_it_cannot_be_told() -> None:
    assert share_title(effect()) == ("Joining keeps about 4 more of every 100 people a year later")
    assert share_title(effect(point=-0.03, lower=-0.05, upper=-0.01)) == (
        "About 3 fewer of every 100 who joined are still here a year later"
    )
    assert share_title(effect(lower=-0.01)) == "Whether joining keeps people cannot be told yet"
    assert share_title(effect(status="not_estimable")) == (
        "What joining does to staying cannot be estimated yet"
    )


def test_the_naive_figure_is_shown_with_why_it_misleads() -> None:
    assert str(naive_sentence(effect(point=0.252), effect())) == (
        "Participants against everyone else would say +25 points. Most of that is not the program: "
        "one has to stay to be able to join, and engaged people join."
    )
    assert str(naive_sentence(effect(point=0.05), effect())) == (
        "Participants against everyone else would say +5 points. One has to stay to be able to "
        "join, and engaged people join: it mixes that with the program."
    )
    assert naive_sentence(effect(status="not_estimable"), effect()) is None


def test_a_change_needs_an_interval_that_excludes_zero() -> None:
    rose = compare(cell(0.17, 0.15, 0.19), cell(0.13, 0.12, 0.14))
    assert rose is not None and rose.is_real
    assert change_sentence("Cancelled by seniors", rose, "fraction", "2026 Q2") == (
        "Cancelled by seniors rose by 4 points against 2026 Q2 (+1.8 to +6.2)."
    )
    same = compare(cell(0.71, 0.69, 0.73), cell(0.70, 0.68, 0.72))
    assert same is not None and not same.is_real
    assert change_sentence("Pairs on track", same, "fraction", "2026 Q2") == (
        "Pairs on track: no change against 2026 Q2 that chance would not explain (−1.8 to +3.8)."
    )
    assert change_badge(same, "fraction", "Q2") == "same as Q2"
    assert change_badge(rose, "fraction", "Q2") == "+4\u202fpts on Q2"


def test_counted_figures_are_compared_without_being_called_a_change() -> None:
    more = compare(cell(512), cell(474))
    assert more == Change(38)
    assert not more.is_real
    assert change_sentence("Active pairs", more, "count", "2026 Q2") == (
        "Active pairs: 38 more than in 2026 Q2."
    )
    assert change_sentence("Active pairs", Change(0), "count", "2026 Q2") == (
        "Active pairs: the same as in 2026 Q2."
    )
    assert change_badge(more, "count", "Q2") == "+38 on Q2"


def test_nothing_is_compared_with_a_withheld_figure() -> None:
    assert compare(cell(0.5, 0.4, 0.6), cell(None, status="suppressed")) is None
    assert compare(cell(0.5, version=2), cell(0.4, version=1)) is None, "nor across definitions"
    assert "withheld or missing" in change_sentence("Reach", None, "fraction", "2026 Q2")


def test_the_interval_of_a_difference_is_newcombes() -> None:
    """Newcombe 1998, Statistics in Medicine 17:873, table II (a): 56/70 and 48/80, method 10."""
    change = compare(cell(0.8, 0.691800, 0.876922), cell(0.6, 0.490476, 0.700364))
    assert change is not None
    assert change.difference == pytest.approx(0.2)
    assert change.lower == pytest.approx(0.0524, abs=1e-4)
    assert change.upper == pytest.approx(0.3339, abs=1e-4)


def test_headlines_say_health_effect_and_what_got_worse() -> None:
    assert overview_title(effect(), 0.71, ["Cancelled by seniors"]) == (
        "71\u202f% of pairs are on track, and about 4 more of every 100 who join stay a year. "
        "Worse than before: cancelled by seniors."
    )
    assert overview_title(effect(lower=-0.01), 0.71, []) == (
        "71\u202f% of pairs are on track; whether it keeps people cannot be told yet."
    )
    assert overview_title(None, None, []) == (
        "Too few pairs to judge the program's health; its effect on staying cannot be estimated "
        "yet."
    )
    assert pairs_title(37, 14) == "37 pairs need you; 14 lost momentum after the senior cancelled"
    assert pairs_title(1, 0) == "1 pair needs you"
    assert pairs_title(0, 0) == "No pair needs you now"
    assert departments_title("Pairs on track", low=["Legal", "Finance"], high=["Sales"]) == (
        "Pairs on track: Legal and Finance lie below, Sales lies above the company"
    )
    assert departments_title("Reach", low=[], high=[]) == (
        "Reach: no department stands out once chance is accounted for"
    )


def test_a_figure_reads_with_its_interval() -> None:
    assert figure_words(0.71, 0.69, 0.73, "fraction") == "71\u202f% (69–73\u202f%)"
    assert figure_words(512, None, None, "count") == "512"
