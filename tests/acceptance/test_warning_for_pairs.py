"""The sample plants silence after two cancellations by the senior; the warning has to find it."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from tests.acceptance.conftest import Demo

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture
def measures(demo: Demo) -> pd.DataFrame:
    """Values of the back-test, one column per way to warn."""
    rows = demo.release.frame("backtest")
    return rows.pivot(index="measure", columns="model", values="value")


def test_the_planted_pattern_is_foreseen_better_than_by_either_simple_rule(
    demo: Demo, measures: pd.DataFrame
) -> None:
    planted = demo.truth["stalling"]
    often, seldom = (
        planted[f"share_silent_after_{what}"]
        for what in ("two_senior_cancellations", "other_missed_sessions")
    )
    assert often > 10 * seldom
    rows = demo.release.frame("backtest")
    assert rows.loc[rows["is_used"], "model"].unique().tolist() == ["logistic"]
    for rule in ("silent_30_days", "recency"):
        lead = measures.loc["brier_above_used", rule]
        assert lead > 2 * measures.loc["brier_above_used_error", rule]
        assert measures.loc["pr_auc", "logistic"] > measures.loc["pr_auc", rule] + 0.02


def test_what_the_board_calls_a_risk_came_about_as_often(measures: pd.DataFrame) -> None:
    own = measures["logistic"]
    assert measures.loc["folds", "all"] >= 4
    for band in range(1, 5):
        low, high, share = (own[f"band_{band}_{part}"] for part in ("low", "high", "share"))
        assert low - 0.06 <= share <= high + 0.06
        assert own[f"band_{band}_snapshots"] >= 30 and own[f"band_{band}_pairs"] >= 5


def test_every_running_pair_but_the_paused_has_a_risk_and_cancelled_ones_a_higher(
    demo: Demo,
) -> None:
    board = demo.release.frame("pair_board")
    assert board["risk"].isna().tolist() == (board["state"] == "paused").tolist()
    codes = board["reasons"].map(lambda text: {one["code"] for one in json.loads(text)})
    after = codes.map(lambda found: "senior_cancelled" in found)
    assert board.loc[after, "risk"].mean() > board.loc[~after, "risk"].mean() + 0.2
    assert board["need_rank"].is_monotonic_increasing
