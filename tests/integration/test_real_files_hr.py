"""Real exports of HR systems, from their files to people, records and exits."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from etl.choosing.choice import SHIPPED
from etl.formats import read
from etl.load import load_paths
from etl.reading.raw_table import Hints
from etl.report import LoadReport
from warehouse.engine import Warehouse, open_staging
from warehouse.tables import employment, exit_, person, person_identifier, worker_record

NOW = dt.datetime(2026, 10, 1, 12)
VIVA = "viva_insights/viva-insights-org-data-sample.xlsx"


def load(warehouse: Warehouse, *paths: Path, mapping: Path | None = None) -> LoadReport:
    report = load_paths(warehouse, list(paths), mapping=mapping, now=NOW)
    assert report.is_complete, [str(outcome.problem) for outcome in report.refused]
    return report


def count(warehouse: Warehouse, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count().label("n")).select_from(table).where(*conditions)
    return int(warehouse.read(query)["n"].iloc[0])


def values(warehouse: Warehouse, column: sa.Column[Any]) -> list[Any]:
    return sorted(set(warehouse.read(sa.select(column))[column.name].dropna()))


def test_viva_insights_people_managers_and_dates_are_understood(
    warehouse: Warehouse, real_files: Path
) -> None:
    report = load(warehouse, real_files / VIVA)
    assert report.rejected_by_rule == {}
    assert count(warehouse, person) == 370
    w = worker_record.c
    assert [str(day)[:10] for day in values(warehouse, w.recorded_on)] == ["2019-01-06"]
    hired = values(warehouse, w.hired_on)
    assert len(hired) > 100 and hired[-1].year <= 2019  # written as text, month first
    # every manager is somebody in the file, whatever the capitals of the address
    assert set(values(warehouse, w.manager_person_id)) <= set(values(warehouse, person.c.person_id))
    assert count(warehouse, worker_record, w.worker_type == "contingent") > 0


def test_years_of_service_are_read_as_days_of_1902_and_stay_outside(real_files: Path) -> None:
    with open_staging() as staging:
        table = read(real_files / VIVA, staging, Hints())
        years = staging.rows(f'SELECT DISTINCT substr("YrsServ", 1, 2) FROM {table.relation}')
        monthly = read(real_files / VIVA, staging, Hints(sheet="Monthly"))
        zones = staging.rows(f'SELECT DISTINCT "TimeZone" FROM {monthly.relation}')
    assert ("19",) in years
    assert any(zone and zone.startswith("\t") for (zone,) in zones)
    assert "YrsServ" not in (SHIPPED / "viva_insights.toml").read_text()


def test_another_sheet_of_viva_insights_loads_by_naming_it(
    warehouse: Warehouse, real_files: Path, tmp_path: Path
) -> None:
    text = (SHIPPED / "viva_insights.toml").read_text(encoding="utf-8")
    mapping = tmp_path / "monthly.mapping.toml"
    mapping.write_text(text.replace('files = ["*"]', 'files = ["*"]\nsheet = "Monthly"'))
    report = load(warehouse, real_files / VIVA, mapping=mapping)
    assert report.rejected_by_rule == {}
    days = [str(day)[:10] for day in values(warehouse, worker_record.c.recorded_on)]
    assert days == ["2019-01-06", "2019-01-07", "2019-01-08"]
    assert count(warehouse, person) == 23


@pytest.fixture
def landed(warehouse: Warehouse, real_files: Path) -> LoadReport:
    folder = real_files / "workday"
    names = ("worker_history", "worker_position_history", "person_contact_email_address")
    return load(warehouse, *(folder / f"workday_{name}_data.csv" for name in names))


def test_landed_workday_tables_give_people_spells_and_exits(
    warehouse: Warehouse, landed: LoadReport
) -> None:
    assert values(warehouse, person.c.person_id) == [
        *("10010", "10017", "10018", "10019", "10020", "10030")
    ]
    x = warehouse.read(sa.select(exit_.c.person_id, exit_.c.exit_on, exit_.c.voluntary))
    exits = {row.person_id: (str(row.exit_on)[:10], row.voluntary) for row in x.itertuples()}
    assert exits == {
        "10010": ("2020-11-13", "no"),
        "10017": ("2020-10-29", "no"),
        "10018": ("2020-12-01", "yes"),
        "10019": ("2021-02-26", "yes"),
        "10020": ("2021-02-05", "yes"),
    }
    e = employment.c
    assert count(warehouse, employment, e.end_on.is_(None)) == 1  # 9999-12-31 23:59:59 is no end
    spell = warehouse.read(sa.select(e.end_on).where(e.person_id == "10010"))
    assert [str(day)[:10] for day in spell["end_on"]] == ["2020-11-14"]


def test_a_position_of_nobody_known_waits_for_its_worker(
    warehouse: Warehouse, landed: LoadReport
) -> None:
    # the sample's positions belong to other workers than its worker table, but for one
    assert landed.rejected_by_rule == {"unknown_person": 5}
    w = worker_record.c
    found = warehouse.read(
        sa.select(w.recorded_on, w.function_type, w.fte, w.location)
        .where(w.person_id == "10030", w.function_type.is_not(None))
        .order_by(w.recorded_on)
    )
    assert [(str(r.recorded_on)[:10], r.function_type, r.fte) for r in found.itertuples()] == [
        ("2024-01-01", "Software Engineer", 1.0),
        ("2025-04-01", "Senior Software Engineer", 1.0),
    ]


def test_addresses_find_their_worker_by_workdays_own_id(
    warehouse: Warehouse, landed: LoadReport
) -> None:
    emails = person_identifier.c.id_type == "email"
    query = sa.select(person_identifier.c.person_id, person_identifier.c.value).where(emails)
    found = dict(warehouse.read(query).itertuples(index=False))
    assert len(found) == 5 and found["10017"] == "homer@simpson.com"
