"""Why a figure changed between two releases is said as far as the two can tell, on both engines."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from models.momentum_runs import pair_states, read_momentum_facts
from reports.change_causes import Cause
from reports.publish import NothingToPublish, publish
from reports.release import NoRelease, Release, open_release
from reports.release_diff import Difference, compare_releases
from reports.release_writer import write_release
from tests import synthetic_release
from tests.integration.test_publish import NOW, at, company
from tests.warehouse_rows import Rows, fill
from warehouse.cube import compute_cells
from warehouse.engine import Warehouse

# What is published once serves all tests of this file.
pytestmark = pytest.mark.xdist_group("release_diff")
AUGUST = dt.date(2026, 8, 31)
SEPTEMBER = dt.date(2026, 9, 30)


def with_changes(rows: Rows) -> Rows:
    """The company after a second load: a session of May came late, one of July was corrected."""
    late = {"session_id": "late", "pair_id": "x1", "planned_start_at": at(dt.date(2026, 5, 28)),
            "status": "held", "mode": "video", "actual_minutes": 50.0, "batch_id": "c"}  # fmt: skip
    sessions = [
        row | {"status": "cancelled", "cancelled_by": "mentee", "batch_id": "c"}
        if row["planned_start_at"].month == 7 and row["pair_id"] == "x2"
        else row
        for row in rows["session"]
    ]
    return rows | {"session": [*sessions, late]}


_PUBLISHED: dict[str, Path] = {}


@pytest.fixture
def releases(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> list[Release]:
    """As of August, the same after a second load, and as of September."""
    if warehouse.dialect not in _PUBLISHED:
        folder = _PUBLISHED[warehouse.dialect] = tmp_path_factory.mktemp("releases")
        fill(warehouse, company())
        publish(warehouse, folder, as_of=AUGUST, now=NOW)
        fill(warehouse, with_changes(company()))
        publish(warehouse, folder, as_of=AUGUST, now=NOW)
        publish(warehouse, folder, as_of=SEPTEMBER, now=NOW)
    return [open_release(_PUBLISHED[warehouse.dialect], number) for number in (1, 2, 3)]


def of_company(found: tuple[Difference, ...], metric: str, period: str) -> Difference:
    [one] = [
        one for one in found
        if (one.metric_id, one.period, one.slice) == (metric, period, "all")
    ]  # fmt: skip
    return one


def test_a_late_row_a_corrected_row_and_new_days_are_told_apart(releases: list[Release]) -> None:
    august, loaded, september = releases
    found = compare_releases(august, loaded)
    late = of_company(found, "sessions_held", "2026-05")
    assert (late.why.cause, late.why.entities) == (Cause.LATE_DATA, ("session",))
    assert (late.after.value or 0) - (late.before.value or 0) == 1
    corrected = of_company(found, "sessions_held", "2026-07")
    assert corrected.why.cause is Cause.CORRECTION
    assert (corrected.after.value or 0) < (corrected.before.value or 0)
    assert of_company(found, "sessions_held", "2026").why.cause is Cause.LATE_OR_CORRECTION
    moved = {"sessions_held", "hours", "adherence"}
    assert not [one for one in found if one.metric_id in moved and one.period == "2026-06"]
    assert Cause.NEW_DATA not in {one.why.cause for one in found}
    later = of_company(compare_releases(loaded, september), "sessions_held", "2026Q3")
    assert later.why.cause is Cause.NEW_DATA
    back = of_company(compare_releases(september, loaded), "sessions_held", "2026Q3")
    assert back.why.cause is Cause.FEWER_DAYS
    both = of_company(compare_releases(august, september), "sessions_held", "2026-05")
    assert both.why.cause is Cause.LATE_DATA


def test_a_release_does_not_differ_from_itself(releases: list[Release]) -> None:
    assert compare_releases(releases[0], releases[0]) == ()


def test_a_past_day_publishes_what_is_known_about_the_days_up_to_it(
    releases: list[Release], warehouse: Warehouse
) -> None:
    assert releases[0].info.data_as_of == AUGUST
    assert max(releases[0].frame("metric_cell", period_kind="month")["period"]) == "2026-08"
    fill(warehouse, company())
    cells = compute_cells(warehouse, as_of=AUGUST)
    states = pair_states(read_momentum_facts(warehouse, as_of=AUGUST), as_of=AUGUST)
    rows = company()
    past = [row for row in rows["session"] if row["planned_start_at"].date() <= AUGUST]
    assert len(past) < len(rows["session"])
    fill(warehouse, rows | {"session": past})
    pd.testing.assert_frame_equal(cells, compute_cells(warehouse, as_of=AUGUST))
    known_then = pair_states(read_momentum_facts(warehouse, as_of=AUGUST), as_of=AUGUST)
    assert len(states) == len(known_then)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (dt.date(2026, 10, 2), "lies in the future"),
        (dt.date(2019, 12, 31), "No record speaks about 31 December 2019"),
    ],
)
def test_a_day_nothing_is_known_about_is_refused(
    warehouse: Warehouse, tmp_path: Path, asked: dt.date, said: str
) -> None:
    fill(warehouse, company())
    with pytest.raises(NothingToPublish, match=said):
        publish(warehouse, tmp_path, as_of=asked, now=NOW)
    with pytest.raises(NoRelease):
        open_release(tmp_path)


def test_a_day_long_after_the_last_record_is_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    fill(warehouse, company())  # its last session was on 7 September
    later = dt.datetime(2027, 1, 15)
    with pytest.raises(NothingToPublish, match="records end on 7 September 2026"):
        publish(warehouse, tmp_path, as_of=dt.date(2026, 10, 13), now=later)


# --- what no load can bring about, on tables made up for it -------------------------------------

TABLES = synthetic_release.tables(quarters=2, pairs=20)
_KEY = {
    "metric_id": "turnover",
    "department": "Sales",
    "period": "2026Q2",
    "population": "everyone",
}


def written(folder: Path, **changes: Any) -> Release:
    return open_release(folder, write_release(folder, TABLES | changes))


def cells(where: dict[str, str], **values: Any) -> pd.DataFrame:
    """The figures with one row changed."""
    found = TABLES["metric_cell"].astype({"reason": object, "n": "float64"})
    chosen = (found[list(where)] == pd.Series(where)).all(axis=1) & (found["program"] == "")
    chosen &= found["cohort"] == ""
    assert chosen.sum() == 1
    for name, value in values.items():
        found.loc[chosen, name] = value
    return found


def hidden(reason: str) -> dict[str, Any]:
    numbers = dict.fromkeys(["value", "lower", "upper", "numerator", "denominator", "n"])
    return {**numbers, "status": "suppressed", "reason": reason}


def test_a_figure_that_is_withheld_now_is_a_matter_of_disclosure(tmp_path: Path) -> None:
    older = written(tmp_path)
    newer = written(tmp_path, metric_cell=cells(_KEY, **hidden("Fewer than 5 people")))
    [one] = compare_releases(older, newer)
    assert one.why.cause is Cause.DISCLOSURE
    assert one.before.value is not None and one.after.value is None
    assert one.after.reason == "Fewer than 5 people"
    [back] = compare_releases(newer, older)
    assert (back.why.cause, back.before.value) == (Cause.DISCLOSURE, None)


def test_what_is_withheld_in_both_is_not_told_whatever_is_behind_it(tmp_path: Path) -> None:
    why = hidden("Fewer than 5 people")
    older = written(tmp_path, metric_cell=cells(_KEY, **why))
    newer = written(tmp_path, metric_cell=cells(_KEY, **why, metric_version=1))
    assert compare_releases(older, newer) == ()


def test_small_operational_groups_are_withheld_on_both_sides(tmp_path: Path) -> None:
    key = {"metric_id": "adherence", "department": "Legal", "period": "2026Q2"}
    older = written(tmp_path)
    newer = written(tmp_path, metric_cell=cells(key, value=0.123, n=3))
    assert "Legal" in set(older.frame("metric_cell", status="shown")["department"])
    assert compare_releases(older, newer) == ()


def test_a_protected_figure_that_moved_below_its_printed_decimal_is_not_told(
    tmp_path: Path,
) -> None:
    older = written(tmp_path, metric_cell=cells(_KEY, value=0.03041))
    newer = written(tmp_path, metric_cell=cells(_KEY, value=0.03043))
    assert compare_releases(older, newer) == ()
    moved = written(tmp_path, metric_cell=cells(_KEY, value=0.0316))
    [one] = compare_releases(older, moved)
    assert (one.before.value, one.after.value) == (0.03, 0.032)


def test_another_definition_is_the_cause_and_rows_that_came_may_add(tmp_path: Path) -> None:
    metric = TABLES["metric"]
    is_reach = metric["metric_id"] == "reach"
    redefined = metric.assign(version=metric["version"].where(~is_reach, 2))
    key = {"metric_id": "reach", "department": "Sales", "period": "2026Q2"}
    rows = TABLES["fact_rows"].assign(entity="participant", month="2026-05", batch_id="b9")
    older = written(tmp_path)
    newer = written(
        tmp_path,
        metric=redefined,
        metric_cell=cells(key, value=0.5, metric_version=2),
        fact_rows=pd.concat([TABLES["fact_rows"], rows.head(1)]),
    )
    [one] = compare_releases(older, newer)
    assert (one.why.cause, one.why.also) == (Cause.DEFINITION, (Cause.LATE_DATA,))


def test_a_metric_in_one_release_only_is_a_matter_of_definition(tmp_path: Path) -> None:
    without = {
        name: TABLES[name][TABLES[name]["metric_id"] != "reach"]
        for name in ("metric", "metric_cell")
    }
    found = compare_releases(written(tmp_path, **without), written(tmp_path))
    assert {(one.metric_id, one.why.cause) for one in found} == {("reach", Cause.DEFINITION)}
    assert {one.before.status for one in found} == {"absent"}
    assert all(one.is_in_one_only and one.label == "Reach" for one in found)


def test_a_figure_kept_under_its_old_version_did_not_change_by_definition(tmp_path: Path) -> None:
    metric = TABLES["metric"].assign(version=3)
    older = written(tmp_path)
    newer = written(tmp_path, metric=metric, metric_cell=cells(_KEY, value=0.5))
    [one] = compare_releases(older, newer)
    assert one.why.cause is Cause.NOT_TOLD


def test_without_moved_facts_another_program_is_the_cause_and_else_nothing_is_claimed(
    tmp_path: Path,
) -> None:
    older, changed = written(tmp_path), cells(_KEY, value=0.5)
    [same_program] = compare_releases(older, written(tmp_path, metric_cell=changed))
    assert same_program.why.cause is Cause.NOT_TOLD
    release = TABLES["release"].assign(code_version="0.2.0")
    [other] = compare_releases(older, written(tmp_path, metric_cell=changed, release=release))
    assert other.why.cause is Cause.PROGRAM


def test_an_effect_that_moved_is_told_with_its_horizon(tmp_path: Path) -> None:
    estimate = TABLES["estimate"].copy()
    estimate.loc[0, "point"] = 0.5
    [one] = compare_releases(written(tmp_path), written(tmp_path, estimate=estimate))
    row = estimate.iloc[0]
    assert one.metric_id == f"retention.voluntary_exit.{row['measure']}"
    assert one.slice == f"all, main, {int(row['horizon_months'])} months"
    assert one.after.value == 0.5


def test_an_effect_on_scores_has_no_horizon(tmp_path: Path) -> None:
    estimate = TABLES["estimate"].copy()
    (scores,) = estimate.index[
        (estimate["analysis"] == "engagement")
        & (estimate["population"] == "all")
        & (estimate["variant"] == "main")
    ]
    estimate.loc[scores, "point"] = 0.5
    [one] = compare_releases(written(tmp_path), written(tmp_path, estimate=estimate))
    assert one.metric_id == "engagement.engagement.score_difference"
    assert (one.slice, one.unit) == ("all, main", "points")
    assert one.after.value == 0.5
