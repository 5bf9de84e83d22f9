"""Which reports are one session, and what follows from them, in any order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.sessions.claims import Claim, group_claims, merge_claims
from warehouse.tables import facts, session

TEN = dt.datetime(2026, 3, 2, 10)
BLANK = dict.fromkeys(name for name in facts(session) if name != "session_id")


def claim(system: str, own: str, minute: int = 0, **said: object) -> Claim:
    start = TEN + dt.timedelta(minutes=minute)
    known = {"status": "planned", "pair_id": "M1", "planned_start_at": start} | said
    return Claim(system, own, own, start, BLANK | known)


def meeting(minute: int, number: int = 1) -> Claim:
    own = f"teams-{number:016x}"
    return claim("teams", own, minute, status="held", status_basis="attendance")


def ids(groups: Sequence[Sequence[Claim]]) -> set[frozenset[str]]:
    return {frozenset(one.session_id for one in group) for group in groups}


claims = st.builds(
    lambda system, number, minute, status, basis, length: claim(
        system,
        f"{system}{number}",
        minute,
        status=status,
        status_basis=basis,
        planned_minutes=length,
    ),
    st.sampled_from("abc"),
    st.integers(0, 3),
    st.integers(0, 300),
    st.sampled_from(["planned", "held", "cancelled", "no_show", "unknown"]),
    st.sampled_from(["attendance", "self_report", "calendar", "past_dated", None]),
    st.sampled_from([None, 20.0, 60.0]),
)
sets = st.lists(claims, max_size=7, unique_by=lambda one: one.key)


@given(sets, st.randoms())
def test_the_order_of_reports_changes_nothing(said: list[Claim], order: object) -> None:
    shuffled = list(said)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    groups, others = group_claims(said, ()), group_claims(shuffled, ())
    assert ids(groups) == ids(others)
    merged = {one.lead.key: one.facts for g in groups for one in [merge_claims(g, None, False)]}
    again = {one.lead.key: one.facts for g in others for one in [merge_claims(g, None, False)]}
    assert merged == again


@given(sets)
def test_every_report_is_in_one_session(said: list[Claim]) -> None:
    found = [one.key for group in group_claims(said, ()) for one in group]
    assert sorted(found) == sorted(one.key for one in said)


RANKED = ("attendance", "self_report", "calendar", "past_dated")


@given(st.permutations(RANKED), st.integers(1, 4))
def test_the_best_basis_of_those_heard_stands(order: list[str], heard: int) -> None:
    outcome = {"attendance": "held", "self_report": "no_show", "calendar": "cancelled"}
    said = [
        claim(basis, basis, status=outcome.get(basis, "held"), status_basis=basis)
        for basis in order[:heard]
    ]
    best = min(order[:heard], key=RANKED.index)
    facts_of = merge_claims(said, None, False).facts
    assert (facts_of["status"], facts_of["status_basis"]) == (outcome.get(best, "held"), best)


def test_a_plan_in_a_calendar_is_more_than_a_date_that_has_passed() -> None:
    said = [
        claim("booker", "Q1", status="held", status_basis="past_dated"),
        claim("calendar", "c", status="planned", status_basis="calendar"),
    ]
    assert merge_claims(said, None, False).facts["status_basis"] == "calendar"


def test_a_plan_of_the_platform_says_nothing_about_the_outcome() -> None:
    said = [
        claim("pairup", "S1", status="planned", status_basis="self_report"),
        claim("booker", "Q1", status="held", status_basis="past_dated"),
    ]
    assert merge_claims(said, None, False).facts["status"] == "held"


def test_who_cancelled_is_forgotten_once_both_were_there() -> None:
    off = claim("pairup", "S1", status="cancelled", cancelled_by="mentee", planned_minutes=45.0)
    found = merge_claims([off, meeting(1)], 31.0, True)
    assert found.facts["status"] == "held" and found.facts["cancelled_by"] is None
    assert (found.facts["actual_minutes"], found.facts["planned_minutes"]) == (31.0, 45.0)
    assert found.lead.session_id == "S1"


@pytest.mark.parametrize(("minute", "is_one"), [(30, True), (31, False), (-30, True), (-31, False)])
def test_starts_within_half_an_hour_are_one_session(minute: int, is_one: bool) -> None:
    plan = claim("pairup", "S1", status="cancelled")
    assert (len(group_claims([plan, claim("log", "L", minute)], ())) == 1) is is_one


@pytest.mark.parametrize(("minute", "is_one"), [(59, True), (60, False)])
def test_sessions_that_overlap_are_one_and_those_back_to_back_are_two(
    minute: int, is_one: bool
) -> None:
    plan = claim("pairup", "S1", planned_minutes=60.0)
    assert (len(group_claims([plan, claim("log", "L", minute)], ())) == 1) is is_one


@pytest.mark.parametrize(("minute", "is_one"), [(-120, True), (120, True), (121, False)])
def test_a_meeting_counts_for_the_one_open_plan_within_two_hours(minute: int, is_one: bool) -> None:
    assert (len(group_claims([claim("pairup", "S1"), meeting(minute)], ())) == 1) is is_one


@pytest.mark.parametrize("status", ["cancelled", "no_show"])
def test_a_plan_that_was_called_off_is_not_met_hours_later(status: str) -> None:
    assert len(group_claims([claim("pairup", "S1", status=status), meeting(90)], ())) == 2


def test_a_plan_that_was_already_met_is_not_met_again() -> None:
    assert len(group_claims([claim("pairup", "S1"), meeting(90)], {"S1"})) == 2


def test_two_meetings_do_not_share_a_plan_they_are_both_near() -> None:
    said = [claim("pairup", "S1"), meeting(-80, 1), meeting(80, 2)]
    assert len(group_claims(said, ())) == 3


def test_a_day_ends_where_the_session_was_planned() -> None:
    late = claim("pairup", "S1", 13 * 60 + 30, planned_zone="Europe/Berlin")  # 00:30 there
    assert len(group_claims([late, meeting(12 * 60 + 15)], ())) == 2
    assert len(group_claims([late, meeting(14 * 60 + 45)], ())) == 1


def test_a_session_and_its_replacement_stay_two() -> None:
    first = claim("pairup", "S1", status="planned")
    second = claim("pairup", "S2", 15, rescheduled_from_session_id="S1")
    assert len(group_claims([first, second], ())) == 2


def test_what_was_held_instead_of_a_cancelled_session_takes_the_attendance() -> None:
    said = [
        claim("pairup", "S1", status="cancelled"),
        claim("pairup", "S2", 10, status="planned"),
        meeting(2),
    ]
    assert ids(group_claims(said, ())) == {frozenset({"S1"}), frozenset({"S2", said[2].session_id})}
