"""Follow-ups for tests: a board, a moment, and short ways to record."""

from __future__ import annotations

import datetime as dt

from app_state.entry import Board, Change, Kind, Wording
from app_state.follow_ups import record
from app_state.store import Store

BOARD = Board(release_id=7, data_as_of=dt.date(2026, 11, 1))
NOW = dt.datetime(2026, 11, 2, 9, 30)


def change(pair_id: str, seen: int = 0, kind: Kind = Kind.CONTACTED, note: str = "") -> Change:
    return Change(pair_id, seen, kind, Wording(note=note), state="dormant", risk_band="high")


def contact(store: Store, *pair_ids: str, seen: int = 0, by: str = "Ann", note: str = "") -> str:
    changes = [change(pair_id, seen, note=note) for pair_id in pair_ids]
    return record(store, changes, by=by, now=NOW, board=BOARD)
