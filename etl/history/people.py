"""Whose history a file can have changed: so that a monthly snapshot costs what it says anew.

A snapshot mostly repeats the one before. Whoever it lists as before, and who is known to be
employed by nothing later, keeps the history there is. Most of what is new is written as it is
(:mod:`etl.history.news`); whoever else it says something new about is derived anew. Where that
cannot be told cheaply (a snapshot older than other records, several snapshots in one file, records
that moved to another person) everybody is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from etl.history.news import NEWS, PEOPLE, Snapshot, find_news
from etl.history.speech import Comparison, compare_speech
from etl.history.steps import EMPLOYED
from etl.ledger import EntityCounts
from etl.mapping.mapping import Load, Mapping
from etl.people.identity import Provenance
from warehouse.engine import Writer
from warehouse.tables import employment, exit_, job_history, worker_record

_FIRST_LOOK = dt.timedelta(days=40)  # where there is a snapshot every month, the last is in it


@dataclass(frozen=True)
class Merged:
    """A file whose rows are in the tables by now: how it was read, what became of them."""

    mapping: Mapping
    counts: Sequence[EntityCounts]
    provenance: Provenance


@dataclass(frozen=True)
class Changed:
    """What files changed.

    Parameters
    ----------
    is_everybody
        True where anybody's history may have changed; no temporary tables were made then.
    snapshot
        The snapshot whose news :data:`etl.history.news.NEWS` has; None where it has none.
    """

    is_everybody: bool
    snapshot: Snapshot | None = None


@dataclass(frozen=True)
class _Written:
    """What one file wrote: the condition of its rows, and its snapshot if it has one."""

    values: dict[str, Any]
    snapshot: Snapshot | None = None


# Without, PostgreSQL takes a snapshot it has not seen before for one row and compares in loops.
_r, _e, _j, _x = worker_record.c, employment.c, job_history.c, exit_.c
_COMPARED = (
    *(_r.source_system, _r.record_kind, _r.recorded_on, _r.person_id),
    *(_e.person_id, _e.end_on, _j.person_id, _j.valid_to),
    *(_x.person_id, _x.source_system, _x.exit_on, _x.recorded_on, _x.is_inferred),
)
_OF_FILE = "source_file_sha256 = :file AND batch_id = :batch"


def find_people(writer: Writer, files: Sequence[Merged]) -> Changed:
    """Find whose history files just merged can have changed.

    Fills temporary tables: :data:`etl.history.news.PEOPLE` with the people to derive anew, and
    after a single file :data:`etl.history.news.NEWS` with those whose news can be written as it is.
    """
    is_first = writer.execute(sa.select(employment.c.person_id).limit(1)).first() is None
    found = list[_Written]()
    for one in files:
        written = _written(writer, one, is_first=is_first)
        if written is None:
            return Changed(is_everybody=True)
        found.append(written)
    writer.refresh_statistics(*_COMPARED)
    _run(writer, f"CREATE TEMP TABLE {PEOPLE} (person_id VARCHAR)")
    for written in found:
        _find(writer, written)
        if written.snapshot and len(found) > 1:
            _run(writer, f"INSERT INTO {PEOPLE} SELECT person_id FROM {NEWS}")
            _run(writer, f"DROP TABLE {NEWS}")
    return Changed(is_everybody=False, snapshot=found[0].snapshot if len(found) == 1 else None)


def _find(writer: Writer, one: _Written) -> None:
    """Note whom the rows of a file are about, those of its snapshot by what they say anew."""
    rest = ""
    if one.snapshot:
        rest = f" AND NOT ({one.snapshot.names()['both']})"
    for table in ("worker_record", '"exit"'):
        condition = _OF_FILE + (rest if table == "worker_record" else "")
        sql = f"INSERT INTO {PEOPLE} SELECT person_id FROM {table} WHERE {condition}"
        _run(writer, sql, one.values)
    if one.snapshot:
        find_news(writer, one.snapshot)


def _written(writer: Writer, one: Merged, *, is_first: bool) -> _Written | None:
    """Return what a file wrote; None where it can have changed anybody's history.

    Parameters
    ----------
    is_first
        True where there is no history so far.
    """
    tables = (worker_record.name, exit_.name)
    updated = any(counts.rows_updated for counts in one.counts if counts.entity in tables)
    if updated and not _updates_stay(one.mapping):
        return None
    values: dict[str, Any] = {}
    values |= {"file": one.provenance.file_sha256, "batch": one.provenance.batch_id}
    days = f"SELECT DISTINCT source_system, recorded_on FROM worker_record WHERE {_OF_FILE}"
    listed = _run(writer, f"{days} AND {EMPLOYED}", values).all()
    if not listed:
        return None if is_first else _Written(values)
    system, day = tuple(listed[0])
    if len(listed) > 1 or _exists(writer, worker_record.c.recorded_on > day):
        return None
    before = _last_snapshot(writer, system, day)
    if is_first and (before or not _is_alone(writer, system, day)):
        return None
    if before is None and not is_first:
        return _Written(values)
    earlier = _last_snapshot(writer, system, before) if before else None
    speech = _compare(writer, system, day, before)
    return _Written(values | {"system": system}, Snapshot(system, day, before, earlier, speech))


def _exists(writer: Writer, condition: sa.ColumnElement[bool]) -> bool:
    query = sa.select(sa.literal(1)).where(condition).limit(1)
    return writer.execute(query).first() is not None


def _is_alone(writer: Writer, system: str, day: dt.date) -> bool:
    """Tell whether there is nothing in the warehouse but one snapshot."""
    w = worker_record.c
    own = sa.and_(w.source_system == system, w.record_kind == "snapshot", w.recorded_on == day)
    return not (_exists(writer, sa.not_(own)) or _exists(writer, exit_.c.person_id.is_not(None)))


def _compare(writer: Writer, system: str, day: dt.date, before: dt.date | None) -> Comparison:
    """Return how what a snapshot speaks of compares with the one before it."""
    w = worker_record.c
    own = sa.and_(w.source_system == system, w.record_kind == "snapshot")
    newest, known, earlier = (
        writer.execute(sa.select(w.speaks_of).where(condition).distinct()).scalars().all()
        for condition in (
            sa.and_(own, w.recorded_on == day),
            sa.and_(own, w.recorded_on == before),
            w.recorded_on < day,
        )
    )
    return compare_speech(newest, known, earlier)


def _last_snapshot(writer: Writer, system: str, day: dt.date) -> dt.date | None:
    """Return the day of the last snapshot of a source before a day.

    Looks among the last records first: engines that know which days lie where skip the others.
    """
    w = worker_record.c
    is_listed = sa.and_(
        w.source_system == system,
        w.recorded_on < day,
        w.record_kind == "snapshot",
        w.status.is_distinct_from("terminated"),
    )
    last = sa.select(sa.func.max(w.recorded_on)).where(is_listed)
    near = writer.execute(last.where(w.recorded_on >= day - _FIRST_LOOK)).scalar()
    return near or writer.execute(last).scalar()


def _run(writer: Writer, sql: str, values: dict[str, Any] | None = None) -> sa.CursorResult[Any]:
    return writer.execute(sa.text(sql), values)


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
