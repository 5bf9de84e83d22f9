"""Figures about answers for every closed slice, quarter and full year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from warehouse import intervals
from warehouse.facts.voice_atoms import CHANGE_SUMS, GAP, LEVEL_SUMS, SCORE, YEAR
from warehouse.instruments import Construct
from warehouse.instruments.instrument import ENPS
from warehouse.metrics import voice as metrics
from warehouse.voice.estimable import asked_in_vain, earlier_misfits, misfits, with_misfits
from warehouse.voice.exposure import smallest_unmatched
from warehouse.voice.facts import VoiceFacts
from warehouse.voice.slices import SLICE, added_up

_PERIOD = ["period_kind", "period_no"]
_KEYS = ["construct_no", *_PERIOD, *SLICE]
COLUMNS = (
    "metric_id", "department", "cohort", "population", "period_kind", "period", "value", "lower",
    "upper", "numerator", "denominator", "n", "smallest", "reason",
)  # fmt: skip


def voice_cells(facts: VoiceFacts) -> pd.DataFrame:
    """Return the cells of every voice metric.

    Returns
    -------
    DataFrame
        COLUMNS, one row per metric, closed slice, and final quarter or full year. ``n`` is the
        number of answers to the item with the fewest (of a change people, of a gap pairs, of a
        rate invitations), ``smallest`` the smallest group that disclosure control must not show.
        ``reason`` is empty but where answers do not fit their scale; the value is then missing.
    """
    scores = by_period(facts.part(SCORE))
    frames = [_levels(facts, scores), _changes(facts, scores), _gaps(facts), _rates(facts)]
    filled = [frame for frame in frames if not frame.empty]
    found = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()
    if found.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    found = found[_is_published(found, facts)]
    return found.assign(period=period_names(found)).reindex(columns=list(COLUMNS))


def by_period(rows: pd.DataFrame) -> pd.DataFrame:
    """Name the period of sums that come by quarter and by year."""
    is_year = rows[YEAR] >= 0
    return rows.assign(
        period_kind=np.where(is_year, "year", "quarter"),
        period_no=np.where(is_year, rows[YEAR], rows["number"]),
    )


def _with_years(rows: pd.DataFrame) -> pd.DataFrame:
    """Return sums by quarter also added to the year."""
    quarters = rows.assign(period_kind="quarter", period_no=rows["number"])
    return pd.concat(
        [quarters, rows.assign(period_kind="year", period_no=rows["number"] // 4)],
        ignore_index=True,
    )


def _is_published(cells: pd.DataFrame, facts: VoiceFacts) -> pd.Series:
    """Tell which periods may be published: final quarters and years that are over."""
    is_quarter = cells["period_kind"] == "quarter"
    final = cells["period_no"].isin(list(facts.quarters.final()))
    return (is_quarter & final) | (~is_quarter & cells["period_no"].isin(list(facts.years)))


def period_names(cells: pd.DataFrame) -> pd.Series:
    """Return the names of quarters and years that come as numbers."""
    number = cells["period_no"]
    quarter = (number // 4).astype(str) + "Q" + (number % 4 + 1).astype(str)
    return cells["period_no"].astype(str).where(cells["period_kind"] == "year", quarter)


def _answers(facts: VoiceFacts) -> pd.DataFrame:
    """Return the answers to the item with the fewest, per construct, slice and period.

    ``either`` is, for eNPS, how many are promoters or detractors.
    """
    keys = ["construct_no", "item_no", *_PERIOD]
    answers = added_up(_with_years(facts.items()), keys, ["n", "xx"])
    grouped = answers.groupby(_KEYS, as_index=False, sort=False)
    return grouped.agg(fewest=("n", "min"), either=("xx", "sum"))


def _levels(facts: VoiceFacts, scores: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of the constructs, an empty one where all answered too few items."""
    constructs = facts.asked.constructs
    sums = added_up(scores, ["construct_no", *_PERIOD], LEVEL_SUMS)
    sums = sums.merge(_answers(facts), on=_KEYS, how="left")
    cells = sums.assign(
        metric_id=[constructs[no].id for no in sums["construct_no"]],
        **_means(sums, constructs),
        n=sums["fewest"],
        smallest=_fewer(sums["fewest"], sums["clusters"]),
    )
    cells = with_misfits(cells, misfits(facts))
    return pd.concat([cells, asked_in_vain(facts, sums)], ignore_index=True)


def _changes(facts: VoiceFacts, scores: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of changes between waves."""
    constructs = facts.asked.constructs
    sums = added_up(scores, ["construct_no", *_PERIOD], CHANGE_SUMS)
    sums = sums.rename(columns={name: name.removeprefix("change_") for name in CHANGE_SUMS})
    sums = sums[sums["construct_no"].isin(facts.changing)]
    unmatched = smallest_unmatched(facts)
    sums = sums.merge(unmatched, on=_KEYS, how="left")
    cells = sums.assign(
        metric_id=[constructs[no].id + metrics.CHANGE for no in sums["construct_no"]],
        **_means(sums, constructs, is_change=True),
        smallest=_fewer(sums["clusters"], sums["unmatched"].fillna(0)),
    )
    return with_misfits(cells, earlier_misfits(facts))


def _gaps(facts: VoiceFacts) -> pd.DataFrame:
    """Return the cells of the gap between mentor and mentee."""
    constructs = facts.asked.constructs
    sums = added_up(by_period(facts.part(GAP)), ["construct_no", *_PERIOD], LEVEL_SUMS)
    cells = sums.assign(
        metric_id=metrics.GAP_METRIC,
        **_means(sums, constructs, is_change=True),
        smallest=sums["clusters"],
    )
    cells["lower"] = np.maximum(cells["lower"], 0.0)
    return with_misfits(cells, misfits(facts))


def _rates(facts: VoiceFacts) -> pd.DataFrame:
    """Return the cells of the response rate."""
    sums = added_up(_with_years(facts.invitations), _PERIOD, ["invited", "answered"])
    x, y = sums["answered"].to_numpy(dtype=float), sums["invited"].to_numpy(dtype=float)
    lower, upper = intervals.wilson(x, y)
    known = x <= y
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(known, x / y, np.nan)
    return sums.assign(
        metric_id=metrics.RATE_METRIC, value=value, lower=lower, upper=upper, numerator=x,
        denominator=y, n=y, smallest=_fewer(x, y - x), reason="",
    )  # fmt: skip


def _means(
    sums: pd.DataFrame, constructs: tuple[Construct, ...], *, is_change: bool = False
) -> dict[str, np.ndarray]:
    """Return value and interval of means, never beyond the scale; eNPS with its own error."""
    number = sums["construct_no"].to_numpy(dtype=int)
    units = np.array([one.units_per_point for one in constructs], dtype=float)[number]
    low, high = np.array([one.bounds for one in constructs], dtype=float).reshape(-1, 2)[number].T
    if is_change:
        low, high = low - high, high - low
    part = {name: sums[name].to_numpy(dtype=float) for name in LEVEL_SUMS}
    lower, upper = intervals.mean(part | {"y": part["n"]}, part["clusters"])
    lower, upper = np.maximum(lower / units, low), np.minimum(upper / units, high)
    if "either" in sums:
        is_enps = np.array([one.id == ENPS for one in constructs])[number]
        net = intervals.net_share(part["x"], sums["either"].to_numpy(dtype=float), part["n"])
        lower, upper = np.where(is_enps, net[0], lower), np.where(is_enps, net[1], upper)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = part["x"] / part["n"] / units
    return {"value": value, "lower": lower, "upper": upper}


def _fewer(*groups: pd.Series | np.ndarray) -> np.ndarray:
    """Return the smallest of several groups that is not empty, 0 where all are."""
    counts = np.vstack([np.asarray(group, dtype=float) for group in groups])
    smallest = np.where(counts > 0, counts, np.inf).min(axis=0)
    return np.where(np.isfinite(smallest), smallest, 0.0)
