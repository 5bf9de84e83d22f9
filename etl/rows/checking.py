"""Turn a staged file into checked canonical rows: one SQL query per ``[[load]]``.

The query has one row per row of the file that belongs to the entity: ``source_row``,
``source_record_id``, every fact, the names that references bring, ``preferred``, ``said`` (what
the row says beside its facts), and ``problem``, the number of the first rule the row breaks or
NULL. Nothing is evaluated per row in Python.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from etl.mapping.mapping import Load, Mapping, Source, column_kind
from etl.mapping.speech import speech_of
from etl.people.identity import lookup_sql
from etl.reading.raw_table import RawTable
from etl.reading.row_staging import literal, quoted
from etl.rows.parsing import Conventions, cell_sql, typed_sql, where_sql
from etl.rows.query import Problem, RowQuery, add_rules
from etl.rows.references import resolve
from etl.source import EntityRules
from warehouse.engine import Staging
from warehouse.tables import facts, worker_record

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
    reading_sha256
        Identifies how the file is read, as in the ledger.
    """

    raw: RawTable
    mapping: Mapping
    conventions: Conventions
    latest_day: dt.date
    reading_sha256: str = ""

    @property
    def decided_mapping(self) -> Mapping:
        """The mapping with the order of dates, decimal sign and zone the file was read with."""
        found = self.conventions
        return replace(
            self.mapping,
            date_order=found.date_order,
            decimal=found.decimal,
            time_zone=found.time_zone,
        )


@dataclass(frozen=True)
class Checked:
    """A query of checked rows, one of what they say unchecked, and the rules of the former.

    Parameters
    ----------
    key_hash
        Expression over ``said`` that is equal where ``source_record_id`` is.
    """

    query: str
    said: str
    problems: tuple[Problem, ...]
    key_hash: str


def check_load(staging: Staging, given: Input, load: Load, rules: EntityRules) -> Checked:
    """Return the query that maps and checks the rows of one ``[[load]]``."""
    build = RowQuery(load, rules)
    key = _key_sql(build, given)
    typed = _typed_columns(build, given)
    picked = _picked_sql(build, given)
    joins = resolve(staging, build)
    add_rules(build, given.latest_day)
    texts = ", ".join(f"{expression} AS {name}" for expression, name in build.texts.items())
    cells = f"SELECT source_row, {texts}, {_preferred_sql(load)} AS preferred"
    cells += f", {_said_sql(load)} AS said"
    cells += f" FROM {given.raw.relation} WHERE {taken_sql(load)}"
    values = f"SELECT *, {key} AS source_record_id, {', '.join(typed)} FROM ({cells})"
    if picked:
        values = f"SELECT *, {', '.join(picked)} FROM ({values})"
    resolved = [f"SELECT v.* {joins.replaced}"]
    resolved += [f"{sql} AS {name}" for name, sql in joins.selected.items()]
    joined = f"{', '.join(resolved)} FROM ({values}) v {' '.join(joins.clauses)}"
    numbered = " ".join(f"WHEN {p.condition} THEN {p.number}" for p in build.problems)
    problem = f"CASE {numbered} END::UTINYINT" if numbered else "NULL::UTINYINT"
    stored = [f"{_stored_sql(rules, name)} AS {quoted(name)}" for name in facts(rules.table)]
    names = ["source_row", "source_record_id", "preferred", "said", *stored, *joins.brought]
    names += [f"missing_who_{name}" for name in blanked(load)]
    query = f"SELECT {', '.join(names)}, {problem} AS problem FROM ({joined})"
    return Checked(query, values, tuple(build.problems), _key_hash_sql(build, given))


def taken_sql(load: Load) -> str:
    """Return the condition under which a row of the file belongs to a load."""
    filled = [f"{cell_sql(Source(column), 'date')} IS NOT NULL" for column in load.filled]
    conditions = [where_sql(load.where), *filled] if load.where else filled
    return " AND ".join(conditions) or "true"


def blanked(load: Load) -> list[str]:
    """Return the columns that stay blank, and are counted, where nobody is known by them."""
    return [name for name, source in load.columns.items() if source.unresolved == "blank"]


def _preferred_sql(load: Load) -> str:
    conditions = [
        f"coalesce({cell_sql(Source(column), 'text')} = {literal(value)}, false)"
        for column, value in load.prefer.items()
    ]
    return " AND ".join(conditions) or "true"


def _said_sql(load: Load) -> str:
    """Return the cells of a wide row that become rows of another entity."""
    columns = load.answer_columns()
    return f"[{', '.join(map(quoted, columns))}]" if columns else "NULL"


def _key_sql(build: RowQuery, given: Input) -> str:
    """Name the key's texts, demand that one of them is there, and return the key."""
    how, nulls = given.conventions, given.mapping.nulls
    cells = [cell_sql(Source(column), "text", nulls, how) for column in build.load.key]
    names = [build.text(cell) for cell in cells]
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


def _key_hash_sql(build: RowQuery, given: Input) -> str:
    """Return a hash of the key, of its two parts where the latter is a day and so has no mark.

    Where the file has but one day, that tells no keys apart.
    """
    key, nulls, how = build.load.key, given.mapping.nulls, given.conventions
    span = how.iso_days.get(key[-1])
    if len(key) != 2 or span is None:
        return "hash(source_record_id)"
    telling = key[:1] if span[0] is not None and span[0] == span[1] else key
    names = (build.text(cell_sql(Source(column), "text", nulls, how)) for column in telling)
    return f"hash({', '.join(names)})"


def _typed_columns(build: RowQuery, given: Input) -> list[str]:
    """Return one typed expression per fact, and note what can go wrong in each."""
    found = []
    for name in facts(build.rules.table):
        source = build.load.columns.get(name)
        kind = column_kind(build.load.entity, name)
        if source is None:
            said = speech_of(build.load) if name == worker_record.c.speaks_of.name else None
            found.append(f"{literal(said) if said else 'NULL'}::{_TYPES[kind]} AS {quoted(name)}")
        else:
            typed = _typed_column(build, given, name, source)
            found.append(f"{typed} AS {quoted(_own(name, source))}")
    return found


def _own(name: str, source: Source) -> str:
    """Return what a value is called before the values of other rows are asked."""
    return f"own_{name}" if source.pick else name


def _picked_sql(build: RowQuery, given: Input) -> list[str]:
    """Return the values that all rows with one key take from the first or last of them."""
    load = build.load
    picks = {name: source.pick for name, source in load.columns.items() if source.pick}
    if not picks or load.order is None:
        return []
    source = Source(load.order)
    text = build.text(cell_sql(source, "moment", given.mapping.nulls, given.conventions))
    order = typed_sql(text, source, "moment", given.conventions)
    window = "PARTITION BY source_record_id ORDER BY {order} {way} NULLS LAST, source_row {way}"
    return [
        f"first_value({quoted(f'own_{name}')}) OVER "
        f"({window.format(order=order, way='ASC' if pick == 'first' else 'DESC')}) "
        f"AS {quoted(name)}"
        for name, pick in picks.items()
    ]


def _typed_column(build: RowQuery, given: Input, name: str, source: Source) -> str:
    kind = column_kind(build.load.entity, name)
    read_as = "text" if source.values is not None else kind
    cell = build.text(cell_sql(source, read_as, given.mapping.nulls, given.conventions))
    faulty = f"{cell} IS NOT NULL AND {quoted(_own(name, source))} IS NULL"
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
