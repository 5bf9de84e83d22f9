"""One write transaction: staged rows into warehouse tables, in bulk and by source key."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from warehouse.engine.staging import ALONE, Staging, to_frame
from warehouse.tables import facts


@dataclass(frozen=True)
class MergeCounts:
    """Rows of one merge, by what became of them."""

    inserted: int
    updated: int
    unchanged: int

    @property
    def rows(self) -> int:
        """All rows of the merge."""
        return self.inserted + self.updated + self.unchanged


class Writer:
    """One write transaction: everything in it becomes visible together, or nothing does."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.dialect = connection.dialect.name
        self._own_staging = self.dialect != "duckdb"
        self._raw_staging = duckdb.connect(config=ALONE) if self._own_staging else _raw(connection)
        self.staging = Staging(self._raw_staging, self._copy_out if self._own_staging else None)

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
        return read_frame(self.connection, statement)

    def refresh_statistics(self, *columns: sa.Column[Any]) -> None:
        """Let the planner see what rows written in this transaction hold in some columns.

        PostgreSQL takes a table just filled for nearly empty and joins it in loops; DuckDB counts
        for itself.
        """
        if self.dialect != "postgresql":
            return
        named: dict[str, list[str]] = {}
        for column in columns:
            named.setdefault(f'"{column.table.name}"', []).append(f'"{column.name}"')
        tables = (f"{table} ({', '.join(names)})" for table, names in named.items())
        self.connection.execute(sa.text(f"ANALYZE {', '.join(tables)}"))

    def merge(
        self,
        table: sa.Table,
        relation: str,
        *,
        source_system: str | None = None,
        within: str = "true",
        is_large: bool = False,
    ) -> MergeCounts:
        """Merge a staged relation into a canonical table by source key.

        The relation holds every column of ``table``; its keys (source_system, source_record_id)
        are unique. A row whose facts equal the stored ones is left as it was, provenance
        included, so that loading the same content again changes nothing. A caller who knows that
        all rows come from one ``source_system`` spares a pass over the relation, and one who knows
        a condition that every stored row with one of the keys fulfils spares one over the table.
        Rows of a large relation are stored in any order, ``source_row`` tells theirs.
        """
        incoming = self._incoming(table, relation)
        systems = f"SELECT DISTINCT source_system FROM {incoming}"
        if source_system is not None:
            systems = "'" + source_system.replace("'", "''") + "'"
        stored = f"source_system IN ({systems}) AND {within}"
        with self._any_order() if is_large else nullcontext():
            counts = _merge_incoming(self.connection, table, incoming, stored)
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

    @contextmanager
    def _any_order(self) -> Iterator[None]:
        """Let DuckDB's threads store rows as they come.

        Keeping the order of a query leaves row groups half full, which are then packed twice: at
        500,000 rows nearly half of the work. The setting is the database's, so that it can be
        taken back beside a transaction that failed.
        """
        if self.dialect != "duckdb":
            yield
            return
        with _raw(self.connection).duplicate() as beside:
            beside.execute("SET preserve_insertion_order = false")
            try:
                yield
            finally:
                beside.execute("RESET preserve_insertion_order")

    def _copy_out(self, table: sa.Table) -> str:
        """Copy a PostgreSQL table into staging and return its name there."""
        staging = self.staging
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


def _merge_incoming(
    connection: sa.Connection, table: sa.Table, incoming: str, stored: str
) -> MergeCounts:
    """Insert new rows, replace changed ones, leave equal ones; all by source key.

    Only rows for which ``stored`` holds can have one of the keys.
    """
    name, names = f'"{table.name}"', _column_list(table)
    old = f"(SELECT * FROM {name} WHERE {stored})"

    def run(sql: str) -> sa.CursorResult[Any]:
        return connection.execute(_text(sql))

    if run(f"SELECT 1 FROM {name} WHERE {stored} LIMIT 1").first() is None:
        inserted = run(f"INSERT INTO {name} ({names}) SELECT {names} FROM {incoming}").rowcount
        return MergeCounts(inserted=int(inserted), updated=0, unchanged=0)
    key = "old.source_system = new.source_system AND old.source_record_id = new.source_record_id"
    differs = " OR ".join(f'old."{f}" IS DISTINCT FROM new."{f}"' for f in facts(table))
    changed = f"changed_{table.name}"
    run(
        f"CREATE TEMP TABLE {changed} AS SELECT new.source_system, new.source_record_id, "
        f"old.source_record_id IS NULL AS is_new FROM {incoming} new LEFT JOIN {old} old "
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
        run(f"DELETE FROM {name} WHERE {stored} AND EXISTS ({which})")
    if new or updated:
        which = f"SELECT 1 FROM {changed} c WHERE {same_key.format('i')}"
        rows = f"SELECT {names} FROM {incoming} i WHERE EXISTS ({which})"
        run(f"INSERT INTO {name} ({names}) {rows}")
    run(f"DROP TABLE {changed}")
    return MergeCounts(inserted=new, updated=updated, unchanged=total - new - updated)


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


def _text(sql: str) -> sa.TextClause:
    """Return SQL without parameters; a colon in it is only a colon."""
    return sa.text(sql.replace(":", "\\:"))


def _raw(connection: sa.Connection) -> Any:
    return connection.connection.driver_connection


def _column_list(table: sa.Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


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


def read_frame(connection: sa.Connection, statement: Any) -> pd.DataFrame:
    """Return a query's rows as a frame; see :meth:`Warehouse.read`."""
    result = connection.execute(statement)
    if connection.dialect.name == "duckdb":
        return to_frame(result.cursor.to_arrow_table())
    names = list(result.keys())
    columns = list(zip(*result.fetchall(), strict=True)) or [()] * len(names)
    kinds = [_ARROW.get(type(c.type)) for c in statement.selected_columns]
    arrays = [
        pa.array([_plain(value) for value in values], type=kind)
        for values, kind in zip(columns, kinds, strict=True)
    ]
    return to_frame(pa.Table.from_arrays(arrays, names=names))


def _plain(value: object) -> object:
    """Turn PostgreSQL's exact numerics into floats; DuckDB's sums are turned alike below."""
    if value is None or isinstance(value, str | bool | int | float | dt.date):
        return value
    return float(value)  # type: ignore[arg-type]
