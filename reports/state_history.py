"""The state of every pair at the end of every period, as figures about states over time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from models.momentum_runs import pair_state_history
from models.pair_facts import PairFacts
from warehouse.cube import state_cells
from warehouse.periods import Period

_SLICES = ["pair_id", "program", "cohort"]


def state_figures(
    facts: PairFacts, pairs: pd.DataFrame, periods: Sequence[Period], *, as_of: dt.date
) -> pd.DataFrame:
    """Return the cells of the metrics ``pair_state_*``, as :func:`warehouse.cube.state_cells` does.

    Parameters
    ----------
    facts : PairFacts
        From :func:`models.momentum_runs.read_momentum_facts`, as of the same day.
    pairs : DataFrame
        From :func:`reports.pair_tables.read_pair_facts`.
    periods : sequence of Period
        For which there are to be figures.
    as_of : date
        Stands in for the last day of periods that are still running.
    """
    return state_cells(_state_history(facts, pairs, periods, as_of))


def _state_history(
    facts: PairFacts, pairs: pd.DataFrame, periods: Sequence[Period], as_of: dt.date
) -> pd.DataFrame:
    """Return the state of each pair on the last day of each period.

    Returns
    -------
    DataFrame
        pair_id, state, program, cohort, department, period_kind, period; one row per pair on the
        board and period.
    """
    ends = [min(period.ends_on, as_of) for period in periods]
    named = pd.DataFrame(
        {
            "period_kind": [period.kind for period in periods],
            "period": [period.name for period in periods],
            "as_of": pd.to_datetime(ends),
        }
    )
    first_match = pairs["matched_on"].min()
    wanted = [day for day in sorted(set(ends)) if pd.Timestamp(day) >= first_match]
    columns = ["pair_id", "state", *_SLICES[1:], "department", "period_kind", "period"]
    if not wanted:
        return pd.DataFrame(columns=columns, dtype="str")
    states = pair_state_history(facts, days=wanted)
    slices = pairs[[*_SLICES, "mentee_department"]]
    slices = slices.rename(columns={"mentee_department": "department"})
    return states.merge(slices, on="pair_id").merge(named, on="as_of")[columns]
