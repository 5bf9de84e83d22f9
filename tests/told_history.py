"""Files of a person's records told to a warehouse, and the history derived from them read back.

Days are numbers from 1 January 2024.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from etl.history.derive import derive_history, rebuild_history
from etl.history.people import Merged
from etl.ledger import EntityCounts
from etl.mapping.mapping import Load, Mapping
from etl.people.identity import Provenance
from tests.plain_history import Gone, History, Left, Said, Spell, Stretch
from warehouse.engine import Warehouse, Writer
from warehouse.tables import employment, exit_, job_history, worker_record

DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 10, 1)
ORIGIN = dt.date(2024, 1, 1)
Evidence = tuple[Sequence[Said], Sequence[Left]]
COUNTS = (EntityCounts("worker_record", 0), EntityCounts("exit", 0))
PLAIN = Mapping("plain", "", "hr", (Load("worker_record", ("id",), {}),))
COLUMNS = {
    "hired": "hired_on",
    "status": "status",
    "type": "worker_type",
    "department": "department_id",
}


def day(number: int | None) -> dt.date | None:
    return None if number is None else ORIGIN + number * DAY


def stage(writer: Writer, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    kinds = {"DATE": pa.date32(), "DATETIME": pa.timestamp("us"), "INTEGER": pa.int32()}
    kinds |= {"BOOLEAN": pa.bool_(), "DOUBLE": pa.float64()}
    arrays = [
        pa.array([r.get(c.name) for r in rows], type=kinds.get(str(c.type), pa.string()))
        for c in table.columns
    ]
    names = [c.name for c in table.columns]
    writer.append(table, writer.staging.load(pa.Table.from_arrays(arrays, names=names), "given"))


def tell(writer: Writer, said: Iterable[Said], left: Iterable[Left], file: str = "f") -> None:
    written = {"source_file_sha256": file, "batch_id": "b"}
    records = [
        {
            "person_id": r.person,
            "record_kind": r.kind,
            "recorded_on": day(r.on),
            "seq_no": r.seq,
            "hired_on": day(r.hired),
            "status": r.status,
            "worker_type": r.type,
            "department_id": r.department,
            "speaks_of": speech(r),
            "source_system": r.source,
            "source_record_id": r.id,
        }
        | written
        for r in said
    ]
    exits = [
        {
            "person_id": x.person,
            "exit_on": day(x.on),
            "recorded_on": day(x.recorded),
            "voluntary": x.voluntary,
            "source_system": "exits",
            "source_record_id": x.id,
        }
        | written
        for x in left
    ]
    stage(writer, worker_record, records)
    stage(writer, exit_, exits)


def speech(record: Said) -> str | None:
    if record.speaks is None:
        return None
    return " ".join(COLUMNS[part] for part in sorted(record.speaks)) or "nothing"


def number_of(value: Any) -> int | None:
    return None if pd.isna(value) else (value.date() - ORIGIN).days


def text_of(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def derived_history(writer: Writer) -> History:
    e, j, x = employment.c, job_history.c, exit_.c
    spells = writer.read(sa.select(e.person_id, e.spell_no, e.hired_on, e.end_on, e.worker_type))
    columns = (j.person_id, j.valid_from, j.valid_to, j.department_id, j.status)
    stretches = writer.read(sa.select(*columns, j.is_inferred_from_snapshot))
    query = sa.select(x.person_id, x.exit_on, x.is_inferred, x.recorded_on, x.voluntary)
    exits = writer.read(query.where(x.source_system == "derived"))
    return History(
        frozenset(
            Spell(p, int(n), number_of(h), number_of(t), text_of(w))
            for p, n, h, t, w in once(spells)
        ),
        frozenset(
            Stretch(p, number_of(f) or 0, number_of(t), text_of(d), s, bool(i))
            for p, f, t, d, s, i in once(stretches)
        ),
        frozenset(
            Gone(p, number_of(on) or 0, bool(i), number_of(r), v) for p, on, i, r, v in once(exits)
        ),
    )


def once(frame: Any) -> list[tuple[Any, ...]]:
    rows = [tuple(row) for row in frame.astype(object).itertuples(index=False)]
    assert len(set(map(str, rows))) == len(rows)
    return rows


class Undo(Exception):
    """Leave the warehouse as it was."""


def history(warehouse: Warehouse, said: Sequence[Said], left: Sequence[Left] = ()) -> History:
    return history_of_files(warehouse, [(named(said), left)])


def history_of_files(
    warehouse: Warehouse, files: Sequence[Evidence], *, at_once: int | None = None
) -> History:
    """Load files; derive everybody's history at the end, or what files change, some at once."""
    try:
        with warehouse.writing() as writer:
            merged = list[Merged]()
            for number, (said, left) in enumerate(files):
                tell(writer, said, left, file=f"f{number}")
                provenance = Provenance("hr", f"f{number}", "b", NOW)
                merged.append(Merged(PLAIN, COUNTS, provenance))
                if at_once and (len(merged) == at_once or number == len(files) - 1):
                    derive_history(writer, merged)
                    merged.clear()
            if not at_once:
                rebuild_history(writer, batch_id="b", now=NOW)
            found = derived_history(writer)
            raise Undo
    except Undo:
        return found


def named(said: Sequence[Said]) -> list[Said]:
    """Give every record an id of its own, by its place in the list."""
    return [r if r.id else replace(r, id=str(number)) for number, r in enumerate(said)]


def speaking(record: Said, speaks: frozenset[str] | None) -> Said:
    """Return a record as a load leaves it that maps a part of the columns only."""
    if speaks is None:
        return record
    values: dict[str, Any] = {"hired": None, "status": "active", "type": None, "department": None}
    return replace(record, speaks=speaks, **{n: v for n, v in values.items() if n not in speaks})
