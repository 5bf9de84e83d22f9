from __future__ import annotations

import datetime as dt
import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from models import risk_models
from models.estimate import NotEstimable
from models.risk import PairRisk, assess_risk
from models.risk_backtest import choose, folds, models_for, run_backtest
from models.risk_history import PairHistory
from models.risk_models import BASELINES, BOOSTING, LOGISTIC, RECENCY, SILENT_RULE
from models.risk_scores import (
    Band,
    average_precision,
    compare_models,
    find_bands,
    first_called,
    is_above_mean,
    lead_days,
)
from models.risk_snapshots import FEATURES, Snapshots, take_snapshots, weekly_grid
from tests.made_up_pairs import LAST_DAY, made_up_pairs

DAY = np.datetime64("2026-03-02")


def snapshot(**given: float) -> dict[str, float]:
    usual = dict.fromkeys(FEATURES, 0.0)
    return usual | {"cadence": 14.0, "since_match": 200.0, "next": 99.0, "until": 200.0} | given


def snapshots(*rows: dict[str, float]) -> Snapshots:
    """One snapshot per row; ``pair``, ``week``, and in days after it ``next`` and ``until``."""
    frame = pd.DataFrame(rows)
    for name in ("pair", "week"):
        frame[name] = frame.get(name, pd.Series(np.arange(len(rows)) * (name == "pair")))
    day = DAY + 7 * frame["week"].to_numpy(dtype=int)
    return Snapshots(
        pair=frame["pair"].to_numpy(dtype=int),
        day=day,
        features=frame[list(FEATURES)].to_numpy(dtype=float),
        next_held_on=day + frame["next"].to_numpy(dtype=int),
        followed_until=day + frame["until"].to_numpy(dtype=int),
    )


def labeled(
    n_pairs: int, n_days: int, *, seed: int, has_pattern: bool, as_of: dt.date = LAST_DAY
) -> Snapshots:
    history = PairHistory(made_up_pairs(n_pairs, n_days, seed=seed, has_pattern=has_pattern))
    found = take_snapshots(history, *weekly_grid(history, as_of=as_of), as_of=as_of)
    return found.chosen(found.is_labeled)


def measure(risk: PairRisk, model: str, name: str) -> float:
    rows = risk.backtest
    return float(rows.loc[(rows["model"] == model) & (rows["measure"] == name), "value"].item())


def used(risk: PairRisk) -> list[str]:
    return risk.backtest.loc[risk.backtest["is_used"], "model"].unique().tolist()


@pytest.fixture(scope="module")
def patterned() -> Snapshots:
    return labeled(300, 900, seed=1, has_pattern=True)


def test_every_part_of_a_fold_is_over_before_the_next_begins(patterned):
    parts = list(folds(patterned, as_of=LAST_DAY))
    assert len(parts) >= 4
    month = np.timedelta64(30, "D")
    for fold in parts:
        assert fold.training.day.max() + month < fold.calibration.day.min()
        assert fold.calibration.day.max() + month < fold.test.day.min()
    for before, after in itertools.pairwise(parts):
        assert before.test.day.max() < after.test.day.min()
    assert parts[-1].test.day.max() + month <= np.datetime64(LAST_DAY)


def test_a_past_quarter_is_foreseen_as_it_would_have_been_on_its_day(patterned):
    quarters = list(folds(patterned, as_of=LAST_DAY))
    then = LAST_DAY - dt.timedelta(days=91 * (len(quarters) - 1))
    known = labeled(300, 900, seed=1, has_pattern=True, as_of=then)
    now, earlier = quarters[0], list(folds(known, as_of=then))[-1]
    assert len(now.test) == len(earlier.test) > 100
    for model in (*BASELINES, LOGISTIC, BOOSTING):
        whole = model.fit(now.training, now.calibration, 0)(now.test)
        alone = model.fit(earlier.training, earlier.calibration, 0)(earlier.test)
        np.testing.assert_array_equal(whole, alone, err_msg=model.name)


def test_where_a_pattern_precedes_silence_a_model_beats_both_baselines():
    facts = made_up_pairs(300, 900, seed=1, has_pattern=True)
    risk = assess_risk(facts, as_of=LAST_DAY, alert_share=0.2)
    assert used(risk) == ["logistic"]
    for baseline in ("silent_30_days", "recency"):
        gain, error = (measure(risk, baseline, f"brier_above_used{end}") for end in ("", "_error"))
        assert gain > 2 * error > 0
        assert measure(risk, "logistic", "pr_auc") > measure(risk, baseline, "pr_auc")


def test_where_nothing_tells_of_silence_a_baseline_is_used():
    chosen = [
        used(assess_risk(made_up_pairs(250, 900, seed=seed, has_pattern=False), as_of=LAST_DAY))
        for seed in range(8)
    ]
    names = [model.name for model in BASELINES]
    assert sum(one[0] in names for one in chosen) >= 7


def test_foreseen_chances_are_kept_in_months_they_had_not_seen(patterned):
    backtest = run_backtest(patterned, as_of=LAST_DAY, alert_share=0.2)
    bands = backtest.scores["logistic"].bands
    assert len(bands) >= 3
    for band in bands:
        assert band.low - 0.1 <= band.share <= band.high + 0.1


def test_large_programs_are_given_boosting_and_small_ones_are_not():
    assert BOOSTING not in models_for(999)
    assert models_for(1_000)[-1] is BOOSTING
    assert models_for(1_000)[:2] == BASELINES


@pytest.mark.parametrize(
    ("code", "n_pairs", "n_days"),
    [("few_pairs", 12, 900), ("short_history", 200, 400)],
)
def test_too_little_history_gives_the_reason_and_no_risk(code, n_pairs, n_days):
    facts = made_up_pairs(n_pairs, n_days, seed=0, has_pattern=True)
    risk = assess_risk(facts, as_of=LAST_DAY)
    assert risk.chance.empty
    assert risk.backtest["measure"].tolist() == ["not_estimable", code]
    assert risk.backtest["value"].isna().all() and not risk.backtest["is_used"].any()


def test_pairs_that_all_behave_alike_give_no_risk():
    rows = [
        snapshot(pair=pair, week=week, next=5)
        for pair in range(40)
        for week in range(120)
    ]  # fmt: skip
    with pytest.raises(NotEstimable, match="one_outcome"):
        run_backtest(snapshots(*rows), as_of=dt.date(2028, 7, 20), alert_share=0.1)


def test_a_program_that_has_come_to_its_end_gives_no_risk():
    facts = made_up_pairs(300, 900, seed=1, has_pattern=True)
    assert not assess_risk(facts, as_of=LAST_DAY).chance.empty
    over = facts.pairs["ended_on"].fillna(pd.Timestamp(LAST_DAY))
    facts.pairs["ended_on"] = over.clip(upper=pd.Timestamp(LAST_DAY - dt.timedelta(days=130)))
    risk = assess_risk(facts, as_of=LAST_DAY)
    assert risk.chance.empty
    assert risk.backtest["measure"].tolist() == ["not_estimable", "one_outcome"]


def test_nothing_is_said_of_pairs_that_pause_or_are_to_end_within_the_month():
    facts = made_up_pairs(300, 900, seed=1, has_pattern=True)
    running = facts.pairs.index[facts.pairs["ended_on"].isna()]
    soon, later, paused = (facts.pairs.loc[number, "pair_id"] for number in running[:3])
    last = pd.Timestamp(LAST_DAY)
    facts.pairs["planned_end_on"] = pd.NaT
    facts.pairs.loc[running[0], "planned_end_on"] = last + pd.Timedelta(days=30)
    facts.pairs.loc[running[1], "planned_end_on"] = last + pd.Timedelta(days=31)
    facts.changes.loc[0, ["pair", "pair_id", "on", "status"]] = [running[2], paused, last, "paused"]
    chance = assess_risk(facts, as_of=LAST_DAY).chance
    assert later in chance.index and chance.between(0, 1).all()
    assert soon not in chance.index and paused not in chance.index
    assert len(chance) == len(running) - 2


def test_the_same_facts_give_the_same_risk_again():
    facts = made_up_pairs(120, 700, seed=2, has_pattern=True)
    one, two = (assess_risk(facts, as_of=LAST_DAY) for _ in range(2))
    pd.testing.assert_series_equal(one.chance, two.chance)
    pd.testing.assert_frame_equal(one.backtest, two.backtest)


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from([0.1, 0.2, 0.5, 0.9])), min_size=2).filter(
        lambda rows: any(outcome for outcome, _ in rows)
    )
)
def test_average_precision_agrees_with_scikit_learn(rows):
    outcome, chance = (np.array(column) for column in zip(*rows, strict=True))
    expected = average_precision_score(outcome, chance)
    assert average_precision(outcome, chance) == pytest.approx(expected)


def test_the_step_function_of_recency_agrees_with_scikit_learn(patterned):
    half = patterned.day < np.median(patterned.day.astype(int)).astype("datetime64[D]")
    training, calibration = patterned.chosen(half), patterned.chosen(~half)
    plain = IsotonicRegression(out_of_bounds="clip").fit(
        patterned.feature("recency"), patterned.is_silent
    )
    found = RECENCY.fit(training, calibration, 0)(patterned)
    np.testing.assert_allclose(found, plain.predict(patterned.feature("recency")), atol=1e-12)


def test_the_logistic_regression_agrees_with_scikit_learn(patterned):
    raw = risk_models._bent(patterned.features)
    matrix = (raw - raw.mean(axis=0)) / np.where(raw.std(axis=0) < 1e-12, np.inf, raw.std(axis=0))
    plain = LogisticRegression(C=1.0, tol=1e-12, max_iter=1_000).fit(matrix, patterned.is_silent)
    found = risk_models._penalized(
        risk_models._with_intercept(matrix), patterned.is_silent.astype(float)
    )
    np.testing.assert_allclose(found, [*plain.intercept_, *plain.coef_[0]], atol=1e-5)


def test_the_silent_rule_says_the_shares_of_those_silent_and_not():
    rows = [
        snapshot(recency=40, next=99),
        snapshot(recency=30, next=5),
        snapshot(recency=29, next=5),
    ]
    known = snapshots(*rows * 200)
    chance = SILENT_RULE.fit(known, known, 0)(known)
    assert chance[:3] == pytest.approx([0.5, 0.5, 0.0], abs=0.002)


def plain_called(chance: np.ndarray, day: np.ndarray, share: float) -> np.ndarray:
    called = np.zeros(len(chance), dtype=bool)
    for one in np.unique(day):
        here = [i for i in range(len(day)) if day[i] == one]
        here.sort(key=lambda i: -chance[i])
        called[here[: math.ceil(share * len(here))]] = True
    return called


@pytest.mark.parametrize("share", [0.1, 0.25, 1.0])
def test_each_week_the_share_with_the_highest_chances_is_called(share):
    rng = np.random.default_rng(0)
    chance, day = rng.random(200), DAY + 7 * rng.integers(0, 6, size=200)
    found = first_called(chance, day, alert_share=share, seed=0)
    np.testing.assert_array_equal(found, plain_called(chance, day, share))


def test_calling_pairs_of_average_chance_is_no_warning():
    day = np.repeat(DAY, 4)
    assert is_above_mean(np.array([0.1, 0.1, 0.1, 0.5]), day).tolist() == [False] * 3 + [True]
    assert not is_above_mean(np.full(4, 0.3), day).any()


def test_lead_is_counted_from_the_first_alert_of_a_silence_to_the_day_it_stalls():
    weeks = [snapshot(pair=1, week=week, recency=3 + 7 * week, next=90) for week in range(4)]
    found = snapshots(*weeks)  # stalls 29 days after the session: 26 days after the first snapshot
    for alert, days in (([0, 1, 0, 1], 19), ([1, 0, 0, 0], 26), ([0, 0, 0, 0], 0)):
        assert lead_days(np.array(alert, dtype=bool), found).tolist() == [days]


@pytest.mark.parametrize(
    "changes",
    [
        {"next": 20},  # they met again in time
        {"until": 20},  # it ended before
        {"recency": 40.0},  # it had stalled already
        {"since_match": 3.0},  # they never met
    ],
)
def test_a_silence_that_does_not_stall_has_no_lead(changes):
    found = snapshots(snapshot(**({"recency": 3.0, "next": 90} | changes)))
    assert len(lead_days(np.array([True]), found)) == 0


def test_a_band_needs_thirty_snapshots_of_five_pairs():
    def bands(n_pairs: int, each: int) -> tuple[Band, ...]:
        rows = [snapshot(pair=i, next=99 if i % 5 else 5) for i in range(n_pairs)] * each
        return find_bands(np.full(len(rows), 0.75), snapshots(*rows))

    assert bands(4, 20) == () and bands(5, 5) == ()
    assert bands(5, 6) == (Band(4, 0.75, 1.0, 0.8, 30, 5),)


def test_a_better_model_is_used_only_beyond_one_standard_error(patterned):
    rng = np.random.default_rng(0)
    silent = patterned.is_silent
    plain = np.full(len(silent), silent.mean())
    noisy = np.clip(plain + rng.normal(0, 1e-3, len(silent)), 0, 1)
    better = np.where(silent, 0.6, 0.1)
    chances = {"silent_30_days": plain, "recency": noisy, "logistic": better}
    assert choose((SILENT_RULE, RECENCY), chances, patterned) is SILENT_RULE
    assert choose((SILENT_RULE, RECENCY, LOGISTIC), chances, patterned) is LOGISTIC


def test_a_gain_of_less_than_a_hundredth_is_not_worth_another_model():
    rows = [snapshot(pair=pair, next=99 if pair // 20 % 5 > 1 else 5) for pair in range(400)]
    known = snapshots(*rows)
    flat = np.full(400, 0.5)
    for level, worth_it in ((0.51, False), (0.55, True)):  # gains of 0.8 and 3 %
        nearer = np.full(400, level)  # to 3 in 5; no other ranking
        gap = compare_models(nearer, flat, known)
        assert gap.brier > gap.brier_error and gap.pr_auc == 0.0
        chances = {"silent_30_days": flat, "recency": nearer}
        found = choose((SILENT_RULE, RECENCY), chances, known)
        assert found is (RECENCY if worth_it else SILENT_RULE)


def test_where_chances_are_equally_near_the_better_ranking_decides():
    known = snapshots(*[snapshot(pair=pair, next=99 if pair % 2 else 5) for pair in range(200)])
    flat = np.full(200, 0.5)
    ranked = np.where(known.is_silent, 0.9, 0.7)  # squared distances 0.01 and 0.49: 0.25 as well
    gap = compare_models(ranked, flat, known)
    assert gap.brier == pytest.approx(0.0, abs=1e-12) and gap.pr_auc > gap.pr_auc_error
    chances = {"silent_30_days": flat, "recency": ranked, "logistic": ranked}
    assert choose((SILENT_RULE, RECENCY, LOGISTIC), chances, known) is RECENCY


def test_standard_errors_are_those_of_pairs_and_not_of_weeks():
    rng = np.random.default_rng(1)
    once = [snapshot(pair=pair, next=99 if rng.random() < 0.5 else 5) for pair in range(400)]
    per_pair = rng.random(400)
    few, many = snapshots(*once), snapshots(*once * 10)
    flat = np.full(400, 0.5)
    alone = compare_models(per_pair, flat, few)
    copied = compare_models(np.tile(per_pair, 10), np.tile(flat, 10), many)
    assert copied.brier_error == pytest.approx(alone.brier_error)
    loss = (flat - few.is_silent) ** 2 - (per_pair - few.is_silent) ** 2
    assert alone.brier_error == pytest.approx(loss.std(ddof=1) / 20, rel=0.4)
