"""What became of real files in the warehouse, against facts published with them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
import sqlalchemy as sa

from etl.load import load_paths
from etl.report import FileOutcome
from tests.postgres_server import own_database
from warehouse.engine import Warehouse, open_warehouse
from warehouse.settings import Settings
from warehouse.tables import (
    answer,
    employment,
    exit_,
    person,
    rejected_row,
    response,
    session,
    worker_record,
)

NOW = dt.datetime(2026, 10, 1, 12)
EXITS = dict(
    zip(range(2006, 2016), [134, 162, 164, 142, 123, 110, 130, 105, 253, 162], strict=True)
)
HEADCOUNTS = {2006: 4445, 2014: 4962}  # people still here in the file, after its duplicates


def load(warehouse: Warehouse, *paths: Path) -> dict[str, FileOutcome]:
    report = load_paths(warehouse, list(paths), now=NOW)
    outcomes = {outcome.path.name: outcome for outcome in report.files}
    for outcome in outcomes.values():
        assert outcome.problem is None, outcome.problem
        for counts in outcome.counts:
            assert counts.rows_read == (
                counts.rows_inserted
                + counts.rows_updated
                + counts.rows_unchanged
                + counts.rows_rejected
            )
    return outcomes


def count(warehouse: Warehouse, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count().label("n")).select_from(table).where(*conditions)
    return int(warehouse.read(query)["n"].iloc[0])


def headcount(warehouse: Warehouse, day: dt.date) -> int:
    return count(
        warehouse,
        employment,
        sa.or_(employment.c.hired_on.is_(None), employment.c.hired_on <= day),
        sa.or_(employment.c.end_on.is_(None), employment.c.end_on > day),
    )


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(engine, marks=pytest.mark.xdist_group(f"ten_years_{engine}"))
        for engine in ("duckdb", "postgresql")
    ],
)
def ten_years(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, real_files: Path
) -> Iterator[Warehouse]:
    """The large file, loaded once per engine for all that only read."""
    home = tmp_path_factory.mktemp("ten_years")
    place: AbstractContextManager[str] = nullcontext(f"duckdb:///{home / 'warehouse.duckdb'}")
    if request.param == "postgresql":
        place = own_database(request.getfixturevalue("postgres_template"), like="filled")
    with place as url:
        warehouse = open_warehouse(Settings(home, url))
        outcome = load(warehouse, real_files / "mfg10year" / "MFG10YearTerminationData.csv")
        counts = {one.entity: one for one in outcome["MFG10YearTerminationData.csv"].counts}
        assert counts["worker_record"].rows_read == 49653
        assert counts["person"].rows_inserted == 6284
        yield warehouse
        warehouse.close()


def test_the_ten_year_file_is_understood_as_its_publisher_did(ten_years: Warehouse) -> None:
    year = sa.extract("year", exit_.c.exit_on).label("year")
    query = sa.select(year, sa.func.count().label("n")).group_by(year)
    found = ten_years.read(query)
    assert dict(zip(found["year"].astype(int), found["n"].astype(int), strict=True)) == EXITS
    assert count(ten_years, exit_, exit_.c.voluntary == "yes") == 1270
    assert count(ten_years, exit_, exit_.c.voluntary == "no") == 215
    groups = {"resignation": 385, "retirement": 885, "redundancy": 215}
    for group, people in groups.items():
        assert count(ten_years, exit_, exit_.c.reason_group == group) == people
    assert count(ten_years, exit_, exit_.c.reason_source == "Resignaton") == 385


@pytest.mark.parametrize(("year", "share"), [(2006, 0.02926), (2014, 0.04851)])
def test_the_published_ratios_come_out_of_the_derived_history(
    ten_years: Warehouse, year: int, share: float
) -> None:
    here = headcount(ten_years, dt.date(year, 12, 31))
    assert here == HEADCOUNTS[year]
    assert round(EXITS[year] / (here + EXITS[year]), 5) == share


def test_a_future_termination_date_reaches_nothing(ten_years: Warehouse) -> None:
    assert count(ten_years, exit_) == 1485
    last = sa.select(sa.func.max(exit_.c.exit_on).label("on"))
    assert ten_years.read(last)["on"].iloc[0].year == 2015
    active = worker_record.c.status == "active"
    days = sa.select(worker_record.c.recorded_on).where(active).distinct()
    assert sorted(day.year for day in ten_years.read(days)["recorded_on"]) == list(
        range(2006, 2016)
    )


def test_of_duplicate_person_years_the_departure_stands(ten_years: Warehouse) -> None:
    found = ten_years.read(sa.select(rejected_row).order_by(rejected_row.c.source_row))
    assert list(found["rule"]) == ["duplicate_key"] * 5
    assert all("STATUS is TERMINATED" in message for message in found["message"])
    rows = [json.loads(row) for row in found["row_json"]]
    assert {row["STATUS"] for row in rows} == {"ACTIVE"}
    assert {row["EmployeeID"] for row in rows} == {
        *("3008.0", "3401.0", "7007.0", "7023.0", "8296.0")
    }


def test_survey_and_departures_meet_in_one_person(warehouse: Warehouse, real_files: Path) -> None:
    folder = real_files / "peopleanalytics_book"
    load(warehouse, folder / "departure_dates.csv", folder / "survey_responses.csv")
    assert count(warehouse, person) == 3770
    assert count(warehouse, exit_) == 1354
    assert count(warehouse, exit_, exit_.c.exit_on == dt.date(2020, 2, 29)) > 0
    for column in (exit_.c.voluntary, exit_.c.reason_group):
        assert count(warehouse, exit_, column == "unknown") == 1354
    assert count(warehouse, response) == 3770
    assert count(warehouse, answer, answer.c.number.between(1, 10)) == 2 * 3770
    assert round(1354 / 3770, 3) == 0.359


def test_an_anonymous_response_belongs_to_nobody(warehouse: Warehouse, real_files: Path) -> None:
    load(warehouse, real_files / "qualtrics" / "sample.csv")
    assert count(warehouse, response, response.c.person_id.is_(None)) == 1
    found = warehouse.read(sa.select(response.c.recorded_at, response.c.is_finished))
    assert found["recorded_at"].iloc[0] == dt.datetime(2017, 7, 18, 8, 28, 48)


def test_the_meeting_log_says_cancelled_or_nothing(warehouse: Warehouse, real_files: Path) -> None:
    load(warehouse, real_files / "meetings" / "mt_data.csv")
    assert count(warehouse, session) == 612
    assert count(warehouse, session, session.c.status == "cancelled") == 36
    assert count(warehouse, session, session.c.status == "unknown") == 576
    assert count(warehouse, session, session.c.pair_id.is_(None)) == 612
    first = warehouse.read(sa.select(sa.func.min(session.c.planned_start_at).label("at")))
    assert first["at"].iloc[0].year == 2022


def test_loading_a_real_file_again_changes_nothing(warehouse: Warehouse, real_files: Path) -> None:
    path = real_files / "peopleanalytics_book" / "survey_responses.csv"
    load(warehouse, path)
    again = load(warehouse, path)["survey_responses.csv"]
    assert all(counts.rows_unchanged == counts.rows_read for counts in again.counts)
    assert count(warehouse, person) == 3770
