"""Parquet files, every value as the text that says the same."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl.problems import FileProblem
from etl.reading.csv_staging import unglobbed
from etl.reading.raw_table import Hints, RawTable
from etl.reading.row_staging import literal, name_columns, quoted, tidy_header
from etl.reading.sample import Sample

NAME = "parquet"
CONTAINERS = frozenset({"parquet"})


def recognizes(sample: Sample) -> bool:
    """Tell whether the file is Parquet."""
    return sample.container in CONTAINERS


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the column names."""
    return tuple(name for name in tidy_header(path, _schema(path).names) if name)


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage the rows; days and moments become ISO text, nested values JSON."""
    schema = _schema(path)
    names = tidy_header(path, schema.names)
    cells = ", ".join(f"{_text(schema.field(n))} AS c{n}" for n in range(len(names)))
    with tempfile.TemporaryDirectory(prefix="outcomes-") as folder:
        source = literal(str(unglobbed(path, Path(folder))))
        stored = staging.attempt(f"SELECT {cells} FROM read_parquet({source})", "raw")
    if stored is None:
        raise _damaged(path)
    table = staging.view(f"SELECT (rowid + 2)::INTEGER AS source_row, * FROM {stored}", "raw")
    relation, columns = name_columns(staging, table, names)
    return RawTable(relation, columns, NAME, {"header_rows": "1", "decimal": "."})


def _schema(path: Path) -> pa.Schema:
    try:
        return pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path) from error


def _text(field: pa.Field) -> str:
    name, kind = quoted(field.name), field.type
    if pa.types.is_timestamp(kind) and kind.tz:
        return f"strftime({name} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
    if pa.types.is_nested(kind):
        return f"to_json({name})::VARCHAR"
    return f"nullif({name}::VARCHAR, '')"


def _damaged(path: Path) -> FileProblem:
    return FileProblem(
        "unreadable_bytes",
        path,
        "It begins like a Parquet file but is damaged or cut off.",
        "Export or copy it again.",
    )
