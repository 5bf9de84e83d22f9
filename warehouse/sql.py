"""Small portable pieces of SQL: day arithmetic, flags, sums.

Everything is spelled so that DuckDB and PostgreSQL give the same rows. Days between and days
after are constructs of their own because a third engine may spell them differently; it then
registers its spelling in warehouse/engine.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

FAR_PAST = dt.date(1900, 1, 1)  # stands for "since before the records" inside queries
FAR_FUTURE = dt.date(9999, 12, 31)  # stands for an open end inside queries


class days_between(FunctionElement[int]):  # noqa: N801 - read as a function
    """Days from the first day to the second, negative when it is earlier."""

    type = sa.Integer()
    inherit_cache = True
    name = "days_between"


class plus_days(FunctionElement[dt.date]):  # noqa: N801 - read as a function
    """The day a number of days after a day."""

    type = sa.Date()
    inherit_cache = True
    name = "plus_days"


@compiles(days_between)
def _days_between(element: Any, compiler: Any, **kwargs: Any) -> str:
    start, end = element.clauses
    return f"({compiler.process(end, **kwargs)} - {compiler.process(start, **kwargs)})"


@compiles(plus_days)
def _plus_days(element: Any, compiler: Any, **kwargs: Any) -> str:
    day, count = element.clauses
    return f"({compiler.process(day, **kwargs)} + {compiler.process(count, **kwargs)})"


def days_after(day: Any, count: int) -> plus_days:
    """Return the day ``count`` days after a day column."""
    return plus_days(day, sa.literal_column(str(int(count)), sa.Integer))


def flag(condition: Any) -> sa.Case[float]:
    """Return 1.0 where the condition holds, else 0.0 (also where it is unknown)."""
    return sa.case((condition, sa.literal_column("1.0", sa.Double)), else_=zero())


def zero() -> sa.ColumnElement[float]:
    """Return the number 0 as a double."""
    return sa.literal_column("0.0", sa.Double)


def or_zero(column: Any) -> sa.ColumnElement[float]:
    """Return a double, 0 where it is unknown."""
    return sa.func.coalesce(column, zero(), type_=sa.Double)


def total(expression: Any) -> sa.ColumnElement[float]:
    """Return the sum as a double, 0 for no rows."""
    return or_zero(sa.func.sum(sa.cast(expression, sa.Double)))


def day(value: dt.date) -> sa.ColumnElement[dt.date]:
    """Return a day as a typed constant."""
    return sa.cast(sa.literal(value, sa.Date), sa.Date)


def month_start(column: Any) -> sa.ColumnElement[dt.date]:
    """Return the first day of the month a day lies in."""
    month = sa.literal_column("'month'", sa.String)
    return sa.cast(sa.func.date_trunc(month, column), sa.Date)


def since(column: Any) -> sa.ColumnElement[dt.date]:
    """Return a first day, the far past where it is unknown."""
    return sa.func.coalesce(column, day(FAR_PAST), type_=sa.Date)


def until(column: Any) -> sa.ColumnElement[dt.date]:
    """Return an end, the far future where it is open."""
    return sa.func.coalesce(column, day(FAR_FUTURE), type_=sa.Date)


def later(*days: Any) -> sa.ColumnElement[dt.date]:
    """Return the latest of several known days."""
    return sa.func.greatest(*days, type_=sa.Date)


def earlier(*days: Any) -> sa.ColumnElement[dt.date]:
    """Return the earliest of several known days."""
    return sa.func.least(*days, type_=sa.Date)


def newest_first(partition: Any, *order: Any) -> sa.ColumnElement[int]:
    """Return the rank of a row within its partition; the order must leave no ties."""
    return sa.func.row_number().over(partition_by=partition, order_by=order)
