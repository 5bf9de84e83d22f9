"""What the engines spell differently: functions for queries above this package, and columns."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateColumn
from sqlalchemy.sql.functions import FunctionElement


class row_hash(FunctionElement[Any]):  # noqa: N801 - read as a function
    """A large whole number drawn from a row's values; another one on another engine."""

    type = sa.Numeric()
    inherit_cache = True
    name = "row_hash"


@compiles(row_hash)
def _row_hash(element: Any, compiler: Any, **kwargs: Any) -> str:
    return f"hash({compiler.process(element.clauses, **kwargs)})"


@compiles(row_hash, "postgresql")
def _row_hash_on_postgresql(element: Any, compiler: Any, **kwargs: Any) -> str:
    return f"hashtextextended(CAST(ROW({compiler.process(element.clauses, **kwargs)}) AS text), 0)"


def stored_type(column: sa.Column[Any], dialect: sa.Dialect) -> str:
    """Return the type of a column as the engine declares it.

    DuckDB keeps a closed list of codes as numbers that read, compare and sort as the texts do: a
    constant text takes it several times as long to store as a constant number (DECISIONS.md).
    """
    codes = column.info.get("codes")
    if codes and dialect.name == "duckdb":
        listed = ", ".join(f"'{code}'" for code in sorted(codes))
        return f"ENUM({listed})"
    return column.type.compile(dialect)


def is_enumeration(kind: str) -> bool:
    """Tell whether a type of :func:`stored_type` is a closed list."""
    return kind.startswith("ENUM")


@compiles(CreateColumn, "duckdb")
def _column_on_duckdb(element: Any, compiler: Any, **kwargs: Any) -> str | None:
    """Declare closed lists of codes as such, and pack texts that hardly ever occur twice by zstd.

    In these the dictionary that the engine would choose finds nothing to share: it takes twice as
    long to write and is slower to read, for the same size.
    """
    column, dialect = element.element, compiler.dialect
    sql: str | None = compiler.visit_create_column(element, **kwargs)
    if sql and column.info.get("codes"):
        return sql.replace(column.type.compile(dialect), stored_type(column, dialect))
    is_distinct = column.info.get("is_distinct", False)
    return f"{sql} USING COMPRESSION zstd" if sql and is_distinct else sql
