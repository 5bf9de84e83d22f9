"""Worked examples of what people say: what a figure must be when it can be reckoned by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from reports.publish import InstrumentsRefused, publish
from reports.release import open_release
from tests.plain_voice import plain_t_interval
from tests.warehouse_rows import Rows, fill
from warehouse.cube import compute_cells
from warehouse.disclosure import Policy, apply_policy
from warehouse.engine import Warehouse
from warehouse.instruments import Instrument, ListedItem, read_instruments
from warehouse.metrics import METRICS
from warehouse.voice import read_voice, voice_atoms

YEAR_END = dt.date(2025, 12, 31)
CLOSES = dt.date(2025, 2, 28)
ANSWERED = dt.datetime(2025, 2, 20, 10)


def item(code: str, construct: str | None, **given: Any) -> dict[str, Any]:
    return {"survey_id": "s", "item_code": code, "construct": construct, **given}


ENGAGEMENT = [item(f"E{i}", "engagement", scale_min=0, scale_max=6) for i in (1, 2, 3)]
SAFETY = [
    item("S1", "psychological_safety", scale_min=1, scale_max=5, is_reversed=False),
    item("S2", "psychological_safety", scale_min=1, scale_max=5, is_reversed=True),
]


def survey(items: list[dict[str, Any]], *waves: dt.date) -> Rows:
    """A survey whose waves close on the given days; the program begins with the year."""
    return {
        "program": [{"program_id": "P", "starts_on": dt.date(2024, 1, 1)}],
        "survey": [{"survey_id": "s"}],
        "item": items,
        "wave": [
            {"wave_id": f"w{i}", "survey_id": "s", "closes_on": day}
            for i, day in enumerate(waves or (CLOSES,))
        ],
        "response": [],
        "answer": [],
    }


def say(
    rows: Rows, person: str | None, answers: dict[str, float | None], **given: Any
) -> dict[str, Any]:
    """Add a response; it is to the first wave, in time, unless said otherwise."""
    number = len(rows["response"])
    response = {
        "response_id": f"r{number:03}",
        "wave_id": "w0",
        "person_id": person,
        "recorded_at": ANSWERED,
        **given,
    }
    rows["response"].append(response)
    rows["answer"] += [
        {"response_id": response["response_id"], "item_code": code, "number": number,
         "missing_code": "skipped" if number is None else None}
        for code, number in answers.items()
    ]  # fmt: skip
    return response


def cells_of(
    warehouse: Warehouse, rows: Rows, as_of: dt.date = YEAR_END, **given: Any
) -> pd.DataFrame:
    fill(warehouse, rows)
    return compute_cells(warehouse, as_of=as_of, voice=read_voice(warehouse, as_of=as_of, **given))


def find(cells: pd.DataFrame, metric: str, period: str = "2025Q1", **where: str) -> Any:
    given = {"department": "", "cohort": "", "population": "everyone"} | where
    rows = cells[(cells["metric_id"] == metric) & (cells["period"] == period)]
    for name, value in given.items():
        rows = rows[rows[name] == value]
    assert len(rows) <= 1
    return None if rows.empty else rows.iloc[0]


def published(cells: pd.DataFrame) -> pd.DataFrame:
    return apply_policy(cells, METRICS, Policy())


def test_a_reversed_item_is_turned_round_on_its_scale(warehouse: Warehouse) -> None:
    rows = survey(SAFETY)
    for number, (first, second) in enumerate([(5, 1), (4, 2), (3, 3), (5, 3), (2, 5)]):
        say(rows, f"p{number}", {"S1": first, "S2": second})
    cell = find(cells_of(warehouse, rows), "psychological_safety")
    scores = [5.0, 4.0, 3.0, 4.0, 1.5]  # mean of S1 and 6 - S2
    assert cell["value"] == pytest.approx(3.5)
    assert cell["lower"] == pytest.approx(plain_t_interval(scores)[0])
    assert plain_t_interval(scores)[1] > 5 == cell["upper"]  # never beyond the scale
    assert cell["n"] == 5


def test_who_answers_too_few_items_has_no_score(warehouse: Warehouse) -> None:
    rows = survey(ENGAGEMENT)
    for number in range(5):
        say(rows, f"p{number}", {"E1": 4, "E2": 5, "E3": None if number else 6})
    say(rows, "p9", {"E1": 0, "E2": None, "E3": None})  # one of three
    cells = cells_of(warehouse, rows)
    cell = find(cells, "engagement")
    assert cell["value"] == pytest.approx((5 + 4 * 4.5) / 5)
    assert cell["n"] == 1  # one answer to E3, and the score of p9 does not count
    assert find(published(cells), "engagement")["status"] == "suppressed"
    one = [i for i in read_instruments() if i.construct == "engagement"]
    one = [Instrument("engagement", "E", "both", True, (0, 6), minimum_items=1, items=one[0].items)]
    cell = find(cells_of(warehouse, rows, instruments=one), "engagement")
    assert cell["value"] == pytest.approx((5 + 4 * 4.5 + 0) / 6)


def test_where_nobody_answers_enough_there_is_no_value_but_a_reason(warehouse: Warehouse) -> None:
    rows = survey(ENGAGEMENT)
    for number in range(6):
        say(rows, f"p{number}", {"E1": 3, "E2": None, "E3": None})
    cell = find(cells_of(warehouse, rows), "engagement")
    assert (cell["status"], cell["n"]) == ("undefined", 0)
    assert cell["reason"] == "Nobody answered enough of the items"


@pytest.mark.parametrize("off", [7.0, -1.0, 2.5])
def test_answers_off_the_scale_give_no_figure_but_a_reason(
    warehouse: Warehouse, off: float
) -> None:
    rows = survey([item("E1", "engagement"), item("N", "enps", scale_min=0, scale_max=10)])
    for number in range(8):
        say(rows, f"p{number}", {"E1": 3, "N": 9})
    say(rows, "p8", {"E1": off, "N": 9}, wave_id="w0")
    cells = cells_of(warehouse, rows)
    for period in ("2025Q1", "2025"):
        cell = find(cells, "engagement", period)
        assert cell["status"] == "not_estimable"
        assert cell["reason"] == "Answers to E1 do not fit its scale of 0 to 6"
        assert pd.isna(cell["value"])
        assert pd.isna(cell["upper"])
    assert find(cells, "enps")["value"] == 1


def test_a_quarter_without_a_wave_has_no_figure(warehouse: Warehouse) -> None:
    rows = survey(ENGAGEMENT)
    for number in range(6):
        say(rows, f"p{number}", {"E1": 3, "E2": 3, "E3": 3})
    cells = cells_of(warehouse, rows)
    assert find(cells, "engagement", "2025Q2") is None
    assert find(cells, "engagement", "2025")["value"] == 3


def test_surveys_alone_are_enough_for_figures(warehouse: Warehouse) -> None:
    rows = survey(ENGAGEMENT)
    for number in range(6):
        say(rows, f"p{number}", {"E1": 3, "E2": 3, "E3": 3})
    cells = cells_of(warehouse, rows | {"program": []})
    assert find(cells, "engagement")["value"] == 3


def test_equal_answers_have_an_interval_without_width(warehouse: Warehouse) -> None:
    rows = survey(ENGAGEMENT)
    for number in range(6):
        say(rows, f"p{number}", {"E1": 4, "E2": 4, "E3": 4})
    cell = find(cells_of(warehouse, rows), "engagement")
    assert (cell["value"], cell["lower"], cell["upper"]) == (4, 4, 4)


def test_an_item_answered_by_four_hides_the_construct(warehouse: Warehouse) -> None:
    rows = survey(ENGAGEMENT)
    for number in range(9):
        say(rows, f"p{number}", {"E1": 4, "E2": 5, "E3": 6 if number < 4 else None})
    cells = cells_of(warehouse, rows)
    assert find(cells, "engagement")["n"] == 4
    hidden = find(published(cells), "engagement")
    assert hidden["status"] == "suppressed"
    assert hidden[["value", "lower", "upper", "n"]].isna().all()
    say(rows, "p9", {"E1": 4, "E2": 5, "E3": 6})
    assert find(published(cells_of(warehouse, rows)), "engagement")["status"] == "shown"


def test_the_department_is_that_of_the_answer(warehouse: Warehouse) -> None:
    rows = survey(ENGAGEMENT)
    moved = dt.date(2025, 2, 22)  # after the answer, before the wave closes
    rows["job_history"] = [
        {"person_id": "p0", "valid_from": dt.date(2020, 1, 1), "department_id": "A"},
        {"person_id": "p0", "valid_from": moved, "department_id": "B"},
    ]
    say(rows, "p0", {"E1": 1, "E2": 1, "E3": 1})
    cells = cells_of(warehouse, rows)
    assert find(cells, "engagement", department="A")["value"] == 1
    assert find(cells, "engagement", department="B") is None
    rows["response"][0]["recorded_at"] = dt.datetime.combine(moved, dt.time(9))
    assert find(cells_of(warehouse, rows), "engagement", department="B")["value"] == 1


def test_two_waves_of_a_quarter_are_one_figure_over_people(warehouse: Warehouse) -> None:
    rows = survey(ENGAGEMENT, CLOSES, dt.date(2025, 3, 20))
    for number in range(4):
        for wave, said in (("w0", 2 + number), ("w1", 3)):
            say(rows, f"p{number}", {"E1": said, "E2": said, "E3": said}, wave_id=wave)
    cells = cells_of(warehouse, rows)
    cell = find(cells, "engagement")
    assert cell["value"] == pytest.approx((2 + 3 + 4 + 5 + 4 * 3) / 8)
    assert (cell["n"], cell["smallest"]) == (8, 4)  # eight answers, but of four people
    assert find(published(cells), "engagement")["status"] == "suppressed"
    own = [(2 + number + 3) / 2 for number in range(4)]  # people are what varies by chance
    assert (cell["lower"], cell["upper"]) == pytest.approx(plain_t_interval(own))
    change = find(cells, "engagement_change")
    assert change["value"] == pytest.approx(-0.5)
    assert (change["lower"], change["upper"]) == pytest.approx(plain_t_interval([1, 0, -1, -2]))


def test_nothing_is_published_before_all_waves_of_the_quarter_have_closed(
    warehouse: Warehouse,
) -> None:
    rows = survey(ENGAGEMENT, CLOSES, dt.date(2025, 3, 20))
    for number in range(6):
        say(rows, f"p{number}", {"E1": 3, "E2": 3, "E3": 3})
    for as_of, shown in ((dt.date(2025, 2, 27), False), (dt.date(2025, 3, 19), False),
                         (dt.date(2025, 3, 20), True)):  # fmt: skip
        cells = cells_of(warehouse, rows, as_of)
        assert (find(cells, "engagement") is not None) == shown
        assert find(cells, "engagement", "2025") is None
    assert find(cells_of(warehouse, rows, dt.date(2025, 12, 30)), "engagement", "2025") is None


def test_late_answers_join_the_next_quarter_that_is_not_final(warehouse: Warehouse) -> None:
    rows = survey(ENGAGEMENT, CLOSES, dt.date(2025, 5, 15))
    for number, day in enumerate(
        [CLOSES, dt.date(2025, 3, 1), dt.date(2025, 5, 15), dt.date(2025, 5, 16)]
    ):
        said = {f"E{i}": float(number) for i in (1, 2, 3)}
        say(rows, f"p{number}", said, recorded_at=dt.datetime.combine(day, dt.time(23)))
    cells = cells_of(warehouse, rows)
    quarters = {q: find(cells, "engagement", f"2025Q{q}") for q in (1, 2, 3)}
    assert (quarters[1]["value"], quarters[1]["n"]) == (0, 1)
    assert (quarters[2]["value"], quarters[2]["n"]) == (1.5, 2)
    assert (quarters[3]["value"], quarters[3]["n"]) == (3, 1)


def test_of_several_responses_of_a_person_one_counts(warehouse: Warehouse) -> None:
    rows = survey(ENGAGEMENT)
    said = lambda number: {f"E{i}": float(number) for i in (1, 2, 3)}  # noqa: E731
    moment = lambda day: dt.datetime(2025, 2, day, 9)  # noqa: E731
    say(rows, "p0", said(1), recorded_at=moment(1), is_finished=True)
    say(rows, "p0", said(2), recorded_at=moment(2), is_finished=True)
    say(rows, "p0", said(3), recorded_at=moment(3), is_finished=False)
    say(rows, "p0", said(4), recorded_at=dt.datetime(2025, 3, 9), is_finished=True)
    cell = find(cells_of(warehouse, rows), "engagement")
    assert (cell["value"], cell["n"]) == (2, 1)


def test_answers_without_a_person_count_for_the_company_only(warehouse: Warehouse) -> None:
    rows = survey(ENGAGEMENT)
    for number in range(7):
        say(rows, None, {f"E{i}": float(number % 3) for i in (1, 2, 3)})
    rows["invitation"] = [{"wave_id": "w0", "person_id": f"p{i}"} for i in range(10)]
    cells = cells_of(warehouse, rows)
    assert find(cells, "engagement")["n"] == 7
    assert find(cells, "engagement", population="not_recorded")["n"] == 7
    assert find(cells, "engagement", population="participants") is None
    assert find(cells, "engagement_change")["status"] == "undefined"
    rate = find(cells, "response_rate")
    assert (rate["numerator"], rate["denominator"]) == (7, 10)
    assert find(cells, "response_rate", department="Not recorded") is None


def pairs_of(count: int, *, cohort: str = "C") -> Rows:
    """Pairs whose mentors say 5 and whose mentees 3; the mentee of the last one is silent."""
    rows = survey([item("B", "mutual_benefit", scale_min=1, scale_max=5)])
    rows["participant"], rows["pair"] = [], []
    for number in range(count):
        for role in ("mentor", "mentee"):
            person = f"{role}{number}"
            rows["participant"].append(
                {"participant_id": person, "person_id": person, "program_id": "P", "role": role,
                 "cohort_id": cohort, "enrolled_on": dt.date(2024, 6, 1)}
            )  # fmt: skip
            if (role, number) != ("mentee", count - 1):
                say(rows, person, {"B": 5.0 if role == "mentor" else 3.0 - number % 2})
        rows["pair"].append(
            {"pair_id": f"x{number}", "program_id": "P", "cohort_id": cohort,
             "mentor_person_id": f"mentor{number}", "mentee_person_id": f"mentee{number}",
             "matched_on": dt.date(2024, 7, 1)}
        )  # fmt: skip
    return rows


def test_the_gap_is_between_the_two_of_a_pair(warehouse: Warehouse) -> None:
    cells = cells_of(warehouse, pairs_of(7))
    gap = find(cells, "benefit_gap")
    assert gap["n"] == 6
    assert gap["value"] == pytest.approx((2 + 3) / 2)
    assert (gap["lower"], gap["upper"]) == pytest.approx(plain_t_interval([2, 3, 2, 3, 2, 3]))
    assert find(cells, "benefit_gap", cohort="C", population="participants")["n"] == 6
    assert find(cells, "mutual_benefit", population="mentor")["value"] == 5
    assert find(cells, "mutual_benefit", population="mentee")["value"] == pytest.approx(2.5)


def test_answers_are_about_the_latest_pair(warehouse: Warehouse) -> None:
    rows = pairs_of(2)
    rows["pair"].append(
        {"pair_id": "y", "program_id": "P", "mentor_person_id": "mentor1",
         "mentee_person_id": "mentee0", "matched_on": dt.date(2025, 1, 10)}
    )  # fmt: skip
    gap = find(cells_of(warehouse, rows), "benefit_gap")
    assert (gap["value"], gap["n"]) == (2, 1)  # y only: x0's mentee now speaks of y
    rows["pair"][-1]["kind"] = "one-off"
    assert find(cells_of(warehouse, rows), "benefit_gap")["n"] == 1


def test_a_role_of_an_instrument_leaves_the_other_role_out(warehouse: Warehouse) -> None:
    rows = pairs_of(6)
    rows["item"] = [item("B", "confidence", scale_min=1, scale_max=5)]
    cells = cells_of(warehouse, rows)
    assert find(cells, "confidence")["value"] == 5
    assert find(cells, "confidence", population="mentee") is None


def test_enps_is_promoters_less_detractors_with_its_own_error(warehouse: Warehouse) -> None:
    rows = survey([item("N", "enps", scale_min=0, scale_max=10)])
    for number, said in enumerate([10, 9, 9, 8, 7, 7, 6, 0, 10, 9]):
        say(rows, f"p{number}", {"N": said})
    cell = find(cells_of(warehouse, rows), "enps")
    error = ((0.5 + 0.2 - 0.3**2) / 10) ** 0.5
    assert cell["value"] == pytest.approx(0.3)
    assert cell["lower"] == pytest.approx(0.3 - 1.959963984540054 * error)
    assert cell["upper"] == pytest.approx(0.3 + 1.959963984540054 * error)
    assert cell["n"] == 10


def test_the_response_rate_counts_people_invited_and_answers_in_time(warehouse: Warehouse) -> None:
    rows = survey(ENGAGEMENT)
    rows["invitation"] = [
        {"wave_id": "w0", "person_id": f"p{i % 20}", "invited_on": dt.date(2025, 2, 1)}
        for i in range(25)  # five are invited twice
    ]
    for number in range(12):
        day = dt.datetime(2025, 3, 1) if number == 0 else ANSWERED
        say(rows, f"p{number}", {"E1": 3}, recorded_at=day)
    say(rows, "p1", {"E1": 3})
    say(rows, "stranger", {"E1": 3})
    rate = find(cells_of(warehouse, rows), "response_rate")
    assert (rate["numerator"], rate["denominator"], rate["n"]) == (11, 20, 20)
    assert rate["lower"] == pytest.approx(0.342085, abs=1e-6)
    assert rate["upper"] == pytest.approx(0.741802, abs=1e-6)


def changing(newcomers: int) -> Rows:
    """Twelve people in two waves, and some who answer the second one only."""
    rows = survey(ENGAGEMENT, CLOSES, dt.date(2025, 8, 20))
    moment = dt.datetime(2025, 8, 10, 9)
    for number in range(12 + newcomers):
        for wave, said in (("w0", 2.0), ("w1", 3.0 + number % 2)):
            if number < 12 or wave == "w1":
                say(rows, f"p{number:02}", {f"E{i}": said for i in (1, 2, 3)}, wave_id=wave,
                    recorded_at=moment if wave == "w1" else ANSWERED)  # fmt: skip
    return rows


@pytest.mark.parametrize(("newcomers", "status"), [(0, "shown"), (1, "suppressed"),
                                                   (4, "suppressed"), (5, "shown")])  # fmt: skip
def test_a_change_never_tells_what_a_single_newcomer_said(
    warehouse: Warehouse, newcomers: int, status: str
) -> None:
    cells = cells_of(warehouse, changing(newcomers))
    change = find(cells, "engagement_change", "2025Q3")
    assert change["value"] == pytest.approx(1.5)
    assert change["n"] == 12
    released = published(cells)
    assert find(released, "engagement_change", "2025Q3")["status"] == status
    assert find(released, "engagement", "2025Q3")["status"] == "shown"


def test_a_hidden_population_is_not_the_rest_of_everyone(warehouse: Warehouse) -> None:
    rows = pairs_of(8)
    rows["item"] = ENGAGEMENT
    for answer in rows["answer"]:
        answer["item_code"] = "E1"
    rows["answer"] += [{**a, "item_code": "E2"} for a in rows["answer"]]
    for number in range(3):
        say(rows, f"other{number}", {"E1": 6.0, "E2": 6.0})
    released = published(cells_of(warehouse, rows))
    status = {p: find(released, "engagement", population=p)["status"]
              for p in ("everyone", "participants", "non_participants")}  # fmt: skip
    assert status["non_participants"] == "suppressed"
    assert "suppressed" in (status["everyone"], status["participants"])


def listed(*codes: ListedItem, **given: Any) -> Sequence[Instrument]:
    return [Instrument("engagement", "Engagement", "both", True, (0, 6), items=codes, **given)]


def test_a_listed_item_counts_where_the_survey_declares_nothing(warehouse: Warehouse) -> None:
    rows = survey([item("Q1", None)])
    for number in range(6):
        say(rows, f"p{number}", {"Q1": 1, "Q2": 2})
    codes = (ListedItem("Q1", is_reversed=True), ListedItem("Q2", survey="s"))
    cell = find(cells_of(warehouse, rows, instruments=listed(*codes)), "engagement")
    assert cell["value"] == pytest.approx(((6 - 1) + 2) / 2)


def test_atoms_are_whole_numbers_of_units(warehouse: Warehouse) -> None:
    rows = survey(ENGAGEMENT)
    say(rows, "p0", {"E1": 1, "E2": 2, "E3": None})
    say(rows, "p1", {"E1": 6, "E2": 6, "E3": 5})
    fill(warehouse, rows)
    atoms = voice_atoms(read_voice(warehouse, as_of=YEAR_END)).set_index("item")
    score = atoms.loc["engagement"]
    assert (score["n"], score["total"], score["units_per_point"]) == (2, 9 + 34, 6)
    assert (score["low"], score["high"], score["quarter"]) == (0, 36, "2025Q1")
    assert dict(atoms["n"]) == {"engagement": 2, "engagement/E1": 2, "engagement/E2": 2,
                                "engagement/E3": 1}  # fmt: skip
    assert (atoms.loc["engagement/E2", "total"], atoms.loc["engagement/E2", "high"]) == (8, 6)


def test_a_release_is_scored_by_the_instruments_beside_it(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    rows = survey(SAFETY)
    for number in range(10):
        say(rows, f"p{number}", {"S1": 2, "S2": 4})
    # Shows that the records reach the end of the year.
    rows["exit"] = [{"person_id": "somebody", "exit_on": dt.date(2025, 12, 20)}]
    fill(warehouse, rows)
    now = dt.datetime.fromisoformat("2026-01-02T06:00:00")
    own = tmp_path / "instruments.toml"
    own.write_text(
        '[[instrument]]\nconstruct = "psychological_safety"\nlabel = "Speaking up"\n'
        'role = "both"\ndirection = "higher"\nscale = [1, 7]\n'
    )
    with pytest.raises(InstrumentsRefused) as refused:
        publish(warehouse, tmp_path / "releases", as_of=YEAR_END, now=now)
    for words in ("instruments.toml", '"S1"', '"s"', "1 to 5", "1 to 7", "correct"):
        assert words in str(refused.value)
    own.write_text(own.read_text().replace("7]", "5]\nminimum_items = 2"))
    publish(warehouse, tmp_path / "releases", as_of=YEAR_END, now=now)
    release = open_release(tmp_path / "releases")
    (named,) = release.frame("metric", metric_id="psychological_safety").itertuples()
    assert named.label == "Speaking up"
    cells = release.frame("metric_cell", metric_id="psychological_safety", period="2025Q1")
    company = cells[(cells["population"] == "everyone") & (cells["department"] == "")]
    assert set(company["value"]) == {2.0}
