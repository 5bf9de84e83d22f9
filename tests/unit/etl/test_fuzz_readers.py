"""Every reader, given files broken at random, refuses them in words or reads them whole.

The long form is benchmarks/fuzz_readers.py.
"""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from etl import formats
from etl.formats import FORMATS, Hints
from tests.unit.etl.format_seeds import SEEDS
from tests.unit.etl.reader_fuzz import judge, mutate

CASES = 40  # per format; half of them with the format declared, as a mapping may
SECONDS = 30  # that one case may take before it counts as hanging


@contextmanager
def time_limit() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError("a reader hangs")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_every_format_has_seeds_to_start_from() -> None:
    assert sorted(SEEDS) == sorted(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_the_seeds_of_a_format_are_taken_for_it(name: str, tmp_path: Path) -> None:
    for number, seed in enumerate(SEEDS[name]()):
        path = tmp_path / f"seed{number}"
        path.write_bytes(seed)
        assert formats.recognize(path) == name
        said, finding = judge(path, Hints())
        assert said.startswith(f"read {name}") and finding is None


@pytest.mark.parametrize("name", FORMATS)
def test_a_broken_file_is_refused_in_words_or_read_whole(name: str, tmp_path: Path) -> None:
    chance = random.Random(f"2026-10 {name}")
    seeds, others = SEEDS[name](), [seed for make in SEEDS.values() for seed in make()]
    path = tmp_path / "broken"
    for case in range(CASES):
        content = mutate(chance.choice(seeds), others, chance)
        path.write_bytes(content)
        with time_limit():
            _, finding = judge(path, Hints(format=name) if case % 2 else Hints())
        assert finding is None, (finding, case, content[:2000])
