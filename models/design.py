"""Covariates as numbers: one-hot levels, standardized numerics, missing indicators, calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.estimate import InvalidInput

CALENDAR = "calendar"


@dataclass(frozen=True)
class Column:
    """One column of the design matrix.

    Attributes
    ----------
    covariate : str
        Column of the caller's frame, or ``calendar``.
    label : str
        Covariate and level, such as ``department = Sales``.
    is_reference : bool
        Left out of regressions, kept for balance.
    """

    covariate: str
    label: str
    is_reference: bool = False


@dataclass(frozen=True)
class Covariate:
    """One covariate in coded form, row order of the person-period data.

    Attributes
    ----------
    name : str
    levels : tuple of str
        Empty for a numeric covariate.
    codes : ndarray of int, shape (n_rows,)
        Level number; empty for a numeric covariate.
    values : ndarray of float, shape (n_rows,)
        Standardized, missing values at the mean (0); empty for a categorical one.
    is_missing : ndarray of bool, shape (n_rows,) or (0,)
        Rows without a value; empty where there is none.
    reference : int
        Level left out of regressions.
    """

    name: str
    levels: tuple[str, ...]
    codes: np.ndarray
    values: np.ndarray
    is_missing: np.ndarray
    reference: int = 0

    def columns(self) -> list[Column]:
        """Columns that this covariate adds to a design matrix."""
        if self.levels:
            return [
                Column(self.name, f"{self.name} = {level}", number == self.reference)
                for number, level in enumerate(self.levels)
            ]
        missing = [Column(self.name, f"{self.name} missing")] if len(self.is_missing) else []
        return [Column(self.name, self.name), *missing]

    def fill(self, rows: np.ndarray, matrix: np.ndarray, place: np.ndarray) -> None:
        """Write the values of some rows into a matrix of zeros, shape (len(rows), n).

        ``place`` names the column of the matrix for each of :meth:`columns`; -1 leaves one out.
        """
        if self.levels:
            # the last entry is where rows of no known level point to
            column = np.append(place, -1)[self.codes[rows]]
            known = np.flatnonzero(column >= 0)
            matrix[known, column[known]] = 1.0
            return
        matrix[:, place[0]] = self.values[rows]
        if len(self.is_missing):
            matrix[:, place[1]] = self.is_missing[rows]


@dataclass(frozen=True)
class Design:
    """Coded covariates of all rows; matrices are built only for the rows asked for."""

    covariates: tuple[Covariate, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Columns of :meth:`matrix`, in order."""
        return tuple(column for covariate in self.covariates for column in covariate.columns())

    @property
    def regressor_labels(self) -> list[str]:
        """Labels of the columns of :meth:`regressors`, in order."""
        return ["intercept", *(c.label for c in self.columns if not c.is_reference)]

    def matrix(self, rows: np.ndarray) -> np.ndarray:
        """Every level of some rows, shape (len(rows), len(columns)), without intercept."""
        matrix = np.zeros((len(rows), len(self.columns)))
        self._fill(rows, matrix, np.arange(len(self.columns)))
        return matrix

    def regressors(self, rows: np.ndarray) -> np.ndarray:
        """Regressors of some rows: the intercept, then all columns that are no reference level.

        Returns
        -------
        ndarray of float, shape (len(rows), len(regressor_labels))
        """
        kept = np.array([not column.is_reference for column in self.columns], dtype=bool)
        matrix = np.zeros((len(rows), 1 + int(kept.sum())))
        matrix[:, 0] = 1.0
        self._fill(rows, matrix, np.where(kept, np.cumsum(kept), -1))
        return matrix

    def _fill(self, rows: np.ndarray, matrix: np.ndarray, place: np.ndarray) -> None:
        start = 0
        for covariate in self.covariates:
            stop = start + len(covariate.columns())
            covariate.fill(rows, matrix, place[start:stop])
            start = stop


def code_covariates(
    frame: pd.DataFrame, names: Sequence[str], *, order: np.ndarray, rows: np.ndarray
) -> tuple[Covariate, ...]:
    """Code the covariates of a frame.

    Parameters
    ----------
    frame : DataFrame
    names : sequence of str
        Numeric columns are standardized over ``rows``; all others are taken as categories, a
        missing value as a category of its own. Booleans count as numeric.
    order : ndarray of int, shape (n_rows,)
        Row order of the result.
    rows : ndarray of int
        Ordered rows that define mean, spread and the levels; covariates that do not vary over
        them are left out.

    Returns
    -------
    tuple of Covariate

    Raises
    ------
    InvalidInput
        Code ``infinite_value``.
    """
    coded = []
    for name in names:
        values = frame[name]
        numeric = pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)
        covariate = (
            _numeric(name, values, order, rows) if numeric else _category(name, values, order, rows)
        )
        if covariate is not None:
            coded.append(covariate)
    return tuple(coded)


def _numeric(name: str, values: pd.Series, order: np.ndarray, rows: np.ndarray) -> Covariate | None:
    numbers = values.to_numpy(dtype=float, na_value=np.nan)[order]
    if np.isinf(numbers).any():
        raise InvalidInput("infinite_value", f"Column {name} holds infinite values.")
    is_missing = np.isnan(numbers)
    known = numbers[rows][~is_missing[rows]]
    spread = float(known.std()) if len(known) else 0.0
    scale = float(np.abs(known).max()) if len(known) else 0.0
    varies = spread > 1e-12 * scale
    some_missing = is_missing[rows].any() and len(known) > 0
    if not varies and not some_missing:
        return None
    mean = known.mean()
    numbers -= mean
    numbers /= spread if varies else 1.0
    numbers[is_missing] = 0.0
    empty = np.empty(0, dtype=bool)
    return Covariate(name, (), np.empty(0, int), numbers, is_missing if some_missing else empty)


def _category(
    name: str, values: pd.Series, order: np.ndarray, rows: np.ndarray
) -> Covariate | None:
    codes, levels = pd.factorize(values, sort=False)
    codes = codes[order]
    labels = [str(level) for level in levels]
    # the last entry is where the code -1 of a missing value points to
    rank = np.append(np.argsort(np.argsort(labels, kind="stable")), -1).astype(int)
    codes = rank[codes]
    labels = sorted(labels)
    if (codes < 0).any():
        codes = np.where(codes < 0, len(labels), codes)
        labels.append("missing")
    return code_levels(name, codes, labels, rows)


def code_levels(
    name: str, codes: np.ndarray, labels: Sequence[str], rows: np.ndarray
) -> Covariate | None:
    """Covariate of the levels seen in ``rows``, the most frequent one as the reference.

    ``codes`` number the ``labels``, shape (n_rows,); None where ``rows`` hold a single level.
    """
    counts = np.bincount(codes[rows], minlength=len(labels))
    seen = np.flatnonzero(counts)
    if len(seen) < 2:
        return None
    position = np.full(len(labels), len(seen))
    position[seen] = np.arange(len(seen))
    return Covariate(
        name,
        tuple(labels[number] for number in seen.tolist()),
        position[codes].astype(np.int16 if len(seen) < 30_000 else np.int64),
        np.empty(0),
        np.empty(0, dtype=bool),
        int(np.argmax(counts[seen])),
    )


def code_calendar(
    month: np.ndarray, enrolls: np.ndarray, *, rows: np.ndarray, minimum: int = 10
) -> Covariate | None:
    """Calendar time as categories with enough enrollments each.

    A month with at least ``minimum`` enrollments is a category; the others are joined with the
    next sparse months until they hold as many. A smooth curve would be wrong: cohorts start in
    bursts.

    Parameters
    ----------
    month : ndarray of int, shape (n_rows,)
    enrolls : ndarray of bool, shape (n_rows,)
    rows : ndarray of int
        Rows at risk of enrolling, in months in which somebody enrolls.
    minimum : int
        Enrollments.

    Returns
    -------
    Covariate or None
        None where there is a single category.
    """
    offset = int(month.min())
    counts = np.bincount(month[rows] - offset, weights=enrolls[rows])
    groups = _calendar_groups(counts, minimum)
    number = np.zeros(int(month.max()) - offset + 1, dtype=int)
    for position, group in enumerate(groups):
        number[group] = position
    labels = [
        str(group[0] + offset) if len(group) == 1 else f"{group[0] + offset}..{group[-1] + offset}"
        for group in groups
    ]
    return code_levels(CALENDAR, number[month - offset], labels, rows)


def _calendar_groups(counts: np.ndarray, minimum: int) -> list[list[int]]:
    groups: list[list[int]] = []
    sparse: list[int] = []
    last_sparse: list[int] | None = None
    for position in np.flatnonzero(counts).tolist():
        if counts[position] >= minimum:
            groups.append([position])
            continue
        sparse.append(position)
        if counts[sparse].sum() >= minimum:
            last_sparse = sparse
            groups.append(sparse)
            sparse = []
    if sparse and last_sparse is not None:
        last_sparse.extend(sparse)
    elif sparse:
        groups.append(sparse)
    return groups


def natural_spline(values: np.ndarray, knots: Sequence[float] | np.ndarray) -> np.ndarray:
    """Terms of a restricted cubic spline that are linear beyond the outer knots.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Missing values stay missing.
    knots : sequence or ndarray of float
        At least three, increasing.

    Returns
    -------
    ndarray of float, shape (n, len(knots) - 2)
        The non-linear terms; use them beside ``values`` itself.

    Source: Harrell, Regression Modeling Strategies (2015), eq. 2.25.
    """
    knot = np.asarray(knots, dtype=float)
    if len(knot) < 3 or (np.diff(knot) <= 0).any():
        raise InvalidInput("bad_knots", "A spline needs at least three increasing knots.")
    cubes = np.maximum(values[:, None] - knot, 0.0) ** 3
    last, before = knot[-1], knot[-2]
    left = cubes[:, :-2] - cubes[:, [-2]] * (last - knot[:-2]) / (last - before)
    terms = left + cubes[:, [-1]] * (before - knot[:-2]) / (last - before)
    scaled: np.ndarray = terms / (last - knot[0]) ** 2
    return scaled
