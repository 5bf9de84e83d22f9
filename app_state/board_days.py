"""Snapshots of the board on release days: the pairs that follow-ups are compared with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app_state.store import Store, parts
from app_state.tables import board_day, follow_up

KEPT_DAYS = 60  # then a day on which nobody followed up any pair is not compared with
_PAIRS_AT_ONCE = 1_000  # those who record follow-ups meanwhile wait about ten milliseconds


def has_board(store: Store, data_as_of: dt.date, n_pairs: int) -> bool:
    """Return whether the board of a day is kept with as many pairs as it has."""
    count = sa.select(sa.func.count()).where(board_day.c.data_as_of == data_as_of)
    with store.reading() as connection:
        return connection.execute(count).scalar_one() == n_pairs


def keep_board(store: Store, data_as_of: dt.date, pairs: Iterable[tuple[str, str, str]]) -> None:
    """Keep the board of a release day in place of an earlier one of the same day.

    It is written in parts, so that nobody who records a follow-up waits for all of it; if it is
    interrupted, :func:`has_board` says so and it can be done again. Older days on which no
    follow-up was recorded are dropped after ``KEPT_DAYS``: only days with follow-ups are ever
    compared with.

    Parameters
    ----------
    store : Store
        Where.
    data_as_of : date
        Last day the release speaks about.
    pairs : iterable of (pair_id, state, risk_band)
        Every pair on the board; the same bands as in follow-ups.
    """
    _drop_old(store, data_as_of)
    wanted = {pair[0]: pair for pair in pairs}
    of_day = board_day.c.data_as_of == data_as_of
    with store.reading() as connection:
        known = set(connection.execute(sa.select(board_day.c.pair_id).where(of_day)).scalars())
    for some in parts(sorted(wanted.keys() | known), _PAIRS_AT_ONCE):
        names = [column.name for column in board_day.columns]
        rows = [(data_as_of, *wanted[pair_id]) for pair_id in some if pair_id in wanted]
        try:
            with store.writing() as connection:
                if not known.isdisjoint(some):
                    connection.execute(
                        sa.delete(board_day).where(of_day, board_day.c.pair_id.in_(some))
                    )
                if rows:
                    connection.execute(
                        sa.insert(board_day), [dict(zip(names, row, strict=True)) for row in rows]
                    )
        except IntegrityError:  # another process is keeping the same board and was first
            continue


def read_boards(store: Store) -> pd.DataFrame:
    """Return the boards of days with follow-ups as :func:`app_state.helped.did_it_help` reads them.

    One row per day and pair in a state and band of which somebody followed up a pair that day:
    data_as_of, pair_id, state, risk_band.
    """
    place = [follow_up.c.data_as_of, follow_up.c.state, follow_up.c.risk_band]
    found: dict[str, list[object]] = {column.name: [] for column in board_day.columns}
    with store.reading() as connection:
        places = connection.execute(sa.select(*place).distinct().order_by(*place)).all()
        for day, state, band in places:  # one at a time: what all rows share is not read with each
            b = board_day.c
            of_place = (b.data_as_of == day) & (b.state == state) & (b.risk_band == band)
            pairs = connection.execute(sa.select(b.pair_id).where(of_place)).scalars().all()
            for name, value in zip(found, (day, None, state, band), strict=True):
                found[name] += pairs if value is None else [value] * len(pairs)
    return pd.DataFrame(found)


def _drop_old(store: Store, data_as_of: dt.date) -> None:
    followed_up = sa.exists().where(follow_up.c.data_as_of == board_day.c.data_as_of)
    is_old = board_day.c.data_as_of < data_as_of - dt.timedelta(days=KEPT_DAYS)
    with store.reading() as connection:
        dropped = sa.select(board_day.c.data_as_of).where(is_old, ~followed_up).distinct()
        days = connection.execute(dropped).scalars().all()
    for day in days:
        with store.writing() as connection:
            connection.execute(sa.delete(board_day).where(board_day.c.data_as_of == day))
