"""Turn a staged file into checked canonical rows: one SQL query per ``[[load]]``.

The query has one row per row of the file that belongs to the entity: ``source_row``,
``source_record_id``, every fact, the names that references bring, ``preferred``, ``said`` (what
the row says beside its facts), and ``problem``, the number of the first rule the row breaks or
NULL. Nothing is evaluated per row in Python.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from etl.identity import lookup_sql
from etl.mapping import Load, Mapping, Source, column_kind
from etl.parsing import Conventions, cell_sql, typed_sql
from etl.raw_table import RawTable
from etl.references import resolve
from etl.row_query import Problem, RowQuery, add_rules
from etl.row_staging import literal, quoted
from etl.source import EntityRules
from warehouse.engine import Staging
from warehouse.tables import facts

_TYPES = {
    "text": "VARCHAR",
    "date": "DATE",
    "moment": "TIMESTAMP",
    "flag": "BOOLEAN",
    "integer": "INTEGER",
    "number": "DOUBLE",
}
# What a cell can be instead of what it should be: rule, problem, remedy.
_FAULTS = {
    "date": (
        "not_a_date",
        "that is not a date",
        "Write dates as 2026-03-31, or say in the mapping which of day and month comes first "
        "(date_order).",
    ),
    "number": ("not_a_number", "that is not a number", "Write digits only, such as 12 or 12.5."),
    "integer": ("not_a_number", "that is not a whole number", "Write digits only, such as 12."),
    "flag": ("not_a_flag", "that is neither yes nor no", "Write yes or no."),
}
_FAULTS["moment"] = _FAULTS["date"]


@dataclass(frozen=True)
class Input:
    """A staged file together with what is known about how to read it.

    Parameters
    ----------
    latest_day
        Dates after it are out of this world.
    """

    raw: RawTable
    mapping: Mapping
    conventions: Conventions
    latest_day: dt.date


@dataclass(frozen=True)
class Checked:
    """A query of checked rows, one of their keys alone, and the rules numbered in the former."""

    query: str
    keys: str
    problems: tuple[Problem, ...]


def check_load(staging: Staging, given: Input, load: Load, rules: EntityRules) -> Checked:
    """Return the query that maps and checks the rows of one ``[[load]]``."""
    build = RowQuery(load, rules)
    key = _key_sql(build, given.mapping.nulls)
    typed = _typed_columns(build, given)
    joins = resolve(staging, build)
    add_rules(build, given.latest_day)
    texts = ", ".join(f"{expression} AS {name}" for expression, name in build.texts.items())
    cells = f"SELECT source_row, {texts}, {_preferred_sql(load)} AS preferred"
    cells += f", {_said_sql(load)} AS said"
    cells += f" FROM {given.raw.relation} WHERE {taken_sql(load)}"
    values = f"SELECT *, {key} AS source_record_id, {', '.join(typed)} FROM ({cells})"
    resolved = [f"SELECT v.* {joins.replaced}"]
    resolved += [f"{sql} AS {name}" for name, sql in joins.selected.items()]
    joined = f"{', '.join(resolved)} FROM ({values}) v {' '.join(joins.clauses)}"
    numbered = " ".join(f"WHEN {p.condition} THEN {p.number}" for p in build.problems)
    problem = f"CASE {numbered} END::UTINYINT" if numbered else "NULL::UTINYINT"
    stored = [f"{_stored_sql(rules, name)} AS {quoted(name)}" for name in facts(rules.table)]
    names = ["source_row", "source_record_id", "preferred", "said", *stored, *joins.brought]
    query = f"SELECT {', '.join(names)}, {problem} AS problem FROM ({joined})"
    keys = f"SELECT {key} AS source_record_id FROM ({cells})"
    return Checked(query, keys, tuple(build.problems))


def taken_sql(load: Load) -> str:
    """Return the condition under which a row of the file belongs to a load."""
    conditions = []
    for column, values in load.where.items():
        text = cell_sql(Source(column), "text")
        listed = ", ".join(literal(value) for value in values if value)
        options = [f"coalesce({text} IN ({listed}), false)"] if listed else []
        options += [f"{text} IS NULL"] if "" in values else []
        conditions.append(f"({' OR '.join(options) or 'false'})")
    return " AND ".join(conditions) or "true"


def _preferred_sql(load: Load) -> str:
    conditions = [
        f"coalesce({cell_sql(Source(column), 'text')} = {literal(value)}, false)"
        for column, value in load.prefer.items()
    ]
    return " AND ".join(conditions) or "true"


def _said_sql(load: Load) -> str:
    """Return the cells of a wide row that become rows of another entity."""
    return f"[{', '.join(quoted(column) for column in load.items)}]" if load.items else "NULL"


def _key_sql(build: RowQuery, nulls: Sequence[str]) -> str:
    """Name the key's texts, demand that one of them is there, and return the key."""
    names = [build.text(cell_sql(Source(column), "text", nulls)) for column in build.load.key]
    blank = " AND ".join(f"{name} IS NULL" for name in names)
    columns = " and ".join(f'"{column}"' for column in build.load.key)
    build.problems.append(
        Problem(
            1,
            "missing_value",
            None,
            build.load.key[0],
            blank,
            f"the row has no key: {columns} is blank",
            "Fill it in so that the row can be told from others.",
        )
    )
    return " || '|' || ".join(f"coalesce({name}, '')" for name in names)


def _typed_columns(build: RowQuery, given: Input) -> list[str]:
    """Return one typed expression per fact, and note what can go wrong in each."""
    found = []
    for name in facts(build.rules.table):
        source = build.load.columns.get(name)
        kind = column_kind(build.load.entity, name)
        if source is None:
            found.append(f"NULL::{_TYPES[kind]} AS {quoted(name)}")
        else:
            found.append(f"{_typed_column(build, given, name, source)} AS {quoted(name)}")
    return found


def _typed_column(build: RowQuery, given: Input, name: str, source: Source) -> str:
    kind = column_kind(build.load.entity, name)
    read_as = "text" if source.values is not None else kind
    cell = build.text(cell_sql(source, read_as, given.mapping.nulls))
    faulty = f"{cell} IS NOT NULL AND {quoted(name)} IS NULL"
    if source.values is not None:
        if source.otherwise == "reject":
            known = ", ".join(f'"{word}"' for word in source.values)
            remedy = f"It knows {known}. Correct the value, or add it to the mapping."
            build.add("not_in_list", name, faulty, "the mapping does not know this value", remedy)
        return typed_sql(_mapped_sql(cell, source), source, kind, given.conventions)
    if source.identifier:
        return lookup_sql(cell, source.identifier)
    if kind in _FAULTS:
        rule, *words = _FAULTS[kind]
        build.add(rule, name, faulty, *words)
    elif name in build.rules.codes:
        return f"lower({cell})"
    return typed_sql(cell, source, kind, given.conventions)


def _mapped_sql(text: str, source: Source) -> str:
    values = source.values or {}
    cases = [f"WHEN {text} IS NULL THEN {literal(values.get('', '')) if '' in values else 'NULL'}"]
    cases += [
        f"WHEN lower({text}) = {literal(word.lower())} THEN {literal(code)}"
        for word, code in values.items()
        if word
    ]
    otherwise = "NULL" if source.otherwise == "reject" else literal(source.otherwise)
    return f"nullif(CASE {' '.join(cases)} ELSE {otherwise} END, '')"


def _stored_sql(rules: EntityRules, name: str) -> str:
    value = quoted(name)
    if name in rules.rewrites:
        value = rules.rewrites[name]
    if name in rules.defaults:
        value = f"coalesce({value}, {rules.defaults[name]})"
    return value
