"""From exports to page and workbook: the planted truth is found, and one number is one number."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from openpyxl import load_workbook

from reports.wording import format_value
from tests.acceptance.conftest import Demo, run_demo
from tests.page_asker import Asker
from warehouse.engine import open_warehouse

pytestmark = pytest.mark.xdist_group("demo")  # one demo serves all


def test_every_row_of_every_file_is_accounted_for(demo: Demo) -> None:
    loads = demo.release.frame("load_summary")
    kinds = ["rows_inserted", "rows_updated", "rows_unchanged", "rows_rejected"]
    assert len(loads) > 10
    assert (loads["rows_read"] == loads[kinds].sum(axis=1)).all()


def test_rows_wrong_on_purpose_are_set_aside_under_the_rule_they_break(demo: Demo) -> None:
    rejected = demo.release.frame("rejected")
    found = rejected.groupby(["file_name", "entity", "rule"]).size().to_dict()
    planted: Counter[tuple[str, str, str]] = Counter()
    for file, entities in demo.truth["rejected_rows"]["by_file"].items():
        for entity, rules in entities.items():
            for rule, rows in rules.items():
                planted[(Path(file).name, entity, rule)] += rows
    assert found == dict(planted)


def test_the_planted_retention_effect_lies_inside_its_interval(demo: Demo) -> None:
    estimates = demo.release.frame(
        "estimate", outcome="voluntary_exit", population="all", variant="main"
    ).set_index(["measure", "horizon_months"])
    for horizon in (6, 12, 24):
        for measure in ("risk_difference", "months_employed"):
            row = estimates.loc[(measure, horizon)]
            truth = demo.truth["retention"][str(horizon)]["expected"][measure]
            assert row["lower"] <= truth <= row["upper"], (measure, horizon)


def test_the_planted_retention_effect_can_be_told_from_zero(demo: Demo) -> None:
    found = demo.release.frame(
        "estimate",
        outcome="voluntary_exit",
        population="all",
        variant="main",
        measure="risk_difference",
        horizon_months=12,
    ).iloc[0]
    assert found["lower"] > 0


def test_the_planted_effect_on_engagement_lies_inside_its_interval(demo: Demo) -> None:
    rows = demo.release.frame("estimate", analysis="engagement", outcome="engagement")
    rows = rows.set_index(["population", "variant"])
    truth = demo.truth["engagement"]["points_on_the_0_to_6_scale"]
    main = rows.loc[("all", "main")]
    assert main["lower"] <= truth <= main["upper"]
    assert main["lower"] > 0
    # people of the sample join the likelier the higher they scored last, and then fall back
    assert rows.loc[("all", "parallel_trends"), "upper"] < truth
    assert abs(rows.loc[("all", "naive_before_after"), "point"] - truth) >= 0.1
    for role in ("mentor", "mentee"):
        assert rows.loc[(role, "main"), "lower"] <= truth <= rows.loc[(role, "main"), "upper"]


def test_nobody_scored_higher_before_joining_once_the_last_score_is_the_same(demo: Demo) -> None:
    checks = demo.release.frame("diagnostic", analysis="engagement", population="all")
    values = checks.set_index("check_id")["value"]
    assert values["pre_trend_p_same_score_before"] > 0.05
    assert (
        values["largest_earlier_difference_same_score_before"]
        < values["largest_earlier_difference"] / 2
    )
    earlier = demo.release.frame("event_study", outcome="engagement", population="all")
    earlier = earlier[earlier["waves_since"] < 0]
    assert ((earlier["lower"] <= 0) & (earlier["upper"] >= 0)).all()


def test_the_naive_figure_is_visibly_wrong(demo: Demo) -> None:
    rows = demo.release.frame("estimate", measure="risk_difference", horizon_months=12)
    rows = rows[rows["population"] == "all"].set_index(["outcome", "variant"])["point"]
    truth = demo.truth["retention"]["12"]["expected"]["risk_difference"]
    naive = rows.loc[("voluntary_exit", "naive_enrollment")]
    main = rows.loc[("voluntary_exit", "main")]
    assert abs(naive - truth) > 2 * abs(main - truth)


def test_a_second_start_changes_nothing(demo: Demo, tmp_path: Path) -> None:
    run_demo(demo.settings.home, tmp_path)
    numbers = [p.name for p in demo.settings.releases.iterdir() if p.name.isdigit()]
    assert numbers == ["000001"]
    for name in ("xlsx", "csv"):
        again = (tmp_path / f"program-outcomes-2026Q3.{name}").read_bytes()
        assert again == (demo.out / f"program-outcomes-2026Q3.{name}").read_bytes()


def test_tidy_file_and_release_hold_the_same_numbers(demo: Demo) -> None:
    with (demo.out / "program-outcomes-2026Q3.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["status"] == "shown"]
    cells = demo.release.frame("metric_cell", period="2026Q3", status="shown")
    key = ["metric_id", "program", "cohort", "department", "population"]
    values = cells.set_index(key)["value"].to_dict()
    compared = 0
    for row in rows:
        name = (row["metric"], *(row[k] for k in key[1:]))
        if name in values and row.get("period") == "2026Q3":
            assert float(row["value"]) == pytest.approx(values[name], abs=1e-9)
            compared += 1
    assert compared > 100


def test_page_workbook_and_tidy_file_show_the_number_of_the_release(demo: Demo) -> None:
    cells = demo.release.frame(
        "metric_cell", program="", cohort="", department="", population="", period="2026Q3"
    ).set_index("metric_id")
    units = demo.release.frame("metric").set_index("metric_id")["unit"]
    page = Asker(demo.settings.releases).page("/", "?quarter=2026Q3")
    sheet = load_workbook(demo.out / "program-outcomes-2026Q3.xlsx")["Summary"]
    in_workbook = [
        cell.value
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, float | int)
    ]
    with (demo.out / "program-outcomes-2026Q3.csv").open(encoding="utf-8-sig") as file:
        tidy = {
            row["metric"]: row["value"]
            for row in csv.DictReader(file)
            if row["period"] == "2026Q3" and row["status"] == "shown"
            if not any(row[k] for k in ("program", "cohort", "department", "population"))
        }
    for metric in ("active_pairs", "pair_state_on_track", "adherence", "reach"):
        value = cells.loc[metric, "value"]
        assert format_value(value, units[metric]) in page, metric
        assert any(number == pytest.approx(value, abs=1e-9) for number in in_workbook), metric
        assert float(tidy[metric]) == pytest.approx(value, abs=1e-9), metric


def test_every_company_figure_of_the_quarter_stands_in_the_workbook(demo: Demo) -> None:
    cells = demo.release.frame("metric_cell", period="2026Q3", cohort="", department="", program="")
    labels = demo.release.frame("metric").set_index("metric_id")["label"]
    by_name = ("pair_state_", "representativeness_")  # a sheet of their own; groups, not figures
    wanted = {labels[name] for name in cells["metric_id"].unique() if not name.startswith(by_name)}
    book = load_workbook(demo.out / "program-outcomes-2026Q3.xlsx", read_only=True)
    said = {str(cell) for sheet in book if sheet.title != "Definitions"
            for row in sheet.iter_rows(values_only=True) for cell in row[:2] if cell}  # fmt: skip
    assert wanted - said == set()


def test_the_workbook_names_its_release_and_runs_no_formula(demo: Demo) -> None:
    book = load_workbook(demo.out / "program-outcomes-2026Q3.xlsx")
    texts = [
        str(cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert any("elease 1" in text for text in texts)
    assert not any(cell.data_type == "f" for sheet in book for row in sheet for cell in row)


def test_the_log_holds_no_name_of_a_person(demo: Demo) -> None:
    log = demo.settings.log_file.read_text(encoding="utf-8")
    board = demo.release.frame("pair_board")
    for name in [*board["mentor_name"], *board["mentee_name"]]:
        assert name not in log


def test_the_warehouse_is_free_again_after_the_demo(demo: Demo) -> None:
    open_warehouse(demo.settings).close()
