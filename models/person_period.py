"""Person-period data, checked: one row per person and month, months without a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.columns import (
    check_columns,
    cluster_numbers,
    constant_within,
    flags,
    numbers_or_missing,
    person_numbers,
    row_order,
    whole_numbers,
)
from models.estimate import InvalidInput

NEVER = np.iinfo(np.int64).max
COLUMNS = ("person_id", "month", "is_eligible", "enrolled_month", "exited")


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
    warnings : tuple of str
        How doubtful values were read.
    whole : ndarray of int, shape (n_people,), optional
        Where people were split into parts (see :mod:`models.careers`): the person that each is a
        part of. ``cluster`` is then that of the whole persons.
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
    warnings: tuple[str, ...]
    whole: np.ndarray | None = None

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
        Code ``not_a_frame``, ``bad_covariates``, ``missing_column``, ``duplicate_column``,
        ``no_rows``, ``missing_value``,
        ``bad_month``, ``negative_month``, ``bad_flag``, ``duplicate_person_month``, ``gap``,
        ``row_after_exit``, ``exit_and_censored``, ``enrollment_varies``,
        ``enrolled_after_exit`` or ``cluster_varies``.
    """
    _check_shapes(frame, covariates)
    check_columns(frame, [*COLUMNS, cluster, *covariates, *([censored] if censored else [])])
    person = person_numbers(frame["person_id"])
    month = whole_numbers(frame["month"], "month")
    order = row_order(person, month)
    person, month = person[order], month[order]
    is_first = np.empty(len(person), dtype=bool)
    is_first[0] = True
    np.not_equal(person[1:], person[:-1], out=is_first[1:])
    starts = np.flatnonzero(is_first)
    ends = np.append(starts[1:], len(person))
    exited = flags(frame, "exited", order)
    gone = flags(frame, censored, order) if censored else np.zeros(len(person), dtype=bool)
    _check_sequence(month, is_first, exited, gone)
    enrolled, warnings = _enrolled_month(frame, order, starts, person, month)
    _check_enrollment_follows_employment(enrolled, month[ends - 1], exited[ends - 1])
    enrolled_row = enrolled[person]
    eligible = flags(frame, "is_eligible", order)
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
        cluster=cluster_numbers(frame, cluster, order, starts, person),
        n_lost=int(np.sum(~ended & (last < month.max()))),
        n_censored=int(np.sum(gone[ends - 1])),
        warnings=warnings,
    )


def _check_shapes(frame: object, covariates: object) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise InvalidInput(
            "not_a_frame", f"The data must be a pandas DataFrame, not a {type(frame).__name__}."
        )
    if isinstance(covariates, str):
        raise InvalidInput(
            "bad_covariates", f"Covariates are a list of column names: [{covariates!r}]."
        )


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
    frame: pd.DataFrame,
    order: np.ndarray,
    starts: np.ndarray,
    person: np.ndarray,
    month: np.ndarray,
) -> tuple[np.ndarray, tuple[str, ...]]:
    numbers = numbers_or_missing(frame["enrolled_month"], "enrolled_month", code="bad_month")
    try:
        first = constant_within(numbers[order], starts, person)
    except ValueError:
        raise InvalidInput(
            "enrollment_varies", "A person has different values of enrolled_month."
        ) from None
    known = ~np.isnan(first) & (first != np.inf)
    enrolled = np.full(len(starts), NEVER, dtype=np.int64)
    enrolled[known] = whole_numbers(pd.Series(first[known]), "enrolled_month")
    zero = enrolled == 0
    if not (zero.any() and month.min() > 0):
        return enrolled, ()
    words = (
        f"enrolled_month is 0, before the first month, for {zero.sum()} people: read as never "
        "enrolled. Leave it missing for people who did not enroll."
    )
    return np.where(zero, NEVER, enrolled), (words,)


def _check_enrollment_follows_employment(
    enrolled: np.ndarray, last_month: np.ndarray, exits: np.ndarray
) -> None:
    if ((enrolled != NEVER) & (enrolled > last_month) & exits).any():
        raise InvalidInput("enrolled_after_exit", "A person enrolls after the month of their exit.")
