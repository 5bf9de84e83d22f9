"""What HR wrote down: one effective-dated row per change, with the manager of the day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sampling import company
from sampling.careers import Careers
from sampling.journeys import Journeys
from sampling.plan import Plan

NO_ONE = -1
FIRST_MANAGER_LEVEL = 5
CHANGE_FIELDS = ("department", "level", "site", "on_leave", "manager")


@dataclass(frozen=True)
class Workforce:
    """Rows of the HR system and the managers behind them.

    Attributes
    ----------
    rows : DataFrame
        One row per person and change: person, effective_on, hired_on, status (active, leave,
        terminated), department, manager, level, site (positions, NO_ONE without manager).
    manager : ndarray of int32, shape (n, months)
        Manager in each month, NO_ONE before and after employment.
    """

    rows: pd.DataFrame
    manager: np.ndarray


def write_workforce(careers: Careers, journeys: Journeys, plan: Plan) -> Workforce:
    """Write down hires, changes, leaves, terminations and rehires.

    Parameters
    ----------
    careers : Careers
    journeys : Journeys
    plan : Plan

    Returns
    -------
    Workforce
    """
    n = careers.n
    manager = np.full((n, plan.months), NO_ONE, dtype=np.int32)
    current = np.full(n, NO_ONE, dtype=np.int32)
    parts: list[pd.DataFrame] = []
    for month in range(plan.months):
        here = journeys.is_employed(careers, month)
        # Whoever comes in the course of the month has a manager from the first day on.
        comes = (careers.first_month == month + 1) & (careers.hired_on > plan.first_day(month))
        comes &= careers.hired_on <= plan.last_day(month)
        before = current.copy()
        _assign_managers(careers, here, comes, current, plan, month)
        manager[:, month] = np.where(here | comes, current, NO_ONE)
        people = _changed(careers, plan, month, here, before != current)
        starts = (people | comes) & (careers.hired_on >= plan.first_day(month))
        effective = np.where(starts, careers.hired_on, plan.first_day(month))
        parts.append(_rows(careers, people | comes, effective, current, month))
    rows = pd.concat([*parts, _terminations(careers, journeys, plan, manager)])
    rows = pd.concat([rows, _second_spells(careers, journeys, plan, manager)])
    rows = rows.sort_values(["person", "effective_on"], kind="stable").reset_index(drop=True)
    return Workforce(rows, manager)


def _assign_managers(
    careers: Careers,
    here: np.ndarray,
    comes: np.ndarray,
    current: np.ndarray,
    plan: Plan,
    month: int,
) -> None:
    """Keep managers who are still there and senior; find new ones for everybody else."""
    level, department = careers.level[:, month], careers.department[:, month]
    known = np.maximum(current, 0)
    stays = (current != NO_ONE) & here[known]
    same = (department[known] == department) | (level[known] == company.HIGHEST_LEVEL)
    stays &= same & (level[known] >= level)
    stays |= (current == 0) & (level == company.HIGHEST_LEVEL)
    rng = plan.stream("managers", month)
    draw = rng.random(careers.n)
    shake = (rng.random(careers.n) < 0.2) & (month == plan.reorganization)
    needs = (here | comes) & (~stays | (shake & np.isin(department, (8, 9))))
    needs[0] = False
    for unit in range(len(company.DEPARTMENTS)):
        members = np.flatnonzero(here & (department == unit) & (level >= FIRST_MANAGER_LEVEL))
        members = members[np.argsort(level[members], kind="stable")]
        seeking = np.flatnonzero(needs & (department == unit))
        if len(seeking) == 0:
            continue
        wanted = np.maximum(level[seeking] + 1, FIRST_MANAGER_LEVEL)
        low = np.searchsorted(level[members], wanted, side="left")
        high = np.searchsorted(level[members], wanted + 1, side="right")
        high = np.where(high > low, high, len(members))
        pick = low + (draw[seeking] * (high - low)).astype(int)
        found = pick < len(members)
        # Nobody above within the department: the head of the company.
        current[seeking] = 0
        current[seeking[found]] = members[pick[found]]
    current[(here | comes) & (level == company.HIGHEST_LEVEL)] = 0
    current[0] = NO_ONE


def _changed(
    careers: Careers, plan: Plan, month: int, here: np.ndarray, new_manager: np.ndarray
) -> np.ndarray:
    if month == 0:
        return here
    came = here & (careers.hired_on >= plan.first_day(month))
    changed = new_manager.copy()
    for field in ("department", "level", "site", "on_leave"):
        values = getattr(careers, field)
        changed |= values[:, month] != values[:, month - 1]
    return came | (here & changed)


def _rows(
    careers: Careers, people: np.ndarray, effective: np.ndarray, manager: np.ndarray, month: int
) -> pd.DataFrame:
    at = np.flatnonzero(people)
    return pd.DataFrame(
        {
            "person": at,
            "effective_on": effective[at].astype("datetime64[D]"),
            "hired_on": careers.hired_on[at],
            "status": np.where(careers.on_leave[at, month], "leave", "active"),
            "department": careers.department[at, month],
            "manager": manager[at],
            "level": careers.level[at, month],
            "site": careers.site[at, month],
        }
    )


def _terminations(
    careers: Careers, journeys: Journeys, plan: Plan, manager: np.ndarray
) -> pd.DataFrame:
    """Rows effective the day after the last day employed."""
    gone = np.flatnonzero(~np.isnat(journeys.exit_on))
    month = journeys.exit_month[gone]
    rows = pd.DataFrame(
        {
            "person": gone,
            "effective_on": journeys.exit_on[gone] + 1,
            "hired_on": careers.hired_on[gone],
            "status": "terminated",
            "department": careers.department[gone, month],
            "manager": manager[gone, month],
            "level": careers.level[gone, month],
            "site": careers.site[gone, month],
        }
    )
    # A row of the day after the last day of the exports is not in them yet.
    return rows[rows["effective_on"] <= plan.last_day(plan.months - 1)]


def _second_spells(
    careers: Careers, journeys: Journeys, plan: Plan, manager: np.ndarray
) -> pd.DataFrame:
    back = np.flatnonzero(~np.isnat(journeys.rehired_on))
    back = back[journeys.rehired_on[back] <= plan.last_day(plan.months - 1)]
    first = journeys.rehired_on[back].astype("datetime64[M]")
    month = (first - plan.first_month).astype(int)
    return pd.DataFrame(
        {
            "person": back,
            "effective_on": journeys.rehired_on[back],
            "hired_on": journeys.rehired_on[back],
            "status": "active",
            "department": careers.department[back, month],
            "manager": 0,
            "level": careers.level[back, month],
            "site": careers.site[back, month],
        }
    )


def is_above(manager: np.ndarray, senior: np.ndarray, junior: np.ndarray) -> np.ndarray:
    """Say whether each senior is somewhere above the junior.

    Parameters
    ----------
    manager : ndarray of int, shape (n,)
        Everybody's manager on the day, NO_ONE without one.
    senior, junior : ndarray of int, shape (k,)

    Returns
    -------
    ndarray of bool, shape (k,)
    """
    found = np.zeros(len(junior), dtype=bool)
    above = junior.copy()
    for _ in range(company.HIGHEST_LEVEL):
        above = np.where(above >= 0, manager[np.maximum(above, 0)], NO_ONE)
        found |= (above == senior) & (above != NO_ONE)
    return found
