"""Functions that the engines spell differently, as constructs for queries above this package."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
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
