"""Load what the largest company would export, beside DuckDB's own read_csv of the same files.

At scale 1: 500,000 employees over 60 months (30 million rows, one file a month), 1 million
sessions of 40,000 pairs, 10 million answers (50 items, wide, four waves). The files are loaded by
the command ``outcomes load`` in a process of its own, then again unchanged; DuckDB's read_csv
writes the same files into tables in another. Printed: seconds, rows per second, ratio to read_csv,
the processor time and the largest memory of each process, and what the second load costs of the
first. Where others use the machine, too, the ratio of processor times says more.

Run: python benchmarks/load_large.py [--scale 0.02] [--profile FILE] [--folder DIR]
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]
EMPLOYEES, MONTHS, PAIRS, SESSIONS, ANSWERS, ITEMS, WAVES = (
    500_000, 60, 40_000, 1_000_000, 10_000_000, 50, 4,
)  # fmt: skip
PLAIN = """
import sys, duckdb
from pathlib import Path
connection = duckdb.connect(sys.argv[2])
for n, path in enumerate(sorted(Path(sys.argv[1]).rglob("*.csv"))):
    connection.execute(f"CREATE TABLE t{n} AS SELECT * FROM read_csv('{path}')")
connection.close()
"""
# Asked of the process itself as it ends: what its parent is told includes the parent's own memory.
PEAK = """
import atexit, re, sys
from pathlib import Path
sys.path.insert(0, {1!r})
def note_peak():
    status = Path("/proc/self/status").read_text()
    Path({0!r}).write_text(re.search("VmHWM:\\\\s+([0-9]+)", status)[1])
atexit.register(note_peak)
"""
OURS = "import sys; from outcomes import main; sys.argv[0] = 'outcomes'; main()"


@dataclass(frozen=True)
class Run:
    """How long a process took, processor seconds, and the most memory it held (MB)."""

    seconds: float
    processor: float
    peak: int


def write_exports(folder: Path, scale: float) -> int:
    """Write the exports and the survey's mapping; returns data rows in all files."""
    c = duckdb.connect()
    people, pairs, sessions = (max(1, round(n * scale)) for n in (EMPLOYEES, PAIRS, SESSIONS))
    pairs = min(pairs, people // 2)
    queries = {
        "program": "SELECT 'RM' AS program_id, 'Reverse mentoring' AS name",
        "department": "SELECT 'D' || i AS department_id, 'Department ' || i AS name "
        "FROM range(200) t(i)",
        "person": f"SELECT 'P' || i AS person_id, 1960 + i % 45 AS birth_year "
        f"FROM range({people}) t(i)",
        "pair": "SELECT 'M' || i AS pair_id, 'RM' AS program_id, 'P' || 2 * i AS mentor_person_id, "
        "'P' || (2 * i + 1) AS mentee_person_id, DATE '2021-01-01' AS matched_on "
        f"FROM range({pairs}) t(i)",
        "session": f"SELECT 'S' || i AS session_id, 'M' || (i % {pairs}) AS pair_id, "
        "strftime(TIMESTAMP '2021-01-02 08:00:00' "
        f"+ to_hours((i // {pairs} * 500 + i % 97)::INT), '%Y-%m-%d %H:%M:%S') "
        "AS planned_start_at, 60 AS planned_minutes, "
        "CASE WHEN i % 7 > 0 THEN 'held' ELSE 'cancelled' END AS status, "
        f"'self_report' AS status_basis FROM range({sessions}) t(i)",
    }
    for month in range(MONTHS):
        day = f"DATE '2021-01-01' + INTERVAL {month} MONTH"
        queries[f"worker_record_{month:02}"] = (
            f"SELECT 'P' || i AS person_id, 'snapshot' AS record_kind, ({day})::DATE AS "
            "recorded_on, DATE '2010-01-01' + (i % 3000)::INT AS hired_on, 'active' AS status, "
            f"'D' || ((i + {month} // 20) % 200) AS department_id, 1 + i % 9 AS level "
            f"FROM range({people}) t(i)"
        )
    responses = max(1, round(ANSWERS * scale / ITEMS / WAVES))
    items = ", ".join(f"1 + (i * {n + 7}) % 5 AS q{n}" for n in range(ITEMS))
    for wave in range(WAVES):
        queries[f"pulse_{wave}"] = (
            f"SELECT 'R{wave}-' || i AS response, 'P' || (i % {people}) AS person, "
            f"'2021-0{wave + 1}-15' AS answered, {items} FROM range({responses}) t(i)"
        )
        (folder / f"pulse_{wave}.mapping.toml").write_text(_survey_mapping(wave))
    rows = 0
    for name, query in queries.items():
        c.execute(f"COPY ({query}) TO '{folder / name}.csv' (HEADER)")
        rows += c.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0]
    return rows


def _survey_mapping(wave: int) -> str:
    loads = "\n".join(f'q{n} = "q{n}"' for n in range(ITEMS))
    items = "".join(
        f'[[item]]\nsurvey_id = "pulse"\nitem_code = "q{n}"\nscale_min = 1.0\nscale_max = 5.0\n'
        for n in range(ITEMS)
    )
    return (
        f'source_system = "pulse"\nfiles = ["pulse_{wave}.csv"]\n[[load]]\n'
        'entity = "survey_response"\nkey = ["response"]\n[load.columns]\n'
        f'response_id = "response"\nwave_id = {{ value = "w{wave}" }}\nperson_id = "person"\n'
        f'recorded_at = "answered"\n[load.items]\n{loads}\n'
        f'[[survey]]\nsurvey_id = "pulse"\nname = "Pulse"\n'
        f'[[wave]]\nwave_id = "w{wave}"\nsurvey_id = "pulse"\n{items}'
    )


def measure(program: str, *arguments: str, home: Path, profile: Path | None = None) -> Run:
    """Run a Python program and return its time and the most memory it held."""
    options = ["-m", "cProfile", "-o", str(profile)] if profile else []
    script, peak = home / "program.py", home / "peak"
    script.write_text(f"{PEAK.format(str(peak), str(ROOT))}{program}")
    environment = os.environ | {"OUTCOMES_HOME": str(home)}
    command = [sys.executable, *options, str(script), *arguments]
    start, used = time.perf_counter(), _processor_time()
    done = subprocess.run(command, env=environment, cwd=ROOT, check=False)
    took, used = time.perf_counter() - start, _processor_time() - used
    if done.returncode:
        sys.exit(f"the load ended with exit code {done.returncode}")
    return Run(took, used, int(peak.read_text()) >> 10)


def _processor_time() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def main() -> None:
    """Write the files, load them both ways and again, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--profile", type=Path, help="where to write a cProfile of our load")
    parser.add_argument("--folder", type=Path, help="folder with room for files and warehouses")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        home = Path(name)
        exports = home / "exports"
        exports.mkdir()
        rows = write_exports(exports, asked.scale)
        size = sum(path.stat().st_size for path in exports.glob("*.csv"))
        print(f"scale {asked.scale}: {rows:,} rows in {size >> 20:,} MB", flush=True)
        plain = measure(PLAIN, str(exports), str(home / "plain.duckdb"), home=home)
        ours = measure(OURS, "load", str(exports), home=home, profile=asked.profile)
        again = measure(OURS, "load", str(exports), home=home)
    for label, run in (("read_csv", plain), ("load", ours), ("load again", again)):
        speed = rows / run.seconds
        took = f"{run.seconds:8.2f} s  {run.processor:8.2f} s of processor"
        print(f"{label:10s} {took}  {speed:12,.0f} rows/s  {run.peak:6,d} MB")
    print(
        f"ratio      {plain.seconds / ours.seconds:8.2f} of read_csv's rows per second "
        f"(wanted 0.5), {plain.processor / ours.processor:.2f} by processor time"
    )
    print(f"re-load    {again.seconds / ours.seconds:8.2f} of the first load (wanted 0.1 at most)")
    print(f"memory     {ours.peak:8,d} MB (wanted 3,000 at most)")


if __name__ == "__main__":
    main()
