"""Turn a staged file into checked canonical rows: one SQL query per ``[[load]]``.

The query has one row per row of the file that belongs to the entity: ``source_row``,
``source_record_id``, every fact, the names that references bring, ``preferred``, ``said`` (what
the row says beside its facts), and ``problem``, the number of the first rule the row breaks or
NULL. Nothing is evaluated per row in Python.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from etl.identity import WORDS, lookup_sql, people_sql
from etl.mapping import Load, Mapping, Source, column_kind
from etl.parsing import Conventions, cell_sql, typed_sql
from etl.raw_table import RawTable
from etl.row_staging import literal, quoted
from etl.source import EntityRules, Reference
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
_FAULTS = {
    "date": (
        "not_a_date",
        "that is not a date",
        "Write dates as 2026-03-31, or say in the mapping which of day and month comes first "
        "(date_order).",
    ),
    "number": ("not_a_number", "that is not a number", "Write digits only, such as 12 or 12.5."),
    "flag": ("not_a_flag", "that is neither yes nor no", "Write yes or no."),
}
_FAULTS["moment"] = _FAULTS["date"]
_FAULTS["integer"] = (
    "not_a_number",
    "that is not a whole number",
    "Write digits only, such as 12.",
)
FIRST_DAY = dt.date(1900, 1, 1)


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
class Problem:
    """A rule as it stands in the query: ``problem`` holds its ``number`` where it is broken."""

    number: int
    rule: str
    column: str | None
    cell: str | None
    condition: str
    problem: str
    remedy: str


@dataclass(frozen=True)
class Checked:
    """A query of checked rows, one of their keys alone, and the rules numbered in the former."""

    query: str
    keys: str
    problems: tuple[Problem, ...]
    brought: tuple[str, ...]


@dataclass
class _Build:
    """The query in the making: names of texts, faults found so far, joins."""

    load: Load
    rules: EntityRules
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def text(self, expression: str) -> str:
        """Return the name of a text; equal expressions are evaluated once."""
        return self.texts.setdefault(expression, f"x{len(self.texts)}")

    def cell(self, column: str | None) -> str | None:
        source = self.load.columns.get(column or "")
        return source.column if source else None

    def add(self, rule: str, column: str | None, condition: str, *words: str) -> None:
        number = len(self.problems) + 1
        cell = self.cell(column)
        self.problems.append(Problem(number, rule, column, cell, condition, words[0], words[1]))


def check_load(staging: Staging, given: Input, load: Load, rules: EntityRules) -> Checked:
    """Return the query that maps and checks the rows of one ``[[load]]``."""
    build = _Build(load, rules)
    key = _key_sql(build, given.mapping.nulls)
    typed = _typed_columns(build, given)
    joins, brought = _joins(staging, build, given)
    _add_rules(build, given.latest_day)
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
    names = ["source_row", "source_record_id", "preferred", "said", *stored, *brought]
    query = f"SELECT {', '.join(names)}, {problem} AS problem FROM ({joined})"
    keys = f"SELECT {key} AS source_record_id FROM ({cells})"
    return Checked(query, keys, tuple(build.problems), tuple(brought))


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


def _key_sql(build: _Build, nulls: Sequence[str]) -> str:
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


def _typed_columns(build: _Build, given: Input) -> list[str]:
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


def _typed_column(build: _Build, given: Input, name: str, source: Source) -> str:
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


@dataclass
class _Joins:
    clauses: list[str] = field(default_factory=list)
    selected: dict[str, str] = field(default_factory=dict)
    replaced: str = ""


def _joins(staging: Staging, build: _Build, given: Input) -> tuple[_Joins, list[str]]:
    """Return the joins that resolve people and references, and the names they bring."""
    joins, brought, resolved = _Joins(), list[str](), list[str]()
    for name, source in build.load.columns.items():
        if source.identifier or name in build.rules.people:
            alias = f"who_{name}"
            people = people_sql(staging, source.identifier)
            joins.clauses.append(f"LEFT JOIN ({people}) {alias} ON {alias}.id = v.{quoted(name)}")
            joins.selected[f"missing_{alias}"] = (
                f"(v.{quoted(name)} IS NOT NULL AND {alias}.person_id IS NULL)"
            )
            if source.identifier:
                resolved.append(f"{alias}.person_id AS {quoted(name)}")
    if resolved:
        joins.replaced = f"REPLACE ({', '.join(resolved)})"
    for number, reference in enumerate(build.rules.references):
        if reference.column not in build.load.columns:
            joins.selected |= dict.fromkeys(reference.brings, "NULL")
            brought += reference.brings
            continue
        alias = f"ref_{number}"
        joins.clauses.append(_reference_join(staging, build, reference, alias))
        if reference.rule:
            joins.selected[f"missing_{alias}"] = (
                f"(v.{quoted(reference.column)} IS NOT NULL AND {alias}.id IS NULL)"
            )
        joins.selected |= {name: f"{alias}.{name}" for name in reference.brings}
        brought += reference.brings
    return joins, brought


def _reference_join(staging: Staging, build: _Build, reference: Reference, alias: str) -> str:
    table = staging.reference(reference.table)
    key = quoted(reference.key or reference.column)
    brings = "".join(f", {sql} AS {name}" for name, sql in reference.brings.items())
    person = f"who_{reference.column}.person_id"
    source = build.load.columns[reference.column]
    value = person if source.identifier else f"v.{quoted(reference.column)}"
    query = f"SELECT {key} AS id{brings} FROM {table} GROUP BY {key}"
    if reference.only_if_any and not staging.rows(f"SELECT 1 FROM {table} LIMIT 1"):
        value = "NULL"
        query = "SELECT NULL AS id"
    return f"LEFT JOIN ({query}) {alias} ON {alias}.id = {value}"


def _add_rules(build: _Build, latest: dt.date) -> None:
    """Note the rules of the entity, in the order in which a row is judged."""
    rules, columns = build.rules, build.load.columns
    for name, source in columns.items():
        if source.identifier or name in rules.people:
            what = WORDS[source.identifier or "hr_id"]
            build.add(
                "unknown_person",
                name,
                f"missing_who_{name}",
                f"nobody, or more than one person, is known by this {what}",
                "Load the HR export that has the person first, or correct the value.",
            )
    for name in (*rules.required, *(name for name in rules.wanted if name in columns)):
        what = name.replace("_", " ")
        build.add(
            "missing_value",
            name,
            f"{quoted(name)} IS NULL",
            f"the row has no {what}",
            "Fill it in and export again."
            if name in columns
            else f"Add a column for {name} to the mapping.",
        )
    for name in columns:
        _add_column_rules(build, name, latest)
    for number, reference in enumerate(rules.references):
        if reference.rule and reference.column in columns:
            build.add(
                reference.rule,
                reference.column,
                f"missing_ref_{number}",
                f"there is no such {reference.what}",
                f"Load the export that has the {reference.what} first, or correct the value.",
            )
    for check in rules.checks:
        build.add(check.rule, check.column, f"({check.broken})", check.problem, check.remedy)


def _add_column_rules(build: _Build, name: str, latest: dt.date) -> None:
    codes, kind = build.rules.codes.get(name), column_kind(build.load.entity, name)
    if codes:
        listed = ", ".join(literal(code) for code in codes)
        build.add(
            "not_in_list",
            name,
            f"{quoted(name)} NOT IN ({listed})",
            f"the value for {name} is not one the warehouse knows",
            f"Use {', '.join(codes)}, or translate it in the mapping (values).",
        )
    if kind in ("date", "moment"):
        build.add(
            "date_out_of_range",
            name,
            f"{quoted(name)} < DATE '{FIRST_DAY}' OR {quoted(name)} > DATE '{latest}'",
            f"the date is not between {FIRST_DAY} and {latest}",
            "Correct the year and export again.",
        )


def _stored_sql(rules: EntityRules, name: str) -> str:
    value = quoted(name)
    if name in rules.rewrites:
        value = rules.rewrites[name]
    if name in rules.defaults:
        value = f"coalesce({value}, {rules.defaults[name]})"
    return value
