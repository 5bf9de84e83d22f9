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


@compiles(CreateColumn, "duckdb")
def _column_on_duckdb(element: Any, compiler: Any, **kwargs: Any) -> str | None:
    """Pack texts that hardly ever occur twice by zstd.

    The dictionary that the engine would choose finds nothing to share in them: it takes twice as
    long to write and is slower to read, for the same size.
    """
    sql: str | None = compiler.visit_create_column(element, **kwargs)
    is_distinct = element.element.info.get("is_distinct", False)
    return f"{sql} USING COMPRESSION zstd" if sql and is_distinct else sql
