from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from make_sample import make_sample
from sampling.plan import Plan

pytestmark = pytest.mark.xdist_group("sample")


def _digests(folder: Path) -> dict[str, str]:
    files = [*sorted((folder / "exports").rglob("*.*")), folder / "truth.json"]
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.is_file()
    }


def test_the_committed_sample_is_what_the_generator_writes(
    fresh: SimpleNamespace, committed: Path
) -> None:
    assert _digests(fresh.folder) == _digests(committed)


def test_another_seed_gives_another_company(fresh: SimpleNamespace, tmp_path: Path) -> None:
    other = make_sample(Plan(seed=3), tmp_path)
    assert other["retention"] != fresh.truth["retention"]
    same, others = _digests(fresh.folder), _digests(tmp_path)
    mappings = {name for name in same if name.endswith(".mapping.toml")}
    fixed = mappings | {
        "exports/hr/departments.xlsx",
        "exports/platform/program.csv",
        "exports/platform/cohort.csv",
    }
    assert {name for name in same if same[name] == others.get(name)} == fixed


def test_exports_stay_under_eight_megabytes(fresh: SimpleNamespace) -> None:
    files = [file for file in fresh.exports.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 8_000_000


def test_truth_is_written_as_returned(fresh: SimpleNamespace) -> None:
    assert json.loads((fresh.folder / "truth.json").read_text("utf-8")) == fresh.truth


def test_a_run_leaves_no_files_of_an_earlier_one(fresh: SimpleNamespace) -> None:
    assert not (fresh.exports / "teams" / "left_by_an_earlier_run.csv").exists()
