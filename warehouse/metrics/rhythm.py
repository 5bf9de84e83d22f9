"""Rhythm: whether pairs meet as they agreed to."""

from __future__ import annotations

from functools import partial

from warehouse.facts.rhythm import PAIR_PERIOD, PAIR_START, SESSION_GAP
from warehouse.metrics.metric import Metric
from warehouse.sql import flag

_rhythm = partial(Metric, family="rhythm")
_pair, _gap, _start = PAIR_PERIOD.table.c, SESSION_GAP.table.c, PAIR_START.table.c

_SESSIONS = (
    "Sessions planned to start in the period and not after the data's last day; one-off pairs "
    "included."
)
_LASTING = "One-off pairs are left out."

_STATES = {
    "on_track": ("On track", "met, or will meet, within one and a half times their cadence", True),
    "drifting": ("Drifting", "are late by more than half a cadence", False),
    "stalled": ("Stalled", "missed two cadences and have nothing booked", False),
    "dormant": ("Dormant", "have not met for 90 days or more", False),
    "never_started": (
        "Never started",
        "have neither met nor booked 21 days after the match",
        False,
    ),
    "paused": ("Paused", "are paused", None),
    "too_early": ("Too early to say", "were matched too recently to be late", None),
    "unlogged": ("Unlogged", "say in a survey that they meet but log no session", False),
}


def _state(code: str) -> Metric:
    label, words, higher_is_better = _STATES[code]
    return _rhythm(
        id=f"pair_state_{code}",
        label=f"Pairs: {label.lower()}",
        definition=f"Share of pairs on the board that {words}, on the period's last day. {_LASTING}"
        " Days before the data's last one know no bookings, as those were not recorded then.",
        formula=f"pairs in state '{label.lower()}' / pairs on the board",
        unit="fraction",
        kind="share",
        grain=PAIR_PERIOD,
        higher_is_better=higher_is_better,
        computed_by="models",
        source="Momentum rules, relative to the pair's own agreed cadence",
        undefined_reason="No pair is on the board",
    )


STATE_METRICS = tuple(_state(code) for code in _STATES)

METRICS = (
    _rhythm(
        id="active_pairs",
        label="Active pairs",
        definition=f"Pairs matched and not ended on the period's last day, paused ones included. "
        f"{_LASTING}",
        formula="number of pairs on the last day",
        unit="count",
        kind="count",
        grain=PAIR_PERIOD,
        numerator=_pair.active,
        higher_is_better=True,
    ),
    _rhythm(
        id="sessions_held",
        label="Sessions held",
        definition=f"Sessions that took place. {_SESSIONS}",
        formula="number of sessions with status held",
        unit="count",
        kind="count",
        grain=PAIR_PERIOD,
        numerator=_pair.held,
        higher_is_better=True,
    ),
    _rhythm(
        id="hours",
        label="Hours together",
        definition=f"Time both were present, the planned length where it was not recorded. "
        f"{_SESSIONS}",
        formula="sum of minutes of held sessions / 60",
        unit="hours",
        kind="count",
        grain=PAIR_PERIOD,
        numerator=_pair.hours,
        people=flag(_pair.held > 0),
        higher_is_better=True,
    ),
    _rhythm(
        id="adherence",
        label="Adherence to the agreed rhythm",
        definition="Sessions held against sessions that fell due: a pair owes one at the end of "
        "every full agreed cadence of active, unpaused days since its match. Above 100 % pairs "
        f"meet more often than agreed. {_LASTING}",
        formula="sessions held / sum over pairs of (floor(days at the end / cadence) - floor(days "
        "before the period / cadence))",
        unit="fraction",
        kind="ratio",
        grain=PAIR_PERIOD,
        numerator=_pair.held_with_cadence,
        denominator=_pair.due,
        people=flag(_pair.due > 0),
        higher_is_better=True,
        undefined_reason="No session fell due in this period",
    ),
    _rhythm(
        id="senior_cancellation_rate",
        label="Cancelled by the senior",
        definition=f"Share of planned sessions that the mentee (the senior) cancelled. {_SESSIONS}",
        formula="sessions cancelled by the mentee / planned sessions",
        unit="fraction",
        kind="clustered_share",
        grain=PAIR_PERIOD,
        numerator=_pair.cancelled_by_mentee,
        denominator=_pair.planned,
        higher_is_better=False,
        undefined_reason="No session was planned in this period",
    ),
    _rhythm(
        id="no_show_rate",
        label="No-shows",
        definition=f"Share of planned sessions to which someone did not come. {_SESSIONS}",
        formula="sessions with status no_show / planned sessions",
        unit="fraction",
        kind="clustered_share",
        grain=PAIR_PERIOD,
        numerator=_pair.no_show,
        denominator=_pair.planned,
        higher_is_better=False,
        undefined_reason="No session was planned in this period",
    ),
    _rhythm(
        id="gap_ratio",
        label="Gap against the agreed cadence",
        definition="Median gap between two consecutive held sessions of a pair, in its own agreed "
        f"cadences: 1 is as agreed, 2 twice as long. Counted when the gap ends. {_LASTING}",
        formula="median(days between held sessions / agreed cadence in days)",
        unit="ratio",
        kind="median",
        grain=SESSION_GAP,
        numerator=_gap.gap_in_cadences,
        higher_is_better=False,
        undefined_reason="No gap between sessions ended in this period",
    ),
    _rhythm(
        id="days_to_first_session",
        label="Days to the first session",
        definition="Median days from the match to the first held session, over pairs matched in "
        "the period. Whoever has not met counts as longer than all others, so there is no value "
        f"until more than half have met. {_LASTING}",
        formula="median(day of first held session - day of match)",
        unit="days",
        kind="median",
        grain=PAIR_START,
        numerator=_start.days_to_first_session,
        higher_is_better=False,
        undefined_reason="No pair was matched in this period, or half have not met yet",
    ),
    _rhythm(
        id="milestone_days",
        label="Days to the midpoint",
        definition="Median days from the match to the midpoint milestone, over pairs matched in "
        "the period; pairs that have not reached it count as longer than all others. "
        f"{_LASTING}",
        formula="median(day of the midpoint - day of match)",
        unit="days",
        kind="median",
        grain=PAIR_START,
        numerator=_start.days_to_midpoint,
        higher_is_better=None,
        undefined_reason="No pair was matched in this period, or half have not reached midpoint",
    ),
    _rhythm(
        id="completion_rate",
        label="Completed",
        definition="Of all pairs whose cohort (else program) had reached its planned end by the "
        "period's last day, the share that completed. Every matched pair counts, also after "
        f"withdrawal (intention to treat). {_LASTING}",
        formula="completed pairs / pairs past their planned end",
        unit="fraction",
        kind="share",
        grain=PAIR_PERIOD,
        numerator=_pair.completed_planned,
        denominator=_pair.ended_planned,
        higher_is_better=True,
        undefined_reason="No cohort has reached its planned end yet",
    ),
    _rhythm(
        id="withdrawal_rate",
        label="Withdrawn",
        definition="Of all pairs ever matched by the period's last day, the share that withdrew by "
        f"then. {_LASTING}",
        formula="withdrawn pairs / pairs matched",
        unit="fraction",
        kind="share",
        grain=PAIR_PERIOD,
        numerator=_pair.withdrawn,
        denominator=_pair.matched,
        higher_is_better=False,
        undefined_reason="No pair had been matched yet",
    ),
    *STATE_METRICS,
)
