"""What a mapping can say about where a value comes from, beyond naming its column."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.mapping.mapping import Instead, Scale, Source
from etl.reading.row_staging import literal
from etl.rows.parsing import Conventions, cell_sql, typed_sql, where_sql
from warehouse.engine import Staging, open_staging

STARS = Scale(1, 4, 1, 5)


def value(staging: Staging, source: Source, kind: str = "text", **cells: str | None) -> object:
    columns = ", ".join(
        f"{'NULL' if cell is None else literal(cell)}::VARCHAR AS {name}"
        for name, cell in cells.items()
    )
    inner = f"SELECT {cell_sql(source, kind)} AS x FROM (SELECT {columns})"
    return staging.rows(f"SELECT {typed_sql('x', source, kind, Conventions())} FROM ({inner})")[0][
        0
    ]


@pytest.mark.parametrize(
    ("first", "last", "joined"),
    [
        (" Ada ", "One", "Ada One"),
        ("Ada", None, "Ada"),
        (None, "One", "One"),
        (None, " ", None),
    ],
)
def test_a_cell_can_be_followed_by_another(
    staging: Staging, first: str | None, last: str | None, joined: str | None
) -> None:
    assert value(staging, Source("a", followed_by="b"), a=first, b=last) == joined


def test_an_address_that_serves_as_an_id_loses_its_capitals(staging: Staging) -> None:
    assert value(staging, Source("a", cast="lower"), a="Ada@Example.com") == "ada@example.com"


@pytest.mark.parametrize(
    ("cell", "stars"),
    [("1", 1.0), ("2", 7 / 3), ("4", 5.0), ("2.5", 3.0), ("5", 19 / 3), ("x", None), (None, None)],
)
def test_a_scale_is_moved_to_ours(staging: Staging, cell: str | None, stars: float | None) -> None:
    found = value(staging, Source("a", scale=STARS), "number", a=cell)
    assert found == (None if stars is None else pytest.approx(stars))


def test_a_percentage_becomes_a_fraction(staging: Staging) -> None:
    share = Source("a", scale=Scale(0, 100, 0, 1))
    assert value(staging, share, "number", a="80") == pytest.approx(0.8)


@settings(max_examples=50, deadline=None)
@given(st.floats(-1000, 1000), st.floats(-1000, 1000))
def test_a_scale_keeps_the_order_of_answers(one: float, other: float) -> None:
    with open_staging() as staging:
        low, high = (
            value(staging, Source("a", scale=STARS), "number", a=f"{x:.6f}")
            for x in sorted((one, other))
        )
    assert isinstance(low, float) and isinstance(high, float) and low <= high


def test_a_constant_can_give_way_in_some_rows(staging: Staging) -> None:
    hired = Source(value="", instead=Instead("day", {"event": ("H", "R")}))
    assert str(value(staging, hired, "date", day="2020-01-01", event="R")) == "2020-01-01"
    assert value(staging, hired, "date", day="2020-01-01", event="T") is None
    assert value(staging, hired, "date", day="9999-12-31", event="H") is None


def test_a_blank_cell_can_send_a_row_to_another_column(staging: Staging) -> None:
    who = Source("a", instead=Instead("b", {"a": ("",)}))
    assert value(staging, who, a=" ", b="PER_1") == "PER_1"
    assert value(staging, who, a="1001", b="PER_1") == "1001"


def test_a_condition_holds_where_every_column_has_one_of_its_values(staging: Staging) -> None:
    condition = where_sql({"a": ("x", ""), "b": ("y",)})
    found = [
        staging.rows(f"SELECT {condition} FROM (SELECT {a} AS a, {b} AS b)")[0][0]
        for a, b in [
            ("'x '", "'y'"),
            ("NULL::VARCHAR", "'y'"),
            ("'z'", "'y'"),
            ("'x'", "NULL::VARCHAR"),
        ]
    ]
    assert found == [True, True, False, False]
