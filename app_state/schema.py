"""The schema's version: brought to this program's on opening, or refused where it is newer."""

from __future__ import annotations

import threading
from functools import cache

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app_state.errors import NewerSchema
from app_state.migrations import NEWEST
from app_state.tables import VERSION_TABLE

_MIGRATION_LOCK = 7_267_652  # any constant; names our advisory lock among others of the server
_ALEMBIC = threading.Lock()  # Alembic keeps the running migration in module state


def version(connection: sa.Connection) -> str:
    """Return the revision of the tables; empty where there are none yet."""
    options = {"version_table": VERSION_TABLE}
    return MigrationContext.configure(connection, opts=options).get_current_revision() or ""


@cache
def known_revisions() -> tuple[str, ...]:
    """Return this program's revisions, the oldest first; reads the files that make them."""
    steps = ScriptDirectory.from_config(_config()).walk_revisions()
    return tuple(step.revision for step in steps)[::-1]


def migrate(connection: sa.Connection, to: str = NEWEST) -> None:
    """Bring the tables up, or down, to a revision.

    Parameters
    ----------
    connection : Connection
        Inside a transaction that keeps other writers out (SQLite: BEGIN IMMEDIATE); all steps
        happen in it, or none. On PostgreSQL others wait for an advisory lock taken here.
    to : str
        A revision, or ``base`` for no tables at all: what they hold is lost.

    Raises
    ------
    NewerSchema
        The tables were made by a newer version of the program.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
    present = version(connection)
    if present == to:  # another process was first
        return
    known = known_revisions()
    if present and present not in known:
        raise NewerSchema(
            f"The app's store has schema {present}, which a newer version of the program made; "
            f"this one knows schemas up to {known[-1]}. Start the newer version, or name another "
            "store in OUTCOMES_APP_STATE. Nothing was changed."
        )
    here = known.index(present) if present else -1
    there = known.index(to) if to != "base" else -1
    config = _config()
    config.attributes["connection"] = connection
    with _ALEMBIC:
        if there > here:
            command.upgrade(config, to)
        elif there < here:
            command.downgrade(config, to)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "app_state:migrations")
    return config
