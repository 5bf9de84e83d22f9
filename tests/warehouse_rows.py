"""Small hand-made warehouses for tests: rows as dictionaries, everything else filled in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from warehouse.engine import Warehouse
from warehouse.tables import CANONICAL, metadata

Rows = dict[str, list[dict[str, Any]]]
_KINDS = {
    sa.Date: pa.date32(),
    sa.DateTime: pa.timestamp("us"),
    sa.Boolean: pa.bool_(),
    sa.Integer: pa.int32(),
    sa.Double: pa.float64(),
    sa.String: pa.string(),
}


def fill(warehouse: Warehouse, rows: Rows) -> None:
    """Replace everything the warehouse holds by the given rows, keyed by table name."""
    with warehouse.writing() as writer:
        for table in CANONICAL:
            writer.execute(sa.delete(table))
        for name, given in rows.items():
            if given:
                table = metadata.tables[name]
                writer.append(table, writer.staging.load(_arrow(table, given), name))


def _arrow(table: sa.Table, given: list[dict[str, Any]]) -> pa.Table:
    unknown = {key for row in given for key in row} - set(table.columns.keys())
    assert not unknown, f"{table.name} has no {unknown}"
    filled = [
        {
            "source_system": "test",
            "source_record_id": f"{number:06}",
            "source_file_sha256": "",
            "source_row": number,
            "batch_id": "b",
            "loaded_at": dt.datetime(2030, 1, 1),
            **row,
        }
        for number, row in enumerate(given, start=1)
    ]
    arrays = [
        pa.array([row.get(c.name) for row in filled], type=_KINDS[type(c.type)])
        for c in table.columns
    ]
    return pa.Table.from_arrays(arrays, names=[c.name for c in table.columns])
