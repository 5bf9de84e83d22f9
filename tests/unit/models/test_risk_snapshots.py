from __future__ import annotations

import datetime as dt
import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pair_facts import PairTables, prepare_pairs, running_pairs
from models.risk_history import PairHistory
from models.risk_snapshots import FEATURES, Snapshots, take_snapshots, weekly_grid
from tests.made_up_pairs import made_up_pairs
from tests.messy_pairs import DAYS, LAST_DAY, as_known_on, messy_tables

SEEDS = st.integers(0, 10**6)
FEW = settings(max_examples=30, deadline=None)


def snapshots_of(tables: PairTables, *, as_of: dt.date = LAST_DAY) -> Snapshots:
    history = PairHistory(prepare_pairs(tables))
    return take_snapshots(history, *weekly_grid(history, as_of=as_of), as_of=as_of)


def on_day(tables: PairTables, day: dt.date) -> dict[str, np.ndarray]:
    """Features of every pair that runs on a day, by pair."""
    facts = prepare_pairs(tables)
    every = np.arange(len(facts.pairs))
    days = np.full(len(every), np.datetime64(day))
    found = take_snapshots(PairHistory(facts), every, days, as_of=day)
    names = facts.pairs["pair_id"].to_numpy()[found.pair]
    return dict(zip(names, found.features, strict=True))


@FEW
@given(seed=SEEDS, back=st.integers(0, DAYS - 1))
def test_nothing_after_the_day_has_a_part_in_what_is_known_of_it(seed, back):
    tables, day = messy_tables(seed), LAST_DAY - dt.timedelta(days=back)
    whole, cut = on_day(tables, day), on_day(as_known_on(tables, np.datetime64(day)), day)
    assert whole.keys() == cut.keys()
    for name, features in whole.items():
        np.testing.assert_array_equal(features, cut[name])


def test_the_random_pairs_have_later_facts_to_be_cut_off():
    tables = messy_tables(1)
    day = np.datetime64(LAST_DAY) - 250
    cut = as_known_on(tables, day)
    assert len(cut.sessions) < len(tables.sessions) and len(cut.changes) < len(tables.changes)
    assert cut.pairs["ended_on"].notna().sum() < tables.pairs["ended_on"].notna().sum()


def plain_features(tables: PairTables, pair: pd.Series, day: pd.Timestamp) -> list[float]:
    """The same features by looking at every session of the pair, one after the other."""
    held, by_senior, by_junior = [], 0, 0
    for row in tables.sessions[tables.sessions["pair_id"] == pair["pair_id"]].itertuples():
        on = row.planned_start_at.normalize()
        if row.status == "held" and on <= day:
            held.append(on)
        if row.status == "cancelled":
            made_on = on if pd.isna(row.cancelled_at) else row.cancelled_at.normalize()
            if day - pd.Timedelta(days=60) < made_on <= day:
                by_senior += row.cancelled_by == "mentee"
                by_junior += row.cancelled_by == "mentor"
    held.sort()
    cadence = 30.0 if math.isnan(pair["agreed_cadence_days"]) else pair["agreed_cadence_days"]
    gaps = [(b - a).days for a, b in itertools.pairwise(held)]
    recency = (day - (held[-1] if held else pair["matched_on"])).days
    ahead = [day + pd.Timedelta(days=n) for n in range(1, 31)]
    quiet = sum((d.month == 12 and d.day >= 20) or (d.month == 1 and d.day <= 6) for d in ahead)
    is_known = pd.notna(pair["planned_end_on"])
    return [
        recency,
        cadence,
        (sum(gaps) + 2 * cadence) / (len(gaps) + 2),
        recency / cadence,
        sum(day - pd.Timedelta(days=60) < on for on in held),
        by_senior,
        by_junior,
        (day - pair["matched_on"]).days,
        max((pair["planned_end_on"] - day).days, 0) if is_known else 0,
        float(is_known),
        quiet / 30,
    ]


def plain_runs(tables: PairTables, pair: pd.Series, day: pd.Timestamp) -> bool:
    """Whether the pair is neither paused nor over on a day, by its last change."""
    own = tables.changes[tables.changes["pair_id"] == pair["pair_id"]]
    status = "active"
    for change in own.sort_values("changed_on", kind="stable").itertuples():
        if change.changed_on <= day:
            status = change.status
    return status == "active" and not pair["ended_on"] <= day


def plain_label(tables: PairTables, pair: pd.Series, day: pd.Timestamp) -> bool | None:
    """Whether no session was held in the month after, day by day; None where it is not known."""
    own = tables.sessions[tables.sessions["pair_id"] == pair["pair_id"]]
    held_on = set(own.loc[own["status"] == "held", "planned_start_at"].dt.normalize())
    is_silent = True
    for ahead in range(1, 31):
        later = day + pd.Timedelta(days=ahead)
        is_over = not plain_runs(tables, pair, later) or pair["planned_end_on"] == later
        if later.date() > LAST_DAY or is_over:
            return None
        is_silent = is_silent and later not in held_on
    return is_silent


@pytest.mark.parametrize("seed", range(4))
def test_features_and_labels_are_those_of_a_plain_look_at_every_session(seed):
    tables = messy_tables(seed)
    pairs, found = prepare_pairs(tables).pairs, snapshots_of(tables)
    assert found.is_labeled.any() and not found.is_labeled.all()
    for i in np.random.default_rng(seed).permutation(len(found))[:60]:
        pair, day = pairs.iloc[found.pair[i]], pd.Timestamp(found.day[i])
        expected = plain_features(tables, pair, day)
        np.testing.assert_allclose(found.features[i], expected, err_msg=str(FEATURES))
        label = plain_label(tables, pair, day)
        assert (label is not None) == found.is_labeled[i]
        assert label is None or label == found.is_silent[i]


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_every_week_of_every_running_pair_is_there_once(seed):
    tables = messy_tables(seed)
    facts, found = prepare_pairs(tables), snapshots_of(tables)
    is_week = (np.datetime64(LAST_DAY) - found.day).astype(int) % 7 == 0
    assert is_week.all()
    for day in np.datetime64(LAST_DAY) - 7 * np.arange(DAYS // 7):
        here = found.pair[found.day == day]
        runs = running_pairs(facts, as_of=day.astype(dt.date))
        assert here.tolist() == runs.index[~runs["is_paused"].astype(bool)].tolist()


def test_only_whole_pairs_are_left_out_where_there_are_too_many():
    history = PairHistory(made_up_pairs(60, 500, seed=3, has_pattern=True))
    pair, day = weekly_grid(history, as_of=dt.date(2026, 9, 30))
    few, few_days = weekly_grid(history, as_of=dt.date(2026, 9, 30), most=600)
    assert 500 < len(few) <= 600 < len(pair)
    kept = np.isin(pair, few)
    np.testing.assert_array_equal(pair[kept], few)
    np.testing.assert_array_equal(day[kept], few_days)
    other, _ = weekly_grid(history, as_of=dt.date(2026, 9, 30), most=600, seed=1)
    assert set(other) != set(few)


def test_a_session_ahead_is_not_known_to_be_booked():
    tables = messy_tables(0, n_pairs=1)
    pair = tables.pairs.assign(
        kind="formal", status="active", matched_on=pd.Timestamp("2025-01-01"), ended_on=pd.NaT
    )
    session = pd.DataFrame(
        {
            "session_id": ["s"],
            "pair_id": ["p00"],
            "planned_start_at": [pd.Timestamp("2025-03-10 09:00")],
            "status": ["held"],
            "cancelled_by": [None],
            "cancelled_at": [pd.NaT],
        }
    )
    with_it = PairTables(**(vars(tables) | {"pairs": pair, "sessions": session}))
    without = PairTables(**(vars(tables) | {"pairs": pair, "sessions": session.iloc[:0]}))
    day = dt.date(2025, 3, 5)
    np.testing.assert_array_equal(on_day(with_it, day)["p00"], on_day(without, day)["p00"])
