"""What a follow-up is: what a caller hands in, and what comes back from the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What somebody did about a pair; the value is what the log holds."""

    CONTACTED = "contacted"
    SNOOZED = "snoozed"
    PAUSED = "paused"
    REMATCH_WANTED = "rematch_wanted"
    ENDED = "ended"
    NOTE = "note"
    NONE = "none"  # nothing holds


KIND_NAMES: Mapping[Kind, str] = {
    Kind.CONTACTED: "contacted",
    Kind.SNOOZED: "snoozed",
    Kind.PAUSED: "paused",
    Kind.REMATCH_WANTED: "re-match wanted",
    Kind.ENDED: "ended",
    Kind.NOTE: "note",
    Kind.NONE: "nothing",
}
_ASIDE = frozenset({Kind.SNOOZED, Kind.PAUSED, Kind.ENDED})


@dataclass(frozen=True)
class Board:
    """The board of pairs that somebody looked at.

    Attributes
    ----------
    release_id : int
        The release it is from.
    data_as_of : date
        Last day that release speaks about.
    """

    release_id: int
    data_as_of: dt.date


@dataclass(frozen=True)
class Wording:
    """What can be edited of a follow-up.

    Attributes
    ----------
    note, assignee : str
        Words, and the display name of who takes care; empty for none.
    due_on : date or None
        Day by which it is to be done.
    until_on : date or None
        First day on which a snooze or pause no longer holds.
    """

    note: str = ""
    assignee: str = ""
    due_on: dt.date | None = None
    until_on: dt.date | None = None


@dataclass(frozen=True)
class Change:
    """A new follow-up of one pair.

    Attributes
    ----------
    pair_id : str
        The pair.
    seen : int
        Version of the pair's follow-ups that the caller saw; 0 where there was none.
    kind : Kind
        What was done; ``Kind.NONE`` to say that nothing holds any more.
    wording : Wording
        Note, assignee, days.
    state, risk_band : str
        Of the pair on the board that was looked at; empty when not known.
    """

    pair_id: str
    seen: int
    kind: Kind
    wording: Wording = Wording()
    state: str = ""
    risk_band: str = ""


@dataclass(frozen=True)
class FollowUp:
    """One row of the log; the columns of ``app_state.tables.follow_up`` and who did what holds.

    Attributes
    ----------
    done_by, done_at : str, datetime
        Who did what holds after this row, and when (UTC). They differ from ``by`` and ``at`` after
        an edit or an undo, which bring back or keep what somebody did before.
    """

    pair_id: str
    version: int
    batch_id: str
    kind: Kind
    note: str
    assignee: str
    due_on: dt.date | None
    until_on: dt.date | None
    by: str
    at: dt.datetime
    release_id: int
    data_as_of: dt.date
    state: str
    risk_band: str
    undoes: str | None
    act_version: int | None
    done_by: str
    done_at: dt.datetime

    @property
    def is_edit(self) -> bool:
        """Whether the row only words anew what was done before."""
        return self.undoes is None and self.act_version not in (None, self.version)

    def holds_on(self, day: dt.date) -> bool:
        """Return whether the follow-up holds on a day, if nothing is recorded after it."""
        return self.kind != Kind.NONE and (self.until_on is None or day < self.until_on)

    def is_aside_on(self, day: dt.date) -> bool:
        """Return whether the pair needs nobody on a day, whatever its state.

        Somebody snoozed or paused it until later, or says that it has ended.
        """
        return self.kind in _ASIDE and self.holds_on(day)

    def is_due_on(self, day: dt.date) -> bool:
        """Return whether something was to be done by a day or before it."""
        is_open = self.kind not in (Kind.NONE, Kind.ENDED)
        return is_open and self.due_on is not None and self.due_on <= day


class ChangedMeanwhile(Exception):
    """Somebody changed a pair after the caller had looked; nothing was recorded.

    Parameters
    ----------
    changes : tuple of FollowUp
        What others recorded since, oldest first for each pair.
    n_pairs : int
        Pairs the caller wanted to change.
    consequence : str
        A sentence on what was not done.
    """

    def __init__(self, changes: tuple[FollowUp, ...], n_pairs: int, consequence: str) -> None:
        self.changes = changes
        self.n_pairs = n_pairs
        super().__init__(f"{_say(changes, n_pairs)} {consequence}")


def _say(changes: tuple[FollowUp, ...], n_pairs: int) -> str:
    changed = len({row.pair_id for row in changes})
    if n_pairs > 1:
        by = list(dict.fromkeys(row.by for row in changes))
        who = by[0] if len(by) == 1 else f"{by[0]} and {len(by) - 1} more"
        verb = "was" if changed == 1 else "were"
        return f"{changed} of the {n_pairs} pairs {verb} changed meanwhile by {who}."
    last = changes[-1]
    if last.undoes is not None:
        act = "took back a follow-up of this pair"
    elif last.is_edit:
        act = "edited the follow-up of this pair"
    else:
        act = f"recorded “{KIND_NAMES[last.kind]}” for this pair"
    return f"{last.by} {act} meanwhile, on {last.at:%Y-%m-%d at %H:%M} UTC."
