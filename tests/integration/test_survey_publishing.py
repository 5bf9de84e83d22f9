"""Figures about answers as they are published: hidden where needed, and never changed again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reports import survey_figures as figures_module
from reports.answers_record import ATOMS, FOLDER, Record, RecordLost, read_record
from reports.publish import publish
from reports.release import current_release_id, open_release
from reports.release_shelf import Retention, prune_releases, use_release
from reports.survey_attack import materials
from reports.survey_figures import AnswersNotProtected, SurveyFigures, survey_figures
from tests.survey_company import QUARTERS, SIZES, answer, company
from tests.warehouse_rows import Rows, fill
from warehouse.cube import compute_cells
from warehouse.disclosure import Policy, apply_policy
from warehouse.disclosure.attacker import HarvestDisagrees
from warehouse.disclosure.attacker.solver import Unsolved
from warehouse.disclosure.bounds import PrintedFiguresDisagree
from warehouse.disclosure.exact import SHOWN, Suppression, suppress_blocks
from warehouse.disclosure.lattice import AnswersBroken
from warehouse.disclosure.program import NotSettled
from warehouse.disclosure.residues import NotSmallFractions
from warehouse.disclosure.search import CannotProtect
from warehouse.engine import Warehouse
from warehouse.metrics import BY_ID, METRICS
from warehouse.voice import read_voice
from warehouse.voice.surveys import COLUMNS

SAFETY, CHANGE = "psychological_safety", "psychological_safety_change"
YEAR_END = dt.date(2025, 12, 31)
MARCH = dt.date(2025, 3, 31)
NOW = dt.datetime(2026, 1, 10, 6)
KEYS = ["metric_id", "department", "cohort", "population", "period"]


def decide(
    warehouse: Warehouse,
    rows: Rows,
    as_of: dt.date = MARCH,
    *,
    record: Record | None = None,
    policy: Policy | None = None,
) -> SurveyFigures:
    fill(warehouse, rows)
    facts = read_voice(warehouse, as_of=as_of)
    cells = compute_cells(warehouse, as_of=as_of, voice=facts)
    policy = policy or Policy()
    guarded = apply_policy(cells, METRICS, policy)
    is_answer = [BY_ID[name].family == "voice" for name in cells["metric_id"]]
    return survey_figures(
        facts, cells[is_answer], guarded[is_answer], record=record or Record(), policy=policy
    )


def cell(cells: pd.DataFrame, metric: str = SAFETY, period: str = "2025Q1", **where: str) -> Any:
    given = {"department": "", "cohort": "", "population": "everyone"} | where
    rows = cells[(cells["metric_id"] == metric) & (cells["period"] == period)]
    for name, value in given.items():
        rows = rows[rows[name] == value]
    (row,) = rows.itertuples()
    return row


def remembered(figures: SurveyFigures, before: Record | None = None) -> Record:
    """Return the record after a release, without writing one."""
    added, known = figures.added, before or Record()
    both = {
        name: pd.concat([getattr(known, name), getattr(added, name)], ignore_index=True)
        for name in ("cells", "atoms", "blocks")
    }
    return Record(**both, minimum_group=added.minimum_group)


def test_a_department_of_three_is_hidden_and_another_so_that_it_cannot_be_worked_out(
    warehouse: Warehouse,
) -> None:
    cells = decide(warehouse, company()).cells
    few, other = cell(cells, department="Legal"), cell(cells, department="Research")
    assert (few.status, few.reason) == ("suppressed", "Fewer than 5 answers")
    hidden = [d for d in ("Sales", "Finance", "Research")
              if cell(cells, department=d).status == "suppressed"]  # fmt: skip
    assert hidden
    assert {cell(cells, department=d).reason for d in hidden} == {
        "Hidden so that a smaller group cannot be worked out"
    }
    assert all(pd.isna([few.value, few.lower, few.n]))
    assert other.status in ("shown", "suppressed")
    assert cell(cells).status == "shown"
    assert cell(cells, cohort="C1", population="participants").status == "shown"


def test_figures_about_answers_have_one_decimal_and_no_sums(embedded: Warehouse) -> None:
    cells = decide(embedded, company()).cells
    shown = cells[cells["status"] == "shown"]
    tenths = shown["metric_id"].map(lambda m: 1000 if BY_ID[m].unit == "fraction" else 10)
    for name in ("value", "lower", "upper"):
        known = shown[name].notna()
        fine = (shown[name] * tenths)[known].astype(float)
        assert np.allclose(fine, fine.round(), atol=1e-6)
    assert shown[["numerator", "denominator"]].isna().all(axis=None)


def test_intervals_follow_from_the_printed_figure_n_and_the_company(embedded: Warehouse) -> None:
    cells = decide(embedded, company(waves=QUARTERS[:2]), dt.date(2025, 6, 30)).cells
    shown = cells[(cells["metric_id"] == SAFETY) & (cells["status"] == "shown")]
    shown = shown[shown["upper"].lt(5) & shown["lower"].gt(1)]
    by_n = shown.assign(half=(shown["upper"] - shown["value"]).round(6)).groupby(["period", "n"])
    assert len(shown) > 5
    assert (by_n["half"].max() - by_n["half"].min() < 0.11).all()


def test_an_interval_does_not_say_that_all_answered_alike(embedded: Warehouse) -> None:
    rows = company()
    for given in rows["answer"]:
        given["number"] = 3.0
    whole = cell(decide(embedded, rows).cells)
    assert whole.status == "shown"
    assert whole.value == 3
    assert whole.lower < 3 < whole.upper


def test_all_answers_at_an_end_of_the_scale_print_as_a_bound(embedded: Warehouse) -> None:
    rows = company()
    for given in rows["answer"]:
        given["number"] = 5.0
    cells = decide(embedded, rows).cells
    shown = cells[(cells["status"] == "shown") & (cells["metric_id"] == SAFETY)]
    assert set(shown["bound"]) == {"or higher"}
    assert shown[["lower", "upper"]].isna().all(axis=None)
    assert (shown["value"] < 5).all()


def test_a_cohort_of_one_person_and_an_item_answered_by_four(embedded: Warehouse) -> None:
    rows = company({**SIZES, ("Sales", "C9", "mentor"): 1})
    cells = decide(embedded, rows).cells
    alone = cell(cells, cohort="C9", population="participants")
    assert (alone.status, alone.reason) == ("suppressed", "Fewer than 5 answers")
    second = [a for a in rows["answer"] if a["item_code"] == "S2"]
    for given in second[4:]:
        rows["answer"].remove(given)
    whole = cell(decide(embedded, rows).cells)
    assert (whole.status, whole.reason) == ("suppressed", "Fewer than 5 answers")


def test_a_department_renamed_within_the_quarter_is_two(embedded: Warehouse) -> None:
    rows = company()
    moved = [job for job in rows["job_history"] if job["department_id"] == "Finance"]
    for job in moved[::2]:
        rows["job_history"].append(
            {"person_id": job["person_id"], "valid_from": dt.date(2025, 2, 1),
             "department_id": "Accounting"}
        )  # fmt: skip
    cells = decide(embedded, rows).cells
    both = [cell(cells, department=name) for name in ("Finance", "Accounting")]
    assert {one.status for one in both} <= {"shown", "suppressed"}
    assert "2025Q2" not in set(cells["period"])  # a quarter without a wave


def test_changes_and_gaps_stay_with_the_company(embedded: Warehouse) -> None:
    cells = decide(embedded, company(waves=QUARTERS[:2]), dt.date(2025, 6, 30)).cells
    changes = cells[cells["metric_id"] == CHANGE]
    is_part = (changes[["department", "cohort"]] != "").any(axis=1)
    assert set(changes[is_part]["status"]) == {"suppressed"}
    assert set(changes[is_part]["reason"]) == {"Shown for the whole company only"}
    assert cell(cells, CHANGE, "2025Q2").status == "shown"


def test_a_change_is_hidden_beside_a_hidden_level(embedded: Warehouse) -> None:
    few = {place: size for place, size in SIZES.items() if place[2] != "mentee"}
    rows = company({**few, ("Sales", "C1", "mentee"): 3}, QUARTERS[:2])
    cells = decide(embedded, rows, dt.date(2025, 6, 30)).cells
    for population in ("mentor", "mentee", "participants"):
        level = [cell(cells, SAFETY, q, population=population).status for q in ("2025Q1", "2025Q2")]
        change = cell(cells, CHANGE, "2025Q2", population=population).status
        assert change == "suppressed" or set(level) == {"shown"}
    assert cell(cells, CHANGE, "2025Q2", population="mentee").status == "suppressed"


def test_late_and_deleted_answers_change_nothing_published(warehouse: Warehouse) -> None:
    rows = company(waves=QUARTERS[:2])
    first = decide(warehouse, rows, MARCH)
    for number in range(6):  # loaded later, though given in time
        answer(rows, f"Legal-C1-new-{number}", 0, (5, 5))
    gone = {r["response_id"] for r in rows["response"][:40]}
    rows["response"] = [r for r in rows["response"] if r["response_id"] not in gone]
    rows["answer"] = [a for a in rows["answer"] if a["response_id"] not in gone]
    later = decide(warehouse, rows, dt.date(2025, 6, 30), record=remembered(first))
    was, now = (
        cells[(cells["period"] == "2025Q1") & (cells["metric_id"] != CHANGE)].sort_values(
            KEYS, ignore_index=True
        )
        for cells in (first.cells, later.cells)
    )
    columns = [*KEYS, "value", "lower", "upper", "bound", "n", "status", "reason"]
    pd.testing.assert_frame_equal(was[columns], now[columns], check_dtype=False)
    assert "2025Q2" in set(later.cells["period"])
    assert set(later.added.atoms["quarter"]) == {"2025Q2"}
    change = cell(later.cells, CHANGE, "2025Q2")  # would mix old answers with new ones
    assert change.status == "suppressed"


def test_a_year_closes_on_the_sums_its_quarters_were_published_with(embedded: Warehouse) -> None:
    rows = company(waves=QUARTERS)
    record = remembered(decide(embedded, rows, dt.date(2025, 9, 30)))
    true = record.atoms[record.atoms["metric_id"] == SAFETY]
    rows = company(waves=QUARTERS, seed=9)  # loaded anew, with other answers
    closed = decide(embedded, rows, YEAR_END, record=record)
    new = closed.added.atoms[closed.added.atoms["metric_id"] == SAFETY]
    total, n = (true[c].sum() + new[c].sum() for c in ("total", "n"))
    whole = cell(closed.cells, period="2025")
    assert whole.value == pytest.approx(np.floor(10 * total / n / 2 + 0.5) / 10)
    kept = closed.cells[closed.cells["period"].isin(["2025Q1", "2025Q2", "2025Q3"])]
    both = [cells[cells["metric_id"] == SAFETY] for cells in (kept, record.cells)]
    assert list(both[0]["value"].dropna()) == list(both[1]["value"].dropna())
    again = decide(embedded, rows, YEAR_END, record=remembered(closed, record))
    assert again.added.cells.empty
    assert len(again.cells) == len(closed.cells)


def test_answers_that_come_after_their_year_was_published_are_not_added(
    embedded: Warehouse,
) -> None:
    rows = company(waves=QUARTERS[:2])
    is_late = [r["response_id"] for r in rows["response"] if r["wave_id"] == "w1"]
    some = {**rows, "wave": rows["wave"][:1],
            "response": [r for r in rows["response"] if r["wave_id"] == "w0"]}  # fmt: skip
    some["answer"] = [a for a in rows["answer"] if a["response_id"] not in set(is_late)]
    some["invitation"] = [i for i in rows["invitation"] if i["wave_id"] == "w0"]
    record = remembered(decide(embedded, some, YEAR_END))
    later = decide(embedded, rows, YEAR_END, record=record)
    late = later.cells[(later.cells["metric_id"] == SAFETY) & (later.cells["period"] == "2025Q2")]
    assert set(late["status"]) == {"suppressed"}
    assert set(late["reason"]) == {"Came after the figures of its year were published"}


@pytest.mark.parametrize(("partial", "status"), [(0, "shown"), (1, "suppressed"), (8, "shown")])
def test_topics_are_not_shown_beside_the_total_where_few_answered_only_some(
    embedded: Warehouse, partial: int, status: str
) -> None:
    rows = company({("A", "C", "mentor"): 30})
    topics = ("digital_tools", "leadership")
    rows["item"] = [
        one | {"construct": f"skill_gain_{name}"}
        for one, name in zip(rows["item"], topics, strict=True)
    ]
    second = [given for given in rows["answer"] if given["item_code"] == "S2"]
    for given in second[:partial]:
        rows["answer"].remove(given)
    cells = decide(embedded, rows).cells
    assert cell(cells, "skill_gain").status == "shown"
    assert {cell(cells, f"skill_gain_{name}").status for name in topics} == {status}


def everything(survey: Any, **given: Any) -> list[tuple[str, Suppression]]:
    """Show all figures that rest on five answers or more: the rule that does not suffice."""
    found = []
    for name, part in suppress_blocks(survey, **given):
        is_few = part.figures["why"] == "few answers"
        status = np.where(is_few, "suppressed", SHOWN)
        decided = part.figures.assign(status=status, why=part.figures["why"].where(is_few, ""))
        found.append((name, Suppression(decided, part.report, part.lattices)))
    return found


def test_a_release_by_threshold_only_is_refused(
    embedded: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(embedded, company())
    folder = tmp_path / "releases"
    publish(embedded, folder, as_of=dt.date(2025, 1, 31), now=NOW)
    monkeypatch.setattr(figures_module, "suppress_blocks", everything)
    with pytest.raises(AnswersNotProtected, match="Nothing was published") as refused:
        publish(embedded, folder, as_of=MARCH, now=NOW)
    assert "attack" in str(refused.value)
    assert current_release_id(folder) == 1
    assert not list(folder.glob("answers/*.json"))


@pytest.mark.parametrize(
    "fault",
    [CannotProtect, AnswersBroken, PrintedFiguresDisagree, NotSmallFractions, HarvestDisagrees,
     Unsolved, NotSettled],
)  # fmt: skip
def test_any_doubt_withholds_the_release(
    embedded: Warehouse, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    def doubt(*_: Any, **__: Any) -> Sequence[Any]:
        raise fault("not proved")

    monkeypatch.setattr(figures_module, "suppress_blocks", doubt)
    with pytest.raises(AnswersNotProtected, match=fault.__name__):
        decide(embedded, company({("A", "C", "mentor"): 9}))


def test_another_minimum_group_than_before_withholds_the_release(embedded: Warehouse) -> None:
    rows = company({("A", "C", "mentor"): 12})
    record = remembered(decide(embedded, rows))
    with pytest.raises(AnswersNotProtected, match="minimum group of 5"):
        decide(embedded, rows, record=record, policy=Policy.of_profile("works_council"))


def test_what_was_shown_is_remembered_over_prune_and_rollback(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    fill(warehouse, company(waves=QUARTERS[:2]))
    folder = tmp_path / "releases"
    publish(warehouse, folder, as_of=MARCH, now=NOW)
    first = open_release(folder).frame("metric_cell", metric_id=SAFETY, period="2025Q1")
    publish(warehouse, folder, as_of=dt.date(2025, 6, 30), now=NOW)
    use_release(folder, 1)
    prune_releases(folder, Retention(newest=1, quarter_ends=False))
    use_release(folder, 2)
    prune_releases(folder, Retention(newest=1, quarter_ends=False))
    assert not (folder / "000001").exists()
    rows = company(waves=QUARTERS[:2], seed=9)  # other answers under the same names
    fill(warehouse, rows)
    publish(warehouse, folder, as_of=dt.date(2025, 6, 30), now=NOW)
    third = open_release(folder)
    again = third.frame("metric_cell", metric_id=SAFETY, period="2025Q1")
    pd.testing.assert_frame_equal(first, again)
    audit = third.frame("survey_audit").set_index("measure")["value"]
    shown = third.frame("metric_cell", status="shown")
    answers = shown[shown["metric_id"].map(lambda m: BY_ID[m].family == "voice")]
    assert audit["shown"] == audit["attacked_figures"] == len(answers)
    assert audit["learned"] == 0
    record = read_record(folder, 3)
    for material in materials(third.frame("metric_cell"), record.atoms):
        assert material.attacked(minimum_group=5).passed


def test_a_record_that_was_changed_or_lost_withholds_the_release(
    embedded: Warehouse, tmp_path: Path
) -> None:
    fill(embedded, company())
    folder = tmp_path / "releases"
    publish(embedded, folder, as_of=MARCH, now=NOW)
    (kept,) = (folder / FOLDER).glob("*.json")
    text = kept.read_text("utf-8")
    kept.write_text(text.replace('"shown"', '"suppressed"', 1), "utf-8")
    with pytest.raises(RecordLost, match="missing or was changed"):
        publish(embedded, folder, as_of=MARCH, now=NOW)
    kept.unlink()
    with pytest.raises(RecordLost):
        publish(embedded, folder, as_of=MARCH, now=NOW)
    kept.write_text(text, "utf-8")
    (folder / FOLDER / "000002.json").write_text("left by a killed publish", "utf-8")
    (folder / FOLDER / "building-x").write_text("half", "utf-8")
    assert publish(embedded, folder, as_of=MARCH, now=NOW) == 2
    assert [path.name for path in (folder / FOLDER).iterdir()] == ["000001.json"]


def test_the_record_keeps_the_columns_of_the_atoms() -> None:
    assert ATOMS == COLUMNS
