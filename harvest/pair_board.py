"""Named pairs as their managers see them."""

from __future__ import annotations

import json

import pandas as pd

from harvest import rights
from harvest.asked import Asked
from harvest.figures import NOT_PUBLISHED, Figures, Known, Number


def pair_known(known: Figures, pair_id: str) -> Known:
    """Return a pair of the board, if this viewer may see it by name."""
    frame = known.rows.frame("pair_board")
    frame = frame[frame["pair_id"] == pair_id]
    name = f"pair {pair_id}"
    if frame.empty:
        return Known(name, withheld=NOT_PUBLISHED)
    row = frame.iloc[0]
    if not rights.may_see_pairs(known.viewer, str(row["program"])):
        return Known(name, withheld=rights.NOT_YOURS)
    numbers: dict[str, Number] = {
        column: (float(row[column]), "days" if "days" in column else "count")
        for column in ("need_rank", "agreed_cadence_days", "days_since_last", "sessions_held",
                       "sessions_cancelled_by_mentee")
        if not pd.isna(row[column])
    }  # fmt: skip
    for i, reason in enumerate(json.loads(row["reasons"] or "[]")):
        for key, value in reason.items():
            if isinstance(value, int | float):
                numbers[f"{key}_{i}"] = (float(value), "count")
    return Known(name, numbers)


def board_of(known: Figures, asked: Asked) -> pd.DataFrame:
    """Return the pairs of the chosen slice that this viewer may see by name."""
    frame = known.rows.frame("pair_board")
    mine = frame["program"].map(lambda program: rights.may_see_pairs(known.viewer, program))
    frame = frame[mine.astype(bool)]
    place = asked.place
    for column, value in (("program", place.program), ("cohort", place.cohort),
                          ("mentee_department", place.department)):  # fmt: skip
        frame = frame[frame[column] == value] if value else frame
    return frame
