"""The state of every pair at the end of every period, for the figures about states over time."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from models.momentum_runs import pair_state_history
from models.pair_facts import PairFacts
from warehouse.periods import parse_period

_SLICES = ["pair_id", "program", "cohort"]


def state_history(
    facts: PairFacts, pairs: pd.DataFrame, cells: pd.DataFrame, *, as_of: dt.date
) -> pd.DataFrame:
    """Return the state of each pair on the last day of each period that has figures.

    Parameters
    ----------
    facts : PairFacts
        From :func:`models.momentum_runs.read_momentum_facts`, as of the same day.
    pairs : DataFrame
        From :func:`reports.pair_tables.read_pair_facts`.
    cells : DataFrame
        Figures whose periods are wanted.
    as_of : date
        Stands in for the last day of periods that are still running.

    Returns
    -------
    DataFrame
        pair_id, state, program, cohort, department, period_kind, period; one row per pair on the
        board and period.
    """
    periods = cells[["period_kind", "period"]].drop_duplicates()
    ends = [min(parse_period(name).ends_on, as_of) for name in periods["period"]]
    periods = periods.assign(as_of=pd.to_datetime(ends))
    first_match = pairs["matched_on"].min()
    wanted = [day for day in sorted(set(ends)) if pd.Timestamp(day) >= first_match]
    columns = ["pair_id", "state", *_SLICES[1:], "department", "period_kind", "period"]
    if not wanted:
        return pd.DataFrame(columns=columns, dtype="str")
    states = pair_state_history(facts, days=wanted)
    slices = pairs[[*_SLICES, "mentee_department"]]
    slices = slices.rename(columns={"mentee_department": "department"})
    return states.merge(slices, on="pair_id").merge(periods, on="as_of")[columns]
