"""What may be said about an effect, by rules that are written down: the verdict of each analysis.

In this order, the first that holds decides:

1. *Do not trust*: a check failed that must not fail, or another way of computing it contradicts.
2. *Too early*: the main horizon cannot be estimated yet.
3. *Works*, or *works against*: the interval of the main horizon excludes no effect.
4. *No sign*: it covers no effect, and an effect worth having would probably have been seen.
5. *Too early*: it covers no effect, and even an effect worth having could have been missed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from models.published import ANALYSIS, VERDICT_COLUMNS

WORKS, AGAINST = "works", "works_against"
TOO_EARLY, NO_SIGN, DO_NOT_TRUST = "too_early", "no_sign", "do_not_trust"

MAIN_HORIZON = 12
CAREERS, ENGAGEMENT = "careers", "engagement"
MEASURE = {ANALYSIS: "risk_difference", CAREERS: "risk_difference", ENGAGEMENT: "score_difference"}
# An effect worth having: five people of a hundred. Of scores it is a small effect by Cohen (1988),
# a fifth of a standard deviation, which the diagnostics of the analysis give in points.
WORTHWHILE = {ANALYSIS: 0.05, CAREERS: 0.05}
SMALL_EFFECT = "small_effect"
OTHER_WAYS = ("intention_to_treat", "truncated", "clustered_by_pair", "doubly_robust",
              "without_response_weights", "never_treated")  # fmt: skip

Row = Mapping[str, Any]


def judge(estimate: pd.DataFrame, diagnostic: pd.DataFrame) -> pd.DataFrame:
    """Give the verdict on every main estimate.

    Parameters
    ----------
    estimate, diagnostic : DataFrame
        Tables of a release (``models.published``).

    Returns
    -------
    DataFrame
        ``VERDICT_COLUMNS``, one row per analysis, outcome and population with a main estimate;
        reasons is a JSON list of objects with ``code`` and numbers, the deciding one first:
        ``failed_check`` (check_id, value), ``contradicted`` (variant), ``not_estimable`` (words),
        ``interval`` (lower, upper), ``would_have_been_seen`` and ``could_have_been_missed``
        (smallest, worthwhile), ``less_sure`` (variant).
    """
    rows = [_plain(row) for row in estimate.to_dict("records")]
    checks = [_plain(row) for row in diagnostic.to_dict("records")]
    mains = [row for row in rows if row["variant"] == "main" and _is_deciding(row)]
    return pd.DataFrame([_judged(main, rows, checks) for main in mains], columns=VERDICT_COLUMNS)


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}


def _is_deciding(row: Row) -> bool:
    if row["measure"] != MEASURE.get(row["analysis"]):
        return False
    return bool(row["analysis"] == ENGAGEMENT or row["horizon_months"] == MAIN_HORIZON)


def _judged(main: Row, rows: list[dict[str, Any]], checks: list[dict[str, Any]]) -> Row:
    own = [check for check in checks if _belongs(check, main)]
    others = [row for row in rows if _is_other_way(row, main)]
    verdict, reasons = _decide(main, own, others)
    head = {name: main[name] for name in ("analysis", "outcome", "population")}
    return head | {"verdict": verdict, "reasons": json.dumps(reasons)}


def _belongs(check: Row, main: Row) -> bool:
    """Careers rest on the enrollment model of retention, so its checks are theirs too."""
    if check["population"] != main["population"]:
        return False
    if main["analysis"] == ENGAGEMENT:
        return bool(check["analysis"] == ENGAGEMENT and check["outcome"] == main["outcome"])
    return bool(check["analysis"] in (ANALYSIS, main["analysis"]))


def _is_other_way(row: Row, main: Row) -> bool:
    same = ("analysis", "outcome", "population", "measure", "horizon_months")
    is_same = all(row[name] == main[name] for name in same)
    return is_same and row["variant"] in OTHER_WAYS and row["status"] == "shown"


def _decide(
    main: Row, checks: list[dict[str, Any]], others: list[dict[str, Any]]
) -> tuple[str, list[dict[str, Any]]]:
    if main["status"] != "shown" or main["lower"] is None or main["upper"] is None:
        return TOO_EARLY, [{"code": "not_estimable", "words": main["reason"]}]
    doubts = [*_failed(checks), *_contradicted(main, others)]
    interval = {"code": "interval", "lower": main["lower"], "upper": main["upper"]}
    if doubts:
        return DO_NOT_TRUST, [*doubts, interval]
    if _side(main):
        verdict = WORKS if _side(main) > 0 else AGAINST
        unsure = [
            {"code": "less_sure", "variant": row["variant"]} for row in others if not _side(row)
        ]
        return verdict, [interval, *unsure]
    smallest, worthwhile = main["minimum_detectable_effect"], _worthwhile(main, checks)
    if smallest is None or worthwhile is None:
        return TOO_EARLY, [interval]
    numbers = {"smallest": smallest, "worthwhile": worthwhile}
    if smallest <= worthwhile:
        return NO_SIGN, [{"code": "would_have_been_seen"} | numbers, interval]
    return TOO_EARLY, [{"code": "could_have_been_missed"} | numbers, interval]


def _failed(checks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for check in checks:
        if check["verdict"] == "failed":
            yield {"code": "failed_check", "check_id": check["check_id"], "value": check["value"]}


def _contradicted(main: Row, others: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Another way of computing it says the opposite, and is sure of it."""
    for row in others:
        if _side(row) and _side(row) * (main["point"] or 0.0) < 0:
            yield {"code": "contradicted", "variant": row["variant"]}


def _side(row: Row) -> int:
    """Return 1 or -1 where the interval lies above or below no effect, else 0."""
    lower, upper = row["lower"], row["upper"]
    if lower is None or upper is None:
        return 0
    return int(lower > 0) - int(upper < 0)


def _worthwhile(main: Row, checks: list[dict[str, Any]]) -> float | None:
    known = WORTHWHILE.get(main["analysis"])
    if known is not None:
        return known
    return next((c["value"] for c in checks if c["check_id"] == SMALL_EFFECT), None)
