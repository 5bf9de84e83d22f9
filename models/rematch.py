"""Who could be matched with whom: skills wanted and offered, and what a match must never be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.reporting_lines import ReportingLines

MOST = 3  # suggestions for one person
OPPOSITE = {"mentor": "mentee", "mentee": "mentor"}
COLUMNS = ("program", "role", "person_id", "place", "candidate_id", "gets", "gives")

_Skills = Mapping[str, frozenset[str]]  # of a person
_Found = tuple[str, tuple[str, ...], tuple[str, ...]]  # a candidate, and what either would get
_Known = Mapping[str, tuple[str | None, float]]  # department and level of a person
_NOTHING: frozenset[str] = frozenset()
_UNKNOWN = (None, np.nan)


@dataclass(frozen=True)
class Market:
    """Everybody a match could be made of, as of a day.

    Attributes
    ----------
    seekers : DataFrame
        program, role, person_id: for whom somebody is sought, once each.
    free : DataFrame
        program, role, person_id: who could be suggested, once each, the first to suggest first.
    people : DataFrame
        Index person_id: department (missing where unknown) and level (float, missing likewise).
    skills : DataFrame
        program, person_id, direction (offered or wanted), skill.
    lines : ReportingLines
    paired : set of (person, person)
        Mentor and mentee of every pair there has ever been.
    """

    seekers: pd.DataFrame
    free: pd.DataFrame
    people: pd.DataFrame
    skills: pd.DataFrame
    lines: ReportingLines
    paired: frozenset[tuple[str, str]]


def suggest_matches(market: Market) -> pd.DataFrame:
    """Return up to ``MOST`` people for everybody who seeks one, the best first.

    A suggestion is free, has the other role in the same program, works in another department,
    stands in no reporting line with the seeker, was never in a pair with them, and is of the
    higher level where the seeker is the mentor (the junior), of the lower one where not. It offers
    a skill the seeker wants, or wants one the seeker offers; departments or levels that are not
    known make no suggestion. First come those who would each get something, then those with more
    skills in common, then in the order of ``market.free``.

    Returns
    -------
    DataFrame
        program, role, person_id (the seeker), place (1 = first), candidate_id, gets (skills the
        seeker wants and the candidate offers, sorted tuple), gives (the other way round).

    Notes
    -----
    Candidates are found by skill, so nobody is compared with people they share no skill with.
    """
    rows: list[tuple[Any, ...]] = []
    columns = (market.people[name].tolist() for name in ("department", "level"))
    known = dict(zip(market.people.index.tolist(), zip(*columns, strict=True), strict=True))
    for program, seekers in market.seekers.groupby("program", sort=True):
        skills = _ProgramSkills(market.skills[market.skills["program"] == program])
        free = market.free[market.free["program"] == program]
        for role, group in seekers.groupby("role", sort=True):
            others = free.loc[free["role"] == OPPOSITE[str(role)], "person_id"].tolist()
            choice = _Choice(market, known, others, skills, is_below=role == "mentor")
            for person in sorted(group["person_id"]):
                for place, found in enumerate(choice.choose(person), 1):
                    rows.append((program, role, person, place, *found))
    return pd.DataFrame(rows, columns=list(COLUMNS))


class _ProgramSkills:
    """What everybody in a program offers and wants."""

    def __init__(self, skills: pd.DataFrame) -> None:
        self.offered = _by_person(skills[skills["direction"] == "offered"])
        self.wanted = _by_person(skills[skills["direction"] == "wanted"])


class _Choice:
    """The candidates for one role of one program, found by the skills they offer and want."""

    def __init__(
        self,
        market: Market,
        known: _Known,
        candidates: list[str],
        skills: _ProgramSkills,
        *,
        is_below: bool,
    ) -> None:
        self._market, self._known, self._is_below = market, known, is_below
        self._candidates, self._skills = candidates, skills
        self._offering = _by_skill(skills.offered, candidates)
        self._wanting = _by_skill(skills.wanted, candidates)
        placed = [known.get(person, _UNKNOWN) for person in candidates]
        self._department = np.array([department for department, _ in placed], dtype=object)
        self._level = np.array([level for _, level in placed], dtype=float)
        self._is_placed = ~pd.isna(self._department)

    def choose(self, person: str) -> list[_Found]:
        """Return candidates of a person with the skills that either would get."""
        wanted = self._skills.wanted.get(person, _NOTHING)
        offered = self._skills.offered.get(person, _NOTHING)
        found: list[_Found] = []
        if not (wanted or offered):
            return found
        for number in self._ranked(person, wanted, offered):
            other = self._candidates[number]
            if self._may_meet(person, other):
                gets = wanted & self._skills.offered.get(other, _NOTHING)
                gives = offered & self._skills.wanted.get(other, _NOTHING)
                found.append((other, tuple(sorted(gets)), tuple(sorted(gives))))
            if len(found) == MOST:
                break
        return found

    def _ranked(self, person: str, wanted: frozenset[str], offered: frozenset[str]) -> np.ndarray:
        """Return the numbers of those who share a skill and fit by department and level."""
        department, level = self._known.get(person, _UNKNOWN)
        if pd.isna(department):
            return np.empty(0, dtype=int)
        gets, gives = self._count(self._offering, wanted), self._count(self._wanting, offered)
        shared, above = gets + gives, self._level - level
        is_right = above > 0 if self._is_below else above < 0
        fits = (shared > 0) & is_right & self._is_placed & (self._department != department)
        numbers = np.flatnonzero(fits)
        both = (gets[numbers] > 0) & (gives[numbers] > 0)
        return numbers[np.lexsort((numbers, -shared[numbers], ~both))]

    def _count(self, index: Mapping[str, np.ndarray], skills: Iterable[str]) -> np.ndarray:
        """Return how many of the skills each candidate has in an index."""
        hits = [index[skill] for skill in skills if skill in index]
        together = np.concatenate(hits) if hits else np.empty(0, dtype=int)
        return np.bincount(together, minlength=len(self._candidates))

    def _may_meet(self, person: str, other: str) -> bool:
        if person == other or self._market.lines.join(person, other):
            return False
        return not {(person, other), (other, person)} & self._market.paired


def _by_person(skills: pd.DataFrame) -> _Skills:
    found: dict[str, set[str]] = {}
    for person, skill in zip(skills["person_id"].tolist(), skills["skill"].tolist(), strict=True):
        found.setdefault(person, set()).add(skill)
    return {person: frozenset(names) for person, names in found.items()}


def _by_skill(skills: _Skills, candidates: list[str]) -> dict[str, np.ndarray]:
    """Return the numbers of the candidates with each skill."""
    found: dict[str, list[int]] = {}
    for number, person in enumerate(candidates):
        for skill in skills.get(person, ()):
            found.setdefault(skill, []).append(number)
    return {skill: np.array(numbers) for skill, numbers in found.items()}
