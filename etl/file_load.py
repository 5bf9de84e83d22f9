"""Load one file inside a transaction: read, check, merge, and derive what depends on it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from etl import formats
from etl.choosing.choice import check_columns
from etl.history.derive import INPUTS, derive_history
from etl.history.people import Merged
from etl.ledger import (
    EntityCounts,
    FileLine,
    Seen,
    begin_batch,
    joined,
    known_content,
    known_rejects,
    write_lines,
    write_reading,
)
from etl.mapping.fit import add_day, fit_mapping
from etl.mapping.mapping import SURVEY_RESPONSE, Load, Mapping, entity_table
from etl.people.identity import Provenance, merge_hr_ids
from etl.planning import Planned
from etl.report import FileOutcome
from etl.rows.answers import load_answers
from etl.rows.checking import Input
from etl.rows.conventions import decide_conventions
from etl.rows.corrections import apply_corrections
from etl.rows.entity import Task, load_entity
from etl.rows.rejects import Rejects, check_collected
from etl.rows.returned import settle_returned
from etl.rows.session_intake import standing_sessions
from etl.sessions.meetings import find_sessions, set_aside
from etl.sessions.settling import settle_sessions
from etl.shrink import check_shrink, rows_in
from etl.sources import ORDER, RULES
from warehouse.engine import Writer
from warehouse.tables import (
    facts,
    metadata,
    person,
    session,
    session_attendance,
    session_feedback,
    session_topic,
)

_DECLARED_KEYS = {
    "survey": ("survey_id",),
    "wave": ("wave_id",),
    "item": ("survey_id", "item_code"),
}
HISTORY_INPUTS = {table.name for table in INPUTS}
_OF_SESSIONS = {table.name for table in (session_topic, session_attendance, session_feedback)}
_SETTLED = {session.name, session_attendance.name}


@dataclass
class Run:
    """What all files of a load have in common, and what those committed so far have done.

    Parameters
    ----------
    now
        Moment of the load, UTC without zone.
    seen
        Files loaded before.
    is_begun
        True once the batch stands in the ledger.
    largest_shrink
        Share of rows that a source may lose from one export to the next.
    declared
        Mappings, by their hash, whose surveys, waves and items are merged.
    """

    batch_id: str
    now: dt.datetime
    seen: Seen
    largest_shrink: float
    is_begun: bool = False
    declared: set[str] = field(default_factory=set)

    def provenance(self, mapping: Mapping, sha256: str) -> Provenance:
        """Return what every row of a file has in common."""
        return Provenance(mapping.source_system, sha256, self.batch_id, self.now)

    def note(self, loaded: LoadedFile) -> None:
        """Note a file that was loaded."""
        outcome, given = loaded.outcome, loaded.provenance
        self.is_begun = True
        self.seen.add(given.source_system, outcome.name, given.file_sha256, outcome.counts)
        if not outcome.is_known:
            self.declared.add(loaded.mapping.sha256)

    def copy(self) -> Run:
        """Return a run that can note files without this one knowing."""
        return replace(self, seen=self.seen.copy(), declared=set(self.declared))


@dataclass(frozen=True)
class LoadedFile:
    """A file whose rows are merged; what follows from them is still to be derived."""

    outcome: FileOutcome
    mapping: Mapping
    provenance: Provenance

    @property
    def changed(self) -> set[str]:
        """Tables with rows that are new or replaced an earlier version."""
        return {one.entity for one in self.outcome.counts if one.changed}


def load_file(writer: Writer, planned: Planned, sha256: str, run: Run) -> LoadedFile:
    """Load a file with its rejected rows and its ledger lines.

    Raises
    ------
    FileProblem
        The file as a whole cannot be loaded; the transaction must not be committed.
    """
    export, mapping = planned.export, planned.mapping
    provenance = run.provenance(mapping, sha256)
    if not run.is_begun:
        begin_batch(writer, run.batch_id, run.now)
    if run.seen.mentions(export.name, sha256):
        known = known_content(writer, export.name, sha256, planned.reading_sha256)
        if known:
            line = FileLine(export.name, known[0], planned.reading_sha256)
            write_lines(writer, line, known[1], provenance)
            rejected = known_rejects(writer, sha256, mapping.source_system)
            outcome = FileOutcome(
                export.shown, export.name, known[0], mapping.name, known[1], rejected, is_known=True
            )
            return LoadedFile(outcome, mapping, provenance)
    given = _read(writer, planned, provenance)
    rows = rows_in(writer.staging, given.raw)
    check_shrink(run.seen, planned, rows, run.largest_shrink)
    rejects = Rejects.begin(writer.staging, given)
    if mapping.sha256 not in run.declared:
        _merge_declared(writer, mapping, provenance)
    counts, unresolved = _load_all(writer, given, provenance, rejects)
    rejected = rejects.counts()
    check_collected(counts, rejected)
    rejects.store(writer, export.name, provenance)
    line = FileLine(export.name, given.raw.format, planned.reading_sha256)
    write_lines(writer, line, counts, provenance)
    is_new = sha256 not in run.seen.contents
    write_reading(writer, planned.reading_sha256, given.decided_mapping, provenance, is_new=is_new)
    form = given.raw.format
    outcome = FileOutcome(
        export.shown, export.name, form, mapping.name, counts, rejected, unresolved=unresolved
    )
    return LoadedFile(outcome, mapping, provenance)


def derive(writer: Writer, files: Sequence[LoadedFile]) -> None:
    """Rebuild what depends on the rows of some files; before their transaction is committed."""
    told = [one.provenance for one in files if one.changed & _SETTLED]
    if told:
        settle_sessions(writer, told)
    dated = [
        Merged(one.mapping, one.outcome.counts, one.provenance)
        for one in files
        if one.changed & HISTORY_INPUTS
    ]
    if dated:
        derive_history(writer, dated)


def _read(writer: Writer, planned: Planned, provenance: Provenance) -> Input:
    """Stage a file, mend its known errors, and find out how it writes dates and numbers."""
    hints = replace(planned.mapping.hints, load_day=provenance.now.date())
    raw = formats.read(planned.path, writer.staging, hints)
    settle_returned(writer, raw, provenance)
    check_columns(planned.path, planned.mapping, raw)
    raw = apply_corrections(writer, raw, planned.corrections, planned.path, provenance)
    mapping = fit_mapping(planned.mapping, raw.columns)
    raw = add_day(writer.staging, raw, mapping, planned.path)
    conventions = decide_conventions(writer.staging, raw, mapping, planned.path)
    raw = find_sessions(writer.staging, raw, mapping)
    today = provenance.now.date()
    latest = today.replace(year=today.year + 20, day=min(today.day, 28))
    return Input(raw, mapping, conventions, latest, planned.reading_sha256)


def _load_all(
    writer: Writer, given: Input, provenance: Provenance, rejects: Rejects
) -> tuple[tuple[EntityCounts, ...], dict[str, int]]:
    """Run every ``[[load]]`` of the mapping in the order in which entities depend.

    Returns
    -------
    tuple
        Counts per entity, and how often a column of the file names somebody nobody knows.
    """
    loads = sorted(given.mapping.loads, key=lambda load: ORDER.index(_entity(load)))
    counts, unresolved = _left_over(given, rejects, loads), Counter[str]()
    given, aside = set_aside(given, rejects)
    counts += aside
    for load in loads:
        task = Task(given, load, RULES[_entity(load)], provenance, rejects)
        override = standing_sessions(writer) if load.entity in _OF_SESSIONS else None
        loaded = load_entity(writer, task, override)
        counts.append(loaded.counts)
        unresolved.update(loaded.unresolved)
        if load.entity == person.name and loaded.counts.rows_read:
            merge_hr_ids(writer, loaded.relation, provenance)
        if load.entity == SURVEY_RESPONSE and load.answer_columns() and loaded.counts.rows_read:
            counts.append(load_answers(writer, task, loaded))
    return joined(counts), dict(unresolved)


def _left_over(given: Input, rejects: Rejects, loads: Sequence[Load]) -> list[EntityCounts]:
    """Set aside rows no load can take; they count with the first entity of the file."""
    if not loads:
        return []
    entity = _entity(loads[0])
    rejects.add_broken(entity, given.raw.broken)
    left = len(given.raw.broken)
    if given.mapping.rest == "set_aside":
        left += rejects.add_not_taken(entity, loads)
    return [EntityCounts(entity, rows_read=left, rows_rejected=left)]


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
