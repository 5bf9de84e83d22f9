"""How figures lie in a release file: the texts of their keys once each, numbers in rows of codes.

A large company has millions of figures, and what they are about takes more room than their values.
The view ``metric_cell`` puts both together again, with the columns of the table of that name in
:mod:`reports.release_tables`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray

from reports.release_tables import metric_cell

# Each list holds what some columns of a figure say together, in the order of showing.
_LISTS: Mapping[str, tuple[str, ...]] = {
    "cell_metric": ("metric_id",),
    "cell_period": ("period_kind", "period"),
    "cell_slice": ("program", "cohort", "department", "population"),
    "cell_outcome": ("status", "reason", "bound", "metric_version"),
}
_KEY = ("metric_code", "period_code", "slice_code")
# What figures are in the order of, as published.
ORDER: list[sa.ColumnClause[Any]] = [sa.literal_column(name) for name in _KEY]

_AT_ONCE = 200_000  # rows of Python values held at a time

metadata = sa.MetaData()


def _code_of(name: str) -> str:
    return f"{name.removeprefix('cell_')}_code"


def _like_declared(name: str) -> sa.Column[Any]:
    return sa.Column(name, metric_cell.columns[name].type)


_listed = [name for names in _LISTS.values() for name in names]
_measured = [column.name for column in metric_cell.columns if column.name not in _listed]
for _name, _columns in _LISTS.items():
    _code = sa.Column(_code_of(_name), sa.Integer, primary_key=True, autoincrement=False)
    sa.Table(_name, metadata, _code, *map(_like_declared, _columns))
cell = sa.Table(
    "cell",
    metadata,
    *(sa.Column(name, sa.Integer, primary_key=True, autoincrement=False) for name in _KEY),
    sa.Column(_code_of("cell_outcome"), sa.Integer),
    *map(_like_declared, _measured),
    sqlite_with_rowid=False,  # the rows lie in the order of their key, without an index beside
)


def pack(cells: pd.DataFrame) -> dict[sa.Table, pd.DataFrame]:
    """Return the tables that hold figures in a file, from rows of ``metric_cell``.

    Raises
    ------
    ValueError
        Two rows are about the same figure.
    """
    codes: dict[str, NDArray[np.int64]] = {}
    packed: dict[sa.Table, pd.DataFrame] = {}
    for name, columns in _LISTS.items():
        code, listed = _numbered(cells[list(columns)])
        codes[_code_of(name)] = code
        packed[metadata.tables[name]] = listed.assign(**{_code_of(name): np.arange(len(listed))})
    rows = cells[_measured].assign(**codes)
    rows = rows.take(np.lexsort([codes[name] for name in reversed(_KEY)]))
    if rows.duplicated(list(_KEY)).any():
        raise ValueError("Two figures have the same metric, slice and period.")
    return packed | {cell: rows}


def unpack(
    connection: sa.Connection, *, metric_ids: Sequence[str], periods: Sequence[str]
) -> pd.DataFrame:
    """Return figures of some metrics and periods with the columns of ``metric_cell``.

    Meant for millions of rows: texts are taken from their lists instead of read row by row.
    """
    lists = {name: _read(connection, sa.select(metadata.tables[name])) for name in _LISTS}
    metrics, times = lists["cell_metric"], lists["cell_period"]
    wanted = (
        cell.c.metric_code.in_(_codes(metrics, "metric_id", metric_ids)),
        cell.c.period_code.in_(_codes(times, "period", periods)),
    )
    rows = _read(connection, sa.select(cell).where(*wanted))
    columns: dict[str, Any] = {name: rows[name].to_numpy() for name in _measured}
    for name, texts in _LISTS.items():
        taken = lists[name].set_index(_code_of(name)).loc[rows[_code_of(name)]]
        columns |= {text: taken[text].to_numpy() for text in texts}
    return pd.DataFrame(columns)[[column.name for column in metric_cell.columns]]


def _codes(listed: pd.DataFrame, column: str, wanted: Sequence[str]) -> list[int]:
    code = listed.columns[0]
    return [int(found) for found in listed.loc[listed[column].isin(list(wanted)), code]]


def _read(connection: sa.Connection, query: sa.Select[Any]) -> pd.DataFrame:
    """Return rows, numbers as floats but for codes; read in parts, as Python's rows are large."""
    compiled = query.compile(connection, compile_kwargs={"literal_binds": True})
    cursor = connection.exec_driver_sql(str(compiled)).cursor
    kinds = {c.name: _kind_of(c) for c in query.selected_columns}
    parts: list[dict[str, NDArray[Any]]] = []
    while rows := cursor.fetchmany(_AT_ONCE):
        values = zip(kinds.items(), zip(*rows, strict=True), strict=True)
        parts.append({name: np.array(column, dtype=kind) for (name, kind), column in values})
    if not parts:
        return pd.DataFrame({name: np.empty(0, dtype=kind) for name, kind in kinds.items()})
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in kinds})


def _kind_of(column: Any) -> type:
    if column.name.endswith("_code"):
        return int
    return object if isinstance(column.type, sa.String) else float


def view_sql() -> str:
    """Return the statement that creates the view ``metric_cell``."""
    homes = {column: name for name, columns in _LISTS.items() for column in columns}
    public = [f"{homes.get(c.name, 'cell')}.{c.name}" for c in metric_cell.columns]
    order = [f"cell.{name}" for name in _KEY]
    # Readers ask for metrics or periods, of which there are few: CROSS JOIN makes SQLite begin
    # with these instead of reading every figure.
    return (
        f"CREATE VIEW {metric_cell.name} AS SELECT {', '.join(public + order)} "
        "FROM cell_metric CROSS JOIN cell_period "
        "CROSS JOIN cell USING (metric_code, period_code) "
        "JOIN cell_slice USING (slice_code) JOIN cell_outcome USING (outcome_code)"
    )


def _numbered(rows: pd.DataFrame) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """Return each row's number among the different rows, and those in order."""
    number = np.zeros(len(rows), dtype=np.int64)
    for name in rows:
        code, different = pd.factorize(rows[name], sort=True)  # -1 where there is none
        number = number * (len(different) + 1) + code + 1
    _, first, code = np.unique(number, return_index=True, return_inverse=True)
    return code.astype(np.int64), rows.take(first).reset_index(drop=True)
