"""Who teaches whom is published without a count that tells about a few pairs."""

from __future__ import annotations

import pandas as pd

from reports.pair_tables import DERIVABLE, flow


def pairs(counts: dict[tuple[str, str, str], int]) -> pd.DataFrame:
    rows = [key for key, count in counts.items() for _ in range(count)]
    return pd.DataFrame(rows, columns=["program", "mentor_department", "mentee_department"])


def read(counts: dict[tuple[str, str, str], int]) -> pd.DataFrame:
    found = flow(pairs(counts), minimum_group=5)
    return found.set_index(["program", "mentor_department", "mentee_department"])


def test_a_count_below_five_is_withheld_with_its_reason() -> None:
    found = read({("P", "A", "X"): 4, ("P", "A", "Y"): 4, ("P", "B", "X"): 4, ("P", "B", "Y"): 4})
    assert set(found["status"]) == {"suppressed"}
    assert set(found["reason"]) == {"Fewer than 5 pairs"}
    assert found["pairs"].isna().all()


def test_one_withheld_count_takes_a_second_in_its_row_and_column() -> None:
    found = read({
        ("P", "A", "X"): 3, ("P", "A", "Y"): 7, ("P", "A", "Z"): 9,
        ("P", "B", "X"): 8, ("P", "B", "Y"): 6, ("P", "B", "Z"): 9,
    }).loc["P"]  # fmt: skip
    assert found.loc[("A", "X"), "reason"] == "Fewer than 5 pairs"
    hidden = found[found["status"] == "suppressed"]
    for side in ("mentor_department", "mentee_department"):
        assert hidden.groupby(level=side).size().min() > 1
    assert (hidden.drop(("A", "X"))["reason"] == DERIVABLE).all()
    assert found.loc[("A", "Z"), "pairs"] == 9


def test_large_counts_are_shown_and_add_up_over_programs() -> None:
    found = read({("P", "A", "X"): 6, ("Q", "A", "X"): 7})
    assert found["pairs"].to_dict() == {
        ("", "A", "X"): 13, ("P", "A", "X"): 6, ("Q", "A", "X"): 7,
    }  # fmt: skip


def test_a_total_that_gives_a_withheld_program_away_is_withheld() -> None:
    found = read({("P", "A", "X"): 6, ("Q", "A", "X"): 2})
    assert found.loc[("", "A", "X"), "status"] == "suppressed"
    assert found.loc[("Q", "A", "X"), "status"] == "suppressed"
    assert found.loc[("P", "A", "X"), "pairs"] == 6


def test_without_pairs_there_is_no_flow() -> None:
    assert flow(pairs({}), minimum_group=5).empty
