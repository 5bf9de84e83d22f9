from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from models.pair_facts import GROUND_RULES, PairFacts, PairTables, gather_pairs, prepare_pairs

DAY = dt.date(2026, 9, 30)
COLUMNS = {
    "pairs": "pair_id mentor_person_id mentee_person_id kind status matched_on ended_on "
    "agreed_cadence_days",
    "changes": "pair_id changed_on status",
    "sessions": "session_id pair_id planned_start_at status cancelled_by cancelled_at",
    "feedback": "session_id role rating who_mostly_advised",
    "rules": f"pair_id {' '.join(GROUND_RULES)} mentor_agreed_on mentee_agreed_on",
    "managers": "person_id manager_person_id valid_from valid_to",
    "met_answers": "person_id answered_on",
}


def facts(**rows: list[tuple[Any, ...]]) -> PairFacts:
    rows = {
        "pairs": [("p", "junior", "senior", "formal", "active", "2026-01-10", None, 14.0)]
    } | rows
    frames = {}
    for name, columns in COLUMNS.items():
        frame = pd.DataFrame(rows.get(name, []), columns=columns.split())
        for column in frame.columns:
            if column.endswith(("_on", "_at")) or column.startswith("valid"):
                frame[column] = pd.to_datetime(frame[column]).astype("datetime64[us]")
        frames[name] = frame
    return prepare_pairs(PairTables(**frames))


def only(**rows: list[tuple[Any, ...]]) -> pd.Series:
    found = gather_pairs(facts(**rows), as_of=DAY)
    assert len(found) == 1
    return found.iloc[0]


def session(number: int, on: str, status: str, cancelled_by: str | None = None) -> tuple[Any, ...]:
    return (f"s{number}", "p", f"{on} 09:00", status, cancelled_by, None)


def test_a_pair_without_sessions_has_held_none_and_booked_none():
    pair = only()
    assert pd.isna(pair["last_held_on"])
    assert pd.isna(pair["next_planned_on"])
    assert pair["sessions_held"] == 0


def test_held_sessions_lie_before_and_bookings_after_the_day():
    pair = only(
        sessions=[
            session(1, "2026-09-01", "held"),
            session(2, "2026-10-20", "planned"),
            session(3, "2026-10-06", "planned"),
            session(4, "2026-09-20", "planned"),
        ]
    )
    assert pair["last_held_on"] == pd.Timestamp("2026-09-01")
    assert pair["next_planned_on"] == pd.Timestamp("2026-10-06")


def test_cancellations_by_the_senior_are_counted_among_the_last_four_sessions():
    cancelled = [session(n, f"2026-0{n}-05", "cancelled", "mentee") for n in range(2, 5)]
    held = [session(n, f"2026-0{n}-05", "held") for n in range(5, 8)]
    pair = only(sessions=[*cancelled, *held])
    assert pair["sessions_cancelled_by_mentee"] == 3
    assert (pair["n_recent"], pair["n_recent_cancelled_by_mentee"]) == (4, 1)


def test_pairs_that_ended_or_meet_once_are_left_out():
    def row(kind: str, status: str, ended_on: str | None, matched_on: str = "2026-01-10"):
        return ("p", "junior", "senior", kind, status, matched_on, ended_on, 14.0)

    for one in (
        row("formal", "ended", "2026-05-01"),
        row("formal", "completed", None),
        row("one-off", "active", None),
        row("formal", "active", None, "2026-10-02"),
    ):
        assert gather_pairs(facts(pairs=[one]), as_of=DAY).empty
    assert len(gather_pairs(facts(pairs=[row("formal", "ended", "2026-10-01")]), as_of=DAY)) == 1


def test_the_last_change_of_status_says_whether_a_pair_is_paused():
    changes = [("p", "2026-03-01", "paused"), ("p", "2026-12-01", "active")]
    assert only(changes=changes)["is_paused"]
    assert not only(changes=[*changes, ("p", "2026-06-01", "active")])["is_paused"]


def test_ground_rules_count_when_all_five_are_agreed_by_both():
    whole = ("p", *[True] * 5, "2026-02-01", "2026-02-02")
    assert only(rules=[whole])["has_ground_rules"]
    assert not only(rules=[("p", *[True] * 5, "2026-02-01", None)])["has_ground_rules"]
    assert not only(rules=[("p", False, *[True] * 4, "2026-02-01", "2026-02-02")])[
        "has_ground_rules"
    ]


def test_reporting_to_each_other_at_any_depth_is_found():
    def reports(person: str, manager: str, until: str | None = None) -> tuple[Any, ...]:
        return (person, manager, "2020-01-01", until)

    chain = [reports("junior", "lead"), reports("lead", "head"), reports("head", "senior")]
    assert only(managers=chain)["is_direct_report"]
    assert only(managers=[reports("senior", "junior")])["is_direct_report"]
    assert not only(managers=chain[:2])["is_direct_report"]
    assert not only(managers=[reports("junior", "lead"), reports("lead", "junior")])[
        "is_direct_report"
    ]
    assert not only(managers=[reports("junior", "senior", "2026-09-30")])["is_direct_report"]


def test_a_session_that_lay_ahead_on_a_past_day_was_booked_if_due_within_the_cadence():
    held = [session(1, "2026-05-01", "held"), session(2, "2026-06-12", "held")]

    def booked_on(day: dt.date, sessions: list[tuple[Any, ...]]) -> Any:
        return gather_pairs(facts(sessions=sessions), as_of=day)["next_planned_on"].item()

    assert booked_on(dt.date(2026, 6, 1), held) == pd.Timestamp("2026-06-12")
    assert pd.isna(booked_on(dt.date(2026, 5, 20), held))
    cancelled = ("s1", "p", "2026-06-12 09:00", "cancelled", "mentee", "2026-06-05 09:00")
    assert booked_on(dt.date(2026, 6, 4), [cancelled]) == pd.Timestamp("2026-06-12")
    assert pd.isna(booked_on(dt.date(2026, 6, 5), [cancelled]))


def test_answers_of_the_last_half_year_give_rating_and_roles():
    pair = only(
        sessions=[session(1, "2026-09-01", "held"), session(2, "2026-01-20", "held")],
        feedback=[
            ("s1", "mentor", 2.0, "mentee"),
            ("s1", "mentee", 3.0, "balanced"),
            ("s2", "mentor", 5.0, "mentee"),
        ],
    )
    assert pair["mean_rating"] == 2.5
    assert (pair["n_role_answers"], pair["n_role_reversed"]) == (2, 1)


def test_a_cadence_of_no_days_counts_as_none_agreed():
    row = ("p", "junior", "senior", "formal", "active", "2026-01-10", None, 0.0)
    assert pd.isna(only(pairs=[row])["agreed_cadence_days"])


def test_feedback_on_a_session_without_record_is_a_meeting_without_log():
    pair = only(
        sessions=[session(1, "2026-09-20", "unknown")], feedback=[("s1", "mentor", 4.0, None)]
    )
    assert pair["unlogged_meeting_on"] == pd.Timestamp("2026-09-20")


def test_an_answer_that_they_met_counts_unless_a_session_is_on_record():
    said = [("junior", "2026-09-20 10:00")]
    pair = only(met_answers=said, sessions=[session(1, "2026-07-01", "held")])
    assert pair["unlogged_meeting_on"] == pd.Timestamp("2026-09-20")
    logged = only(met_answers=said, sessions=[session(1, "2026-09-01", "held")])
    assert pd.isna(logged["unlogged_meeting_on"])
