"""The falsification checks of a release: rows of its table of diagnostics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models import published
from models.estimate import EstimationError
from models.falsification import (
    LARGEST_DIFFERENCE,
    LARGEST_SHARE,
    compare_before,
    judge_before,
    share_of_controls,
)
from models.published import MINIMUM_GROUP, Slice
from models.retention import FollowedStudy, RetentionStudy

HORIZON = 12
BEFORE = {"pre_period_score": "engagement_before", "pre_period_promotion": "promoted_before"}
INFORMAL = "informal"


def falsification_rows(
    study: RetentionStudy, followed: FollowedStudy, person_month: pd.DataFrame, where: Slice
) -> list[dict[str, Any]]:
    """Rows of every check of a population.

    Parameters
    ----------
    study : RetentionStudy
    followed : FollowedStudy
        The study, followed for more than ``HORIZON`` months.
    person_month : DataFrame
        The frame of the study: negative_control_exit, in_informal_pair (missing where no such
        pair is on record at all) and the columns of ``BEFORE``.
    where : Slice

    Returns
    -------
    list of dict
    """
    rows = _negative_control(study, followed, person_month, where)
    for check_id, column in BEFORE.items():
        value = person_month[column].to_numpy(dtype=float)[study.period.order]
        rows.append(_before(study, where, check_id, value))
    informal = person_month["in_informal_pair"].to_numpy(dtype=float)[study.period.order]
    rows.append(_informal(followed, where, informal[study.period.starts]))
    return rows


def in_informal_pair(people: pd.Index, pairs: pd.DataFrame) -> np.ndarray:
    """Say who has been in an informal pair, outside the program, at any time.

    Parameters
    ----------
    people : Index of str
    pairs : DataFrame
        mentor_person_id, mentee_person_id, kind.

    Returns
    -------
    ndarray of float, shape (n_people,)
        1 or 0; all missing where no informal pair is on record: nobody asked for them.
    """
    informal = pairs[pairs["kind"] == INFORMAL]
    if informal.empty:
        return np.full(len(people), np.nan)
    names = pd.concat([informal["mentor_person_id"], informal["mentee_person_id"]])
    found: np.ndarray = people.isin(names).astype(float)
    return found


def _negative_control(
    study: RetentionStudy, followed: FollowedStudy, person_month: pd.DataFrame, where: Slice
) -> list[dict[str, Any]]:
    try:
        control = study.with_outcome(person_month["negative_control_exit"].to_numpy())
        effect = followed.of(control).estimate((HORIZON,))
    except EstimationError as error:
        return published.falsification_rows(where, error, HORIZON)
    return published.falsification_rows(where, effect, HORIZON)


def _before(
    study: RetentionStudy, where: Slice, check_id: str, value: np.ndarray
) -> dict[str, Any]:
    row = where.head() | {"check_id": check_id, "threshold": LARGEST_DIFFERENCE}
    try:
        found = compare_before(study.period, study.model, value)
    except EstimationError:
        return row | {"value": None, "verdict": "note"}
    return row | {"value": found.point, "verdict": judge_before(found)}


def _informal(followed: FollowedStudy, where: Slice, has_it: np.ndarray) -> dict[str, Any]:
    row = where.head() | {"check_id": "informal_pairs", "threshold": LARGEST_SHARE}
    if np.isnan(has_it).any():
        return row | {"value": None, "verdict": "note"}
    share, people = share_of_controls(followed.controls, has_it > 0)
    hidden = 0 < people < MINIMUM_GROUP
    verdict = "passed" if share <= LARGEST_SHARE else "note"
    return row | {"value": None if hidden else share, "verdict": verdict}
