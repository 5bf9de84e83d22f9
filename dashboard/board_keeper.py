"""Keeps the whole board of a release day, to compare followed-up pairs with the others.

A board of 40,000 pairs takes more than half a second to write, so that nobody's click waits for it:
a thread of the server writes it when the day's first follow-up is recorded.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from types import SimpleNamespace

from app_state.board_days import has_board, keep_board
from app_state.errors import StoreError
from app_state.store import Store
from dashboard.data import View
from reports import codes

_LOG = logging.getLogger("outcomes.dashboard")


class BoardKeeper:
    """Writes boards, one at a time, behind the requests."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: set[tuple[int, dt.date]] = set()
        self._turn = threading.Lock()
        self._thread: threading.Thread | None = None

    def keep(self, view: View) -> None:
        """See to it that the board of the view's release is kept; returns at once."""
        key = (view.info.release_id, view.info.data_as_of)
        with self._turn:
            if key in self._kept or (self._thread is not None and self._thread.is_alive()):
                return
            pairs = [
                (row.pair_id, row.state, risk_band(row)) for row in view.snapshot.rows("pair_board")
            ]
            self._thread = threading.Thread(target=self._write, args=(key, pairs), daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait until what was begun is written."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _write(self, key: tuple[int, dt.date], pairs: list[tuple[str, str, str]]) -> None:
        _, day = key
        try:
            if not has_board(self._store, day, len(pairs)):
                keep_board(self._store, day, pairs)
        except StoreError as error:  # the next follow-up of the day tries again
            _LOG.error("the board of %s was not kept: %s", day, error)
            return
        with self._turn:
            self._kept.add(key)


def risk_band(row: SimpleNamespace) -> str:
    """Return the band of a pair's risk; empty where nothing is said about it."""
    return "" if row.risk is None else codes.risk_name(row.risk)
