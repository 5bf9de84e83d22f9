"""What became of every file: batches, counts per entity, and whether a file is already known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import sqlalchemy as sa

from etl.mapping.mapping import Mapping
from etl.mapping.text import mapping_toml
from etl.people.identity import Provenance
from warehouse.engine import Warehouse, Writer
from warehouse.tables import batch, file_reading, loaded_file, rejected_row

# Rules that another file can mend: a row that broke one is looked at again.
_MENDABLE = "unknown_"
_MENDABLE_TOO = ("no_such_pair",)


class NotReconciled(Exception):
    """Rows read are not rows stored, unchanged and rejected; nothing was committed."""


@dataclass(frozen=True)
class EntityCounts:
    """Rows of one file that were meant for one entity, by what became of them."""

    entity: str
    rows_read: int
    rows_inserted: int = 0
    rows_updated: int = 0
    rows_unchanged: int = 0
    rows_rejected: int = 0

    def check(self) -> None:
        """Raise :class:`NotReconciled` unless the counts add up."""
        kept = self.rows_inserted + self.rows_updated + self.rows_unchanged
        if self.rows_read != kept + self.rows_rejected:
            raise NotReconciled(f"{self.entity}: read {self.rows_read} rows, but {self}")

    @property
    def changed(self) -> int:
        """Rows that were new or replaced an earlier version."""
        return self.rows_inserted + self.rows_updated


@dataclass(frozen=True)
class FileLine:
    """What ledger lines of one file have in common."""

    file_name: str
    format: str
    mapping_sha256: str


def begin_batch(writer: Writer, batch_id: str, now: dt.datetime) -> None:
    """Write down the batch with its first file."""
    row = {"batch_id": batch_id, "started_at": now, "code_version": code_version()}
    writer.execute(sa.insert(batch).values(row))


def code_version() -> str:
    """Return the version of the program, "unknown" where it runs without being installed."""
    try:
        return version("program-outcomes")
    except PackageNotFoundError:
        return "unknown"


@dataclass(frozen=True)
class SeenLine:
    """Rows of one file that went to one entity, of a load before this one or of this one."""

    source_system: str
    file_name: str
    entity: str
    rows_read: int


@dataclass
class Seen:
    """What the ledger says, read once, so that files need not be looked up one by one.

    Another loader may add to the ledger meanwhile; a file it loaded is then read once more and
    found unchanged.

    Parameters
    ----------
    names, contents
        File names, and SHA-256 of files.
    lines
        Lines of the ledger in the order of loading.
    """

    names: set[str]
    contents: set[str]
    lines: list[SeenLine]

    @classmethod
    def read(cls, warehouse: Warehouse) -> Seen:
        """Read what was loaded before."""
        f = loaded_file.c
        names = (f.source_system, f.file_name, f.entity, f.rows_read)
        order = (f.loaded_at, f.batch_id, f.file_name)
        found = warehouse.read(sa.select(*names, f.file_sha256).order_by(*order))
        rows = found[[column.name for column in names]].itertuples(index=False)
        lines = [SeenLine(*row) for row in rows]
        return cls(set(found["file_name"]), set(found["file_sha256"]), lines)

    def copy(self) -> Seen:
        """Return a copy that can be added to."""
        return Seen(set(self.names), set(self.contents), list(self.lines))

    def add(
        self, source_system: str, name: str, sha256: str, counts: Sequence[EntityCounts]
    ) -> None:
        """Note a file that was loaded."""
        self.names.add(name)
        self.contents.add(sha256)
        self.lines += [SeenLine(source_system, name, one.entity, one.rows_read) for one in counts]

    def mentions(self, file_name: str, file_sha256: str) -> bool:
        """Tell whether a file of this name or content was loaded."""
        return file_name in self.names or file_sha256 in self.contents


def known_content(
    writer: Writer, file_name: str, file_sha256: str, mapping_sha256: str
) -> tuple[str, tuple[EntityCounts, ...]] | None:
    """Return format and counts of an earlier load that makes a new one needless.

    A file is known when the same bytes were loaded by the same mapping, no other content came
    under its name since, and none of its rows waits for something another file may have brought
    since (an unknown person, pair, ...).
    """
    f = loaded_file.c
    is_same = sa.and_(f.file_sha256 == file_sha256, f.mapping_sha256 == mapping_sha256)
    lines = writer.read(sa.select(loaded_file).where(is_same | (f.file_name == file_name)))
    same = (lines["file_sha256"] == file_sha256) & (lines["mapping_sha256"] == mapping_sha256)
    if not same.any():
        return None
    last = lines[same].sort_values("loaded_at", kind="stable")
    last = last[last["batch_id"] == last["batch_id"].iloc[-1]]
    others = lines[(lines["file_name"] == file_name) & (lines["file_sha256"] != file_sha256)]
    if (others["loaded_at"] >= last["loaded_at"].iloc[-1]).any():
        return None
    r = rejected_row.c
    is_mendable = r.rule.like(f"{_MENDABLE}%") | r.rule.in_(_MENDABLE_TOO)
    waiting = sa.select(r.rule).where(r.file_sha256 == file_sha256, is_mendable)
    news = sa.select(f.file_name).where(
        f.loaded_at >= last["loaded_at"].iloc[-1].to_pydatetime(),
        f.file_sha256 != file_sha256,
        f.rows_inserted + f.rows_updated > 0,
    )
    is_waiting = last["rows_rejected"].sum() and _any(writer, waiting)
    if is_waiting and _any(writer, news):
        return None
    counts = [
        EntityCounts(
            line.entity,
            rows_read=int(line.rows_read),
            rows_unchanged=int(line.rows_read - line.rows_rejected),
            rows_rejected=int(line.rows_rejected),
        )
        for line in last.itertuples()
    ]
    return str(last["format"].iloc[0]), tuple(counts)


def known_rejects(
    writer: Writer, file_sha256: str, source_system: str
) -> dict[tuple[str, str], int]:
    """Return how many rows of a known file were rejected by (entity, rule)."""
    r = rejected_row.c
    query = (
        sa.select(r.entity, r.rule, sa.func.count())
        .where(r.file_sha256 == file_sha256, r.source_system == source_system)
        .group_by(r.entity, r.rule)
        .order_by(r.entity, r.rule)
    )
    rows: list[Any] = list(writer.execute(query))
    return {(row[0], row[1]): int(row[2]) for row in rows}


def _any(writer: Writer, query: sa.Select[Any]) -> bool:
    return writer.execute(query.limit(1)).first() is not None


def write_lines(
    writer: Writer,
    lines: Sequence[FileLine],
    counts: Sequence[Sequence[EntityCounts]],
    files: Sequence[Provenance],
) -> None:
    """Write one ledger line per entity of each file, after checking that each adds up."""
    rows = [
        asdict(line)
        | asdict(one)
        | {
            "batch_id": provenance.batch_id,
            "file_sha256": provenance.file_sha256,
            "source_system": provenance.source_system,
            "loaded_at": provenance.now,
        }
        for line, found, provenance in zip(lines, counts, files, strict=True)
        for one in _told(found)
    ]
    _insert(writer, loaded_file, rows)


def _told(counts: Sequence[EntityCounts]) -> Sequence[EntityCounts]:
    """Return what there is to tell of a file, after checking that all of it adds up."""
    for one in counts:
        one.check()
    return [one for one in counts if one.rows_read] or counts[:1]


def write_reading(
    writer: Writer,
    reading_sha256: str,
    mapping: Mapping,
    files: Sequence[Provenance],
    seen: Collection[str],
) -> None:
    """Write down how files were read, once for their bytes and the mapping that applied.

    Parameters
    ----------
    seen
        Contents loaded before; of others it need not be asked whether it stands there already.
    """
    r, contents = file_reading.c, [one.file_sha256 for one in files]
    old = [one for one in contents if one in seen]
    if old:
        same = sa.and_(r.file_sha256.in_(old), r.mapping_sha256 == reading_sha256)
        there = set(writer.execute(sa.select(r.file_sha256).where(same)).scalars())
        contents = [one for one in contents if one not in there]
    text = mapping_toml(mapping) if contents else ""
    rows = [
        {
            "file_sha256": content,
            "mapping_sha256": reading_sha256,
            "mapping_name": mapping.name,
            "mapping_toml": text,
        }
        for content in contents
    ]
    _insert(writer, file_reading, rows)


def _insert(writer: Writer, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows in one statement; that for a single row is compiled once for all files."""
    if len(rows) == 1:
        writer.execute(sa.insert(table), rows)
    elif rows:
        writer.execute(sa.insert(table).values(rows))


def joined(counts: Sequence[EntityCounts]) -> tuple[EntityCounts, ...]:
    """Add up the counts of loads into the same entity, in the order of first mention."""
    found: dict[str, EntityCounts] = {}
    for one in counts:
        before = found.get(one.entity, EntityCounts(one.entity, 0))
        sums = {
            name: getattr(before, name) + value
            for name, value in asdict(one).items()
            if name != "entity"
        }
        found[one.entity] = replace(before, **sums)
    return tuple(found.values())
