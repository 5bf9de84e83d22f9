"""The app's own small SQL store: SQLite beside the releases by default, PostgreSQL by URL.

Nothing is held open between two calls: each reads or writes in a transaction of its own, so that
any number of threads and processes can share the store.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError

from app_state import schema
from app_state.errors import StoreError, explain
from app_state.migrations import NEWEST

T = TypeVar("T")
_FILE_NAME = "app_state.sqlite3"
_WAIT_MILLISECONDS = 15_000  # for another writer, which needs about one
_WRITES = "app_state_writes"  # execution option of a connection that will write


def store_url(environment: Mapping[str, str] | None = None, *, home: Path | None = None) -> str:
    """Return the URL of the store: ``OUTCOMES_APP_STATE``, else a file in ``home``.

    Parameters
    ----------
    environment : mapping of str to str, optional
        The process's by default.
    home : Path, optional
        ``OUTCOMES_HOME`` by default.
    """
    env = os.environ if environment is None else environment
    if home is None:
        home = Path(env.get("OUTCOMES_HOME") or "~/.outcomes").expanduser().absolute()
    return env.get("OUTCOMES_APP_STATE") or f"sqlite:///{home / _FILE_NAME}"


class Store:
    """The store on either engine. Create with :func:`open_store`, in the process that uses it.

    Parameters
    ----------
    engine : Engine
        Of SQLite or PostgreSQL.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.place = engine.url.render_as_string(hide_password=True)
        self._file = ""
        if engine.dialect.name == "sqlite":
            self.place = self._file = str(engine.url.database)
        self._turn = threading.Lock()  # threads of one process queue here rather than in SQLite

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a transaction that sees one state of the store and blocks nobody."""
        with self._explained(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Open a write transaction; when the block has ended without an error, it is on disk.

        Raises
        ------
        StoreError
            With the remedy; nothing was changed.
        """
        with self._explained(), self.engine.connect() as plain:
            connection = plain.execution_options(**{_WRITES: True})
            with self._turn, connection.begin():
                yield connection
            self._settle()

    def close(self) -> None:
        """Release files and connections."""
        self.engine.dispose()

    def _settle(self) -> None:
        """Wait until what was committed is on disk.

        SQLite would do so while it still keeps other writers out (synchronous=FULL), so that
        twenty of them wait for twenty turns of the disk. With NORMAL it writes the log in order
        and leaves it to us to wait, outside of its lock: writers that wait together share a turn.
        The log cannot go away meanwhile, since our connection is open; if it has been copied into
        the database file, SQLite has waited for the disk before.
        """
        if not self._file:
            return  # PostgreSQL has waited when it answers
        try:
            log = os.open(f"{self._file}-wal", os.O_RDWR)
        except FileNotFoundError:
            return  # no write-ahead log on this file system; SQLite itself has waited, see below
        try:
            os.fsync(log)
        except OSError as error:
            raise StoreError(
                f"The disk of {self.place} did not confirm a write ({error.strerror}). Check it; "
                "the last change may be lost."
            ) from error
        finally:
            os.close(log)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise explain(error, self.place) from error


def open_store(url: str) -> Store:
    """Open the store and bring its tables to this program's version.

    Parameters
    ----------
    url : str
        A SQLAlchemy URL of SQLite or PostgreSQL; see :func:`store_url`.

    Raises
    ------
    StoreError
        The place cannot be reached or written.
    NewerSchema
        A newer version of the program made the tables.
    """
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):  # no cause: it would quote the address
        raise StoreError(
            "OUTCOMES_APP_STATE is not the address of a database. Write it as "
            "postgresql+psycopg://user@host:5432/database, or leave it unset for a file."
        ) from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        engine = _open_file(parsed)
    elif backend == "postgresql":
        engine = sa.create_engine(parsed, pool_pre_ping=True, max_overflow=20)
        sa.event.listen(engine, "connect", _be_durable)
    else:
        raise StoreError(
            f"OUTCOMES_APP_STATE starts with '{backend}', which is not supported. "
            "Use postgresql+psycopg://user@host/database, or leave it unset for a file."
        )
    store = Store(engine)
    try:
        migrate(store)
    except Exception:
        store.close()
        raise
    return store


def migrate(store: Store, to: str = NEWEST) -> None:
    """Bring the tables up, or down, to a revision; see :func:`app_state.schema.migrate`."""
    with store.reading() as connection:
        if schema.version(connection) == to:
            return
    schema.known_revisions()  # read before anybody has to wait for us
    with store.writing() as connection:  # where others may have been first
        schema.migrate(connection, to)


def parts(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield values in lists of a size; engines take some tens of thousands in one statement."""
    every = list(values)
    for start in range(0, len(every), size):
        yield every[start : start + size]


def _open_file(url: sa.URL) -> sa.Engine:
    path = Path(url.database or "")
    if not url.database or url.database == ":memory:":
        raise StoreError("The app's store must be a file: what is in memory is lost.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Notes are about people: for the program's user only. SQLite's log takes after the file.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(
            f"Cannot open {path}: {error.strerror}. Set OUTCOMES_HOME to a folder you may write "
            "to, or OUTCOMES_APP_STATE to a database."
        ) from error
    waits = {"timeout": _WAIT_MILLISECONDS / 1000}
    engine = sa.create_engine(url, connect_args=waits, pool_size=20, max_overflow=40)
    sa.event.listen(engine, "connect", _prepare_file)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepare_file(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; see _begin
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if mode != "wal":
        mode = connection.execute("PRAGMA journal_mode = wal").fetchone()[0]
    # Without a log to wait for, SQLite has to wait for the disk itself; see Store._settle.
    connection.execute(f"PRAGMA synchronous = {'NORMAL' if mode == 'wal' else 'FULL'}")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _be_durable(connection: Any, _record: Any) -> None:
    """Wait for the disk at each commit, whatever the server does by default."""
    before, connection.autocommit = connection.autocommit, True
    connection.execute("SET synchronous_commit = on")
    connection.execute("SET lock_timeout = '15s'")
    connection.autocommit = before
