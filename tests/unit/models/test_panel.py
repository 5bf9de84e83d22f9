from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.estimate import NotEstimable
from models.panel import Facts, build_panel, only_role

AS_OF = dt.date(2026, 9, 30)
JANUARY = 2025 * 12


def day(text: str | None) -> pd.Timestamp:
    return pd.NaT if text is None else pd.Timestamp(text)


def facts(**changes: list[tuple[Any, ...]]) -> Facts:
    rows = {
        "employment": [("a", "2020-01-01", None), ("b", "2024-12-15", "2025-06-01")],
        "jobs": [
            ("a", "2020-01-01", "2025-03-01", 1, "Sales", 3, "active"),
            ("a", "2025-03-01", None, 1, "IT", 4, "active"),
            ("b", "2024-12-15", None, 1, "Sales", 2, "active"),
        ],
        "exits": [("b", "2025-05-31", "resignation", "yes")],
        "enrollments": [("a", "2025-02-10", "mentee", "first")],
        "scores": [
            *[(person, "w1", "2025-01-20", score) for person, score in (("a", 4.5), ("x", 4.0))],
            *[(person, "w1", "2025-01-21", 3.0) for person in "yz"],
            *[(person, "w2", "2025-03-02", 5.0) for person in "axyz"],
        ],
    } | changes
    columns = {
        "employment": ["person_id", "hired_on", "end_on"],
        "jobs": ["person_id", "valid_from", "valid_to", "seq_no", "department", "level", "status"],
        "exits": ["person_id", "exit_on", "reason_group", "voluntary"],
        "enrollments": ["person_id", "enrolled_on", "role", "cohort"],
        "scores": ["person_id", "wave_id", "recorded_on", "score"],
    }
    frames = {name: pd.DataFrame(rows[name], columns=columns[name]) for name in columns}
    for frame in frames.values():
        for name in frame.columns:
            if name.endswith("_on") or name.startswith("valid"):
                frame[name] = pd.to_datetime(frame[name]).astype("datetime64[s]")
    frames["jobs"] = frames["jobs"].assign(function_type="F", location="L")
    return Facts(**frames)


def rows_of(person: str, **changes: list[tuple[Any, ...]]) -> pd.DataFrame:
    panel = build_panel(facts(**changes), as_of=AS_OF)
    return panel.rows[panel.rows["person"] == panel.people.get_loc(person)].set_index("month")


def test_the_window_begins_with_the_first_enrollment_and_ends_with_the_last_whole_month():
    months = rows_of("a").index
    assert months.min() == JANUARY + 1
    assert months.max() == 2026 * 12 + 8
    cut = build_panel(facts(), as_of=dt.date(2026, 9, 29))
    assert cut.rows["month"].max() == 2026 * 12 + 7


def test_the_exit_falls_into_the_month_of_the_last_day_employed():
    rows = rows_of("b")
    assert rows.index.max() == JANUARY + 4
    assert rows["exited"].tolist() == [False, False, False, True]
    assert rows["voluntary_exit"].iloc[-1]


def test_an_involuntary_exit_is_an_exit_and_not_a_voluntary_one():
    rows = rows_of("b", exits=[("b", "2025-05-31", "redundancy", "no")])
    assert rows["exited"].iloc[-1]
    assert not rows["voluntary_exit"].any()
    assert rows["negative_control_exit"].iloc[-1]


def test_an_exit_after_the_day_of_the_data_is_not_yet_known():
    rows = rows_of("b", employment=[("a", "2020-01-01", None), ("b", "2020-12-15", "2026-12-01")])
    assert not rows["exited"].any()
    assert rows.index.max() == 2026 * 12 + 8


def test_somebody_hired_within_a_month_counts_from_the_next():
    rows = rows_of("b", employment=[("a", "2020-01-01", None), ("b", "2025-03-02", None)])
    assert rows.index.min() == JANUARY + 3


def test_covariates_are_those_of_the_first_day_of_the_month():
    rows = rows_of("a")
    assert rows.loc[JANUARY + 1, "department"] == "Sales"
    assert rows.loc[JANUARY + 2, "department"] == "IT"
    assert rows.loc[JANUARY + 1, "level"] == 3
    assert rows.loc[JANUARY + 1, "tenure_months"] == pytest.approx(61, abs=0.1)


def test_a_score_counts_from_the_month_after_it_was_given():
    rows = rows_of("a")
    assert rows["engagement"].iloc[:3].tolist() == [4.5, 4.5, 5.0]
    assert rows_of("b")["engagement"].isna().all()


def test_the_score_before_the_last_is_that_of_the_wave_before():
    rows = rows_of("a")
    assert rows["engagement_before"].iloc[:2].isna().all()
    assert (rows["engagement_before"].iloc[2:] == 4.5).all()
    twice = [("a", "w1", "2025-01-22", 2.0), *facts().scores.itertuples(index=False, name=None)]
    again = rows_of("a", scores=[(*row[:2], str(row[2])[:10], row[3]) for row in twice])
    assert again["engagement"].iloc[0] == 2.0
    assert again["engagement_before"].iloc[:2].isna().all()


def test_a_promotion_before_shows_for_twelve_months():
    rows = rows_of("a")
    assert rows.loc[JANUARY + 1, "promoted_before"] == 0
    assert (rows.loc[JANUARY + 2 : JANUARY + 13, "promoted_before"] == 1).all()
    assert (rows.loc[JANUARY + 14 :, "promoted_before"] == 0).all()
    assert rows_of("b")["promoted_before"].isna().all()


def test_a_survey_of_participants_alone_is_no_covariate():
    rows = rows_of("a", scores=[("a", "m0", "2025-01-20", 4.5)])
    assert rows["engagement"].isna().all()


def test_a_person_may_join_after_six_months_once_the_department_has_opened():
    assert rows_of("a")["is_eligible"].tolist()[:2] == [True, False]
    assert not rows_of("b")["is_eligible"].any()
    later = rows_of("b", employment=[("a", "2020-01-01", None), ("b", "2024-12-01", None)])
    assert later.index[later["is_eligible"]].min() == JANUARY + 5


def test_a_rehired_person_has_two_spells_and_one_number():
    rows = rows_of(
        "b",
        employment=[
            ("a", "2020-01-01", None),
            ("b", "2020-12-15", "2025-06-01"),
            ("b", "2025-09-01", None),
        ],
        enrollments=[
            ("a", "2025-02-10", "mentee", "first"),
            ("b", "2026-04-10", "mentor", "second"),
        ],
    )
    assert rows["person_id"].nunique() == 2
    first = rows[rows["person_id"] == rows["person_id"].iloc[0]]
    assert first["enrolled_month"].isna().all()
    assert first["cohort"].isna().all()
    assert rows["cohort"].iloc[-1] == "second"
    assert rows["enrolled_month"].iloc[-1] == 2026 * 12 + 3


def test_an_unknown_hire_date_counts_as_long_enough():
    rows = rows_of("a", employment=[("a", None, None)])
    assert rows["is_eligible"].iloc[0]
    assert np.isnan(rows["log_tenure"].iloc[0])


def test_a_role_follows_the_others_until_they_join():
    panel = build_panel(
        facts(enrollments=[("a", "2025-02-10", "mentee", ""), ("b", "2025-04-10", "mentor", "")]),
        as_of=AS_OF,
    )
    mentees = only_role(panel.rows, "mentee")
    kept = mentees[mentees["person"] == panel.people.get_loc("b")]
    assert kept["month"].max() == JANUARY + 2
    assert kept["enrolled_month"].isna().all()
    assert kept["joined_in_other_role"].tolist() == [False] * (len(kept) - 1) + [True]
    assert mentees["joined_in_other_role"].sum() == 1


def test_the_cohort_is_that_of_the_first_enrollment():
    rows = rows_of(
        "a",
        enrollments=[
            ("a", "2025-06-01", "mentee", "later"),
            ("a", "2025-02-10", "mentor", "first"),
        ],
    )
    assert rows["cohort"].unique().tolist() == ["first"]


@pytest.mark.parametrize(
    ("code", "changes"),
    [("no_enrollments", {"enrollments": []}), ("nobody_employed", {"employment": []})],
)
def test_no_program_or_no_people_give_the_reason(code, changes):
    with pytest.raises(NotEstimable, match=code):
        build_panel(facts(**changes), as_of=AS_OF)
