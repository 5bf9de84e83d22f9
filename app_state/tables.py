"""Every table and column of the app's own store, declared once with its meaning.

Days end in ``_on``, moments in ``at`` or ``_at`` (UTC, stored without zone). A text that is not
there is empty; a day, a moment, or a version that is not there is NULL.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

VERSION_TABLE = "app_state_version"  # the schema's own version; the store may share a database

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _column(kind: Any, name: str, meaning: str, **options: Any) -> Column[Any]:
    options.setdefault("nullable", False)
    return Column(name, kind, info={"meaning": meaning}, **options)


def _key(kind: Any, name: str, meaning: str) -> Column[Any]:
    return _column(kind, name, meaning, primary_key=True)


follow_up = Table(
    "follow_up",
    metadata,
    _key(String, "pair_id", "The pair, by the id that every release uses"),
    _key(Integer, "version", "1 for the pair's first row, then one more each; what holds is last"),
    _column(String, "batch_id", "What was done in one go, for one pair or many"),
    _column(String, "kind", "Code of app_state.entry.Kind; none where nothing holds any more"),
    _column(String, "note", "Words of whoever recorded it"),
    _column(String, "assignee", "Display name of who takes care of it"),
    _column(Date, "due_on", "Day by which it is to be done", nullable=True),
    _column(Date, "until_on", "First day on which it no longer holds", nullable=True),
    _column(String, "by", "Display name of who wrote this row"),
    _column(DateTime, "at", "When this row was written"),
    _column(Integer, "release_id", "Release whose board was looked at"),
    _column(Date, "data_as_of", "Last day that release speaks about"),
    _column(String, "state", "State of the pair on that board; empty when not known"),
    _column(String, "risk_band", "Band of its risk on that board; empty where it had none"),
    _column(String, "undoes", "Batch this row takes back", nullable=True),
    _column(
        Integer,
        "act_version",
        "Version in which what now holds was done: its own for an act, an earlier one after an "
        "edit or an undo; NULL where nothing holds",
        nullable=True,
    ),
    ForeignKeyConstraint(["pair_id", "act_version"], ["follow_up.pair_id", "follow_up.version"]),
    info={"meaning": "Log of follow-ups; rows are added and never changed or removed"},
)
Index(None, follow_up.c.batch_id)
Index(None, follow_up.c.data_as_of)
Index(None, follow_up.c.at)

board_day = Table(
    "board_day",
    metadata,
    _key(Date, "data_as_of", "Last day the release speaks about"),
    _key(String, "pair_id", "A pair on its board"),
    _column(String, "state", "State of the pair on that day"),
    _column(String, "risk_band", "Band of its risk on that day; empty where it had none"),
    info={"meaning": "Every pair on the board of a release day, to compare follow-ups with"},
)

saved_view = Table(
    "saved_view",
    metadata,
    _key(Integer, "id", "The view"),
    _column(String, "owner", "Whose view it is"),
    _column(String, "name", "Name the owner gave it"),
    _column(String, "search", "Query of the page's address that shows it"),
    UniqueConstraint("owner", "name"),
    info={"meaning": "Filters of the worklist under a name"},
)

digest_sent = Table(
    "digest_sent",
    metadata,
    _key(String, "recipient", "Whom the digest was for"),
    _key(String, "channel", "mail or webhook"),
    _key(String, "week", "ISO week it speaks about, 2026-W49"),
    _column(DateTime, "sent_at", "When the last try ended"),
    _column(String, "status", "started, sent or failed"),
    info={"meaning": "One row for each recipient, channel, and week, so that none is sent twice"},
)
