"""Intervals agree with the packages that ship them."""

from __future__ import annotations

import lifelines
import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson
from statsmodels.stats.weightstats import DescrStatsW

from warehouse import intervals

EXACT = 1e-9


@pytest.mark.parametrize(("count", "size"), [(0, 10), (3, 10), (10, 10), (134, 4579)])
def test_wilson_is_statsmodels(count: int, size: int) -> None:
    ours = intervals.wilson(np.array([float(count)]), np.array([float(size)]))
    theirs = proportion_confint(count, size, method="wilson")
    assert np.allclose([ours[0][0], ours[1][0]], theirs, atol=EXACT)


def test_wilson_stays_within_0_and_1_and_knows_nothing_of_nobody() -> None:
    lower, upper = intervals.wilson(np.array([0.0, 7.0, 0.0]), np.array([3.0, 7.0, 0.0]))
    assert lower[0] == 0
    assert upper[1] == 1
    assert np.isnan(lower[2])


@pytest.mark.parametrize(("count", "exposure"), [(0, 90.0), (20, 90.0), (134, 4392.5)])
def test_poisson_rates_are_statsmodels_exact(count: int, exposure: float) -> None:
    ours = intervals.poisson_rate(np.array([float(count)]), np.array([exposure]))
    theirs = confint_poisson(count, exposure, method="exact-c")
    assert np.allclose([ours[0][0], ours[1][0]], theirs, atol=EXACT)


def _sums(x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    parts = {"x": x, "y": y, "xx": x * x, "yy": y * y, "xy": x * y}
    return {name: np.array([values.sum()]) for name, values in parts.items()}


def test_a_ratio_over_ones_is_the_t_interval_of_a_mean() -> None:
    x = np.array([1.0, 2.0, 4.0, 7.0])
    lower, upper = intervals.ratio(_sums(x, np.ones(4)), np.array([4.0]))
    half = 3.182446305284263 * x.std(ddof=1) / 2
    assert np.allclose([lower[0], upper[0]], [max(3.5 - half, 0), 3.5 + half], atol=EXACT)


def test_sessions_of_one_pair_count_less_when_they_resemble_each_other() -> None:
    planned = np.full(20, 10.0)
    alike = np.repeat([0.0, 10.0], 10)
    mixed = np.tile([4.0, 6.0], 10)
    count = np.array([20.0])
    wide = intervals.clustered_share(_sums(alike, planned), count)
    narrow = intervals.clustered_share(_sums(mixed, planned), count)
    plain = intervals.wilson(np.array([100.0]), np.array([200.0]))
    assert wide[1][0] - wide[0][0] > 2 * (plain[1][0] - plain[0][0])
    assert np.allclose(narrow, plain, atol=EXACT)


def test_one_pair_has_no_interval_over_pairs() -> None:
    one = _sums(np.array([3.0]), np.array([4.0]))
    assert np.isnan(intervals.ratio(one, np.array([1.0]))[0][0])
    assert np.isnan(intervals.clustered_share(one, np.array([1.0]))[0][0])


def test_survival_is_lifelines() -> None:
    durations = [2, 3, 3, 5, 7, 8, 10, 10, 10, 10]
    exits = [1, 1, 0, 1, 1, 0, 0, 0, 0, 0]
    fitter = lifelines.KaplanMeierFitter().fit(durations, exits)
    table = fitter.event_table
    left, risk = table["observed"].to_numpy(), table["at_risk"].to_numpy()
    estimate = np.prod(1 - left / risk)
    greenwood = np.sum(left / (risk * (risk - left)))
    ours = intervals.survival(np.array([estimate]), np.array([greenwood]), np.array([4.0]))
    theirs = pd.Series(fitter.confidence_interval_.iloc[-1].to_numpy())
    assert np.allclose([ours[0][0], ours[1][0]], theirs, atol=1e-6)


def test_where_nobody_left_survival_is_not_certain() -> None:
    lower, upper = intervals.survival(np.array([1.0]), np.array([0.0]), np.array([20.0]))
    assert 0.8 < lower[0] < 0.9
    assert upper[0] == 1


def test_a_relative_share_of_nobody_has_no_interval() -> None:
    arrays = [np.array([v]) for v in (0.0, 10.0, 30.0, 100.0)]
    assert np.isnan(intervals.relative_share(*arrays)[0][0])
    arrays[0] = np.array([6.0])
    lower, upper = intervals.relative_share(*arrays)
    assert lower[0] < 2.0 < upper[0]
    assert lower[0] * upper[0] == pytest.approx(4.0)


def test_a_mean_over_people_is_the_t_interval_also_below_zero() -> None:
    x = np.array([-1.0, 0.0, 2.0, -3.0, 0.5])
    lower, upper = intervals.mean(_sums(x, np.ones(5)), np.array([5.0]))
    theirs = DescrStatsW(x).tconfint_mean()
    assert np.allclose([lower[0], upper[0]], theirs, atol=EXACT)


def test_answers_of_the_same_people_say_less_than_answers_of_others() -> None:
    x = np.array([2.0, 4.0, 3.0, 5.0])
    once = intervals.mean(_sums(x, np.ones(4)), np.array([4.0]))
    twice = intervals.mean(_sums(2 * x, np.full(4, 2.0)), np.array([4.0]))
    assert np.allclose(once, twice, atol=EXACT)
    assert np.isnan(intervals.mean(_sums(x[:1], np.ones(1)), np.array([1.0]))[0][0])


def test_a_net_share_has_the_error_of_its_answers() -> None:
    signs = np.array([1.0] * 5 + [0.0] * 3 + [-1.0] * 2)
    lower, upper = intervals.net_share(np.array([3.0]), np.array([7.0]), np.array([10.0]))
    half = 1.959963984540054 * signs.std() / np.sqrt(10)
    assert np.allclose([lower[0], upper[0]], [0.3 - half, 0.3 + half], atol=EXACT)
    lower, upper = intervals.net_share(np.array([1.0]), np.array([3.0]), np.array([3.0]))
    assert lower[0] > -1
    assert upper[0] == 1
