"""Where files become canonical rows: tables of a DuckDB connection that outlive no transaction."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

StagingError = duckdb.Error  # raised by staging SQL; a name others can catch without the driver
CopyOut = Callable[[sa.Table], str]
# DuckDB fetches what it has not got from the network: of a file of SQLite, the means to read it.
ALONE: dict[str, str | bool | int | float | list[str]] = {"autoinstall_known_extensions": "false"}


class Staging:
    """A DuckDB connection in which files become canonical rows.

    SQL given to it is DuckDB's dialect whatever engine the warehouse uses.

    Parameters
    ----------
    connection
        A DuckDB connection.
    copy_out
        Copies a warehouse table into staging and returns its name there; None where the
        connection is the warehouse's own.
    """

    def __init__(self, connection: Any, copy_out: CopyOut | None = None) -> None:
        self._connection = connection
        self._copy_out = copy_out
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
        return to_frame(self._connection.execute(sql, parameters).to_arrow_table())

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
        except (duckdb.Error, UnicodeDecodeError):  # a message may quote bytes that are no text
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
        if self._copy_out is None:
            return f'"{table.name}"'
        if table.name not in self._references:
            self._references[table.name] = self._copy_out(table)
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


@contextmanager
def open_staging() -> Iterator[Staging]:
    """Open a staging area without a warehouse, to look at files."""
    with duckdb.connect(config=ALONE) as connection:
        yield Staging(connection)


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return an Arrow table as a frame; exact decimals become floats, codes are texts."""
    fields = [pa.field(f.name, _plain_type(f.type)) for f in table.schema]
    return table.cast(pa.schema(fields)).to_pandas(date_as_object=False)


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return kind.value_type
    return pa.float64() if pa.types.is_decimal(kind) else kind
