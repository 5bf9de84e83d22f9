"""Which figures differ between two releases, and why: what ``outcomes releases diff`` says.

Both releases are read as everybody reads them, small groups withheld, so that a difference tells
nothing that the two do not show. A figure withheld in both is no difference, whatever is behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reports.change_causes import Cause, Causes, Why
from reports.codes import MEASURE_UNITS
from reports.fact_rows import RETENTION
from reports.readable import hide_small_groups
from reports.release import Release

KEYS = ["metric_id", "program", "cohort", "department", "population", "period_kind", "period"]
_SAID = ["value", "status", "reason"]
_ABSENT = "absent"
_HIDDEN = "suppressed"
_ANSWERS = "engagement"
# A protected figure is printed with one decimal; what moved below it is not told.
_DECIMALS = {"fraction": 3}
_PROTECTED_DECIMALS = 1


@dataclass(frozen=True)
class Side:
    """A figure in one release.

    Attributes
    ----------
    value : float or None
        In the metric's unit; None where it is not shown.
    status : str
        shown, suppressed, undefined, not_estimable, or absent.
    reason : str
        The sentence in place of the value.
    """

    value: float | None
    status: str
    reason: str


@dataclass(frozen=True)
class Difference:
    """A figure that is not the same in two releases.

    Attributes
    ----------
    metric_id, label, unit : str
        As the newer release names them, or the older one where it has the metric no more.
    program, cohort, department, population, period : str
        The slice; empty means all. For an effect, population says of whom and after how many
        months.
    before, after : Side
    why : Why
    """

    metric_id: str
    label: str
    unit: str
    program: str
    cohort: str
    department: str
    population: str
    period: str
    before: Side
    after: Side
    why: Why

    @property
    def is_in_one_only(self) -> bool:
        """True where one of the two releases does not have the figure at all."""
        return _ABSENT in (self.before.status, self.after.status)

    @property
    def slice(self) -> str:
        """The slice in words: "Sales, C1"; "all" for the company."""
        parts = (self.department, self.program, self.cohort, self.population)
        return ", ".join(part for part in parts if part) or "all"


def compare_releases(older: Release, newer: Release) -> tuple[Difference, ...]:
    """Return every figure whose value, status or reason differs, in the order of the registry.

    Parameters
    ----------
    older, newer : Release
        Before and after; any two releases of one folder.
    """
    causes = Causes(older, newer)
    metrics = _metrics(older, newer)
    position = {metric: place for place, metric in enumerate(metrics.index)}
    found = [*_of_metrics(older, newer, metrics, causes), *_of_effects(older, newer, causes)]
    found.sort(key=lambda one: position.get(one.metric_id, len(position)))
    return tuple(found)


def _of_metrics(
    older: Release, newer: Release, metrics: pd.DataFrame, causes: Causes
) -> Iterator[Difference]:
    both = _side_by_side(_cells(older, metrics), _cells(newer, metrics), KEYS)
    named = {row.Index: (row.label, row.unit) for row in metrics.itertuples()}
    for row in both[_is_changed(both)].itertuples():
        before, after = _side(row, "before"), _side(row, "after")
        label, unit = named[row.metric_id]
        place = {name: str(getattr(row, name)) for name in KEYS if name != "period_kind"}
        why = _why(row, before, after, causes)
        yield Difference(label=label, unit=unit, before=before, after=after, why=why, **place)


def _why(row: Any, before: Side, after: Side, causes: Causes) -> Why:
    if _is_disclosure(before, after):
        return Why(Cause.DISCLOSURE)
    why = causes.by_data(row.metric_id, row.period)
    versions = (row.metric_version_before, row.metric_version_after)
    is_known = not any(pd.isna(version) for version in versions)
    # A figure kept under its old definition did not change because of the new one.
    is_redefined = versions[0] != versions[1] if is_known else row.metric_id in causes.redefined
    return causes.with_definition(why) if is_redefined else why


def _of_effects(older: Release, newer: Release, causes: Causes) -> Iterator[Difference]:
    keys = ["analysis", "outcome", "population", "variant", "measure", "horizon_months"]
    points, later = (
        one.frame("estimate").rename(columns={"point": "value"})[[*keys, *_SAID]]
        for one in (older, newer)
    )
    both = _side_by_side(points, later, keys)
    for row in both[_is_changed(both)].itertuples():
        before, after = _side(row, "before"), _side(row, "after")
        # effects on scores rest on the facts of the figure on the same answers, called alike
        why = causes.by_data(_ANSWERS if row.analysis == _ANSWERS else RETENTION, "")
        if _is_disclosure(before, after):
            why = Why(Cause.DISCLOSURE)
        words = [str(part).replace("_", " ") for part in (row.analysis, row.outcome, row.measure)]
        yield Difference(
            metric_id=f"{row.analysis}.{row.outcome}.{row.measure}",
            label=f"{words[0].capitalize()} effect, {words[1]}: {words[2]}",
            unit=MEASURE_UNITS[row.measure],
            program="",
            cohort="",
            department="",
            population=_of_whom(row),
            period="",
            before=before,
            after=after,
            why=why,
        )


def _of_whom(row: Any) -> str:
    """Return people, variant and, where there is one, horizon: scores have none."""
    found = f"{row.population}, {row.variant}"
    return found if pd.isna(row.horizon_months) else f"{found}, {int(row.horizon_months)} months"


def _is_disclosure(before: Side, after: Side) -> bool:
    statuses = (before.status, after.status)
    return _HIDDEN in statuses and _ABSENT not in statuses


def _metrics(older: Release, newer: Release) -> pd.DataFrame:
    """Return the metrics of both by their id, the newer release first."""
    both = pd.concat(
        [one.frame("metric").sort_values("position") for one in (newer, older)], ignore_index=True
    )
    return both.drop_duplicates("metric_id").set_index("metric_id")


def _cells(release: Release, metrics: pd.DataFrame) -> pd.DataFrame:
    """Return the figures as everybody may read them, protected ones as they are printed."""
    cells = hide_small_groups(
        release.frame("metric_cell"),
        release.frame("metric"),
        minimum_group=release.info.minimum_group,
    )
    is_open = (cells["metric_id"].map(metrics["sensitivity"]) == "operational").to_numpy()
    decimals = cells["metric_id"].map(metrics["unit"]).map(_DECIMALS).fillna(_PROTECTED_DECIMALS)
    scale = 10.0**decimals
    printed = (cells["value"] * scale).round() / scale
    return cells.assign(value=cells["value"].where(is_open, printed))[
        [*KEYS, *_SAID, "metric_version"]
    ]


def _side_by_side(before: pd.DataFrame, after: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    both = before.merge(after, on=keys, how="outer", suffixes=("_before", "_after"), sort=True)
    for side in ("before", "after"):
        both[f"status_{side}"] = both[f"status_{side}"].fillna(_ABSENT)
        both[f"reason_{side}"] = both[f"reason_{side}"].fillna("")
    return both.astype(object)  # rows of plain values are walked several times faster


def _is_changed(both: pd.DataFrame) -> pd.Series:
    left, right = (both[f"value_{side}"].astype("float64") for side in ("before", "after"))
    same = (left == right) | (left.isna() & right.isna())
    same &= both["status_before"] == both["status_after"]
    same &= both["reason_before"] == both["reason_after"]
    return ~same


def _side(row: Any, name: str) -> Side:
    value = getattr(row, f"value_{name}")
    status, reason = getattr(row, f"status_{name}"), getattr(row, f"reason_{name}")
    return Side(None if pd.isna(value) else float(value), str(status), str(reason))
