"""Survey figures as they are published: one decimal, "or lower", or a reason instead."""

from __future__ import annotations

import numpy as np
import pandas as pd

from warehouse.disclosure.exact import FEW_ANSWERS, SHOWN, Suppression
from warehouse.disclosure.item import PRINTED_DECIMALS, Item, Whole, near_unanimous, rounded
from warehouse.disclosure.lattice import FIGURE, Survey, build_lattice
from warehouse.disclosure.policy import Policy

OR_LOWER, OR_HIGHER = "or lower", "or higher"
WORKED_OUT_REASON = "Hidden so that a smaller group cannot be worked out"
COLUMNS = [*FIGURE, "item", "measure", "value", "bound", "n", "status", "reason"]


def printed_figures(survey: Survey, decision: Suppression, *, policy: Policy) -> pd.DataFrame:
    """Turn a decision into the rows to publish.

    Parameters
    ----------
    survey : Survey
    decision : Suppression
        What :func:`warehouse.disclosure.exact.suppress` returned for this survey.
    policy : Policy

    Returns
    -------
    DataFrame
        One row per figure, item and measure with answers: department, cohort, period, item,
        measure (mean, or favorable: a share in percent), value (rounded to one decimal), bound
        ("", or lower, or higher), n (nullable int), status (shown, suppressed), reason. Withheld
        rows have neither value nor n.
    """
    status = decision.figures.set_index(FIGURE)
    frames = []
    for lattice in decision.lattices or [build_lattice(b, policy) for _, b in survey.blocks()]:
        decided = status.reindex(pd.MultiIndex.from_frame(lattice.figures))
        keys = lattice.figures.assign(
            status=decided["status"].to_numpy(), why=decided["why"].to_numpy()
        )
        totals = (lattice.figure_atoms @ lattice.total.T).T
        favorable = (lattice.figure_atoms @ lattice.favorable.T).T
        for i, item in enumerate(lattice.items):
            frames.append(_rows(keys, item, lattice.figure_n[i], totals[i]))
            if item.favorable_from is not None:
                share = _rows(keys, item.share, lattice.figure_n[i], favorable[i])
                frames.append(share.assign(item=item.id, measure="favorable"))
    if not frames:
        return pd.DataFrame(columns=COLUMNS)
    return _withheld(pd.concat(frames, ignore_index=True), policy.minimum_group)[COLUMNS]


def _rows(keys: pd.DataFrame, item: Item, n: Whole, total: Whole) -> pd.DataFrame:
    some = n > 0
    n, total = n[some], total[some]
    at_low, at_high = near_unanimous(item, n, total)
    margin = 2 * item.units_per_point - 1
    limit = np.where(at_low, n * item.low + margin, n * item.high - margin)
    outward = np.where(at_low, -_floor(item, n, -limit), _floor(item, n, limit))
    printed = np.where(at_low | at_high, outward, rounded(item, n, total, decimals=1))
    return keys[some].assign(
        item=item.id,
        measure="mean",
        value=printed / 10**PRINTED_DECIMALS,
        bound=np.where(at_low, OR_LOWER, np.where(at_high, OR_HIGHER, "")),
        n=n,
    )


def _floor(item: Item, n: Whole, total: Whole) -> Whole:
    fine = item.printed_per_point * 10**PRINTED_DECIMALS
    found: Whole = total * fine // (n * item.units_per_point)
    return found


def _withheld(rows: pd.DataFrame, minimum: int) -> pd.DataFrame:
    shown = rows["status"] == SHOWN
    few = f"Fewer than {minimum} answers"
    reason = np.where(rows["why"] == FEW_ANSWERS, few, WORKED_OUT_REASON)
    return rows.assign(
        value=rows["value"].where(shown),
        bound=rows["bound"].where(shown, ""),
        n=rows["n"].astype("Int64").where(shown, pd.NA),
        status=np.where(shown, SHOWN, "suppressed"),
        reason=np.where(shown, "", reason),
    )
