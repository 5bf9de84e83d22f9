"""What the store accepts: rules for every text and day, with the sentence for each refusal."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from typing import Any

from app_state.entry import Change, Kind, Wording

LONGEST_NAME = 200  # characters of an id or a display name
LONGEST_NOTE = 2_000
MOST_PAIRS = 5_000  # in one batch; other writers wait while it is written

_UNTIL = frozenset({Kind.SNOOZED, Kind.PAUSED})
# Marks that turn the direction of text: a name could be made to read as another one.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Refused(ValueError):
    """A follow-up cannot be kept as given; the message says why."""


def clean(text: str, what: str, longest: int, *, lines: bool = False) -> str:
    """Return a text without blanks around it.

    Parameters
    ----------
    text : str
        As it was entered.
    what : str
        How the message calls it, as "The note".
    longest : int
        Characters.
    lines : bool
        Whether it may have several lines.

    Raises
    ------
    Refused
        It is too long, or holds characters that cannot be seen.
    """
    text = text.replace("\r\n", "\n").strip()
    if len(text) > longest:
        raise Refused(f"{what} has {len(text):,} characters; {longest:,} are allowed.")
    allowed = "\n\t" if lines else ""
    for character in text:
        hidden = unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        if (hidden and character not in allowed) or character in _TURNING:
            raise Refused(
                f"{what} holds a control character (U+{ord(character):04X}). Please remove it."
            )
    return text


def clean_name(text: str, what: str) -> str:
    """Return a name that is not empty; see :func:`clean`."""
    name = clean(text, what, LONGEST_NAME)
    if not name:
        raise Refused(f"{what} is missing.")
    return name


def clean_wording(wording: Wording, kind: Kind, today: dt.date) -> Wording:
    """Return the wording as it is kept.

    Raises
    ------
    Refused
        A text is not acceptable, or does not fit the kind.
    """
    note = clean(wording.note, "The note", LONGEST_NOTE, lines=True)
    assignee = clean(wording.assignee, "The assignee's name", LONGEST_NAME)
    until_on = wording.until_on
    if kind == Kind.NONE and wording != Wording():
        raise Refused("Where nothing holds there is nothing to note, to assign, or to wait for.")
    if kind == Kind.NOTE and not note:
        raise Refused("A note needs some words.")
    if kind == Kind.SNOOZED and until_on is None:
        raise Refused("Say until when the pair is snoozed.")
    if until_on is not None and kind not in _UNTIL:
        raise Refused("Only a snooze or a pause has a day on which it ends.")
    if until_on is not None and until_on <= today:
        raise Refused("The day on which a snooze or a pause ends must lie ahead.")
    return Wording(note, assignee, wording.due_on, until_on)


def clean_row(change: Change, today: dt.date) -> dict[str, Any]:
    """Return a change as columns of the table.

    Raises
    ------
    Refused
        A text or day is not acceptable.
    """
    version = change.seen + 1
    return {
        "pair_id": clean_name(change.pair_id, "The pair's id"),
        "version": version,
        "kind": change.kind,
        "state": clean(change.state, "The state", LONGEST_NAME),
        "risk_band": clean(change.risk_band, "The risk band", LONGEST_NAME),
        "act_version": None if change.kind == Kind.NONE else version,
        **vars(clean_wording(change.wording, change.kind, today)),
    }


def check_batch(changes: Sequence[Change]) -> None:
    """Refuse a batch that is empty, too large, or names a pair twice.

    Raises
    ------
    Refused
        With the reason.
    """
    if not changes:
        raise Refused("No pair is chosen.")
    if len(changes) > MOST_PAIRS:
        raise Refused(
            f"{len(changes):,} pairs are chosen; {MOST_PAIRS:,} can be changed in one go."
        )
    if len({change.pair_id for change in changes}) < len(changes):
        raise Refused("A pair is chosen twice.")


def as_moment(now: dt.datetime) -> dt.datetime:
    """Return a moment as it is stored: UTC, without zone."""
    return now.astimezone(dt.UTC).replace(tzinfo=None) if now.tzinfo else now
