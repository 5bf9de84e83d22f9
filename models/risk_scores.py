"""How good foreseen chances of silence were: ranking, calibration, and days of warning."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models.momentum import STALLED_CADENCES
from models.risk_snapshots import Snapshots

# Chances that are called low, some, raised and high.
BAND_EDGES = (0.0, 0.25, 0.5, 0.75, 1.0)
FEWEST_IN_BAND = 30
FEWEST_PAIRS_IN_BAND = 5
N_GROUPS = 20  # of pairs, left out in turn for standard errors


@dataclass(frozen=True)
class Band:
    """What became of snapshots whose foreseen chance lay in a band.

    Attributes
    ----------
    number : int
        From 1, the lowest.
    low, high : float
        Ends of the band; the upper one belongs to the next band.
    share : float
        Share that held no session in the month after.
    n_snapshots, n_pairs : int
    """

    number: int
    low: float
    high: float
    share: float
    n_snapshots: int
    n_pairs: int


@dataclass(frozen=True)
class Score:
    """How well one model foresaw silence in months it had not seen.

    Attributes
    ----------
    brier : float
        Mean squared distance of chance and outcome; 0 is perfect.
    pr_auc : float
        Area under precision against recall; the base rate is as good as guessing.
    precision : float
        Share without a session among those it would have had called.
    warned_share : float or None
        Share of silences with an alert before the day on which they became "stalled"; None where
        none became so. An alert is a call of a pair whose chance is above the mean of the week.
    lead_days : float or None
        Median days between the first alert and that day, of the silences with an alert; None
        where there are none.
    bands : tuple of Band
        Only those that rest on enough snapshots and pairs.
    """

    brier: float
    pr_auc: float
    precision: float
    warned_share: float | None
    lead_days: float | None
    bands: tuple[Band, ...]


def score(chance: np.ndarray, snapshots: Snapshots, *, alert_share: float, seed: int) -> Score:
    """Score foreseen chances.

    Parameters
    ----------
    chance : ndarray of float, shape (n_snapshots,)
    snapshots : Snapshots
        Labeled.
    alert_share : float
        Share of running pairs that can be called each week.
    seed : int
        Draws whom to call first where chances are equal.
    """
    silent = snapshots.is_silent
    called = first_called(chance, snapshots.day, alert_share=alert_share, seed=seed)
    leads = lead_days(called & is_above_mean(chance, snapshots.day), snapshots)
    warned = leads[leads > 0]
    return Score(
        brier=float(np.mean((chance - silent) ** 2)),
        pr_auc=average_precision(silent, chance),
        precision=float(silent[called].mean()),
        warned_share=len(warned) / len(leads) if len(leads) else None,
        lead_days=float(np.median(warned)) if len(warned) else None,
        bands=find_bands(chance, snapshots),
    )


def average_precision(outcome: np.ndarray, chance: np.ndarray) -> float:
    """Sum of precision x gain in recall down the ranking; equal chances come together.

    Parameters
    ----------
    outcome : ndarray of bool, shape (n,)
        True at least once.
    chance : ndarray of float, shape (n,)
    """
    order = np.argsort(-chance, kind="stable")
    ranked = chance[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    hits = np.cumsum(outcome[order])[last]
    return float(np.sum(np.diff(hits, prepend=0) * hits / (last + 1)) / hits[-1])


def first_called(
    chance: np.ndarray, day: np.ndarray, *, alert_share: float, seed: int
) -> np.ndarray:
    """Mark, for every day, the share of pairs with the highest chances, rounded up."""
    drawn = np.random.default_rng(seed).permutation(len(chance))
    order = np.lexsort((drawn, -chance, day))
    _, start, count = np.unique(day[order], return_index=True, return_counts=True)
    place = np.arange(len(chance)) - np.repeat(start, count)
    called = np.zeros(len(chance), dtype=bool)
    called[order] = place < np.repeat(np.ceil(alert_share * count), count)
    return called


def is_above_mean(chance: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Tell whose chance is above the mean of the day: calling the others is no warning."""
    _, number, count = np.unique(day, return_inverse=True, return_counts=True)
    mean = np.bincount(number, weights=chance) / count
    above: np.ndarray = chance > mean[number] + 1e-12
    return above


def lead_days(alert: np.ndarray, snapshots: Snapshots) -> np.ndarray:
    """Days of warning before each silence that became "stalled", shape (n_silences,); 0 for none.

    A silence begins with a session. It is stalled on the first day that lies more than two agreed
    cadences after it; whether something was booked on that day is not known of the past. Silences
    of pairs that never met are left out: they never become "stalled".
    """
    recency = snapshots.feature("recency")
    began_on = snapshots.day - recency.astype(int)
    wait = np.floor(STALLED_CADENCES * snapshots.feature("cadence")).astype(int) + 1
    stalled_on = began_on + wait
    lasted = ~(snapshots.next_held_on <= stalled_on) & (snapshots.followed_until >= stalled_on)
    has_met = recency < snapshots.feature("since_match")
    watched = np.flatnonzero(lasted & has_met & (snapshots.day <= stalled_on))
    silence = np.stack([snapshots.pair[watched], began_on[watched].astype(np.int64)], axis=1)
    if not len(watched):
        return np.zeros(0)
    _, number = np.unique(silence, axis=0, return_inverse=True)
    left = (stalled_on[watched] - snapshots.day[watched]).astype(int)
    lead = np.zeros(number.max() + 1)
    np.maximum.at(lead, number.ravel(), np.where(alert[watched], left, 0))
    return lead


def band_of(chance: np.ndarray) -> np.ndarray:
    """Return the number of the band each chance lies in, from 1."""
    return np.searchsorted(BAND_EDGES[1:-1], chance, side="right") + 1


def find_bands(chance: np.ndarray, snapshots: Snapshots) -> tuple[Band, ...]:
    """Compare foreseen chances with what came, band by band."""
    number, found = band_of(chance), []
    for i in range(1, len(BAND_EDGES)):
        inside = snapshots.chosen(number == i)
        if len(inside) >= FEWEST_IN_BAND and inside.n_pairs >= FEWEST_PAIRS_IN_BAND:
            share = float(inside.is_silent.mean())
            low, high = BAND_EDGES[i - 1], BAND_EDGES[i]
            found.append(Band(i, low, high, share, len(inside), inside.n_pairs))
    return tuple(found)


@dataclass(frozen=True)
class Gap:
    """How much better one model is than another, with standard errors clustered by pair.

    Attributes
    ----------
    brier, brier_error : float
        Brier score of the second less that of the first: above 0 where the first is better.
    pr_auc, pr_auc_error : float
        Area of the first less that of the second.
    """

    brier: float
    brier_error: float
    pr_auc: float
    pr_auc_error: float


def compare_models(first: np.ndarray, second: np.ndarray, snapshots: Snapshots) -> Gap:
    """Compare two models on the same snapshots.

    Standard errors are those of the jackknife that leaves out one of 20 groups of pairs in turn:
    weeks of one pair are alike, pairs are not.

    Parameters
    ----------
    first, second : ndarray of float, shape (n_snapshots,)
        Foreseen chances.
    snapshots : Snapshots
        Labeled.
    """
    silent = snapshots.is_silent
    loss = (second - silent) ** 2 - (first - silent) ** 2
    _, pair = np.unique(snapshots.pair, return_inverse=True)
    n_groups = min(N_GROUPS, pair.max() + 1)
    group = pair.ravel() % n_groups

    def areas(which: np.ndarray) -> float:
        ahead, behind = (average_precision(silent[which], c[which]) for c in (first, second))
        return ahead - behind

    kept = [group != number for number in range(n_groups)]
    kept = [which for which in kept if silent[which].any()]
    losses = np.array([loss[which].mean() for which in kept])
    gains = np.array([areas(which) for which in kept])
    everything = np.ones(len(silent), dtype=bool)
    return Gap(float(loss.mean()), _jackknife(losses), areas(everything), _jackknife(gains))


def _jackknife(left_out: np.ndarray) -> float:
    """Return the standard error from estimates that each lack one group."""
    n_groups = len(left_out)
    deviations = left_out - left_out.mean()
    return math.sqrt((n_groups - 1) / n_groups * float(deviations @ deviations))
