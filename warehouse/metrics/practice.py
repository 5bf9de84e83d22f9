"""Practice: what the field says makes reverse mentoring work."""

from __future__ import annotations

import datetime as dt
from functools import partial

from warehouse.facts.participants import PARTICIPANT_PERIOD
from warehouse.facts.practice import PAIR_PRACTICE
from warehouse.metrics import conversations, matching
from warehouse.metrics.metric import Metric

_practice = partial(Metric, family="practice", reviewed_on=dt.date(2026, 11, 30))
_pairs = partial(_practice, grain=PAIR_PRACTICE)
_people = partial(_practice, grain=PARTICIPANT_PERIOD, source="Program office")
_pair, _person = PAIR_PRACTICE.table.c, PARTICIPANT_PERIOD.table.c

_LASTING = (
    "Every pair matched by the period's last day counts, also after it ended (intention to treat). "
    "One-off pairs are left out."
)
_DUE = (
    "Actions due in the period count, by the day they were noted where no due day is recorded; "
    "dropped ones count as not done. Exports do not date when an action was done: what is known on "
    "the data's last day holds for every period."
)
_AT_ENROLLMENT = "By department, people count in that of the day of enrollment."

AGREEMENTS = (
    _pairs(
        id="ground_rules_rate",
        label="Pairs with ground rules",
        definition="Share of pairs in which both had agreed, by the period's last day, on all five "
        f"rules: topics, what is off limits, place, frequency and confidentiality. {_LASTING}",
        formula="pairs with five rules agreed by both / pairs matched",
        unit="fraction",
        kind="share",
        numerator=_pair.ruled,
        denominator=_pair.lasting,
        higher_is_better=True,
        undefined_reason="No pair had been matched yet",
    ),
    _pairs(
        id="ground_rules_points",
        label="Ground rules agreed",
        definition="Average number of the five ground rules (topics, off limits, place, frequency, "
        "confidentiality) that both had agreed on by the period's last day; 0 where one of them "
        f"has not agreed. {_LASTING}",
        formula="sum of rules agreed by both / pairs matched",
        unit="points",
        kind="ratio",
        numerator=_pair.rule_points,
        denominator=_pair.lasting,
        higher_is_better=True,
        undefined_reason="No pair had been matched yet",
    ),
    _pairs(
        id="goal_set_rate",
        label="Goal set by the second session",
        definition="Share of pairs that had set a goal by the period's last day, and no later than "
        "the day of their second held session. A goal set that day is in time; so is one of a pair "
        f"that has not met twice. {_LASTING}",
        formula="pairs with a goal set by session 2 / pairs matched",
        unit="fraction",
        kind="share",
        numerator=_pair.goal_set,
        denominator=_pair.lasting,
        higher_is_better=True,
        undefined_reason="No pair had been matched yet",
    ),
    _pairs(
        id="goal_attainment",
        label="Goals attained",
        definition="Of all goals due by the period's last day, the share attained by then. Dropped "
        "goals count as not attained, and those of pairs that ended stay in; a goal without a due "
        "day counts from the day it was closed.",
        formula="goals attained / goals due",
        unit="fraction",
        kind="clustered_share",
        numerator=_pair.goals_attained,
        denominator=_pair.goals_due,
        higher_is_better=True,
        undefined_reason="No goal was due yet",
    ),
)
ACTIONS = (
    _pairs(
        id="actions_per_pair",
        label="Actions per pair",
        definition="Average number of actions a pair had noted by the period's last day. "
        f"{_LASTING}",
        formula="actions noted / pairs matched",
        unit="ratio",
        kind="ratio",
        numerator=_pair.actions,
        denominator=_pair.lasting,
        higher_is_better=True,
        undefined_reason="No pair had been matched yet",
    ),
    _pairs(
        id="actions_closed_rate",
        label="Actions done",
        definition=f"Share of due actions that were done. {_DUE}",
        formula="actions done / actions due",
        unit="fraction",
        kind="clustered_share",
        numerator=_pair.actions_done,
        denominator=_pair.actions_due,
        higher_is_better=True,
        undefined_reason="No action was due in this period",
    ),
    _pairs(
        id="actions_shared_rate",
        label="Actions shared beyond the pair",
        definition="Share of due actions whose result was shared beyond the pair, among those for "
        f"which that is recorded. {_DUE}",
        formula="actions shared / actions due and known to be shared or not",
        unit="fraction",
        kind="clustered_share",
        numerator=_pair.actions_shared,
        denominator=_pair.actions_told,
        higher_is_better=True,
        undefined_reason="Of no action due in this period is it known whether it was shared",
    ),
    _pairs(
        id="ideas_adopted",
        label="Ideas adopted",
        definition="Actions the mentee (the senior) took on, has done, and whose result was shared "
        "beyond the pair: ideas of the junior that went further. There is no other record of "
        f"ideas. {_DUE}",
        formula="number of due actions of the mentee that were done and shared",
        unit="count",
        kind="count",
        numerator=_pair.ideas,
        higher_is_better=True,
    ),
    _pairs(
        id="success_stories_consented",
        label="Success stories with consent",
        definition="Stories of pairs told in the period that both agreed to have published. "
        "Stories that name no pair are left out.",
        formula="number of stories told with consent",
        unit="count",
        kind="count",
        numerator=_pair.stories,
        higher_is_better=True,
        source="Program office",
    ),
)
OFFICE = (
    _people(
        id="trained_before_first_session_rate",
        label="Trained before the first session",
        definition="Share of participants with a pair by the period's last day who had completed a "
        "course of the program by then, and no later than the day of their first held session. "
        "Who has a pair and has not met yet counts, also after withdrawing (intention to treat). "
        + _AT_ENROLLMENT,
        formula="participants trained in time / participants with a pair",
        unit="fraction",
        kind="share",
        numerator=_person.trained,
        denominator=_person.matched,
        higher_is_better=True,
        undefined_reason="No participant had a pair yet",
    ),
    _people(
        id="event_attendance_rate",
        label="Attendance at events",
        definition="Of the places participants had on the lists of the period's program events, "
        f"the share taken. {_AT_ENROLLMENT}",
        formula="times a participant attended / times one was listed",
        unit="fraction",
        kind="clustered_share",
        numerator=_person.attended,
        denominator=_person.listed,
        higher_is_better=True,
        undefined_reason="No participant was on the list of an event in this period",
    ),
    _people(
        id="recognition_per_100",
        label="Recognition per 100 participants",
        definition="Awards, mentions and certificates given to participants in the period, for "
        "every 100 participants employed on its last day while the program is open; not "
        f"annualized. {_AT_ENROLLMENT}",
        formula="100 x recognitions / participants",
        unit="ratio",
        kind="rate",
        numerator=_person.recognized,
        denominator=_person.present,
        per=100,
        higher_is_better=True,
        undefined_reason="No participant was employed on the last day of this period",
    ),
)

METRICS = (*matching.METRICS, *AGREEMENTS, *conversations.METRICS, *ACTIONS, *OFFICE)
