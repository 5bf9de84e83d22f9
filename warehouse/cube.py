"""Every metric for every slice and period: one grouping-sets query per grain of facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from warehouse import intervals
from warehouse.cells import COLUMNS, KEYS, SLICES, SMALLEST, sorted_keys, stack, together
from warehouse.coverage import read_span
from warehouse.diversity import entropy
from warehouse.engine import Warehouse
from warehouse.facts.grain import NOT_RECORDED, Grain, Span
from warehouse.facts.rhythm import WAITING
from warehouse.metrics import BY_ID, METRICS, Metric
from warehouse.metrics.metric import OPERATIONAL
from warehouse.metrics.rhythm import STATE_METRICS
from warehouse.representation import department_cells, group_cells
from warehouse.retention import retention_cells
from warehouse.sql import flag, total
from warehouse.voice import VoiceFacts, read_voice, voice_cells

__all__ = [
    "COLUMNS",
    "KEYS",
    "SETTLED",
    "SMALLEST",
    "answer_cells",
    "compute_cells",
    "counted_cells",
    "grain_query",
    "state_cells",
]
_SQUARED = ("clustered_share", "ratio")
_WITH_DENOMINATOR = ("share", "rate", *_SQUARED)
# Grains whose figures stay once a period is over, as long as the facts about it do. Protected
# figures are left to disclosure control, which looks at a year and its quarters together.
_SETTLED_GRAINS = frozenset(
    grain
    for grain in {metric.grain for metric in METRICS if metric.computed_by == "cube"}
    if grain.settles and all(m.sensitivity == OPERATIONAL for m in METRICS if m.grain is grain)
)
SETTLED = tuple(
    metric.id
    for metric in METRICS
    if metric.grain in _SETTLED_GRAINS and metric.computed_by != "models"
)


def compute_cells(
    warehouse: Warehouse,
    *,
    as_of: dt.date,
    voice: VoiceFacts | None = None,
    changed_from: dt.date | None = None,
) -> pd.DataFrame:
    """Compute every metric for every slice its sensitivity allows.

    Parameters
    ----------
    warehouse : Warehouse
    as_of : date
        Last day the data speaks about; nothing after it is used.
    voice : VoiceFacts, optional
        What surveys say as of the same day, where it was read already; by default it is read here
        and scored by the shipped instruments.
    changed_from : date, optional
        Leave the figures of :data:`SETTLED` metrics out for periods that were over before this day.

    Returns
    -------
    DataFrame
        One row per metric, slice and period with the columns of the release table
        ``metric_cell`` and, for :func:`warehouse.disclosure.apply_policy`, ``smallest``: the
        smallest group of people, not empty, that the metric protects. ``n`` is a nullable
        integer. Slices without a single row of facts are left out.
    """
    said = voice or read_voice(warehouse, as_of=as_of)
    return _in_order([*_counted(warehouse, as_of, changed_from), *_voice(said)])


def counted_cells(
    warehouse: Warehouse, *, as_of: dt.date, changed_from: dt.date | None = None
) -> pd.DataFrame:
    """Compute the metrics that do not rest on answers, as :func:`compute_cells` does."""
    return _in_order(_counted(warehouse, as_of, changed_from))


def answer_cells(facts: VoiceFacts) -> pd.DataFrame:
    """Compute the metrics that rest on answers, as :func:`compute_cells` does."""
    return _in_order(_voice(facts))


def _counted(
    warehouse: Warehouse, as_of: dt.date, changed_from: dt.date | None
) -> list[pd.DataFrame]:
    span = read_span(warehouse, as_of=as_of)
    recent = span if changed_from is None else span.ending_from(changed_from)
    grains = dict.fromkeys(m.grain for m in METRICS if m.computed_by == "cube")
    with warehouse.sparingly():
        found = {
            grain: _grain_cells(warehouse, grain, recent if grain in _SETTLED_GRAINS else span)
            for grain in grains
        }
        compared = [department_cells(found[BY_ID["reach"].grain]), group_cells(warehouse, span)]
        compared.append(_retention(warehouse, span))
    return [*found.values(), *compared]


def grain_query(
    grain: Grain, metrics: Sequence[Metric], span: Span
) -> sa.Select[tuple[object, ...]]:
    """Return the one query that aggregates all metrics of a grain over all of its slices."""
    columns, sliced = grain.table.c, [s for s in SLICES if any(s in cut for cut in grain.slices)]
    sets = [sa.tuple_(*(columns[n] for n in (*grain.keys, *cut))) for cut in grain.slices]
    measures = [column for metric in metrics for column in _measures(metric)]
    return (
        sa.select(*(columns[name] for name in (*grain.keys, *sliced)), *measures)
        .select_from(grain.table)
        .group_by(sa.func.grouping_sets(*sets))
        .add_cte(grain.build(span).cte(grain.name))
    )


def _measures(metric: Metric) -> list[sa.Label[Any]]:
    x: Any = metric.numerator
    y: Any = metric.denominator
    unit = metric.grain.table.c[metric.grain.unit]
    if metric.kind == "people":
        return [sa.func.count(sa.distinct(sa.case((x > 0, unit)))).label(_named(metric, "x"))]
    if metric.kind == "median":
        middle = sa.func.percentile_cont(0.5).within_group(x.asc()).filter(x.is_not(None))
        different = sa.func.count(sa.distinct(sa.case((x.is_not(None), unit))))
        n = different if metric.people is None else total(metric.people)
        return [middle.label(_named(metric, "x")), n.label(_named(metric, "n"))]
    people = metric.people if metric.people is not None else flag((x if y is None else y) > 0)
    parts = {"x": x, "n": people}
    if y is not None:
        parts["y"] = y
    if metric.unknown is not None:
        parts["u"] = metric.unknown
    if metric.kind in _SQUARED:
        parts |= {"xx": x * x, "yy": y * y, "xy": x * y}
    parts |= {f"p{i}": group for i, group in enumerate(metric.protected)}
    return [total(expression).label(_named(metric, part)) for part, expression in parts.items()]


def _named(metric: Metric, part: str) -> str:
    return f"{metric.id}__{part}"


def _grain_cells(warehouse: Warehouse, grain: Grain, span: Span) -> pd.DataFrame:
    metrics = [m for m in METRICS if m.grain is grain and m.computed_by == "cube"]
    sums = warehouse.read(grain_query(grain, metrics, span))
    if sums.empty:
        return pd.DataFrame()
    keys = pd.DataFrame(index=sums.index)
    hidden = np.zeros(len(sums), dtype=bool)
    for name in KEYS[1:]:
        column = sums[name].astype(object) if name in sums else pd.Series("", index=sums.index)
        if name in SLICES and name not in grain.keys:
            # A slice of nobody's cohort or program is no slice; an unknown department is one.
            hidden |= (column == "").to_numpy(dtype=bool, na_value=False) & (name in sums)
            if name != "department":
                hidden |= (column == NOT_RECORDED).to_numpy(dtype=bool, na_value=False)
        keys[name] = column.astype(object).fillna("")
    sums, keys = sums[~hidden], keys[~hidden]
    order = sorted_keys(keys)
    sums, keys = sums.iloc[order], keys.iloc[order]
    if metrics[0].kind == "entropy":
        return _entropy_cells(metrics, keys, sums)
    return stack(keys, metrics, [_numbers(metric, sums) for metric in metrics])


def _entropy_cells(
    metrics: Sequence[Metric], keys: pd.DataFrame, sums: pd.DataFrame
) -> pd.DataFrame:
    """Take the kinds of things in a slice together; they come as one row each, side by side."""
    is_first = ~keys.duplicated().to_numpy()
    group = np.cumsum(is_first) - 1
    numbers = []
    for metric in metrics:
        counts, people = (_part(metric, part, sums) for part in ("x", "n"))
        n = np.bincount(group, weights=people)
        numbers.append({"value": entropy(counts, group, len(n)), "n": n})
    return stack(keys[is_first], metrics, numbers)


def _numbers(metric: Metric, sums: pd.DataFrame) -> dict[str, intervals.Array]:
    """Turn a metric's sums into values and intervals."""
    x = _part(metric, "x", sums)
    n = x if metric.kind == "people" else _part(metric, "n", sums)
    groups = [_part(metric, f"p{i}", sums) for i in range(len(metric.protected))]
    found = {"n": n, SMALLEST: _smallest(groups, len(sums))}
    if metric.kind == "median":
        # Beyond half the stand-in for "not yet", more than half of the rows are still waiting.
        return found | {"value": np.where(x < WAITING / 4, x, np.nan)}
    if metric.kind not in _WITH_DENOMINATOR:
        return found | {"value": x, "numerator": x}
    y = _part(metric, "y", sums)
    known = y > 0
    if metric.unknown is not None:
        known &= ~((x == 0) & (_part(metric, "u", sums) > 0))
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(known, metric.per * x / y, np.nan)
    wanted = ("x", "y", "xx", "yy", "xy") if metric.kind in _SQUARED else ("x", "y")
    parts = {name: _part(metric, name, sums) for name in wanted}
    lower, upper = (metric.per * bound for bound in _interval(metric.kind, parts, n))
    return found | {
        "value": value, "lower": lower, "upper": upper, "numerator": x, "denominator": y
    }  # fmt: skip


def _part(metric: Metric, name: str, sums: pd.DataFrame) -> intervals.Array:
    values: intervals.Array = sums[_named(metric, name)].to_numpy(dtype=float)
    return values


def _interval(kind: str, sums: dict[str, np.ndarray], n: np.ndarray) -> intervals.Bounds:
    if kind == "share":
        return intervals.wilson(sums["x"], sums["y"])
    if kind == "rate":
        return intervals.poisson_rate(sums["x"], sums["y"])
    return intervals.ratio(sums, n) if kind == "ratio" else intervals.clustered_share(sums, n)


def _smallest(groups: list[np.ndarray], length: int) -> np.ndarray:
    """Return the smallest group that is not empty, 0 where all are."""
    if not groups:
        return np.zeros(length)
    counts = np.vstack(groups)
    smallest = np.where(counts > 0, counts, np.inf).min(axis=0)
    return np.where(np.isfinite(smallest), smallest, 0.0)


def _retention(warehouse: Warehouse, span: Span) -> pd.DataFrame:
    found = retention_cells(warehouse, span).assign(program="")
    found = found.iloc[sorted_keys(found)]
    names = ("value", "lower", "upper", "n", SMALLEST)
    numbers = {name: found[name].to_numpy(dtype=float) for name in names}
    return stack(found, [BY_ID["retention_12m"]], [numbers])


def _voice(facts: VoiceFacts) -> list[pd.DataFrame]:
    """Return the cells about answers; where these do not fit their scale, with the reason."""
    names = ("value", "lower", "upper", "numerator", "denominator", "n", SMALLEST)
    frames = []
    for metric_id, cells in voice_cells(facts).groupby("metric_id", sort=False):
        numbers = {name: cells[name].to_numpy(dtype=float) for name in names}
        found = stack(cells.assign(program=""), [BY_ID[str(metric_id)]], [numbers])
        reason = cells["reason"].to_numpy(dtype=object)
        found["status"] = np.where(reason != "", "not_estimable", found["status"])
        found["reason"] = np.where(reason != "", reason, found["reason"])
        frames.append(found)
    return frames


def state_cells(states: pd.DataFrame) -> pd.DataFrame:
    """Count pairs by momentum state in every slice.

    Parameters
    ----------
    states : DataFrame
        One row per pair and period: pair_id, state, program, cohort, department, period_kind,
        period. Pairs that are not on the board are not there.

    Returns
    -------
    DataFrame
        Cells of the metrics ``pair_state_*``, with the columns of :func:`compute_cells`.
    """
    grain = STATE_METRICS[0].grain
    kinds = [metric.id.removeprefix("pair_state_") for metric in STATE_METRICS]
    sliced = []
    for cut in grain.slices:
        keys = [*grain.keys, *cut, "state"]
        sliced.append(states.groupby(keys).size().unstack("state", fill_value=0).reset_index())
    slices = pd.concat(sliced, ignore_index=True).reindex(columns=[*KEYS[1:], *kinds])
    slices = slices[~(slices[["program", "cohort"]] == NOT_RECORDED).any(axis=1)]
    keys = slices[list(KEYS[1:])].astype(object).fillna("")
    order = sorted_keys(keys)
    slices, keys = slices.iloc[order], keys.iloc[order]
    counts = slices[kinds].fillna(0.0).to_numpy(dtype=float)
    size = counts.sum(axis=1)
    numbers = []
    for count in counts.T:
        lower, upper = intervals.wilson(count, size)
        share = {"value": count / size, "lower": lower, "upper": upper}
        numbers.append(share | {"numerator": count, "denominator": size, "n": size})
    return _in_order([stack(keys, STATE_METRICS, numbers)])


def _in_order(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Put cells in the order of the registry; the slices of a metric are in order already."""
    cells = together(frames)
    position = {metric.id: i for i, metric in enumerate(METRICS)}
    order = np.argsort(cells["metric_id"].map(position).to_numpy(dtype=int), kind="stable")
    cells = cells.take(order).reset_index(drop=True)
    return cells.assign(n=cells["n"].astype("float64").round().astype("Int64"))
