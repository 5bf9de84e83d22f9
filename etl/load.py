"""Load exported files into the warehouse, each in a transaction of its own."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from sqlalchemy.exc import DBAPIError

from etl import formats
from etl.answers import load_answers
from etl.attendance import TITLE, apply_attendance, attended_override, name_sessions
from etl.checking import Input
from etl.conventions import decide_conventions
from etl.entity import Loaded, Task, load_entity
from etl.history import INPUTS, rebuild_history
from etl.identity import Provenance, merge_hr_ids
from etl.ledger import (
    EntityCounts,
    FileLine,
    begin_batch,
    joined,
    known_content,
    known_rejects,
    write_lines,
)
from etl.mapping import SURVEY_RESPONSE, Load, Mapping, entity_table
from etl.mapping_choice import check_columns
from etl.planning import Planned, plan_files
from etl.problems import FileProblem
from etl.rejects import Rejects
from etl.report import FileOutcome, LoadReport
from etl.sources import ORDER, RULES
from warehouse.engine import StagingError, Warehouse, WarehouseError, Writer
from warehouse.tables import facts, metadata, person, session, session_attendance

Progress = Callable[[int, int, str], None]
_DECLARED_KEYS = {
    "survey": ("survey_id",),
    "wave": ("wave_id",),
    "item": ("survey_id", "item_code"),
}
_HISTORY_INPUTS = {table.name for table in INPUTS}


@dataclass(frozen=True)
class _Run:
    """What all files of a load have in common."""

    batch_id: str
    now: dt.datetime

    def provenance(self, mapping: Mapping, sha256: str) -> Provenance:
        return Provenance(mapping.source_system, sha256, self.batch_id, self.now)


def load_paths(
    warehouse: Warehouse,
    paths: Iterable[Path],
    *,
    mapping: Path | None = None,
    now: dt.datetime,
    progress: Progress | None = None,
) -> LoadReport:
    """Load files and folders of files, in the order in which their entities depend.

    Each file is loaded whole or not at all, with its rejected rows, its ledger lines, and what is
    derived from it. A file that is refused does not keep others from being loaded.

    Parameters
    ----------
    warehouse
        An open warehouse.
    paths
        Files, and folders to walk through.
    mapping
        Mapping for all files; found by name and content otherwise.
    now
        Moment of the load, UTC without zone.
    progress
        Called before each file and at the end with files done, files in all, and file name.

    Raises
    ------
    WarehouseError
        The warehouse cannot be written (busy, no permission, disk full); the file being loaded
        left nothing behind.
    """
    run = _Run(f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}", now)
    planned, refused = plan_files(paths, mapping)
    outcomes = list(refused)
    for done, one in enumerate(planned):
        if progress:
            progress(done, len(planned), one.path.name)
        try:
            outcomes.append(_load_file(warehouse, one, run))
        except FileProblem as problem:
            outcomes.append(FileOutcome(one.path, problem=problem))
        except (DBAPIError, StagingError, OSError) as error:
            raise _explain(one.path, error) from error
    if progress:
        progress(len(planned), len(planned), "")
    return LoadReport(run.batch_id, tuple(outcomes))


def _load_file(warehouse: Warehouse, planned: Planned, run: _Run) -> FileOutcome:
    path, mapping = planned.path, planned.mapping
    before, sha256 = _fingerprint(path)
    provenance = run.provenance(mapping, sha256)
    with warehouse.writing() as writer:
        known = known_content(writer, path.name, sha256, mapping.sha256)
        begin_batch(writer, provenance)
        if known:
            line = FileLine(path.name, known[0], mapping.sha256)
            write_lines(writer, line, known[1], provenance)
            rejected = known_rejects(writer, sha256, mapping.source_system)
            return FileOutcome(path, known[0], mapping.name, known[1], rejected, is_known=True)
        given = _read(writer, planned, run.now.date())
        rejects = Rejects.begin(writer.staging, given)
        counts = joined(_load_all(writer, given, provenance, rejects))
        rejects.check(counts)
        rejects.store(writer, path.name, provenance)
        write_lines(
            writer, FileLine(path.name, given.raw.format, mapping.sha256), counts, provenance
        )
        _derive(writer, counts, run)
        rejected = rejects.counts()
        after = path.stat()
        if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
            raise FileProblem(
                "file_changed",
                path,
                "The file changed while it was being read.",
                "Wait until the export has finished writing it, and load it again.",
            )
    return FileOutcome(path, given.raw.format, mapping.name, counts, rejected)


def _read(writer: Writer, planned: Planned, today: dt.date) -> Input:
    """Stage a file and find out how it writes dates and numbers."""
    raw = formats.read(planned.path, writer.staging, planned.mapping.hints)
    check_columns(planned.path, planned.mapping, raw)
    conventions = decide_conventions(writer.staging, raw, planned.mapping, planned.path)
    if TITLE in raw.columns and raw.format == "teams_attendance":
        raw = name_sessions(writer.staging, raw)
    latest = today.replace(year=today.year + 20, day=min(today.day, 28))
    return Input(raw, planned.mapping, conventions, latest)


def _load_all(
    writer: Writer, given: Input, provenance: Provenance, rejects: Rejects
) -> list[EntityCounts]:
    """Run every ``[[load]]`` of the mapping in the order in which entities depend."""
    _merge_declared(writer, given.mapping, provenance)
    loads = sorted(given.mapping.loads, key=lambda load: ORDER.index(_entity(load)))
    counts = _left_over(given, rejects, loads)
    for load in loads:
        task = Task(given, load, RULES[_entity(load)], provenance, rejects)
        override = attended_override(writer) if load.entity == session.name else None
        loaded = load_entity(writer, task, override)
        counts.append(loaded.counts)
        if load.entity == person.name:
            merge_hr_ids(writer, loaded.relation, provenance)
        if load.entity == SURVEY_RESPONSE and load.items:
            counts.append(_answers(writer, task, loaded))
    return counts


def _answers(writer: Writer, task: Task, loaded: Loaded) -> EntityCounts:
    return load_answers(writer, task, loaded)


def _left_over(given: Input, rejects: Rejects, loads: Sequence[Load]) -> list[EntityCounts]:
    """Set aside rows no load can take; they count with the first entity of the file."""
    if not loads:
        return []
    entity = _entity(loads[0])
    rejects.add_broken(entity, given.raw.broken)
    left = rejects.add_not_taken(entity, loads) + len(given.raw.broken)
    return [EntityCounts(entity, rows_read=left, rows_rejected=left)]


def _derive(writer: Writer, counts: Sequence[EntityCounts], run: _Run) -> None:
    """Rebuild what depends on the tables that changed."""
    changed = {one.entity for one in counts if one.changed}
    if session_attendance.name in changed:
        apply_attendance(writer)
    if changed & _HISTORY_INPUTS:
        rebuild_history(writer, batch_id=run.batch_id, now=run.now)


def _merge_declared(writer: Writer, mapping: Mapping, provenance: Provenance) -> None:
    """Merge the surveys, waves and items a mapping declares."""
    kinds = {"VARCHAR": pa.string(), "DATE": pa.date32(), "BOOLEAN": pa.bool_()}
    kinds |= {"DOUBLE": pa.float64()}
    for name, rows in mapping.declared.items():
        if not rows:
            continue
        table = metadata.tables[name]
        arrays = [
            pa.array([row[c] for row in rows], kinds[str(table.columns[c].type)])
            for c in facts(table)
        ]
        staged = writer.staging.load(pa.Table.from_arrays(arrays, names=facts(table)), name)
        key = " || '|' || ".join(_DECLARED_KEYS[name])
        relation = writer.staging.view(
            f"SELECT *, {provenance.columns(key, 'NULL')} FROM {staged}", "declared"
        )
        writer.merge(table, relation)


def _entity(load: Load) -> str:
    return str(entity_table(load.entity).name)


def _fingerprint(path: Path) -> tuple[os.stat_result, str]:
    """Return size and time of a file, and the hash of its bytes."""
    try:
        with path.open("rb") as content:
            return path.stat(), hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise FileProblem(
            "file_not_found",
            path,
            f"The file cannot be read: {error.strerror}.",
            "Check its name and that you may read it.",
        ) from error


def _explain(path: Path, error: Exception) -> WarehouseError:
    """Say in words that the warehouse could not be written."""
    cause = str(getattr(error, "orig", error)).strip().split("\n", 1)[0]
    return WarehouseError(
        f"{path.name} was not loaded and left nothing behind: {cause}. Check that there is room on "
        "the disk and that you may write to the warehouse, then load it again."
    )
