"""From the log of follow-ups to what was done and stands: edits, undos and repetitions resolved."""

from __future__ import annotations

import pandas as pd

from app_state.entry import Kind

_ACT = ["pair_id", "kind", "followed_on", "data_as_of", "state", "risk_band"]


def as_days(values: pd.Series) -> pd.Series:
    """Return days or moments as midnights of one dtype, so that frames can be joined by them."""
    return pd.to_datetime(values).astype("datetime64[ns]").dt.normalize()


def standing_acts(log: pd.DataFrame) -> pd.DataFrame:
    """Return the follow-ups that were not taken back.

    Parameters
    ----------
    log : DataFrame
        Every row of the log: pair_id, version, kind, at, data_as_of, state, risk_band, undoes,
        act_version; see :func:`app_state.follow_ups.read_log`.

    Returns
    -------
    DataFrame
        One row per act: pair_id, kind, followed_on, data_as_of, state, risk_band. Edits are no acts
        of their own, nor are undos, nor that nothing holds any more.
    """
    log = log.sort_values(["pair_id", "version"])
    touched: dict[tuple[str, int], int | None] = {}
    taken_back: set[tuple[str, int]] = set()
    rows = zip(log["pair_id"], log["version"], log["undoes"], log["act_version"], strict=True)
    for pair_id, version, undoes, act_version in rows:
        if pd.isna(undoes):
            touched[pair_id, version] = version if act_version == version else None
            continue
        # An undo takes back the row before it; an undo of an undo brings the act back.
        act = touched[pair_id, version] = touched[pair_id, version - 1]
        if act is not None:
            taken_back ^= {(pair_id, act)}
    keys = zip(log["pair_id"], log["version"], strict=True)
    stands = [touched[key] == key[1] and key not in taken_back for key in keys]
    acts = log[pd.Series(stands, index=log.index, dtype=bool) & (log["kind"] != Kind.NONE)]
    acts = acts.assign(
        pair_id=acts["pair_id"].astype("str"),
        followed_on=as_days(acts["at"]),
        data_as_of=as_days(acts["data_as_of"]),
    )
    return acts[_ACT].reset_index(drop=True)


def first_acts(acts: pd.DataFrame, *, apart_days: int) -> pd.DataFrame:
    """Leave out acts of one kind that follow a counted one of the same pair within some days.

    Parameters
    ----------
    acts : DataFrame
        From :func:`standing_acts`, of one kind.
    apart_days : int
        Days from a counted act to the next that counts again.
    """
    acts = acts.sort_values(["pair_id", "followed_on"], kind="stable")
    last: dict[str, pd.Timestamp] = {}
    counts = []
    for pair_id, day in zip(acts["pair_id"], acts["followed_on"], strict=True):
        is_first = pair_id not in last or (day - last[pair_id]).days >= apart_days
        if is_first:
            last[pair_id] = day
        counts.append(is_first)
    return acts[pd.Series(counts, index=acts.index, dtype=bool)]


def days_until(rows: pd.DataFrame, events: pd.DataFrame, on: str) -> pd.Series:
    """Return the days from each row's follow-up day to the pair's next event after it.

    Parameters
    ----------
    rows : DataFrame
        pair_id, followed_on.
    events : DataFrame
        pair_id and the day ``on``.

    Returns
    -------
    Series of float
        By the index of ``rows``; infinite where no event follows.
    """
    left = rows[["pair_id", "followed_on"]].reset_index().sort_values("followed_on")
    right = events[["pair_id", on]].rename(columns={on: "event_on"}).sort_values("event_on")
    found = pd.merge_asof(
        left,
        right,
        left_on="followed_on",
        right_on="event_on",
        by="pair_id",
        direction="forward",
        allow_exact_matches=False,
    ).set_index("index")
    days = (found["event_on"] - found["followed_on"]).dt.days
    return days.astype(float).fillna(float("inf")).reindex(rows.index)
