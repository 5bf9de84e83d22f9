"""The bytes of a release: frames into one SQLite file, and rows of it back into frames."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from reports import packed_cells, release_tables

_AT_ONCE = 100_000  # rows turned into Python values at a time
_TEXT = pd.StringDtype(na_value=np.nan)


def write_file(path: Path, tables: Mapping[str, pd.DataFrame], release_id: int) -> None:
    """Write every table and its indexes into a new file; flushing it to the disk is the caller's.

    Raises
    ------
    ValueError
        A value does not fit its column.
    """
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
    )
    with engine.connect() as connection:
        for setting in ("journal_mode = OFF", "synchronous = OFF", "page_size = 8192"):
            connection.exec_driver_sql(f"PRAGMA {setting}")
        connection.exec_driver_sql("BEGIN")
        for table, frame in _as_stored(tables, release_id).items():
            connection.execute(sa.schema.CreateTable(table))
            _insert(connection, table, frame)
            for index in sorted(table.indexes, key=lambda found: str(found.name)):
                connection.execute(sa.schema.CreateIndex(index))
        connection.exec_driver_sql(packed_cells.view_sql())
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("ANALYZE")


def _as_stored(tables: Mapping[str, pd.DataFrame], release_id: int) -> dict[sa.Table, pd.DataFrame]:
    found: dict[sa.Table, pd.DataFrame] = {}
    for table in release_tables.metadata.tables.values():
        if table is release_tables.metric_cell:
            found |= packed_cells.pack(tables[table.name])
        elif table is release_tables.release:
            found[table] = tables[table.name].assign(release_id=release_id)
        else:
            found[table] = tables[table.name]
    return found


def _insert(connection: sa.Connection, table: sa.Table, frame: pd.DataFrame) -> None:
    statement = f'INSERT INTO "{table.name}" VALUES ({", ".join("?" * len(table.columns))})'
    for start in range(0, len(frame), _AT_ONCE):
        rows = _to_rows(table, frame.iloc[start : start + _AT_ONCE])
        connection.exec_driver_sql(statement, rows)


def reading_engine(path: Path) -> sa.Engine:
    """Return an engine that opens the file read-only and without locks, anew for every read."""
    url = sa.URL.create(
        "sqlite",
        database=f"file:{quote(path.absolute().as_posix())}",
        query={"mode": "ro", "immutable": "1", "uri": "true"},
    )
    return sa.create_engine(url, poolclass=NullPool)


def columns_held(connection: sa.Connection) -> dict[str, frozenset[str]]:
    """Return the columns of every table in a file; the release's version decides which exist."""
    query = (
        "SELECT held.name, col.name FROM sqlite_master held JOIN pragma_table_info(held.name) col "
        "WHERE held.type IN ('table', 'view')"
    )
    found: dict[str, set[str]] = {}
    for table, column in connection.exec_driver_sql(query):
        found.setdefault(table, set()).add(column)
    return {table: frozenset(columns) for table, columns in found.items()}


def is_intact(path: Path) -> bool:
    """Tell whether the file is a sound database, whatever it says."""
    try:
        with reading_engine(path).connect() as connection:
            return connection.exec_driver_sql("PRAGMA quick_check").scalar() == "ok"
    except DatabaseError:
        return False


def to_frame(table: sa.Table, rows: list[Any]) -> pd.DataFrame:
    """Return rows of a release table as a frame with the table's columns and types."""
    columns = zip(*rows, strict=True) if rows else [()] * len(table.columns)
    arrays = {
        column.name: _to_array(column.type, list(values))
        for column, values in zip(table.columns, columns, strict=True)
    }
    return pd.DataFrame(arrays, copy=False)


def _to_array(kind: Any, values: list[Any]) -> Any:
    """Return one column; plain arrays where they will do, as pages ask many small questions."""
    if isinstance(kind, sa.Date | sa.DateTime):
        return np.array(values, dtype="datetime64[us]")
    if isinstance(kind, sa.String):
        return pd.array(values, dtype=_TEXT)
    if isinstance(kind, sa.Double):
        return np.array(values, dtype="float64")
    has_gaps = None in values
    if isinstance(kind, sa.Boolean):
        return np.array(values, dtype=object if has_gaps else bool)
    return np.array(values, dtype="float64" if has_gaps else "int64")


def _to_rows(table: sa.Table, frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(
        zip(*(_to_list(column, frame[column.name]) for column in table.columns), strict=True)
    )


def _to_list(column: sa.Column[Any], values: pd.Series) -> list[Any]:
    """Return plain Python values as SQLite stores them, None where missing."""
    kind = column.type
    try:
        if isinstance(kind, sa.Date):
            return _moments(values, "%Y-%m-%d")
        if isinstance(kind, sa.DateTime):
            return _moments(values, "%Y-%m-%d %H:%M:%S.%f")
        if isinstance(kind, sa.String):
            return _texts(values)
        return _numbers(values, are_whole=not isinstance(kind, sa.Double))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"A value of {column.table.name}.{column.name} does not fit: {error}"
        ) from error


def _moments(values: pd.Series, form: str) -> list[Any]:
    return _with_gaps(pd.to_datetime(values, format="ISO8601").dt.strftime(form), values.isna())


def _texts(values: pd.Series) -> list[Any]:
    missing = values.isna()
    is_known = missing.all() or isinstance(values.dtype, pd.StringDtype)
    if not is_known and pd.api.types.infer_dtype(values, skipna=True) != "string":
        raise ValueError("not text")
    return _with_gaps(values, missing)


def _numbers(values: pd.Series, *, are_whole: bool) -> list[Any]:
    numbers = pd.to_numeric(values).to_numpy(dtype="float64", na_value=np.nan)
    missing = values.isna()
    if not are_whole:
        return _with_gaps(numbers, missing)
    known = numbers[~missing]
    whole = np.zeros(len(numbers), dtype="int64")
    whole[~missing] = known
    if (whole[~missing] != known).any():
        raise ValueError("not a whole number")
    return _with_gaps(whole, missing)


def _with_gaps(values: pd.Series | np.ndarray, missing: pd.Series) -> list[Any]:
    # an array of objects turns into a list far faster than one of Arrow's strings
    plain = np.array(values, dtype=object)
    plain[missing.to_numpy()] = None
    found: list[Any] = plain.tolist()
    return found
