"""Files that systems really wrote are recognized, staged whole, and understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.choosing.choice import choose_mapping
from etl.formats import read
from etl.inspect import inspect_file
from etl.problems import FileProblem
from etl.rows.conventions import date_columns, date_evidence, decide_conventions
from warehouse.engine import open_staging


@pytest.mark.parametrize(
    ("name", "mapping", "seen"),
    [
        (
            "mfg10year/MFG10YearTerminationData.csv",
            *("mfg10year.toml", ("delimited", 49653, 18, "mdy")),
        ),
        (
            "peopleanalytics_book/survey_responses.csv",
            *("people_analytics_survey.toml", ("delimited", 3770, 6, "ymd")),
        ),
        (
            "peopleanalytics_book/departure_dates.csv",
            *("people_analytics_departures.toml", ("delimited", 1354, 2, "ymd")),
        ),
        ("qualtrics/sample.csv", "qualtrics_sample.toml", ("qualtrics", 1, 15, "ymd")),
        ("meetings/mt_data.csv", "meeting_log.toml", ("delimited", 612, 41, "dmy")),
        (
            "viva_insights/viva-insights-org-data-sample.xlsx",
            *("viva_insights.toml", ("workbook", 370, 20, "mdy")),
        ),
        (
            "workday/workday_worker_history_data.csv",
            *("workday_landed_workers.toml", ("delimited", 7, 88, "ymd")),
        ),
        (
            "workday/workday_worker_position_history_data.csv",
            *("workday_landed_positions.toml", ("delimited", 7, 63, "ymd")),
        ),
        (
            "workday/workday_person_contact_email_address_data.csv",
            *("workday_landed_emails.toml", ("delimited", 5, 7, "ymd")),
        ),
    ],
)
def test_a_known_file_finds_its_mapping_and_loses_no_row(
    real_files: Path, name: str, mapping: str, seen: tuple[str, int, int, str]
) -> None:
    path = real_files / name
    chosen = choose_mapping(path)
    assert chosen.name == mapping
    with open_staging() as staging:
        table = read(path, staging, chosen.hints)
        count = staging.rows(f"SELECT count(*) FROM {table.relation}")[0][0]
        order = decide_conventions(staging, table, chosen, path).date_order
    assert (table.format, count, len(table.columns), order) == seen
    assert table.broken == ()


@pytest.mark.parametrize(
    ("name", "order"),
    [("mfg10year/MFG10YearTerminationData.csv", "mdy"), ("meetings/mt_data.csv", "dmy")],
)
def test_the_declared_date_order_is_what_all_rows_say(
    real_files: Path, name: str, order: str
) -> None:
    chosen = choose_mapping(real_files / name)
    with open_staging() as staging:
        table = read(real_files / name, staging, chosen.hints)
        evidence = date_evidence(staging, table, date_columns(chosen), chosen.nulls)
    assert evidence.order == order
    assert min(evidence.day_first, evidence.month_first) == 0


def test_address_and_location_of_a_survey_stay_behind(real_files: Path) -> None:
    found = inspect_file(real_files / "qualtrics" / "sample.csv")
    names = [column.name for column in found.columns]
    assert names[:3] == ["StartDate", "EndDate", "Status"]
    assert not {"IPAddress", "LocationLatitude", "LocationLongitude"} & set(names)
    assert "RecipientEmail" in names and "RecipientLastName" not in names
    assert found.columns[0].label == "Anfangsdatum"


@pytest.mark.parametrize(
    ("name", "form", "rows", "columns"),
    [
        ("workday/workday_organization_data.csv", "delimited", 5, 29),
    ],
)
def test_a_file_without_mapping_can_be_inspected(
    real_files: Path, name: str, form: str, rows: int, columns: int
) -> None:
    found = inspect_file(real_files / name)
    assert (found.format, found.rows, len(found.columns)) == (form, rows, columns)
    assert found.mapping_name is None
    assert "No mapping" in found.problem


def test_a_calendar_file_is_not_taken_for_a_table(real_files: Path) -> None:
    with pytest.raises(FileProblem, match="calendar"), open_staging() as staging:
        read(real_files / "icalendar" / "ical_example.ics", staging)
