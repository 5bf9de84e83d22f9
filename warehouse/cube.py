"""Every metric for every slice and period: one grouping-sets query per grain of facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from warehouse import intervals
from warehouse.coverage import read_span
from warehouse.engine import Warehouse
from warehouse.facts.grain import NOT_RECORDED, Grain, Span
from warehouse.facts.rhythm import WAITING
from warehouse.metrics import BY_ID, METRICS, Metric
from warehouse.metrics.rhythm import STATE_METRICS
from warehouse.retention import retention_cells
from warehouse.sql import flag, total
from warehouse.voice import VoiceFacts, read_voice, voice_cells

SLICES = ("program", "cohort", "department")
KEYS = ("metric_id", *SLICES, "population", "period_kind", "period")
VALUES = ("value", "lower", "upper", "numerator", "denominator", "n", "status", "reason")
COLUMNS = (*KEYS, *VALUES)
SMALLEST = "smallest"  # smallest protected group, for disclosure control; never published
_SQUARED = ("clustered_share", "ratio")
_WITH_DENOMINATOR = ("share", "rate", *_SQUARED)


def compute_cells(
    warehouse: Warehouse, *, as_of: dt.date, voice: VoiceFacts | None = None
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

    Returns
    -------
    DataFrame
        One row per metric, slice and period with the columns of the release table
        ``metric_cell`` and, for :func:`warehouse.disclosure.apply_policy`, ``smallest``: the
        smallest group of people, not empty, that the metric protects. ``n`` is a nullable
        integer. Slices without a single row of facts are left out.
    """
    span = read_span(warehouse, as_of=as_of)
    grains = dict.fromkeys(m.grain for m in METRICS if m.computed_by == "cube")
    frames = [_grain_cells(warehouse, grain, span) for grain in grains]
    cells = _together(frames)
    others = [_representation(cells), _retention(warehouse, span)]
    others += _voice(voice or read_voice(warehouse, as_of=as_of))
    return _ordered(_together([cells, *others]))


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
        middle = sa.func.percentile_cont(0.5).within_group(x.asc())
        return [
            middle.filter(x.is_not(None)).label(_named(metric, "x")),
            sa.func.count(sa.distinct(sa.case((x.is_not(None), unit)))).label(_named(metric, "n")),
        ]
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
        column = sums[name] if name in sums else pd.Series("", index=sums.index)
        if name in SLICES and name not in grain.keys:
            # A slice of nobody's cohort or program is no slice; an unknown department is one.
            hidden |= (column == "").to_numpy(dtype=bool, na_value=False) & (name in sums)
            if name != "department":
                hidden |= (column == NOT_RECORDED).to_numpy(dtype=bool, na_value=False)
        keys[name] = column.fillna("")
    sums, keys = sums[~hidden], keys[~hidden]
    return pd.concat([_cells(metric, keys, sums) for metric in metrics], ignore_index=True)


def _cells(metric: Metric, keys: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Turn a metric's sums into values, intervals and statuses."""

    def part(name: str) -> intervals.Array:
        values: intervals.Array = sums[_named(metric, name)].to_numpy(dtype=float)
        return values

    x = part("x")
    cells = keys.assign(metric_id=metric.id, value=x, lower=np.nan, upper=np.nan)
    cells = cells.assign(numerator=np.nan, denominator=np.nan)
    cells["n"] = x if metric.kind == "people" else part("n")
    if metric.kind == "median":
        # Beyond half the stand-in for "not yet", more than half of the rows are still waiting.
        cells["value"] = np.where(x < WAITING / 4, x, np.nan)
    elif metric.kind in _WITH_DENOMINATOR:
        y = part("y")
        with np.errstate(invalid="ignore", divide="ignore"):
            known = (y > 0) & ~((x == 0) & (part("u") > 0)) if metric.unknown is not None else y > 0
            cells["value"] = np.where(known, x / y, np.nan)
        wanted = ("x", "y", "xx", "yy", "xy") if metric.kind in _SQUARED else ("x", "y")
        lower, upper = _interval(metric.kind, {name: part(name) for name in wanted}, part("n"))
        cells = cells.assign(lower=lower, upper=upper, numerator=x, denominator=y)
    else:
        cells["numerator"] = x
    groups = [part(f"p{i}") for i in range(len(metric.protected))]
    cells[SMALLEST] = _smallest(groups, len(cells))
    return _with_status(cells, metric)


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


def _with_status(cells: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    undefined = cells["value"].isna().to_numpy()
    return cells.assign(
        status=np.where(undefined, "undefined", "shown"),
        reason=np.where(undefined, metric.undefined_reason, ""),
        lower=np.where(undefined, np.nan, cells["lower"]),
        upper=np.where(undefined, np.nan, cells["upper"]),
    )


def _representation(cells: pd.DataFrame) -> pd.DataFrame:
    """Compare each department's reach with that of all, by quarter and year."""
    metric = BY_ID["representativeness"]
    reach = cells[(cells["metric_id"] == "reach") & (cells["period_kind"] != "month")]
    reach = reach[reach["program"] == ""]
    every = reach[reach["department"] == ""].set_index("period")
    found = reach[reach["department"] != ""].copy()
    count, size = found["numerator"].to_numpy(), found["denominator"].to_numpy()
    all_count = every["numerator"].reindex(found["period"]).to_numpy()
    all_size = every["denominator"].reindex(found["period"]).to_numpy()
    known = (size > 0) & (all_count > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(known, (count / size) / (all_count / all_size), np.nan)
    lower, upper = intervals.relative_share(count, size, all_count, all_size)
    found = found.assign(metric_id=metric.id, value=value, lower=lower, upper=upper)
    found[SMALLEST] = count
    return _with_status(found, metric)


def _retention(warehouse: Warehouse, span: Span) -> pd.DataFrame:
    found = retention_cells(warehouse, span)
    found = found.assign(
        metric_id="retention_12m", program="", numerator=np.nan, denominator=np.nan
    )
    return _with_status(found, BY_ID["retention_12m"])


def _voice(facts: VoiceFacts) -> list[pd.DataFrame]:
    """Return the cells about answers; where these do not fit their scale, with the reason."""
    frames = []
    for metric_id, cells in voice_cells(facts).groupby("metric_id", sort=False):
        reason = cells["reason"].to_numpy()
        found = _with_status(cells.assign(program=""), BY_ID[str(metric_id)])
        found["status"] = np.where(reason != "", "not_estimable", found["status"])
        frames.append(found.assign(reason=np.where(reason != "", reason, found["reason"])))
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
    counts = slices[kinds].fillna(0.0).to_numpy(dtype=float)
    size = counts.sum(axis=1)
    frames = []
    for metric, count in zip(STATE_METRICS, counts.T, strict=True):
        lower, upper = intervals.wilson(count, size)
        cells = slices[list(KEYS[1:])].assign(
            metric_id=metric.id, value=count / size, lower=lower, upper=upper
        )
        cells = cells.assign(numerator=count, denominator=size, n=size, smallest=0.0)
        frames.append(_with_status(cells, metric))
    return _ordered(_together(frames))


def _together(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Put frames under one another; empty ones would only blur the column types."""
    filled = [frame for frame in frames if not frame.empty]
    if not filled:
        return pd.DataFrame(columns=[*COLUMNS, SMALLEST])
    return pd.concat(filled, ignore_index=True)


def _ordered(cells: pd.DataFrame) -> pd.DataFrame:
    keys = list(KEYS)
    cells[keys] = cells[keys].astype(object).fillna("")
    position = cells["metric_id"].map({m.id: i for i, m in enumerate(METRICS)})
    cells = cells.assign(position=position, n=cells["n"].astype("float64").round().astype("Int64"))
    cells = cells.sort_values(["position", *keys], kind="stable", ignore_index=True)
    return cells[[*COLUMNS, SMALLEST]]
