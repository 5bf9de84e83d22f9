"""Effects by cohort and department as rows of a release: pooled ones only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from models.estimate import Estimate, EstimationError, Reason
from models.published import MINIMUM_GROUP, Slice
from models.retention_groups import GroupAnswer, PooledGroups, pool_groups

Grouping = Literal["cohort", "department"]
GROUPINGS: tuple[Grouping, ...] = ("cohort", "department")
MEASURE = "risk_difference"


@dataclass(frozen=True)
class GroupRows:
    """Rows of one grouping for the tables of the same names."""

    group_effect: list[dict[str, Any]]
    diagnostic: list[dict[str, Any]]


def group_rows(
    where: Slice,
    grouping: Grouping,
    answers: Sequence[GroupAnswer],
    *,
    horizons: Sequence[int],
    headline: int,
    level: float,
) -> GroupRows:
    """Rows of all groups and of their mean, for each horizon.

    Parameters
    ----------
    where : Slice
    grouping : {"cohort", "department"}
    answers : sequence of GroupAnswer
    horizons : sequence of int
    headline : int
        Horizon whose spread between the groups is told among the checks.
    level : float
        Of the intervals.

    Returns
    -------
    GroupRows
    """
    counts = publishable_counts({answer.name: answer.n_treated for answer in answers})
    rows: list[dict[str, Any]] = []
    spread: float | None = None
    for horizon in horizons:
        found = pool_groups(answers, horizon, level=level)
        head = where.head() | {"measure": MEASURE, "horizon_months": horizon, "grouping": grouping}
        for name, answer in found.groups.items():
            group = {"cohort": "", "department": ""} | {grouping: name}
            rows.append(head | group | _numbers(answer) | {"n_treated": counts[name]})
        rows.append(head | {"cohort": "", "department": "", "n_treated": None} | _mean(found))
        if horizon == headline and found.pooled is not None:
            spread = found.pooled.between_sd.point
    check = {"check_id": f"between_{grouping}s", "value": spread, "threshold": None}
    return GroupRows(rows, [where.head() | check | {"verdict": "note"}])


def refused_group_rows(
    where: Slice, error: EstimationError, horizons: Sequence[int]
) -> list[dict[str, Any]]:
    """Rows that say why there is no effect by group at all."""
    nobody = {"cohort": "", "department": "", "n_treated": None}
    return [
        where.head()
        | {"measure": MEASURE, "horizon_months": horizon, "grouping": grouping}
        | nobody
        | _numbers(error.reason)
        for grouping in GROUPINGS
        for horizon in horizons
    ]


def publishable_counts(counts: dict[str, int]) -> dict[str, int | None]:
    """Return counts of people per group without those below the minimum.

    All joiners are known: where what is hidden comes to fewer than the minimum, subtracting would
    give it away, so the smallest count that could be shown is hidden as well.
    """
    shown = {name for name, count in counts.items() if count >= MINIMUM_GROUP}
    hidden = sum(count for name, count in counts.items() if name not in shown)
    if shown and 0 < hidden < MINIMUM_GROUP:
        shown.remove(min(sorted(shown), key=lambda name: counts[name]))
    return {name: count if name in shown else None for name, count in counts.items()}


def _mean(found: PooledGroups) -> dict[str, Any]:
    if found.pooled is not None:
        return _numbers(found.pooled.mean)
    return _numbers(Reason("too_few_groups", "Fewer than two groups bear a number of their own."))


def _numbers(answer: Estimate | Reason) -> dict[str, Any]:
    if isinstance(answer, Reason):
        empty = {"point": None, "lower": None, "upper": None}
        return empty | {"status": "not_estimable", "reason": answer.words}
    return {
        "point": answer.point,
        "lower": answer.lower,
        "upper": answer.upper,
        "status": "shown",
        "reason": None,
    }
