"""Monthly files are compared with stored rows of their own days only, and end as ever."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from etl.load import load_paths
from etl.report import LoadReport
from etl.rows import entity
from warehouse.engine import Warehouse
from warehouse.tables import answer, rejected_row, worker_record

NOW = dt.datetime(2026, 10, 1, 9)
HEADER = "person_id,record_kind,recorded_on,hired_on,status,department_id,level"
SURVEY = """source_system = "pulse"
files = ["pulse_*.csv"]
[[load]]
entity = "survey_response"
key = ["response"]
[load.columns]
response_id = "response"
wave_id = { value = "w1" }
person_id = "person"
recorded_at = "answered"
[load.items]
q1 = "q1"
q2 = "q2"
[[survey]]
survey_id = "pulse"
name = "Pulse"
[[wave]]
wave_id = "w1"
survey_id = "pulse"
[[item]]
survey_id = "pulse"
item_code = "q1"
scale_min = 1.0
scale_max = 5.0
[[item]]
survey_id = "pulse"
item_code = "q2"
scale_min = 1.0
scale_max = 5.0
"""


@pytest.fixture(params=[1, 1 << 40], ids=["in one pass", "step by step"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to load an entity, whatever the size of the file."""
    monkeypatch.setattr(entity, "_LARGE", request.param)


def write(folder: Path, name: str, *lines: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def people(folder: Path) -> Path:
    return write(folder, "person.csv", "person_id", "P1", "P2", "P3")


def month(folder: Path, name: str, day: str, **departments: str) -> Path:
    rows = (f"{who},snapshot,{day},2020-01-01,active,{d},3" for who, d in departments.items())
    return write(folder, name, HEADER, *rows)


def load(warehouse: Warehouse, *paths: Path, hour: int = 9) -> LoadReport:
    return load_paths(warehouse, paths, now=NOW.replace(hour=hour))


def records(warehouse: Warehouse) -> dict[tuple[str, str], str]:
    w = worker_record.c
    frame = warehouse.read(sa.select(w.person_id, w.recorded_on, w.department_id))
    assert not frame.duplicated(["person_id", "recorded_on"]).any()
    return {
        (person, f"{day:%Y-%m-%d}"): department
        for person, day, department in frame.itertuples(index=False)
    }


@pytest.mark.usefixtures("way")
def test_a_corrected_month_replaces_its_own_rows_and_no_others(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load(warehouse, people(tmp_path))
    load(warehouse, month(tmp_path, "worker_record_a.csv", "2026-01-31", P1="D1", P2="D1"), hour=10)
    load(warehouse, month(tmp_path, "worker_record_b.csv", "2026-02-28", P1="D1", P2="D2"), hour=11)
    report = load(
        warehouse, month(tmp_path, "worker_record_c.csv", "2026-01-31", P1="D1", P2="D9"), hour=12
    )
    counts = report.files[0].counts[0]
    assert (counts.rows_inserted, counts.rows_updated, counts.rows_unchanged) == (0, 1, 1)
    assert records(warehouse) == {
        ("P1", "2026-01-31"): "D1", ("P2", "2026-01-31"): "D9",
        ("P1", "2026-02-28"): "D1", ("P2", "2026-02-28"): "D2",
    }  # fmt: skip


@pytest.mark.usefixtures("way")
def test_rows_are_found_by_their_key_however_the_day_is_read(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    mapping = (
        'source_system = "hr"\ndate_order = "{order}"\n[[load]]\nentity = "worker_record"\n'
        'key = ["who", "day"]\n[load.columns]\nperson_id = "who"\nrecorded_on = "day"\n'
        'record_kind = {{ value = "snapshot" }}\ndepartment_id = "unit"\n'
    )
    load(warehouse, people(tmp_path))
    first = write(tmp_path, "first.csv", "who,day,unit", "P1,03/04/2026,D1")
    write(tmp_path, "first.mapping.toml", mapping.format(order="dmy"))
    second = write(tmp_path, "second.csv", "who,day,unit", "P1,03/04/2026,D2")
    write(tmp_path, "second.mapping.toml", mapping.format(order="mdy"))
    for hour, (path, own) in enumerate(((first, "first"), (second, "second")), 10):
        load_paths(
            warehouse,
            [path],
            mapping=tmp_path / f"{own}.mapping.toml",
            now=NOW.replace(hour=hour),
        )
    assert records(warehouse) == {("P1", "2026-03-04"): "D2"}


@pytest.mark.usefixtures("way")
def test_a_month_with_faults_sets_them_aside_and_keeps_the_rest(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load(warehouse, people(tmp_path))
    load(warehouse, month(tmp_path, "worker_record_a.csv", "2026-01-31", P1="D1"), hour=10)
    path = write(
        tmp_path, "worker_record_b.csv", HEADER,
        "P1,snapshot,2026-02-28,2020-01-01,active,D1,3",
        "P1,snapshot,2026-02-28,2020-01-01,active,D2,3",
        "P9,snapshot,2026-02-28,2020-01-01,active,D1,3",
        "P2,snapshot,2026-13-01,2020-01-01,active,D1,3",
        "P3,snapshot,2026-02-28,2020-01-01,terminated,D1,3",
    )  # fmt: skip
    report = load(warehouse, path, hour=11)
    assert report.is_complete, report.files
    assert report.rejected_by_rule == {"duplicate_key": 1, "unknown_person": 1, "not_a_date": 1}
    assert set(records(warehouse)) == {
        ("P1", "2026-01-31"), ("P1", "2026-02-28"), ("P3", "2026-02-28"),
    }  # fmt: skip


@pytest.mark.usefixtures("way")
def test_answers_of_new_and_of_known_responses_are_counted_alike(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load(warehouse, people(tmp_path))
    write(tmp_path, "pulse.mapping.toml", SURVEY)
    header = "response,person,answered,q1,q2"
    one = write(tmp_path, "pulse_1.csv", header, "R1,P1,2026-01-15,4,9", "R2,P2,2026-01-15,2,")
    two = write(tmp_path, "pulse_2.csv", header, "R1,P1,2026-01-15,4,3", "R3,P3,2026-01-16,5,1")
    counted = []
    for hour, path in ((10, one), (11, two)):
        outcome = load(warehouse, path, hour=hour).files[0]
        (answers,) = (c for c in outcome.counts if c.entity == "answer")
        counted.append((answers.rows_read, answers.rows_inserted, answers.rows_rejected))
    assert counted == [(4, 3, 1), (4, 3, 0)]
    a = answer.c
    frame = warehouse.read(sa.select(a.response_id, a.item_code, a.number))
    stored = {(r, i): n for r, i, n in frame.itertuples(index=False)}
    assert stored[("R1", "q2")] == 3 and len(stored) == 6
    rules = warehouse.read(sa.select(rejected_row.c.rule))["rule"]
    assert list(rules) == ["off_scale"]
