"""What was last done about every pair, kept in memory and brought up to date when asked.

A worklist of 40,000 pairs asks for it with every block of rows; reading it from the store each time
would cost more than everything else. The log only grows and versions of a pair have no gaps, so
the sum of the newest versions is the number of rows: that tells whether anything is missing.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app_state import follow_ups
from app_state.entry import FollowUp, Kind
from app_state.store import Store

_MARGIN = dt.timedelta(minutes=1)  # for clocks, and for writes not yet on disk


def _is_since(row: FollowUp, day: dt.date) -> bool:
    return row.kind is not Kind.NONE and row.data_as_of >= day


_SAYS: Mapping[str, Callable[[FollowUp, dt.date], bool]] = {
    "aside": FollowUp.is_aside_on,
    "due": FollowUp.is_due_on,
    "since": _is_since,
}


@dataclass(frozen=True)
class Standing:
    """What was last done about every pair, at one moment.

    Attributes
    ----------
    rows : mapping of pair id to FollowUp
        Only pairs about which anything was ever done.
    n_rows : int
        Rows of the log behind it; it grows with every change.
    """

    rows: Mapping[str, FollowUp] = field(default_factory=dict)
    n_rows: int = 0
    _by_day: dict[tuple[str, dt.date], frozenset[str]] = field(default_factory=dict, compare=False)

    def aside_on(self, day: dt.date) -> frozenset[str]:
        """Return the pairs that need nobody on a day, whatever their state: snoozed, paused, ended.

        See :meth:`app_state.entry.FollowUp.is_aside_on`.
        """
        return self._pairs("aside", day)

    def due_on(self, day: dt.date) -> frozenset[str]:
        """Return the pairs with something to be done by a day or before it."""
        return self._pairs("due", day)

    def looked_at_since(self, day: dt.date) -> frozenset[str]:
        """Return the pairs of which something stands that was done on a board of a day or later."""
        return self._pairs("since", day)

    def _pairs(self, what: str, day: dt.date) -> frozenset[str]:
        found = self._by_day.get((what, day))
        if found is None:
            says = _SAYS[what]
            found = frozenset(pair_id for pair_id, row in self.rows.items() if says(row, day))
            self._by_day[what, day] = found
        return found


class Latest:
    """What was last done, for all who look; safe between threads."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._standing = Standing()
        self._turn = threading.Lock()

    def standing(self) -> Standing:
        """Return what was last done, with everything that is on disk by now.

        Raises
        ------
        StoreError
            The store cannot be read.
        """
        n_rows = follow_ups.count(self.store)
        if n_rows != self._standing.n_rows:
            with self._turn:
                if n_rows > self._standing.n_rows:
                    self._standing = self._newer(n_rows)
        return self._standing

    def _newer(self, n_rows: int) -> Standing:
        held = self._standing.rows
        if held:
            since = max(row.at for row in held.values()) - _MARGIN
            rows = {**held, **follow_ups.current(self.store, since=since)}
            if _count(rows) >= n_rows:
                return Standing(MappingProxyType(rows), _count(rows))
        rows = follow_ups.current(self.store)  # also where a clock went back by more than a margin
        return Standing(MappingProxyType(rows), _count(rows))


def _count(rows: Mapping[str, FollowUp]) -> int:
    return sum(row.version for row in rows.values())
