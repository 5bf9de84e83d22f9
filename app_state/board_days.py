"""Snapshots of the board on release days: the pairs that follow-ups are compared with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app_state.store import Store
from app_state.tables import board_day, follow_up

KEPT_DAYS = 60  # then a day on which nobody followed up any pair is not compared with


def has_board(store: Store, data_as_of: dt.date) -> bool:
    """Return whether the board of a day is kept."""
    with store.reading() as connection:
        found = connection.execute(_of_day(data_as_of).limit(1)).first()
    return found is not None


def keep_board(store: Store, data_as_of: dt.date, pairs: Iterable[tuple[str, str, str]]) -> None:
    """Keep the board of a release day in place of an earlier one of the same day.

    Older days which no follow-up was recorded on are dropped after ``KEPT_DAYS``: only days with
    follow-ups are ever compared with.

    Parameters
    ----------
    store : Store
        Where.
    data_as_of : date
        Last day the release speaks about.
    pairs : iterable of (pair_id, state, risk_band)
        Every pair on the board; the same bands as in follow-ups.
    """
    names = [column.name for column in board_day.columns]
    rows = [dict(zip(names, (data_as_of, *pair), strict=True)) for pair in pairs]
    followed_up = sa.exists().where(follow_up.c.data_as_of == board_day.c.data_as_of)
    is_old = board_day.c.data_as_of < data_as_of - dt.timedelta(days=KEPT_DAYS)
    try:
        with store.writing() as connection:
            connection.execute(sa.delete(board_day).where(is_old, ~followed_up))
            connection.execute(sa.delete(board_day).where(board_day.c.data_as_of == data_as_of))
            if rows:
                connection.execute(sa.insert(board_day), rows)
    except IntegrityError:  # another process was first with the board of the same day
        return


def read_boards(store: Store) -> pd.DataFrame:
    """Return the boards of days with follow-ups as :func:`app_state.helped.did_it_help` reads them.

    One row per day and pair: data_as_of, pair_id, state, risk_band.
    """
    days = sa.select(follow_up.c.data_as_of)
    statement = sa.select(board_day).where(board_day.c.data_as_of.in_(days))
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    return pd.DataFrame(rows, columns=[column.name for column in board_day.columns])


def _of_day(data_as_of: dt.date) -> sa.Select[tuple[str]]:
    return sa.select(board_day.c.pair_id).where(board_day.c.data_as_of == data_as_of)
