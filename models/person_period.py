"""Person-period data, checked: one row per person and month, months without a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.estimate import InvalidInput

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class PersonPeriod:
    """Checked person-month rows, ordered by person and month.

    Attributes
    ----------
    order : ndarray of int, shape (n_rows,)
        Position in the caller's frame of each ordered row.
    starts, ends : ndarray of int, shape (n_people,)
        First row and one past the last row of each person.
    person : ndarray of int, shape (n_rows,)
        Person number, from 0.
    month : ndarray of int, shape (n_rows,)
    enrolled_month : ndarray of int, shape (n_people,)
        ``NEVER`` where the person does not enroll.
    at_risk : ndarray of bool, shape (n_rows,)
        May enroll in this month: eligible and not enrolled in an earlier one.
    enrolls : ndarray of bool, shape (n_rows,)
        Enrolls in this month, while eligible.
    before_enrollment : ndarray of bool, shape (n_rows,)
        Month lies before the person's enrollment month.
    exited : ndarray of bool, shape (n_rows,)
    cluster : ndarray of int, shape (n_people,)
    n_lost : int
        People whose rows end before the last month of the data, without exit or censoring flag.
    n_censored : int
        People whose rows end with a censoring flag.
    """

    order: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    person: np.ndarray
    month: np.ndarray
    enrolled_month: np.ndarray
    at_risk: np.ndarray
    enrolls: np.ndarray
    before_enrollment: np.ndarray
    exited: np.ndarray
    cluster: np.ndarray
    n_lost: int
    n_censored: int

    @property
    def n_people(self) -> int:
        """Number of people."""
        return len(self.starts)

    @property
    def leaves(self) -> np.ndarray:
        """Whether a person's last month is an exit, bool, shape (n_people,)."""
        leaves: np.ndarray = self.exited[self.ends - 1]
        return leaves


def read_person_period(
    frame: pd.DataFrame,
    *,
    covariates: Sequence[str] = (),
    cluster: str = "person_id",
    censored: str | None = None,
) -> PersonPeriod:
    """Check a person-period frame and turn it into arrays.

    Parameters
    ----------
    frame : DataFrame
        As in :func:`models.retention.estimate_retention`; not changed.
    covariates : sequence of str
        Columns that must be there.
    cluster : str
        Column, constant within a person; missing values are clusters of their own.

    censored : str, optional
        Column that marks the month in which a person leaves observation without the event.

    Returns
    -------
    PersonPeriod

    Raises
    ------
    InvalidInput
        Code ``missing_column``, ``no_rows``, ``missing_value``, ``bad_month``,
        ``negative_month``, ``bad_flag``, ``duplicate_person_month``, ``gap``,
        ``row_after_exit``, ``exit_and_censored``, ``enrollment_varies``,
        ``enrolled_after_exit`` or ``cluster_varies``.
    """
    _check_columns(frame, [cluster, *covariates, *([censored] if censored else [])])
    person = _person_numbers(frame["person_id"])
    month = _whole_numbers(frame["month"], "month")
    order = _order(person, month)
    person, month = person[order], month[order]
    is_first = np.empty(len(person), dtype=bool)
    is_first[0] = True
    np.not_equal(person[1:], person[:-1], out=is_first[1:])
    starts = np.flatnonzero(is_first)
    ends = np.append(starts[1:], len(person))
    exited = _flags(frame, "exited", order)
    gone = _flags(frame, censored, order) if censored else np.zeros(len(person), dtype=bool)
    _check_sequence(month, is_first, exited, gone)
    enrolled = _enrolled_month(frame, order, starts, person)
    _check_enrollment_follows_employment(enrolled, month[ends - 1], exited[ends - 1])
    enrolled_row = enrolled[person]
    eligible = _flags(frame, "is_eligible", order)
    last = month[ends - 1]
    ended = exited[ends - 1] | gone[ends - 1]
    return PersonPeriod(
        order=order,
        starts=starts,
        ends=ends,
        person=person,
        month=month,
        enrolled_month=enrolled,
        at_risk=eligible & (month <= enrolled_row),
        enrolls=eligible & (month == enrolled_row),
        before_enrollment=month < enrolled_row,
        exited=exited,
        cluster=_clusters(frame, cluster, order, starts, person),
        n_lost=int(np.sum(~ended & (last < month.max()))),
        n_censored=int(np.sum(gone[ends - 1])),
    )


def _check_columns(frame: pd.DataFrame, others: Sequence[str]) -> None:
    needed = ["person_id", "month", "is_eligible", "enrolled_month", "exited", *others]
    missing = [column for column in dict.fromkeys(needed) if column not in frame.columns]
    if missing:
        raise InvalidInput("missing_column", f"The data lack the column {', '.join(missing)}.")
    if frame.empty:
        raise InvalidInput("no_rows", "The data have no rows.")


def _person_numbers(values: pd.Series) -> np.ndarray:
    codes, _ = pd.factorize(values)
    if (codes < 0).any():
        raise InvalidInput("missing_value", "Some rows have no person_id.")
    numbers: np.ndarray = codes
    return numbers


def _whole_numbers(values: pd.Series, name: str) -> np.ndarray:
    try:
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        raise InvalidInput("bad_month", f"Column {name} must hold whole numbers.") from None
    if np.isnan(numbers).any():
        raise InvalidInput("missing_value", f"Column {name} has empty cells.")
    if not np.isfinite(numbers).all() or (numbers != np.floor(numbers)).any():
        raise InvalidInput("bad_month", f"Column {name} must hold whole numbers.")
    if (numbers < 0).any():
        raise InvalidInput("negative_month", f"Column {name} holds negative numbers.")
    whole: np.ndarray = numbers.astype(np.int64)
    return whole


def _order(person: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Rows by person and month; sorting is skipped where they already are."""
    step = person[1:] - person[:-1]
    if ((step > 0) | ((step == 0) & (month[1:] >= month[:-1]))).all():
        return np.arange(len(person))
    return np.lexsort((month, person))


def _flags(frame: pd.DataFrame, name: str, order: np.ndarray) -> np.ndarray:
    values = frame[name]
    if values.isna().any():
        raise InvalidInput("missing_value", f"Column {name} has empty cells.")
    if values.dtype != bool and not values.isin([0, 1]).all():
        raise InvalidInput("bad_flag", f"Column {name} must be true or false (1 or 0).")
    flags: np.ndarray = values.to_numpy().astype(bool)[order]
    return flags


def _check_sequence(
    month: np.ndarray, is_first: np.ndarray, exited: np.ndarray, censored: np.ndarray
) -> None:
    step = np.diff(month)[~is_first[1:]]
    if (step == 0).any():
        raise InvalidInput("duplicate_person_month", "A person has two rows for the same month.")
    if (exited & censored).any():
        raise InvalidInput("exit_and_censored", "A row is both an exit and censored.")
    has_next = np.append(~is_first[1:], False)
    if ((exited | censored) & has_next).any():
        raise InvalidInput("row_after_exit", "A person has rows after leaving.")
    if (step > 1).any():
        raise InvalidInput(
            "gap",
            "A person's months have a gap. Give each spell of employment a person_id of its own "
            "and name the column that holds the person as the cluster.",
        )


def _enrolled_month(
    frame: pd.DataFrame, order: np.ndarray, starts: np.ndarray, person: np.ndarray
) -> np.ndarray:
    try:
        numbers = frame["enrolled_month"].to_numpy(dtype=float, na_value=np.nan)[order]
    except (TypeError, ValueError):
        raise InvalidInput("bad_month", "enrolled_month must hold whole numbers.") from None
    first = numbers[starts]
    expected = first[person]
    if not ((numbers == expected) | (np.isnan(numbers) & np.isnan(expected))).all():
        raise InvalidInput("enrollment_varies", "A person has different values of enrolled_month.")
    known = ~np.isnan(first)
    _whole_numbers(pd.Series(first[known]), "enrolled_month")
    enrolled = np.full(len(starts), NEVER, dtype=np.int64)
    enrolled[known] = first[known].astype(np.int64)
    return enrolled


def _check_enrollment_follows_employment(
    enrolled: np.ndarray, last_month: np.ndarray, exits: np.ndarray
) -> None:
    if ((enrolled != NEVER) & (enrolled > last_month) & exits).any():
        raise InvalidInput("enrolled_after_exit", "A person enrolls after the month of their exit.")


def _clusters(
    frame: pd.DataFrame, name: str, order: np.ndarray, starts: np.ndarray, person: np.ndarray
) -> np.ndarray:
    if name == "person_id":
        return np.arange(len(starts))
    codes = pd.factorize(frame[name])[0][order]
    first = codes[starts]
    if (codes != first[person]).any():
        raise InvalidInput("cluster_varies", f"Column {name} varies within a person.")
    alone = first < 0
    numbers: np.ndarray = np.where(alone, first.max() + np.cumsum(alone), first)
    return numbers
