"""Survey figures as they are published: one decimal, "or lower", or a reason instead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from warehouse.disclosure.exact import FEW_ANSWERS, HIDDEN, SHOWN, Suppression
from warehouse.disclosure.item import PRINTED_DECIMALS, Item, Whole, near_unanimous, rounded
from warehouse.disclosure.lattice import FIGURE, Survey, lattices
from warehouse.disclosure.policy import Policy

OR_LOWER, OR_HIGHER = "or lower", "or higher"
WORKED_OUT_REASON = "Hidden so that a smaller group cannot be worked out"
COLUMNS = [*FIGURE, "item", "measure", "value", "bound", "n", "status", "reason"]
_UNDECIDED = (HIDDEN, "")

Columns = dict[str, np.ndarray]


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
    laid_out = decision.lattices or [lattice for _, lattice in lattices(survey, policy)]
    decided = _decided(decision.figures)
    parts = []
    for lattice in laid_out:
        state = [decided.get(key, _UNDECIDED) for key in lattice.figure_keys()]
        totals = (lattice.figure_atoms @ lattice.total.T).T
        favorable = (lattice.figure_atoms @ lattice.favorable.T).T
        columns = dict(
            zip(
                (*FIGURE, "status", "why"),
                (*lattice.names, *np.array(state, dtype=object).T),
                strict=True,
            )
        )
        for i, item in enumerate(lattice.items):
            n = lattice.figure_n[i]
            parts.append(_rows(columns | {"n": n, "total": totals[i]}, item, "mean"))
            if item.favorable_from is not None:
                parts.append(_rows(columns | {"n": n, "total": favorable[i]}, item, "favorable"))
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return pd.DataFrame(_withheld(whole, policy.minimum_group), columns=COLUMNS)


def _decided(figures: pd.DataFrame) -> dict[tuple[str, ...], tuple[str, str]]:
    columns = [figures[name].to_numpy(dtype=object) for name in (*FIGURE, "status", "why")]
    return {
        (d, c, period): (status, why) for d, c, period, status, why in zip(*columns, strict=True)
    }


def _rows(columns: Columns, item: Item, measure: str) -> Columns:
    some = columns["n"] > 0
    rows = {name: column[some] for name, column in columns.items()}
    n, total = rows["n"], rows.pop("total")
    scale = item if measure == "mean" else item.share
    at_low, at_high = near_unanimous(scale, n, total)
    margin = 2 * scale.units_per_point - 1
    limit = np.where(at_low, n * scale.low + margin, n * scale.high - margin)
    outward = np.where(at_low, -_floor(scale, n, -limit), _floor(scale, n, limit))
    printed = np.where(at_low | at_high, outward, rounded(scale, n, total, decimals=1))
    bound = np.where(at_low, OR_LOWER, np.where(at_high, OR_HIGHER, "")).astype(object)
    return rows | {
        "item": np.full(len(n), item.id, dtype=object),
        "measure": np.full(len(n), measure, dtype=object),
        "value": printed / 10**PRINTED_DECIMALS,
        "bound": bound,
    }


def _floor(item: Item, n: Whole, total: Whole) -> Whole:
    fine = item.printed_per_point * 10**PRINTED_DECIMALS
    found: Whole = total * fine // (n * item.units_per_point)
    return found


def _withheld(rows: Columns, minimum: int) -> dict[str, Any]:
    is_shown = rows["status"] == SHOWN
    few = f"Fewer than {minimum} answers"
    reason = np.where(rows["why"] == FEW_ANSWERS, few, WORKED_OUT_REASON)
    return rows | {
        "value": np.where(is_shown, rows["value"], np.nan),
        "bound": np.where(is_shown, rows["bound"], ""),
        "n": pd.arrays.IntegerArray(rows["n"], ~is_shown),
        "status": np.where(is_shown, SHOWN, HIDDEN),
        "reason": np.where(is_shown, "", reason),
    }
