"""Opening a warehouse on either engine, reading from it, and taking the one write transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from warehouse.engine.problems import (
    WarehouseBusy,
    WarehouseError,
    cannot_open,
    connection_lost,
    damaged,
    not_an_address,
)
from warehouse.engine.spelling import is_enumeration, stored_type
from warehouse.engine.staging import ALONE
from warehouse.engine.writer import Writer, read_frame
from warehouse.settings import Settings
from warehouse.tables import metadata

_WRITER_LOCK = 7_267_651  # any constant; names our advisory lock among others of the server


# Queries of analyses join large intermediate results, of which PostgreSQL expects a few rows: in
# loops, survey answers of a large company took over 40 minutes instead of 2.
_READING = ("enable_nestloop = off", "work_mem = '128MB'")
_NO_RIGHT = "42501"  # SQLSTATE: the user may not do this
_SMALL_BYTES = 100_000_000  # six times the sample; the next size measured has ten times its rows


class Warehouse:
    """A warehouse on either engine. Create with :func:`open_warehouse`."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.dialect = engine.dialect.name

    def create_tables(self) -> None:
        """Create whatever declared table or column is missing; an older warehouse grows.

        No column is declared NOT NULL, so rows written before a column was declared have none.
        A column stored otherwise than its codes are declared now is stored anew.
        """
        with self.engine.connect() as connection:
            metadata.create_all(connection)
            _grow(connection)
            if self.dialect == "postgresql":
                _index(connection)
            connection.commit()

    def read(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> pd.DataFrame:
        """Return a query's rows as a frame.

        Dates and moments become datetime64, integers without gaps int64, with gaps float64,
        sums of integers float64.
        """
        with self.engine.connect() as connection:
            if self.dialect == "postgresql":
                for setting in _READING:
                    connection.exec_driver_sql(f"SET LOCAL {setting}")
            return read_frame(connection, statement)

    @contextmanager
    def sparingly(self) -> Iterator[None]:
        """Let many small questions in the block use one thread where the warehouse is small.

        Below a few row groups DuckDB's threads wait for one another longer than they work. A
        server decides for itself.
        """
        if not self._is_small():
            yield
            return
        with self.engine.connect() as connection:
            asked = connection.exec_driver_sql("SELECT current_setting('threads')").scalar()
            if asked == 1:  # a block around this one sees to it
                yield
                return
            connection.exec_driver_sql("SET GLOBAL threads = 1")
            connection.commit()  # what is written in the block may be cleaned up
            try:
                yield
            finally:
                connection.exec_driver_sql("RESET GLOBAL threads")

    def _is_small(self) -> bool:
        path = Path(self.engine.url.database or "")
        is_file = self.dialect == "duckdb" and path.is_file()
        return is_file and path.stat().st_size < _SMALL_BYTES

    @contextmanager
    def writing(self, *, keep: bool = True) -> Iterator[Writer]:
        """Open the one write transaction; it commits when the block ends without an error.

        Parameters
        ----------
        keep
            False to undo everything at the end, for a trial.

        Raises
        ------
        WarehouseBusy
            Another process holds the warehouse.
        """
        with self.engine.connect() as connection:
            writer = Writer(connection)
            try:
                with connection.begin() as transaction:
                    if self.dialect == "postgresql":
                        _take_writer_lock(connection)
                    yield writer
                    if not keep:
                        transaction.rollback()
            finally:
                writer.close()

    def close(self) -> None:
        """Release files and connections."""
        self.engine.dispose()


def open_warehouse(settings: Settings) -> Warehouse:
    """Open the warehouse the settings name, creating missing tables.

    Raises
    ------
    WarehouseBusy
        Another process holds the embedded warehouse.
    WarehouseError
        The place cannot be reached or written.
    """
    try:
        url = sa.make_url(settings.warehouse_url)
    except (sa.exc.ArgumentError, ValueError):  # no cause: it would quote the address
        raise not_an_address() from None
    backend = url.get_backend_name()
    if backend not in ("duckdb", "postgresql"):
        raise WarehouseError(
            f"OUTCOMES_WAREHOUSE starts with '{backend}', which is not supported. "
            "Use postgresql+psycopg://user@host/database, or leave it unset for the built-in one."
        )
    if backend == "duckdb" and url.database and url.database != ":memory:":
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WarehouseError(
                f"Cannot create {Path(url.database).parent}: {error.strerror}. "
                "Set OUTCOMES_HOME to a folder you may write to."
            ) from error
    # A file's storage version is fixed when it is made: this one writes texts a third faster.
    # Checkpoints after every few small files took a twentieth of a load; closing makes one anyway.
    storage = {"storage_compatibility_version": "v1.4.0", "checkpoint_threshold": "512MB"}
    connect_args = {"config": storage | ALONE} if backend == "duckdb" else {}
    engine = sa.create_engine(url, connect_args=connect_args)
    sa.event.listen(engine, "handle_error", _explain)
    warehouse = Warehouse(engine)
    warehouse.create_tables()
    return warehouse


def _explain(context: sa.ExceptionContext) -> None:
    """Raise what can be said better than by the driver."""
    error, engine = context.sqlalchemy_exception, context.engine
    if not isinstance(error, sa.exc.DBAPIError) or engine is None:
        return
    is_refused = getattr(error.orig, "sqlstate", None) == _NO_RIGHT
    if is_refused or (context.connection is None and isinstance(error, sa.exc.OperationalError)):
        raise cannot_open(error, engine.url) from error
    if context.is_disconnect:
        raise connection_lost(error) from error
    if (problem := damaged(error, engine.url)) is not None:
        raise problem from error


def _grow(connection: sa.Connection) -> None:
    listed = "SELECT table_name, column_name, data_type FROM information_schema.columns "
    listed += "WHERE table_schema = current_schema()"
    present = {(t, c): kind for t, c, kind in connection.execute(sa.text(listed))}
    for column in (column for table in metadata.sorted_tables for column in table.columns):
        kind = stored_type(column, connection.dialect)
        there = present.get((column.table.name, column.name))
        if there is None:
            change = f'ADD COLUMN "{column.name}" {kind}'
        elif is_enumeration(kind) and there != kind:
            change = f'ALTER COLUMN "{column.name}" TYPE {kind}'
        else:
            continue
        connection.execute(sa.text(f'ALTER TABLE "{column.table.name}" {change}'))


def _index(connection: sa.Connection) -> None:
    for table in metadata.sorted_tables:
        if "source_record_id" in table.columns:
            sql = f'CREATE INDEX IF NOT EXISTS "key_{table.name}" ON "{table.name}" '
            connection.execute(sa.text(sql + "(source_system, source_record_id)"))


def _take_writer_lock(connection: sa.Connection) -> None:
    query = sa.select(sa.func.pg_try_advisory_xact_lock(_WRITER_LOCK))
    if not connection.execute(query).scalar():
        raise WarehouseBusy(
            "Another load or publish is writing to the warehouse. Wait until it has finished "
            "and run the command again; nothing was changed."
        )
