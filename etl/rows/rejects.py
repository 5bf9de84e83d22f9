"""Rows set aside: kept whole, with the rule they broke and what to do about it, in words."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from etl.ledger import EntityCounts, NotReconciled
from etl.mapping.mapping import Load
from etl.reading.raw_table import BrokenRow
from etl.reading.row_staging import literal, quoted
from etl.rows.bundle import Bundle
from etl.rows.checking import Checked, Input, taken_sql
from etl.rows.query import Problem
from warehouse.engine import Staging, Warehouse, Writer
from warehouse.rejected_sheet import rejected_sheet
from warehouse.tables import rejected_row

_PLACE = re.compile(r"\{(\w+)\}")
_COLUMNS = "entity, source_row, rule, column_name, value, message, row_json"


@dataclass
class Rejects:
    """The rejected rows of a bundle of files, collected in staging until they are done."""

    staging: Staging
    given: Input
    bundle: Bundle
    table: str

    @classmethod
    def begin(cls, staging: Staging, given: Input, bundle: Bundle) -> Rejects:
        """Start collecting."""
        table = staging.fresh("rejects")
        texts = ("entity", "rule", "column_name", "value", "message", "row_json")
        columns = ", ".join(f"{name} VARCHAR" for name in texts)
        staging.run(f"CREATE TEMP TABLE {table} (source_row INTEGER, {columns})")
        return cls(staging, given, bundle, table)

    def add_faulty(self, entity: str, checked: Checked, relation: str) -> None:
        """Reject the rows of a relation whose ``problem`` is set."""
        value, column, rule = _cases(checked.problems)
        self.staging.run(
            f"INSERT INTO {self.table} ({_COLUMNS}) SELECT {literal(entity)}, c.source_row, "
            f"{rule}, {column}, {value}, {_messages(checked.problems)}, {self._row_json()} "
            f"FROM {relation} c JOIN {self.given.raw.relation} r ON r.source_row = c.source_row "
            "WHERE c.problem IS NOT NULL"
        )

    def add_found(self, entity: str, problem: Problem, found: str) -> None:
        """Reject rows that a rule between rows found: ``source_row`` and ``other``."""
        value = f"r.{quoted(problem.cell)}" if problem.cell else "NULL"
        self.staging.run(
            f"INSERT INTO {self.table} ({_COLUMNS}) SELECT {literal(entity)}, c.source_row, "
            f"{literal(problem.rule)}, {_literal(problem.cell)}, {value}, "
            f"{_message(problem)}, {self._row_json()} "
            f"FROM {found} c JOIN {self.given.raw.relation} r ON r.source_row = c.source_row"
        )

    def add_worded(self, entity: str, found: str) -> None:
        """Reject rows of a relation: source_row, rule, column_name, value, message."""
        self.staging.run(
            f"INSERT INTO {self.table} ({_COLUMNS}) SELECT {literal(entity)}, c.source_row, "
            f"c.rule, c.column_name, c.value, c.message, {self._row_json()} FROM {found} c "
            f"JOIN {self.given.raw.relation} r ON r.source_row = c.source_row"
        )

    def add_doubled(self, entity: str, load: Load, found: str) -> None:
        """Reject rows whose key another row of the file has with other content."""
        columns = ", ".join(load.key)
        words = " and ".join(f"{c} is {v}" for c, v in load.prefer.items())
        why = f"because {words} there" if words else "because it comes first"
        why_sql = (
            f"CASE WHEN c.kept_is_preferred THEN {literal(why)} ELSE 'because it comes first' END"
        )
        kept_row = self.bundle.row_sql("c.kept_row")
        message = (
            "'Another row has the same key \"' || c.source_record_id || '\" ("
            + columns.replace("'", "''")
            + f") and other content. Row ' || {kept_row} || ' was kept, ' || "
            + why_sql
            + " || '. Remove one of the two, or correct the key, and export again.'"
        )
        self.staging.run(
            f"INSERT INTO {self.table} ({_COLUMNS}) SELECT {literal(entity)}, c.source_row, "
            f"'duplicate_key', {literal(columns)}, c.source_record_id, {message}, "
            f"{self._row_json()} FROM {found} c "
            f"JOIN {self.given.raw.relation} r ON r.source_row = c.source_row "
            "WHERE NOT c.says_the_same"
        )

    def add_broken(self, entity: str, rows: Sequence[BrokenRow]) -> None:
        """Reject rows that could not be split into the header's columns."""
        if not rows:
            return
        arrow = pa.table(
            {
                "source_row": pa.array([row.source_row for row in rows], pa.int32()),
                "rule": [row.rule for row in rows],
                "message": [row.message for row in rows],
                "row_json": [row.row_json for row in rows],
            }
        )
        name = self.staging.load(arrow, "broken")
        self.staging.run(
            f"INSERT INTO {self.table} ({_COLUMNS}) SELECT {literal(entity)}, source_row, rule, "
            f"NULL, NULL, message, row_json FROM {name}"
        )

    def add_not_taken(self, entity: str, loads: Sequence[Load]) -> Counter[int]:
        """Reject rows that belong to no ``[[load]]``; returns how many by place of their file."""
        taken = [taken_sql(load) for load in loads]
        if "true" in taken:
            return Counter()
        asked = (column for load in loads for column in (*load.where, *load.filled))
        columns = list(dict.fromkeys(asked))
        filled = any(load.filled for load in loads)
        values = "concat_ws(', ', " + ", ".join(f"r.{quoted(c)}" for c in columns) + ")"
        message = (
            "The mapping takes rows by "
            + " and ".join(f'"{column}"' for column in columns)
            + ", and this value is "
            + ("blank or " if filled else "")
            + "not among those it names. Correct the value, or add it to the mapping ("
            + ("where, filled)." if filled else "where).")
        )
        self.staging.run(
            f"INSERT INTO {self.table} ({_COLUMNS}) SELECT {literal(entity)}, source_row, "
            f"'not_taken', {literal(', '.join(columns))}, {values}, {literal(message)}, "
            f"{self._row_json()} FROM {self.given.raw.relation} r "
            f"WHERE NOT ({' OR '.join(f'({one})' for one in taken)})"
        )
        return self.by_file("rule = 'not_taken'")

    def by_file(self, condition: str) -> Counter[int]:
        """Count the rows collected for which a condition holds, by place of their file."""
        file = self.bundle.file_sql()
        sql = f"SELECT {file}, count(*) FROM {self.table} WHERE {condition} GROUP BY 1"
        return Counter(dict(self.staging.rows(sql)))

    def counts(self) -> list[dict[tuple[str, str], int]]:
        """Return how many rows of each file were rejected by (entity, rule)."""
        found: list[dict[tuple[str, str], int]] = [{} for _ in self.bundle.files]
        sql = f"SELECT {self.bundle.file_sql()}, entity, rule, count(*) FROM {self.table} "
        for file, entity, rule, count in self.staging.rows(f"{sql} GROUP BY ALL ORDER BY ALL"):
            found[file][entity, rule] = count
        return found

    def store(
        self, writer: Writer, names: Sequence[str], rejected: Sequence[Mapping[Any, int]]
    ) -> None:
        """Write the collected rows; those of earlier loads of the same bytes give way.

        Parameters
        ----------
        names
            What the ledger calls the files.
        rejected
            What was counted of each.
        """
        bundle = self.bundle
        contents = [one.file_sha256 for one in bundle.files]
        same = sa.and_(
            rejected_row.c.file_sha256.in_(contents),
            rejected_row.c.source_system == bundle.source_system,
        )
        writer.execute(sa.delete(rejected_row).where(same))
        if not any(rejected):
            return
        columns = _COLUMNS.replace("source_row", f"{bundle.row_sql()} AS source_row")
        relation = self.staging.view(
            f"SELECT {literal(bundle.batch_id)} AS batch_id, "
            f"{bundle.text_sql(names)} AS file_name, "
            f"{bundle.text_sql(contents)} AS file_sha256, "
            f"{literal(bundle.source_system)} AS source_system, {columns}, "
            "NULL::VARCHAR AS returned_in "
            f"FROM {self.table} ORDER BY {self.table}.source_row",
            "rejected",
        )
        writer.append(rejected_row, relation)

    def _row_json(self) -> str:
        cells = ", ".join(f"{literal(c)}: r.{quoted(c)}" for c in self.given.raw.columns)
        return f"to_json({{{cells}}})::VARCHAR"


def check_collected(
    counts: Sequence[EntityCounts], collected: Mapping[tuple[str, str], int]
) -> None:
    """Raise :class:`NotReconciled` unless the rows collected are those counted."""
    for one in counts:
        found = sum(n for (entity, _), n in collected.items() if entity == one.entity)
        if found != one.rows_rejected:
            raise NotReconciled(f"{found} rejected rows collected, but {one}")


def _cases(problems: Sequence[Problem]) -> tuple[str, str, str]:
    """Return value, column and rule as SQL over ``c.problem``."""
    values = [f"WHEN {p.number} THEN r.{quoted(p.cell)}" for p in problems if p.cell]
    columns = [f"WHEN {p.number} THEN {literal(p.cell)}" for p in problems if p.cell]
    rules = [f"WHEN {p.number} THEN {literal(p.rule)}" for p in problems]
    return _case(values), _case(columns), _case(rules)


def _case(branches: Sequence[str]) -> str:
    return f"CASE c.problem {' '.join(branches)} END" if branches else "NULL"


def _messages(problems: Sequence[Problem]) -> str:
    return _case([f"WHEN {p.number} THEN {_message(p)}" for p in problems])


def _message(problem: Problem) -> str:
    """Return the sentences of a problem as one SQL text."""
    words = _filled(f"{problem.problem}. {problem.remedy}")
    if problem.cell is None:
        return f"{literal('The row is not accepted: ')} || {words}"
    value = f"r.{quoted(problem.cell)}"
    column = literal(f'Column "{problem.cell}" ')
    return (
        f"{column} || CASE WHEN {value} IS NULL THEN 'is blank' "
        f"ELSE 'holds \"' || {value} || '\"' END || ': ' || {words}"
    )


def _filled(template: str) -> str:
    """Return a template with ``{name}`` in it as SQL that puts the values in."""
    parts = _PLACE.split(template)
    found = [
        f"coalesce({_shown(part)}, 'unknown')" if number % 2 else literal(part)
        for number, part in enumerate(parts)
    ]
    return " || ".join(found)


def _shown(name: str) -> str:
    """Return a value as text, whole numbers without a decimal point."""
    text = f"CAST(c.{quoted(name)} AS VARCHAR)"
    return f"regexp_replace({text}, '^(-?[0-9]+)[.]0$', '\\1')"


def _literal(text: str | None) -> str:
    return "NULL" if text is None else literal(text)


def export_rejects(warehouse: Warehouse, path: Path, *, file_name: str | None = None) -> int:
    """Write the rejected rows that wait to be corrected as a sheet that can be loaded again.

    See :func:`warehouse.rejected_sheet.rejected_sheet`.

    Parameters
    ----------
    warehouse
        The warehouse.
    path
        File to write (UTF-8 with BOM, so that spreadsheets read it right).
    file_name
        Only rows of files of this name; rows of several files stand below each other, with the
        columns of all.

    Returns
    -------
    int
        Rows written.
    """
    r = rejected_row.c
    columns = (r.file_name, r.source_row, r.entity, r.rule, r.message, r.row_json)
    query = sa.select(*columns).where(r.returned_in.is_(None))
    if file_name is not None:
        query = query.where(r.file_name == file_name)
    order = (r.file_name, r.source_row, r.entity, r.rule)
    sheet = rejected_sheet(warehouse.read(query.order_by(*order)))
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows(sheet)
    return len(sheet) - 1
