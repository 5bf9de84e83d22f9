"""What to look at before believing a retention estimate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.balance import (
    IMBALANCE,
    Moments,
    Overlap,
    effective_sample_size,
    largest_weight_share,
    measure_overlap,
    standardized_differences,
)
from models.enrollment import EnrollmentModel
from models.options import Estimand
from models.person_period import NEVER, PersonPeriod
from models.trials import FollowUp

BLOCK_ROWS = 200_000
LARGEST_WEIGHT_SHARE = 0.05
SHARE_OUTSIDE = 0.05


@dataclass(frozen=True)
class RetentionDiagnostics:
    """Diagnostics of the weighting, taken at the start of the trials.

    Attributes
    ----------
    balance : DataFrame
        One row per covariate level: covariate, label, mean_joined, mean_before, mean_after,
        difference_before, difference_after (in standard deviations).
    effective_sample_size : float
        Of the controls, over people.
    overlap : Overlap
    largest_weight_share : float
        Share of one control in the weight of all.
    truncation : float or None
        Weight at which control weights were cut.
    excluded : tuple of str
        Levels in which nobody or everybody joined; they take no part.
    n_not_eligible : int
        People who joined in a month in which they were not marked eligible; not counted as
        joiners.
    n_lost : int
        People whose months end early without an exit; taken as censored.
    n_censored : int
        People marked as leaving observation without the event.
    enrollment_coefficients : dict
        Log odds of the enrollment model per label.
    warnings : tuple of str
    """

    balance: pd.DataFrame
    effective_sample_size: float
    overlap: Overlap
    largest_weight_share: float
    truncation: float | None
    excluded: tuple[str, ...]
    n_not_eligible: int
    n_lost: int
    n_censored: int
    enrollment_coefficients: dict[str, float]
    warnings: tuple[str, ...]


def diagnose(
    period: PersonPeriod,
    model: EnrollmentModel,
    controls: FollowUp,
    *,
    estimand: Estimand,
    cap: float | None,
) -> RetentionDiagnostics:
    """Collect the diagnostics of one analysis.

    Parameters
    ----------
    period : PersonPeriod
    model : EnrollmentModel
    controls : FollowUp
    estimand : {"joiners", "eligible"}
    cap : float or None
        Largest control weight allowed.

    Returns
    -------
    RetentionDiagnostics
    """
    rows = np.flatnonzero(model.in_trials)
    treated = period.enrolls[rows]
    balance = _balance(model, rows, treated, estimand, cap)
    overlap = measure_overlap(model.probability[rows], treated)
    share = largest_weight_share(controls.at_risk[:, 0])
    not_eligible = _not_eligible(period)
    return RetentionDiagnostics(
        balance=balance,
        effective_sample_size=effective_sample_size(controls.at_risk[:, 0]),
        overlap=overlap,
        largest_weight_share=share,
        truncation=cap,
        excluded=model.excluded,
        n_not_eligible=not_eligible,
        n_lost=period.n_lost,
        n_censored=period.n_censored,
        enrollment_coefficients=model.coefficients,
        warnings=(*period.warnings, *_warnings(balance, overlap, share, not_eligible)),
    )


def _balance(
    model: EnrollmentModel,
    rows: np.ndarray,
    treated: np.ndarray,
    estimand: Estimand,
    cap: float | None,
) -> pd.DataFrame:
    columns = model.design.columns
    joined, others = Moments.empty(len(columns)), Moments.empty(len(columns))
    for start in range(0, len(rows), BLOCK_ROWS):
        block = rows[start : start + BLOCK_ROWS]
        matrix, enrolls = model.design.matrix(block), treated[start : start + BLOCK_ROWS]
        chance = model.probability[block]
        if estimand == "joiners":
            weight = np.where(enrolls, 1.0, chance / np.maximum(1.0 - chance, 1e-12))
        else:
            weight = np.where(enrolls, 1.0 / chance, 1.0 / np.maximum(1.0 - chance, 1e-12))
        if cap is not None:
            weight = np.where(enrolls, weight, np.minimum(weight, cap))
        joined += Moments.of(matrix[enrolls], weight[enrolls])
        others += Moments.of(matrix[~enrolls], weight[~enrolls])
    table = standardized_differences(joined, others)
    table.insert(0, "label", [column.label for column in columns])
    table.insert(0, "covariate", [column.covariate for column in columns])
    return table


def _not_eligible(period: PersonPeriod) -> int:
    """People with a row in their month of enrollment who do not count as joiners."""
    first, last = period.month[period.starts], period.month[period.ends - 1]
    enrolled = period.enrolled_month
    present = (enrolled != NEVER) & (enrolled >= first) & (enrolled <= last)
    return int(present.sum() - period.enrolls.sum())


def _warnings(
    balance: pd.DataFrame, overlap: Overlap, share: float, not_eligible: int
) -> list[str]:
    found = []
    unlike = balance.loc[balance["difference_after"].abs() > IMBALANCE, "label"].tolist()
    if unlike:
        found.append(
            f"After weighting the groups still differ in {', '.join(unlike[:5])} "
            f"(by more than {IMBALANCE} standard deviations)."
        )
    if overlap.share_outside > SHARE_OUTSIDE:
        found.append(
            f"{overlap.share_outside:.0%} of those who joined were likelier to join than anybody "
            "who did not."
        )
    if share > LARGEST_WEIGHT_SHARE:
        found.append(f"A single person carries {share:.0%} of the comparison group's weight.")
    if not_eligible:
        found.append(
            f"{not_eligible} people joined in a month in which they were not marked eligible; "
            "they are left out."
        )
    return found
