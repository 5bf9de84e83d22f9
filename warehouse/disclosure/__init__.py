"""The gate between computed cells and a release: small groups do not pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from warehouse.disclosure.policy import Policy
from warehouse.disclosure.suppression import FEW_PEOPLE, hide
from warehouse.metrics.metric import CONFIDENTIAL, OPERATIONAL, Metric

SUPPRESSED = "suppressed"
COMPLEMENT_REASON = "Hidden so that a smaller group cannot be worked out"
COMPANY_ONLY_REASON = "Shown for the whole company only"
_BLANKED = ["value", "lower", "upper", "numerator", "denominator"]

__all__ = ["COMPANY_ONLY_REASON", "COMPLEMENT_REASON", "SUPPRESSED", "Policy", "apply_policy"]


def apply_policy(cells: pd.DataFrame, metrics: Sequence[Metric], policy: Policy) -> pd.DataFrame:
    """Withhold cells about too few people.

    Of what people say in surveys only the whole company passes here: smaller slices are for the
    exact audit to give back (``reports.survey_figures``), and without it they stay withheld.

    Parameters
    ----------
    cells : DataFrame
        As :func:`warehouse.cube.compute_cells` gives them; not changed.
    metrics : sequence of Metric
        Declarations of every metric in ``cells``.
    policy : Policy

    Returns
    -------
    DataFrame
        The columns of the release table ``metric_cell``. A withheld cell has status suppressed, a
        reason, and neither value, interval, numerator, denominator nor n.

    Raises
    ------
    ValueError
        A cell's metric is not declared: nothing is known about its sensitivity.
    """
    declared = {metric.id: metric for metric in metrics}
    unknown = set(cells["metric_id"]) - set(declared)
    if unknown:
        raise ValueError(f"Metrics without a declaration cannot be published: {sorted(unknown)}")
    released = cells.drop(columns="smallest").reset_index(drop=True)
    sensitive = [metric.id for metric in metrics if metric.sensitivity != OPERATIONAL]
    chosen = cells.reset_index(drop=True)[cells["metric_id"].isin(sensitive).to_numpy()]
    if chosen.empty:
        return released
    metric = chosen["metric_id"].map(declared)
    chosen = chosen.assign(
        is_additive=metric.map(lambda m: m.additive),
        tells_of=metric.map(lambda m: m.tells_of),
        is_confidential=metric.map(lambda m: m.sensitivity == CONFIDENTIAL),
    )
    minimum = metric.map(lambda m: max(m.minimum_group, policy.minimum_group)).to_numpy()
    why = hide(chosen, minimum=minimum)
    is_part = (chosen[["cohort", "department"]] != "").any(axis=1)
    is_answer = metric.map(lambda m: m.family == "voice" or m.company_only)
    why = why.mask(is_answer & is_part, COMPANY_ONLY_REASON)
    hidden = (why != "").to_numpy()
    few = [f"Fewer than {k} people" for k in minimum[hidden]]
    rows = why.index[hidden]
    released.loc[rows, _BLANKED] = np.nan
    released.loc[rows, "n"] = pd.NA
    released.loc[rows, "status"] = SUPPRESSED
    reason = np.where(why[rows] == FEW_PEOPLE, few, COMPLEMENT_REASON)
    reason = np.where(why[rows] == COMPANY_ONLY_REASON, COMPANY_ONLY_REASON, reason)
    released.loc[rows, "reason"] = reason
    return released
