"""Load the rows of one ``[[load]]``: check, set aside, merge, count."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from etl.ledger import EntityCounts, joined
from etl.mapping.mapping import Load
from etl.reading.row_staging import literal, quoted
from etl.rows.bundle import Bundle
from etl.rows.checking import Checked, Input, blanked, check_load, taken_sql
from etl.rows.known import ANY, stored_alike
from etl.rows.query import Problem
from etl.rows.rejects import Rejects
from etl.rows.session_intake import merge_sessions
from etl.rows.tally import Share, Tally, tally_rows
from etl.source import EntityRules, SetCheck
from warehouse.engine import MergeCounts, Writer
from warehouse.tables import facts, person, session

_LARGE = 20_000  # rows from which a second look at the file is cheaper than a copy of it


@dataclass(frozen=True)
class Task:
    """One load of one file or of several read together, and where its rejected rows go."""

    given: Input
    load: Load
    rules: EntityRules
    provenance: Bundle
    rejects: Rejects


@dataclass(frozen=True)
class Loaded:
    """What became of the rows.

    Parameters
    ----------
    relation
        The good rows, with all facts and key, by their number in the bundle; none is there twice.
    rows
        How many they are.
    unresolved
        Column of the file to the good rows in which it names somebody nobody knows, and the
        canonical column was left blank.
    by_file
        The same file by file, where several were read together.
    """

    counts: EntityCounts
    relation: str
    rows: int = 0
    unresolved: dict[str, int] = field(default_factory=dict)
    by_file: tuple[Share, ...] = ()

    @property
    def shares(self) -> tuple[Share, ...]:
        """What became of the rows of each file."""
        return self.by_file or (Share(self.counts, self.rows, self.unresolved),)


def load_entity(writer: Writer, task: Task, override: str | None = None) -> Loaded:
    """Check and merge the rows of one load.

    Parameters
    ----------
    override
        Query over ``{rows}`` (checked rows) that replaces facts by what is known better.
    """
    staging, rules = writer.staging, task.rules
    if _is_idle(writer, task):
        none = EntityCounts(rules.name, 0)
        shares = tuple(Share(none) for _ in task.provenance.files)
        return Loaded(none, task.given.raw.relation, by_file=shares)
    override = override or _unsaid_kept(writer, task)
    checked = check_load(staging, task.given, task.load, rules)
    within = stored_alike(writer, task.given, task.load, rules)
    is_large = len(task.provenance) == 1 and _rows(writer, task.given.raw.relation) >= _LARGE
    if is_large and not (override or _has_stored(writer, task, within)):
        loaded = _load_at_once(writer, task, checked, within)
        if loaded is not None:
            return loaded
    rows = staging.fresh("checked")
    staging.run(f"CREATE TEMP TABLE {rows} AS {checked.query}")
    tally = tally_rows(staging, task.provenance, rows)
    good = rows
    if tally.faulty.total():
        broken = tuple(one for one in checked.problems if one.number in tally.broken)
        task.rejects.add_faulty(rules.name, replace(checked, problems=broken), rows)
        good = staging.view(f"SELECT * FROM {rows} WHERE problem IS NULL", "good")
    good = _check_between_rows(writer, task, checked, good, tally)
    good = _check_doubled(writer, task, good, tally)
    if override:
        # A table: what it looks up may be gone once the rows are merged.
        overridden = staging.fresh("overridden")
        staging.run(f"CREATE TEMP TABLE {overridden} AS {override.format(rows=good)}")
        good = overridden
    _, merged = _merge(writer, task, good, within)
    unresolved = _unresolved_by_file(writer, task, good)
    shares = tally.shares(rules.name, merged, unresolved)
    (counts,) = joined([one.counts for one in shares])
    return Loaded(counts, good, merged.rows, unresolved[0], shares)


def _is_idle(writer: Writer, task: Task) -> bool:
    """Tell whether no row of the file is meant for a load that takes only some of them.

    Looking is far cheaper than checking no rows by many rules.
    """
    if not task.load.where:
        return False
    taken = f"SELECT 1 FROM {task.given.raw.relation} WHERE {taken_sql(task.load)} LIMIT 1"
    return not writer.staging.rows(taken)


def _load_at_once(writer: Writer, task: Task, checked: Checked, within: str) -> Loaded | None:
    """Check and insert in one pass, where no row needs to be compared with any other.

    None of the keys may be stored; where two of the file are equal, or a rule between rows may be
    broken, nothing is done.
    """
    staging, rules = writer.staging, task.rules
    # Hashes are counted several times faster than texts; two keys of one hash only look equal.
    total, keys, *may_break = staging.rows(
        f"SELECT count(*), count(DISTINCT {checked.key_hash})"
        + "".join(f", bool_or({check.only_if})" for check in rules.set_checks)
        + f" FROM ({checked.said})"
    )[0]
    stored = (_stored_may_break(writer, task, check) for check in rules.set_checks)
    if total != keys or any(may_break) or any(stored):
        return None
    rows = staging.view(checked.query, "checked")
    good = staging.view(f"SELECT * FROM {rows} WHERE problem IS NULL", "good")
    relation, merged = _merge(writer, task, good, within, is_large=True)
    bad = total - merged.inserted
    if bad:
        task.rejects.add_faulty(rules.name, checked, rows)
    counts = EntityCounts(rules.name, total, merged.inserted, rows_rejected=bad)
    return Loaded(counts, relation, merged.rows, _count_unresolved(writer, task, good))


def _unsaid_kept(writer: Writer, task: Task) -> str | None:
    """Return what keeps the facts of known people that this file says nothing about.

    A history names people by their id alone; the list that has their names must not lose them.
    """
    said = task.load.columns
    unsaid = [name for name in facts(person) if name not in said]
    if task.rules.table is not person or not unsaid or not _has_stored(writer, task):
        return None
    kept = ", ".join(f"s.{quoted(name)} AS {quoted(name)}" for name in unsaid)
    return (
        f"SELECT r.* REPLACE ({kept}) FROM {{rows}} r "
        f"LEFT JOIN {writer.staging.reference(person)} s "
        f"ON s.source_system = {literal(task.provenance.source_system)} "
        "AND s.source_record_id = r.source_record_id"
    )


def _count_unresolved(writer: Writer, task: Task, good: str) -> dict[str, int]:
    """Count the good rows of a file alone in which somebody is named whom nobody knows."""
    return _unresolved_by_file(writer, task, good)[0]


def _unresolved_by_file(writer: Writer, task: Task, good: str) -> list[dict[str, int]]:
    """Count the good rows of each file in which somebody is named whom nobody knows."""
    names, by_file = blanked(task.load), [dict[str, int]() for _ in task.provenance.files]
    if not names:
        return by_file
    counts = ", ".join(f"count(*) FILTER (missing_who_{name})" for name in names)
    sql = f"SELECT {task.provenance.file_sql()}, {counts} FROM {good} GROUP BY 1"
    cells = [str(task.load.columns[name].column) for name in names]
    for file, *found in writer.staging.rows(sql):
        by_file[file] = {cell: count for cell, count in zip(cells, found, strict=True) if count}
    return by_file


def _merge(
    writer: Writer, task: Task, good: str, within: str, *, is_large: bool = False
) -> tuple[str, MergeCounts]:
    """Add provenance and merge by source key."""
    table, provenance = task.rules.table, task.provenance
    names = ", ".join(quoted(name) for name in facts(table))
    relation = writer.staging.view(
        f"SELECT {names}, {provenance.columns('source_record_id', 'source_row')} FROM {good}",
        "merge",
    )
    if table is session:
        return relation, merge_sessions(writer, relation, provenance.source_system)
    system = provenance.source_system
    return relation, writer.merge(
        table, relation, source_system=system, within=within, is_large=is_large
    )


def _check_between_rows(
    writer: Writer, task: Task, checked: Checked, good: str, tally: Tally
) -> str:
    """Set rows aside that contradict other rows, and count them; returns what is left."""
    staging, number = writer.staging, len(checked.problems)
    for check in task.rules.set_checks:
        look = f"SELECT 1 FROM {good} WHERE {check.only_if} LIMIT 1"
        if not (_stored_may_break(writer, task, check) or staging.rows(look)):
            continue
        stored = staging.reference(task.rules.table)
        found = staging.fresh("found")
        query = check.rows.format(incoming=good, stored=stored)
        staging.run(f"CREATE TEMP TABLE {found} AS {query}")
        gone = dict(
            staging.rows(f"SELECT {task.provenance.file_sql()}, count(*) FROM {found} GROUP BY 1")
        )
        if not gone:
            continue
        tally.between.update(gone)
        tally.may_repeat = True
        source = task.load.columns.get(check.column)
        cell = source.column if source else None
        number += 1
        problem = Problem(number, check.rule, check.column, cell, "", check.problem, check.remedy)
        task.rejects.add_found(task.rules.name, problem, found)
        good = staging.view(
            f"SELECT * FROM {good} WHERE source_row NOT IN (SELECT source_row FROM {found})",
            "good",
        )
    return good


def _stored_may_break(writer: Writer, task: Task, check: SetCheck) -> bool:
    """Tell whether stored rows can break a rule between rows; a look instead of a comparison."""
    stored = writer.staging.reference(task.rules.table)
    return bool(writer.staging.rows(f"SELECT 1 FROM {stored} WHERE {check.only_if} LIMIT 1"))


def _check_doubled(writer: Writer, task: Task, good: str, tally: Tally) -> str:
    """Keep one row per key, and count repeats of it and contradictions; returns what is left."""
    if not tally.may_repeat:
        return good
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
    file = task.provenance.file_sql()
    sql = f"SELECT {file}, count(*) FILTER (WHERE says_the_same), count(*) FROM {found} GROUP BY 1"
    for number, same, gone in staging.rows(sql):
        tally.same[number], tally.doubled[number] = same, gone - same
    if tally.doubled.total():
        task.rejects.add_doubled(task.rules.name, task.load, found)
    return staging.view(
        f"SELECT * FROM {good} WHERE source_row NOT IN (SELECT source_row FROM {found})", "good"
    )


def _has_stored(writer: Writer, task: Task, within: str = ANY) -> bool:
    """Tell whether there are rows of the source, or those of them that fulfil a condition."""
    system = task.rules.table.c.source_system
    query = sa.select(system).where(system == task.provenance.source_system, sa.text(within))
    return writer.execute(query.limit(1)).first() is not None


def _rows(writer: Writer, relation: str) -> int:
    return int(writer.staging.rows(f"SELECT count(*) FROM {relation}")[0][0])
