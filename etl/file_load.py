"""Load one file inside a transaction: read, check, merge, and derive what depends on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from etl.bundle_load import Told, load_bundle, merge_declared
from etl.history.derive import INPUTS, derive_history
from etl.history.people import Merged
from etl.ledger import (
    FileLine,
    Seen,
    begin_batch,
    known_content,
    known_rejects,
    write_lines,
    write_reading,
)
from etl.mapping.mapping import Mapping
from etl.people.identity import Provenance
from etl.planning import Planned
from etl.report import FileOutcome
from etl.rows.bundle import Bundle
from etl.rows.checking import Input
from etl.rows.conventions import decide_by_file
from etl.rows.rejects import Rejects, check_collected
from etl.sessions.meetings import find_sessions
from etl.sessions.settling import settle_sessions
from etl.shrink import check_shrink
from etl.together import Staged, count_rows, join, may_join, stage
from warehouse.engine import Writer
from warehouse.tables import session, session_attendance

HISTORY_INPUTS = {table.name for table in INPUTS}
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


def load_files(
    writer: Writer, files: Sequence[tuple[Planned, str]], run: Run, *, apart: bool = False
) -> list[LoadedFile]:
    """Load files, those that are alike together, with their rejected rows and ledger lines.

    Parameters
    ----------
    files
        Files in their order, with the SHA-256 of each.
    run
        Is told of every file; a copy, as nothing is committed yet.
    apart
        True to load each file by itself.

    Raises
    ------
    FileProblem
        A file as a whole cannot be loaded; the transaction must not be committed.
    Entangled
        Files that were loaded together have to be loaded apart; as before.
    """
    loaded, waiting = list[LoadedFile](), list[Staged]()
    if not run.is_begun:
        begin_batch(writer, run.batch_id, run.now)
        run.is_begun = True
    for planned, sha256 in files:
        provenance = run.provenance(planned.mapping, sha256)
        twins = (one.provenance.file_sha256 == sha256 for one in waiting)
        named_alike = (one.planned.export.name == planned.export.name for one in waiting)
        if any(twins) or any(named_alike) or run.seen.mentions(planned.export.name, sha256):
            loaded += _load_staged(writer, waiting, run)
            waiting = []
            known = _find_known(writer, planned, provenance, run)
            if known:
                loaded.append(known)
                run.note(known)
                continue
        staged = stage(writer, planned, provenance)
        if apart or not may_join(waiting, staged):
            loaded += _load_staged(writer, waiting, run)
            waiting = []
        waiting.append(staged)
    return [*loaded, *_load_staged(writer, waiting, run)]


def _find_known(
    writer: Writer, planned: Planned, provenance: Provenance, run: Run
) -> LoadedFile | None:
    """Note a file whose content was loaded before; None where it must be looked at."""
    export, mapping, sha256 = planned.export, planned.mapping, provenance.file_sha256
    if not run.seen.mentions(export.name, sha256):
        return None
    known = known_content(writer, export.name, sha256, planned.reading_sha256)
    if not known:
        return None
    form, counts = known
    write_lines(
        writer, [FileLine(export.name, form, planned.reading_sha256)], [counts], [provenance]
    )
    rejected = known_rejects(writer, sha256, mapping.source_system)
    outcome = FileOutcome(
        export.shown, export.name, form, mapping.name, counts, rejected, is_known=True
    )
    return LoadedFile(outcome, mapping, provenance)


def _load_staged(writer: Writer, staged: Sequence[Staged], run: Run) -> list[LoadedFile]:
    """Load staged files as one table, or one by one where they are written differently."""
    if not staged:
        return []
    bundle, mapping = Bundle(tuple(one.provenance for one in staged)), staged[0].mapping
    rows, are_numbered = count_rows(writer.staging, staged)
    for one, count in zip(staged, rows, strict=True):
        check_shrink(run.seen, one.planned, count, run.largest_shrink)
    given = _agree(writer, staged, bundle) if are_numbered else None
    if given is None:
        return [loaded for one in staged for loaded in _load_staged(writer, [one], run)]
    rejects = Rejects.begin(writer.staging, given, bundle)
    if mapping.sha256 not in run.declared:
        merge_declared(writer, mapping, bundle.files[0])
    told = load_bundle(writer, given, bundle, rejects)
    rejected = rejects.counts()
    for said, found in zip(told, rejected, strict=True):
        check_collected(said.counts, found)
    rejects.store(writer, [one.planned.export.name for one in staged], rejected)
    return _note(writer, staged, given, told, rejected, run)


def _note(
    writer: Writer,
    staged: Sequence[Staged],
    given: Input,
    told: Sequence[Told],
    rejected: Sequence[dict[tuple[str, str], int]],
    run: Run,
) -> list[LoadedFile]:
    """Write the ledger lines of files just merged, and tell the run of them."""
    reading = staged[0].planned.reading_sha256
    lines = [FileLine(one.planned.export.name, one.raw.format, reading) for one in staged]
    files = [one.provenance for one in staged]
    write_lines(writer, lines, [one.counts for one in told], files)
    write_reading(writer, reading, given.decided_mapping, files, run.seen.contents)
    loaded = []
    for one, said, found in zip(staged, told, rejected, strict=True):
        export, mapping = one.planned.export, one.planned.mapping
        outcome = FileOutcome(
            export.shown,
            export.name,
            one.raw.format,
            mapping.name,
            said.counts,
            found,
            unresolved=said.unresolved,
        )
        loaded.append(LoadedFile(outcome, mapping, one.provenance))
        run.note(loaded[-1])
    return loaded


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


def _agree(writer: Writer, staged: Sequence[Staged], bundle: Bundle) -> Input | None:
    """Find out how files write dates and numbers, and whom they are about.

    Returns
    -------
    Input
        Their rows as one table; None where they do not write alike.
    """
    mapping, planned = staged[0].mapping, staged[0].planned
    raw = join(writer.staging, staged, bundle)
    paths = [one.planned.path for one in staged]
    found = decide_by_file(writer.staging, raw, mapping, paths, bundle.file_sql())
    if len(set(found)) > 1:
        return None
    raw = find_sessions(writer.staging, raw, mapping, bundle)
    today = bundle.now.date()
    latest = today.replace(year=today.year + 20, day=min(today.day, 28))
    return Input(raw, mapping, found[0], latest, planned.reading_sha256)
