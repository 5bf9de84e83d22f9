"""Careers as they would run if nobody ever left: grades, moves, leaves, engagement.

They are drawn first and for everyone, so that leaving (and joining the program) can be laid over
them, in the real world and in the world in which a person never joined, with all else equal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sampling import company
from sampling.plan import HORIZON, LAST_DAY, MINIMUM_TENURE, Plan

MONTHLY_HIRES = 0.0134
HALF_YEAR = 6


@dataclass(frozen=True)
class Careers:
    """Everybody who is ever hired; arrays by person, or person x month (with HORIZON months more).

    Attributes
    ----------
    hired_on : ndarray of datetime64[D], shape (n,)
    first_month : ndarray of int, shape (n,)
        First month the person is employed at its start.
    birth_year : ndarray of int, shape (n,)
    function : ndarray of int8, shape (n,)
    fte : ndarray of float, shape (n,)
    department, site, level : ndarray of int8, shape (n, months)
    on_leave : ndarray of bool, shape (n, months)
    engagement : ndarray of float32, shape (n, half years)
        Latent, mean 0, standard deviation 1.
    """

    hired_on: np.ndarray
    first_month: np.ndarray
    birth_year: np.ndarray
    function: np.ndarray
    fte: np.ndarray
    department: np.ndarray
    site: np.ndarray
    level: np.ndarray
    on_leave: np.ndarray
    engagement: np.ndarray

    @property
    def n(self) -> int:
        """Number of people."""
        return len(self.hired_on)

    def latent(self, people: np.ndarray, month: int) -> np.ndarray:
        """Return the latent engagement of people in a month."""
        return self.engagement[people, month // HALF_YEAR]


def draw_careers(plan: Plan) -> Careers:
    """Draw everybody's career.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    Careers
    """
    rng = plan.stream("careers")
    hired_on, first_month = _hires(plan, rng)
    n, months = len(hired_on), plan.months + HORIZON
    is_old = first_month == 0
    share = np.where(is_old[:, None], company.LEVEL_SHARE, company.HIRE_LEVEL_SHARE)
    level_now = 1 + _choose(share, rng)
    level_now[0] = company.HIGHEST_LEVEL  # the first person heads the company
    department_now = _choose(np.tile(company.column(company.DEPARTMENTS, "share"), (n, 1)), rng)
    department_now[0] = len(company.DEPARTMENTS) - 1
    site_now = _choose(np.tile(company.column(company.SITES, "share"), (n, 1)), rng)
    function = _choose(company.FUNCTION_MIX[department_now], rng).astype(np.int8)
    age = 21 + 2.9 * level_now + rng.gamma(2.0, 4.0, n)
    birth_year = np.clip(2023 - age, 1958, 2004).astype(int)
    fte = np.where(rng.random(n) < 0.11, rng.choice([0.5, 0.6, 0.75, 0.8], n), 1.0)
    level, department, site = (np.empty((n, months), dtype=np.int8) for _ in range(3))
    tenure = (plan.first_month - hired_on.astype("datetime64[M]")).astype(int)
    for month in range(months):
        draw = plan.stream("career", month)
        _promote(level_now, tenure + month, month, plan, draw)
        _move(department_now, site_now, function, month, plan, draw)
        level[:, month], department[:, month] = level_now, department_now
        site[:, month] = site_now
    return Careers(
        hired_on=hired_on,
        first_month=first_month,
        birth_year=birth_year,
        function=function,
        fte=fte,
        department=department,
        site=site,
        level=level,
        on_leave=_leaves(n, months, rng),
        engagement=_engagement(n, months // HALF_YEAR + 1, rng),
    )


def _hires(plan: Plan, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    start = plan.first_day(0)
    days_before = np.minimum(30 + rng.gamma(1.3, 1900, plan.employees), 13_500).astype(int)
    days_before[0] = 4_000
    hired = [start - days_before]
    first = [np.zeros(plan.employees, dtype=np.int64)]
    for month in range(plan.months):
        count = rng.poisson(plan.employees * MONTHLY_HIRES * (1.5 if month % 12 == 11 else 0.96))
        day = rng.choice([0, 0, 0, 0, 14, 14, 7, 20], count)
        hired_on = plan.first_day(month) + day
        hired.append(hired_on)
        # Whoever starts on the first of a month is employed at its start.
        first.append(np.where(day == 0, month, month + 1))
    return np.concatenate(hired), np.concatenate(first)


def _choose(share: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw one column per row."""
    bounds = np.cumsum(share / share.sum(axis=1, keepdims=True), axis=1)
    drawn = (rng.random(len(share))[:, None] > bounds).sum(axis=1)
    return np.minimum(drawn, share.shape[1] - 1)


def _promote(
    level: np.ndarray, tenure: np.ndarray, month: int, plan: Plan, rng: np.random.Generator
) -> None:
    is_april = (plan.first_month + month).astype(int) % 12 == 3
    chance = np.where(level <= 5, 1.0, 0.35) * (0.055 if is_april else 0.0015)
    promoted = rng.random(len(level)) < chance
    promoted &= (tenure >= 12) & (level < company.HIGHEST_LEVEL - 1) & (month > 0)
    level[promoted] += 1


def _move(
    department: np.ndarray,
    site: np.ndarray,
    function: np.ndarray,
    month: int,
    plan: Plan,
    rng: np.random.Generator,
) -> None:
    n = len(department)
    moves = (rng.random(n) < 0.0035) & (month > 0)
    relocates = (rng.random(n) < 0.0012) & (month > 0)
    target = rng.integers(len(company.DEPARTMENTS), size=n)
    new_site = rng.integers(len(company.SITES), size=n)
    joins_supply_chain = rng.random(n) < 0.45
    moves[0] = relocates[0] = joins_supply_chain[0] = False
    department[moves] = target[moves]
    site[relocates] = new_site[relocates]
    if month == plan.reorganization:
        # Planning teams of Operations (job family OPS) become part of Supply Chain.
        department[(department == 8) & (function == 3) & joins_supply_chain] = 9


def _leaves(n: int, months: int, rng: np.random.Generator) -> np.ndarray:
    on_leave = np.zeros((n, months), dtype=bool)
    takes = np.flatnonzero(rng.random(n) < 0.10)
    start = rng.integers(1, months, size=len(takes))
    length = rng.choice([2, 3, 4, 6, 9, 12], size=len(takes))
    for offset in range(12):
        inside = (offset < length) & (start + offset < months)
        on_leave[takes[inside], start[inside] + offset] = True
    on_leave[0] = False
    return on_leave


def _engagement(n: int, halves: int, rng: np.random.Generator) -> np.ndarray:
    trait = rng.standard_normal(n)
    drift = rng.standard_normal(n)
    latent = np.empty((n, halves), dtype=np.float32)
    for half in range(halves):
        latent[:, half] = np.sqrt(0.7) * trait + np.sqrt(0.3) * drift
        drift = 0.6 * drift + 0.8 * rng.standard_normal(n)
    return latent


def tenure_months(careers: Careers, plan: Plan, month: int) -> np.ndarray:
    """Return full months since hire at the start of a month."""
    hired = careers.hired_on.astype("datetime64[M]")
    after_first = (careers.hired_on > hired.astype("datetime64[D]")).astype(int)
    return (plan.first_month + month - hired).astype(int) - after_first


def is_long_enough(careers: Careers, plan: Plan, month: int) -> np.ndarray:
    """Return who has been employed long enough to join."""
    return tenure_months(careers, plan, month) >= MINIMUM_TENURE


def age_at(careers: Careers, people: np.ndarray, plan: Plan, month: int) -> np.ndarray:
    """Return years of age, by year of birth."""
    year = (plan.first_month + month).astype("datetime64[Y]").astype(int) + 1970
    return year - careers.birth_year[people]


def check_calendar(plan: Plan) -> None:
    """Raise if the history does not end where the sample says it ends."""
    if plan.last_day(plan.months - 1) != LAST_DAY:
        raise ValueError("The last month must end on the last day of the sample.")
