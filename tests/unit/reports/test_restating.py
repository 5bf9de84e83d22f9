"""A new definition restates operational figures and leaves published protected ones alone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from reports.release import Release, open_release
from reports.release_tables import metric_cell
from reports.release_writer import write_release
from reports.restating import with_versions
from tests import synthetic_release

TABLES = synthetic_release.tables(quarters=3, pairs=20)
KEYS = [column.name for column in metric_cell.columns][:7]
BEFORE = ("2026Q1", "2026Q2", "2026Q3")  # complete; the year is not


@pytest.fixture(scope="module")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release in which every metric is in version 2."""
    folder = tmp_path_factory.mktemp("releases")
    cells = TABLES["metric_cell"].assign(metric_version=2)
    write_release(folder, TABLES | {"metric": metrics(2), "metric_cell": cells})
    return open_release(folder)


def metrics(version: int) -> pd.DataFrame:
    return TABLES["metric"].assign(version=version)


def computed() -> pd.DataFrame:
    """What today's definitions give: other values, nothing withheld."""
    cells = TABLES["metric_cell"].drop(columns=["metric_version", "bound"])
    return cells.assign(value=0.5, n=100, status="shown", reason="")


def published(previous: Release | None, version: int, minimum: int = 5) -> pd.DataFrame:
    found = with_versions(computed(), metrics(version), previous, minimum_group=minimum)
    assert [*found.columns, "bound"] == list(metric_cell.columns.keys())
    sensitivity = TABLES["metric"].set_index("metric_id")["sensitivity"]
    return found.assign(sensitivity=found["metric_id"].map(sensitivity))


def test_the_first_release_is_under_todays_versions() -> None:
    found = published(None, 3)
    assert (found["metric_version"] == 3).all() and (found["value"] == 0.5).all()


def test_without_a_new_version_every_figure_is_computed_anew(previous: Release) -> None:
    found = published(previous, 2)
    assert (found["metric_version"] == 2).all() and (found["value"] == 0.5).all()


def test_operational_figures_are_restated(previous: Release) -> None:
    found = published(previous, 3)
    operational = found[found["sensitivity"] == "operational"]
    assert (operational["metric_version"] == 3).all() and (operational["value"] == 0.5).all()


def test_protected_figures_of_complete_periods_keep_value_and_version(previous: Release) -> None:
    found = published(previous, 3)
    protected = found[found["sensitivity"] != "operational"]
    kept = protected[protected["period"].isin(BEFORE)]
    before = previous.frame("metric_cell", metric_id=sorted(set(kept["metric_id"])))
    before = before[before["period"].isin(BEFORE)]
    both = kept.merge(before, on=KEYS, suffixes=("", "_before"), how="outer", indicator=True)
    assert len(both) > 100 and (both["_merge"] == "both").all()
    assert (kept["metric_version"] == 2).all()
    assert both["value"].equals(both["value_before"]), "shown stays shown, hidden stays hidden"
    assert both["status"].equals(both["status_before"])
    running = protected[protected["period"] == "2026"]
    assert (running["metric_version"] == 3).all() and (running["value"] == 0.5).all()


def test_a_slice_that_was_not_published_then_is_not_added_to_a_kept_quarter(
    previous: Release,
) -> None:
    cells = computed()
    new = cells[(cells["metric_id"] == "turnover") & (cells["department"] == "Sales")]
    cells = pd.concat([cells, new.assign(department="New")], ignore_index=True)
    found = with_versions(cells, metrics(3), previous, minimum_group=5)
    added = found[found["department"] == "New"]
    assert len(added) and not added["period"].isin(BEFORE).any()


def test_kept_figures_stay_kept_in_the_release_after_next(
    previous: Release, tmp_path: Path
) -> None:
    kept = published(previous, 3).drop(columns="sensitivity").assign(bound=None)
    write_release(tmp_path, TABLES | {"metric": metrics(3), "metric_cell": kept})
    again = published(open_release(tmp_path), 3)
    protected = again[(again["sensitivity"] != "operational") & again["period"].isin(BEFORE)]
    assert (protected["metric_version"] == 2).all()


def test_a_raised_minimum_withholds_kept_figures_too(previous: Release) -> None:
    found = published(previous, 3, minimum=300)
    kept = found[(found["metric_version"] == 2) & (found["reason"] == "Fewer than 300 people")]
    assert len(kept) and kept[["value", "numerator", "n"]].isna().all(axis=None)
    assert not ((found["metric_version"] == 2) & (found["n"] < 300) & (found["n"] > 0)).any()
