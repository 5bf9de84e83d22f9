"""Suggestions the slow and plain way: everybody against everybody, rule by rule."""

from __future__ import annotations

import math
import random
from typing import Any

import pandas as pd

from models.rematch import Market
from models.reporting_lines import ReportingLines

DEPARTMENTS = ("Sales", "Design", "Legal", None)
SKILLS = ("ai", "data", "career", "retail", "speaking")
PROGRAMS = ("P1", "P2")


def plain_suggestions(market: Market, manager: dict[str, str]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    said: dict[tuple[str, str, str], set[str]] = {}
    for row in market.skills.itertuples(index=False):
        said.setdefault((row.program, row.person_id, row.direction), set()).add(row.skill)
    for program, role, person in market.seekers.itertuples(index=False):
        fitting = []
        for turn, row in enumerate(market.free.itertuples(index=False)):
            if row.program != program or row.role == role or row.person_id == person:
                continue
            gets, gives = shared(said, program, person, row.person_id)
            if not (gets or gives) or not may_meet(market, manager, role, person, row.person_id):
                continue
            both = bool(gets) and bool(gives)
            fitting.append((not both, -len(gets) - len(gives), turn, row.person_id, gets, gives))
        for place, (*_, other, gets, gives) in enumerate(sorted(fitting)[:3], 1):
            found.append((program, role, person, place, other, gets, gives))
    return sorted(found)


def shared(said: dict[Any, set[str]], program: str, one: str, other: str) -> tuple[Any, Any]:
    nothing: set[str] = set()
    found = []
    for wanting, offering in ((one, other), (other, one)):
        wanted = said.get((program, wanting, "wanted"), nothing)
        found.append(tuple(sorted(wanted & said.get((program, offering, "offered"), nothing))))
    return found[0], found[1]


def may_meet(market: Market, manager: dict[str, str], role: str, one: str, other: str) -> bool:
    departments = [market.people["department"].get(person) for person in (one, other)]
    levels = [market.people["level"].get(person, math.nan) for person in (one, other)]
    junior, senior = levels if role == "mentor" else levels[::-1]
    is_known = not any(pd.isna(name) for name in departments)
    return (
        is_known
        and departments[0] != departments[1]
        and junior < senior
        and not stands_above(manager, one, other)
        and not stands_above(manager, other, one)
        and (one, other) not in market.paired
        and (other, one) not in market.paired
    )


def stands_above(manager: dict[str, str], above: str, below: str) -> bool:
    for _ in range(len(manager) + 1):  # a line is no longer than the company, unless it is a circle
        below = manager.get(below, "")
        if below == above:
            return True
    return False


def random_market(seed: int, *, size: int = 24) -> tuple[Market, dict[str, str]]:
    dice = random.Random(seed)
    people = [f"p{number:02}" for number in range(size)]
    manager = {p: dice.choice(people) for p in people if dice.random() < 0.5}  # circles, too
    places = [
        (program, role, person)
        for person in people
        for program in PROGRAMS
        for role in ("mentor", "mentee")
        if dice.random() < 0.45
    ]
    free = dice.sample(places, dice.randrange(len(places) + 1))
    skills = sorted(
        {
            (dice.choice(PROGRAMS), dice.choice(people), direction, dice.choice(SKILLS))
            for direction in ("offered", "wanted")
            for _ in range(size * 2)
        }
    )
    known = pd.DataFrame(
        {
            "department": [dice.choice(DEPARTMENTS) for _ in people],
            "level": [dice.choice([1.0, 2.0, 3.0, 4.0, math.nan]) for _ in people],
        },
        index=pd.Index(people, name="person_id"),
    )
    keys = ["program", "role", "person_id"]
    market = Market(
        seekers=pd.DataFrame([p for p in places if dice.random() < 0.7], columns=keys),
        free=pd.DataFrame(free, columns=keys),
        people=known,
        skills=pd.DataFrame(skills, columns=["program", "person_id", "direction", "skill"]),
        lines=ReportingLines(manager),
        paired=frozenset((dice.choice(people), dice.choice(people)) for _ in range(size)),
    )
    return market, manager
