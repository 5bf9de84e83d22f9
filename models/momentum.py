"""Which pairs have lost momentum, and why: rules relative to each pair's own agreed cadence."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.estimate import InvalidInput

# First match wins, in this order.
STATES = (
    "paused",
    "too_early",
    "never_started",
    "dormant",
    "stalled",
    "drifting",
    "unlogged",
    "on_track",
)
NEEDS_ATTENTION = frozenset({"never_started", "dormant", "stalled", "drifting", "unlogged"})

FIRST_DAYS = 21
DORMANT_DAYS = 90
STALLED_CADENCES = 2.0
DRIFTING_CADENCES = 1.5
DEFAULT_CADENCE_DAYS = 30.0
MANY_CANCELLED_SHARE = 0.5
MANY_CANCELLED = 2
LOW_RATING = 3.0
ROLE_REVERSION_SHARE = 0.5
ROLE_REVERSION = 2

REQUIRED = (
    "pair_id",
    "is_paused",
    "matched_on",
    "agreed_cadence_days",
    "last_held_on",
    "next_planned_on",
)

# Codes of reasons, in the order in which they are listed.
REASONS = (
    "senior_cancelled",
    "nothing_booked",
    "ground_rules_missing",
    "low_rating",
    "role_reversion",
    "silent_in_surveys",
    "direct_report",
)


@dataclass(frozen=True)
class _Rhythm:
    """Silence and bookings as of a day, arrays of shape (n_pairs,).

    Attributes
    ----------
    silent, since_match : ndarray of int
        Days since the last session (since the match where none was held), and since the match.
    cadence : ndarray of float
        Days agreed between two sessions.
    never_held, booked, is_unlogged : ndarray of bool
        No session was held; one lies ahead; they met after the last session on record.
    """

    silent: np.ndarray
    since_match: np.ndarray
    cadence: np.ndarray
    never_held: np.ndarray
    booked: np.ndarray
    is_unlogged: np.ndarray


def find_states(pairs: pd.DataFrame, *, as_of: dt.date) -> np.ndarray:
    """State of every running pair as of a day.

    Parameters
    ----------
    pairs : DataFrame
        One row per pair that has neither ended nor was meant for one meeting: pair_id, is_paused,
        matched_on, agreed_cadence_days (missing: 30), last_held_on (missing: none held),
        next_planned_on (missing: nothing booked after ``as_of``). Optional: unlogged_meeting_on
        (last day on which somebody says they met, while no session is on record as held); without
        it no pair is "unlogged".
    as_of : date
        Nothing after this day may be in ``pairs`` but bookings.

    Returns
    -------
    ndarray of str, shape (n_pairs,)
        One of ``STATES``.

    Raises
    ------
    InvalidInput
        Code ``missing_column``, ``missing_value``, ``bad_cadence``, ``after_as_of``.

    Notes
    -----
    A pair is dormant after 90 days of silence, or after twice its cadence where that is longer: a
    pair that agreed to meet every quarter is not dormant on the day of its meeting.
    """
    return _states(pairs, _read_rhythm(pairs, as_of))


def assess_momentum(pairs: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame:
    """State and reasons of every running pair as of a day.

    Parameters
    ----------
    pairs : DataFrame
        As in :func:`find_states`. Optional, and without them the reasons they carry are not given:
        n_recent and n_recent_cancelled_by_mentee (last sessions that were due), has_ground_rules,
        mean_rating (1 to 5), n_role_answers and n_role_reversed, mentor_is_silent,
        mentee_is_silent, is_direct_report.
    as_of : date
        Nothing after this day may be in ``pairs`` but bookings.

    Returns
    -------
    DataFrame
        Index of ``pairs``: pair_id, state, needs_attention, days_silent (days since the last
        session, since the match where none was held), cadences_silent (the same in cadences),
        reasons (list of dicts: ``code``, one of ``REASONS``, and the numbers behind it), need_rank
        (1 = first to call: by state in the order of ``STATES``, then by cadences of silence).

    Raises
    ------
    InvalidInput
        Code ``missing_column``, ``missing_value``, ``bad_cadence``, ``after_as_of``.
    """
    rhythm = _read_rhythm(pairs, as_of)
    state = _states(pairs, rhythm)
    result = pd.DataFrame(
        {
            "pair_id": pairs["pair_id"],
            "state": state,
            "needs_attention": np.isin(state, list(NEEDS_ATTENTION)),
            "days_silent": rhythm.silent,
            "cadences_silent": rhythm.silent / rhythm.cadence,
            "reasons": _reasons(pairs, rhythm.booked),
        },
        index=pairs.index,
    )
    result["need_rank"] = _need_rank(result)
    return result


def _states(pairs: pd.DataFrame, rhythm: _Rhythm) -> np.ndarray:
    silent, cadence = rhythm.silent, rhythm.cadence
    conditions = [
        pairs["is_paused"].astype(bool).to_numpy(),
        rhythm.never_held & (rhythm.since_match <= FIRST_DAYS),
        rhythm.never_held & ~rhythm.booked,
        silent >= np.maximum(DORMANT_DAYS, STALLED_CADENCES * cadence),
        (silent > STALLED_CADENCES * cadence) & ~rhythm.booked,
        silent > DRIFTING_CADENCES * cadence,
        rhythm.is_unlogged,
    ]
    return np.select(conditions, STATES[:-1], default=STATES[-1])


def _read_rhythm(pairs: pd.DataFrame, as_of: dt.date) -> _Rhythm:
    _check_pairs(pairs)
    day = pd.Timestamp(as_of)
    matched, held = pd.to_datetime(pairs["matched_on"]), pd.to_datetime(pairs["last_held_on"])
    if (matched > day).any() or (held > day).any():
        raise InvalidInput("after_as_of", "A match or session lies after the day of assessment.")
    cadence = pairs["agreed_cadence_days"].astype(float).fillna(DEFAULT_CADENCE_DAYS)
    return _Rhythm(
        silent=(day - held.fillna(matched)).dt.days.to_numpy(),
        since_match=(day - matched).dt.days.to_numpy(),
        cadence=cadence.to_numpy(),
        never_held=held.isna().to_numpy(),
        booked=(pd.to_datetime(pairs["next_planned_on"]) > day).to_numpy(),
        is_unlogged=_met_without_log(pairs, held),
    )


def _need_rank(result: pd.DataFrame) -> pd.Series:
    urgency = pd.DataFrame(
        {
            "calm": ~result["needs_attention"],
            "state": result["state"].map({state: rank for rank, state in enumerate(STATES)}),
            "silence": -result["cadences_silent"],
            "pair_id": result["pair_id"],
        }
    )
    ordered = urgency.sort_values(["calm", "state", "silence", "pair_id"], kind="stable").index
    return pd.Series(np.arange(1, len(ordered) + 1), index=ordered).reindex(result.index)


def _check_pairs(pairs: pd.DataFrame) -> None:
    missing = [column for column in REQUIRED if column not in pairs.columns]
    if missing:
        raise InvalidInput("missing_column", f"The pairs lack the column {', '.join(missing)}.")
    if pairs[["pair_id", "is_paused", "matched_on"]].isna().any(axis=None):
        raise InvalidInput("missing_value", "A pair lacks its id, its status or its match day.")
    if (pairs["agreed_cadence_days"].astype(float) <= 0).any():
        raise InvalidInput("bad_cadence", "An agreed cadence must be longer than 0 days.")


def _met_without_log(pairs: pd.DataFrame, held: pd.Series) -> np.ndarray:
    """Say whether the pair is known to have met after its last session on record."""
    if "unlogged_meeting_on" not in pairs.columns:
        return np.zeros(len(pairs), dtype=bool)
    met = pd.to_datetime(pairs["unlogged_meeting_on"])
    unknown: np.ndarray = (met.notna() & (held.isna() | (held < met))).to_numpy()
    return unknown


def _reasons(pairs: pd.DataFrame, booked: np.ndarray) -> list[list[dict[str, Any]]]:
    def column(name: str, neutral: float) -> list[float]:
        if name not in pairs.columns:
            return [neutral] * len(pairs)
        values: list[float] = pairs[name].astype(float).fillna(neutral).tolist()
        return values

    facts = zip(
        column("n_recent", 0),
        column("n_recent_cancelled_by_mentee", 0),
        booked.tolist(),
        column("has_ground_rules", 1),
        column("mean_rating", LOW_RATING),
        column("n_role_answers", 0),
        column("n_role_reversed", 0),
        column("mentor_is_silent", 0),
        column("mentee_is_silent", 0),
        column("is_direct_report", 0),
        strict=True,
    )
    return [_reasons_of_pair(*fact) for fact in facts]


def _reasons_of_pair(  # noqa: PLR0913, PLR0917 - one argument per fact, in the order of REASONS
    recent: float,
    cancelled: float,
    is_booked: bool,
    has_rules: float,
    rating: float,
    answers: float,
    reversed_: float,
    mentor_silent: float,
    mentee_silent: float,
    direct_report: float,
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if cancelled >= MANY_CANCELLED and cancelled >= MANY_CANCELLED_SHARE * recent:
        found.append({"code": "senior_cancelled", "count": int(cancelled), "of": int(recent)})
    if not is_booked:
        found.append({"code": "nothing_booked"})
    if not has_rules:
        found.append({"code": "ground_rules_missing"})
    if rating < LOW_RATING:
        found.append({"code": "low_rating", "rating": round(rating, 1)})
    if reversed_ >= ROLE_REVERSION and reversed_ > ROLE_REVERSION_SHARE * answers:
        found.append({"code": "role_reversion", "count": int(reversed_), "of": int(answers)})
    for role, silent in (("mentor", mentor_silent), ("mentee", mentee_silent)):
        if silent:
            found.append({"code": "silent_in_surveys", "role": role})
    if direct_report:
        found.append({"code": "direct_report"})
    return found
