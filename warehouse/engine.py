"""The only place that knows DuckDB and PostgreSQL: opening, reading, staging, bulk merging.

Files are always staged in DuckDB, whose CSV reader and column engine do the heavy lifting. When
the warehouse itself is DuckDB the staging tables are temporary tables of the same connection;
when it is PostgreSQL they live in a DuckDB beside it and finished rows travel by COPY. Above this
module the two engines look alike.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from warehouse.settings import Settings
from warehouse.tables import facts, metadata

_WRITER_LOCK = 7_267_651  # any constant; names our advisory lock among others of the server


StagingError = duckdb.Error  # raised by staging SQL; a name others can catch without the driver


class WarehouseError(Exception):
    """The warehouse cannot be used; the message says what to do."""


class WarehouseBusy(WarehouseError):
    """Another process is writing."""


@dataclass(frozen=True)
class MergeCounts:
    """Rows of one merge, by what became of them."""

    inserted: int
    updated: int
    unchanged: int


class Staging:
    """A DuckDB connection in which files become canonical rows.

    SQL given to it is DuckDB's dialect whatever engine the warehouse uses.
    """

    def __init__(self, connection: Any, writer: Writer | None) -> None:
        self._connection = connection
        self._writer = writer
        self._names: list[str] = []
        self._views: list[str] = []
        self._intakes: list[str] = []
        self._references: dict[str, str] = {}

    def run(self, sql: str, parameters: Sequence[object] | dict[str, object] | None = None) -> None:
        """Run one statement."""
        self._connection.execute(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        found: list[tuple[Any, ...]] = self._connection.execute(sql, parameters).fetchall()
        return found

    def frame(self, sql: str, parameters: Sequence[object] | None = None) -> pd.DataFrame:
        """Return a query's rows as a frame."""
        return _frame(self._connection.execute(sql, parameters).to_arrow_table())

    def fresh(self, stem: str) -> str:
        """Return a table name not used before in this staging area."""
        name = f"stage_{stem}_{len(self._names) + 1}"
        self._names.append(name)
        return name

    def load(self, arrow: pa.Table, stem: str) -> str:
        """Store an Arrow table under a fresh name and return the name."""
        name = self.fresh(stem)
        self._connection.register("incoming_arrow", arrow)
        self._connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM incoming_arrow")
        self._connection.unregister("incoming_arrow")
        return name

    def attempt(self, select_sql: str, stem: str) -> str | None:
        """Store a query's rows under a fresh name; None when the query fails.

        A statement that fails inside a transaction would abort all of it. The query runs on a
        connection of its own into a database in memory, which the transaction can read.
        """
        database = f"intake_{uuid.uuid4().hex}"
        name = f"{database}.{stem}"
        beside = self._connection.duplicate()  # cursor() would share the transaction
        try:
            beside.execute(f"ATTACH ':memory:' AS {database}")
            self._intakes.append(database)
            beside.execute(f"CREATE TABLE {name} AS {select_sql}")
        except duckdb.Error:
            return None
        finally:
            beside.close()
        return name

    def view(self, select_sql: str, stem: str) -> str:
        """Name a query without copying its rows and return the name."""
        name = f"view_{stem}_{len(self._views) + 1}"
        self._views.append(name)
        self.run(f"CREATE OR REPLACE TEMP VIEW {name} AS {select_sql}")
        return name

    def reference(self, table: sa.Table) -> str:
        """Return a name under which a warehouse table can be read in staging SQL.

        Rows merged earlier in the same transaction are visible.
        """
        if self._writer is None or self._writer.dialect == "duckdb":
            return f'"{table.name}"'
        if table.name not in self._references:
            self._references[table.name] = self._writer.copy_out(table, self)
        return self._references[table.name]

    def clear(self) -> None:
        """Drop what was made under fresh names; a pooled connection would keep it."""
        self.run(
            "".join(
                [f"DROP VIEW IF EXISTS {name};" for name in self._views]
                + [f"DROP TABLE IF EXISTS {name};" for name in self._names]
                + [f"DETACH DATABASE IF EXISTS {name};" for name in self._intakes]
            )
        )

    def forget(self, table: sa.Table) -> None:
        """Drop a copied reference after the table changed."""
        name = self._references.pop(table.name, None)
        if name:
            self.run(f"DROP TABLE {name}")


class Writer:
    """One write transaction: everything in it becomes visible together, or nothing does."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.dialect = connection.dialect.name
        self._own_staging = self.dialect != "duckdb"
        self._raw_staging = duckdb.connect() if self._own_staging else _raw(connection)
        self.staging = Staging(self._raw_staging, self)

    def close(self) -> None:
        """Free the staging area; called when the transaction has ended."""
        if self._own_staging:
            self._raw_staging.close()
        else:
            self.staging.clear()

    def execute(self, statement: sa.Executable, rows: Any = None) -> sa.CursorResult[Any]:
        """Run a Core statement inside the transaction."""
        return self.connection.execute(statement, rows)

    def read(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> pd.DataFrame:
        """Return a query's rows as a frame, as seen inside the transaction."""
        return _read(self.connection, statement)

    def merge(
        self, table: sa.Table, relation: str, *, source_system: str | None = None
    ) -> MergeCounts:
        """Merge a staged relation into a canonical table by source key.

        The relation holds every column of ``table``; its keys (source_system, source_record_id)
        are unique. A row whose facts equal the stored ones is left as it was, provenance
        included, so that loading the same content again changes nothing. A caller who knows that
        all rows come from one ``source_system`` spares a pass over the relation.
        """
        incoming = self._incoming(table, relation)
        systems = f"SELECT DISTINCT source_system FROM {incoming}"
        if source_system is not None:
            systems = "'" + source_system.replace("'", "''") + "'"
        counts = _merge_incoming(self.connection, table, incoming, systems)
        self._forget(table, incoming)
        return counts

    def append(self, table: sa.Table, relation: str) -> int:
        """Insert every row of a staged relation; returns how many."""
        incoming = self._incoming(table, relation)
        names = _column_list(table)
        sql = f'INSERT INTO "{table.name}" ({names}) SELECT {names} FROM {incoming}'
        count = self.connection.execute(sa.text(sql)).rowcount
        self._forget(table, incoming)
        return int(count)

    def replace(self, table: sa.Table, select_sql: str, where: str | None = None) -> None:
        """Rebuild a derived table from portable SQL that yields all of its columns in order.

        With ``where`` only the rows it names are replaced.
        """
        scope = f" WHERE {where}" if where else ""
        self.connection.execute(sa.text(f'DELETE FROM "{table.name}"{scope}'))
        names = _column_list(table)
        self.connection.execute(sa.text(f'INSERT INTO "{table.name}" ({names}) {select_sql}'))
        self.staging.forget(table)

    def copy_out(self, table: sa.Table, staging: Staging) -> str:
        """Copy a PostgreSQL table into staging and return its name there."""
        name = staging.fresh(table.name)
        columns = ", ".join(f'"{c.name}" {_duckdb_type(c)}' for c in table.columns)
        staging.run(f"CREATE TEMP TABLE {name} ({columns})")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "reference.csv"
            cursor = _raw(self.connection).cursor()
            sql = f'COPY "{table.name}" ({_column_list(table)}) TO STDOUT (FORMAT csv)'
            with path.open("wb") as out, cursor.copy(sql) as copy:
                for block in copy:
                    out.write(block)
            dialect = "FORMAT csv, HEADER false, AUTO_DETECT false, DELIM ',', QUOTE '\"'"
            staging.run(f"COPY {name} FROM '{path}' ({dialect}, ESCAPE '\"')")
        return name

    def _incoming(self, table: sa.Table, relation: str) -> str:
        """Return a name for the staged rows that the warehouse connection can read."""
        if self.dialect == "duckdb":
            return relation
        name = f"incoming_{relation}"
        names = _column_list(table)
        self.connection.execute(
            sa.text(f'CREATE TEMP TABLE "{name}" (LIKE "{table.name}") ON COMMIT DROP')
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "incoming.csv"
            self.staging.run(
                f"COPY (SELECT {names} FROM {relation}) TO '{path}' (FORMAT csv, HEADER false)"
            )
            cursor = _raw(self.connection).cursor()
            with (
                path.open("rb") as source,
                cursor.copy(f'COPY "{name}" ({names}) FROM STDIN (FORMAT csv)') as copy,
            ):
                while block := source.read(1 << 20):
                    copy.write(block)
        return f'"{name}"'

    def _forget(self, table: sa.Table, incoming: str) -> None:
        if self.dialect != "duckdb":
            self.connection.execute(sa.text(f"DROP TABLE {incoming}"))
        self.staging.forget(table)


class Warehouse:
    """A warehouse on either engine. Create with :func:`open_warehouse`."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.dialect = engine.dialect.name

    def create_tables(self) -> None:
        """Create whatever declared table is missing."""
        with self._connected() as connection:
            metadata.create_all(connection)
            if self.dialect == "postgresql":
                for table in metadata.sorted_tables:
                    if "source_record_id" in table.columns:
                        name = f"key_{table.name}"
                        sql = f'CREATE INDEX IF NOT EXISTS "{name}" ON "{table.name}" '
                        connection.execute(sa.text(sql + "(source_system, source_record_id)"))
            connection.commit()

    def read(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> pd.DataFrame:
        """Return a query's rows as a frame.

        Dates and moments become datetime64, integers without gaps int64, with gaps float64,
        sums of integers float64.
        """
        with self._connected() as connection:
            return _read(connection, statement)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Open the one write transaction; it commits when the block ends without an error.

        Raises
        ------
        WarehouseBusy
            Another process holds the warehouse.
        """
        with self._connected() as connection:
            writer = Writer(connection)
            try:
                with connection.begin():
                    if self.dialect == "postgresql":
                        _take_writer_lock(connection)
                    yield writer
            finally:
                writer.close()

    def close(self) -> None:
        """Release files and connections."""
        self.engine.dispose()

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        try:
            connection = self.engine.connect()
        except OperationalError as error:
            raise _explain(error) from error
        with connection:
            yield connection


@contextmanager
def open_staging() -> Iterator[Staging]:
    """Open a staging area without a warehouse, to look at files."""
    with duckdb.connect() as connection:
        yield Staging(connection, None)


def open_warehouse(settings: Settings) -> Warehouse:
    """Open the warehouse the settings name, creating missing tables.

    Raises
    ------
    WarehouseBusy
        Another process holds the embedded warehouse.
    WarehouseError
        The place cannot be reached or written.
    """
    url = sa.make_url(settings.warehouse_url)
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
    storage = {"config": {"storage_compatibility_version": "v1.4.0"}}
    connect_args = storage if backend == "duckdb" else {}
    warehouse = Warehouse(sa.create_engine(url, connect_args=connect_args))
    warehouse.create_tables()
    return warehouse


def _merge_incoming(
    connection: sa.Connection, table: sa.Table, incoming: str, systems: str
) -> MergeCounts:
    """Insert new rows, replace changed ones, leave equal ones; all by source key."""
    name, names = f'"{table.name}"', _column_list(table)

    def run(sql: str) -> sa.CursorResult[Any]:
        return connection.execute(_text(sql))

    if run(f"SELECT 1 FROM {name} WHERE source_system IN ({systems}) LIMIT 1").first() is None:
        inserted = run(f"INSERT INTO {name} ({names}) SELECT {names} FROM {incoming}").rowcount
        return MergeCounts(inserted=int(inserted), updated=0, unchanged=0)
    key = "old.source_system = new.source_system AND old.source_record_id = new.source_record_id"
    differs = " OR ".join(f'old."{f}" IS DISTINCT FROM new."{f}"' for f in facts(table))
    changed = f"changed_{table.name}"
    run(
        f"CREATE TEMP TABLE {changed} AS SELECT new.source_system, new.source_record_id, "
        f"old.source_record_id IS NULL AS is_new FROM {incoming} new LEFT JOIN {name} old "
        f"ON {key} WHERE old.source_record_id IS NULL OR {differs}"
    )
    counts = run(
        f"SELECT (SELECT count(*) FROM {incoming}), count(*) FILTER (WHERE is_new), "
        f"count(*) FILTER (WHERE NOT is_new) FROM {changed}"
    )
    total, new, updated = map(int, counts.one())
    same_key = "c.source_system = {0}.source_system AND c.source_record_id = {0}.source_record_id"
    if updated:
        which = f"SELECT 1 FROM {changed} c WHERE NOT c.is_new AND {same_key.format(name)}"
        run(f"DELETE FROM {name} WHERE EXISTS ({which})")
    if new or updated:
        which = f"SELECT 1 FROM {changed} c WHERE {same_key.format('i')}"
        rows = f"SELECT {names} FROM {incoming} i WHERE EXISTS ({which})"
        run(f"INSERT INTO {name} ({names}) {rows}")
    run(f"DROP TABLE {changed}")
    return MergeCounts(inserted=new, updated=updated, unchanged=total - new - updated)


def _take_writer_lock(connection: sa.Connection) -> None:
    query = sa.select(sa.func.pg_try_advisory_xact_lock(_WRITER_LOCK))
    if not connection.execute(query).scalar():
        raise WarehouseBusy(
            "Another load or publish is writing to the warehouse. Wait until it has finished "
            "and run the command again; nothing was changed."
        )


def _explain(error: OperationalError) -> WarehouseError:
    text = str(error.orig)
    if "Could not set lock" in text or "being used by another process" in text:
        return WarehouseBusy(
            "Another load or publish is using the warehouse. Wait until it has finished and run "
            f"the command again; nothing was changed. ({text.split('. See also', maxsplit=1)[0]})"
        )
    return WarehouseError(
        f"The warehouse cannot be opened: {text.strip()}. Check OUTCOMES_HOME, "
        "OUTCOMES_WAREHOUSE, and that you may read and write there."
    )


def _text(sql: str) -> sa.TextClause:
    """Return SQL without parameters; a colon in it is only a colon."""
    return sa.text(sql.replace(":", "\\:"))


def _raw(connection: sa.Connection) -> Any:
    return connection.connection.driver_connection


def _column_list(table: sa.Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _duckdb_type(column: sa.Column[Any]) -> str:
    kinds = {
        sa.String: "VARCHAR",
        sa.Date: "DATE",
        sa.DateTime: "TIMESTAMP",
        sa.Boolean: "BOOLEAN",
        sa.Integer: "INTEGER",
        sa.Double: "DOUBLE",
    }
    return kinds[type(column.type)]


_ARROW = {
    sa.Date: pa.date32(),
    sa.DateTime: pa.timestamp("us"),
    sa.Boolean: pa.bool_(),
    sa.Integer: pa.int64(),
    sa.BigInteger: pa.int64(),
    sa.Double: pa.float64(),
    sa.Float: pa.float64(),
    sa.Numeric: pa.float64(),
    sa.String: pa.string(),
}


def _read(connection: sa.Connection, statement: Any) -> pd.DataFrame:
    result = connection.execute(statement)
    if connection.dialect.name == "duckdb":
        return _frame(result.cursor.to_arrow_table())
    names = list(result.keys())
    columns = list(zip(*result.fetchall(), strict=True)) or [()] * len(names)
    kinds = [_ARROW.get(type(c.type)) for c in statement.selected_columns]
    arrays = [
        pa.array([_plain(value) for value in values], type=kind)
        for values, kind in zip(columns, kinds, strict=True)
    ]
    return _frame(pa.Table.from_arrays(arrays, names=names))


def _plain(value: object) -> object:
    """Turn PostgreSQL's exact numerics into floats; DuckDB's sums are turned alike below."""
    if value is None or isinstance(value, str | bool | int | float | dt.date):
        return value
    return float(value)  # type: ignore[arg-type]


def _frame(table: pa.Table) -> pd.DataFrame:
    fields = [
        pa.field(f.name, pa.float64()) if pa.types.is_decimal(f.type) else f for f in table.schema
    ]
    return table.cast(pa.schema(fields)).to_pandas(date_as_object=False)
