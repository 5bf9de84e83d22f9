"""Small companies drawn at random, with everything that may go wrong in small numbers."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from tests.random_practice import add_office, add_practice
from tests.warehouse_rows import Rows

FIRST = dt.date(2024, 1, 1)
AS_OF = dt.date(2025, 5, 20)  # in the middle of a month, a quarter and a year


def random_company(seed: int) -> Rows:
    """A small company with everything that may go wrong in small numbers."""
    dice = random.Random(seed)
    day = lambda first, last: first + dt.timedelta(dice.randrange(max((last - first).days, 0) + 1))  # noqa: E731
    maybe = lambda value, chance=0.5: value if dice.random() < chance else None  # noqa: E731
    rows: Rows = {
        "department": [
            {"department_id": "D1", "name": "Sales", "valid_from": dt.date(2020, 1, 1)},
            {"department_id": "D2", "name": "Old name", "valid_from": dt.date(2020, 1, 1)},
            {"department_id": "D2", "name": "Design", "valid_from": dt.date(2024, 6, 15)},
        ],
        "program": [
            {"program_id": "P1", "starts_on": dt.date(2024, 2, 10)},
            {
                "program_id": "P2",
                "starts_on": dt.date(2024, 7, 1),
                "ends_on": maybe(dt.date(2025, 3, 15)),
            },
        ],
        "cohort": [
            {"cohort_id": "C1", "program_id": "P1", "ends_on": dt.date(2025, 2, 1)},
            {"cohort_id": "C2", "program_id": "P1", "ends_on": None},
        ],
    }
    for name in ("employment", "exit", "job_history", "participant", "pair", "session"):
        rows[name] = []
    rows["pair_status_change"], rows["milestone"] = [], []
    people = [f"p{i:02}" for i in range(22)]
    for person in people:
        _add_worker(rows, person, dice, day, maybe)
    _add_managers(rows, people, dice)
    for number in range(dice.randrange(14)):
        person = dice.choice(people)
        program = dice.choice(["P1", "P1", "P2"])
        applied = maybe(day(dt.date(2024, 2, 1), dt.date(2025, 4, 1)), 0.7)
        enrolled = day(applied or dt.date(2024, 2, 1), dt.date(2025, 6, 30))
        if applied:
            enrolled = maybe(enrolled, 0.8)
        rows["participant"].append(
            {
                "participant_id": f"m{number:02}",
                "person_id": person,
                "program_id": program,
                "cohort_id": maybe(dice.choice(["C1", "C2"]), 0.7) if program == "P1" else None,
                "role": dice.choice(["mentor", "mentee"]),
                "applied_on": applied,
                "enrolled_on": enrolled,
                "withdrew_on": maybe(day(dt.date(2024, 9, 1), dt.date(2025, 6, 1)), 0.2),
            }
        )
    for number in range(dice.randrange(8)):
        _add_pair(rows, f"x{number}", people, dice, day, maybe)
    add_practice(rows, dice, day, maybe)
    add_office(rows, people, dice, day, maybe)
    return rows


def _add_worker(rows: Rows, person: str, dice: random.Random, day: Any, maybe: Any) -> None:
    hired = maybe(day(dt.date(2022, 1, 1), dt.date(2024, 12, 1)), 0.9)
    end = maybe(day(max(hired or FIRST, FIRST) + dt.timedelta(20), dt.date(2025, 7, 1)), 0.4)
    kind = dice.choice(["employee"] * 9 + ["contingent"])
    spells = [(hired, end)]
    if end and dice.random() < 0.4:
        again = end + dt.timedelta(dice.choice([0, 1, 40]))
        spells.append((again, maybe(again + dt.timedelta(dice.randrange(1, 100)), 0.4)))
    for number, (first, last) in enumerate(spells, start=1):
        rows["employment"].append(
            {
                "person_id": person,
                "spell_no": number,
                "hired_on": first,
                "end_on": last,
                "worker_type": kind,
            }
        )
        if last and dice.random() < 0.9:
            said = ["yes", "no", "unknown"]
            rows["exit"].append(
                {
                    "person_id": person,
                    "exit_on": last - dt.timedelta(1),
                    "voluntary": dice.choice(said),
                    "regretted": dice.choice(said),
                }
            )
    starts = sorted(
        {day(dt.date(2022, 1, 1), dt.date(2025, 5, 1)) for _ in range(dice.randrange(4))}
    )
    for start in starts:
        rows["job_history"].append(
            {
                "person_id": person,
                "valid_from": start,
                "valid_to": maybe(start + dt.timedelta(200)),
                "seq_no": 2,
                "department_id": maybe(dice.choice(["D1", "D2", "D3"]), 0.9),
                "level": maybe(dice.randrange(1, 5), 0.8),
                "function_type": maybe(dice.choice(["a", "b"]), 0.8),
            }
        )
        if dice.random() < 0.3:  # an earlier row of the same day is overruled
            rows["job_history"].append(
                {"person_id": person, "valid_from": start, "seq_no": 1, "department_id": "D9"}
            )


def _add_managers(rows: Rows, people: list[str], dice: random.Random) -> None:
    """Give jobs a manager and a site, and end them before the next one begins."""
    jobs = sorted(
        (r for r in rows["job_history"] if r["seq_no"] == 2),
        key=lambda r: (r["person_id"], r["valid_from"]),
    )
    for job, following in zip(jobs, [*jobs[1:], None], strict=True):
        job["manager_person_id"] = dice.choice([*people[:5], job["person_id"], None, None])
        job["location"] = dice.choice(["Lisbon", "Oslo", None])
        if following and following["person_id"] == job["person_id"]:
            ends = [job["valid_to"], following["valid_from"]]
            job["valid_to"] = min(day for day in ends if day)
    rows["person"] = [
        {"person_id": p, "birth_year": dice.choice([1965, 1980, 1981, 1995, 1996, None])}
        for p in people
    ]


def _add_pair(
    rows: Rows, pair: str, people: list[str], dice: random.Random, day: Any, maybe: Any
) -> None:
    mentor, mentee = dice.sample(people, 2)
    matched = day(dt.date(2024, 2, 15), dt.date(2025, 5, 30))
    program = dice.choice(["P1", "P1", "P2"])
    status = dice.choice(["active", "active", "completed", "withdrawn", "ended"])
    ended = maybe(day(matched, dt.date(2025, 6, 10)), 0.8) if status != "active" else None
    rows["pair"].append(
        {
            "pair_id": pair,
            "program_id": program,
            "cohort_id": maybe(dice.choice(["C1", "C2"]), 0.8) if program == "P1" else None,
            "mentor_person_id": mentor,
            "mentee_person_id": mentee,
            "kind": dice.choice(["formal", "formal", "one-off", None]),
            "matched_on": matched,
            "ended_on": ended,
            "status": status,
            "agreed_cadence_days": maybe(float(dice.choice([14, 21, 30])), 0.9),
        }
    )
    for number in range(dice.randrange(8)):
        state = dice.choice(["held", "held", "held", "cancelled", "no_show", "unknown", "planned"])
        planned = day(matched, dt.date(2025, 7, 1))
        rows["session"].append(
            {
                "session_id": f"{pair}s{number}",
                "pair_id": pair,
                "planned_start_at": dt.datetime.combine(planned, dt.time(dice.randrange(24))),
                "planned_minutes": maybe(45.0, 0.9),
                "actual_minutes": maybe(float(dice.randrange(20, 90))),
                "status": state,
                "cancelled_by": dice.choice(["mentee", "mentor"]) if state == "cancelled" else None,
            }
        )
    if dice.random() < 0.4:
        pause = day(matched, dt.date(2025, 5, 1))
        rows["pair_status_change"] += [
            {"pair_id": pair, "changed_on": pause, "status": "paused"},
            {
                "pair_id": pair,
                "changed_on": pause + dt.timedelta(dice.randrange(1, 60)),
                "status": dice.choice(["active", "active", "ended"])
                if status != "active"
                else "active",
            },
        ]
    if dice.random() < 0.4:
        rows["milestone"].append(
            {"pair_id": pair, "milestone": "midpoint", "reached_on": day(matched, AS_OF)}
        )
