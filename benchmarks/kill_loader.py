"""Kill the loader with SIGKILL at random moments and look at what it left, on both engines.

After each kill every table must be exactly as before or as after one of the files (hash of all
rows, rejected ones and the ledger included), and never earlier than where the killed load began.
Every fourth kill, at the latest, the load is run again undisturbed: it must reach the state of one
that was never killed. A lost or doubled row would be a state that no undisturbed load knows.

Run: python benchmarks/kill_loader.py [--kills 200] [--people 40] [--seed 7] [--engine duckdb ...]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.integration.killed_loads import kill_loads, larger_exports, undisturbed
from tests.postgres_server import administrate, running_server, url_pattern
from warehouse.engine import open_warehouse
from warehouse.settings import Settings


def files(folder: Path) -> Iterator[Settings]:
    """Yield empty embedded warehouses."""
    while True:
        home = folder / uuid.uuid4().hex
        yield Settings(home, f"duckdb:///{home / 'w.duckdb'}")


def databases(folder: Path, socket: Path) -> Iterator[Settings]:
    """Yield empty databases of a server; the last one is dropped when the next is wanted."""
    base = url_pattern(socket)
    administrate(base, "CREATE DATABASE filled")
    open_warehouse(Settings(folder, base.format("filled"))).close()
    while True:
        name = f"k{uuid.uuid4().hex[:12]}"
        administrate(base, f"CREATE DATABASE {name} TEMPLATE filled")
        yield Settings(folder, base.format(name))
        administrate(base, f"DROP DATABASE {name} WITH (FORCE)")


def main() -> None:
    """Kill loads on each engine and print a table; the exit code is 1 after any finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--engine", nargs="+", default=["duckdb", "postgresql"])
    asked = parser.parse_args()
    findings: list[str] = []
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        exports = larger_exports(folder / "in", asked.people)
        print(f"{'engine':12s} kills  empty  between files  complete  too late  findings  seconds")
        for engine in asked.engine:
            fresh = files(folder)
            if engine == "postgresql":
                fresh = databases(folder, stack.enter_context(running_server()))
            course = undisturbed(next(fresh), exports)
            start = time.perf_counter()
            tally = kill_loads(fresh, exports, course, asked.kills, random.Random(asked.seed))
            took = time.perf_counter() - start
            print(
                f"{engine:12s} {tally.kills:5d}  {tally.before_any:5d}  {tally.between:13d}  "
                f"{tally.after_all:8d}  {tally.finished:8d}  {len(tally.findings):8d}  {took:7.0f}",
                flush=True,
            )
            findings += [f"{engine}: {finding}" for finding in tally.findings]
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
