"""Survey scores as known at the start of each month of a panel."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.months import month_number


def company_wide(scores: pd.DataFrame, joined: pd.DataFrame) -> pd.DataFrame:
    """Scores of waves that asked everybody.

    A survey of participants only would tell who joins by the mere fact of having been asked.
    """
    is_joiner = scores["person_id"].isin(joined["person_id"])
    share = is_joiner.groupby(scores["wave_id"]).transform("mean")
    return scores[share < 0.5]


def last_scores(
    rows: pd.DataFrame, people: pd.Index, scores: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Latest survey score known before each month began, and that of the wave before it.

    Parameters
    ----------
    rows : DataFrame
        person (position in ``people``) and month.
    people : Index of str
    scores : DataFrame
        person_id, wave_id, recorded_on, score.

    Returns
    -------
    tuple of ndarray of float, shape (n_rows,)
        Missing where there is none.
    """
    if scores.empty:
        nothing = np.full(len(rows), np.nan)
        return nothing, nothing.copy()
    known = scores[scores["person_id"].isin(people)].sort_values("recorded_on", kind="stable")
    known = known.drop_duplicates(["person_id", "wave_id"], keep="last")
    before = known.groupby("person_id", sort=False)["score"].shift()
    # a score counts from the month after it was given
    known_month = month_number(known["recorded_on"]).to_numpy(dtype=np.int64) + 1
    first = min(int(known_month.min(initial=rows["month"].max())), int(rows["month"].min()))
    n_months = int(rows["month"].max()) - first + 1
    inside = np.flatnonzero(known_month < first + n_months)
    # which score is the latest one: numbered from 1 in the order given, so the largest is
    latest = np.zeros((len(people), n_months), dtype=np.int32)
    person = people.get_indexer(known["person_id"])
    latest[person[inside], known_month[inside] - first] = inside + 1
    latest = np.maximum.accumulate(latest, axis=1)
    chosen = latest[rows["person"].to_numpy(), rows["month"].to_numpy() - first]
    return (
        np.append(np.nan, known["score"].to_numpy(dtype=float))[chosen],
        np.append(np.nan, before.to_numpy(dtype=float))[chosen],
    )
