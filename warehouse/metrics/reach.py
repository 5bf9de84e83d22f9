"""Reach: whom the program gets to."""

from __future__ import annotations

import datetime as dt
from functools import partial

from warehouse.facts.reach import APPLICATION, ELIGIBLE, PARTICIPATION
from warehouse.metrics.metric import CONFIDENTIAL, Metric

_reach = partial(Metric, family="reach")
_person, _part, _wait = ELIGIBLE.table.c, PARTICIPATION.table.c, APPLICATION.table.c

_represented = partial(
    _reach,
    unit="ratio",
    kind="relative",
    grain=ELIGIBLE,
    computed_by="cells",
    sensitivity=CONFIDENTIAL,
    undefined_reason="Nobody was eligible or enrolled on the last day of this period",
)

_represented_groups = partial(_represented, additive=True, reviewed_on=dt.date(2026, 11, 30))

_GROUPS = (
    " By quarter and year for the whole company; people count in the group of the period's last "
    "day, which stands in the column population."
)
_ELIGIBLE = (
    "Eligible is every employee with six months of employment on the period's last day, while the "
    "program is open, and everyone who is enrolled."
)


def _represents(group: str) -> str:
    return (
        f"How strongly {group} is represented among participants, compared with its share of "
        f"eligible people: 1 is as expected, 2 twice as often. {_ELIGIBLE}"
    )


METRICS = (
    _reach(
        id="participants",
        label="Participants",
        definition="People enrolled on or before the period's last day and employed on it. People "
        "who withdrew stay counted (intention to treat).",
        formula="number of people enrolled and employed on the last day",
        unit="count",
        kind="people",
        grain=PARTICIPATION,
        numerator=_part.enrolled,
        higher_is_better=True,
    ),
    _reach(
        id="reach",
        label="Reach",
        definition="Share of eligible people who are participants on the period's last day. "
        + _ELIGIBLE
        + " Not cut by cohort, because people outside the program belong to none.",
        formula="participants / eligible people",
        unit="fraction",
        kind="share",
        grain=ELIGIBLE,
        numerator=_person.participant,
        denominator=_person.eligible,
        people=_person.eligible,
        higher_is_better=True,
        undefined_reason="Nobody was eligible on the last day of this period",
    ),
    _reach(
        id="seniors_reached",
        label="Executives reached",
        definition="Share of executives who are mentees of an active pair on the period's last "
        "day. Executives are employees in the two highest grades in use.",
        formula="executives who are mentees of an active pair / executives",
        unit="fraction",
        kind="share",
        grain=ELIGIBLE,
        numerator=_person.executive_mentee,
        denominator=_person.executive,
        people=_person.executive,
        higher_is_better=True,
        undefined_reason="No executives are recorded here",
    ),
    _reach(
        id="unmatched_applicants",
        label="Waiting for a match",
        definition="People who applied or enrolled on or before the period's last day and had no "
        "pair in the program by then; people who withdrew no longer wait.",
        formula="number of applicants without a pair on the last day",
        unit="count",
        kind="people",
        grain=PARTICIPATION,
        numerator=_part.unmatched,
        higher_is_better=False,
    ),
    _reach(
        id="days_to_match",
        label="Days to match",
        definition="Median days from the application to the first pair, over everyone who applied "
        "in the period. Whoever still waits counts as longer than all others, so there is no "
        "value until more than half are matched.",
        formula="median(day of first match - day of application)",
        unit="days",
        kind="median",
        grain=APPLICATION,
        numerator=_wait.days_to_match,
        higher_is_better=False,
        undefined_reason="Nobody applied in this period, or half still wait",
    ),
    _represented(
        id="representativeness",
        label="Representation of a department",
        definition=_represents("a department"),
        formula="reach of the department / reach of all",
    ),
    _represented_groups(
        id="representativeness_level",
        label="Representation of a grade",
        definition=_represents("a grade") + _GROUPS,
        formula="reach of the grade / reach of all",
    ),
    _represented_groups(
        id="representativeness_function",
        label="Representation of a job family",
        definition=_represents("a job family") + _GROUPS,
        formula="reach of the job family / reach of all",
    ),
    _represented_groups(
        id="representativeness_location",
        label="Representation of a site",
        definition=_represents("a site") + _GROUPS,
        formula="reach of the site / reach of all",
    ),
)
