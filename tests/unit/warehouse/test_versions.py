"""No figure changes its meaning without a new version that says so."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from warehouse.metrics import BY_ID, METRICS, Change, Metric, versions
from warehouse.metrics.catalog import _section, change_rows
from warehouse.metrics.versions import (
    declaration_sha256,
    find_new,
    find_problems,
    read_versions,
    run,
)

CHANGED = Change(2, dt.date(2026, 12, 1), "Paused days no longer count.")


def metric(**changes: Any) -> Metric:
    return replace(BY_ID["adherence"], **changes)


def recorded(*metrics: Metric) -> dict[tuple[str, int], str]:
    return {(m.id, m.version): declaration_sha256(m) for m in metrics}


def test_the_registry_is_as_its_versions_are_recorded() -> None:
    found = read_versions()
    assert find_problems(METRICS, found) == []
    assert find_new(METRICS, found) == [], "run make format"


@pytest.mark.parametrize(
    "change",
    [
        {"numerator": metric().denominator},
        {"denominator": None},
        {"people": metric().numerator},
        {"unknown": metric().numerator},
        {"definition": "Something else."},
        {"formula": "something / else"},
        {"kind": "share"},
        {"unit": "count"},
        {"grain": BY_ID["turnover"].grain},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_meaning_needs_a_version(change: dict[str, Any]) -> None:
    before = recorded(metric())
    assert "still 1" in find_problems([metric(**change)], before)[0]
    with_version = metric(**change, version=2, changes=(CHANGED,))
    assert find_problems([with_version], before) == []
    assert find_new([with_version], before) == [with_version]


@pytest.mark.parametrize(
    "change", [{"label": "Rhythm kept"}, {"owner": "Somebody"}, {"source": "A book"}]
)
def test_another_label_owner_or_source_needs_none(change: dict[str, Any]) -> None:
    assert find_problems([metric(**change)], recorded(metric())) == []


def test_a_version_says_when_and_what() -> None:
    for wrong in ((), (CHANGED, CHANGED), (replace(CHANGED, version=3),)):
        assert find_problems([metric(version=2, changes=wrong)], {})
    third = replace(CHANGED, version=3, changed_on=dt.date(2026, 11, 1))
    assert find_problems([metric(version=3, changes=(CHANGED, third))], {}), "days out of order"


def test_a_version_never_goes_back() -> None:
    later = metric(version=2, changes=(CHANGED,))
    assert find_problems([metric()], recorded(metric(), later))


def test_recording_adds_lines_and_never_replaces_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "versions.csv"
    assert run([metric()], check=True, path=path) == 1
    assert "make format" in capsys.readouterr().err
    assert run([metric()], check=False, path=path) == 0
    assert run([metric()], check=True, path=path) == 0
    first = path.read_text()
    other = metric(definition="Something else.")
    assert run([other], check=False, path=path) == 1
    assert path.read_text() == first
    assert "delete its line" in capsys.readouterr().err
    raised = replace(other, version=2, changes=(CHANGED,))
    assert run([raised], check=False, path=path) == 0
    assert path.read_text().startswith(first)
    assert len(path.read_text().splitlines()) == 3


def test_the_metrics_page_tells_what_became_of_earlier_periods() -> None:
    operational = _section(metric(version=2, changes=(CHANGED,)))
    line = "- Changed in version 2, 2026-12-01: Paused days no longer count; "
    assert f"{line}earlier periods were restated\n" in operational
    protected = _section(replace(BY_ID["turnover"], version=2, changes=(CHANGED,)))
    assert f"{line}periods published before keep their figure and version\n" in protected


def test_changes_of_definitions_are_rows_of_a_release(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = metric(version=2, changes=(CHANGED,))
    monkeypatch.setattr("warehouse.metrics.catalog.METRICS", (changed,))
    assert change_rows().values.tolist() == [["adherence", 2, CHANGED.changed_on, CHANGED.what]]
    assert versions.FILE.is_file()
