"""What happened to pairs, sorted once so that any pair can be asked about any day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.momentum import DEFAULT_CADENCE_DAYS
from models.pair_facts import NOT_A_DAY, OVER, PairFacts

_STRIDE = np.int64(2**20)  # days between the keys of two pairs
_MIDDLE = np.int64(2**19)
_FAR = np.datetime64("9999-12-31", "D")


class Happenings:
    """Days on which something happened to pairs, to be asked for many pairs and days at once.

    Parameters
    ----------
    pair : ndarray of int, shape (n_happenings,)
    day : ndarray of datetime64[D], shape (n_happenings,)
    """

    def __init__(self, pair: np.ndarray, day: np.ndarray) -> None:
        key = _key(pair, day)
        self.order = np.argsort(key, kind="stable")
        self._sorted = key[self.order]

    def position(self, pair: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Return the place in the order after all that happened to each pair up to its day."""
        position: np.ndarray = np.searchsorted(self._sorted, _key(pair, day), side="right")
        return position

    def total(self, pair: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Return how often it happened to each pair up to its day."""
        start = np.searchsorted(self._sorted, _base(pair))
        count: np.ndarray = self.position(pair, day) - start
        return count

    def within(self, pair: np.ndarray, day: np.ndarray, days: int) -> np.ndarray:
        """Return how often it happened in the so many days that end with the day."""
        count: np.ndarray = self.position(pair, day) - self.position(pair, day - days)
        return count

    def first(self, pair: np.ndarray) -> np.ndarray:
        """Return when it first happened to each pair; NaT for never."""
        return self.day_at(pair, np.searchsorted(self._sorted, _base(pair)))

    def last(self, pair: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Return when it last happened, the day included; NaT for never."""
        return self.day_at(pair, self.position(pair, day) - 1)

    def next(self, pair: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Return when it happens next after the day; NaT for never."""
        return self.day_at(pair, self.position(pair, day))

    def day_at(self, pair: np.ndarray, position: np.ndarray) -> np.ndarray:
        """Return the day at a place of the order; NaT where it is not about this pair."""
        days = np.full(len(pair), NOT_A_DAY)
        inside = np.flatnonzero((position >= 0) & (position < len(self._sorted)))
        key = self._sorted[position[inside]]
        own = key // _STRIDE == pair[inside]
        found = key[own] % _STRIDE - _MIDDLE
        days[inside[own]] = found.astype("datetime64[D]")
        return days


class PairHistory:
    """The course of every pair.

    Parameters
    ----------
    facts : PairFacts
        Optional column ``planned_end_on`` of its pairs: first day after the planned end.

    Attributes
    ----------
    held, cancelled_by_senior, cancelled_by_junior : Happenings
        A cancellation happens on the day it is made, or on the day of the session where the log
        does not say.
    matched_on, ended_on, planned_end_on : ndarray of datetime64[D], shape (n_pairs,)
        An end that is not known lies in the year 9999.
    cadence : ndarray of float, shape (n_pairs,)
        Days agreed between two sessions.
    is_usable : ndarray of bool, shape (n_pairs,)
        Meant to last, and with a status that is known on every day.
    """

    def __init__(self, facts: PairFacts) -> None:
        sessions = facts.sessions
        pair, on = sessions["pair"].to_numpy(), _days(sessions["on"])
        status, by = sessions["status"], sessions["cancelled_by"]
        made_on = _days(sessions["cancelled_on"])
        made_on = np.where(np.isnat(made_on), on, made_on)
        held = (status == "held").to_numpy(dtype=bool)
        self.held = Happenings(pair[held], on[held])
        by_senior, by_junior = (
            ((status == "cancelled") & (by == role)).to_numpy(dtype=bool)
            for role in ("mentee", "mentor")
        )
        self.cancelled_by_senior = Happenings(pair[by_senior], made_on[by_senior])
        self.cancelled_by_junior = Happenings(pair[by_junior], made_on[by_junior])
        self._read_changes(facts.changes)
        self._read_pairs(facts)

    def _read_changes(self, changes: pd.DataFrame) -> None:
        pair, on = changes["pair"].to_numpy(), _days(changes["on"])
        runs = (~changes["status"].isin(["paused", *OVER])).to_numpy(dtype=bool)
        self._stops = Happenings(pair[~runs], on[~runs])
        self._changes = Happenings(pair, on)
        self._runs_after = runs[self._changes.order]

    def _read_pairs(self, facts: PairFacts) -> None:
        pairs = facts.pairs
        self.matched_on, ended_on = _days(pairs["matched_on"]), _days(pairs["ended_on"])
        self.ended_on = _known_or_far(ended_on)
        planned = pairs.get("planned_end_on", pd.Series(pd.NaT, index=pairs.index))
        self.planned_end_on = _known_or_far(_days(planned))
        cadence = pairs["agreed_cadence_days"].astype(float).fillna(DEFAULT_CADENCE_DAYS)
        self.cadence = cadence.to_numpy()
        # Without a change on record the status is that of the export: since when, nobody knows.
        status = pairs["status"]
        is_vague = (status == "paused") | (status.isin(OVER) & np.isnat(ended_on))
        is_vague[facts.changes["pair"].unique()] = False
        is_lasting = pairs["kind"] != "one-off"
        self.is_usable = (is_lasting & ~is_vague).to_numpy(dtype=bool) & ~np.isnat(self.matched_on)

    def is_running(self, pair: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Return whether each pair has begun by its day and is neither paused nor over."""
        position = self._changes.position(pair, day) - 1
        is_changed = ~np.isnat(self._changes.day_at(pair, position))
        runs: np.ndarray = self.is_usable[pair] & (self.matched_on[pair] <= day)
        runs &= day < self.ended_on[pair]
        runs[is_changed] &= self._runs_after[position[is_changed]]
        return runs

    def stops_on(self, pair: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Return the first day after the day on which the pair ends, pauses or was to end.

        A planned end that a pair has outlived is none.
        """
        planned = self.planned_end_on[pair]
        planned = np.where(planned > day, planned, _FAR)
        changed = _known_or_far(self._stops.next(pair, day))
        first: np.ndarray = np.minimum(np.minimum(self.ended_on[pair], changed), planned)
        return first

    def days_left(self, pair: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the days to the planned end, 0 where outlived or unknown, and if it is known."""
        planned = self.planned_end_on[pair]
        is_known = planned < _FAR
        left = np.where(is_known, np.maximum((planned - day).astype(int), 0), 0)
        return left, is_known


def _known_or_far(days: np.ndarray) -> np.ndarray:
    filled: np.ndarray = np.where(np.isnat(days), _FAR, days)
    return filled


def _key(pair: np.ndarray, day: np.ndarray) -> np.ndarray:
    key: np.ndarray = _base(pair) + day.astype(np.int64) + _MIDDLE
    return key


def _base(pair: np.ndarray) -> np.ndarray:
    base: np.ndarray = pair.astype(np.int64) * _STRIDE
    return base


def _days(moments: pd.Series) -> np.ndarray:
    days: np.ndarray = moments.to_numpy().astype("datetime64[D]")
    return days
