from __future__ import annotations

import json

import pytest

from reports.verdicts import verdict_sentence


def said(verdict: str, *reasons: dict, analysis: str = "retention") -> str:
    return str(verdict_sentence(verdict, json.dumps(reasons), analysis=analysis))


INTERVAL = {"code": "interval", "lower": 0.01, "upper": 0.07}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (said("works", INTERVAL), "Works."),
        (
            said("works", INTERVAL, {"code": "less_sure", "variant": "intention_to_treat"}),
            "Works. Less sure by another way of computing it (intention to treat: later joiners "
            "stay in the comparison).",
        ),
        (
            said("no_sign", {"code": "would_have_been_seen", "smallest": 0.04, "worthwhile": 0.05}),
            "No sign of an effect. Had it been 5 of 100 people or more, it would probably show.",
        ),
        (
            said(
                "too_early",
                {"code": "could_have_been_missed", "smallest": 0.3, "worthwhile": 0.2},
                analysis="engagement",
            ),
            "Too early to tell. Even 0.20 points could have been missed: only from 0.30 points on "
            "would it probably show.",
        ),
        (
            said("too_early", {"code": "not_estimable", "words": "Nobody joined yet."}),
            "Too early to tell. Nobody joined yet.",
        ),
        (
            said(
                "do_not_trust",
                {"code": "failed_check", "check_id": "largest_imbalance", "value": 0.31},
                {"code": "contradicted", "variant": "truncated"},
                INTERVAL,
            ),
            "Do not trust this number because the groups still differ after weighting (0.31 "
            "standard deviations) and another way of computing it says the opposite (largest "
            "weights cut at 99.5\u202f%).",
        ),
    ],
)
def test_a_verdict_is_told_with_what_decided_it(words: str, sentence: str) -> None:
    assert words == sentence


def test_a_check_without_words_of_its_own_is_still_named() -> None:
    told = said("do_not_trust", {"code": "failed_check", "check_id": "moon", "value": None})
    assert told == "Do not trust this number because the check “Moon” failed."
