"""A handful of plain exports of a small company, written where a test wants them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from warehouse.engine import Warehouse
from warehouse.tables import CANONICAL, PROVENANCE, loaded_file, rejected_row

NOW = dt.datetime(2026, 10, 1, 12)

# A survey of two items, on a scale that they declare.
PULSE = """
source_system = "survey"
files = ["pulse_*.csv"]
[[load]]
entity = "survey_response"
key = ["Response"]
[load.columns]
response_id = "Response"
wave_id = "Wave"
person_id = { column = "Employee", identifier = "hr_id" }
[load.items]
Q1 = "ENG1"
Q2 = "ENG2"
[[survey]]
survey_id = "pulse"
name = "Pulse"
[[item]]
survey_id = "pulse"
item_code = "ENG1"
scale_min = 0
scale_max = 6
[[item]]
survey_id = "pulse"
item_code = "ENG2"
scale_min = 0
scale_max = 6
[[wave]]
wave_id = "W1"
survey_id = "pulse"
"""
FILES = {
    "program.csv": "program_id,name,starts_on\nRM,Reverse mentoring,2025-01-01\n",
    "cohort.csv": "cohort_id,program_id,name,starts_on\nC1,RM,First,2025-02-01\n",
    "department.csv": "department_id,name\nD1,Sales\nD2,Research\n",
    "people.csv": (
        "person_id,display_name,birth_year\n"
        "p1,Ada One,1999\np2,Ben Two,1965\np3,Cem Three,1970\np4,Dee Four,1990\n"
    ),
    "person_identifiers.csv": (
        "person_id,id_type,value\n"
        "p1,email,Ada@Example.com\np2,email,ben@example.com\np3,email,cem@example.com\n"
    ),
    "worker_records.csv": (
        "person_id,record_kind,recorded_on,hired_on,status,department_id,level\n"
        "p1,effective,2024-01-01,2023-06-01,active,D1,3\n"
        "p1,effective,2025-07-01,2023-06-01,active,D2,4\n"
        "p2,effective,2024-01-01,2010-01-01,active,D1,9\n"
        "p3,effective,2024-01-01,2012-01-01,active,D2,8\n"
        "p4,effective,2024-01-01,2020-01-01,active,D2,2\n"
        "p4,effective,2026-03-01,2020-01-01,terminated,D2,2\n"
    ),
    "exits.csv": "person_id,exit_on,voluntary\np3,2026-05-31,yes\n",
    "participants.csv": (
        "participant_id,person_id,program_id,cohort_id,role,enrolled_on\n"
        "t1,p1,RM,C1,mentor,2025-02-01\nt2,p2,RM,C1,mentee,2025-02-01\n"
    ),
    "pairs.csv": (
        "pair_id,program_id,cohort_id,mentor_person_id,mentee_person_id,matched_on\n"
        "M1,RM,C1,p1,p2,2025-02-10\n"
    ),
    "sessions.csv": (
        "session_id,pair_id,planned_start_at,planned_minutes,status\n"
        "S1,M1,2025-03-01 10:00,60,held\n"
        "S2,M1,2025-04-01 10:00,60,cancelled\n"
        "S3,M1,2025-05-01 10:00,60,planned\n"
    ),
}


def write_exports(folder: Path, **changed: str | None) -> Path:
    """Write all files; ``sessions=...`` replaces sessions.csv, None leaves it out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        own = changed.get(name.split(".")[0], text)
        if own is not None:
            (folder / name).write_text(own, encoding="utf-8")
    return folder


def facts_of(
    warehouse: Warehouse, *, but: tuple[str, ...] = ()
) -> dict[str, list[tuple[Any, ...]]]:
    """Return every canonical row, and every rejected one, when and by which load left out."""
    varying = {"batch_id", "loaded_at", *but}
    found = {}
    for table in (*CANONICAL, rejected_row):
        columns = [c for c in table.columns if c.name not in varying]
        frame = warehouse.read(sa.select(*columns))
        rows = (tuple(map(str, row)) for row in frame.itertuples(index=False))
        found[table.name] = sorted(rows)
    return found


def ledger(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """Return the ledger: entity, read, inserted, updated, unchanged, rejected; file by file."""
    f = loaded_file.c
    columns = (f.file_name, f.entity, f.rows_read, f.rows_inserted, f.rows_updated)
    query = sa.select(*columns, f.rows_unchanged, f.rows_rejected).order_by(
        f.loaded_at, f.file_name, f.entity
    )
    return [tuple(row) for row in warehouse.read(query).itertuples(index=False)]


def rejects(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """Return rejected rows: entity, row, rule, column, value."""
    r = rejected_row.c
    columns = (r.entity, r.source_row, r.rule, r.column_name, r.value)
    query = sa.select(*columns).order_by(r.file_name, r.source_row, r.entity, r.rule)
    frame = warehouse.read(query).astype(object)
    return [tuple(row) for row in frame.where(frame.notna(), None).itertuples(index=False)]


def messages(warehouse: Warehouse) -> list[str]:
    """Return the messages of rejected rows."""
    r = rejected_row.c
    found = warehouse.read(
        sa.select(r.message).order_by(r.file_name, r.source_row, r.entity, r.rule)
    )
    return list(found["message"])


def provenance_columns() -> tuple[str, ...]:
    """Return the columns that say where a row came from."""
    return PROVENANCE
