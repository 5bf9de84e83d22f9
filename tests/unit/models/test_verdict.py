from __future__ import annotations

import json

import pandas as pd
import pytest

from models.published import DIAGNOSTIC_COLUMNS, ESTIMATE_COLUMNS
from models.verdict import judge

HEAD = {"analysis": "retention", "outcome": "voluntary_exit", "population": "all"}


def estimate(point: float | None, lower: float | None, upper: float | None, **changes) -> dict:
    row = HEAD | {
        "variant": "main",
        "measure": "risk_difference",
        "horizon_months": 12,
        "point": point,
        "lower": lower,
        "upper": upper,
        "minimum_detectable_effect": 0.04,
        "status": "not_estimable" if point is None else "shown",
        "reason": "Nobody has been followed for a year yet." if point is None else None,
    }
    return row | changes


def check(verdict: str, check_id: str = "largest_imbalance", **changes) -> dict:
    return HEAD | {"check_id": check_id, "value": 0.2, "verdict": verdict} | changes


def verdicts(*estimates: dict, checks: tuple[dict, ...] = ()) -> pd.DataFrame:
    return judge(
        pd.DataFrame(estimates, columns=ESTIMATE_COLUMNS),
        pd.DataFrame(checks, columns=DIAGNOSTIC_COLUMNS),
    )


def only(*estimates: dict, checks: tuple[dict, ...] = ()) -> tuple[str, list[dict]]:
    (row,) = verdicts(*estimates, checks=checks).to_dict("records")
    return row["verdict"], json.loads(row["reasons"])


def test_an_interval_above_zero_with_sound_checks_works():
    verdict, reasons = only(estimate(0.04, 0.01, 0.07), checks=(check("passed"), check("note")))
    assert verdict == "works"
    assert reasons == [{"code": "interval", "lower": 0.01, "upper": 0.07}]


def test_an_interval_below_zero_works_against():
    assert only(estimate(-0.04, -0.07, -0.01))[0] == "works_against"


def test_an_interval_over_zero_is_no_sign_only_where_a_worthwhile_effect_would_have_been_seen():
    verdict, reasons = only(estimate(0.01, -0.02, 0.04))
    assert verdict == "no_sign"
    assert reasons[0] == {"code": "would_have_been_seen", "smallest": 0.04, "worthwhile": 0.05}
    verdict, reasons = only(estimate(0.01, -0.06, 0.08, minimum_detectable_effect=0.09))
    assert (verdict, reasons[0]["code"]) == ("too_early", "could_have_been_missed")
    assert only(estimate(0.01, -0.02, 0.04, minimum_detectable_effect=None))[0] == "too_early"


def test_what_cannot_be_estimated_yet_is_too_early_with_its_reason():
    verdict, reasons = only(estimate(None, None, None), checks=(check("failed"),))
    assert verdict == "too_early"
    assert reasons == [
        {"code": "not_estimable", "words": "Nobody has been followed for a year yet."}
    ]


@pytest.mark.parametrize("interval", [(0.04, 0.01, 0.07), (0.0, -0.02, 0.02)])
def test_a_failed_check_forbids_every_other_verdict(interval):
    verdict, reasons = only(estimate(*interval), checks=(check("failed"),))
    assert verdict == "do_not_trust"
    assert reasons[0] == {"code": "failed_check", "check_id": "largest_imbalance", "value": 0.2}


def test_another_way_that_is_sure_of_the_opposite_forbids_it_too():
    other = estimate(-0.03, -0.05, -0.01, variant="intention_to_treat")
    verdict, reasons = only(estimate(0.04, 0.01, 0.07), other)
    assert (verdict, reasons[0]) == (
        "do_not_trust", {"code": "contradicted", "variant": "intention_to_treat"},
    )  # fmt: skip


def test_another_way_that_is_not_sure_is_told_and_does_not_forbid():
    other = estimate(0.02, -0.01, 0.05, variant="truncated")
    verdict, reasons = only(estimate(0.04, 0.01, 0.07), other)
    assert (verdict, reasons[1]) == ("works", {"code": "less_sure", "variant": "truncated"})


def test_naive_figures_have_no_say():
    naive = estimate(-0.2, -0.3, -0.1, variant="naive_hire")
    assert only(estimate(0.04, 0.01, 0.07), naive)[0] == "works"


def test_checks_of_other_people_have_no_say():
    assert only(estimate(0.04, 0.01, 0.07), checks=(check("failed", population="mentor"),)) == (
        "works",
        [{"code": "interval", "lower": 0.01, "upper": 0.07}],
    )


def test_careers_rest_on_the_checks_of_retention():
    promoted = estimate(0.04, 0.01, 0.07, analysis="careers", outcome="promotion")
    assert only(promoted, checks=(check("failed"),))[0] == "do_not_trust"


def test_scores_are_judged_by_a_small_effect_of_their_own_and_their_own_checks():
    score = {"analysis": "engagement", "outcome": "engagement", "measure": "score_difference"}
    row = estimate(0.05, -0.1, 0.2, **score, horizon_months=None, minimum_detectable_effect=0.2)
    own = {"analysis": "engagement", "outcome": "engagement"}
    seen = check("note", "small_effect", **own, value=0.25)
    assert only(row, checks=(seen, check("failed")))[0] == "no_sign"
    missed = check("note", "small_effect", **own, value=0.15)
    assert only(row, checks=(missed,))[0] == "too_early"
    assert only(row)[0] == "too_early"


def test_only_the_main_estimate_at_the_main_horizon_is_judged():
    others = [
        estimate(0.04, 0.01, 0.07, horizon_months=6),
        estimate(0.4, 0.1, 0.7, measure="months_employed"),
        estimate(0.04, 0.01, 0.07, variant="truncated"),
    ]
    assert verdicts(*others).empty
