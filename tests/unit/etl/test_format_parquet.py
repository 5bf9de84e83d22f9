from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.formats import read, read_header
from etl.problems import FileProblem
from warehouse.engine import Staging


def test_values_become_the_text_that_says_the_same(tmp_path: Path, staging: Staging) -> None:
    path = tmp_path / "sessions.csv"
    moment = dt.datetime(2026, 3, 1, 14, 30)
    table = pa.table(
        {
            "id ": ["a", ""],
            "day": [dt.date(2026, 3, 1), None],
            "local": [moment, None],
            "at": pa.array([moment, None], pa.timestamp("us", tz="Europe/Berlin")),
            "number": [35.0, None],
            "flag": [True, None],
            "many": [["x"], None],
        }
    )
    pq.write_table(table, path)
    raw = read(path, staging)
    assert read_header(path) == ("parquet", raw.columns)
    assert raw.columns[0] == "id"
    first, second = staging.rows(f"SELECT * FROM {raw.relation} ORDER BY source_row")
    assert first[:4] == (2, "a", "2026-03-01", "2026-03-01 14:30:00")
    assert first[4] == "2026-03-01T14:30:00.000000Z"
    assert first[5:] == ("35.0", "true", '["x"]')
    assert second == (3, *[None] * 7)


def test_a_damaged_file_is_refused(tmp_path: Path, staging: Staging) -> None:
    path = tmp_path / "cut.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), path)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(FileProblem) as found:
        read(path, staging)
    assert found.value.code == "unreadable_bytes"
