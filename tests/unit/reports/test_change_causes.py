"""Rows that came are told from rows that were updated, against a plain list of what happened."""

from __future__ import annotations

from collections import Counter

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.change_causes import Cause, Moves, _in_data, moved_rows

MONTHS = ["2026-01", "2026-02", "2026-03"]
Rows = dict[int, tuple[str, str]]  # key of a row to its month and the load that wrote it


def counted(rows: Rows) -> pd.DataFrame:
    counts = Counter(rows.values())
    columns = ["entity", "month", "batch_id", "rows"]
    return pd.DataFrame([("session", *key, n) for key, n in counts.items()], columns=columns)


def flags(before: Rows, after: Rows) -> dict[str, tuple[bool, bool]]:
    found = moved_rows(counted(before), counted(after))
    return {row.month: (bool(row.is_new), bool(row.is_updated)) for row in found.itertuples()}


OLD = {1: ("2026-01", "a"), 2: ("2026-01", "a"), 3: ("2026-02", "a")}


def test_nothing_moved_where_the_same_loads_wrote_the_same_rows() -> None:
    assert flags(OLD, OLD) == {}


def test_a_row_of_a_new_load_is_new() -> None:
    assert flags(OLD, OLD | {4: ("2026-01", "b")}) == {"2026-01": (True, False)}


def test_a_row_that_another_load_took_over_was_updated() -> None:
    assert flags(OLD, OLD | {1: ("2026-01", "b")}) == {"2026-01": (False, True)}


def test_both_in_one_month_are_both() -> None:
    after = OLD | {1: ("2026-01", "b"), 4: ("2026-01", "b")}
    assert flags(OLD, after) == {"2026-01": (True, True)}


def test_a_row_moved_to_another_month_is_not_new_there() -> None:
    after = OLD | {1: ("2026-03", "b")}
    assert flags(OLD, after) == {"2026-01": (False, True), "2026-03": (False, True)}


def test_a_removed_row_counts_as_an_update() -> None:
    assert flags(OLD, {1: OLD[1], 3: OLD[3]}) == {"2026-01": (False, True)}


def test_rows_of_a_load_that_was_published_half_way_are_new() -> None:
    assert flags(OLD, OLD | {4: ("2026-02", "a")}) == {"2026-02": (True, False)}


@settings(deadline=None, max_examples=60)
@given(
    first=st.lists(st.sampled_from(MONTHS), max_size=8),
    new=st.lists(st.sampled_from(MONTHS), max_size=5),
    touched=st.dictionaries(st.integers(0, 7), st.sampled_from([*MONTHS, None]), max_size=5),
)
def test_no_month_with_new_or_updated_rows_is_missed_and_none_is_called_what_nothing_was(
    first: list[str], new: list[str], touched: dict[int, str | None]
) -> None:
    before: Rows = {key: (month, "a") for key, month in enumerate(first)}
    after = dict(before)
    touched = {key: month for key, month in touched.items() if key in before}
    for key, month in touched.items():
        after[key] = (month or before[key][0], "b")
    after |= {100 + n: (month, "b") for n, month in enumerate(new)}
    found = flags(before, after)
    left = Counter(before[key][0] for key in touched)
    came = Counter(after[key][0] for key in touched)
    for month in MONTHS:
        is_new, is_updated = found.get(month, (False, False))
        assert is_updated >= bool(left[month]), "what was updated is never missed"
        if not came - left:  # no update brought rows from another month
            assert is_new == (month in new)
            assert is_updated == bool(left[month])
        assert not is_new or new, "without new rows nothing is called new"
        assert not is_updated or touched, "without updates nothing is called updated"


def test_what_speaks_about_the_period_goes_before_what_speaks_about_days_before_it() -> None:
    session, pair = ("session",), ("pair",)
    late, correction, either = Cause.LATE_DATA, Cause.CORRECTION, Cause.LATE_OR_CORRECTION
    assert _in_data(Moves()) == ((), ())
    assert _in_data(Moves(late=session)) == ((late,), session)
    assert _in_data(Moves(updated=session)) == ((correction,), session)
    assert _in_data(Moves(late=session, updated=pair)) == ((either,), ("pair", "session"))
    assert _in_data(Moves(late=session, updated_before=pair)) == ((late, correction), session)
    assert _in_data(Moves(late=session, late_before=pair)) == ((late,), session)
    assert _in_data(Moves(late=session, updated=session, late_before=pair))[0] == (either,)
    assert _in_data(Moves(updated_before=pair)) == ((correction,), pair)
    assert _in_data(Moves(after=pair)) == ((), ())
