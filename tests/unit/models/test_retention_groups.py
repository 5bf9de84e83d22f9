from __future__ import annotations

import pandas as pd
import pytest

from models.effects import HorizonEffect
from models.estimate import Estimate, NotEstimable, Reason
from models.pooling import pool
from models.published import Slice
from models.published_groups import group_rows, publishable_counts, refused_group_rows
from models.retention_groups import GroupAnswer, pool_groups

WHERE = Slice("voluntary_exit", "all")


def answer(name: str, *points: float, joined: int = 40) -> GroupAnswer:
    effects = {
        horizon: HorizonEffect(
            horizon, 30, 300, 200.0, 5, 50, risk_difference=Estimate.normal(point, 0.02)
        )
        for horizon, point in zip((6, 12), points, strict=False)
    }
    reason = Reason("few_exits", "Fewer than 2 people left.")
    effects |= {h: HorizonEffect(h, 3, 9, 9.0, 0, 1, reason=reason) for h in {6, 12} - set(effects)}
    return GroupAnswer(name, joined, effects)


def few(name: str, joined: int) -> GroupAnswer:
    return GroupAnswer(name, joined, reason=Reason("few_joined", "Fewer than 20 people joined."))


def rows_of(*answers: GroupAnswer) -> pd.DataFrame:
    found = group_rows(
        WHERE, "department", answers, horizons=(6, 12), headline=12, level=0.95
    ).group_effect
    return pd.DataFrame(found).set_index(["horizon_months", "department"])


def test_groups_are_drawn_towards_their_mean():
    answers = [answer("a", 0.01), answer("b", 0.05), few("c", 12), answer("d", 0.03)]
    found = pool_groups(answers, 6, level=0.95)
    pooled = pool([0.01, 0.05, 0.03], [0.02] * 3)
    assert found.pooled == pooled
    assert [found.groups[name] for name in "abd"] == pooled.groups
    assert found.groups["c"].code == "few_joined"
    assert 0.01 < found.groups["a"].point < found.groups["b"].point < 0.05


def test_a_group_alone_has_nothing_to_be_drawn_to_and_is_not_shown():
    found = pool_groups([answer("a", 0.01), few("c", 12)], 6, level=0.95)
    assert found.pooled is None
    assert found.groups["a"].code == "too_few_groups"
    assert found.groups["c"].code == "few_joined"


def test_raw_numbers_of_a_group_never_reach_the_release():
    rows = rows_of(answer("a", 0.01, 0.02), answer("b", 0.05))
    assert rows.loc[(6, "a"), "point"] != pytest.approx(0.01, abs=1e-6)
    twelve = rows.loc[12]
    assert twelve["status"].tolist() == ["not_estimable"] * 3
    assert twelve["point"].isna().all()
    assert twelve.loc["b", "reason"] == "Fewer than 2 people left."


def test_the_mean_of_the_groups_is_a_row_without_a_name():
    rows = rows_of(answer("a", 0.01), answer("b", 0.05))
    mean = rows.loc[(6, "")]
    assert mean["point"] == pytest.approx(0.03)
    assert mean["cohort"] == ""
    assert mean["grouping"] == "department"
    assert pd.isna(mean["n_treated"])


def test_the_spread_between_groups_is_told_for_the_headline():
    answers = [answer("a", 0.01, 0.0), answer("b", 0.05, 0.1)]
    found = group_rows(WHERE, "cohort", answers, horizons=(6, 12), headline=12, level=0.95)
    (check,) = found.diagnostic
    assert check["check_id"] == "between_cohorts"
    assert check["value"] == pytest.approx(pool([0.0, 0.1], [0.02] * 2).between_sd.point)
    none = group_rows(WHERE, "cohort", answers[:1], horizons=(6,), headline=12, level=0.95)
    assert none.diagnostic[0]["value"] is None


def test_counts_below_the_minimum_are_hidden_and_cannot_be_subtracted():
    assert publishable_counts({"a": 30, "b": 4, "c": 9}) == {"a": 30, "b": None, "c": None}
    assert publishable_counts({"a": 30, "b": 4, "c": 2}) == {"a": 30, "b": None, "c": None}
    assert publishable_counts({"a": 30, "c": 9}) == {"a": 30, "c": 9}
    assert publishable_counts({"b": 4}) == {"b": None}


def test_where_nothing_can_be_said_each_grouping_says_why():
    error = NotEstimable("no_enrollments", "Nobody has enrolled yet.")
    rows = refused_group_rows(WHERE, error, (6, 12))
    assert [(row["grouping"], row["horizon_months"]) for row in rows] == [
        (grouping, horizon) for grouping in ("cohort", "department") for horizon in (6, 12)
    ]
    assert {row["reason"] for row in rows} == {"Nobody has enrolled yet."}
    assert {row["status"] for row in rows} == {"not_estimable"}
