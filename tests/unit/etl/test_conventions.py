from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from etl.formats import read
from etl.mapping.mapping import Load, Mapping, Source
from etl.problems import FileProblem
from etl.rows.conventions import decide_conventions
from etl.rows.parsing import Conventions
from warehouse.engine import Staging

Write = Callable[..., Path]


def decided(staging: Staging, path: Path, **declared: str) -> Conventions:
    """Decide for a file of pairs with the columns Day and Score."""
    columns = {"matched_on": Source("Day"), "match_score": Source("Score")}
    mapping = Mapping("m", "0", "s", (Load("pair", ("Day",), columns),), **declared)  # type: ignore[arg-type]
    return decide_conventions(staging, read(path, staging), mapping, path)


def days(*texts: str) -> str:
    return "Day;Score\n" + "".join(f"{text};1\n" for text in texts)


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (("2026-03-04", "2026-03-05"), "ymd"),
        (("03/04/2026", "13/04/2026"), "dmy"),
        (("03.04.2026", "04.13.2026"), "mdy"),
        (("05/05/2026",), "ymd"),
        (("9/13/2026",), "mdy"),
        (("13-9-2026",), "dmy"),
        (("2026-03-04", "03/14/2026"), "mdy"),
        (("soon", ""), "ymd"),
        (("31/31/2026", "03/14/2026"), "mdy"),
    ],
)
def test_one_order_of_day_and_month_is_decided_from_all_rows(
    staging: Staging, file: Write, texts: tuple[str, ...], order: str
) -> None:
    assert decided(staging, file(days(*texts))).date_order == order


@pytest.mark.parametrize(
    "texts", [("03/04/2026", "04/03/2026"), ("13/04/2026", "04/13/2026", "01/02/2026")]
)
def test_an_open_order_is_refused_and_asked_for(
    staging: Staging, file: Write, texts: tuple[str, ...]
) -> None:
    path = file(days(*texts))
    with pytest.raises(FileProblem, match="date_order") as found:
        decided(staging, path)
    assert found.value.code == "ambiguous_dates"
    assert found.value.value in texts
    assert decided(staging, path, date_order="dmy").date_order == "dmy"


def test_a_single_faulty_row_does_not_hold_up_a_file(staging: Staging, file: Write) -> None:
    path = file(days(*["13/04/2026"] * 100, "04/13/2026"))
    assert decided(staging, path).date_order == "dmy"


@pytest.mark.parametrize(
    ("scores", "decimal"),
    [
        (("0,5", "1"), ","),
        (("1.234,5",), ","),
        (("0.5", "1"), "."),
        (("1,234.5",), "."),
        (("1", "2"), "."),
        (("1.234.567",), ","),
        (("1,500", "0,5"), ","),
    ],
)
def test_the_decimal_sign_is_decided_from_all_rows(
    staging: Staging, file: Write, scores: tuple[str, ...], decimal: str
) -> None:
    text = "Day;Score\n" + "".join(f"2026-01-01;{score}\n" for score in scores)
    assert decided(staging, file(text)).decimal == decimal


def test_a_number_that_could_be_a_thousand_times_larger_is_asked_for(
    staging: Staging, file: Write
) -> None:
    for score in ("1,500", "1.500"):
        path = file(f"Day;Score\n2026-01-01;{score}\n")
        with pytest.raises(FileProblem, match="decimal") as found:
            decided(staging, path)
        assert found.value.code == "ambiguous_numbers"
        assert decided(staging, path, decimal=",").decimal == ","


def test_the_zone_of_the_mapping_wins(staging: Staging, file: Write) -> None:
    path = file(days("2026-01-01"))
    assert decided(staging, path).time_zone == "UTC"
    assert decided(staging, path, time_zone="Europe/Berlin").time_zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("cells", "are_digits"),
    [
        (("1", "12", "", "-3"), True),
        (("1", "07"), False),
        (("1", " 2"), False),
        (("1", "two"), False),
        (("1", "2.0"), False),
        (("1", "3000000000"), False),
        (("", ""), True),
    ],
)
def test_a_column_of_whole_numbers_is_told_from_all_rows(
    staging: Staging, file: Write, cells: tuple[str, ...], are_digits: bool
) -> None:
    columns = {"recorded_on": Source("Day"), "level": Source("Level")}
    mapping = Mapping("m", "0", "s", (Load("worker_record", ("Day",), columns),))
    path = file("Day;Level\n" + "".join(f"2026-01-01;{cell}\n" for cell in cells))
    found = decide_conventions(staging, read(path, staging), mapping, path)
    assert found.digits == (frozenset({"Level"}) if are_digits else frozenset())


def test_the_first_and_last_of_plain_days_are_told(staging: Staging, file: Write) -> None:
    plain = decided(staging, file(days("2026-03-05", "", "2025-12-31")))
    assert plain.iso_days == {"Day": ("2025-12-31", "2026-03-05")}
    assert decided(staging, file(days("2026-03-05", "25.3.2026"))).iso_days == {}
