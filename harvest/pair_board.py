"""Named pairs as their managers see them, and what is known of the warning about them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pandas as pd

from harvest import rights
from harvest.asked import Asked
from harvest.figures import NOT_PUBLISHED, Figures, Known, Number
from harvest.table_lines import TableLines
from reports import codes

_WARNING = {
    "No session, of those called": ("precision", "fraction"),
    "Stalls warned of": ("warned_share", "fraction"), "Days ahead": ("lead_days", "days"),
    "Brier score": ("brier", "ratio"), "Precision–recall area": ("pr_auc", "ratio"),
}  # fmt: skip
_BANDS = range(1, 5)


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
    if not pd.isna(row["risk"]):
        numbers["risk"] = (float(row["risk"]), "fraction")
        numbers |= _band_numbers(known, float(row["risk"]))
    return Known(name, numbers)


def warning(lines: TableLines, row: int, column: int) -> tuple[Known, str] | None:
    """Return what the back-test says of one way to warn: for those who may see pairs by name."""
    words = lines.head(row).removesuffix(" (used)").casefold()
    model = next((code for code, name in codes.WARNINGS.items() if name.casefold() == words), "")
    if not lines.known.viewer.programs:
        return Known(f"warning {model}", withheld=rights.NOT_YOURS), ""
    if column == 0:
        return Known(f"warning {model}", is_verbatim=True) if model else _unknown(words), ""
    measure, unit = _WARNING.get(lines.table.heads[column], ("", ""))
    value = _measures(lines.known, model).get(measure)
    if value is None:
        return _unknown(f"{model} {measure}"), ""
    return Known(f"warning {model}, {measure}", {measure: (value, unit)}), measure


def warning_numbers(known: Figures) -> Iterator[Number]:
    """Yield what text may say of the warning to those who may see pairs by name."""
    if not known.viewer.programs:
        return
    yield 30.0, "days"  # of the rule beside it, in its name
    for model in codes.WARNINGS:
        measures = _measures(known, model)
        for measure, unit in _WARNING.values():
            if measure in measures:
                yield measures[measure], unit
    every = _measures(known, "all")
    for measure in ("folds", "snapshots", "pairs"):
        if measure in every:
            yield every[measure], "count"
    if "base_rate" in every:
        yield every["base_rate"], "fraction"


def _measures(known: Figures, model: str) -> dict[str, float]:
    rows = known.rows.find("backtest", model=model)
    return {row.measure: float(row.value) for row in rows if not pd.isna(row.value)}


def _band_numbers(known: Figures, risk: float) -> dict[str, Number]:
    """Return what became of pairs with such a risk: "7 in 10", from so many weeks and pairs."""
    used = next((str(row.model) for row in known.rows.find("backtest", is_used=True)), "")
    measures = _measures(known, used)
    for band in _BANDS:
        low, high, share, *size = (
            measures.get(f"band_{band}_{part}")
            for part in ("low", "high", "share", "snapshots", "pairs")
        )
        is_inside = low is not None and high is not None and low <= risk < high + (high == 1)
        if is_inside and share is not None:
            # "fewer than 1 in 10" and "more than 9 in 10" are the ends
            tenths = min(max(float(int(share * 10 + 0.5)), 1.0), 9.0)
            sizes = {f"band_{i}": (n, "count") for i, n in enumerate(size) if n is not None}
            return {"tenths": (tenths, "count"), "of": (10.0, "count"), **sizes}
    return {}


def _unknown(name: str) -> Known:
    return Known(f"warning {name}", withheld=NOT_PUBLISHED)


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
