"""A company with a mentoring program, simulated, and the truth from cloned counterfactuals.

Engaged people join and engaged people stay (confounding that changes over time), one has to stay
to join (immortal time), departments open one after another (staggered roll-out), hiring goes on,
and the effect of joining on leaving grows over the first months.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models.estimate import InvalidInput
from models.logistic import chance
from models.simulated import Company, Lives, Simulation, Truth, ramp
from models.simulated_waves import simulate_waves

DEPARTMENTS = 6
LEVELS = 4
TENURE_TO_JOIN = 6


def simulate_program(
    people: int,
    months: int,
    *,
    seed: int,
    effect: float = -0.6,
    company: Company | None = None,
    horizons: Sequence[int] = (6, 12, 24),
) -> Simulation:
    """Simulate a company and what its program really did.

    Parameters
    ----------
    people : int
        People ever employed in the window, two thirds of them from its start.
    months : int
        Months observed.
    seed : int
    effect : float
        Log hazard ratio of leaving, whole after three months; 0 for none.
    company : Company, optional
        Other strengths; its ``effect`` is then used.
    horizons : sequence of int
        Months for which the truth is worked out.

    Returns
    -------
    Simulation

    Raises
    ------
    InvalidInput
        Code ``bad_size``.
    """
    if people < 1 or months < 1:
        raise InvalidInput("bad_size", "A company needs people and months.")
    chosen = company or Company(effect=effect)
    random = np.random.default_rng(seed)
    lives = _live(people, months, max(horizons), chosen, random)
    person_wave, engagement = simulate_waves(lives, months, chosen, random)
    return Simulation(
        person_month=_person_month(lives, months),
        person_wave=person_wave,
        truth=_truth(lives, chosen, horizons, engagement),
    )


def _live(
    people: int, months: int, beyond: int, company: Company, random: np.random.Generator
) -> Lives:
    """Draw traits and step through the months, some beyond the window for the counterfactuals."""
    total = months + beyond
    hired_before = random.random(people) < 2 / 3
    first = np.where(hired_before, 0, random.integers(1, max(months, 2), people))
    tenure_start = np.where(hired_before, random.exponential(36.0, people).astype(int), 0)
    tenure = np.maximum(tenure_start[:, None] + np.arange(total) - first[:, None], 0)
    department = random.integers(0, DEPARTMENTS, people)
    level = random.integers(0, LEVELS, people)
    trait = random.normal(size=people)
    hidden = random.normal(size=people)
    mood = _moods(trait, total, random)
    engagement = np.round(np.clip(3.5 + mood, 0.0, 6.0), 1)
    drives = engagement if company.joining_by == "mood" else (3.5 + 0.7 * trait)[:, None]
    seniority = np.log1p(tenure / 12.0)
    log_odds_leaving = (
        _log_odds(company.leaving)
        - 0.5 * (engagement - 3.5)
        - 0.5 * (seniority - 1.0)
        + np.linspace(-0.3, 0.3, DEPARTMENTS)[department][:, None]
        - 0.15 * (level - 1.5)[:, None]
        - company.unmeasured * hidden[:, None]
    )
    log_odds_joining = (
        _log_odds(company.joining)
        + company.confounding * 0.6 * (drives - 3.5)
        + company.confounding * 0.4 * (seniority - 1.0)
        - company.confounding * np.linspace(-0.4, 0.4, DEPARTMENTS)[department][:, None]
        + company.confounding * 0.3 * (level - 1.5)[:, None]
        + company.unmeasured * hidden[:, None]
        + 0.3 * np.sin(np.arange(total) / 3.0)
    )
    may_join = (tenure >= TENURE_TO_JOIN) & (np.arange(total) >= _opens(department)[:, None])
    joining = np.where(may_join, chance(log_odds_joining), 0.0)[:, :months]
    enrolled, last, exited = _step(first, joining, log_odds_leaving, company, random)
    return Lives(
        department, level, tenure, engagement, log_odds_leaving, first, last, exited, enrolled
    )


def _moods(trait: np.ndarray, total: int, random: np.random.Generator) -> np.ndarray:
    """Engagement around its mean: a lasting trait and a slow personal drift."""
    mood = np.empty((len(trait), total))
    drift = random.normal(size=len(trait))
    for month in range(total):
        drift = 0.9 * drift + np.sqrt(1 - 0.81) * random.normal(size=len(trait))
        mood[:, month] = 0.7 * trait + 0.7 * drift
    return mood


def _log_odds(chance: float) -> float:
    return float(np.log(chance / (1.0 - chance)))


def _opens(department: np.ndarray) -> np.ndarray:
    """Month in which the program opens to a department."""
    opens: np.ndarray = 2 + 2 * (department % 3)
    return opens


def _step(
    first: np.ndarray,
    joining: np.ndarray,
    log_odds_leaving: np.ndarray,
    company: Company,
    random: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Month by month: first joining, then leaving."""
    people, months = joining.shape
    enrolled = np.full(people, -1)
    last = np.full(people, months - 1)
    gone = np.zeros(people, dtype=bool)
    for month in range(months):
        present = (first <= month) & ~gone
        joins = present & (enrolled < 0) & (random.random(people) < joining[:, month])
        enrolled[joins] = month
        shift = np.where(enrolled >= 0, company.effect * ramp(month - enrolled, company), 0.0)
        leaves = present & (random.random(people) < chance(log_odds_leaving[:, month] + shift))
        last[leaves] = month
        gone |= leaves
    return enrolled, last, gone


def _person_month(lives: Lives, months: int) -> pd.DataFrame:
    grid = np.arange(months)
    employed = (grid >= lives.first[:, None]) & (grid <= lives.last[:, None])
    person, month = np.nonzero(employed)
    enrolled = lives.enrolled[person]
    tenure = lives.tenure[person, month]
    eligible = (tenure >= TENURE_TO_JOIN) & (month >= _opens(lives.department)[person])
    eligible &= (enrolled < 0) | (month <= enrolled)
    return pd.DataFrame(
        {
            "person_id": person,
            "month": month,
            "is_eligible": eligible,
            "enrolled_month": pd.array(np.where(enrolled < 0, 0, enrolled), dtype="Int64"),
            "exited": lives.exited[person] & (month == lives.last[person]),
            "department": np.array([f"D{d}" for d in range(DEPARTMENTS)])[lives.department[person]],
            "level": lives.level[person],
            "tenure": np.log1p(tenure / 12.0),
            "engagement": lives.engagement[person, month],
        }
    ).assign(enrolled_month=lambda rows: rows["enrolled_month"].mask(enrolled < 0))


def _truth(
    lives: Lives, company: Company, horizons: Sequence[int], engagement_simple: float
) -> Truth:
    """Both lives of every joiner, as exact chances: no draws, so no noise beyond who joined."""
    joiners = np.flatnonzero(lives.enrolled >= 0)
    longest = max(horizons)
    if not len(joiners):
        zero = dict.fromkeys(horizons, 0.0)
        return Truth(zero, dict(zero), company.engagement_effect, engagement_simple)
    months = lives.enrolled[joiners][:, None] + np.arange(longest)
    without = lives.log_odds_leaving[joiners[:, None], months]
    within = without + company.effect * ramp(np.arange(longest), company)
    gain = (_staying(within) - _staying(without)).mean(axis=0)
    return Truth(
        {h: float(gain[h]) for h in horizons},
        {h: float(gain[:h].sum()) for h in horizons},
        company.engagement_effect,
        engagement_simple,
    )


def _staying(log_odds: np.ndarray) -> np.ndarray:
    stays = np.cumprod(1.0 - chance(log_odds), axis=1)
    return np.column_stack([np.ones(len(stays)), stays])
