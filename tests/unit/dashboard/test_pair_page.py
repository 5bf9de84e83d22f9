"""A pair's own page: what it says, to whom, and what it never says."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from app_state.latest import Latest
from app_state.store import Store, open_store
from dashboard.access import Role, Viewer
from dashboard.content import pair_checks, pair_practice
from dashboard.content.board import in_state
from dashboard.content.pair_cadence import cadence_figure, cadence_title, track
from dashboard.content.pair_page import FROM_ANSWERS, PairPage, why_words
from dashboard.content.pair_timeline import timeline, timeline_title
from dashboard.data import ReleaseData
from dashboard.followed_up import FollowedUp
from dashboard.pages import pair as pair_page
from dashboard.pages.pairs import PAGE
from reports.release_writer import write_release
from tests.follow_up_rows import contact
from tests.page_asker import Asker
from tests.synthetic_release import tables
from tests.unit.dashboard.conftest import VIEWERS

MANAGER = VIEWERS[Role.PROGRAM_MANAGER]
AS_OF, TODAY = dt.date(2026, 9, 30), dt.date(2026, 11, 30)
PLACE = re.compile(r"\d+\.\d\d%")  # where a mark stands
MATCHED = pd.Timestamp("2026-03-02")


def event(day: str, kind: str, detail: str | None = None, **moved: Any) -> SimpleNamespace:
    usual = {"moved_to_on": None, "moved_from_on": None} | moved
    return SimpleNamespace(happened_on=pd.Timestamp(day), kind=kind, detail=detail, **usual)


def item(kind: str, status: str, **given: Any) -> SimpleNamespace:
    usual = {"code": None, "owner_role": None, "begun_on": None, "due_on": None, "closed_on": None}
    return SimpleNamespace(kind=kind, status=status, **usual | given)


def facts(**given: Any) -> SimpleNamespace:
    usual: dict[str, Any] = {
        "line_match": "none", "steps_match": None, "line_now": "none", "steps_now": None,
        "role_direction": "fine", "mentor_agreed_on": None, "mentee_agreed_on": None,
    }  # fmt: skip
    return SimpleNamespace(**usual | {name: None for name, _ in pair_practice.RULES} | given)


def page(*events: SimpleNamespace, cadence: float | None = 14.0, **given: Any) -> PairPage:
    pair = SimpleNamespace(
        pair_id="X1", mentor_name="Ann", mentee_name="Bob", matched_on=MATCHED,
        agreed_cadence_days=cadence, reasons=given.pop("reasons", "[]"), state="on_track",
    )  # fmt: skip
    usual: dict[str, Any] = {"facts": facts(), "items": (), "topics": ()}
    return PairPage(pair=pair, events=events, as_of=AS_OF, **usual | given)


def words_of(component: Any) -> str:
    return json.dumps(component, default=lambda node: node.to_plotly_json(), ensure_ascii=False)


def followed(store: Store) -> FollowedUp:
    return FollowedUp(store, Latest(store).standing(), TODAY)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'app_state.sqlite3'}")
    yield opened
    opened.close()


def test_a_chosen_pair_has_a_page_of_its_own_that_leads_back_to_the_same_list(
    data: ReleaseData,
) -> None:
    query = {"state": "on_track", "cohort": "C1"}
    listed = in_state(data.view(MANAGER, query), "on_track")
    view = data.view(MANAGER, query | {"pair": listed[1].pair_id})
    words = words_of(PAGE.build(view))
    assert "pairs-grid" not in words and "Where the pair stands" in words
    kept = "/pairs?cohort=C1&quarter=2026Q3&state=on_track"
    assert f'"href": "{kept}"' in words
    for other in (listed[0], listed[2]):
        assert f'"href": "{kept}&pair={other.pair_id}"' in words
    assert f'"href": "{kept}&pair={listed[3].pair_id}"' not in words


@pytest.mark.parametrize("role", list(Role))
def test_only_the_manager_of_the_program_is_shown_the_page(releases: Path, role: Role) -> None:
    asker = Asker(releases)
    asker.become(role.value)
    shown = asker.page("/pairs", "?pair=X0001")
    is_manager = role is Role.PROGRAM_MANAGER
    assert ("Where the pair stands" in shown) == is_manager
    assert ("Mentor 1041" in shown) == is_manager
    answer = asker.client.get("/export/pair-cadence.csv?pair=X0001")
    assert answer.status_code == (200 if is_manager else 404)


def test_a_pair_of_another_program_is_not_shown(data: ReleaseData) -> None:
    stranger = Viewer(Role.PROGRAM_MANAGER, programs=("another",))
    view = data.view(stranger, {"pair": "X0001"})
    assert "Mentor 1041" not in words_of(PAGE.build(view))
    assert pair_page.figures(view) == []


def test_reasons_that_rest_on_answers_are_not_told(data: ReleaseData) -> None:
    reasons = [
        {"code": "low_rating", "rating": 2.5},
        {"code": "silent_in_surveys", "role": "mentor"},
        {"code": "met_without_log"},
        {"code": "role_reversion", "count": 2, "of": 3},
    ]
    assert {row["code"] for row in reasons} == set(FROM_ANSWERS)
    row = SimpleNamespace(reasons=json.dumps(reasons), state="unlogged")
    assert why_words(row) == "They seem to have met, but no session is logged"
    row.reasons = json.dumps([*reasons, {"code": "nothing_booked"}])
    assert why_words(row) == "Nothing booked"


def test_no_rating_on_the_board_reaches_the_page(tmp_path: Path) -> None:
    frames = tables(quarters=2, pairs=20)
    planted = [
        {"code": "low_rating", "rating": 1.7},
        {"code": "silent_in_surveys", "role": "mentor"},
        {"code": "role_reversion", "count": 17, "of": 19},
    ]
    frames["pair_board"]["reasons"] = json.dumps(planted)
    write_release(tmp_path, frames)
    data = ReleaseData(tmp_path)
    for row in data.view(MANAGER, {}).rows("pair_board"):
        query = {"pair": row.pair_id, "state": "all"}
        words = PLACE.sub("", words_of(PAGE.build(data.view(MANAGER, query))))
        assert "Where the pair stands" in words
        assert not any(text in words for text in ("1.7", "17 of", "rated", "answered", "survey"))
        assert "Of late the senior mostly advised" in words


def test_the_timeline_holds_events_and_follow_ups_in_one_order(store: Store) -> None:
    contact(store, "X1", note="Rang both")  # on 2 November 2026
    done = followed(store).history("X1")
    found = timeline(
        page(
            event("2026-03-02", "matched"),
            event("2026-09-01", "cancelled", "mentee", moved_to_on=pd.Timestamp("2026-09-08")),
            event("2026-09-08", "held", "video", moved_from_on=pd.Timestamp("2026-09-01")),
            event("2026-09-20", "cancelled", "mentor", moved_to_on=pd.Timestamp("2026-09-20")),
            event("2026-09-29", "no_show"),
            event("2026-11-20", "planned", "phone"),
        ),
        done,
        today=TODAY,
    )
    assert [(f"{entry.on:%m-%d}", entry.words) for entry in found] == [
        ("11-20", "Session booked by phone"),
        ("11-02", "Follow-up: Contacted, Ann; Rang both"),
        ("09-29", "No-show"),
        ("09-20", "Session cancelled by the mentor; moved to another hour"),
        ("09-08", "Session held by video; moved from 1 Sep 2026"),
        ("09-01", "Session cancelled by the senior; moved to 8 Sep 2026"),
        ("03-02", "Matched"),
    ]


def test_a_goal_in_the_timeline_names_its_topic_where_it_is_certain() -> None:
    day = pd.Timestamp("2026-04-01")
    one = item("goal", "open", code="career_paths", begun_on=day)
    other = item("goal", "open", code="inclusion", begun_on=day)
    told = event("2026-04-01", "goal_set")
    assert timeline(page(told, items=(one,)), (), today=TODAY)[0].words == "Goal set: career paths"
    assert timeline(page(told, items=(one, other)), (), today=TODAY)[0].words == "Goal set"


@pytest.mark.parametrize(
    ("events", "title"),
    [
        ([], "No session held"),
        ([event("2026-04-01", "held")], "1 session held"),
        (
            [event("2026-04-01", "cancelled", "mentee")] * 2,
            "No session held and 2 cancelled by the senior",
        ),
        (
            [
                event("2026-04-01", "held"),
                event("2026-04-01", "cancelled", "mentee"),
                event("2026-04-02", "cancelled", "mentor"),
                event("2026-04-03", "cancelled"),
                event("2026-04-03", "no_show"),
            ],
            "1 session held, 3 cancelled (1 by the senior and 1 by the mentor) and 1 no-show",
        ),
    ],
)  # fmt: skip
def test_the_title_of_the_timeline_counts_what_became_of_sessions(
    events: list[SimpleNamespace], title: str
) -> None:
    assert timeline_title(page(*events)) == title


@pytest.mark.parametrize(
    ("days", "cadence", "title"),
    [
        ([], 14.0, "Not met so far; agreed every 14 days"),
        (["2026-04-01"], 14.0, "Met once so far; agreed every 14 days"),
        (["2026-04-01", "2026-04-15", "2026-05-09"], 14.0,
         "Met every 19 days on average; agreed every 14 days"),
        (["2026-04-01", "2026-04-15"], None, "Met every 14 days on average; no cadence agreed"),
    ],
)  # fmt: skip
def test_the_title_of_the_cadence_tells_the_mean_interval_against_the_agreed_one(
    days: list[str], cadence: float | None, title: str
) -> None:
    assert cadence_title(page(*(event(day, "held") for day in days), cadence=cadence)) == title


def test_the_table_of_the_cadence_counts_from_session_to_session_and_to_today() -> None:
    held = (event("2026-03-12", "held"), event("2026-03-30", "held"))
    rows = cadence_figure(page(*held)).table.rows
    assert [[cell.text for cell in row] for row in rows] == [
        ["12 Mar 2026", "from the match", "10", "14"],
        ["30 Mar 2026", "from the session before", "18", "14"],
        ["Not yet by 30 Sep 2026", "from the last session", "184", "14"],
    ]
    (only,) = cadence_figure(page(cadence=None)).table.rows
    assert [cell.text for cell in only][1:] == ["from the match", "212", "–"]


def test_the_picture_marks_every_session_in_its_place_and_the_long_gaps() -> None:
    found = track(
        page(
            event("2026-03-16", "held"),
            event("2026-03-30", "held"),
            event("2026-04-06", "cancelled"),
            event("2026-04-21", "held"),
            event("2026-10-02", "planned"),
        )
    )
    length = (dt.date(2026, 10, 2) - MATCHED.date()).days
    assert found.held == tuple(n / length for n in (14, 28, 50))
    assert found.missed == (35 / length,) and found.booked == (1.0,)
    assert found.today == 212 / length
    assert found.gaps == ((28 / length, 50 / length), (50 / length, 212 / length))
    assert len(found.agreed) == 15 and found.agreed[0] == 14 / length
    assert found.months[0] == (30 / length, "Apr 2026")


@pytest.mark.parametrize(
    ("given", "verdicts", "words"),
    [
        ({}, ["Fine", "Fine"], "Neither is in the other's reporting line today, as at the match."),
        ({"line_now": "mentor_below", "steps_now": 1}, ["Conflict", "Fine", "Fine"],
         "The senior is the mentor's direct manager today."),
        ({"line_now": "mentee_below", "steps_now": 3, "line_match": "mentee_below",
          "steps_match": 3}, ["Conflict", "Fine"],
         "The mentor is 3 levels above the senior in the reporting line today, as at the match."),
        ({"line_match": "mentor_below", "steps_match": 1}, ["Fine", "Fine", "Fine"],
         "The senior was the mentor's direct manager at the match."),
        ({"line_now": "not_known"}, ["Not known", "Fine", "Fine"],
         "Who the mentor's manager is today is not on record."),
        ({"role_direction": "same_level"}, ["Fine", "Look at it"], "at the same level"),
        ({"role_direction": "other_way"}, ["Fine", "Conflict"], "the senior by level"),
        ({"role_direction": "not_known"}, ["Fine", "Not known"], "is not on record"),
    ],
)  # fmt: skip
def test_checks_say_what_was_found_and_what_to_do(
    given: dict[str, Any], verdicts: list[str], words: str
) -> None:
    checks = pair_checks.pair_checks(page(facts=facts(**given)))
    assert [check.verdict for check in checks] == verdicts
    assert any(words in check.found for check in checks)
    assert all(bool(check.to_do) == (check.verdict != "Fine") for check in checks)


def test_turned_round_roles_are_a_check_without_any_count() -> None:
    reasons = json.dumps([{"code": "role_reversion", "count": 2, "of": 3}])
    checks = pair_checks.pair_checks(page(reasons=reasons))
    assert checks[-1].found == "Of late the senior mostly advised the mentor."
    assert pair_checks.checks_title(checks) == "1 check needs a look"
    assert pair_checks.checks_title(checks[:-1]) == "Reporting line and roles are fine"
    unknown = pair_checks.pair_checks(page(facts=facts(role_direction="not_known")))
    assert pair_checks.checks_title(unknown).endswith("are fine, as far as is known")


def test_ground_rules_count_as_agreed_once_both_agreed() -> None:
    covers = {name: name != "covers_place" for name, _ in pair_practice.RULES}
    day = pd.Timestamp("2026-03-05")
    both = facts(**covers, mentor_agreed_on=day, mentee_agreed_on=day)
    title, rules, who = pair_practice.ground_rules(page(facts=both))
    assert title == "4 of 5 ground rules agreed"
    assert [rule.is_agreed for rule in rules] == [True, True, False, True, True]
    assert who == "Mentor agreed on 5 Mar 2026; senior agreed on 5 Mar 2026."
    title, rules, who = pair_practice.ground_rules(
        page(facts=facts(**covers, mentor_agreed_on=day))
    )
    assert title == "Ground rules are written down, but not agreed by both"
    assert not any(rule.is_agreed for rule in rules)
    assert who == "Mentor agreed on 5 Mar 2026; senior has not agreed."
    assert pair_practice.ground_rules(page())[0] == "No ground rules on record"


def test_what_is_due_and_still_open_is_overdue_from_the_day_after() -> None:
    due = {day: pd.Timestamp(day) for day in ("2026-09-29", "2026-09-30")}
    goals = (
        item("goal", "open", code="inclusion", due_on=due["2026-09-29"]),
        item("goal", "open", due_on=due["2026-09-30"]),
        item("goal", "attained", due_on=due["2026-09-29"], closed_on=due["2026-09-30"]),
    )
    title, table = pair_practice.goals(page(items=goals))
    assert title == "1 of 3 goals attained, 1 overdue"
    assert [(row[0].text, row[3].text) for row in table.rows] == [
        ("Inclusion", "Open, overdue"),
        ("Goal in own words", "Open"),
        ("Goal in own words", "Attained 30 Sep 2026"),
    ]
    actions = (
        item("action", "open", owner_role="mentee", due_on=due["2026-09-29"]),
        item("action", "done", owner_role="mentor"),
        item("action", "open", owner_role="mentor"),
    )
    title, table = pair_practice.actions(page(items=actions))
    assert title == "1 of 3 actions done, 1 overdue"
    assert [row[0].text for row in table.rows] == ["Senior", "Mentor", "Mentor"]
    said = pair_practice.sides_of_actions(page(items=actions))
    assert said == "Open: 1 of the mentor, 1 of the senior."


def test_milestones_come_in_their_order_reached_or_not() -> None:
    steps = (
        item("milestone", "open", code="completed"),
        item("milestone", "reached", code="first_session", closed_on=pd.Timestamp("2026-04-01")),
    )
    title, rows = pair_practice.milestones(page(items=steps))
    assert title == "1 of 2 milestones reached"
    assert rows == [("First session", True, "1 Apr 2026"), ("Completed", False, "not yet")]


@pytest.mark.parametrize(
    ("counts", "title"),
    [
        ({}, "No topic on record"),
        ({None: 3}, "No topic on record"),
        ({"career_paths": 3, "b": 1, None: 4}, "Talked most about career paths, in 3 sessions"),
        ({"a": 2, "b": 2}, "Talked most about a and b, in 2 sessions each"),
        ({"a": 1, "b": 1, "c": 1}, "Talked about 3 topics, each in at most 1 session"),
    ],
)  # fmt: skip
def test_topics_say_which_came_up_most(counts: dict[str | None, int], title: str) -> None:
    rows = tuple(SimpleNamespace(topic=topic, sessions=n) for topic, n in counts.items())
    found, table = pair_practice.topics(page(topics=rows))
    assert found == title
    if None in counts:
        assert table.rows[-1][0].text == "In own words"


def test_a_release_from_before_these_tables_still_has_pages(tmp_path: Path) -> None:
    frames = tables(quarters=2, pairs=20)
    for name in ("pair_fact", "pair_item", "pair_topic", "former_pair"):
        frames[name] = frames[name].iloc[:0]
    write_release(tmp_path, frames)
    data = ReleaseData(tmp_path)
    words = words_of(PAGE.build(data.view(MANAGER, {"pair": "X0001"})))
    for text in ("before pairs were checked", "No goal set", "No milestones", "No ground rules"):
        assert text in words


def test_follow_ups_are_shown_with_who_when_and_note_and_left_out_without_a_store(
    data: ReleaseData, store: Store
) -> None:
    view = data.view(MANAGER, {"pair": "X0001"})
    assert "Follow-ups" not in words_of(PAGE.build(view))
    assert "No follow-up yet" in words_of(PAGE.build(replace(view, done=followed(store))))
    contact(store, "X0001", by="Ann", note="Rang both")
    words = words_of(PAGE.build(replace(view, done=followed(store))))
    assert "Now: Contacted 2 Nov 2026" in words
    assert words.count("Contacted, Ann; Rang both") == 2  # in the timeline and among follow-ups


def test_every_pair_of_a_release_has_a_page(releases: Path) -> None:
    data = ReleaseData(releases)
    for row in data.view(MANAGER, {}).rows("pair_board"):
        built = PAGE.build(data.view(MANAGER, {"pair": row.pair_id}))
        assert f"{row.mentor_name} → {row.mentee_name}" in words_of(built[1])
