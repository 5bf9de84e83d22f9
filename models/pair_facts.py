"""What is known about each running pair as of a day, in the shape the momentum rules take."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.momentum import DEFAULT_CADENCE_DAYS
from models.reporting_lines import lines_on

RECENT_SESSIONS = 4
RECENT_ANSWERS_DAYS = 180
DAYS_ASKED_ABOUT = 31
OVER = ("completed", "withdrawn", "ended")
GROUND_RULES = (
    "covers_topics",
    "covers_off_limits",
    "covers_place",
    "covers_frequency",
    "covers_confidentiality",
)
NOT_A_DAY = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class PairTables:
    """Rows of the warehouse about pairs; days and moments are datetime64.

    Attributes
    ----------
    pairs : DataFrame
        pair_id, mentor_person_id, mentee_person_id, kind, status, matched_on, ended_on,
        agreed_cadence_days. Optional: planned_end_on (first day after the planned end).
    changes : DataFrame
        pair_id, changed_on, status.
    sessions : DataFrame
        session_id, pair_id, planned_start_at, status, cancelled_by, cancelled_at.
    feedback : DataFrame
        session_id, role, rating, who_mostly_advised.
    rules : DataFrame
        pair_id, the columns of ``GROUND_RULES``, mentor_agreed_on, mentee_agreed_on.
    managers : DataFrame
        person_id, manager_person_id, valid_from, valid_to.
    met_answers : DataFrame
        person_id, answered_on: answers that the pair met in the last month.
    """

    pairs: pd.DataFrame
    changes: pd.DataFrame
    sessions: pd.DataFrame
    feedback: pd.DataFrame
    rules: pd.DataFrame
    managers: pd.DataFrame
    met_answers: pd.DataFrame


@dataclass(frozen=True)
class PairFacts:
    """The tables with pairs as numbers and days as datetime64[D], ready for any day.

    Attributes
    ----------
    pairs : DataFrame
        As in :class:`PairTables`; a pair's number is its position.
    changes : DataFrame
        pair, on, status; in order of the day.
    sessions : DataFrame
        pair, on, status, cancelled_by, by_mentee, cancelled_on; in order of pair and day.
    answers : DataFrame
        pair, on, rating, has_role, is_reversed.
    unlogged : DataFrame
        pair, on: somebody says they met, and no session of the month before is on record.
    rules : DataFrame
        pair, on: day since which all five ground rules are agreed by both.
    managers : DataFrame
        As in :class:`PairTables`.
    """

    pairs: pd.DataFrame
    changes: pd.DataFrame
    sessions: pd.DataFrame
    answers: pd.DataFrame
    unlogged: pd.DataFrame
    rules: pd.DataFrame
    managers: pd.DataFrame


def prepare_pairs(tables: PairTables) -> PairFacts:
    """Do once what does not depend on the day."""
    # a cadence of no days is a slip of the pen, not an agreement
    cadence = tables.pairs["agreed_cadence_days"].astype(float)
    pairs = tables.pairs.reset_index(drop=True).assign(
        agreed_cadence_days=cadence.where(cadence > 0).to_numpy()
    )
    number = pd.Index(pairs["pair_id"])
    changes = tables.changes.sort_values("changed_on", kind="stable")
    changes = _numbered(changes, number, "changed_on")
    sessions = _numbered(tables.sessions, number, "planned_start_at")
    sessions["by_mentee"] = (sessions["status"] == "cancelled") & (
        sessions["cancelled_by"] == "mentee"
    )
    sessions["cancelled_on"] = _days(sessions["cancelled_at"])
    sessions = sessions.sort_values(["pair", "on"], kind="stable", ignore_index=True)
    answers = tables.feedback.merge(sessions[["session_id", "pair", "on", "status"]])
    answers["has_role"] = answers["who_mostly_advised"].notna()
    answers["is_reversed"] = answers["who_mostly_advised"] == "mentee"
    rules = tables.rules[tables.rules[list(GROUND_RULES)].fillna(False).astype(bool).all(axis=1)]
    both = rules[["mentor_agreed_on", "mentee_agreed_on"]].max(axis=1, skipna=False)
    return PairFacts(
        pairs=pairs,
        changes=changes,
        sessions=sessions,
        answers=answers,
        unlogged=_unlogged_meetings(pairs, tables.met_answers, sessions, answers),
        rules=_numbered(rules.assign(agreed_on=both), number, "agreed_on"),
        managers=tables.managers,
    )


def running_pairs(facts: PairFacts, *, as_of: dt.date) -> pd.DataFrame:
    """One row per running pair with what its state depends on.

    Pairs that ended, have not begun or were meant for one meeting are left out. Columns: those of
    ``facts.pairs`` and what :func:`models.momentum.find_states` takes; the index is the pair's
    number.

    Notes
    -----
    For a day in the past nobody recorded what was booked then. A session that lay ahead counts as
    booked if it was due within the pair's cadence and not cancelled by that day.
    """
    day = np.datetime64(as_of, "D")
    status = _status(facts, day)
    ended_on, matched_on = _days(facts.pairs["ended_on"]), _days(facts.pairs["matched_on"])
    is_over = (ended_on <= day) | (np.isin(status, OVER) & np.isnat(ended_on))
    is_lasting = (facts.pairs["kind"] != "one-off").to_numpy(dtype=bool)
    running = np.flatnonzero(~is_over & (matched_on <= day) & is_lasting)
    known = {
        "is_paused": status == "paused",
        "unlogged_meeting_on": _latest(facts.unlogged, len(status), day),
        **_meetings(facts, day),
    }
    return facts.pairs.iloc[running].assign(
        **{name: values[running] for name, values in known.items()}
    )


def gather_pairs(facts: PairFacts, *, as_of: dt.date) -> pd.DataFrame:
    """One row per running pair, as :func:`models.momentum.assess_momentum` takes it.

    The columns of :func:`running_pairs`, those behind the reasons, and two for the board:
    sessions_held and sessions_cancelled_by_mentee.
    """
    day = np.datetime64(as_of, "D")
    running = running_pairs(facts, as_of=as_of)
    number = running.index.to_numpy()
    known = {
        "has_ground_rules": ~np.isnat(_latest(facts.rules, len(facts.pairs), day)),
        **_session_counts(facts, day),
        **_answer_facts(facts, day),
    }
    running = running.assign(**{name: values[number] for name, values in known.items()})
    running["is_direct_report"] = _in_one_line(running, facts.managers, as_of)
    return running.reset_index(drop=True)


def _days(moments: pd.Series) -> np.ndarray:
    days: np.ndarray = moments.to_numpy().astype("datetime64[D]")
    return days


def _numbered(frame: pd.DataFrame, number: pd.Index, day: str) -> pd.DataFrame:
    """Rows of known pairs on known days, with the pair's number and the day."""
    numbered = frame.assign(pair=number.get_indexer(frame["pair_id"]))
    kept = numbered[(numbered["pair"] >= 0) & numbered[day].notna()].copy()
    kept["on"] = kept[day].dt.normalize()
    return kept.reset_index(drop=True)


def _latest(frame: pd.DataFrame, pairs: int, day: np.datetime64) -> np.ndarray:
    """Last day of each pair's rows up to a day."""
    on = _days(frame["on"])
    known = np.flatnonzero(on <= day)
    known = known[np.argsort(on[known], kind="stable")]
    latest = np.full(pairs, NOT_A_DAY)
    latest[frame["pair"].to_numpy()[known]] = on[known]
    return latest


def _status(facts: PairFacts, day: np.datetime64) -> np.ndarray:
    """Status by the last change; without any change on record, that of the export."""
    status: np.ndarray = facts.pairs["status"].to_numpy(dtype=object, copy=True)
    changed = facts.changes["pair"].to_numpy()
    status[changed] = "active"
    known = _days(facts.changes["on"]) <= day
    # changes are in order of their days: the last one assigned stays
    status[changed[known]] = facts.changes["status"].to_numpy(dtype=object)[known]
    return status


def _meetings(facts: PairFacts, day: np.datetime64) -> dict[str, np.ndarray]:
    """Last session held and next one booked."""
    sessions, size = facts.sessions, len(facts.pairs)
    pair, on = sessions["pair"].to_numpy(), _days(sessions["on"])
    status = sessions["status"].to_numpy(dtype=object)
    due = on <= day
    held = due & (status == "held")
    cadence = facts.pairs["agreed_cadence_days"].fillna(DEFAULT_CADENCE_DAYS).to_numpy()[pair]
    is_near = (on - day).astype(int) <= cadence
    is_off = (status == "cancelled") & ~(_days(sessions["cancelled_on"]) > day)
    booked = np.flatnonzero(~due & ~is_off & ((status == "planned") | is_near))[::-1]
    last_held, next_planned = np.full(size, NOT_A_DAY), np.full(size, NOT_A_DAY)
    # sessions are in order of their days: the last one assigned stays
    last_held[pair[held]] = on[held]
    next_planned[pair[booked]] = on[booked]
    return {"last_held_on": last_held, "next_planned_on": next_planned}


def _session_counts(facts: PairFacts, day: np.datetime64) -> dict[str, np.ndarray]:
    """Sessions held and cancelled, in all and among the last ones that were due."""
    size = len(facts.pairs)
    past = facts.sessions[_days(facts.sessions["on"]) <= day]
    pair, held = past["pair"].to_numpy(), (past["status"] == "held").to_numpy(dtype=bool)
    by_mentee = past["by_mentee"].to_numpy(dtype=bool)
    n_due = np.bincount(pair, minlength=size)
    position = np.arange(len(pair)) - np.repeat(np.cumsum(n_due) - n_due, n_due)
    recent = position >= n_due[pair] - RECENT_SESSIONS
    return {
        "sessions_held": np.bincount(pair[held], minlength=size),
        "sessions_cancelled_by_mentee": np.bincount(pair[by_mentee], minlength=size),
        "n_recent": np.minimum(n_due, RECENT_SESSIONS),
        "n_recent_cancelled_by_mentee": np.bincount(pair[recent & by_mentee], minlength=size),
    }


def _answer_facts(facts: PairFacts, day: np.datetime64) -> dict[str, np.ndarray]:
    """Ratings and roles of the last half year."""
    answers, size = facts.answers, len(facts.pairs)
    on = _days(answers["on"])
    recent = answers[(on <= day) & (on > day - RECENT_ANSWERS_DAYS)]
    pair, rating = recent["pair"].to_numpy(), recent["rating"].to_numpy(dtype=float)
    rated = ~np.isnan(rating)
    count = np.bincount(pair[rated], minlength=size)
    total = np.bincount(pair[rated], weights=rating[rated], minlength=size)
    return {
        "mean_rating": np.where(count > 0, total / np.maximum(count, 1), np.nan),
        "n_role_answers": np.bincount(pair[recent["has_role"].to_numpy()], minlength=size),
        "n_role_reversed": np.bincount(pair[recent["is_reversed"].to_numpy()], minlength=size),
    }


def _unlogged_meetings(
    pairs: pd.DataFrame, met: pd.DataFrame, sessions: pd.DataFrame, answers: pd.DataFrame
) -> pd.DataFrame:
    """Days on which somebody said that they had met, with no session on record before it."""
    sides = [
        pd.DataFrame({"pair": pairs.index, "person_id": pairs[f"{role}_person_id"]})
        for role in ("mentor", "mentee")
    ]
    surveyed = met.merge(pd.concat(sides), on="person_id")
    surveyed["on"] = surveyed["answered_on"].dt.normalize()
    rated = answers[answers["status"].isin(["unknown", "planned"])]
    said = pd.concat([surveyed[["pair", "on"]], rated[["pair", "on"]]], ignore_index=True)
    held = sessions.loc[sessions["status"] == "held", ["pair", "on"]]
    both = said.reset_index().merge(held, on="pair", suffixes=("", "_held"))
    ago = (both["on"] - both["on_held"]).dt.days
    on_record = both.loc[(ago >= 0) & (ago <= DAYS_ASKED_ABOUT), "index"]
    return said.drop(index=on_record.unique())


def _in_one_line(pairs: pd.DataFrame, history: pd.DataFrame, as_of: dt.date) -> list[bool]:
    """Say whether one side reports to the other, at any depth."""
    lines = lines_on(history, as_of=as_of)
    sides = zip(pairs["mentor_person_id"], pairs["mentee_person_id"], strict=True)
    return [lines.join(mentor, mentee) for mentor, mentee in sides]
