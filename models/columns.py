"""Columns of a caller's frame as checked arrays: ids, whole numbers, flags, clusters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models.estimate import InvalidInput


def check_columns(frame: pd.DataFrame, needed: Sequence[str]) -> None:
    """Raise where a column is missing, is there twice, or the frame has no rows.

    Raises
    ------
    InvalidInput
        Code ``missing_column``, ``duplicate_column`` or ``no_rows``.
    """
    wanted = list(dict.fromkeys(needed))
    missing = [str(column) for column in wanted if column not in frame.columns]
    if missing:
        raise InvalidInput("missing_column", f"The data lack the column {', '.join(missing)}.")
    twice = [str(column) for column in wanted if isinstance(frame[column], pd.DataFrame)]
    if twice:
        raise InvalidInput("duplicate_column", f"The column {', '.join(twice)} is there twice.")
    if frame.empty:
        raise InvalidInput("no_rows", "The data have no rows.")


def person_numbers(values: pd.Series) -> np.ndarray:
    """Return numbers of people from 0 in order of appearance, shape (n_rows,)."""
    codes, _ = pd.factorize(values)
    if (codes < 0).any():
        raise InvalidInput("missing_value", "Some rows have no person_id.")
    numbers: np.ndarray = codes
    return numbers


def numbers_or_missing(values: pd.Series, name: str, *, code: str) -> np.ndarray:
    """Numbers as float, missing values as NaN; anything else raises ``code``."""
    if pd.api.types.is_datetime64_any_dtype(values) or pd.api.types.is_timedelta64_dtype(values):
        raise InvalidInput(code, f"Column {name} must hold numbers, not dates.")
    try:
        numbers: np.ndarray = values.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        raise InvalidInput(code, f"Column {name} must hold numbers.") from None
    return numbers


def whole_numbers(values: pd.Series, name: str, *, unit: str = "month") -> np.ndarray:
    """Whole numbers from 0, without gaps in the column.

    Raises
    ------
    InvalidInput
        Code ``missing_value``, ``bad_<unit>`` or ``negative_<unit>``.
    """
    numbers = numbers_or_missing(values, name, code=f"bad_{unit}")
    if np.isnan(numbers).any():
        raise InvalidInput("missing_value", f"Column {name} has empty cells.")
    if not np.isfinite(numbers).all() or (numbers != np.floor(numbers)).any():
        raise InvalidInput(f"bad_{unit}", f"Column {name} must hold whole numbers.")
    if (numbers < 0).any():
        raise InvalidInput(f"negative_{unit}", f"Column {name} holds negative numbers.")
    whole: np.ndarray = numbers.astype(np.int64)
    return whole


def constant_within(numbers: np.ndarray, starts: np.ndarray, person: np.ndarray) -> np.ndarray:
    """First value of each person, shape (n_people,), or a ValueError where it varies."""
    first: np.ndarray = numbers[starts]
    expected = first[person]
    if not ((numbers == expected) | (np.isnan(numbers) & np.isnan(expected))).all():
        raise ValueError("varies within a person")
    return first


def row_order(person: np.ndarray, period: np.ndarray) -> np.ndarray:
    """Rows by person and period; sorting is skipped where they already are."""
    step = person[1:] - person[:-1]
    if ((step > 0) | ((step == 0) & (period[1:] >= period[:-1]))).all():
        return np.arange(len(person))
    return np.lexsort((period, person))


def flags(frame: pd.DataFrame, name: str, order: np.ndarray) -> np.ndarray:
    """Return a column of true and false (or 1 and 0) in the given order."""
    values = frame[name]
    if values.isna().any():
        raise InvalidInput("missing_value", f"Column {name} has empty cells.")
    if values.dtype != bool and not values.isin([0, 1]).all():
        raise InvalidInput("bad_flag", f"Column {name} must be true or false (1 or 0).")
    ordered: np.ndarray = values.to_numpy().astype(bool)[order]
    return ordered


def cluster_numbers(
    frame: pd.DataFrame, name: str, order: np.ndarray, starts: np.ndarray, person: np.ndarray
) -> np.ndarray:
    """Cluster of each person, from 0; a missing value is a cluster of its own."""
    if name == "person_id":
        return np.arange(len(starts))
    codes = pd.factorize(frame[name])[0][order]
    first = codes[starts]
    if (codes != first[person]).any():
        raise InvalidInput("cluster_varies", f"Column {name} varies within a person.")
    alone = first < 0
    numbers: np.ndarray = np.where(alone, first.max() + np.cumsum(alone), first)
    return numbers
