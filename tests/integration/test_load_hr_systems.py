"""What each HR system's export becomes: people, records, spells and exits, on both engines."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from etl.load import load_paths
from etl.report import LoadReport
from tests.hr_system_exports import HR_EXPORTS, SF_JOB_JSON, raas, raas_entry
from tests.integration.small_exports import NOW, rejects
from warehouse.engine import Warehouse
from warehouse.tables import (
    department,
    employment,
    exit_,
    job_history,
    person,
    person_identifier,
    worker_record,
)

Load = Callable[..., LoadReport]
Day = dt.date


@pytest.fixture
def load(warehouse: Warehouse, tmp_path: Path) -> Load:
    """Load exports by the names of their mappings; further files as name and content."""

    def run(*mappings: str, **files: str) -> LoadReport:
        for mapping in mappings:
            name, content = HR_EXPORTS[f"{mapping}.toml"]
            data = content if isinstance(content, bytes) else content.encode()
            (tmp_path / name).write_bytes(data)
        for name, content in files.items():
            (tmp_path / name.replace("__", ".")).write_text(content, encoding="utf-8")
        report = load_paths(warehouse, [p for p in tmp_path.iterdir() if p.is_file()], now=NOW)
        assert report.is_complete, [str(outcome.problem) for outcome in report.refused]
        return report

    return run


def told(warehouse: Warehouse, table: sa.Table, *names: str) -> list[tuple[Any, ...]]:
    """Return columns of a table, in their order; days as days."""
    columns = [table.c[name] for name in names]
    frame = warehouse.read(sa.select(*columns)).astype(object)
    rows = frame.where(frame.notna(), None).itertuples(index=False)
    return sorted((tuple(map(_plain, row)) for row in rows), key=repr)


def _plain(value: object) -> object:
    return value.date() if isinstance(value, dt.datetime) else value


def records(warehouse: Warehouse, *names: str) -> list[tuple[Any, ...]]:
    return told(warehouse, worker_record, "person_id", "recorded_on", *names)


def jobs(warehouse: Warehouse, who: str) -> list[tuple[Any, ...]]:
    """Return the stretches of a person as begin, end, department and status."""
    names = ("valid_from", "valid_to", "department_id", "status")
    found = told(warehouse, job_history, "person_id", *names)
    return [row[1:] for row in found if row[0] == who]


def ends(warehouse: Warehouse) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for who, end in told(warehouse, employment, "person_id", "end_on"):
        found.setdefault(who, []).append(end)
    return found


def test_a_workday_report_is_a_snapshot_of_the_day_in_its_name(
    warehouse: Warehouse, load: Load
) -> None:
    assert load("workday_workers").rejected_by_rule == {}
    day = Day(2026, 3, 31)
    assert records(warehouse, "record_kind", "status", "manager_person_id", "fte") == [
        ("1001", day, "snapshot", "active", "1002", 0.8),
        ("1002", day, "snapshot", "leave", None, 1.0),
        ("1003", day, "snapshot", "terminated", "1002", 1.0),
    ]
    assert told(warehouse, department, "department_id") == [("Research",), ("Sales",)]
    emails = person_identifier.c.id_type == "email"
    found = warehouse.read(sa.select(person_identifier.c.value).where(emails))
    assert sorted(found["value"])[0] == "ada@example.com" and len(found) == 3


def test_who_is_still_here_has_no_exit_whatever_date_is_planned(
    warehouse: Warehouse, load: Load
) -> None:
    load("workday_workers")
    found = told(warehouse, exit_, "person_id", "exit_on", "voluntary", "is_inferred")
    assert found == [("1003", Day(2026, 2, 14), "yes", False)]
    assert ends(warehouse) == {"1001": [None], "1002": [None], "1003": [Day(2026, 2, 15)]}


def test_two_monthly_reports_are_two_snapshots(warehouse: Warehouse, load: Load) -> None:
    text = str(HR_EXPORTS["workday_workers.toml"][1])
    load("workday_workers", **{"workers 2026-04-30__csv": text.replace("Ada One", "Ada")})
    assert len(records(warehouse)) == 6
    assert len(told(warehouse, person, "person_id")) == 3


def test_a_workday_history_tells_leaves_and_rehires(warehouse: Warehouse, load: Load) -> None:
    assert load("workday_worker_history").rejected_by_rule == {}
    spells = told(warehouse, employment, "person_id", "hired_on", "end_on")
    assert spells == [
        ("1001", Day(2020, 1, 1), None),
        ("1002", Day(2010, 5, 1), Day(2022, 1, 1)),
        ("1002", Day(2023, 6, 1), None),
    ]
    statuses = [row[2] for row in records(warehouse, "status") if row[0] == "1001"]
    assert statuses == ["active", "leave", "active"]


def test_a_workday_report_in_xml_says_the_same(warehouse: Warehouse, load: Load) -> None:
    more = "<wd:Manager><wd:ID wd:type='Employee_ID'>2</wd:ID></wd:Manager>"
    left = "<wd:Termination_Date>2026-02-14-08:00</wd:Termination_Date>"
    text = raas(
        raas_entry(1, "ada", more=more),
        raas_entry(2, "ben"),
        raas_entry(3, "cem", "Terminated", left),
    )
    assert load(**{"workers_2026-03-31__xml": text}).rejected_by_rule == {}
    found = records(warehouse, "hired_on", "department_id", "manager_person_id", "status")
    day, hired = Day(2026, 3, 31), Day(2020, 1, 1)  # 2020-01-01-08:00 stays that day
    assert found == [
        ("1", day, hired, "Sales", "2", "active"),
        ("2", day, hired, "Sales", None, "active"),
        ("3", day, hired, "Sales", None, "terminated"),
    ]
    assert told(warehouse, exit_, "person_id", "exit_on") == [("3", Day(2026, 2, 14))]


def test_groups_that_repeat_in_a_workday_report_are_the_history(
    warehouse: Warehouse, load: Load
) -> None:
    group = (
        "<wd:Job_History><wd:Effective_Date>{}-08:00</wd:Effective_Date>"
        "<wd:Department wd:Descriptor='{}'/></wd:Job_History>"
    )
    more = group.format("2020-01-01", "Sales") + group.format("2021-01-01", "Research")
    entry = raas_entry(1, "ada", more=more).replace('wd:Department wd:Descriptor="Sales"', "wd:Now")
    text = raas(entry.replace("</wd:ID></wd:Department>", "</wd:ID></wd:Now>"))
    assert load(history__xml=text).rejected_by_rule == {}
    assert records(warehouse, "department_id") == [
        ("1", Day(2020, 1, 1), "Sales"),
        ("1", Day(2021, 1, 1), "Research"),
    ]


def test_landed_workday_tables_know_a_worker_by_two_ids(warehouse: Warehouse, load: Load) -> None:
    report = load("workday_landed_workers", "workday_landed_positions", "workday_landed_emails")
    assert report.rejected_by_rule == {}
    assert told(warehouse, person, "person_id") == [("1001",), ("1002",)]  # the third was deleted
    assert records(warehouse, "hired_on", "fte", "function_type") == [
        ("1001", Day(2020, 3, 1), Day(2020, 3, 1), None, None),
        ("1002", Day(2024, 1, 1), None, 0.5, "Engineer"),
        ("1002", Day(2024, 1, 1), Day(2024, 1, 1), None, None),
        ("1002", Day(2025, 4, 1), None, 1.0, "Lead"),
    ]
    found = told(warehouse, exit_, "person_id", "exit_on", "voluntary", "regretted")
    assert found == [("1001", Day(2020, 11, 13), "yes", "yes")]
    identifiers = told(warehouse, person_identifier, "person_id", "id_type", "value")
    assert ("1001", "email", "ada@example.com") in identifiers
    assert ("1001", "upn", "ada") in identifiers and ("1002", "hr_id", "w2") in identifiers


def test_successfactors_joins_the_logins_of_one_person(warehouse: Warehouse, load: Load) -> None:
    report = load("successfactors_employment", "successfactors_job")
    assert report.rejected_by_rule == {}
    assert told(warehouse, person, "person_id") == [("1001",), ("1002",)]
    assert {who: set(found) for who, found in ends(warehouse).items()} == {
        "1001": {Day(2021, 7, 1), None},
        "1002": {None},
    }
    assert told(warehouse, exit_, "person_id", "exit_on") == [("1001", Day(2021, 6, 30))]
    jobs = [row for row in records(warehouse, "seq_no", "department_id") if row[2]]
    assert [row for row in jobs if row[1] == Day(2020, 5, 1)] == [
        ("1001", Day(2020, 5, 1), 1, "Sales"),
        ("1001", Day(2020, 5, 1), 2, "Research"),
    ]
    unresolved = {o.path.name: o.unresolved for o in report.files if o.unresolved}
    assert unresolved == {"jobs.csv": {"manager-id": 1}}
    managers = {row[2] for row in records(warehouse, "manager_person_id")}
    assert managers == {"1002", None}


def test_successfactors_takes_hire_date_and_type_from_one_table_and_the_job_from_the_other(
    warehouse: Warehouse, load: Load
) -> None:
    """Also where EmpJob comes without its events, and so knows of no hires."""
    rows = [line.split(",") for line in str(HR_EXPORTS["successfactors_job.toml"][1]).splitlines()]
    events = rows[0].index("event-reason")
    jobs_only = "\n".join(",".join(row[:events] + row[events + 1 :]) for row in rows)
    load("successfactors_employment", jobs__csv=jobs_only)
    spells = told(warehouse, employment, "person_id", "hired_on", "end_on", "worker_type")
    assert spells == [
        ("1001", Day(2019, 4, 1), Day(2021, 7, 1), "employee"),
        ("1001", Day(2023, 2, 1), None, "employee"),
        ("1002", Day(2010, 1, 1), None, "employee"),
    ]
    assert jobs(warehouse, "1001") == [
        (Day(2019, 4, 1), Day(2020, 5, 1), "Sales", "active"),
        (Day(2020, 5, 1), Day(2021, 7, 1), "Research", "active"),
        (Day(2023, 2, 1), None, "Research", "active"),
    ]


def test_successfactors_odata_says_the_same_as_the_file(warehouse: Warehouse, load: Load) -> None:
    report = load("successfactors_employment", EmpJob__txt=SF_JOB_JSON)
    assert report.rejected_by_rule == {}
    found = [row for row in records(warehouse, "hired_on", "department_id") if row[3]]
    assert found == [
        ("1002", Day(2010, 1, 1), Day(2010, 1, 1), "Sales"),
        ("1002", Day(2022, 1, 1), None, "Research"),
    ]


def test_bamboohr_never_takes_a_name_for_a_manager(warehouse: Warehouse, load: Load) -> None:
    report = load("bamboohr_employees", "bamboohr_employment_status", "bamboohr_job_info")
    assert report.rejected_by_rule == {}
    assert {row[2] for row in records(warehouse, "manager_person_id")} == {None}
    unresolved = {o.path.name: o.unresolved for o in report.files if o.unresolved}
    assert unresolved == {"bamboo_c.csv": {"reportsTo": 2}}
    found = told(warehouse, exit_, "person_id", "exit_on", "voluntary", "reason_group")
    assert found == [("1", Day(2023, 3, 31), "yes", "resignation")]
    assert ends(warehouse) == {"1": [Day(2023, 4, 1)], "2": [None]}
    assert told(warehouse, person, "display_name")[0] == ("Ada One",)


def test_bamboohr_tells_of_status_and_of_jobs_in_tables_that_keep_what_the_other_says(
    warehouse: Warehouse, load: Load
) -> None:
    statuses = [
        ("2020-01-01", "Full-Time"),
        ("2022-05-01", "On Leave"),
        ("2022-09-01", "Full-Time"),
    ]
    rows = [
        {"id": str(n), "employeeId": "1", "date": day, "employmentStatus": status}
        for n, (day, status) in enumerate(statuses)
    ]
    head = "employeeId,date,location,department,division,jobTitle,reportsTo\n"
    moves = "1,2020-01-01,Bern,Sales,,Clerk,\n1,2022-06-01,Bern,Research,,Analyst,\n"
    load("bamboohr_employees", statuses__json=json.dumps(rows), jobs__csv=head + moves)
    assert jobs(warehouse, "1") == [
        (Day(2020, 1, 1), Day(2022, 5, 1), "Sales", "active"),
        (Day(2022, 5, 1), Day(2022, 6, 1), "Sales", "leave"),
        (Day(2022, 6, 1), Day(2022, 9, 1), "Research", "leave"),
        (Day(2022, 9, 1), None, "Research", "active"),
    ]
    spells = told(warehouse, employment, "person_id", "hired_on", "end_on", "worker_type")
    assert spells[0] == ("1", Day(2020, 1, 1), None, "employee")


def test_personio_days_stay_the_days_that_are_written(warehouse: Warehouse, load: Load) -> None:
    assert load("personio_employees").rejected_by_rule == {}
    found = records(warehouse, "hired_on", "status", "manager_person_id")
    day = Day(2026, 3, 31)
    assert found == [
        ("1", day, Day(2020, 9, 1), "active", "2"),
        ("2", day, Day(1983, 9, 1), "terminated", None),
    ]
    assert told(warehouse, exit_, "person_id", "exit_on", "voluntary") == [
        ("2", Day(2026, 1, 31), "yes")
    ]


def test_hibob_tables_give_hires_moves_and_exits(warehouse: Warehouse, load: Load) -> None:
    assert load("hibob_people", "hibob_lifecycle", "hibob_work").rejected_by_rule == {}
    found = told(warehouse, exit_, "person_id", "exit_on", "voluntary", "reason_source")
    assert found == [("b1", Day(2024, 4, 17), "yes", "New job")]
    assert ends(warehouse) == {"b1": [Day(2024, 4, 18)], "b2": [None]}
    assert {row[2] for row in records(warehouse, "manager_person_id")} == {"b2", None}
    assert ("b1", "hr_id", "77") in told(
        warehouse, person_identifier, "person_id", "id_type", "value"
    )


def test_hibob_keeps_a_leave_through_a_change_of_department(
    warehouse: Warehouse, load: Load
) -> None:
    lifecycle = str(HR_EXPORTS["hibob_lifecycle.toml"][1]).splitlines()
    lifecycle[2:2] = ["3,b1,2022-01-01,parental leave,,", "4,b1,2022-07-01,employed,,"]
    work = str(HR_EXPORTS["hibob_work.toml"][1]) + "3,b1,2022-03-01,Research,Bern,Clerk,b2\n"
    load("hibob_people", lifecycle__csv="\n".join(lifecycle), work__csv=work)
    assert jobs(warehouse, "b1") == [
        (Day(2020, 1, 1), Day(2022, 1, 1), "Sales", "active"),
        (Day(2022, 1, 1), Day(2022, 3, 1), "Sales", "leave"),
        (Day(2022, 3, 1), Day(2022, 7, 1), "Research", "leave"),
        (Day(2022, 7, 1), Day(2024, 4, 18), "Research", "active"),
    ]


def test_oracle_hdl_objects_meet_in_one_person(warehouse: Warehouse, load: Load) -> None:
    assert load("oracle_hdl_worker").rejected_by_rule == {}
    assert told(warehouse, person, "person_id", "birth_year") == [("1001", 1990), ("1002", None)]
    found = records(warehouse, "seq_no", "hired_on", "department_id", "status")
    assert found == [
        ("1001", Day(2019, 2, 18), 1, Day(2019, 2, 18), "Sales | North", "active"),
        ("1001", Day(2020, 5, 1), 1, None, "Sales | North", "active"),
        ("1001", Day(2020, 5, 1), 2, None, "Research", "active"),
        ("1002", Day(2010, 1, 1), 1, Day(2010, 1, 1), "Research", "leave"),
    ]
    assert told(warehouse, exit_, "person_id", "exit_on", "voluntary") == [
        ("1001", Day(2021, 6, 30), "yes")
    ]
    assert ends(warehouse) == {"1001": [Day(2021, 7, 1)], "1002": [None]}
    emails = told(warehouse, person_identifier, "person_id", "id_type", "value")
    assert ("1001", "email", "ada@example.com") in emails


def test_ukg_numbers_keep_their_zeros(warehouse: Warehouse, load: Load) -> None:
    assert load("ukg_pro_employees").rejected_by_rule == {}
    found = records(warehouse, "hired_on", "status", "manager_person_id")
    day = Day(2026, 3, 31)
    assert found == [
        ("000101", day, Day(2020, 3, 15), "active", "000102"),
        ("000102", day, Day(2010, 5, 20), "terminated", None),
    ]
    assert told(warehouse, exit_, "person_id", "exit_on", "voluntary") == [
        ("000102", Day(2026, 2, 28), "yes")
    ]


def test_adp_takes_the_day_of_the_last_hire(warehouse: Warehouse, load: Load) -> None:
    assert load("adp_workforce_now").rejected_by_rule == {}
    found = records(warehouse, "hired_on", "status")
    day = Day(2026, 3, 31)
    assert found == [
        ("A1", day, Day(2020, 6, 1), "active"),
        ("A2", day, Day(2010, 5, 20), "terminated"),
    ]
    assert told(warehouse, exit_, "person_id", "voluntary", "reason_source") == [
        ("A2", "unknown", "Retirement")
    ]


def test_viva_insights_people_are_their_addresses(warehouse: Warehouse, load: Load) -> None:
    assert load("viva_insights").rejected_by_rule == {}
    found = records(warehouse, "hired_on", "manager_person_id", "department_id", "worker_type")
    day = Day(2019, 1, 6)
    assert found == [
        ("ada@example.com", day, Day(2017, 5, 18), "ben@example.com", "Claims", "employee"),
        ("ben@example.com", day, Day(2016, 9, 20), "ben@example.com", "Claims", "employee"),
    ]


def test_visier_snapshots_and_exits_agree(warehouse: Warehouse, load: Load) -> None:
    assert load("visier_snapshot", "visier_exits").rejected_by_rule == {}
    assert ends(warehouse) == {"1": [None], "2": [Day(2024, 5, 11)]}
    found = told(warehouse, exit_, "person_id", "exit_on", "voluntary", "is_inferred")
    assert found == [("2", Day(2024, 5, 10), "yes", False)]


def test_visier_transactions_are_valid_from_their_day(warehouse: Warehouse, load: Load) -> None:
    assert load("visier_transactions").rejected_by_rule == {}
    assert records(warehouse, "record_kind", "department_id") == [
        ("1", Day(2020, 1, 1), "effective", "HR"),
        ("1", Day(2024, 5, 15), "effective", "IT"),
        ("2", Day(2010, 5, 1), "effective", "HR"),
    ]


def test_a_report_without_a_day_asks_for_one(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "workers.csv"
    path.write_text(str(HR_EXPORTS["workday_workers.toml"][1]), encoding="utf-8")
    (outcome,) = load_paths(warehouse, [path], now=NOW).refused
    assert outcome.problem is not None and outcome.problem.code == "missing_date"
    assert '"workers 2026-03-31.csv"' in str(outcome.problem)
    assert told(warehouse, person, "person_id") == [] and rejects(warehouse) == []
