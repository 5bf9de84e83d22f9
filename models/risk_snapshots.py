"""What was known of every running pair week by week, and whether it met in the month after."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

import numpy as np

from models.pair_facts import NOT_A_DAY
from models.risk_history import PairHistory

HORIZON_DAYS = 30
WEEK_DAYS = 7
RECENT_DAYS = 60
PLANNED_GAPS = 2  # gaps of the agreed length that the mean gap starts from
YEAR_END_DAYS = 18  # 20 December to 6 January
MOST_SNAPSHOTS = 300_000

# One column each, in this order. Lengths of time in days; year_end is a share of the horizon.
FEATURES = (
    "recency",
    "cadence",
    "mean_gap",
    "recency_in_cadences",
    "held_recently",
    "cancelled_by_senior",
    "cancelled_by_junior",
    "since_match",
    "time_left",
    "end_is_known",
    "year_end",
)


@dataclass(frozen=True)
class Snapshots:
    """Running pairs, each on one day; arrays of shape (n_snapshots,).

    Attributes
    ----------
    pair : ndarray of int
        Number of the pair, as in :class:`models.pair_facts.PairFacts`.
    day : ndarray of datetime64[D]
    features : ndarray of float, shape (n_snapshots, len(FEATURES))
        Known on the day; nothing that happened later has a part in them.
    next_held_on : ndarray of datetime64[D]
        Next session held after the day, NaT where none is known.
    followed_until : ndarray of datetime64[D]
        Last day on which the pair is known to have run on, neither ended nor paused.
    """

    pair: np.ndarray
    day: np.ndarray
    features: np.ndarray
    next_held_on: np.ndarray
    followed_until: np.ndarray

    def __len__(self) -> int:
        return len(self.pair)

    def chosen(self, which: np.ndarray) -> Snapshots:
        """Return those that a mask or an index chooses."""
        return Snapshots(*(getattr(self, each.name)[which] for each in fields(self)))

    def feature(self, name: str) -> np.ndarray:
        """Return one column of the features."""
        column: np.ndarray = self.features[:, FEATURES.index(name)]
        return column

    @property
    def n_pairs(self) -> int:
        """Different pairs among them."""
        return len(np.unique(self.pair))

    @property
    def is_labeled(self) -> np.ndarray:
        """Whether the pair is known to have run on through the whole month after the day."""
        known: np.ndarray = self.followed_until >= self.day + HORIZON_DAYS
        return known

    @property
    def is_silent(self) -> np.ndarray:
        """Whether no session was held in the month after the day; says nothing without label."""
        silent: np.ndarray = ~(self.next_held_on <= self.day + HORIZON_DAYS)
        return silent


def weekly_grid(
    history: PairHistory, *, as_of: dt.date, most: int = MOST_SNAPSHOTS, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the weeks of every pair from its match to its end, counted back from a day.

    Parameters
    ----------
    history : PairHistory
    as_of : date
        The last week.
    most : int
        Where there are more, whole pairs are left out by a seeded draw: the weeks of one pair say
        much the same, and the lead of a warning needs all of them.
    seed : int

    Returns
    -------
    (pair, day) : ndarray of int, ndarray of datetime64[D]
        In order of pair and day.
    """
    last = np.datetime64(as_of, "D")
    until = np.minimum(history.ended_on - 1, last)
    usable = np.flatnonzero(history.is_usable & (history.matched_on <= until))
    newest = -((until[usable] - last).astype(int) // WEEK_DAYS)  # weeks back, rounded up
    oldest = (last - history.matched_on[usable]).astype(int) // WEEK_DAYS
    count = np.maximum(oldest - newest + 1, 0)
    if count.sum() > most:
        drawn = np.random.default_rng(seed).permutation(len(usable))
        kept = np.sort(drawn[np.cumsum(count[drawn]) <= most])
        usable, oldest, count = usable[kept], oldest[kept], count[kept]
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    weeks_back = np.repeat(oldest, count) - place
    return np.repeat(usable, count), last - WEEK_DAYS * weeks_back


def take_snapshots(
    history: PairHistory, pair: np.ndarray, day: np.ndarray, *, as_of: dt.date
) -> Snapshots:
    """Describe pairs on days; those that do not run on their day are left out.

    Parameters
    ----------
    history : PairHistory
    pair : ndarray of int, shape (n,)
    day : ndarray of datetime64[D], shape (n,)
        Not after ``as_of``.
    as_of : date
        Last day the data speak about; what happened after it is not looked at.

    Returns
    -------
    Snapshots
        In the order given.

    Notes
    -----
    Whether a session was booked is no feature. The log does not say when a session was booked:
    that one lay ahead on a past day is known only because it came about, which is just what is to
    be foreseen.
    """
    running = history.is_running(pair, day)
    pair, day = pair[running], day[running]
    last = np.datetime64(as_of, "D")
    next_held_on = history.held.next(pair, day)
    next_held_on[next_held_on > last] = NOT_A_DAY
    return Snapshots(
        pair=pair,
        day=day,
        features=_features(history, pair, day),
        next_held_on=next_held_on,
        followed_until=np.minimum(history.stops_on(pair, day) - 1, last),
    )


def _features(history: PairHistory, pair: np.ndarray, day: np.ndarray) -> np.ndarray:
    cadence, matched_on = history.cadence[pair], history.matched_on[pair]
    last, n_held = history.held.last(pair, day), history.held.total(pair, day)
    last = np.where(n_held > 0, last, matched_on)
    first = np.where(n_held > 0, history.held.first(pair), last)
    recency, gaps = (day - last).astype(float), (last - first).astype(float)
    time_left, end_is_known = history.days_left(pair, day)
    columns = {
        "recency": recency,
        "cadence": cadence,
        "mean_gap": (gaps + PLANNED_GAPS * cadence) / (np.maximum(n_held - 1, 0) + PLANNED_GAPS),
        "recency_in_cadences": recency / cadence,
        "held_recently": history.held.within(pair, day, RECENT_DAYS),
        "cancelled_by_senior": history.cancelled_by_senior.within(pair, day, RECENT_DAYS),
        "cancelled_by_junior": history.cancelled_by_junior.within(pair, day, RECENT_DAYS),
        "since_match": (day - matched_on).astype(float),
        "time_left": time_left,
        "end_is_known": end_is_known,
        "year_end": _year_end_share(day),
    }
    return np.column_stack([columns[name].astype(float) for name in FEATURES])


def _year_end_share(day: np.ndarray) -> np.ndarray:
    """Return the share of the month after each day around New Year, when few people meet."""
    year = (day - 6).astype("datetime64[Y]")  # until 6 January the turn of the year is not over
    first = (year.astype("datetime64[M]") + 11).astype("datetime64[D]") + 19
    overlap = np.minimum(day + HORIZON_DAYS, first + YEAR_END_DAYS - 1) - np.maximum(day + 1, first)
    share: np.ndarray = np.maximum(overlap.astype(int) + 1, 0) / HORIZON_DAYS
    return share
