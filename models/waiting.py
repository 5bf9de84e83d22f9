"""Who waits for a partner in a program, and who is free to become one, as of a day."""

from __future__ import annotations

import datetime as dt

import pandas as pd

ROLES = ("mentor", "mentee")
FREE = ("waiting", "ended", "completed")  # in the order in which they are suggested
_WHO = ["program", "role", "person_id"]


def open_places(participants: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame:
    """Return who takes part, or has applied to, as of a day: once per program, role and person.

    Parameters
    ----------
    participants : DataFrame
        program, cohort (missing before a place is given), role, person_id, applied_on,
        enrolled_on, withdrew_on (datetime64, missing where it did not happen).
    as_of : date
        What happened later does not count.

    Returns
    -------
    DataFrame
        program, role, person_id, cohort, applied_on (day of the application, else of the
        enrollment), enrolled_on (missing for applicants without a place); of several
        participations the one that began first, ordered by ``program``, ``role``, ``person_id``.
    """
    day = pd.Timestamp(as_of)
    began_on = participants["applied_on"].fillna(participants["enrolled_on"])
    known = participants.assign(applied_on=began_on)
    is_open = (began_on <= day) & ~(known["withdrew_on"] <= day)
    is_open &= known["role"].isin(ROLES) & known["program"].notna()
    found = known[is_open].copy()
    found["enrolled_on"] = found["enrolled_on"].where(found["enrolled_on"] <= day)
    found["cohort"] = found["cohort"].where(found["enrolled_on"].notna())
    found = found.sort_values([*_WHO, "applied_on", "enrolled_on", "cohort"], kind="stable")
    found = found.drop_duplicates(_WHO, ignore_index=True)
    return found[[*_WHO, "cohort", "applied_on", "enrolled_on"]]


def find_waiting(places: pd.DataFrame, pairs: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame:
    """Return who has never been in a pair of the program they applied to.

    Parameters
    ----------
    places : DataFrame
        From :func:`open_places`, people who have left the company taken out.
    pairs : DataFrame
        program, mentor_person_id, mentee_person_id of every pair matched by the day.
    as_of : date

    Returns
    -------
    DataFrame
        The columns of ``places`` and days_waiting, the longest wait first.
    """
    paired = _sides(pairs)[["program", "person_id"]].drop_duplicates()
    found = places.merge(paired, on=["program", "person_id"], how="left", indicator="met")
    found = found[found["met"] == "left_only"].drop(columns="met")
    found["days_waiting"] = (pd.Timestamp(as_of) - found["applied_on"]).dt.days
    order = ["days_waiting", *_WHO]
    return found.sort_values(order, ascending=[False, True, True, True], ignore_index=True)


def find_free(places: pd.DataFrame, pairs: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame:
    """Return who could be matched: waiting, or in no pair of the program that still runs.

    Parameters
    ----------
    places : DataFrame
        As in :func:`find_waiting`.
    pairs : DataFrame
        program, mentor_person_id, mentee_person_id, matched_on, ended_on (missing while the pair
        runs as of the day), final_status, is_lasting (false for pairs of a single meeting).
    as_of : date

    Returns
    -------
    DataFrame
        program, role, person_id, free (one of ``FREE``), free_since (application, or end of the
        last pair); in the order in which they are suggested: the longest wait first, then pairs
        that ended and pairs that completed, the latest first.
    """
    sides = _sides(pairs)
    is_running = sides["is_lasting"].astype(bool) & sides["ended_on"].isna()
    keys = ["program", "person_id"]
    running = sides.loc[is_running, keys].drop_duplicates()
    last = sides.assign(free_since=sides["ended_on"].fillna(sides["matched_on"]))
    last = last.sort_values([*keys, "free_since", "pair_id"]).drop_duplicates(keys, keep="last")
    found = places.merge(running, on=keys, how="left", indicator="runs")
    found = found[found["runs"] == "left_only"].drop(columns="runs")
    found = found.merge(last[[*keys, "free_since", "final_status"]], on=keys, how="left")
    is_new = found["free_since"].isna()
    kind = found["final_status"].eq("completed").map({True: FREE[2], False: FREE[1]})
    found["free"] = kind.where(~is_new, FREE[0])
    found["free_since"] = found["free_since"].fillna(found["applied_on"])
    ago = (pd.Timestamp(as_of) - found["free_since"]).dt.days
    turn = found["free"].map(FREE.index)
    found = found.assign(turn=turn, ago=ago.where(~is_new, -ago))
    found = found.sort_values(["turn", "ago", *_WHO], ignore_index=True)
    return found[[*_WHO, "free", "free_since"]]


def _sides(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return each pair twice, once for either side's person."""
    sides = [pairs.assign(person_id=pairs[f"{role}_person_id"]) for role in ROLES]
    return pd.concat(sides, ignore_index=True)
