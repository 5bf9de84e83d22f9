from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "sample"
sys.path.insert(0, str(SAMPLE))  # the generator is a script with a package beside it

from make_sample import make_sample  # noqa: E402
from sampling.plan import Plan  # noqa: E402
from sampling.world import World, build_world  # noqa: E402


@pytest.fixture(scope="session")
def committed() -> Path:
    """The sample as it lies in the repository."""
    return SAMPLE


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The sample written anew with its default seed."""
    folder = tmp_path_factory.mktemp("sample")
    left = folder / "exports" / "teams" / "left_by_an_earlier_run.csv"
    left.parent.mkdir(parents=True)
    left.write_text("old")
    truth = make_sample(Plan(), folder)
    return SimpleNamespace(folder=folder, exports=folder / "exports", truth=truth)


@pytest.fixture(scope="session")
def world() -> World:
    """Another seed, simulated but not exported."""
    return build_world(Plan(seed=7))
