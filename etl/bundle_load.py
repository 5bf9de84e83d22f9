"""Load the rows of a bundle of files: every ``[[load]]`` of their mapping, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from etl.ledger import EntityCounts, joined
from etl.mapping.mapping import SURVEY_RESPONSE, Load, Mapping, entity_table
from etl.people.identity import Provenance, merge_hr_ids
from etl.rows.answers import load_answers
from etl.rows.bundle import Bundle, merged_by_file
from etl.rows.checking import Input
from etl.rows.entity import Loaded, Task, load_entity
from etl.rows.rejects import Rejects
from etl.rows.session_intake import standing_sessions
from etl.sessions.meetings import set_aside
from etl.sources import ORDER, RULES
from warehouse.engine import MergeCounts, Writer
from warehouse.tables import (
    facts,
    metadata,
    person,
    session_attendance,
    session_feedback,
    session_topic,
)

_DECLARED_KEYS = {
    "survey": ("survey_id",),
    "wave": ("wave_id",),
    "item": ("survey_id", "item_code"),
}
_OF_SESSIONS = {table.name for table in (session_topic, session_attendance, session_feedback)}


@dataclass(frozen=True)
class Told:
    """What became of the rows of one file.

    Parameters
    ----------
    counts
        Counts per entity.
    unresolved
        How often a column of the file names somebody nobody knows.
    """

    counts: tuple[EntityCounts, ...]
    unresolved: dict[str, int]


def load_bundle(writer: Writer, given: Input, bundle: Bundle, rejects: Rejects) -> list[Told]:
    """Run every ``[[load]]`` of the mapping in the order in which entities depend."""
    loads = sorted(given.mapping.loads, key=lambda load: ORDER.index(_entity(load)))
    counts = _left_over(given, rejects, loads)
    unresolved = [Counter[str]() for _ in bundle.files]
    given, aside = set_aside(given, rejects)
    for file, gone in aside.items():
        counts[file].append(gone)
    for load in loads:
        task = Task(given, load, RULES[_entity(load)], bundle, rejects)
        override = standing_sessions(writer) if load.entity in _OF_SESSIONS else None
        loaded = load_entity(writer, task, override)
        answers = []
        if load.entity == person.name and loaded.counts.rows_read:
            merge_hr_ids(writer, loaded.relation, bundle.files[0])
        if load.entity == SURVEY_RESPONSE and load.answer_columns() and loaded.counts.rows_read:
            answers = _answers_by_file(task, loaded, load_answers(writer, task, loaded))
        for file, share in enumerate(loaded.shares):
            counts[file].append(share.counts)
            unresolved[file].update(share.unresolved)
            if answers and share.counts.rows_read:
                counts[file].append(answers[file])
    return [Told(joined(one), dict(who)) for one, who in zip(counts, unresolved, strict=True)]


def _answers_by_file(task: Task, responses: Loaded, counts: EntityCounts) -> list[EntityCounts]:
    """Tell apart what became of the answers of several files."""
    if len(task.provenance) == 1:
        return [counts]
    cells = counts.rows_read // responses.rows if responses.rows else 0
    read = [cells * share.rows for share in responses.shares]
    bad = task.rejects.by_file(f"entity = '{counts.entity}'")
    merged = MergeCounts(counts.rows_inserted, counts.rows_updated, counts.rows_unchanged)
    kept = merged_by_file(merged, [total - bad[file] for file, total in enumerate(read)])
    return [
        EntityCounts(
            counts.entity, total, one.inserted, one.updated, one.unchanged, rows_rejected=bad[file]
        )
        for file, (total, one) in enumerate(zip(read, kept, strict=True))
    ]


def _left_over(given: Input, rejects: Rejects, loads: Sequence[Load]) -> list[list[EntityCounts]]:
    """Set aside rows no load can take; they count with the first entity of their file."""
    if not loads:
        return [[] for _ in rejects.bundle.files]
    entity = _entity(loads[0])
    rejects.add_broken(entity, given.raw.broken)
    left = Counter(rejects.bundle.file_of(row.source_row) for row in given.raw.broken)
    if given.mapping.rest == "set_aside":
        left += rejects.add_not_taken(entity, loads)
    files = range(len(rejects.bundle))
    return [[EntityCounts(entity, rows_read=left[n], rows_rejected=left[n])] for n in files]


def merge_declared(writer: Writer, mapping: Mapping, provenance: Provenance) -> None:
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
