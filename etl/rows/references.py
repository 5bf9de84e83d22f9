"""Joins that resolve people and references of the rows of one ``[[load]]``."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from etl.mapping.mapping import Source
from etl.people.identity import dated_people_sql, is_dated, people_sql, row_day_sql
from etl.reading.row_staging import quoted
from etl.rows.query import RowQuery
from warehouse.engine import Staging
from warehouse.tables import person


@dataclass
class Joins:
    """What a query joins, under ``v`` for the rows themselves.

    Parameters
    ----------
    clauses
        Joins as SQL.
    selected
        Name to SQL of what the joins bring, ``missing_...`` flags included.
    replaced
        REPLACE clause for columns that identifiers resolve.
    brought
        Those names that checks and messages may use.
    """

    clauses: list[str] = field(default_factory=list)
    selected: dict[str, str] = field(default_factory=dict)
    replaced: str = ""
    brought: list[str] = field(default_factory=list)


def resolve(staging: Staging, build: RowQuery) -> Joins:
    """Return the joins that resolve the people and references of a load."""
    joins, resolved = Joins(), list[str]()
    for name, source in build.load.columns.items():
        if source.identifier is None and name in build.rules.people:
            own = f"v.{quoted(name)}"
            known = _ids(staging, person.c.person_id)
            joins.selected[f"missing_who_{name}"] = _is_missing(own, known)
        elif source.identifier:
            alias, is_scoped = f"who_{name}", _is_scoped(source, build)
            people = people_sql(staging, source.identifier, is_scoped=is_scoped)
            on_day = ""
            if is_dated(staging, source.identifier):
                people = dated_people_sql(staging, source.identifier, is_scoped=is_scoped)
                own_day = row_day_sql(build.rules.name, "v")
                on_day = f" AND {alias}.from_on <= {own_day} AND {own_day} < {alias}.to_on"
            same = f" AND {alias}.program_id IS NOT DISTINCT FROM v.program_id"
            within = same if is_scoped else ""
            joins.clauses.append(
                f"LEFT JOIN ({people}) {alias} ON {alias}.id = v.{quoted(name)}{within}{on_day}"
            )
            joins.selected[f"missing_{alias}"] = (
                f"(v.{quoted(name)} IS NOT NULL AND {alias}.person_id IS NULL)"
            )
            resolved.append(f"{alias}.person_id AS {quoted(name)}")
    if resolved:
        joins.replaced = f"REPLACE ({', '.join(resolved)})"
    for number, reference in enumerate(build.rules.references):
        joins.brought += reference.brings
        _add_reference(staging, build, joins, number)
    return joins


def _is_scoped(source: Source, build: RowQuery) -> bool:
    """Tell whether an identifier is to be looked up within the program of its row."""
    return source.identifier == "platform" and "program_id" in build.load.columns


def _add_reference(staging: Staging, build: RowQuery, joins: Joins, number: int) -> None:
    reference, alias = build.rules.references[number], f"ref_{number}"
    source = build.load.columns.get(reference.column)
    table = staging.reference(reference.table)
    is_off = reference.only_if_any and not staging.rows(f"SELECT 1 FROM {table} LIMIT 1")
    if source is None or is_off:
        joins.selected[f"missing_{alias}"] = "false"
        joins.selected |= dict.fromkeys(reference.brings, "NULL")
        return
    own = f"v.{quoted(reference.column)}"
    key = reference.key or reference.column
    if not (reference.brings or source.identifier):
        known = _ids(staging, reference.table.c[key], reference.other_ids)
        joins.selected[f"missing_{alias}"] = _is_missing(own, known)
        return
    key = quoted(key)
    brings = "".join(f", {sql} AS {name}" for name, sql in reference.brings.items())
    query = f"SELECT {key} AS id{brings} FROM {table} GROUP BY {key}"
    if reference.other_ids is not None:
        query += f" UNION {_ids(staging, reference.other_ids)}"
    value = f"who_{reference.column}.person_id" if source.identifier else own
    joins.clauses.append(f"LEFT JOIN ({query}) {alias} ON {alias}.id = {value}")
    joins.selected[f"missing_{alias}"] = f"({own} IS NOT NULL AND {alias}.id IS NULL)"
    joins.selected |= {name: f"{alias}.{name}" for name in reference.brings}


def _ids(staging: Staging, *columns: sa.Column[str] | None) -> str:
    """Return a query of the ids that some columns hold."""
    return " UNION ALL ".join(
        f"SELECT {quoted(column.name)} FROM {staging.reference(column.table)} "
        f"WHERE {quoted(column.name)} IS NOT NULL"
        for column in columns
        if column is not None
    )


def _is_missing(own: str, known: str) -> str:
    """Return the condition that a value is none of the ids of a query.

    Where nothing is taken from the other table, this spares a join: the rows of a large file
    stream past a table of ids instead of being kept to be looked up.
    """
    return f"({own} IS NOT NULL AND {own} NOT IN ({known}))"
