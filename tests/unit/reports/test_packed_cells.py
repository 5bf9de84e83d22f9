"""Figures packed into a file read as they were, whichever of them are asked for."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.packed_cells import pack
from reports.release_file import reading_engine, to_frame, write_file
from reports.release_tables import metadata, metric_cell

KEYS = [c.name for c in metric_cell.columns][:7]
NAMES = [c.name for c in metric_cell.columns]
_number = st.none() | st.floats(allow_nan=False, allow_infinity=False)
_few = st.sampled_from(["", "a", "b"])
_row = st.fixed_dictionaries(
    {
        "metric_id": st.sampled_from(["reach", "held"]),
        **dict.fromkeys(("program", "cohort", "department", "population"), _few),
        "period_kind": st.sampled_from(["month", "year"]),
        "period": st.sampled_from(["2025", "2026"]),
        **dict.fromkeys(("value", "lower", "upper", "numerator", "denominator"), _number),
        "n": st.none() | st.integers(0, 10**9),
        "status": st.sampled_from(["shown", "suppressed"]),
        "reason": st.none() | st.sampled_from(["Fewer than 5 people", "Nobody asked"]),
        "metric_version": st.integers(1, 3),
    }
)
_rows = st.lists(_row, unique_by=lambda row: tuple(row[name] for name in KEYS), max_size=12)


def written(path: Path, cells: pd.DataFrame) -> Path:
    tables = {t.name: pd.DataFrame(columns=[c.name for c in t.columns]) for t in
              metadata.tables.values()} | {"metric_cell": cells}  # fmt: skip
    path.unlink(missing_ok=True)
    write_file(path, tables, 1)
    return path


@settings(max_examples=40, deadline=None)
@given(rows=_rows)
def test_figures_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]]
) -> None:
    frame = pd.DataFrame(rows, columns=NAMES).astype({"n": "Int64"})
    path = written(tmp_path_factory.getbasetemp() / "packed.sqlite", frame)
    with reading_engine(path).connect() as connection:
        found = to_frame(metric_cell, list(connection.execute(metric_cell.select())))

    def plain(some: pd.DataFrame) -> list[tuple[object, ...]]:
        listed = some.astype(object).where(some.notna(), None).itertuples(index=False)
        return sorted((tuple(row) for row in listed), key=lambda row: row[:7])

    assert plain(found) == plain(frame)


def test_two_figures_about_the_same_are_refused() -> None:
    row = dict.fromkeys(NAMES, "") | {"value": 1.0, "n": 3, "metric_version": 1}
    with pytest.raises(ValueError, match="same metric, slice and period"):
        pack(pd.DataFrame([row, row | {"value": 2.0}], columns=NAMES))
