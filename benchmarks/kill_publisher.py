"""Kill the publisher with SIGKILL at random moments and look at what it left, on both engines.

After each kill the valid release must be whole (its checksum), and in every table like that of an
undisturbed publish, of either the publish before or the killed one; no number above it may be
readable. Every fifth kill, at the latest, a publish may finish: nothing half-written may be left.
Every other kill falls into the writing and switching of the file, the rest anywhere before.

Run: python benchmarks/kill_publisher.py [--kills 200] [--seed 11] [--engine duckdb ...]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.integration.killed_publishes import kill_publishes, undisturbed
from tests.integration.test_publish import company
from tests.postgres_server import administrate, running_server, url_pattern
from tests.warehouse_rows import fill
from warehouse.engine import open_warehouse
from warehouse.settings import Settings


def settings_of(engine: str, home: Path, stack: ExitStack) -> Settings:
    """Return the settings of an empty warehouse on an engine."""
    if engine == "duckdb":
        return Settings(home, f"duckdb:///{home / 'w.duckdb'}")
    base = url_pattern(stack.enter_context(running_server()))
    administrate(base, "CREATE DATABASE published")
    return Settings(home, base.format("published"))


def main() -> None:
    """Kill publishes on each engine and print a table; the exit code is 1 after any finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--engine", nargs="+", default=["duckdb", "postgresql"])
    asked = parser.parse_args()
    findings: list[str] = []
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        print(f"{'engine':12s} kills  old valid  new valid  half-written  too late  findings  s")
        for engine in asked.engine:
            home = Path(name) / engine
            settings = settings_of(engine, home, stack)
            warehouse = open_warehouse(settings)
            fill(warehouse, company())
            warehouse.close()
            folder, start = home / "releases", time.perf_counter()
            course = undisturbed(settings, folder)
            chance = random.Random(asked.seed)
            tally = kill_publishes(settings, folder, course, asked.kills, chance)
            took = time.perf_counter() - start
            print(
                f"{engine:12s} {tally.kills:5d}  {tally.left_old:9d}  {tally.left_new:9d}  "
                f"{tally.half_written:12d}  {tally.finished:8d}  {len(tally.findings):8d}  "
                f"{took:.0f}",
                flush=True,
            )
            findings += [f"{engine}: {finding}" for finding in tally.findings]
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
