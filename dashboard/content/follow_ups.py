"""What was last done about a pair, in words, and what a grid needs to act on it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from app_state.entry import FollowUp, Kind
from reports import wording

NAMES = {
    Kind.CONTACTED: "Contacted",
    Kind.SNOOZED: "Snoozed",
    Kind.PAUSED: "Paused by us",
    Kind.REMATCH_WANTED: "Re-match wanted",
    Kind.ENDED: "Ended",
    Kind.NOTE: "Note",
}


def follow_up_cell(row: FollowUp | None, *, today: dt.date) -> dict[str, Any]:
    """Return the columns of a worklist row that say what was last done.

    Attributes of the result: ``seen`` (version that the next change has to name), ``follow_up``
    (words), ``follow_up_sub`` (who, note).
    """
    if row is None or row.kind is Kind.NONE:
        return {"seen": row.version if row else 0, "follow_up": "", "follow_up_sub": ""}
    return {
        "seen": row.version,
        "follow_up": _what(row, today),
        "follow_up_sub": "; ".join(text for text in _about(row, today) if text),
    }


def _what(row: FollowUp, today: dt.date) -> str:
    name = NAMES[row.kind]
    if row.until_on is None:
        return f"{name} {wording.format_day(row.done_at, is_short=True)}"
    until = wording.format_day(row.until_on, is_short=True)
    if row.holds_on(today):
        return f"{name} until {until}"
    return f"Back since {until}, was {name[0].lower()}{name[1:]}"


def _about(row: FollowUp, today: dt.date) -> list[str]:
    said = [row.done_by, row.note]
    if row.assignee:
        said.append(f"for {row.assignee}")
    if row.due_on is not None:
        day = wording.format_day(row.due_on, is_short=True)
        said.append(f"was due {day}" if row.due_on < today else f"due {day}")
    return said


def history_lines(rows: tuple[FollowUp, ...], *, today: dt.date) -> list[tuple[str, str]]:
    """Return what was done about a pair, newest first: day, words."""
    lines = []
    for row in reversed(rows):
        if row.undoes is not None:
            words = f"Taken back by {row.by}"
        elif row.kind is Kind.NONE:
            continue
        else:
            verb = "Worded anew: " if row.is_edit else ""
            until = f" until {wording.format_day(row.until_on, is_short=True)}"
            about = "; ".join(text for text in _about(row, today) if text)
            words = f"{verb}{NAMES[row.kind]}{until if row.until_on else ''}, {about}"
        lines.append((wording.format_day(row.at, is_short=True), words))
    return lines


def read_day(text: object) -> dt.date | None:
    """Return a day as forms send it (2026-12-14); None where nothing was entered.

    Raises
    ------
    ValueError
        It is no day.
    """
    return dt.date.fromisoformat(str(text)) if text else None
