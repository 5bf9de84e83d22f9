"""Whether follow-ups helped, worked out beside the pages and kept until something changed.

With tens of thousands of pairs and follow-ups it takes seconds, and no page waits for that: it
shows what was found before, or that it is being worked out. One is worked out at a time, and each
again only after a pause that is long against the time it took, however often somebody acts.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import pandas as pd

from app_state import follow_ups
from app_state.board_days import read_boards
from app_state.helped import Helped, did_it_help
from app_state.store import Store
from dashboard.data import Snapshot, View
from reports.release import Release

PATIENCE = 0.3  # seconds
PAUSE = 20  # times as long as it took, before the same is worked out again
RETRY = 60.0  # seconds until it is tried again after a failure
_LOG = logging.getLogger("outcomes.dashboard")


@dataclass(frozen=True)
class Finding:
    """What is known of whether follow-ups helped.

    Attributes
    ----------
    results : tuple of Helped
        For every kind of follow-up; empty while nothing was worked out yet.
    is_newest : bool
        False where follow-ups were recorded since, or it is being worked out.
    has_failed : bool
        The last try failed; the log says where.
    """

    results: tuple[Helped, ...] = ()
    is_newest: bool = False
    has_failed: bool = False


@dataclass
class _Kept:
    """The last answer, and the one that is being worked out."""

    finding: Finding = Finding()
    count: int = -1
    not_before: float = 0.0
    running: Future[None] | None = None


class Helping:
    """Works out whether follow-ups helped, for one release after the other.

    Parameters
    ----------
    clock : function
        Returns seconds that only ever grow.
    patience : float
        Seconds that whoever asks waits for an answer that is nearly there.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, patience: float = PATIENCE
    ) -> None:
        self._clock, self._patience = clock, patience
        self._kept: WeakKeyDictionary[Snapshot, dict[tuple[Store, tuple[str, ...]], _Kept]] = (
            WeakKeyDictionary()
        )
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="helping")
        self._lock = threading.Lock()

    def find(self, view: View) -> Finding | None:
        """Return what is known for the viewer's own programs; None without names or a store."""
        granted = view.rights("former_pair")
        if view.done is None or not granted.allowed:
            return None
        store, programs = view.done.store, granted.only["program"]
        count = view.done.standing.n_rows
        with self._lock:
            kept = self._kept.setdefault(view.snapshot, {}).setdefault((store, programs), _Kept())
            is_due = kept.count != count and self._clock() >= kept.not_before
            if kept.running is None and is_due:
                release = view.snapshot.release
                kept.running = self._pool.submit(
                    self._work_out, kept, release, store, programs, count
                )
            running = kept.running
        if running is not None:
            wait([running], timeout=self._patience)
        with self._lock:
            found, is_newest = kept.finding, kept.count == count
        return Finding(found.results, is_newest and not found.has_failed, found.has_failed)

    def _work_out(
        self, kept: _Kept, release: Release, store: Store, programs: tuple[str, ...], count: int
    ) -> None:
        began = self._clock()
        try:
            found = Finding(work_out(release, store, programs))
        except Exception as error:  # whatever it was, pages go on; the words may hold names
            _LOG.exception("follow-ups were not compared: %s", type(error).__name__, exc_info=False)
            found = Finding(has_failed=True)
        with self._lock:
            ended = self._clock()
            kept.finding, kept.count, kept.running = found, count, None
            kept.not_before = ended + PAUSE * (ended - began)
            if found.has_failed:
                kept.count, kept.not_before = -1, ended + RETRY


def work_out(release: Release, store: Store, programs: tuple[str, ...]) -> tuple[Helped, ...]:
    """Compare followed-up pairs of some programs with those left alone.

    Parameters
    ----------
    release : Release
        Says when pairs met: those on the board by their events, those that left it by
        ``former_pair``.
    store : Store
        Holds the follow-ups and the boards they were made on.
    programs : tuple of str
        Pairs of no other program are looked at.
    """
    former = release.frame("former_pair", program=list(programs))
    running = release.frame("pair_board", program=list(programs))["pair_id"]
    events = release.frame("pair_event", kind="held").rename(columns={"happened_on": "held_on"})
    held = pd.concat(
        [
            events.loc[events["pair_id"].isin(running), ["pair_id", "held_on"]],
            former.loc[former["held_on"].notna(), ["pair_id", "held_on"]],
        ],
        ignore_index=True,
    )
    own = set(running) | set(former["pair_id"])
    log, boards = follow_ups.read_log(store), read_boards(store)
    return did_it_help(
        log[log["pair_id"].isin(own)],
        boards[boards["pair_id"].isin(own)],
        held,
        as_of=release.info.data_as_of,
    )


HELPING = Helping()
