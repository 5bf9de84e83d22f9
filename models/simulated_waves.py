"""Survey waves of a simulated company: who answers what, and what the program really changed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.logistic import chance
from models.simulated import Company, Lives, ramp

WAVE_MONTHS = 6
ANSWERING = 0.8  # log odds of an average person
NOISE = 0.4


def simulate_waves(
    lives: Lives, months: int, company: Company, random: np.random.Generator
) -> tuple[pd.DataFrame, float]:
    """Ask everybody employed every half year.

    Parameters
    ----------
    lives : Lives
    months : int
        Months observed.
    company : Company
    random : Generator

    Returns
    -------
    tuple of DataFrame and float
        The person-wave frame of :class:`models.simulated.Simulation`, and the true mean effect on
        the score over groups and waves after joining, weighted by size of group.
    """
    at = np.arange(0, months, WAVE_MONTHS)
    employed = (at >= lives.first[:, None]) & (at <= lives.last[:, None])
    person, wave = np.nonzero(employed)
    joined = lives.enrolled[person]
    treated = (joined >= 0) & (at[wave] > joined)
    without = lives.engagement[person, at[wave]] + random.normal(0, NOISE, len(person))
    since = np.maximum(at[wave] - joined, 0)
    strength = company.engagement_effect * (
        1.0 + company.effect_by_level * (lives.level[person] - 1.5)
    )
    score = np.clip(without + np.where(treated, strength * ramp(since, company), 0.0), 0.0, 6.0)
    answers = _answers(lives, person, wave, treated, company, random)
    group = np.where(lives.enrolled >= 0, lives.enrolled // WAVE_MONTHS + 1, -1)
    frame = pd.DataFrame(
        {
            "person_id": person,
            "wave": wave,
            "first_treated_wave": pd.Series(group[person], dtype="Int64").mask(group[person] < 0),
            "score": np.where(answers, score, np.nan),
            "department": lives.department[person],
            "level": lives.level[person],
        }
    )
    gain = np.full(employed.shape, np.nan)
    gain[person, wave] = score - np.clip(without, 0.0, 6.0)
    return frame, _true_effect(gain, group)


def _answers(
    lives: Lives,
    person: np.ndarray,
    wave: np.ndarray,
    treated: np.ndarray,
    company: Company,
    random: np.random.Generator,
) -> np.ndarray:
    """Wave by wave, since answering depends on having answered before."""
    drawn = random.random(len(person))
    month = np.maximum(wave * WAVE_MONTHS - WAVE_MONTHS, 0)
    log_odds = (
        ANSWERING
        + company.informative_response * (lives.engagement[person, month] - 3.5)
        + company.response_by_level * (lives.level[person] - 1.5)
        + company.response_if_enrolled * treated
    )
    before = np.zeros(len(lives.first))  # -1 silent, 1 answered, 0 not asked
    answers = np.zeros(len(person), dtype=bool)
    for number in range(int(wave.max(initial=-1)) + 1):
        rows = np.flatnonzero(wave == number)
        habit = company.response_habit * before[person[rows]]
        answers[rows] = drawn[rows] < chance(log_odds[rows] + habit)
        before[:] = 0
        before[person[rows]] = np.where(answers[rows], 1, -1)
    return answers


def _true_effect(gain: np.ndarray, group: np.ndarray) -> float:
    """Mean gain per group and wave in those employed then and before, weighted by group size.

    ``gain`` has shape (n_people, n_waves), NaN where not employed.
    """
    total, size = 0.0, 0
    for first in range(1, gain.shape[1]):
        own = gain[(group == first) & ~np.isnan(gain).all(axis=1)]
        for wave in range(first, gain.shape[1]):
            both = ~np.isnan(own[:, wave]) & ~np.isnan(own[:, first - 1])
            if both.any():
                total += len(own) * float(own[both, wave].mean())
                size += len(own)
    return total / size if size else 0.0
