"""Month by month: who answers the pulse, applies, joins and leaves."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sampling import company
from sampling.careers import Careers, age_at, is_long_enough, tenure_months
from sampling.effects import NEVER, engagement_gain, resignation_chance, resignation_draws
from sampling.plan import Cohort, Plan

PULSE_MONTHS = (5, 11)  # May and November
NONE, MENTOR, MENTEE = 0, 1, 2
REASONS = ("resignation", "retirement", "dismissal", "redundancy", "end_of_contract", "death")


@dataclass
class Journeys:
    """What happened to whom; arrays by person of :class:`sampling.careers.Careers`.

    Attributes
    ----------
    exit_month : ndarray of int
        Month of leaving, ``NEVER`` for those who stay.
    exit_on : ndarray of datetime64[D]
        Last day employed, NaT for those who stay.
    reason : ndarray of int
        Position in ``REASONS``, -1 for those who stay.
    enrolled : ndarray of int
        Month of enrollment or ``NEVER``.
    enrolled_on : ndarray of datetime64[D]
    role, cohort : ndarray of int
        Role in the pair; position in ``plan.cohorts``, -1 without one.
    applications : list of DataFrame
        Applicants without a place: person, role, cohort, applied_on.
    pulses : list of DataFrame
        Invitations to the pulse: person, month, answered, eng1..eng3.
    rehired_on : ndarray of datetime64[D]
        First day of a second spell, NaT for nearly all.
    """

    exit_month: np.ndarray
    exit_on: np.ndarray
    reason: np.ndarray
    enrolled: np.ndarray
    enrolled_on: np.ndarray
    role: np.ndarray
    cohort: np.ndarray
    last_score: np.ndarray
    rehired_on: np.ndarray
    applications: list[pd.DataFrame] = field(default_factory=list)
    pulses: list[pd.DataFrame] = field(default_factory=list)

    def is_employed(self, careers: Careers, month: int) -> np.ndarray:
        """Return who is employed at the start of a month, second spells left out."""
        return (careers.first_month <= month) & (self.exit_month >= month)


def run_journeys(careers: Careers, plan: Plan) -> Journeys:
    """Run the months of the history.

    Within a month: the pulse, then enrollment, then leaving; enrollment sees only answers of
    earlier months.
    """
    n = careers.n
    journeys = Journeys(
        exit_month=np.full(n, NEVER),
        exit_on=np.full(n, np.datetime64("NaT"), dtype="datetime64[D]"),
        reason=np.full(n, -1),
        enrolled=np.full(n, NEVER),
        enrolled_on=np.full(n, np.datetime64("NaT"), dtype="datetime64[D]"),
        role=np.zeros(n, dtype=np.int8),
        cohort=np.full(n, -1),
        last_score=np.full(n, np.nan),
        rehired_on=np.full(n, np.datetime64("NaT"), dtype="datetime64[D]"),
    )
    intake = {plan.number(c.opens) + i for c in plan.cohorts for i in range(len(c.intake))}
    for month in range(plan.months):
        scores = journeys.last_score.copy()
        calendar_month = int((plan.first_month + month).astype(int)) % 12 + 1
        if month in intake:
            _enroll(careers, journeys, plan, month, scores)
        pulse = _pulse(careers, journeys, plan, month) if calendar_month in PULSE_MONTHS else None
        _leave(careers, journeys, plan, month)
        if pulse is not None:
            journeys.pulses.append(_before_leaving(pulse, journeys))
    _rehire(careers, journeys, plan)
    return journeys


def measured_engagement(
    careers: Careers, plan: Plan, people: np.ndarray, month: int, enrolled: np.ndarray
) -> np.ndarray:
    """Return the engagement a survey would measure, on the 0-6 scale before rounding."""
    gain = engagement_gain(month - enrolled, plan.effect)
    return 3.9 + 0.85 * careers.latent(people, month) + gain


def answers(score: np.ndarray, count: int, rng: np.random.Generator, *, top: int) -> np.ndarray:
    """Return whole answers around a score, one column per item, on 0..top."""
    noise = rng.normal(0, 0.7, (len(score), count))
    return np.clip(np.rint(score[:, None] + noise), 0, top).astype(np.int8)


def _pulse(careers: Careers, journeys: Journeys, plan: Plan, month: int) -> pd.DataFrame:
    rng = plan.stream("pulse", month)
    asked = np.flatnonzero(
        journeys.is_employed(careers, month)
        & ~careers.on_leave[:, month]
        & is_long_enough(careers, plan, month)
    )
    score = measured_engagement(careers, plan, asked, month, journeys.enrolled[asked])
    answered = rng.random(len(asked)) < 1 / (1 + np.exp(-0.22 - 0.4 * (score - 3.9)))
    items = answers(score, 3, rng, top=6)
    frame = pd.DataFrame({"person": asked, "month": month, "answered": answered})
    for i in range(3):
        frame[f"eng{i + 1}"] = items[:, i]
    skips = answered & (rng.random(len(asked)) < 0.015)
    frame.loc[skips, "eng3"] = -99
    journeys.last_score[asked[answered]] = np.where(
        frame["eng3"] >= 0, items.mean(axis=1), items[:, :2].mean(axis=1)
    )[answered]
    return frame


def _before_leaving(frame: pd.DataFrame, journeys: Journeys) -> pd.DataFrame:
    """Leave out people who go in the month of the pulse: they were not asked any more."""
    leaves = journeys.exit_month[frame["person"]] == frame["month"].to_numpy()
    return frame[~leaves]


def joining_odds(careers: Careers, plan: Plan, month: int, scores: np.ndarray) -> np.ndarray:
    """Return everybody's relative odds of joining: observed facts only, nothing hidden."""
    years = np.clip(tenure_months(careers, plan, month) / 12, 0, 15)
    log_odds = (
        company.LEVEL_JOINS[careers.level[:, month] - 1]
        + company.column(company.DEPARTMENTS, "joins")[careers.department[:, month]]
        + company.column(company.FUNCTIONS, "joins")[careers.function]
        + company.column(company.SITES, "joins")[careers.site[:, month]]
        - 0.03 * years
        + np.where(np.isnan(scores), -0.45, 0.4 * (np.nan_to_num(scores, nan=3.9) - 3.9))
    )
    return np.exp(log_odds)


def _enroll(
    careers: Careers, journeys: Journeys, plan: Plan, month: int, scores: np.ndarray
) -> None:
    rng = plan.stream("enrollment", month)
    free = (
        journeys.is_employed(careers, month)
        & is_long_enough(careers, plan, month)
        & (journeys.enrolled == NEVER)
        & ~careers.on_leave[:, month]
    )
    free[0] = False
    odds = joining_odds(careers, plan, month, scores)
    for position, cohort in enumerate(plan.cohorts):
        offset = month - plan.number(cohort.opens)
        if not 0 <= offset < len(cohort.intake) or cohort.intake[offset] == 0:
            continue
        places = round(_cohort_pairs(plan, cohort) * cohort.intake[offset])
        for role, (low, high) in (
            (MENTOR, company.MENTOR_LEVELS),
            (MENTEE, company.MENTEE_LEVELS),
        ):
            level = careers.level[:, month]
            pool = np.flatnonzero(free & (level >= low) & (level <= high))
            # Largest odds / exponential draw: sampling without replacement in proportion to odds.
            order = np.argsort(-odds[pool] / rng.exponential(size=len(pool)))
            waiting = round(places * (0.28 if role == MENTOR else 0.12))
            chosen, unplaced = pool[order[:places]], pool[order[places : places + waiting]]
            days = rng.integers(0, 20, size=len(chosen))
            journeys.enrolled[chosen] = month
            journeys.enrolled_on[chosen] = plan.first_day(month) + days
            journeys.role[chosen] = role
            journeys.cohort[chosen] = position
            free[chosen] = False
            applied = plan.first_day(month) - rng.integers(3, 45, size=len(unplaced))
            journeys.applications.append(
                pd.DataFrame(
                    {"person": unplaced, "role": role, "cohort": position, "applied_on": applied}
                )
            )


def _cohort_pairs(plan: Plan, cohort: Cohort) -> float:
    total = sum(c.share for c in plan.cohorts)
    return plan.n_pairs * 0.975 * cohort.share / total


def _leave(careers: Careers, journeys: Journeys, plan: Plan, month: int) -> None:
    here = np.flatnonzero(journeys.is_employed(careers, month))
    here = here[here != 0]
    chance = resignation_chance(careers, plan, here, month, joined=journeys.enrolled[here])
    resigns = resignation_draws(careers, plan, month)[here] < chance
    rng = plan.stream("other exits", month)
    draw = rng.random((careers.n, 5))[here]
    age = age_at(careers, here, plan, month)
    reason = np.full(len(here), -1)
    planned = month == plan.reorganization
    hit = np.isin(careers.department[here, month], (8, 9))
    for code, applies in (
        (5, draw[:, 0] < 0.00006),
        (4, draw[:, 1] < 0.0004),
        (3, draw[:, 2] < np.where(planned & hit, 0.03, 0.0002)),
        (2, draw[:, 3] < 0.0011),
        (1, draw[:, 4] < np.where(age >= 63, 0.035, 0.0)),
        (0, resigns),
    ):
        reason[applies] = code
    leaves = reason >= 0
    people = here[leaves]
    journeys.exit_month[people] = month
    journeys.reason[people] = reason[leaves]
    journeys.exit_on[people] = _exit_day(careers, journeys, plan, people, month)


def _exit_day(
    careers: Careers, journeys: Journeys, plan: Plan, people: np.ndarray, month: int
) -> np.ndarray:
    rng = plan.stream("exit day", month)
    kind, any_day = rng.random(careers.n)[people], rng.random(careers.n)[people]
    last = plan.last_day(month)
    days = (last - plan.first_day(month)).astype(int)
    early = plan.first_day(month) + np.where(kind < 0.85, 14, (any_day * days).astype(int))
    # Who has just joined or just come leaves at the end of the month at the earliest.
    at_end = (kind < 0.65) | (journeys.enrolled[people] == month)
    return np.where(at_end, last, early)


def _rehire(careers: Careers, journeys: Journeys, plan: Plan) -> None:
    """Give a few people who resigned a second spell that lasts until the end."""
    rng = plan.stream("rehire")
    could = (journeys.reason == 0) & (journeys.exit_month <= plan.months - 12)
    could &= journeys.enrolled == NEVER
    back = np.flatnonzero(could & (rng.random(careers.n) < 0.022))
    month = journeys.exit_month[back] + rng.integers(7, 11, size=len(back))
    journeys.rehired_on[back] = plan.first_day(month)
