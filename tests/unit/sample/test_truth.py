from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from sampling.careers import draw_careers
from sampling.effects import NEVER, engagement_gain, resignation_chance, retention_truth
from sampling.journeys import run_journeys
from sampling.plan import Plan
from sampling.world import World

pytestmark = pytest.mark.xdist_group("sample")


def test_headcount_is_that_of_a_company_of_six_thousand(fresh: SimpleNamespace) -> None:
    employed = fresh.truth["counts"]["employed_at_start_of_month"]
    assert len(employed) == 36
    assert min(employed) > 5_400
    assert max(employed) < 6_100


def test_people_resign_at_a_plausible_rate(fresh: SimpleNamespace) -> None:
    assert 0.12 < fresh.truth["counts"]["voluntary_exits_per_employed_year"] < 0.15


def test_about_twelve_hundred_people_join_four_cohorts(fresh: SimpleNamespace) -> None:
    counts = fresh.truth["counts"]
    assert len(counts["joined_by_cohort"]) == 4
    assert 1_100 < counts["joined"] < 1_250
    assert 550 < counts["pairs"] < 660


@pytest.mark.parametrize("kind", ["expected", "realized"])
def test_the_retention_effect_can_be_told_from_zero(fresh: SimpleNamespace, kind: str) -> None:
    effect = {h: fresh.truth["retention"][str(h)][kind] for h in (6, 12, 24)}
    assert 0.035 < effect[12]["risk_difference"] < 0.055
    assert effect[6]["risk_difference"] < effect[12]["risk_difference"]
    assert effect[12]["risk_difference"] < effect[24]["risk_difference"]
    for horizon, found in effect.items():
        gain = found["survival_joined"] - found["survival_not_joined"]
        assert found["risk_difference"] == pytest.approx(gain, abs=2e-6)
        assert 0 < found["months_employed"] < horizon * found["risk_difference"]


def test_without_a_planted_effect_clones_fare_alike() -> None:
    plan = Plan(seed=7, effect="none")
    careers = draw_careers(plan)
    truth = retention_truth(careers, plan, run_journeys(careers, plan).enrolled)
    for horizon in ("6", "12", "24"):
        for kind in ("expected", "realized"):
            assert truth[horizon][kind]["risk_difference"] == 0.0
            assert truth[horizon][kind]["months_employed"] == 0.0


def test_the_expected_effect_is_the_mean_over_many_draws(world: World) -> None:
    people = np.flatnonzero(world.journeys.enrolled < NEVER)
    start = world.journeys.enrolled[people]
    rng = np.random.default_rng(0)
    kept = {"joined": 0.0, "not": 0.0}
    for _ in range(40):
        draws = rng.random((12, len(people)))
        for name, joined in (("joined", start), ("not", np.full(len(people), NEVER))):
            stays = np.ones(len(people), dtype=bool)
            for k in range(12):
                for month in np.unique(start):
                    at = np.flatnonzero(start == month)
                    chance = resignation_chance(
                        world.careers, world.plan, people[at], int(month) + k, joined=joined[at]
                    )
                    stays[at] &= draws[k, at] >= chance
            kept[name] += stays.mean() / 40
    truth = retention_truth(world.careers, world.plan, world.journeys.enrolled)
    expected = truth["12"]["expected"]["risk_difference"]
    assert kept["joined"] - kept["not"] == pytest.approx(expected, abs=0.004)


def test_who_joins_would_have_stayed_longer_anyway(world: World) -> None:
    month = world.plan.number("2024-10")
    here = np.flatnonzero(world.journeys.is_employed(world.careers, month))
    never = np.full(len(here), NEVER)
    chance = resignation_chance(world.careers, world.plan, here, month, joined=never)
    joins = world.journeys.enrolled[here] == month
    assert chance[joins].mean() < 0.93 * chance[~joins].mean()


def test_silence_follows_the_planted_pattern_far_more_often(fresh: SimpleNamespace) -> None:
    stalling = fresh.truth["stalling"]
    assert stalling["times_two_senior_cancellations"] > 150
    assert 0.4 < stalling["share_silent_after_two_senior_cancellations"] < 0.6
    assert stalling["share_silent_after_other_missed_sessions"] < 0.05


def test_joining_lifts_measured_engagement_by_the_planted_points(world: World) -> None:
    gain = engagement_gain(np.array([0, 1, 3, 12]), world.plan.effect)
    assert gain == pytest.approx([0.0, 0.1, 0.3, 0.3])
    assert engagement_gain(np.array([0 - NEVER]), world.plan.effect) == 0.0
