"""Results of the estimators as rows of a release, safe to publish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd

from models.balance import IMBALANCE
from models.design import CALENDAR
from models.diagnosis import LARGEST_WEIGHT_SHARE, SHARE_OUTSIDE
from models.effects import HorizonEffect, RetentionEffect
from models.estimate import Estimate, EstimationError, Reason
from models.panel import JOINED_IN_OTHER_ROLE
from models.sensitivity import NaiveComparison

ANALYSIS = "retention"
MEASURES = ("risk_difference", "months_employed")
MINIMUM_GROUP = 5
SMALLEST_EFFECTIVE_SAMPLE = 100.0
SMALLEST_COMMON_AREA = 0.5

# Columns of the tables of a release that are filled here, in order.
ESTIMATE_COLUMNS = [
    "analysis",
    "outcome",
    "population",
    "variant",
    "measure",
    "horizon_months",
    "point",
    "standard_error",
    "lower",
    "upper",
    "n_treated",
    "n_control",
    "effective_sample_size",
    "minimum_detectable_effect",
    "status",
    "reason",
]
CURVE_COLUMNS = [
    "analysis",
    "outcome",
    "population",
    "arm",
    "month",
    "survival",
    "lower",
    "upper",
    "at_risk",
]
BALANCE_COLUMNS = ["analysis", "population", "covariate", "before", "after"]
DIAGNOSTIC_COLUMNS = [
    "analysis",
    "outcome",
    "population",
    "check_id",
    "value",
    "threshold",
    "verdict",
]
GROUP_EFFECT_COLUMNS = [
    "analysis",
    "outcome",
    "population",
    "measure",
    "horizon_months",
    "cohort",
    "department",
    "grouping",
    "point",
    "lower",
    "upper",
    "n_treated",
    "status",
    "reason",
]
EVENT_STUDY_COLUMNS = [
    "analysis",
    "outcome",
    "population",
    "waves_since",
    "point",
    "lower",
    "upper",
    "n_treated",
    "status",
    "reason",
]
VERDICT_COLUMNS = ["analysis", "outcome", "population", "verdict", "reasons"]
BACKTEST_COLUMNS = ["model", "measure", "value", "is_used"]
BOARD_COLUMNS = [
    "pair_id",
    "state",
    "reasons",
    "needs_attention",
    "need_rank",
    "days_since_last",
    "last_held_on",
    "next_planned_on",
    "sessions_held",
    "sessions_cancelled_by_mentee",
    "risk",
]


@dataclass(frozen=True)
class Rows:
    """Rows of the tables of a release that analyses fill, by table name."""

    estimate: list[dict[str, Any]] = field(default_factory=list)
    curve: list[pd.DataFrame] = field(default_factory=list)
    balance: list[dict[str, Any]] = field(default_factory=list)
    diagnostic: list[dict[str, Any]] = field(default_factory=list)
    group_effect: list[dict[str, Any]] = field(default_factory=list)
    event_study: list[dict[str, Any]] = field(default_factory=list)

    def extend(self, other: Rows) -> None:
        """Add the rows of another analysis."""
        for each in fields(self):
            getattr(self, each.name).extend(getattr(other, each.name))


@dataclass(frozen=True)
class Slice:
    """Which numbers a row belongs to.

    Attributes
    ----------
    outcome : str
        voluntary_exit or any_exit.
    population : str
        all, mentor or mentee.
    variant : str
        main, intention_to_treat, truncated, clustered_by_pair, doubly_robust, naive_hire or
        naive_enrollment.
    analysis : str
        retention or careers.
    """

    outcome: str
    population: str
    variant: str = "main"
    analysis: str = ANALYSIS

    def head(self) -> dict[str, Any]:
        """Columns that name the slice."""
        return {
            "analysis": self.analysis,
            "outcome": self.outcome,
            "population": self.population,
        }


def estimate_rows(where: Slice, effect: RetentionEffect) -> list[dict[str, Any]]:
    """One row per measure and horizon."""
    return [
        estimate_row(where, measure, horizon, getattr(answer, measure), answer.reason)
        | _sizes(effect, answer)
        for horizon, answer in effect.horizons.items()
        for measure in MEASURES
    ]


def not_estimable_rows(
    where: Slice, error: EstimationError, horizons: Sequence[int]
) -> list[dict[str, Any]]:
    """Rows that say why a whole analysis has no answer."""
    return [
        estimate_row(where, measure, horizon, None, error.reason)
        for horizon in horizons
        for measure in MEASURES
    ]


def naive_rows(
    where: Slice, comparison: NaiveComparison, horizons: Sequence[int]
) -> list[dict[str, Any]]:
    """Rows of a naive comparison; it has no honest interval, so none is given."""
    rows = []
    for horizon in horizons:
        point = comparison.differences.get(horizon)
        reason = Reason("nobody_at_risk", f"Nobody has been observed for {horizon} months yet.")
        row = estimate_row(where, "risk_difference", horizon, None, reason)
        if point is not None:
            row |= {"point": point, "status": "shown", "reason": None}
        rows.append(row)
    return rows


def estimate_row(
    where: Slice, measure: str, horizon: int, estimate: Estimate | None, reason: Reason | None
) -> dict[str, Any]:
    """Row of one number, or of the reason why there is none."""
    row = where.head() | {
        "variant": where.variant,
        "measure": measure,
        "horizon_months": horizon,
        "status": "shown" if estimate else "not_estimable",
        "reason": None if reason is None else reason.words,
    }
    for name in ("point", "standard_error", "lower", "upper"):
        row[name] = getattr(estimate, name) if estimate else None
    return row


def _sizes(effect: RetentionEffect, answer: HorizonEffect) -> dict[str, Any]:
    return {
        "n_treated": publishable(effect.n_treated),
        "n_control": publishable(effect.n_control),
        "effective_sample_size": effect.effective_sample_size if answer.is_estimable else None,
        "minimum_detectable_effect": answer.minimum_detectable_effect,
    }


def publishable(count: int) -> int | None:
    """Return a count of people, or None where it is below the minimum group."""
    return count if count >= MINIMUM_GROUP else None


def curve_rows(where: Slice, effect: RetentionEffect) -> pd.DataFrame:
    """Both curves, up to the month in which either arm has too few people left.

    Beyond it each step would tell about a handful of people.
    """
    curves = effect.curves
    smallest = curves.groupby("month")["n_at_risk"].min()
    enough = (smallest >= effect.options.minimum_at_risk).cumprod().astype(bool)
    kept = curves[curves["month"].map(enough) & curves["survival"].notna()]
    columns = ["arm", "month", "survival", "lower", "upper"]
    return kept[columns].assign(at_risk=kept["n_at_risk"], **where.head())


def balance_rows(where: Slice, effect: RetentionEffect) -> list[dict[str, Any]]:
    """Balance per covariate level; calendar time as its single largest difference."""
    table = effect.diagnostics.balance
    # levels of people who take no part (nobody like them joined) have nothing to balance
    takes_part = ~table["label"].isin(effect.diagnostics.excluded)
    table = table[takes_part & (table["mean_before"] != 1)]
    is_calendar = table["covariate"] == CALENDAR
    rows = [
        (row.label, row.difference_before, row.difference_after)
        for row in table[~is_calendar].itertuples()
    ]
    if is_calendar.any():
        largest = [
            table.loc[is_calendar, name].abs().max()
            for name in ("difference_before", "difference_after")
        ]
        rows.append((CALENDAR, *largest))
    return [
        {
            "analysis": ANALYSIS,
            "population": where.population,
            "covariate": label,
            "before": before,
            "after": after,
        }
        for label, before, after in rows
    ]


def diagnostic_rows(where: Slice, effect: RetentionEffect) -> list[dict[str, Any]]:
    """Give what to look at before believing the estimate, with thresholds and verdicts."""
    found = effect.diagnostics
    largest = float(found.balance["difference_after"].abs().max()) if len(found.balance) else 0.0
    checks: list[tuple[str, float | None, float | None, str]] = [
        ("largest_imbalance", largest, IMBALANCE, _verdict(largest <= IMBALANCE)),
        (
            "overlap",
            found.overlap.common_area,
            SMALLEST_COMMON_AREA,
            _verdict(found.overlap.common_area >= SMALLEST_COMMON_AREA, "note"),
        ),
        (
            "without_counterpart",
            found.overlap.share_outside,
            SHARE_OUTSIDE,
            _verdict(found.overlap.share_outside <= SHARE_OUTSIDE),
        ),
        (
            "effective_sample",
            found.effective_sample_size,
            SMALLEST_EFFECTIVE_SAMPLE,
            _verdict(found.effective_sample_size >= SMALLEST_EFFECTIVE_SAMPLE),
        ),
        (
            "largest_weight",
            found.largest_weight_share,
            LARGEST_WEIGHT_SHARE,
            _verdict(found.largest_weight_share <= LARGEST_WEIGHT_SHARE),
        ),
        ("joined_while_not_eligible", _large(found.n_not_eligible), None, "note"),
        ("lost_from_sight", _large(found.n_lost), None, "note"),
    ]
    if where.population != "all":
        checks.append((JOINED_IN_OTHER_ROLE, _large(found.n_censored), None, "note"))
    for horizon, answer in effect.horizons.items():
        if answer.e_value is not None:
            checks.append((f"e_value_{horizon}", answer.e_value.point, None, "note"))
            checks.append((f"e_value_interval_{horizon}", answer.e_value.interval, None, "note"))
    return [
        where.head()
        | {"check_id": name, "value": value, "threshold": threshold, "verdict": verdict}
        for name, value, threshold, verdict in checks
    ]


def falsification_rows(
    where: Slice, effect: RetentionEffect | EstimationError, horizon: int
) -> list[dict[str, Any]]:
    """Judge exits that mentoring cannot change, by the same analysis: an effect means bias."""
    row = where.head() | {"check_id": "negative_control_exits", "threshold": 0.0}
    answer = (
        None if isinstance(effect, EstimationError) else effect.horizons[horizon].risk_difference
    )
    if answer is None:
        return [row | {"value": None, "verdict": "note"}]
    return [row | {"value": answer.point, "verdict": _verdict(answer.lower <= 0 <= answer.upper)}]


def _verdict(passed: bool, otherwise: str = "failed") -> str:
    return "passed" if passed else otherwise


def _large(count: int) -> float | None:
    """Return a count of people that is 0 or large enough to publish."""
    return float(count) if count == 0 or count >= MINIMUM_GROUP else None
