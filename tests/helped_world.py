"""A release and a store of one program whose manager contacted silent pairs, for tests of both."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from app_state.store import Store
from app_state.tables import board_day, follow_up
from reports.release_writer import write_release
from tests.simulated_follow_ups import Rows, frames, managed
from tests.synthetic_release import tables

Frames = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def fill_world(
    folder: Path, store: Store, *, seed: int = 3, effect: float = 0.03, pairs: int = 240
) -> tuple[Frames, dt.date]:
    """Write both; return what the comparison has to be made of, and its last day.

    Every third pair has left the board since; every tenth belongs to another program, P2.
    """
    log, boards, held, as_of = managed(seed, effect=effect, pairs=pairs)
    names = [f"p{number}" for number in range(pairs)]
    foreign, gone = set(names[::10]), set(names[1::3])
    made = tables(quarters=2, pairs=pairs)
    made["release"] = made["release"].assign(data_as_of=as_of)
    board = made["pair_board"].assign(pair_id=names)
    board["program"] = ["P2" if name in foreign else "P1" for name in names]
    made["pair_board"] = board[~board["pair_id"].isin(gone)]
    met = pd.DataFrame(held)
    events = made["pair_event"].iloc[:0].reindex(range(len(met)))
    events = events.assign(pair_id=met["pair_id"], happened_on=met["held_on"], kind="held")
    made["pair_event"] = events[~events["pair_id"].isin(gone)]
    left = board.loc[board["pair_id"].isin(gone), ["pair_id", "program"]]
    made["former_pair"] = left.merge(met, on="pair_id", how="left")
    write_release(folder, made)
    _store(store, log, boards)
    own = [[row for row in rows if row["pair_id"] not in foreign] for rows in (log, boards, held)]
    return frames(*own), as_of


def _store(store: Store, log: Rows, boards: Rows) -> None:
    words = {"note": "", "assignee": "", "due_on": None, "until_on": None, "by": "Ann"}
    rows = [row | words | {"release_id": 1, "batch_id": f"b{n}"} for n, row in enumerate(log)]
    with store.writing() as connection:
        connection.execute(sa.insert(follow_up), rows)
        connection.execute(sa.insert(board_day), boards)
