"""Scores of the analyses are those of the figures on voices, wave by wave, on both engines."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.analyses import Analyses
from models.panel import month_start
from models.people_facts import read_facts
from models.score_facts import read_score_facts
from models.wave_panel import ScoreFacts, build_wave_panels
from tests.unit.models import company as made_up
from tests.warehouse_rows import Rows, fill
from tests.whole_analyses import run_analyses
from warehouse.engine import Warehouse
from warehouse.voice import read_voice, voice_atoms

AS_OF = dt.date(2025, 12, 31)
OPENS = [dt.date(2025, 2, 3), dt.date(2025, 5, 5), dt.date(2025, 11, 3)]


def at(day: dt.date, hour: int = 9) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour))


def survey_rows() -> Rows:
    """Four people, three waves of two weeks, three items of which the second is reversed."""
    people = list("abcd")
    return {
        "person": [{"person_id": p} for p in people],
        "employment": [
            {"person_id": p, "spell_no": 1, "hired_on": dt.date(2020, 1, 1)} for p in people
        ],
        "job_history": [
            {"person_id": p, "valid_from": dt.date(2020, 1, 1), "department_id": "D"}
            for p in people
        ],
        "participant": [
            {"participant_id": "m1", "person_id": "a", "role": "mentor", "cohort_id": "C1",
             "enrolled_on": dt.date(2025, 3, 1)},
            {"participant_id": "m2", "person_id": "a", "role": "mentee", "cohort_id": "C2",
             "enrolled_on": dt.date(2025, 9, 1)},
            {"participant_id": "m3", "person_id": "b", "role": "mentee", "cohort_id": "C1",
             "enrolled_on": dt.date(2026, 3, 1)},
        ],
        "survey": [{"survey_id": "pulse"}],
        "wave": [
            {"wave_id": f"w{n}", "survey_id": "pulse", "opens_on": day,
             "closes_on": day + dt.timedelta(days=14)} for n, day in enumerate(OPENS, start=1)
        ],
        "item": [
            {"survey_id": "pulse", "item_code": f"E{n}", "construct": "engagement", "scale_min": 0,
             "scale_max": 6, "is_reversed": n == 2} for n in (1, 2, 3)
        ],
        "invitation": [{"wave_id": "w1", "person_id": p} for p in people],
        "response": [], "answer": [],
    }  # fmt: skip


def answer(
    rows: Rows,
    person: str | None,
    wave: int,
    given: list[float | None],
    *,
    day: int = 3,
    **more: Any,
) -> None:
    number = f"r{len(rows['response'])}"
    moment = at(OPENS[wave - 1] + dt.timedelta(days=day))
    rows["response"].append(
        {"response_id": number, "wave_id": f"w{wave}", "person_id": person,
         "recorded_at": moment, **more}
    )  # fmt: skip
    rows["answer"] += [
        {"response_id": number, "item_code": f"E{n}", "number": value}
        for n, value in enumerate(given, start=1)
        if value is not None
    ]


def read(warehouse: Warehouse, as_of: dt.date = AS_OF) -> ScoreFacts:
    voice = read_voice(warehouse, as_of=as_of)
    return read_score_facts(warehouse, voice.asked, voice.quarters)


def scores(facts: ScoreFacts) -> dict[tuple[str, str], float]:
    keyed = facts.scores.set_index(["person_id", "wave_id"])["score"]
    return {key: pytest.approx(value) for key, value in keyed.to_dict().items()}


def test_items_are_reversed_and_a_score_needs_half_of_them(warehouse: Warehouse) -> None:
    rows = survey_rows()
    answer(rows, "a", 1, [6, 0, 3])
    answer(rows, "b", 1, [1, 5, None])
    answer(rows, "c", 1, [4, None, None])
    fill(warehouse, rows)
    found = read(warehouse)
    assert scores(found) == {("a", "w1"): 5.0, ("b", "w1"): 1.0}
    assert set(found.scores["construct"]) == {"engagement"}
    assert set(found.scores["role"]) == {"both"}


def test_of_two_answers_the_one_counts_that_figures_on_voices_count(warehouse: Warehouse) -> None:
    rows = survey_rows()
    answer(rows, "a", 1, [1, 5, 1], day=2)
    answer(rows, "a", 1, [5, 1, 5], day=4)
    answer(rows, "b", 1, [2, 4, 2], day=2)
    answer(rows, "b", 1, [6, 0, 6], day=4, is_finished=False)
    fill(warehouse, rows)
    assert scores(read(warehouse)) == {("a", "w1"): 5.0, ("b", "w1"): 2.0}


def test_late_and_nameless_answers_cannot_be_followed(warehouse: Warehouse) -> None:
    rows = survey_rows()
    answer(rows, "a", 1, [6, 0, 6])
    answer(rows, "b", 1, [6, 0, 6], day=15)
    answer(rows, None, 1, [6, 0, 6])
    fill(warehouse, rows)
    assert scores(read(warehouse)) == {("a", "w1"): 6.0}


def test_a_wave_counts_once_it_has_closed(warehouse: Warehouse) -> None:
    rows = survey_rows()
    for wave in (1, 2):
        answer(rows, "a", wave, [6, 0, 6])
    fill(warehouse, rows)
    closes_on = OPENS[1] + dt.timedelta(days=14)
    before = read(warehouse, closes_on - dt.timedelta(days=1))
    assert before.waves["wave_id"].tolist() == ["w1"] and len(before.scores) == 1
    assert read(warehouse, closes_on).waves["wave_id"].tolist() == ["w1", "w2"]
    assert len(read(warehouse, closes_on).scores) == 2


def test_the_first_enrollment_by_the_day_counts(warehouse: Warehouse) -> None:
    fill(warehouse, survey_rows())
    members = read(warehouse).members
    assert members[["person_id", "role", "cohort"]].to_numpy().tolist() == [["a", "mentor", "C1"]]


def test_without_a_survey_there_is_nothing(warehouse: Warehouse) -> None:
    fill(warehouse, survey_rows() | {"survey": [], "wave": [], "item": [], "invitation": []})
    found = read(warehouse)
    assert found.scores.empty and found.waves.empty and found.invitations.empty
    assert build_wave_panels(read_facts(warehouse, AS_OF), found) == []


def company_rows(people: int = 1200) -> dict[str, pd.DataFrame]:
    """A simulated company with its half-yearly pulse, as a load would have left it."""
    simulation = made_up.simulate(people)
    frames = made_up.company_tables(simulation)
    rows = simulation.person_wave.reset_index(drop=True)
    person, wave = "P" + rows["person_id"].astype(str), "w" + rows["wave"].astype(str)
    opens = month_start(rows["wave"].unique() * 6 + made_up.FIRST_MONTH)
    frames["survey"] = pd.DataFrame({"survey_id": ["pulse"]})
    frames["wave"] = pd.DataFrame({"wave_id": wave.unique(), "survey_id": "pulse"})
    frames["wave"]["opens_on"] = opens
    frames["wave"]["closes_on"] = opens + np.timedelta64(13, "D")
    items = {"item_code": ["E1", "E2"], "is_reversed": [False, True]}
    frames["item"] = pd.DataFrame(items).assign(
        survey_id="pulse", construct="engagement", scale_min=0.0, scale_max=6.0
    )
    frames["invitation"] = pd.DataFrame({"wave_id": wave, "person_id": person})
    given = rows["score"].notna()
    response = pd.DataFrame({"response_id": "r" + rows.index[given].astype(str)})
    response["wave_id"], response["person_id"] = wave[given].to_numpy(), person[given].to_numpy()
    day = month_start(rows.loc[given, "wave"] * 6 + made_up.FIRST_MONTH) + np.timedelta64(5, "D")
    response["recorded_at"] = day.astype("datetime64[us]")
    frames["response"] = response
    points = rows.loc[given, "score"].round().clip(0, 6).to_numpy()
    both = [
        pd.DataFrame({"response_id": response["response_id"], "item_code": code, "number": number})
        for code, number in (("E1", points), ("E2", 6 - points))
    ]
    frames["answer"] = pd.concat(both, ignore_index=True)
    return frames


def cut(frames: dict[str, pd.DataFrame], day: dt.date) -> dict[str, pd.DataFrame]:
    """Leave out whatever became known after a day."""
    known = {
        "exit": "exit_on",
        "participant": "enrolled_on",
        "wave": "opens_on",
        "response": "recorded_at",
    }
    found = dict(frames)
    for name, column in known.items():
        found[name] = frames[name][frames[name][column] <= pd.Timestamp(day)]
    leaves = frames["employment"]["end_on"] > pd.Timestamp(day) + pd.Timedelta(days=1)
    ends = frames["employment"]["end_on"].mask(leaves)
    found["employment"] = frames["employment"].assign(end_on=ends)
    for name, of, column in (
        ("answer", "response", "response_id"),
        ("invitation", "wave", "wave_id"),
    ):
        found[name] = frames[name][frames[name][column].isin(found[of][column])]
    return found


def analyses_of(warehouse: Warehouse, as_of: dt.date) -> Analyses:
    return run_analyses(warehouse, as_of=as_of, voice=read_voice(warehouse, as_of=as_of))


def of_scores(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["analysis"] == "engagement"].reset_index(drop=True)


def test_a_company_gets_its_effects_on_scores_from_its_facts(warehouse: Warehouse) -> None:
    made_up.fill(warehouse, company_rows())
    analyses = analyses_of(warehouse, made_up.AS_OF)
    found = of_scores(analyses.estimate)
    main = found[found["variant"] == "main"].set_index("population")
    assert main.index.tolist() == ["all", "mentor", "mentee"]
    assert main.loc["all", "status"] == "shown" and main.loc["all", "lower"] < 0.4
    assert set(found["outcome"]) == {"engagement"} and found["horizon_months"].isna().all()
    assert len(of_scores(analyses.event_study)) > 5
    assert set(of_scores(analyses.group_effect)["grouping"]) == {"cohort", "department"}
    assert "pre_trend_p" in set(of_scores(analyses.diagnostic)["check_id"])
    without = run_analyses(warehouse, as_of=made_up.AS_OF)
    assert set(without.estimate["analysis"]) == {"retention", "careers"}
    others = analyses.estimate[analyses.estimate["analysis"] != "engagement"]
    pd.testing.assert_frame_equal(others.reset_index(drop=True), without.estimate)


def test_the_scores_add_up_to_those_of_the_figures_on_voices(warehouse: Warehouse) -> None:
    made_up.fill(warehouse, company_rows(400))
    voice = read_voice(warehouse, as_of=made_up.AS_OF)
    found = read_score_facts(warehouse, voice.asked, voice.quarters).scores
    atoms = voice_atoms(voice)
    atoms = atoms[(atoms["metric_id"] == "engagement") & (atoms["item"] == "engagement")]
    assert atoms["n"].sum() == len(found) > 500
    points = (atoms["total"] / atoms["units_per_point"]).sum()
    assert points == pytest.approx(found["score"].sum())


def test_facts_after_the_day_change_nothing(warehouse: Warehouse) -> None:
    if warehouse.dialect != "duckdb":
        pytest.skip("the statements are the same on both engines")
    day, frames = dt.date(2025, 12, 31), company_rows(800)
    made_up.fill(warehouse, frames)
    everything = analyses_of(warehouse, day)
    with warehouse.writing() as writer:
        for name in frames:
            writer.execute(made_up.tables.metadata.tables[name].delete())
    made_up.fill(warehouse, cut(frames, day))
    known = analyses_of(warehouse, day)
    assert (of_scores(known.estimate)["status"] == "shown").any()
    for name in ("estimate", "event_study", "group_effect", "diagnostic"):
        one, other = of_scores(getattr(known, name)), of_scores(getattr(everything, name))
        pd.testing.assert_frame_equal(one, other)
