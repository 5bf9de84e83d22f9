"""A slow, plain second implementation: every trial written out row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd


def expand_trials(
    person_month: pd.DataFrame,
    chance: dict[tuple[int, int], float],
    starts: set[tuple[int, int]],
    n_months: int,
    *,
    estimand: str = "joiners",
    censor: bool = True,
    later_chance: dict[tuple[int, int], float] | None = None,
) -> pd.DataFrame:
    """One row per trial, person and month of follow-up, with its weight.

    ``chance`` is e per (person, month); ``starts`` the (person, month) that begin a trial;
    ``later_chance`` is e during follow-up, where that is another one. A trial is followed to the
    first ``exited``, whether or not the person's months go on.
    """
    onward = chance if later_chance is None else later_chance
    rows = []
    for person, own in person_month.sort_values("month").groupby("person_id"):
        by_month = {int(r.month): bool(r.exited) for r in own.itertuples()}
        enrolled = own["enrolled_month"].iloc[0]
        enrolled = None if pd.isna(enrolled) else int(enrolled)
        for begin in by_month:
            if (person, begin) not in starts:
                continue
            e = chance[person, begin]
            treated = enrolled == begin
            if estimand == "joiners":
                weight = 1.0 if treated else e / (1 - e)
            else:
                weight = 1 / e if treated else 1 / (1 - e)
            for k in range(n_months):
                month = begin + k
                if month not in by_month:
                    break
                if k > 0 and not treated and censor:
                    if enrolled is not None and month >= enrolled:
                        break
                    weight /= 1 - onward.get((person, month), 0.0)
                rows.append((person, begin, k, treated, weight, by_month[month]))
                if by_month[month]:
                    break
    return pd.DataFrame(rows, columns=["person", "trial", "k", "treated", "weight", "exited"])


def expanded_survival(rows: pd.DataFrame, n_months: int) -> np.ndarray:
    """Weighted Kaplan-Meier by hand: survival at the start of months 0 to n_months."""
    survival = [1.0]
    for k in range(n_months):
        at_k = rows[rows["k"] == k]
        hazard = at_k.loc[at_k["exited"], "weight"].sum() / at_k["weight"].sum()
        survival.append(survival[-1] * (1 - hazard))
    return np.array(survival)


def expanded_influence(rows: pd.DataFrame, n_months: int) -> pd.DataFrame:
    """Influence of each person on each survival, from the definition, person by person."""
    survival = expanded_survival(rows, n_months)
    total = rows.groupby("k")["weight"].sum()
    left = rows[rows["exited"]].groupby("k")["weight"].sum().reindex(total.index, fill_value=0.0)
    hazard = left / total
    out = {}
    for person, own in rows.groupby("person"):
        step = np.zeros(n_months)
        for r in own.itertuples():
            h = hazard[r.k]
            step[r.k] += r.weight * (r.exited - h) / (total[r.k] * (1 - h))
        out[person] = np.concatenate([[0.0], -survival[1:] * np.cumsum(step)])
    return pd.DataFrame(out).T
