"""Load the rows of one ``[[load]]``: check, set aside, merge, count."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from etl.checking import Checked, Input, check_load
from etl.identity import Provenance
from etl.ledger import EntityCounts
from etl.mapping import Load
from etl.rejects import Rejects
from etl.row_query import Problem
from etl.row_staging import quoted
from etl.source import EntityRules
from warehouse.engine import MergeCounts, Writer
from warehouse.tables import facts

_LARGE = 200_000  # rows from which a second look at the file is cheaper than a copy of it


@dataclass(frozen=True)
class Task:
    """One load of one file, and where its rejected rows go."""

    given: Input
    load: Load
    rules: EntityRules
    provenance: Provenance
    rejects: Rejects


@dataclass(frozen=True)
class Loaded:
    """What became of the rows; ``relation`` holds the good ones, with all facts and provenance."""

    counts: EntityCounts
    relation: str


def load_entity(writer: Writer, task: Task, override: str | None = None) -> Loaded:
    """Check and merge the rows of one load.

    Parameters
    ----------
    override
        Query over ``{rows}`` (checked rows) that replaces facts by what is known better.
    """
    staging, rules = writer.staging, task.rules
    checked = check_load(staging, task.given, task.load, rules)
    is_plain = not (override or rules.set_checks or _has_source(writer, task))
    if is_plain and _rows(writer, task.given.raw.relation) >= _LARGE:
        loaded = _load_at_once(writer, task, checked)
        if loaded is not None:
            return loaded
    rows = staging.fresh("checked")
    staging.run(f"CREATE TEMP TABLE {rows} AS {checked.query}")
    total, bad = staging.rows(f"SELECT count(*), count(problem) FROM {rows}")[0]
    good = rows
    if bad:
        task.rejects.add_faulty(rules.name, checked, rows)
        good = staging.view(f"SELECT * FROM {rows} WHERE problem IS NULL", "good")
    good, between = _check_between_rows(writer, task, checked, good)
    good, same, doubled = _check_doubled(writer, task, good)
    if override:
        good = staging.view(override.format(rows=good), "overridden")
    relation, merged = _merge(writer, task, good)
    counts = EntityCounts(
        rules.name,
        rows_read=total,
        rows_inserted=merged.inserted,
        rows_updated=merged.updated,
        rows_unchanged=merged.unchanged + same,
        rows_rejected=bad + between + doubled,
    )
    return Loaded(counts, relation)


def _load_at_once(writer: Writer, task: Task, checked: Checked) -> Loaded | None:
    """Check and insert in one pass, where all keys differ and none can be known yet."""
    staging, rules = writer.staging, task.rules
    total, keys = staging.rows(
        f"SELECT count(*), count(DISTINCT source_record_id) FROM ({checked.keys})"
    )[0]
    if total != keys:
        return None
    rows = staging.view(checked.query, "checked")
    good = staging.view(f"SELECT * FROM {rows} WHERE problem IS NULL", "good")
    relation, merged = _merge(writer, task, good)
    bad = total - merged.inserted
    if bad:
        task.rejects.add_faulty(rules.name, checked, rows)
    return Loaded(EntityCounts(rules.name, total, merged.inserted, rows_rejected=bad), relation)


def _merge(writer: Writer, task: Task, good: str) -> tuple[str, MergeCounts]:
    """Add provenance and merge by source key."""
    table, provenance = task.rules.table, task.provenance
    names = ", ".join(quoted(name) for name in facts(table))
    relation = writer.staging.view(
        f"SELECT {names}, {provenance.columns('source_record_id', 'source_row')} FROM {good}",
        "merge",
    )
    return relation, writer.merge(table, relation, source_system=provenance.source_system)


def _check_between_rows(writer: Writer, task: Task, checked: Checked, good: str) -> tuple[str, int]:
    """Set rows aside that contradict other rows; returns what is left and how many went."""
    staging, number = writer.staging, len(checked.problems)
    gone = 0
    for check in task.rules.set_checks:
        stored = staging.reference(task.rules.table)
        found = staging.fresh("found")
        query = check.rows.format(incoming=good, stored=stored)
        staging.run(f"CREATE TEMP TABLE {found} AS {query}")
        count = _rows(writer, found)
        if not count:
            continue
        source = task.load.columns.get(check.column)
        cell = source.column if source else None
        number += 1
        problem = Problem(number, check.rule, check.column, cell, "", check.problem, check.remedy)
        task.rejects.add_found(task.rules.name, problem, found)
        good = staging.view(
            f"SELECT * FROM {good} WHERE source_row NOT IN (SELECT source_row FROM {found})",
            "good",
        )
        gone += count
    return good, gone


def _check_doubled(writer: Writer, task: Task, good: str) -> tuple[str, int, int]:
    """Keep one row per key; returns what is left, repeats of it, and contradictions to it."""
    sql = f"SELECT count(*), count(DISTINCT source_record_id) FROM {good}"
    total, keys = writer.staging.rows(sql)[0]
    if total == keys:
        return good, 0, 0
    staging = writer.staging
    found = staging.fresh("doubled")
    equal = " AND ".join(
        f"r.{quoted(name)} IS NOT DISTINCT FROM k.{quoted(name)}"
        for name in [*facts(task.rules.table), "said"]
    )
    staging.run(
        f"CREATE TEMP TABLE {found} AS WITH doubled AS ("
        f"SELECT source_record_id FROM {good} GROUP BY source_record_id HAVING count(*) > 1), "
        f"ranked AS (SELECT g.*, row_number() OVER w AS place, "
        "first_value(source_row) OVER w AS kept_row "
        f"FROM {good} g SEMI JOIN doubled USING (source_record_id) "
        "WINDOW w AS (PARTITION BY source_record_id ORDER BY preferred DESC, source_row)) "
        f"SELECT r.source_row, r.source_record_id, r.kept_row, {equal} AS says_the_same, "
        "k.preferred AND NOT r.preferred AS kept_is_preferred "
        "FROM ranked r JOIN ranked k "
        "ON k.source_record_id = r.source_record_id AND k.place = 1 WHERE r.place > 1"
    )
    sql = f"SELECT count(*) FILTER (WHERE says_the_same), count(*) FROM {found}"
    same, gone = staging.rows(sql)[0]
    if gone > same:
        task.rejects.add_doubled(task.rules.name, task.load, found)
    left = staging.view(
        f"SELECT * FROM {good} WHERE source_row NOT IN (SELECT source_row FROM {found})", "good"
    )
    return left, same, gone - same


def _has_source(writer: Writer, task: Task) -> bool:
    system = task.rules.table.c.source_system
    query = sa.select(system).where(system == task.provenance.source_system)
    return writer.execute(query.limit(1)).first() is not None


def _rows(writer: Writer, relation: str) -> int:
    return int(writer.staging.rows(f"SELECT count(*) FROM {relation}")[0][0])
