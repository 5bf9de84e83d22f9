from __future__ import annotations

import numpy as np
import pytest
from sampling.careers import check_calendar
from sampling.effects import NEVER
from sampling.matching import cross_department_share, level_gap
from sampling.plan import LAST_DAY, Plan
from sampling.rhythm import SCHEDULED
from sampling.world import World

pytestmark = pytest.mark.xdist_group("sample")


def _days(values: object) -> np.ndarray:
    return np.asarray(values).astype("datetime64[D]")


def test_juniors_mentor_seniors(world: World) -> None:
    assert (level_gap(world.pairs, world.careers, world.plan) > 0).all()


def test_nobody_joins_before_six_months_of_tenure(world: World) -> None:
    joined = world.journeys.enrolled < NEVER
    waited = world.journeys.enrolled_on[joined] - world.careers.hired_on[joined]
    assert waited.min() >= np.timedelta64(181, "D")


def test_nobody_joins_or_is_matched_after_leaving(world: World) -> None:
    gone = world.journeys.exit_on
    joined = (world.journeys.enrolled < NEVER) & ~np.isnat(gone)
    assert (world.journeys.enrolled_on[joined] <= gone[joined]).all()
    for side in ("mentor", "mentee"):
        left = gone[world.pairs[side]]
        assert (np.isnat(left) | (_days(world.pairs["matched_on"]) <= left)).all()


def test_sessions_lie_within_the_life_of_their_pair(world: World) -> None:
    pairs = world.pairs.iloc[world.sessions["pair"]]
    day = _days(world.sessions["day"])
    ended = _days(pairs["ended_on"])
    assert (day >= _days(pairs["matched_on"])).all()
    assert (np.isnat(ended) | (day < ended)).all()


def test_only_booked_sessions_lie_ahead(world: World) -> None:
    ahead = _days(world.sessions["day"]) > LAST_DAY
    assert ahead.any()
    assert ((world.sessions["status"] == SCHEDULED).to_numpy() == ahead).all()


def test_most_pairs_cross_departments_and_a_few_do_not(world: World) -> None:
    assert 0.85 < cross_department_share(world.pairs, world.careers, world.plan) < 0.99


def test_everybody_but_the_head_has_a_manager_employed_that_day(world: World) -> None:
    manager = world.workforce.manager
    for month in (0, 18, 35):
        here = np.flatnonzero(world.journeys.is_employed(world.careers, month))
        assert here[manager[here, month] < 0].tolist() == [0]
        assert np.isin(manager[here[1:], month], here).all()


def test_no_manager_chain_runs_in_a_circle(world: World) -> None:
    month = 35
    here = np.flatnonzero(world.journeys.is_employed(world.careers, month))
    above = world.workforce.manager[:, month]
    at = here.copy()
    for _ in range(60):
        at = np.where(at >= 0, above[np.maximum(at, 0)], -1)
    assert (at < 0).all()


def test_the_pulse_is_answered_less_by_the_less_engaged(world: World) -> None:
    pulse = world.journeys.pulses[2]
    latent = world.careers.latent(pulse["person"].to_numpy(), int(pulse["month"].iloc[0]))
    answered = pulse["answered"].to_numpy()
    assert 0.5 < answered.mean() < 0.65
    assert latent[answered].mean() > latent[~answered].mean() + 0.2


@pytest.mark.parametrize(("size", "people", "months"), [("M", 50_000, 60), ("L", 500_000, 60)])
def test_larger_sizes_are_planned_as_announced(size: str, people: int, months: int) -> None:
    plan = Plan(size=size)
    check_calendar(plan)
    assert (plan.employees, plan.months) == (people, months)
    assert all(plan.number(cohort.opens) >= 0 for cohort in plan.cohorts)
