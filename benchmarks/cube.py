"""Time the cube and disclosure control on a made-up company of a given size.

Run ``python -m benchmarks.cube S`` (6,000 employees, 36 months, 600 pairs, 12,000 sessions, 150,000
answers), ``M`` or ``L`` (500,000, 60 months, 40,000 pairs, 1 million sessions, 10 million answers).
``python -m benchmarks.cube L postgres`` starts a PostgreSQL server of its own; else
``OUTCOMES_WAREHOUSE`` chooses the engine, and without it a DuckDB in a temporary folder is used.
``grains`` times the query of each grain alone as well.
Facts come from hashes, so every run sees the same company.
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pandas as pd

from benchmarks.practice_rows import practice_selects
from reports import release_tables
from reports.assembly import rounded
from reports.release import FILE_NAME, Release
from reports.release_file import write_file
from tests.postgres_server import administrate, running_server, url_pattern
from warehouse.coverage import read_span
from warehouse.cube import compute_cells, grain_query
from warehouse.disclosure import Policy, apply_policy
from warehouse.engine import Warehouse, Writer, open_warehouse
from warehouse.metrics import METRICS
from warehouse.settings import Settings
from warehouse.tables import metadata
from warehouse.voice import read_voice, voice_cells

# employees, months, departments, cohorts, pairs, sessions, answers
SIZES = {
    "S": (6_000, 36, 12, 4, 600, 12_000, 150_000),
    "M": (50_000, 60, 30, 10, 4_000, 100_000, 1_000_000),
    "L": (500_000, 60, 50, 20, 40_000, 1_000_000, 10_000_000),
}
ITEMS = 3  # of the pulse, which everybody who answers answers every half year
AS_OF = dt.date(2026, 9, 30)
_ORIGIN = (
    "'made-up' AS source_system, {key}::VARCHAR AS source_record_id, '' AS source_file_sha256, "
    "1 AS source_row, 'b' AS batch_id, TIMESTAMP '2026-10-01' AS loaded_at"
)


def main(size: str, *options: str) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        url = os.environ.get("OUTCOMES_WAREHOUSE") or f"duckdb:///{home / 'warehouse.duckdb'}"
        if "postgres" in options:
            base = url_pattern(stack.enter_context(running_server()))
            administrate(base, "CREATE DATABASE cube")
            url = base.format("cube")
        warehouse = open_warehouse(Settings(home, url))
        started = time.perf_counter()
        with warehouse.writing() as writer:
            fill(writer, SIZES[size])
        print(f"{size} on {warehouse.dialect}: filled in {time.perf_counter() - started:.1f} s")
        if "grains" in options:
            measure_grains(warehouse)
        released = measure(warehouse)
        warehouse.close()
        write_and_open(home / "000001" / FILE_NAME, released)


def measure_grains(warehouse: Warehouse) -> None:
    span = read_span(warehouse, as_of=AS_OF)
    for grain in dict.fromkeys(m.grain for m in METRICS if m.computed_by == "cube"):
        metrics = [m for m in METRICS if m.grain is grain and m.computed_by == "cube"]
        started = time.perf_counter()
        rows = len(warehouse.read(grain_query(grain, metrics, span)))
        print(f"  {grain.name:16} {time.perf_counter() - started:7.2f} s  {rows:8,} slices")


def measure(warehouse: Warehouse) -> pd.DataFrame:
    started, work = time.perf_counter(), time.process_time()
    voice = read_voice(warehouse, as_of=AS_OF)
    said = len(voice_cells(voice))
    took, work = time.perf_counter() - started, time.process_time() - work
    print(f"  {'voice':16} {took:7.2f} s ({work:.2f} s CPU)  {said:8,} cells")
    started, work = time.perf_counter(), time.process_time()
    cells = compute_cells(warehouse, as_of=AS_OF, voice=voice)
    computed, work = time.perf_counter(), time.process_time() - work
    month = AS_OF.replace(day=1)
    started_again = time.perf_counter()
    again = compute_cells(warehouse, as_of=AS_OF, voice=voice, changed_from=month)
    month_took = time.perf_counter() - started_again
    hiding, protecting = time.process_time(), time.perf_counter()
    released = apply_policy(cells, METRICS, Policy())
    hidden = (released["status"] == "suppressed").sum()
    print(f"cube        {computed - started:7.2f} s ({work:.2f} s CPU)  {len(cells):,} cells")
    hiding, took = time.process_time() - hiding, time.perf_counter() - protecting
    print(f"a new month {month_took:7.2f} s  {len(again):,} cells computed again")
    print(f"disclosure  {took:7.2f} s ({hiding:.2f} s CPU)  {hidden:,} hidden")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB")
    return released


def write_and_open(path: Path, cells: pd.DataFrame) -> None:
    """Write the figures as a release does, and open it as a page does: anew."""
    tables = {t.name: t.columns.keys() for t in release_tables.metadata.tables.values()}
    frames = {name: pd.DataFrame(columns=list(columns)) for name, columns in tables.items()}
    about = {"release_id": 1, "built_at": dt.datetime(2026, 10, 1), "data_as_of": AS_OF,
             "minimum_group": 5, "is_sample": True}  # fmt: skip
    frames["release"] = pd.DataFrame([about], columns=list(tables["release"]))
    frames["metric_cell"] = rounded(cells.assign(metric_version=1, bound=pd.NA))
    path.parent.mkdir()
    started, work = time.perf_counter(), time.process_time()
    write_file(path, frames, 1)
    took, work = time.perf_counter() - started, time.process_time() - work
    size = path.stat().st_size / 1e6
    print(f"written     {took:7.2f} s ({work:.2f} s CPU)  {size:,.1f} MB")
    asked = {"metric_id": "adherence", "period_kind": "quarter"}
    seconds: dict[str, list[float]] = {"opened": [], "one metric by quarter": []}
    for _ in range(9):
        started = time.perf_counter()
        release = Release(path)
        opened = time.perf_counter()
        release.frame("metric_cell", **asked)
        seconds["opened"].append(opened - started)
        seconds["one metric by quarter"].append(time.perf_counter() - opened)
    for name, each in seconds.items():
        print(f"{name:22} {1000 * statistics.median(each):.1f} ms")


def fill(writer: Writer, size: tuple[int, ...]) -> None:
    """Make up a company: hires and exits, changes of department and grade, pairs, sessions."""
    employees, months, departments, cohorts, pairs, sessions, answers = size
    first = f"(DATE '2026-10-01' - INTERVAL {months} MONTH)::DATE"
    days = months * 30
    # Uniform numbers from hashes: u('a', i) is the same in every run.
    writer.staging.run(
        "CREATE OR REPLACE TEMP MACRO u(name, i) AS (hash(name || i) % 1000000) / 1000000.0"
    )
    writer.staging.run(
        "CREATE OR REPLACE TEMP MACRO numbers(n) AS TABLE SELECT i::INTEGER AS i FROM range(n) t(i)"
    )
    people = f"numbers({employees}) t"
    worked = (
        f"SELECT i, {first} - 1500 + (u('hire', i) * (1500 + {days} * 0.6))::INTEGER AS hired_on, "
        f"CASE WHEN u('leaves', i) < 0.4 THEN {first} + (u('exit', i) * {days})::INTEGER END "
        f"AS end_on FROM {people}"
    )
    joined = f"SELECT i, {first} + 120 + (u('join', i) * {days} * 0.8)::INTEGER AS day"
    selects = {
        "department": "SELECT 'D' || i AS department_id, 'Department ' || i AS name, "
        f"i AS key FROM numbers({departments}) t",
        "employment": "SELECT 'p' || i AS person_id, 1 AS spell_no, hired_on, i AS key, "
        "'employee' AS worker_type, CASE WHEN end_on > hired_on THEN end_on END AS end_on "
        f"FROM ({worked})",
        "exit": "SELECT 'p' || i AS person_id, end_on - 1 AS exit_on, i AS key, "
        "CASE WHEN u('vol', i) < 0.7 THEN 'yes' ELSE 'no' END AS voluntary, 'unknown' AS regretted "
        f"FROM ({worked}) WHERE end_on > hired_on",
        "job_history": "SELECT 'p' || i AS person_id, "
        f"hired_on + (j * 400) AS valid_from, CASE WHEN j < 3 THEN hired_on + (j + 1) * 400 END "
        f"AS valid_to, 1 AS seq_no, 'D' || ((u('dep', i) * {departments})::INTEGER + "
        f"(u('move', i * 4 + j) < 0.1)::INTEGER) % {departments} AS department_id, "
        "1 + (u('level', i) * 4)::INTEGER + j // 2 AS level, 'f' AS function_type, "
        "'p' || (i // 8) AS manager_person_id, i * 4 + j AS key "
        f"FROM ({worked}), (SELECT i AS j FROM numbers(4)) s",
        "program": f"SELECT 'P1' AS program_id, {first} + 90 AS starts_on, 1 AS key",
        "cohort": f"SELECT 'C' || i AS cohort_id, 'P1' AS program_id, i AS key, {first} + 90 + "
        f"(i * {days} // {cohorts + 1}) + 365 AS ends_on FROM numbers({cohorts}) t",
        "participant": "SELECT 'm' || i AS participant_id, 'p' || i AS person_id, 'P1' AS "
        f"program_id, 'C' || (i % {cohorts}) AS cohort_id, 'mentor' AS role, i AS key, "
        f"day AS applied_on, day + 20 AS enrolled_on FROM ({joined} FROM numbers({2 * pairs}) t)",
        "pair": "SELECT 'x' || i AS pair_id, 'P1' AS program_id, "
        f"'C' || (i % {cohorts}) AS cohort_id, 'p' || i AS mentor_person_id, 'formal' AS kind, "
        f"'p' || ({pairs} + i) AS mentee_person_id, day + 30 AS matched_on, i AS key, "
        "CASE WHEN u('ends', i) < 0.3 THEN day + 300 END AS ended_on, 28.0 AS agreed_cadence_days, "
        "CASE WHEN u('ends', i) < 0.3 THEN 'completed' ELSE 'active' END AS status "
        f"FROM ({joined} FROM numbers({pairs}) t)",
        "session": f"SELECT 's' || i AS session_id, 'x' || (i % {pairs}) AS pair_id, i AS key, "
        f"(day + 35 + (i // {pairs}) * 28 + (u('late', i) * 12)::INTEGER)::TIMESTAMP "
        "AS planned_start_at, 45.0 AS planned_minutes, CASE WHEN u('st', i) < 0.75 THEN 'held' "
        "WHEN u('st', i) < 0.95 THEN 'cancelled' ELSE 'no_show' END AS status, "
        "CASE WHEN u('by', i) < 0.5 THEN 'mentee' ELSE 'mentor' END AS cancelled_by FROM ("
        f"SELECT t.i, {first} + 120 + (u('join', t.i % {pairs}) * {days} * 0.8)::INTEGER AS day "
        f"FROM numbers({sessions}) t)",
    }
    selects |= practice_selects(pairs, sessions, joined)
    selects |= _survey(first, employees, months // 6, answers // ITEMS)
    for name, select in selects.items():
        _append(writer, name, select)


def _survey(first: str, employees: int, waves: int, responses: int) -> dict[str, str]:
    """Make up a half-yearly pulse: who is asked, who answers when, and what."""
    numbered = f"SELECT t.i, t.i % {waves} AS w FROM numbers({responses}) t"
    opens = f"{first} + 40 + w * 182"
    person = f"'p' || ((i // {waves}) % {employees})"
    return {
        "survey": "SELECT 'pulse' AS survey_id, 1 AS key",
        "wave": f"SELECT 'w' || w AS wave_id, 'pulse' AS survey_id, {opens} AS opens_on, "
        f"{opens} + 20 AS closes_on, w AS key FROM (SELECT i AS w FROM numbers({waves}))",
        "item": "SELECT 'pulse' AS survey_id, 'ENG' || i AS item_code, 'engagement' AS construct, "
        f"0.0 AS scale_min, 6.0 AS scale_max, false AS is_reversed, i AS key FROM numbers({ITEMS})",
        "invitation": f"SELECT 'w' || w AS wave_id, {person} AS person_id, {opens} AS invited_on, "
        f"i AS key FROM ({numbered})",
        "response": f"SELECT 'r' || i AS response_id, 'w' || w AS wave_id, {person} AS person_id, "
        f"({opens} + (u('when', i) * 21)::INTEGER)::TIMESTAMP AS recorded_at, i AS key "
        f"FROM ({numbered}) WHERE u('answers', i) < 0.99",
        "answer": "SELECT 'r' || i AS response_id, 'ENG' || j AS item_code, "
        f"floor(u('said' || j, i) * 7) AS number, i * {ITEMS} + j AS key FROM ({numbered}), "
        f"(SELECT i AS j FROM numbers({ITEMS})) WHERE u('answers', i) < 0.99",
    }


def _append(writer: Writer, name: str, select: str) -> None:
    """Append a select's rows, columns it does not name empty."""
    table = metadata.tables[name]
    staged = writer.staging.fresh(name)
    kinds = {"DATE": "DATE", "DATETIME": "TIMESTAMP", "DOUBLE": "DOUBLE", "INTEGER": "INTEGER"}
    columns = ", ".join(
        f'"{c.name}" {kinds.get(str(c.type), "BOOLEAN" if str(c.type) == "BOOLEAN" else "VARCHAR")}'
        for c in table.columns
    )
    writer.staging.run(f"CREATE TEMP TABLE {staged} ({columns})")
    made = f"SELECT * EXCLUDE (key), {_ORIGIN.format(key='key')} FROM ({select})"
    writer.staging.run(f"INSERT INTO {staged} BY NAME {made}")
    writer.append(table, staged)


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["S"]))
