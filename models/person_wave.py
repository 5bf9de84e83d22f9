"""Person-wave data, checked: at most one row per person and survey wave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.columns import (
    check_columns,
    cluster_numbers,
    constant_within,
    numbers_or_missing,
    person_numbers,
    row_order,
    whole_numbers,
)
from models.estimate import InvalidInput, NotEstimable

COLUMNS = ("person_id", "wave", "first_treated_wave", "score")


@dataclass(frozen=True)
class PersonWave:
    """Checked person-wave rows, ordered by person and wave, and the same as a grid.

    Attributes
    ----------
    order : ndarray of int, shape (n_rows,)
        Position in the caller's frame of each ordered row.
    person : ndarray of int, shape (n_rows,)
        Person number, from 0.
    column : ndarray of int, shape (n_rows,)
        Position of the row's wave in ``waves``.
    waves : ndarray of int, shape (n_waves,)
        Waves in the data, increasing.
    treated_from : ndarray of float, shape (n_people,)
        First treated wave; infinite for people not treated by the last wave.
    row : ndarray of int, shape (n_people, n_waves)
        Ordered row of a person in a wave; -1 where there is none (not employed, not invited).
    score : ndarray of float, shape (n_people, n_waves)
        NaN where there is no row or no answer.
    cluster : ndarray of int, shape (n_people,)
    n_always_treated : int
        People left out because they were treated by the first wave.
    warnings : tuple of str
    """

    order: np.ndarray
    person: np.ndarray
    column: np.ndarray
    waves: np.ndarray
    treated_from: np.ndarray
    row: np.ndarray
    score: np.ndarray
    cluster: np.ndarray
    n_always_treated: int
    warnings: tuple[str, ...]

    @property
    def n_people(self) -> int:
        """Number of people."""
        return len(self.treated_from)

    @property
    def groups(self) -> np.ndarray:
        """First treated waves in the data, int, increasing."""
        found = np.unique(self.treated_from[np.isfinite(self.treated_from)])
        groups: np.ndarray = found.astype(np.int64)
        return groups


def read_person_wave(
    frame: pd.DataFrame,
    *,
    covariates: Sequence[str] = (),
    cluster: str = "person_id",
    anticipation: int = 0,
) -> PersonWave:
    """Check a person-wave frame and turn it into arrays.

    Parameters
    ----------
    frame : DataFrame
        As in :func:`models.engagement.estimate_engagement`; not changed.
    covariates : sequence of str
        Columns that must be there.
    cluster : str
        Column, constant within a person; missing values are clusters of their own.
    anticipation : int
        People treated by this long after the first wave have no untreated wave and are left out.

    Returns
    -------
    PersonWave

    Raises
    ------
    InvalidInput
        Code ``missing_column``, ``duplicate_column``, ``no_rows``, ``missing_value``,
        ``bad_wave``, ``negative_wave``, ``duplicate_person_wave``, ``treatment_varies``,
        ``bad_score``, ``infinite_value`` or ``cluster_varies``.
    NotEstimable
        Code ``always_treated``, ``no_scores`` or ``constant_scores``.
    """
    check_columns(frame, [*COLUMNS, cluster, *covariates])
    person, wave = (
        person_numbers(frame["person_id"]),
        whole_numbers(frame["wave"], "wave", unit="wave"),
    )
    order = row_order(person, wave)
    person, wave = person[order], wave[order]
    is_first = np.append(True, person[1:] != person[:-1])
    starts = np.flatnonzero(is_first)
    if (np.diff(wave)[~is_first[1:]] == 0).any():
        raise InvalidInput("duplicate_person_wave", "A person has two rows for the same wave.")
    score = _scores(frame["score"])[order]
    treated_from, warnings = _first_treated(frame, order, starts, person, wave)
    clusters = cluster_numbers(frame, cluster, order, starts, person)
    always = treated_from <= wave.min() + anticipation
    if always.any():
        warnings.append(
            f"{always.sum()} people were treated by the first wave: without an untreated wave they "
            "cannot be compared and are left out."
        )
    keep = ~always[person]
    if not keep.any():
        raise NotEstimable("always_treated", "Everybody was treated by the first wave.")
    order, wave, score = order[keep], wave[keep], score[keep]
    person = (np.cumsum(~always) - 1)[person[keep]]
    waves, column = np.unique(wave, return_inverse=True)
    _check_scores(score)
    shape = int((~always).sum()), len(waves)
    row, grid = np.full(shape, -1), np.full(shape, np.nan)
    row[person, column] = np.arange(len(person))
    grid[person, column] = score
    return PersonWave(
        order=order,
        person=person,
        column=column,
        waves=waves,
        treated_from=_seen(treated_from[~always], waves),
        row=row,
        score=grid,
        cluster=np.unique(clusters[~always], return_inverse=True)[1],
        n_always_treated=int(always.sum()),
        warnings=tuple(warnings),
    )


def _scores(values: pd.Series) -> np.ndarray:
    score = numbers_or_missing(values, "score", code="bad_score")
    if np.isinf(score).any():
        raise InvalidInput("infinite_value", "Column score holds infinite values.")
    return score


def _check_scores(score: np.ndarray) -> None:
    known = score[~np.isnan(score)]
    if not len(known):
        raise NotEstimable("no_scores", "Nobody answered.")
    if np.ptp(known) <= 1e-12 * np.abs(known).max():
        raise NotEstimable(
            "constant_scores", "All scores are the same: there is nothing to compare."
        )


def _first_treated(
    frame: pd.DataFrame,
    order: np.ndarray,
    starts: np.ndarray,
    person: np.ndarray,
    wave: np.ndarray,
) -> tuple[np.ndarray, list[str]]:
    name = "first_treated_wave"
    numbers = numbers_or_missing(frame[name], name, code="bad_wave")[order]
    try:
        first = constant_within(numbers, starts, person)
    except ValueError:
        raise InvalidInput(
            "treatment_varies", f"A person has different values of {name}."
        ) from None
    treated_from = np.where(np.isnan(first), np.inf, first)
    known = np.isfinite(treated_from)
    if known.any():
        whole_numbers(pd.Series(first[known]), name, unit="wave")
    if (first == -np.inf).any():
        raise InvalidInput("negative_wave", f"Column {name} holds negative numbers.")
    zero = treated_from == 0
    if not (zero.any() and wave.min() > 0):
        return treated_from, []
    words = (
        f"{name} is 0, before the first wave, for {zero.sum()} people: read as never treated. "
        "Leave it missing for people who were not treated."
    )
    return np.where(zero, np.inf, treated_from), [words]


def _seen(treated_from: np.ndarray, waves: np.ndarray) -> np.ndarray:
    """Within the waves of the data, whoever is treated after the last one is not treated."""
    seen: np.ndarray = np.where(treated_from > waves[-1], np.inf, treated_from)
    return seen
