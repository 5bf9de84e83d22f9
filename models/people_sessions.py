"""What sessions say beyond single pairs: seniors who keep cancelling, pairs that ended early."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

DUE_DAYS = 180
MANY_CANCELLED = 3
MANY_CANCELLED_SHARE = 1 / 3
ENDED_DAYS = 365
COMPLETED = "completed"


def find_cancelling(pairs: pd.DataFrame, sessions: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame:
    """Return the seniors who cancelled many of their sessions lately, over all their pairs.

    Listed is who cancelled at least ``MANY_CANCELLED`` of the sessions due in the last
    ``DUE_DAYS`` days, and at least ``MANY_CANCELLED_SHARE`` of them.

    Parameters
    ----------
    pairs : DataFrame
        pair_id, program, cohort, mentee_person_id, matched_on, ended_on (missing while the pair
        runs as of the day; datetime64).
    sessions : DataFrame
        pair_id, on (day it was due), by_mentee (the mentee cancelled it), cancelled_on.
    as_of : date
        Sessions due later, and cancellations made later, do not count.

    Returns
    -------
    DataFrame
        program, person_id, cohort (of the latest pair), sessions_due, cancelled, pairs (how many
        the sessions are of), running (list of ids of those that still run); most cancelled first.
    """
    day = pd.Timestamp(as_of)
    due = sessions[["pair_id", "on", "by_mentee", "cancelled_on"]]
    due = due[(due["on"] <= day) & (due["on"] > day - pd.Timedelta(days=DUE_DAYS))]
    due = due.assign(cancelled=_is_cancelled_by(due["by_mentee"], due, day))
    columns = ["pair_id", "program", "cohort", "mentee_person_id", "matched_on", "ended_on"]
    due = due.merge(pairs[columns], on="pair_id")
    due = due[~(due["on"] > due["ended_on"])]  # nobody has to cancel what the end of a pair ends
    who = due.rename(columns={"mentee_person_id": "person_id"})
    often = who.loc[who["cancelled"], "person_id"].value_counts()
    who = who[who["person_id"].isin(often.index[often >= MANY_CANCELLED])]
    who = who.sort_values(["matched_on", "pair_id"], kind="stable")
    found = who.groupby(["program", "person_id"], as_index=False).agg(
        cohort=("cohort", "last"),
        sessions_due=("on", "size"),
        cancelled=("cancelled", "sum"),
        pairs=("pair_id", "nunique"),
    )
    is_many = found["cancelled"] >= MANY_CANCELLED
    is_many &= found["cancelled"] >= MANY_CANCELLED_SHARE * found["sessions_due"]
    found = found[is_many].copy()
    running = who[who["ended_on"].isna()].groupby(["program", "person_id"])["pair_id"].unique()
    found["running"] = [
        sorted(running.get(key, [])) for key in zip(found.program, found.person_id, strict=True)
    ]
    order = ["cancelled", "sessions_due", "program", "person_id"]
    return found.sort_values(order, ascending=[False, True, True, True], ignore_index=True)


def find_ended_early(
    pairs: pd.DataFrame, sessions: pd.DataFrame, *, as_of: dt.date
) -> pd.DataFrame:
    """Return the pairs that ended in the last ``ENDED_DAYS`` days before their planned end.

    Parameters
    ----------
    pairs : DataFrame
        As in :func:`find_cancelling`, with planned_end_on (first day after the planned end;
        missing where none is known), final_status and is_lasting. Single meetings and pairs that
        completed are left out.
    sessions : DataFrame
        As in :func:`find_cancelling`, with status and cancelled_by.
    as_of : date

    Returns
    -------
    DataFrame
        The rows of ``pairs`` with days_together, sessions_held, cancelled_by_mentor and
        cancelled_by_mentee; the latest end first.
    """
    day = pd.Timestamp(as_of)
    ended_on = pairs["ended_on"]
    is_recent = (ended_on <= day) & (ended_on > day - pd.Timedelta(days=ENDED_DAYS))
    is_early = (pairs["final_status"] != COMPLETED) & ~(ended_on >= pairs["planned_end_on"])
    found = pairs[is_recent & is_early & pairs["is_lasting"].astype(bool)].copy()
    found["days_together"] = (found["ended_on"] - found["matched_on"]).dt.days
    past = sessions[["pair_id", "on", "status", "cancelled_by", "by_mentee", "cancelled_on"]]
    past = past[past["pair_id"].isin(found["pair_id"]) & (past["on"] <= day)]
    by = past["cancelled_by"]
    counted = {
        "sessions_held": (past["status"] == "held").to_numpy(dtype=bool),
        "cancelled_by_mentor": _is_cancelled_by(
            (past["status"] == "cancelled") & (by == "mentor"), past, day
        ),
        "cancelled_by_mentee": _is_cancelled_by(past["by_mentee"], past, day),
    }
    for name, is_so in counted.items():
        number = past.loc[is_so, "pair_id"].value_counts()
        found[name] = found["pair_id"].map(number).fillna(0).astype(int)
    return found.sort_values(["ended_on", "pair_id"], ascending=[False, True], ignore_index=True)


def reasons_in_use(reasons: pd.Series, *, minimum: int) -> pd.Series:
    """Return reasons as written, but only where the same words stand for enough pairs.

    A reason is free text of its source and may tell about people; words that at least ``minimum``
    pairs share are a category. Case and blanks around the words do not matter; the most frequent
    spelling is shown.

    Parameters
    ----------
    reasons : Series of str
        One per pair that ever ended; missing where none was given.
    minimum : int

    Returns
    -------
    Series of str
        Missing where there is no reason, or only other words.
    """
    plain = reasons.str.strip().str.casefold()
    plain = plain.where(plain != "")
    count = plain.map(plain.value_counts())
    spelling = (
        pd.DataFrame({"plain": plain, "words": reasons.str.strip()})
        .dropna()
        .groupby("plain")["words"]
        .agg(lambda words: words.value_counts().sort_index().idxmax())
    )
    return plain.where(count >= minimum).map(spelling)


def _is_cancelled_by(who: pd.Series, sessions: pd.DataFrame, day: pd.Timestamp) -> np.ndarray:
    """Say which sessions one side had cancelled by a day."""
    known: np.ndarray = (who & ~(sessions["cancelled_on"] > day)).to_numpy(dtype=bool)
    return known
