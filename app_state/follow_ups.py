"""Recording follow-ups and reading them back.

The log only grows. Every row of a pair has the next version, and (pair, version) is the key of the
table: of two people who saw the same version one gets the next, the other one is told what the
first did. That holds on both engines and needs no lock.

Whoever records says who they are (``by``, a display name) and when it is (``now``; without zone it
is UTC), and names the version of each pair that they saw. What comes back is the name of the batch,
which :func:`undo` takes; then it is on disk. All three writers raise ``Refused`` where a text or a
day is not acceptable, ``ChangedMeanwhile`` where a pair has another version than the one seen, and
``StoreError`` where the store cannot be written; nothing is recorded then.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app_state.checking import Refused, as_moment, check_batch, clean_name, clean_row, clean_wording
from app_state.entry import Board, Change, ChangedMeanwhile, FollowUp, Kind, Wording
from app_state.store import Store, parts
from app_state.tables import follow_up

_ROW = follow_up.alias("written")
_ACT = follow_up.alias("act")
_MANY = 10_000  # ids in one statement; engines allow some tens of thousands
_NOTHING = "Nothing was recorded; look at it and decide again."
_NOTHING_UNDONE = "Undoing would take that back as well, so nothing was changed."
LOG_COLUMNS = (
    "pair_id", "version", "kind", "at", "data_as_of", "state", "risk_band", "undoes", "act_version",
)  # fmt: skip


def record(
    store: Store,
    changes: Sequence[Change],
    *,
    by: str,
    now: dt.datetime,
    board: Board,
    batch_id: str | None = None,
) -> str:
    """Record a follow-up for one pair, or for many at once: all of them or none.

    Parameters
    ----------
    changes : sequence of Change
        At most one for each pair.
    board : Board
        What was looked at.
    batch_id : str, optional
        A name of the caller's own. With the same one a repeated call, as after an answer that got
        lost, records nothing again.
    """
    check_batch(changes)
    at = as_moment(now)
    batch = clean_name(batch_id or uuid.uuid4().hex, "The batch")
    shared = {"batch_id": batch, "by": clean_name(by, "Your name"), "at": at, "undoes": None}
    shared |= vars(board)
    _append(store, [clean_row(change, at.date()) | shared for change in changes])
    return batch


def edit(
    store: Store, pair_id: str, wording: Wording, *, seen: int, by: str, now: dt.datetime
) -> str:
    """Word the follow-up that holds anew: a new version of the same kind.

    Parameters
    ----------
    wording : Wording
        All of it, changed or not.
    seen : int
        Version of the pair's follow-ups that the caller saw.
    """
    at = as_moment(now)
    held = {row.version: row for row in history(store, pair_id)}.get(seen)
    if held is None or held.kind == Kind.NONE:
        raise Refused("There is no follow-up to edit.")
    # A day that has passed since may stay as it is.
    today = dt.date.min if wording.until_on == held.until_on else at.date()
    row = _columns(held) | vars(clean_wording(wording, held.kind, today))
    row |= {"version": seen + 1, "batch_id": uuid.uuid4().hex, "undoes": None}
    _append(store, [row | {"by": clean_name(by, "Your name"), "at": at}])
    return str(row["batch_id"])


def undo(store: Store, batch_id: str, *, by: str, now: dt.datetime) -> str:
    """Take a batch back: what held before it holds again, by rows that are added.

    Parameters
    ----------
    batch_id : str
        From :func:`record`, :func:`edit`, or :func:`undo`, which can be taken back as well.
    """
    taken_back = read_batch(store, batch_id)
    if not taken_back:
        raise Refused("There is nothing to undo under this name.")
    keys = sa.select(follow_up.c.pair_id, follow_up.c.version - 1)
    keys = keys.where(follow_up.c.batch_id == batch_id)
    before = {row.pair_id: row for row in _read(store, _key().in_(keys))}
    batch = uuid.uuid4().hex
    shared = {"batch_id": batch, "by": clean_name(by, "Your name"), "at": as_moment(now)}
    shared["undoes"] = batch_id
    rows = [_as_before(row, before.get(row.pair_id)) | shared for row in taken_back]
    _append(store, rows, _NOTHING_UNDONE)
    return batch


def current(
    store: Store, pair_ids: Iterable[str] | None = None, *, since: dt.datetime | None = None
) -> dict[str, FollowUp]:
    """Return the newest row of each pair that has any; its version is what a change has to name.

    Parameters
    ----------
    pair_ids : iterable of str, optional
        Pairs; all by default.
    since : datetime, optional
        Only pairs with a row written then or later. Whoever keeps the answer for all pairs asks for
        what came since, with a minute's margin for clocks and for writes not yet on disk.
    """
    newest = sa.select(follow_up.c.pair_id, sa.func.max(follow_up.c.version))
    newest = newest.group_by(follow_up.c.pair_id)
    if since is not None:
        touched = sa.select(_ACT.c.pair_id).where(_ACT.c.at >= as_moment(since))
        newest = newest.where(follow_up.c.pair_id.in_(touched))
    if pair_ids is None:
        return {row.pair_id: row for row in _read(store, _key().in_(newest))}
    return {
        row.pair_id: row
        for some in parts(pair_ids, _MANY)
        for row in _read(store, _key().in_(newest.where(follow_up.c.pair_id.in_(some))))
    }


def history(store: Store, pair_id: str) -> tuple[FollowUp, ...]:
    """Return every row of a pair, oldest first."""
    return _read(store, _ROW.c.pair_id == pair_id)


def read_batch(store: Store, batch_id: str) -> tuple[FollowUp, ...]:
    """Return the rows of a batch, by pair: whoever undoes it must be allowed to see them all."""
    return _read(store, _ROW.c.batch_id == batch_id)


def count(store: Store) -> int:
    """Return how many rows the log has: it only grows, so the number tells whether it changed."""
    with store.reading() as connection:
        rows = sa.select(sa.func.count()).select_from(follow_up)
        return int(connection.execute(rows).scalar_one())


def read_log(store: Store) -> pd.DataFrame:
    """Return the whole log as :func:`app_state.helped.did_it_help` reads it."""
    statement = sa.select(*(follow_up.c[name] for name in LOG_COLUMNS))
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    return pd.DataFrame(rows, columns=list(LOG_COLUMNS))


def _append(store: Store, rows: list[dict[str, Any]], consequence: str = _NOTHING) -> None:
    """Add rows, each the next version of its pair, or say what others did."""
    seen = {row["pair_id"]: row["version"] - 1 for row in rows}
    in_order = sorted(rows, key=lambda row: str(row["pair_id"]))  # so that two batches cannot lock
    try:  # each other out
        with store.writing() as connection:
            _check_seen(connection, seen)
            connection.execute(sa.insert(follow_up), in_order)
        return
    except IntegrityError:
        newer = _newer(store, seen)
        if not newer:
            raise
    mine = {row.pair_id for row in newer if row.batch_id == rows[0]["batch_id"]}
    if mine != set(seen):  # else it was recorded before and only the answer got lost
        raise ChangedMeanwhile(newer, len(rows), consequence)


def _check_seen(connection: sa.Connection, seen: Mapping[str, int]) -> None:
    """Refuse versions that nobody can have seen: rows after them would leave a gap."""
    for some in parts((pair for pair, version in seen.items() if version > 0), _MANY):
        is_seen = sa.tuple_(follow_up.c.pair_id, follow_up.c.version).in_(
            [(pair_id, seen[pair_id]) for pair_id in some]
        )
        found = connection.execute(sa.select(sa.func.count()).where(is_seen)).scalar_one()
        if found < len(some):
            raise Refused("The page shows a follow-up that is not there any more. Load it again.")


def _newer(store: Store, seen: Mapping[str, int]) -> tuple[FollowUp, ...]:
    """Return what was recorded after the versions seen."""
    return tuple(
        row
        for some in parts(seen, _MANY)
        for row in _read(store, _ROW.c.pair_id.in_(some))
        if row.version > seen[row.pair_id]
    )


def _read(store: Store, condition: sa.ColumnElement[bool]) -> tuple[FollowUp, ...]:
    """Return rows of the log by pair and version, with who did what holds after them."""
    act = (_ACT.c.pair_id == _ROW.c.pair_id) & (_ACT.c.version == _ROW.c.act_version)
    done = [sa.func.coalesce(_ACT.c[name], _ROW.c[name]) for name in ("by", "at")]
    statement = (
        sa.select(*_ROW.c, done[0].label("done_by"), done[1].label("done_at"))
        .select_from(_ROW.outerjoin(_ACT, act))
        .where(condition)
        .order_by(_ROW.c.pair_id, _ROW.c.version)
    )
    with store.reading() as connection:
        found = connection.execute(statement).mappings().all()
    return tuple(FollowUp(**dict(row) | {"kind": Kind(row["kind"])}) for row in found)


def _key() -> sa.Tuple:
    return sa.tuple_(_ROW.c.pair_id, _ROW.c.version)


def _columns(row: FollowUp) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in follow_up.columns}


def _as_before(row: FollowUp, before: FollowUp | None) -> dict[str, Any]:
    """Return what held before a row as the version after it."""
    if before is not None and before.kind != Kind.NONE:
        return _columns(before) | {"version": row.version + 1}
    nothing = vars(Wording()) | {"kind": Kind.NONE, "act_version": None}
    return _columns(row) | nothing | {"version": row.version + 1}
