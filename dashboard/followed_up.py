"""What was done about pairs, as one page sees it: at one moment, on one day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from app_state import follow_ups
from app_state.entry import FollowUp
from app_state.latest import Standing
from app_state.store import Store

LATELY_DAYS = 60  # then what was done about a pair is history


@dataclass(frozen=True)
class FollowedUp:
    """What was done about pairs.

    Attributes
    ----------
    store : Store
        Where it is kept.
    standing : Standing
        What was last done, at the moment the page is drawn.
    today : date
        Day of drawing: a snooze until yesterday is over.
    """

    store: Store
    standing: Standing
    today: dt.date

    @property
    def current(self) -> Mapping[str, FollowUp]:
        """What was last done about each pair that anything was done about."""
        return self.standing.rows

    @property
    def aside(self) -> frozenset[str]:
        """Pairs that need nobody today: snoozed, paused, or ended by somebody."""
        return self.standing.aside_on(self.today)

    @property
    def due(self) -> frozenset[str]:
        """Pairs with something to be done by today."""
        return self.standing.due_on(self.today)

    def lately(self, as_of: dt.date) -> frozenset[str]:
        """Pairs of which something stands that was done on a board of the last weeks."""
        return self.standing.looked_at_since(as_of - dt.timedelta(days=LATELY_DAYS))

    def history(self, pair_id: str) -> tuple[FollowUp, ...]:
        """Return everything that was done about a pair, oldest first."""
        return follow_ups.history(self.store, pair_id)
