"""Practice, first part: who was matched with whom."""

from __future__ import annotations

import datetime as dt
from functools import partial

from warehouse.facts.matching import GENERATION_YEARS
from warehouse.facts.practice import PAIR_PRACTICE
from warehouse.metrics.metric import Metric
from warehouse.sql import flag

REVIEWED_ON = dt.date(2026, 11, 30)

_match = partial(
    Metric,
    family="practice",
    grain=PAIR_PRACTICE,
    source="Matching practice",
    reviewed_on=REVIEWED_ON,
)
_pair = PAIR_PRACTICE.table.c

_EVERY_PAIR = (
    "Every pair matched by the period's last day counts, also after it ended and one-off pairs too."
)

METRICS = (
    _match(
        id="role_direction_rate",
        label="Senior learns from junior",
        definition="Share of pairs in which the mentor's grade was below the mentee's on the day "
        "of the match: what makes the mentoring reverse. Pairs with equal grades count as not; "
        f"pairs of whom a grade is not recorded are left out. {_EVERY_PAIR}",
        formula="pairs with the mentor's grade below the mentee's / pairs with both grades known",
        unit="fraction",
        kind="share",
        numerator=_pair.reverse,
        denominator=_pair.graded,
        higher_is_better=True,
        undefined_reason="No pair with both grades recorded had been matched yet",
    ),
    _match(
        id="grade_gap",
        label="Grades between the two",
        definition="Median number of grades by which the mentee (the senior) was above the mentor "
        "on the day of the match; below 0 the mentor was the higher one. Pairs of whom a grade is "
        f"not recorded are left out. {_EVERY_PAIR}",
        formula="median(mentee's grade - mentor's grade)",
        unit="grades",
        kind="median",
        numerator=_pair.grade_gap,
        people=flag(_pair.grade_gap.is_not(None)),
        undefined_reason="No pair with both grades recorded had been matched yet",
    ),
    _match(
        id="cross_department_rate",
        label="Pairs across departments",
        definition="Share of pairs whose two members worked in different departments on the day of "
        f"the match. Pairs of whom a department is not recorded are left out. {_EVERY_PAIR}",
        formula="pairs from two departments / pairs with both departments known",
        unit="fraction",
        kind="share",
        numerator=_pair.crosses_department,
        denominator=_pair.placed,
        higher_is_better=True,
        undefined_reason="No pair with both departments recorded had been matched yet",
    ),
    _match(
        id="cross_generation_rate",
        label="Pairs across generations",
        definition=f"Share of pairs whose two members were born {GENERATION_YEARS} or more years "
        "apart, whoever is the older. A distance and no named generations, because at their limits "
        f"one year apart would count and {GENERATION_YEARS - 1} might not; {GENERATION_YEARS} "
        "years is about the length of one. Pairs of whom a birth year is not recorded are left "
        f"out. {_EVERY_PAIR}",
        formula=f"pairs born {GENERATION_YEARS} or more years apart / pairs with both birth years "
        "known",
        unit="fraction",
        kind="share",
        numerator=_pair.crosses_generation,
        denominator=_pair.aged,
        higher_is_better=True,
        source="Matching practice; length of named generations by Pew Research Center 2019",
        undefined_reason="No pair with both birth years recorded had been matched yet",
    ),
    _match(
        id="direct_report_conflicts",
        label="Pairs within a reporting line",
        definition="Pairs of whom one stood above the other, at any depth, on the day of the "
        "match, by the managers HR had recorded for that day. Nobody speaks freely to a boss. "
        f"{_EVERY_PAIR}",
        formula="number of pairs with one in the other's line of managers",
        unit="count",
        kind="count",
        numerator=_pair.in_line,
        higher_is_better=False,
    ),
    _match(
        id="skills_overlap",
        label="Wanted skills that the partner offers",
        definition="Of the skills the two of a pair want by their forms up to the day of the "
        "match, the share that the partner offers. Wishes count where the partner has said what "
        f"they offer; capital letters make no difference. {_EVERY_PAIR}",
        formula="wanted skills the partner offers / wanted skills",
        unit="fraction",
        kind="clustered_share",
        numerator=_pair.wanted_and_offered,
        denominator=_pair.wanted,
        higher_is_better=True,
        undefined_reason="No pair had been matched with forms that say what one wants and the "
        "other offers",
    ),
)
