"""Which digests were sent, so that nobody gets a week's digest twice, whoever asks."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app_state.store import Store
from app_state.tables import digest_sent

STARTED, SENT, FAILED = "started", "sent", "failed"
LOST_AFTER = dt.timedelta(hours=1)  # a process that began to send and never said how it went


class DigestLedger:
    """Claims of digests: (recipient, channel, week) is the key, so two processes never share one.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def claim(self, recipient: str, channel: str, week: str, *, now: dt.datetime) -> bool:
        """Return whether this digest has to be sent, and keep others from sending it meanwhile.

        Raises
        ------
        StoreError
            The store cannot be written.
        """
        row = {"recipient": recipient, "channel": channel, "week": week}
        started = {"sent_at": now, "status": STARTED}
        try:
            with self._store.writing() as connection:
                connection.execute(sa.insert(digest_sent).values(**row, **started))
            return True
        except IntegrityError:
            pass
        column = digest_sent.c
        is_lost = (column.status == STARTED) & (column.sent_at < now - LOST_AFTER)
        with self._store.writing() as connection:
            taken = connection.execute(
                sa.update(digest_sent)
                .where(_is(row), sa.or_(column.status == FAILED, is_lost))
                .values(**started)
            )
            return taken.rowcount == 1

    def settle(
        self, recipient: str, channel: str, week: str, *, was_sent: bool, now: dt.datetime
    ) -> None:
        """Say how it went; what failed can be claimed again."""
        row = {"recipient": recipient, "channel": channel, "week": week}
        status = SENT if was_sent else FAILED
        with self._store.writing() as connection:
            connection.execute(
                sa.update(digest_sent).where(_is(row)).values(status=status, sent_at=now)
            )


def _is(row: dict[str, str]) -> sa.ColumnElement[bool]:
    return sa.and_(*(digest_sent.c[name] == value for name, value in row.items()))
