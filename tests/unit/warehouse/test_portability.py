"""Every query of the cube could go to Spark: named parameters, nothing of one engine only."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from warehouse.cube import grain_query
from warehouse.facts.grain import Span
from warehouse.facts.reach import group_sizes
from warehouse.facts.workforce import daily_changes
from warehouse.metrics import METRICS
from warehouse.reporting_line import reporting_lines

FIRST, AS_OF = dt.date(2026, 1, 1), dt.date(2026, 5, 20)
BY_CUBE = [m for m in METRICS if m.computed_by == "cube"]
# Spellings of one engine, or of two that mean different things by them.
ENGINE_SPECIFIC = re.compile(
    r"::|~|\bILIKE\b|\bDISTINCT ON\b|\bMATERIALIZED\b|\bLATERAL\b|\bQUALIFY\b|\bEXCLUDE\b|"
    r"\b(string_agg|array_agg|list|list_\w+|unnest|generate_series|range|to_char|to_date|"
    r"strftime|strptime|date_diff|datediff|date_part|age|epoch|median|mode|quantile\w*|"
    r"approx_\w+|arg_max|arg_min|any_value|first|last|regexp_\w+|format|hash|md5|random)\s*\("
)


def queries() -> Iterator[tuple[str, sa.Select]]:
    span = Span.between(FIRST, AS_OF)
    for grain in dict.fromkeys(m.grain for m in BY_CUBE):
        yield grain.name, grain_query(grain, [m for m in BY_CUBE if m.grain is grain], span)
    yield "group_sizes", group_sizes(span)
    yield "daily_changes", daily_changes(FIRST, AS_OF)
    yield "reporting_lines", reporting_lines(AS_OF)


def compiled(query: sa.Select) -> tuple[str, dict[str, object]]:
    """The query as Spark takes it: text with named markers, and their values."""
    dialect = postgresql.psycopg2.dialect(paramstyle="named")
    found = query.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    return str(found), found.params


def problems(query: sa.Select) -> list[str]:
    text, _ = compiled(query)
    return [match.group(0) for match in ENGINE_SPECIFIC.finditer(text)]


@pytest.mark.parametrize(("name", "query"), list(queries()), ids=lambda given: str(given)[:20])
def test_no_query_is_of_one_engine_only(name: str, query: sa.Select) -> None:
    assert problems(query) == [], name


@pytest.mark.parametrize(("name", "query"), list(queries()), ids=lambda given: str(given)[:20])
def test_every_value_is_a_named_parameter(name: str, query: sa.Select) -> None:
    text, params = compiled(query)
    named = set(re.findall(r"(?<![:\w]):(\w+)", text))
    assert named == set(params), name
    assert "%(" not in text
    assert "POSTCOMPILE" not in text
    plain = (str, int, float, bool, dt.date)
    assert all(isinstance(value, plain) for value in params.values())
    assert AS_OF in params.values()
    assert str(AS_OF) not in text


@pytest.mark.parametrize(
    "planted",
    [
        sa.func.string_agg(sa.column("a"), ","),
        sa.func.median(sa.column("a")),
        sa.column("a", sa.String).ilike("x"),
        sa.column("a", sa.String).regexp_match("x"),
        sa.literal_column("a::DATE"),
    ],
    ids=str,
)
def test_a_spelling_of_one_engine_is_found(planted: sa.ColumnElement) -> None:
    assert problems(sa.select(planted))
