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


def follow_up_cell(row: FollowUp | None) -> dict[str, Any]:
    """Return the columns of a worklist row that say what was last done.

    Attributes of the result: ``seen`` (version that the next change has to name), ``follow_up``
    (words), ``follow_up_sub`` (who, note).
    """
    if row is None or row.kind is Kind.NONE:
        return {"seen": row.version if row else 0, "follow_up": "", "follow_up_sub": ""}
    words = f"{NAMES[row.kind]} {wording.format_day(row.done_at, is_short=True)}"
    if row.until_on is not None:
        words = f"{NAMES[row.kind]} until {wording.format_day(row.until_on, is_short=True)}"
    said = [row.done_by, row.note]
    if row.assignee:
        said.append(f"for {row.assignee}")
    if row.due_on is not None:
        said.append(f"due {wording.format_day(row.due_on, is_short=True)}")
    return {
        "seen": row.version,
        "follow_up": words,
        "follow_up_sub": "; ".join(text for text in said if text),
    }


def history_lines(rows: tuple[FollowUp, ...]) -> list[tuple[str, str]]:
    """Return what was done about a pair, newest first: day, words."""
    lines = []
    for row in reversed(rows):
        if row.undoes is not None:
            words = f"Taken back by {row.by}"
        elif row.kind is Kind.NONE:
            continue
        else:
            cell = follow_up_cell(row)
            verb = "Worded anew: " if row.is_edit else ""
            words = f"{verb}{NAMES[row.kind]}, {cell['follow_up_sub']}"
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
