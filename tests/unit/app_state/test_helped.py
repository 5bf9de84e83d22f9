"""Did it help: against loops over pairs, and where the truth is known."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np
import pytest

from app_state.entry import Kind
from app_state.helped import FEWEST_PAIRS, WARNING, Helped, did_it_help
from tests.plain_helped import compare, standing
from tests.simulated_follow_ups import (
    BOARD,
    FIRST,
    Log,
    anything,
    frames,
    managed,
    true_difference,
)

DAY = dt.timedelta(days=1)
PLACE = (FIRST, "dormant", "high")
LONG_AFTER = FIRST + 200 * DAY


def of(kind: Kind, log: Any, boards: Any, held: Any, as_of: dt.date = LONG_AFTER) -> Helped:
    found = did_it_help(*frames(log, boards, held), as_of=as_of)
    return next(one for one in found if one.kind == kind)


def board(pairs: list[str], place: tuple[dt.date, str, str] = PLACE) -> list[dict[str, Any]]:
    as_of, state, band = place
    return [dict(zip(BOARD, (as_of, pair, state, band), strict=True)) for pair in pairs]


def held(*pairs: str, after: int = 10) -> list[dict[str, Any]]:
    return [{"pair_id": pair, "held_on": FIRST + after * DAY} for pair in pairs]


def contacted(*pairs: str, day: dt.date = FIRST) -> Log:
    log = Log()
    for pair in pairs:
        log.act(pair, "contacted", day, PLACE)
    return log


CALLED = [f"c{n}" for n in range(20)]
OTHERS = [f"o{n}" for n in range(40)]


def test_without_censoring_it_is_the_difference_of_two_plain_shares() -> None:
    called, others = [f"c{n}" for n in range(70)], [f"o{n}" for n in range(80)]
    met = held(*called[:56], *others[:48])
    found = of(Kind.CONTACTED, contacted(*called).rows, board(called + others), met)
    assert (found.share, found.comparison_share) == pytest.approx((0.8, 0.6))
    # Newcombe (1998), table II, example (a), method 10: 56/70 against 48/80 gives .0524 to .3339.
    assert (found.lower, found.upper) == pytest.approx((0.0524, 0.3339), abs=0.0015)
    assert (found.n_pairs, found.n_comparison_pairs, found.n_strata) == (70, 80, 1)
    assert found.reason == ""


def test_strata_are_weighted_like_the_followed_up_pairs() -> None:
    stalled = (FIRST, "stalled", "high")
    log = contacted(*CALLED[:15])
    for pair in CALLED[15:]:
        log.act(pair, "contacted", FIRST, stalled)
    boards = board(CALLED[:15] + OTHERS[:10]) + board(CALLED[15:] + OTHERS[10:], stalled)
    met = held(*OTHERS[:5], *OTHERS[10:16])  # half of 10 dormant, a fifth of 30 stalled
    found = of(Kind.CONTACTED, log.rows, boards, met)
    assert found.comparison_share == pytest.approx(0.75 * 0.5 + 0.25 * 0.2)
    assert found.share == 0


def test_only_sessions_of_the_thirty_days_after_count() -> None:
    met = held(*CALLED[:4], after=0) + held(*CALLED[4:9], after=30) + held(*CALLED[9:], after=31)
    found = of(Kind.CONTACTED, contacted(*CALLED).rows, board(CALLED + OTHERS), met)
    assert found.share == pytest.approx(5 / 20)


def test_follow_ups_whose_thirty_days_are_not_over_are_left_out() -> None:
    log = contacted(*CALLED).rows
    for after, running in ((29, 20), (30, 0)):
        found = of(Kind.CONTACTED, log, board(CALLED + OTHERS), [], FIRST + after * DAY)
        assert (found.n_running, found.n_follow_ups) == (running, 20 - running)


def test_pairs_followed_up_in_the_thirty_days_before_are_no_comparison() -> None:
    for before, count in ((31, 40), (30, 28)):
        log = contacted(*CALLED)
        for pair in OTHERS[:12]:
            log.act(pair, "note", FIRST - before * DAY, PLACE)
        found = of(Kind.CONTACTED, log.rows, board(CALLED + OTHERS), [])
        assert found.n_comparison_pairs == count


def test_a_comparison_pair_counts_until_it_is_followed_up_itself() -> None:
    log = contacted(*CALLED)
    for pair in OTHERS[:20]:
        log.act(pair, "note", FIRST + 5 * DAY, PLACE)
    met = held(*OTHERS[:10], after=9) + held(*OTHERS[20:30], after=9)
    found = of(Kind.CONTACTED, log.rows, board(CALLED + OTHERS), met)
    assert found.comparison_share == pytest.approx(0.5)  # of the 20 still left alone on day 9


def test_strata_without_comparison_pairs_are_left_out_and_counted() -> None:
    log = contacted(*CALLED)
    for pair in ("x1", "x2"):
        log.act(pair, "contacted", FIRST, (FIRST, "never_started", ""))
    boards = board(CALLED + OTHERS) + board(["x1", "x2"], (FIRST, "never_started", ""))
    found = of(Kind.CONTACTED, log.rows, boards, held("x1", "x2"))
    assert (found.n_strata, found.n_strata_left_out, found.n_follow_ups_left_out) == (1, 1, 2)
    assert (found.n_pairs, found.share) == (20, 0)


def test_other_states_bands_and_days_are_no_comparison() -> None:
    elsewhere = [
        (FIRST, "stalled", "high"),
        (FIRST, "dormant", ""),
        (FIRST + DAY, "dormant", "high"),
    ]
    boards = board(CALLED) + [row for place in elsewhere for row in board(OTHERS, place)]
    found = of(Kind.CONTACTED, contacted(*CALLED).rows, boards, [])
    assert (found.n_comparison_pairs, found.n_follow_ups_left_out) == (0, 20)


@pytest.mark.parametrize(
    ("called", "others", "words"),
    [
        (9, 40, "^9 pairs with “contacted”"),
        (20, 9, "^Only 9 pairs in the same state"),
        (0, 0, "^0"),
    ],
)
def test_below_ten_pairs_there_is_a_reason_and_no_number(
    called: int, others: int, words: str
) -> None:
    pairs = CALLED[:called] + OTHERS[:others]
    found = of(Kind.CONTACTED, contacted(*CALLED[:called]).rows, board(pairs), held(*pairs))
    assert found.share is found.difference is found.lower is found.upper is None
    assert re.search(words, found.reason)
    assert FEWEST_PAIRS == 10 and str(FEWEST_PAIRS) in found.reason


def test_states_of_which_every_pair_is_followed_up_are_left_out() -> None:
    log = contacted(*CALLED)
    for pair in OTHERS:
        log.act(pair, "note", FIRST + 20 * DAY, PLACE)
    found = of(Kind.CONTACTED, log.rows, board(CALLED + OTHERS), held(*OTHERS[:5], after=3))
    assert found.n_follow_ups_left_out == 20 and found.reason


def test_every_kind_has_an_answer_even_if_nothing_was_recorded() -> None:
    found = did_it_help(*frames([], [], []), as_of=LONG_AFTER)
    assert [one.kind for one in found] == [kind for kind in Kind if kind != Kind.NONE]
    assert all(one.reason and one.difference is None for one in found)
    assert "chose" in WARNING


@pytest.mark.parametrize("seed", range(8))
def test_numbers_equal_those_of_loops_over_pairs_and_days(seed: int) -> None:
    log, boards, sessions, as_of = anything(seed)
    answered = 0
    for one in did_it_help(*frames(log, boards, sessions), as_of=as_of):
        plain = compare(log, boards, sessions, one.kind.value, as_of)
        for name, value in plain.items():
            if one.reason and isinstance(value, float):
                continue
            assert getattr(one, name) == pytest.approx(value, abs=1e-6), (one.kind, name)
        answered += not one.reason
    assert answered or seed


def without_those_followed_up_later(log: Any, boards: Any, sessions: Any, as_of: dt.date) -> float:
    """The difference if comparison pairs that were followed up within 30 days were left out."""
    acts = standing(log)
    days: dict[str, list[dt.date]] = {}
    met = {(row["pair_id"], row["held_on"]) for row in sessions}
    for row in acts:
        days.setdefault(row["pair_id"], []).append(row["at"].date())

    def has_met(pair: str, day: dt.date) -> bool:
        return any((pair, day + n * DAY) in met for n in range(1, 31))

    called, alone = [], []
    for row in acts:
        day = row["at"].date()
        if day + 30 * DAY <= as_of:
            called.append(has_met(row["pair_id"], day))
    for row in boards:
        day, near = row["data_as_of"], days.get(row["pair_id"], [])
        is_alone = all(abs((one - day).days) > 30 for one in near)
        if row["state"] == "dormant" and is_alone and day + 30 * DAY <= as_of:
            alone.append(has_met(row["pair_id"], day))
    return float(np.mean(called) - np.mean(alone))


@pytest.mark.parametrize("effect", [0.0, 0.02])
def test_in_a_known_world_the_interval_covers_the_truth(effect: float) -> None:
    found, off, covered, n = [], [], 0, 12
    for seed in range(n):
        log, boards, sessions, as_of = managed(seed, effect=effect, pairs=150)
        one = of(Kind.CONTACTED, log, boards, sessions, as_of)
        truth = true_difference(log, effect)
        off.append(one.difference - truth)
        covered += one.lower <= truth <= one.upper
        found.append(one.lower > 0)
    assert covered >= 10
    assert abs(np.mean(off)) < 3 * np.std(off) / n**0.5
    assert sum(found) <= 1 if effect == 0 else sum(found) >= 9  # and says whether it helps


def test_leaving_out_pairs_followed_up_later_would_make_contacting_look_harmful() -> None:
    log, boards, sessions, as_of = managed(0, effect=0.0, pairs=150)
    one = of(Kind.CONTACTED, log, boards, sessions, as_of)
    assert one.lower < 0 < one.upper
    assert without_those_followed_up_later(log, boards, sessions, as_of) < one.difference - 0.1
