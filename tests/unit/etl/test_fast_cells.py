"""Short ways of reading plain cells come to what the rules say of any cell."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.mapping.mapping import Source
from etl.rows.parsing import Conventions, cell_sql, typed_sql
from warehouse.engine import open_staging

SPACES = " \t\n\r\u00a0\u202f"
NULLS = ("n/a", "2099-12-31")
X = Source(column="x")
STAND_INS = ("9999-12-31", "4712-12-31", "1900-01-01", "0001-01-01")

cells = st.lists(st.text(f"{SPACES}!aé1-\x01\x0b", max_size=4) | st.none(), min_size=1)
digits = st.text("0123456789+-.,'_ x\u00a0", min_size=1, max_size=9)
integers = st.integers(-(2**33), 2**33).map(str)


def read(expression: str, texts: list[str | None]) -> list[object]:
    """Return what an expression over ``x`` makes of some texts."""
    with open_staging() as staging:
        staging.run("CREATE TABLE t (n INTEGER, x VARCHAR)")
        staging.run("INSERT INTO t SELECT unnest(range(len($1))), unnest($1::VARCHAR[])", [texts])
        return [row[0] for row in staging.rows(f"SELECT {expression} FROM t ORDER BY n")]


def number(text: str, decimal: str) -> float | None:
    """Read a number digit by digit as the rules for numbers say."""
    point, mark = ("[,]", "[.]") if decimal == "," else ("[.]", "[,]")
    plain = rf"[+-]?([0-9]+({point}[0-9]*)?|{point}[0-9]+)"
    grouped = rf"[+-]?[0-9]{{1,3}}(({mark}|[ '\u00a0\u202f\u2019])[0-9]{{3}})+({point}[0-9]+)?"
    if re.fullmatch(plain, text):
        return float(text.replace(",", "."))
    if not re.fullmatch(grouped, text):
        return None
    other = "." if decimal == "," else ","
    return float(re.sub(f"[{other} '\u00a0\u202f\u2019]", "", text).replace(",", "."))


@settings(deadline=None)
@given(cells)
def test_a_cell_loses_the_space_around_it_and_no_other(texts: list[str | None]) -> None:
    stripped = [(text or "").strip(SPACES) or None for text in texts]
    assert read(cell_sql(X, "text"), texts) == stripped


@settings(deadline=None)
@given(cells)
def test_a_cell_is_trimmed_the_same_where_the_reader_knows_which_space_the_file_has(
    texts: list[str | None],
) -> None:
    inside = "".join(space for space in SPACES if any(space in (text or "") for text in texts))
    known = Conventions(spaces=inside)
    assert read(cell_sql(X, "text", NULLS, known), texts) == read(cell_sql(X, "text", NULLS), texts)


@settings(deadline=None)
@given(st.lists(digits | integers, min_size=1), st.sampled_from([".", ","]))
def test_whole_numbers_read_the_short_way_are_numbers_like_any(
    texts: list[str], decimal: str
) -> None:
    plain = [number(text, decimal) for text in texts]
    conventions = Conventions("ymd", decimal)
    assert read(typed_sql("x", X, "number", conventions), list(texts)) == plain
    whole = [
        int(value)
        if value is not None and value.is_integer() and -(2**31) <= value < 2**31
        else None
        for value in plain
    ]
    assert read(typed_sql("x", X, "integer", conventions), list(texts)) == whole


@pytest.mark.parametrize("kind", ["date", "text"])
@settings(deadline=None)
@given(
    texts=st.lists(
        st.dates(dt.date(1, 1, 1)).map(str) | st.sampled_from((*STAND_INS, *NULLS[1:])) | st.none(),
        min_size=1,
    )
)
def test_a_column_of_plain_days_is_read_as_any_other(texts: list[str | None], kind: str) -> None:
    general = read(cell_sql(X, kind, NULLS), texts)
    plain = Conventions(iso_days={"x": (None, None)})
    assert read(cell_sql(X, kind, NULLS, plain), texts) == general
