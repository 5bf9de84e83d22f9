from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from etl.choosing.choice import check_columns
from etl.formats import read
from etl.mapping.file import read_mapping
from etl.mapping.fit import add_day, fit_mapping
from etl.mapping.mapping import Mapping, Source
from etl.problems import FileProblem
from warehouse.engine import Staging

Write = Callable[..., Path]
REPORT = """
source_system = "hr"
files = ["*"]
[aliases]
"Employee ID" = ["Worker ID", "EEID"]
Leaver = ["Left on"]

[[load]]
entity = "person"
key = ["Employee ID"]
[load.columns]
person_id = "Employee ID"
display_name = { column = "First", followed_by = "Last", optional = true }

[[load]]
entity = "worker_record"
key = ["Employee ID", "Day"]
[load.columns]
person_id = "Employee ID"
record_kind = { value = "snapshot" }
recorded_on = { column = "Day", in_file_name = true }
fte = { column = "FTE", optional = true }
[load.columns.hired_on]
column = "Hired"
optional = true
instead = { column = "Hired again", where = { "Again" = ["yes"] } }

[[load]]
entity = "exit"
key = ["Employee ID", "Leaver"]
optional = true
filled = ["Leaver"]
[load.columns]
person_id = "Employee ID"
exit_on = "Leaver"
"""


@pytest.fixture
def report(file: Write) -> Mapping:
    return read_mapping(file(REPORT, "hr.mapping.toml"))


def sources(mapping: Mapping, entity: str) -> dict[str, Source]:
    return next(load.columns for load in mapping.loads if load.entity == entity)


def test_the_files_own_names_are_used_capitals_aside(report: Mapping) -> None:
    fitted = fit_mapping(report, ["EEID", "first", "Last", "Day"])
    assert [load.key[0] for load in fitted.loads] == ["EEID", "EEID"]
    person = sources(fitted, "person")
    assert (person["person_id"].column, person["display_name"].column) == ("EEID", "first")


def test_the_name_the_mapping_uses_comes_before_others(report: Mapping) -> None:
    fitted = fit_mapping(report, ["Worker ID", "Employee ID", "Day"])
    assert fitted.loads[0].key == ("Employee ID",)


def test_an_optional_column_is_left_out_where_it_is_missing(report: Mapping) -> None:
    columns = sources(fit_mapping(report, ["Employee ID", "Day"]), "worker_record")
    assert list(columns) == ["person_id", "record_kind", "recorded_on"]
    whole = fit_mapping(report, ["Employee ID", "Day", "FTE", "Hired", "Hired again", "Again"])
    assert sources(whole, "worker_record")["hired_on"].instead is not None
    part = fit_mapping(report, ["Employee ID", "Day", "Hired", "Hired again"])
    assert sources(part, "worker_record")["hired_on"] == Source("Hired", is_optional=True)


def test_an_optional_load_is_left_out_where_a_column_is_missing(report: Mapping) -> None:
    assert len(fit_mapping(report, ["Employee ID", "Day"]).loads) == 2
    assert len(fit_mapping(report, ["Employee ID", "Day", "Left on"]).loads) == 3


def test_a_name_in_two_parts_can_do_without_the_second(report: Mapping) -> None:
    person = sources(fit_mapping(report, ["Employee ID", "Day", "First"]), "person")
    assert person["display_name"] == Source("First", is_optional=True)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("workers 2026-03-31.csv", "2026-03-31"),
        ("20260331_workers.csv", "2026-03-31"),
        ("workers_2026_03_31 (2).csv", "2026-03-31"),
        ("workers 2026-02-30, of 2026.03.01.csv", "2026-03-01"),
    ],
)
def test_the_day_in_the_name_of_a_file_becomes_a_column(
    name: str, day: str, report: Mapping, file: Write, staging: Staging
) -> None:
    path = file("Employee ID\n1\n", name)
    raw = read(path, staging)
    check_columns(path, report, raw)
    dated = add_day(staging, raw, fit_mapping(report, raw.columns), path)
    assert dated.columns == ("Employee ID", "Day")
    assert staging.rows(f'SELECT "Day" FROM {dated.relation}') == [(day,)]


def test_a_column_for_the_day_comes_before_the_name(
    report: Mapping, file: Write, staging: Staging
) -> None:
    path = file("Employee ID,Day\n1,2026-01-31\n", "workers 2026-03-31.csv")
    raw = read(path, staging)
    assert add_day(staging, raw, fit_mapping(report, raw.columns), path) == raw


@pytest.mark.parametrize("name", ["workers.csv", "workers 2026-03.csv", "12026-03-311.csv"])
def test_without_a_day_the_file_is_refused_with_an_example(
    name: str, report: Mapping, file: Write, staging: Staging
) -> None:
    path = file("Employee ID\n1\n", name)
    raw = read(path, staging)
    with pytest.raises(FileProblem, match=r"2026-03-31\.csv") as found:
        add_day(staging, raw, fit_mapping(report, raw.columns), path)
    assert found.value.code == "missing_date"


def test_a_missing_column_is_named_as_the_mapping_calls_it(
    report: Mapping, file: Write, staging: Staging
) -> None:
    path = file("Employee,Day\n1,2026-01-31\n")
    with pytest.raises(FileProblem, match='Did you mean "Employee"') as found:
        check_columns(path, report, read(path, staging))
    assert found.value.column == "Employee ID"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("in_file_name = true", 'in_file_name = "yes"', "true or false"),
        ('fte = { column = "FTE",', 'fte = { column = "FTE", in_file_name = true,', "no day"),
        ('fte = { column = "FTE",',
         'fte = { column = "FTE", scale = { from = [4, 1], to = [1, 5] },', "the lower first"),
        ('fte = { column = "FTE",', 'fte = { column = "FTE", scale = { from = [1], to = [1, 5] },',
         "two numbers"),
        ('person_id = "Employee ID"\ndisplay', 'person_id = { column = "Employee ID", scale = '
         '{ from = [1, 4], to = [1, 5] } }\ndisplay', "no number"),
        ('exit_on = "Leaver"', 'exit_on = { column = "Leaver", pick = "last" }', "order"),
        ('exit_on = "Leaver"', 'exit_on = { column = "Leaver", pick = "best" }', "first, last"),
        ("[aliases]", "[aliases]\nx = 1", "list of texts"),
        ('files = ["*"]', 'files = ["*"]\nrest = "drop"', "set_aside, leave_out"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_are_named(file: Write, old: str, new: str, said: str) -> None:
    assert old in REPORT
    with pytest.raises(FileProblem) as found:
        read_mapping(file(REPORT.replace(old, new, 1), "hr.mapping.toml"))
    assert found.value.code == "bad_mapping"
    assert said in str(found.value)
