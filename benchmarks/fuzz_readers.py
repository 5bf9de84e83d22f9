"""Give every reader files broken at random, for as long as wanted, and keep what breaks a promise.

Mutation from the seeds of every format (tests/unit/etl/format_seeds.py), guided by behavior: a file
that is taken in a way not seen before (another problem, another path, other broken rows) becomes a
seed itself. A finding is any exception but FileProblem, a row that is not accounted for, a cell or
header that breaks what readers promise (tests/unit/etl/reader_fuzz.py), or a case that takes longer
than the limit: cases run in a process of their own, which is killed then.

Run: python benchmarks/fuzz_readers.py [--minutes 10] [--seed 1] [--format NAME ...] [--keep DIR]
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from etl.formats import FORMATS, Hints
from tests.unit.etl.format_seeds import SEEDS
from tests.unit.etl.reader_fuzz import judge, mutate

SECONDS = 20  # a case may take
_PROCESSES = multiprocessing.get_context("spawn")


class Reader:
    """Judges files in a process of its own, so that one that hangs can be ended."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: Any = None
        self._pipe: Any = None

    def judge(self, content: bytes, hints: Hints) -> tuple[str, str | None]:
        """Return how a file is taken, and what is wrong about it if anything is."""
        if self._process is None:
            self._pipe, its = _PROCESSES.Pipe()
            self._process = _PROCESSES.Process(target=_serve, args=(its,), daemon=True)
            self._process.start()
            its.close()
        path = self.folder / "broken"
        path.write_bytes(content)
        self._pipe.send((path, hints))
        try:
            if self._pipe.poll(SECONDS):
                return self._pipe.recv()
            said = f"takes longer than {SECONDS} s"
        except EOFError:
            said = "ended the process"
        self.close()
        return said, said

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._process = None


def _serve(pipe: Connection) -> None:
    while True:
        path, hints = pipe.recv()
        said, finding = judge(path, hints)
        pipe.send((said, finding.what if finding else None))


def fuzz(name: str, reader: Reader, until: float, chance: random.Random) -> tuple[int, Any, Any]:
    """Return cases tried, ways in which files were taken, and findings with a file for each."""
    corpus, others = SEEDS[name](), [seed for make in SEEDS.values() for seed in make()]
    seen: Counter[str] = Counter()
    findings: dict[str, bytes] = {}
    while time.monotonic() < until:
        content = mutate(chance.choice(corpus), others, chance)
        hints = Hints(format=name) if chance.random() < 0.5 else Hints()
        said, finding = reader.judge(content, hints)
        if said not in seen:
            corpus.append(content)
        seen[said] += 1
        if finding:
            findings.setdefault(f"{finding} [declared: {hints.format}]", content)
    return sum(seen.values()), seen, findings


def main() -> None:
    """Fuzz every format for an equal share of the time and print a table and the findings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", nargs="+", default=list(FORMATS), choices=FORMATS)
    parser.add_argument("--keep", type=Path, help="folder for the files behind findings")
    asked = parser.parse_args()
    found: dict[str, bytes] = {}
    print(f"{'format':18s} cases  ways taken  read  refused  findings")
    with tempfile.TemporaryDirectory() as name:
        reader = Reader(Path(name))
        for form in asked.format:
            until = time.monotonic() + 60 * asked.minutes / len(asked.format)
            cases, seen, findings = fuzz(form, reader, until, random.Random(f"{asked.seed} {form}"))
            read = sum(count for said, count in seen.items() if "read " in said)
            refused = sum(count for said, count in seen.items() if said.startswith("refused"))
            print(
                f"{form:18s} {cases:5d}  {len(seen):10d}  {read:4d}  {refused:7d}  "
                f"{len(findings):8d}",
                flush=True,
            )
            found |= {f"{form}: {what}": content for what, content in findings.items()}
        reader.close()
    for what, content in found.items():
        digest = hashlib.sha256(content).hexdigest()[:12]
        print(f"{digest}  {what}")
        if asked.keep:
            asked.keep.mkdir(parents=True, exist_ok=True)
            (asked.keep / digest).write_bytes(content)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
