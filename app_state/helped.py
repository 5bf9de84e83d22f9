"""Did it help? Follow-ups against pairs in the same place that were left alone.

For every kind of follow-up: the share of pairs with a session held in the 30 days after, against
pairs that were in the same state and risk band on the same board day and had not been followed up
for 30 days, watched from the same day on. A stratum is state x risk band x board day x day of the
follow-up; comparison pairs are weighted so that their strata are as frequent as those of the
followed-up pairs (direct standardization).

A comparison pair counts until somebody follows it up: it is censored on that day. Leaving it out
instead would keep those that met in time to be let alone and drop the silent ones, so that
contacting looked harmful where it does nothing: by 20 percentage points where a third of the silent
pairs is contacted each week (tests/simulated_follow_ups.py). Where no comparison pair is followed
up, the estimate is the plain share.

A pair can be watched many times, so variances are over pairs, from each row's influence.

*Sources*: weighted Kaplan-Meier: Xie and Liu (2005), Stat Med 24:3089, 10.1002/sim.2174. Interval
of a share on its effective size: Wilson (1927); Korn and Graubard (1998), Survey Methodology
24:193; where nobody or everybody met, the size of Kish (1965), Survey Sampling, 8.2. Interval of
the difference: Newcombe (1998), Stat Med 17:873, method 10.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from app_state.acts import as_days, days_until, first_acts, standing_acts
from app_state.entry import KIND_NAMES, Kind

WATCHED_DAYS = 30
FEWEST_PAIRS = 10
WARNING = (
    "Managers chose whom to follow up. Pairs in the same state and risk band may still differ in "
    "what made somebody choose them, so a difference need not come from the follow-up."
)
_Z = 1.959963984540054  # 97.5 % quantile of the normal distribution
_NOTHING = 1e-9  # below it a share or a weight is 0
_CELL = ["state", "risk_band"]
_STRATUM = [*_CELL, "data_as_of", "followed_on"]


@dataclass(frozen=True)
class Helped:
    """What became of the pairs of one kind of follow-up; ``WARNING`` belongs beside it.

    Attributes
    ----------
    kind : Kind
        Of the follow-up.
    share, comparison_share : float or None
        Fractions with a held session in the 30 days; None where ``reason`` says why.
    difference, lower, upper : float or None
        ``share`` less ``comparison_share`` with its 95 % interval.
    n_pairs, n_follow_ups : int
        Followed-up pairs that are compared, and their follow-ups.
    n_comparison_pairs : int
        Pairs they are compared with.
    n_strata, n_strata_left_out, n_follow_ups_left_out : int
        Strata compared; strata without comparison pairs, and the follow-ups in them.
    n_running : int
        Follow-ups whose 30 days are not over.
    reason : str
        Sentence in place of numbers; empty where there are numbers.
    """

    kind: Kind
    share: float | None = None
    comparison_share: float | None = None
    difference: float | None = None
    lower: float | None = None
    upper: float | None = None
    n_pairs: int = 0
    n_follow_ups: int = 0
    n_comparison_pairs: int = 0
    n_strata: int = 0
    n_strata_left_out: int = 0
    n_follow_ups_left_out: int = 0
    n_running: int = 0
    reason: str = ""


def did_it_help(
    follow_ups: pd.DataFrame, board_days: pd.DataFrame, held: pd.DataFrame, *, as_of: dt.date
) -> tuple[Helped, ...]:
    """Compare followed-up pairs with those left alone, for every kind of follow-up.

    Parameters
    ----------
    follow_ups : DataFrame
        The whole log; see :func:`app_state.acts.standing_acts`.
    board_days : DataFrame
        data_as_of, pair_id, state, risk_band: every pair on the boards of these days.
    held : DataFrame
        pair_id, held_on: sessions held.
    as_of : date
        Last day on which sessions are known.

    Returns
    -------
    tuple of Helped
        In the order of ``Kind``, without ``Kind.NONE``.
    """
    acts = standing_acts(follow_ups)
    boards = board_days.assign(
        data_as_of=as_days(board_days["data_as_of"]), pair_id=board_days["pair_id"].astype("str")
    )
    held = pd.DataFrame(
        {"pair_id": held["pair_id"].astype("str"), "held_on": as_days(held["held_on"])}
    )
    kinds = [kind for kind in Kind if kind != Kind.NONE]
    return tuple(_compare(kind, acts, boards, held, pd.Timestamp(as_of)) for kind in kinds)


def _compare(
    kind: Kind, acts: pd.DataFrame, boards: pd.DataFrame, held: pd.DataFrame, as_of: pd.Timestamp
) -> Helped:
    mine = first_acts(acts[acts["kind"] == kind], apart_days=WATCHED_DAYS)
    if mine.empty:
        return Helped(kind, reason=_too_few(Helped(kind)))
    is_over = mine["followed_on"] + pd.Timedelta(days=WATCHED_DAYS) <= as_of
    done = mine[is_over]
    others = _watched_to_the_end(_comparisons(done, acts, boards, held))
    strata = pd.MultiIndex.from_frame(done[_STRATUM])
    is_compared = strata.isin(pd.MultiIndex.from_frame(others[_STRATUM]))
    compared = done[is_compared]
    counts = Helped(
        kind,
        n_pairs=compared["pair_id"].nunique(),
        n_follow_ups=len(compared),
        n_comparison_pairs=others["pair_id"].nunique(),
        n_strata=len(compared[_STRATUM].drop_duplicates()),
        n_strata_left_out=len(done[~is_compared][_STRATUM].drop_duplicates()),
        n_follow_ups_left_out=int((~is_compared).sum()),
        n_running=int((~is_over).sum()),
    )
    reason = _too_few(counts)
    if reason:
        return replace(counts, reason=reason)
    return _with_numbers(counts, _share(compared, held), _standardized_share(others, compared))


def _comparisons(
    done: pd.DataFrame, acts: pd.DataFrame, boards: pd.DataFrame, held: pd.DataFrame
) -> pd.DataFrame:
    """Return pairs left alone so far in each stratum, with what happened first and when.

    Columns: the stratum, pair_id, last_day (1 to 30, days after the follow-up until which the pair
    is watched), met (a session was held on that day).
    """
    strata = done[_STRATUM].drop_duplicates()
    rows = strata.merge(boards, on=[*_CELL, "data_as_of"]).reset_index(drop=True)
    earlier = rows.assign(followed_on=rows["followed_on"] - pd.Timedelta(days=WATCHED_DAYS + 1))
    rows = rows[days_until(earlier, acts, "followed_on") > WATCHED_DAYS + 1]
    until_met = days_until(rows, held, "held_on")
    # A session on the day of the follow-up came first: nobody is called who has just met.
    last_day = np.minimum(days_until(rows, acts, "followed_on"), WATCHED_DAYS)
    met = until_met <= last_day
    return rows.assign(last_day=np.where(met, until_met, last_day).astype(int), met=met)


def _watched_to_the_end(others: pd.DataFrame) -> pd.DataFrame:
    """Leave out states and bands of which every pair was followed up before the 30 days ended."""
    known = []
    for _, cell in others.groupby(_CELL):
        last = cell["last_day"] == cell["last_day"].max()
        if cell["last_day"].max() == WATCHED_DAYS or cell.loc[last, "met"].all():
            known.append(cell.index)
    return others.loc[np.concatenate(known)] if known else others.iloc[:0]


def _share(compared: pd.DataFrame, held: pd.DataFrame) -> tuple[float, float]:
    """Return the followed-up pairs' share that met and its effective size."""
    met = (days_until(compared, held, "held_on") <= WATCHED_DAYS).astype(float)
    share, weights = float(met.mean()), pd.Series(1.0, index=met.index)
    influence = (met - share) / len(met)
    return share, _effective_size(share, influence, weights, compared["pair_id"])


def _standardized_share(others: pd.DataFrame, compared: pd.DataFrame) -> tuple[float, float]:
    """Return the comparison pairs' share, weighted like ``compared``, and its effective size."""
    weight = compared.groupby(_STRATUM).size() / len(compared)
    sizes = others.groupby(_STRATUM).size()
    per_row = (weight / sizes).rename("weight").reset_index()
    rows = others.merge(per_row, on=_STRATUM)
    share, influences = 0.0, []
    for _, cell in rows.groupby(_CELL):
        cell_share, influence = _share_met(cell)
        cell_weight = float(cell["weight"].sum())
        share += cell_share * cell_weight
        influences.append(influence * cell_weight)
    share = min(share, 1.0)
    is_known = rows["met"] | (rows["last_day"] == WATCHED_DAYS)
    weights = rows["weight"].where(is_known, 0.0)
    return share, _effective_size(share, pd.concat(influences), weights, rows["pair_id"])


def _share_met(cell: pd.DataFrame) -> tuple[float, pd.Series]:
    """Return the weighted share that met by the last day, and each row's influence on it."""
    weights, days = cell["weight"].to_numpy(), cell["last_day"].to_numpy()
    has_met = cell["met"].to_numpy()
    met = np.bincount(days, weights * has_met, WATCHED_DAYS + 1)
    left = np.bincount(days, weights, WATCHED_DAYS + 1)
    at_risk = np.cumsum(left[::-1])[::-1]  # by day, those watched on it
    alone_after = at_risk - met
    if (alone_after[days.max()] <= _NOTHING * at_risk[0]) and has_met[days == days.max()].all():
        return 1.0, pd.Series(0.0, index=cell.index)
    at_risk[days.max() + 1 :] = alone_after[days.max() + 1 :] = 1.0  # nobody, so no step
    alone = float(np.prod(alone_after / at_risk))
    steps = np.cumsum(1 / alone_after - 1 / at_risk)
    change = np.where(has_met, steps[days - 1] - 1 / at_risk[days], steps[days])
    return 1 - alone, pd.Series(-alone * weights * change, index=cell.index)


def _effective_size(
    share: float, influence: pd.Series, weights: pd.Series, pair_ids: pd.Series
) -> float:
    """Return how many independent pairs would give the share the variance it has.

    Where nobody or everybody met there is no variance to see: weighted rows, each pair once.
    """
    by_pair = influence.groupby(pair_ids).sum()
    variance = len(by_pair) / (len(by_pair) - 1) * float((by_pair**2).sum())
    if _NOTHING < share < 1 - _NOTHING and variance > 0:
        return min(share * (1 - share) / variance, float(len(influence)))
    return float(weights.sum()) ** 2 / float((weights.groupby(pair_ids).sum() ** 2).sum())


def _with_numbers(counts: Helped, one: tuple[float, float], other: tuple[float, float]) -> Helped:
    (share, _), (other_share, _) = one, other
    (low, high), (other_low, other_high) = _wilson(*one), _wilson(*other)
    difference = share - other_share
    return replace(
        counts,
        share=share,
        comparison_share=other_share,
        difference=difference,
        lower=difference - math.hypot(share - low, other_high - other_share),
        upper=difference + math.hypot(high - share, other_share - other_low),
    )


def _wilson(share: float, size: float) -> tuple[float, float]:
    middle = share + _Z**2 / (2 * size)
    half = _Z * math.sqrt(share * (1 - share) / size + _Z**2 / (4 * size**2))
    scale = 1 + _Z**2 / size
    return max((middle - half) / scale, 0.0), min((middle + half) / scale, 1.0)


def _too_few(counts: Helped) -> str:
    name = KIND_NAMES[counts.kind]
    if counts.n_pairs < FEWEST_PAIRS:
        return (
            f"{counts.n_pairs} pairs with “{name}” can be compared {WATCHED_DAYS} days later; "
            f"at least {FEWEST_PAIRS} are needed."
        )
    if counts.n_comparison_pairs < FEWEST_PAIRS:
        return (
            f"Only {counts.n_comparison_pairs} pairs in the same state and risk band were left "
            f"alone; at least {FEWEST_PAIRS} are needed to compare “{name}” with."
        )
    return ""
