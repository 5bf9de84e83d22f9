from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.mapping.mapping import Instead, Source
from etl.rows.parsing import Conventions, cell_sql, typed_sql
from warehouse.engine import Staging, open_staging

DAY = dt.date(2026, 12, 5)
AT = dt.datetime(2026, 12, 5, 16, 30)


def value(
    staging: Staging, text: str | None, kind: str, conventions: Conventions, **source: Any
) -> tuple[str | None, Any]:
    """Return the cell and the value of one text."""
    where = Source(column="x", **source)
    cell = cell_sql(where, kind, ("N/A",))
    typed = typed_sql("cell", where, kind, conventions)
    sql = f"SELECT cell, {typed} FROM (SELECT {cell} AS cell FROM (SELECT ?::VARCHAR AS x))"
    return staging.rows(sql, [text])[0]  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2026-12-05", "mdy"),
        (" 2026-12-05\t", "ymd"),
        ("2026/12/5", "dmy"),
        ("20261205", "dmy"),
        ("2026.12.05", "ymd"),
        ("2026-12-05-08:00", "ymd"),
        ("2026-12-05+02:00", "ymd"),
        ("2026-12-05Z", "ymd"),
        ("2026-12-05T00:00:00+02:00", "ymd"),
        ("2026-12-05T23:30:00.1234567Z", "ymd"),
        ("12/5/2026 0:00", "mdy"),
        ("5.12.2026", "dmy"),
        ("05-12-2026 16:30", "dmy"),
        ("12/05/2026, 4:30:00 PM", "mdy"),
        ("05-Dec-2026", "ymd"),
        ("Dec 5, 2026", "ymd"),
        ("5 December 2026", "mdy"),
    ],
)
def test_a_day_is_read_in_the_order_of_its_file(staging: Staging, text: str, order: str) -> None:
    assert value(staging, text, "date", Conventions(order))[1] == DAY


@pytest.mark.parametrize(
    "text",
    [
        *("2026-02-30", "13/13/2026", "2026-12-05 garbage", "31.12.2026", "1/2/26", "soon"),
        *("2026-12-05 25:00", "202612051", "2026", "12/5/2026x", "today"),
    ],
)
def test_what_is_no_day_stays_visible_as_a_faulty_cell(staging: Staging, text: str) -> None:
    assert value(staging, text, "date", Conventions("mdy")) == (text, None)


@pytest.mark.parametrize(
    "text",
    [
        *("", "  ", "\u00a0", "N/A", None, "9999-12-31", "9999-12-31 23:59:59", "12/31/9999"),
        *("4712/12/31", "31.12.4712", "1900-01-01", "1/1/1900", "0001-01-01", "99991231"),
    ],
)
@pytest.mark.parametrize("kind", ["date", "moment"])
def test_open_ends_unknown_and_blank_days_are_null_and_no_fault(
    staging: Staging, text: str | None, kind: str
) -> None:
    assert value(staging, text, kind, Conventions("mdy")) == (None, None)


def test_a_real_day_of_1900_is_kept(staging: Staging) -> None:
    found = value(staging, "1900-05-05", "date", Conventions())
    assert found == ("1900-05-05", dt.date(1900, 5, 5))


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("05/12/2026 16:30", "UTC"),
        ("05.12.2026 17:30", "Europe/Berlin"),
        ("2026-12-05T16:30:00Z", "Europe/Berlin"),
        ("2026-12-05T18:30:00+02:00", "America/Denver"),
        ("2026-12-05 18:30:00 +0200", "UTC"),
        ("2026-12-05T22:00+05:30", "UTC"),
        ("2026-12-05 17:30:00.0000000", "Europe/Berlin"),
        ("05/12/2026, 4:30 PM", "UTC"),
    ],
)
def test_a_moment_is_stored_in_utc_from_its_offset_or_its_file(
    staging: Staging, text: str, zone: str
) -> None:
    assert value(staging, text, "moment", Conventions("dmy", ".", zone))[1] == AT


def test_summer_time_is_that_of_the_day(staging: Staging) -> None:
    berlin = Conventions("ymd", ".", "Europe/Berlin")
    found = value(staging, "2026-07-01 12:00", "moment", berlin)[1]
    assert found == dt.datetime(2026, 7, 1, 10)


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("1.234,5", ",", 1234.5),
        ("1,5", ",", 1.5),
        ("-1.234.567,89", ",", -1234567.89),
        ("1 234,5", ",", 1234.5),
        ("1,234.5", ".", 1234.5),
        ("1'234.5", ".", 1234.5),
        ("1.5", ".", 1.5),
        (".5", ".", 0.5),
        ("35.0", ".", 35.0),
        ("1e3", ".", 1000.0),
        ("1.5", ",", None),
        ("1,5", ".", None),
        ("12.34,5", ",", None),
        ("1,23,456", ".", None),
        ("nan", ".", None),
        ("inf", ".", None),
        ("5 %", ".", None),
        ("0x1F", ".", None),
    ],
)
def test_a_number_is_read_by_its_decimal_sign_or_not_at_all(
    staging: Staging, text: str, decimal: str, number: float | None
) -> None:
    assert value(staging, text, "number", Conventions("ymd", decimal))[1] == number


@pytest.mark.parametrize(
    ("text", "whole"),
    [("3", 3), ("3.0", 3), ("-3", -3), ("1,000", 1000), ("3.5", None), ("3000000000", None)],
)
def test_a_whole_number_has_no_fraction(staging: Staging, text: str, whole: int | None) -> None:
    assert value(staging, text, "integer", Conventions())[1] == whole


@pytest.mark.parametrize(
    ("text", "flag"),
    [("TRUE", True), ("yes", True), ("1", True), ("Nein", False), ("0", False), ("x", None)],
)
def test_a_flag_is_a_word_for_yes_or_no(staging: Staging, text: str, flag: bool | None) -> None:
    assert value(staging, text, "flag", Conventions())[1] is flag


def test_an_id_written_as_a_decimal_is_the_whole_number(staging: Staging) -> None:
    plain = Conventions()
    for text, found in [("1318.0", "1318"), ("007", "007"), ("A1.0", "A1.0"), ("13.5", "13.5")]:
        assert value(staging, text, "text", plain, cast="integer_text")[1] == found


def test_the_year_of_a_date_can_be_taken(staging: Staging) -> None:
    mdy = Conventions("mdy")
    assert value(staging, "1/3/1954", "integer", mdy, cast="year")[1] == 1954
    assert value(staging, "1/1/1900", "integer", mdy, cast="year") == (None, None)


def test_a_columns_own_conventions_win(staging: Staging) -> None:
    assert value(staging, "5/12/2026", "date", Conventions("mdy"), date_order="dmy")[1] == DAY


def test_a_constant_follows_no_convention_of_the_file(staging: Staging) -> None:
    source = Source(value="2026-12-05")
    cell = cell_sql(source, "date")
    typed = typed_sql("cell", source, "date", Conventions("dmy", ",", "Europe/Berlin"))
    assert staging.rows(f"SELECT {typed} FROM (SELECT {cell} AS cell)") == [(DAY,)]
    assert staging.rows(f"SELECT {cell_sql(Source(value=''), 'text')}") == [(None,)]


def test_some_rows_can_be_read_from_another_column(staging: Staging) -> None:
    source = Source(column="seen", instead=Instead("left", {"state": ("OUT",)}))
    rows = "(VALUES ('a', 'b', 'IN'), ('a', 'b', ' OUT')) AS t(seen, \"left\", state)"
    found = staging.rows(f"SELECT {cell_sql(source, 'text')} FROM {rows}")
    assert found == [("a",), ("b",)]


@given(st.dates(dt.date(1901, 1, 1), dt.date(2200, 12, 31)), st.sampled_from(["dmy", "mdy"]))
def test_every_day_survives_being_written_and_read(day: dt.date, order: str) -> None:
    text = f"{day.day}/{day.month}/{day.year}"
    if order == "mdy":
        text = f"{day.month}/{day.day}/{day.year}"
    with open_staging() as staging:
        assert value(staging, text, "date", Conventions(order))[1] == day


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([".", ","]))
def test_every_number_survives_being_written_and_read(number: float, decimal: str) -> None:
    text = repr(number).replace(".", decimal)
    with open_staging() as staging:
        assert value(staging, text, "number", Conventions("ymd", decimal))[1] == number
