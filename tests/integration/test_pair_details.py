"""What a pair's own page shows is told as of the release day, in codes, on both engines."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from reports.former_pairs import former_pairs
from reports.pair_checks import pair_facts
from reports.pair_details import pair_details
from reports.pair_tables import read_pair_events
from tests.pair_rows import MATCHED, company, pair, session
from tests.warehouse_rows import Rows, fill
from warehouse.engine import Warehouse

AS_OF = dt.date(2025, 6, 30)
LATER = AS_OF + dt.timedelta(days=1)
SPRING = dt.date(2025, 4, 1)


def board(*pair_ids: str) -> pd.DataFrame:
    names = pd.Series(pair_ids, dtype="str")
    return pd.DataFrame({"pair_id": names, "program": "P", "matched_on": pd.Timestamp(MATCHED)})


def job(person: str, manager: str | None, level: int | None = None, **when: Any) -> dict[str, Any]:
    usual = {"valid_from": dt.date(2020, 1, 1), "seq_no": 1, "status": "active"}
    return usual | {"person_id": person, "manager_person_id": manager, "level": level} | when


def read_checks(warehouse: Warehouse, rows: Rows) -> pd.DataFrame:
    fill(warehouse, rows)
    ids = [row["pair_id"] for row in rows["pair"]]
    return pair_facts(warehouse, as_of=AS_OF, board=board(*ids)).set_index("pair_id")


def read_items(warehouse: Warehouse, rows: Rows, *pair_ids: str) -> dict[str, pd.DataFrame]:
    fill(warehouse, rows)
    return pair_details(warehouse, as_of=AS_OF, board=board(*pair_ids))


def test_a_reporting_line_is_found_at_any_depth_on_the_day_of_the_match_and_today(
    warehouse: Warehouse,
) -> None:
    jobs = [
        job("young-a", "boss"),
        job("boss", "old-a", valid_to=SPRING),
        job("boss", "nobody", valid_from=SPRING),
        job("young-b", "someone", valid_to=SPRING),
        job("young-b", "old-b", valid_from=SPRING),
        job("young-c", "someone"),
        job("old-c", "young-c"),
        job("young-d", None),
        job("young-e", "someone", valid_from=SPRING),
    ]
    pairs = [pair(name) for name in "abcde"]
    found = read_checks(warehouse, company(*pairs, job_history=jobs))
    assert found["line_match"].to_dict() == {
        "a": "mentor_below", "b": "none", "c": "mentee_below", "d": "not_known", "e": "not_known",
    }  # fmt: skip
    assert found["line_now"].to_dict() == {
        "a": "none", "b": "mentor_below", "c": "mentee_below", "d": "not_known", "e": "none",
    }  # fmt: skip
    assert found.loc["a", "steps_match"] == 2 and pd.isna(found.loc["a", "steps_now"])
    assert found.loc["b", "steps_now"] == 1 and found.loc["c", "steps_now"] == 1


def test_who_is_the_junior_is_told_by_the_levels_at_the_match(warehouse: Warehouse) -> None:
    levels = {"a": (3, 7), "b": (5, 5), "c": (7, 3), "d": (None, 5)}
    jobs = []
    for name, (young, old) in levels.items():
        jobs += [
            job(f"young-{name}", None, young, valid_to=SPRING),
            job(f"young-{name}", None, 9, valid_from=SPRING),  # promoted since
            job(f"old-{name}", None, old),
        ]
    pairs = [pair(name) for name in (*levels, "e")]
    found = read_checks(warehouse, company(*pairs, job_history=jobs))
    assert found["role_direction"].to_dict() == {
        "a": "fine", "b": "same_level", "c": "other_way", "d": "not_known", "e": "not_known",
    }  # fmt: skip


def test_ground_rules_count_as_far_as_they_were_agreed_by_the_day(warehouse: Warehouse) -> None:
    def rule(pair_id: str, mentor: dt.date | None, mentee: dt.date | None) -> dict[str, Any]:
        names = ("topics", "off_limits", "place", "frequency", "confidentiality")
        covers = {f"covers_{name}": name != "place" for name in names}
        days = {"mentor_agreed_on": mentor, "mentee_agreed_on": mentee}
        return {"pair_id": pair_id, **covers, **days}

    rules = [
        rule("a", SPRING, SPRING),
        rule("a", None, SPRING) | {"covers_place": True},  # another source knew less
        rule("b", SPRING, LATER),
        rule("c", LATER, LATER),
        rule("d", None, None),
    ]
    pairs = [pair(name) for name in "abcde"]
    found = read_checks(warehouse, company(*pairs, ground_rules=rules))
    assert found.loc["a", "covers_topics"] and not found.loc["a", "covers_place"]
    assert found.loc["a", "mentee_agreed_on"] == pd.Timestamp(SPRING)
    assert found.loc["b", "covers_topics"] and pd.isna(found.loc["b", "mentee_agreed_on"])
    assert found.loc["b", "mentor_agreed_on"] == pd.Timestamp(SPRING)
    assert found.loc[["c", "e"], "covers_topics"].isna().all()
    assert found.loc["d", "covers_topics"] and pd.isna(found.loc["d", "mentor_agreed_on"])


def test_goals_actions_and_milestones_stand_as_they_did_on_the_day(warehouse: Warehouse) -> None:
    aim = {"pair_id": "a", "topic": "Inclusion", "set_on": MATCHED, "due_on": SPRING}
    rows = company(
        pair("a"),
        pair("b"),
        goal=[
            aim | {"goal_id": "1", "status": "attained", "closed_on": SPRING},
            aim | {"goal_id": "2", "status": "attained", "closed_on": LATER},
            aim | {"goal_id": "3", "status": "open", "set_on": LATER},
        ],
        action_item=[
            {"action_id": "1", "pair_id": "a", "owner_role": "mentor", "created_on": SPRING,
             "due_on": LATER, "status": "open"},
            {"action_id": "2", "pair_id": "a", "owner_role": "mentor", "created_on": LATER,
             "status": "open"},
        ],
        milestone=[
            {"pair_id": "a", "milestone": "first_session", "reached_on": SPRING},
            {"pair_id": "a", "milestone": "midpoint", "reached_on": LATER},
            {"pair_id": "b", "milestone": "midpoint", "reached_on": SPRING},
        ],
    )  # fmt: skip
    items = read_items(warehouse, rows, "a", "b")["pair_item"]
    goals = items[items["kind"] == "goal"]
    assert sorted(goals["status"]) == ["attained", "open"]
    assert goals.loc[goals["status"] == "open", "closed_on"].isna().all()
    assert set(goals["code"]) == {"inclusion"}
    actions = items[items["kind"] == "action"]
    assert actions["owner_role"].tolist() == ["mentor"] and len(actions) == 1
    reached = items[items["kind"] == "milestone"].set_index(["pair_id", "code"])["status"]
    assert reached.to_dict() == {
        ("a", "first_session"): "reached", ("a", "midpoint"): "open",
        ("b", "first_session"): "open", ("b", "midpoint"): "reached",
    }  # fmt: skip


def test_topics_are_counted_over_held_sessions_and_free_text_is_never_named(
    warehouse: Warehouse,
) -> None:
    names = [f"p{number}" for number in range(5)]
    sessions = [session(name, SPRING) for name in names]
    sessions += [session("p0", MATCHED), session("p0", LATER)]
    sessions += [session("p0", dt.date(2025, 5, 1), status="cancelled")]
    topics = [{"session_id": one["session_id"], "topic": "Career paths"} for one in sessions]
    topics += [{"session_id": f"p0-{SPRING:%m%d}", "topic": words}
               for words in ("Speaking to Anna", "inclusion")]  # fmt: skip
    rows = company(
        *(pair(name) for name in names),
        session=sessions,
        session_topic=topics,
        goal=[{"goal_id": "1", "pair_id": "p1", "topic": "What Anna said", "status": "open"}],
        milestone=[{"pair_id": "p1", "milestone": "anna_met", "reached_on": SPRING}],
    )
    found = read_items(warehouse, rows, *names)
    own = found["pair_topic"][found["pair_topic"]["pair_id"] == "p0"]
    counts = {row.topic: row.sessions for row in own.itertuples() if not pd.isna(row.topic)}
    assert counts == {"career_paths": 2, "inclusion": 1}
    assert own["topic"].isna().sum() == 1
    goal = found["pair_item"].iloc[0]
    assert (goal["kind"], goal["code"]) == ("goal", None)
    assert not (found["pair_item"]["kind"] == "milestone").any()


def test_a_moved_session_says_where_to_and_where_from(warehouse: Warehouse) -> None:
    day = [dt.date(2025, 6, 10), dt.date(2025, 6, 20), dt.date(2025, 7, 5), dt.date(2025, 7, 9)]
    sessions = [
        session("a", day[0], session_id="1", status="cancelled", cancelled_by="mentee"),
        session("a", day[1], session_id="2", status="cancelled", cancelled_by="mentor",
                rescheduled_from_session_id="1"),
        session("a", day[2], session_id="3", status="planned", rescheduled_from_session_id="2"),
        session("a", day[3], session_id="4", status="held", rescheduled_from_session_id="2"),
    ]  # fmt: skip
    fill(warehouse, company(pair("a"), session=sessions))
    events = read_pair_events(warehouse, as_of=AS_OF, pair_ids=pd.Series(["a"]))
    moved = [
        tuple(None if pd.isna(value) else pd.Timestamp(value).date() for value in row)
        for row in events[["happened_on", "moved_to_on", "moved_from_on"]].itertuples(index=False)
    ]
    assert moved == [(day[0], day[1], None), (day[1], day[2], day[0]), (day[2], None, day[1])]


def test_pairs_that_left_the_board_keep_the_days_they_met_and_no_names(
    warehouse: Warehouse,
) -> None:
    gone = {"ended_on": SPRING, "status": "ended"}
    rows = company(
        pair("running"),
        pair("met", **gone),
        pair("never", **gone),
        pair("once", kind="one-off"),
        session=[
            session("running", SPRING),
            session("met", MATCHED),
            session("met", SPRING, status="no_show"),
            session("met", LATER),
            session("once", SPRING),
        ],
    )
    fill(warehouse, rows)
    found = former_pairs(warehouse, as_of=AS_OF, board=board("running"))
    days = [None if pd.isna(day) else pd.Timestamp(day).date() for day in found["held_on"]]
    assert list(zip(found["pair_id"], days, strict=True)) == [("met", MATCHED), ("never", None)]
    assert list(found.columns) == ["pair_id", "program", "held_on"]


def test_nothing_is_known_of_a_board_without_pairs(warehouse: Warehouse) -> None:
    fill(warehouse, company())
    nobody = board()
    assert pair_facts(warehouse, as_of=AS_OF, board=nobody).empty
    assert all(part.empty for part in pair_details(warehouse, as_of=AS_OF, board=nobody).values())
    assert former_pairs(warehouse, as_of=AS_OF, board=nobody).empty
