"""The sample, taken once through the whole path by the command a newcomer types."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import outcomes
from reports.release import Release, open_release
from warehouse.settings import Settings, read_settings

SAMPLE = Path(outcomes.__file__).parent / "data" / "sample"


@dataclass(frozen=True)
class Demo:
    """What `outcomes demo --no-serve` left behind."""

    settings: Settings
    out: Path
    said: str
    release: Release
    truth: dict[str, Any]


def run_demo(home: Path, out: Path) -> str:
    """Run the demo without its server, in a home of its own."""
    os.environ["OUTCOMES_HOME"] = str(home)
    result = CliRunner().invoke(outcomes.app, ["demo", "--no-serve", "--out", str(out)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    before = dict(os.environ)
    os.environ.pop("OUTCOMES_WAREHOUSE", None)
    try:
        said = run_demo(folder / "home", folder / "out")
        settings = read_settings()
        truth = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
        yield Demo(settings, folder / "out", said, open_release(settings.releases), truth)
    finally:
        os.environ.clear()
        os.environ.update(before)
