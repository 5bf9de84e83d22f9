"""Whose history a file can have changed: so that a monthly snapshot costs what it says anew.

A snapshot mostly repeats the one before. Whoever it lists as before, and who is known to be
employed by nothing later, keeps the history there is; whoever it says something new about, no
longer lists, or lists again is derived anew. Where that cannot be told cheaply (a snapshot older
than other records, several snapshots in one file, records that moved to another person) everybody
is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from etl.history.steps import EMPLOYED, JOB_TEXT
from etl.ledger import EntityCounts
from etl.mapping.mapping import Load, Mapping
from etl.people.identity import Provenance
from warehouse.engine import Writer
from warehouse.tables import employment, exit_, worker_record

PEOPLE = "history_person"

_REPEATED = f"""
SELECT w.person_id
FROM (SELECT worker_record.*, {JOB_TEXT} AS job FROM worker_record WHERE {{written}}) w
JOIN (
    SELECT worker_record.*, {JOB_TEXT} AS job FROM worker_record
    WHERE source_system = :system AND recorded_on = :before AND {EMPLOYED}
) b ON b.person_id = w.person_id AND b.job = w.job
    AND b.hired_on IS NOT DISTINCT FROM w.hired_on
    AND b.worker_type IS NOT DISTINCT FROM w.worker_type
WHERE w.record_kind = 'snapshot' AND (w.hired_on IS NULL OR w.hired_on <= :before)
    AND w.person_id IN (SELECT person_id FROM employment WHERE end_on IS NULL)
    AND w.person_id NOT IN (
        SELECT person_id FROM worker_record
        WHERE (recorded_on >= :before OR hired_on > :before) AND person_id IS NOT NULL
        GROUP BY person_id HAVING count(*) <> 2
    )
"""
_OF_DAY = f"SELECT person_id FROM worker_record WHERE source_system = :system AND {EMPLOYED}"
_MISSING = f"""
SELECT person_id FROM ({_OF_DAY} AND recorded_on = :before) b
WHERE person_id NOT IN ({_OF_DAY} AND recorded_on = :day AND person_id IS NOT NULL)
UNION
SELECT person_id FROM ({_OF_DAY} AND recorded_on = :earlier) e
WHERE person_id NOT IN ({_OF_DAY} AND recorded_on = :before AND person_id IS NOT NULL)
"""


@dataclass(frozen=True)
class Merged:
    """A file whose rows are in the tables by now: how it was read, what became of them."""

    mapping: Mapping
    counts: Sequence[EntityCounts]
    provenance: Provenance


def find_people(writer: Writer, files: Sequence[Merged]) -> bool:
    """Fill a temporary table with the people whose history files just merged can have changed.

    Returns
    -------
    bool
        False where it may be everybody's; nothing was made then.
    """
    if writer.execute(sa.select(employment.c.person_id).limit(1)).first() is None:
        return False
    found = [_people_of(writer, one) for one in files]
    if any(one is None for one in found):
        return False
    _run(writer, f"CREATE TEMP TABLE {PEOPLE} (person_id VARCHAR)", {})
    for sql, values in filter(None, found):
        _run(writer, f"INSERT INTO {PEOPLE} {sql}", values)
    return True


def _people_of(writer: Writer, one: Merged) -> tuple[str, dict[str, Any]] | None:
    """Return the query, and its parameters, of the people one file can have changed."""
    tables = (worker_record.name, exit_.name)
    updated = any(counts.rows_updated for counts in one.counts if counts.entity in tables)
    if updated and not _updates_stay(one.mapping):
        return None
    written = "source_file_sha256 = :file AND batch_id = :batch"
    provenance = one.provenance
    mine: dict[str, Any] = {"file": provenance.file_sha256, "batch": provenance.batch_id}
    people = (
        f"SELECT person_id FROM worker_record WHERE {written} "
        f'UNION SELECT person_id FROM "exit" WHERE {written}'
    )
    days = f"SELECT DISTINCT source_system, recorded_on FROM worker_record WHERE {written}"
    snapshots = _run(writer, f"{days} AND {EMPLOYED}", mine).all()
    if not snapshots:
        return people, mine
    system, day = tuple(snapshots[0])
    known = _snapshots_before(writer, system, day)
    if known is None or len(snapshots) > 1:
        return None
    if not known:
        return people, mine
    mine |= {"system": system, "day": day, "before": known[0], "earlier": known[-1]}
    repeated = _REPEATED.format(written=written)
    listed = f"SELECT person_id FROM ({people}) listed WHERE person_id NOT IN ({repeated})"
    return f"{listed} UNION {_MISSING}", mine


def _run(writer: Writer, sql: str, values: dict[str, Any]) -> sa.CursorResult[Any]:
    return writer.execute(sa.text(sql), values)


def _snapshots_before(writer: Writer, system: str, day: dt.date) -> list[dt.date] | None:
    """Return the two snapshots before a day, latest first; None where anything is later."""
    w = worker_record.c
    if writer.execute(sa.select(w.person_id).where(w.recorded_on > day).limit(1)).first():
        return None
    earlier = sa.select(w.recorded_on).where(
        w.source_system == system,
        w.recorded_on < day,
        w.record_kind == "snapshot",
        sa.func.coalesce(w.status, "active") != "terminated",
    )
    rows = writer.execute(earlier.distinct().order_by(w.recorded_on.desc()).limit(2))
    return [row[0] for row in rows]


def _updates_stay(mapping: Mapping) -> bool:
    """Tell whether a row that comes again always speaks of the same person, and of no snapshot."""
    return all(
        _has_person_in_key(load) and (load.entity == exit_.name or _is_effective(load))
        for load in mapping.loads
        if load.entity in (worker_record.name, exit_.name)
    )


def _has_person_in_key(load: Load) -> bool:
    person = load.columns["person_id"]
    is_plain = not (person.identifier or person.values or person.instead or person.followed_by)
    return is_plain and person.column in load.key


def _is_effective(load: Load) -> bool:
    return load.columns["record_kind"].value == "effective"
