"""Read mapping files (TOML) and check them.

A mapping that can be read is right in itself: entities and canonical columns exist, required keys
are there, types fit. Whether it fits a file is :mod:`etl.choosing.choice`'s question.
"""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

from etl.formats import FORMATS
from etl.mapping.mapping import (
    CASTS,
    DATE_ORDERS,
    ENTITIES,
    IDENTIFIERS,
    PICKS,
    RESTS,
    SURVEY_RESPONSE,
    UNRESOLVED,
    Choices,
    Instead,
    Load,
    Mapping,
    Scale,
    Source,
    column_kind,
    entity_table,
)
from etl.mapping.toml_node import Node, one_of, parse_toml, read_toml
from etl.problems import did_you_mean
from warehouse.tables import facts, mappable

_DECLARED = ("survey", "wave", "item")


def read_mapping(path: Path) -> Mapping:
    """Read and check a mapping file.

    Raises
    ------
    FileProblem
        ``bad_mapping``, naming the key and what is allowed; ``file_not_found``.
    """
    node, digest = read_toml(path, "mapping")
    return _mapping(node, path.name, digest)


def parse_mapping(text: str, name: str) -> Mapping:
    """Return the mapping that a text in a mapping file's language says.

    Raises
    ------
    FileProblem
        ``bad_mapping``.
    """
    node, digest = parse_toml(text.encode(), Path(name), "mapping")
    return _mapping(node, name, digest)


def _mapping(node: Node, name: str, digest: str) -> Mapping:
    mapping = Mapping(
        name=name,
        sha256=digest,
        source_system=node.required("source_system"),
        description=node.text("description") or "",
        files=node.texts("files"),
        format=node.choice("format", FORMATS),
        date_order=node.choice("date_order", DATE_ORDERS),
        time_zone=node.zone("time_zone"),
        decimal=node.choice("decimal", (".", ",")),
        encoding=_encoding(node),
        sheet=node.text("sheet"),
        nulls=node.texts("nulls"),
        aliases=_lists(node, "aliases"),
        without=node.texts("without"),
        rest=node.choice("rest", RESTS) or "set_aside",
        loads=tuple(_load(one) for one in node.nodes("load")),
        declared={table: tuple(map(_declared(table), node.nodes(table))) for table in _DECLARED},
    )
    node.finish()
    if not mapping.loads and not any(mapping.declared.values()):
        raise node.bad("load", "is missing", "Add at least one [[load]].")
    return mapping


def _encoding(node: Node) -> str | None:
    name = node.text("encoding")
    try:
        b"".decode(name or "utf-8")
    except LookupError as error:
        remedy = "Use utf-8, cp1252, utf-16, or another name Python knows."
        raise node.bad("encoding", f'"{name}" is no text encoding', remedy) from error
    return name


def _load(node: Node) -> Load:
    entity = node.choice("entity", ENTITIES)
    if entity is None:
        raise node.bad(node.key("entity"), "is missing", one_of(ENTITIES))
    key = tuple(_tidy(name) for name in node.texts("key"))
    if not key:
        remedy = "Name the columns whose values identify a row in its source."
        raise node.bad(node.key("key"), "is missing", remedy)
    prefer = node.pairs("prefer")
    items = node.pairs("items")
    choices, points = tuple(map(_choices, node.nodes("choices"))), _points(node)
    for name, given in (("items", items), ("choices", choices), ("points", points)):
        if given and entity != SURVEY_RESPONSE:
            remedy = f'They belong to entity = "{SURVEY_RESPONSE}".'
            raise node.bad(node.key(name), f"are not for {entity}", remedy)
    load = Load(
        entity=entity,
        key=key,
        columns=_columns(node, entity),
        items={_tidy(column): code for column, code in items.items()},
        choices=choices,
        points=points,
        where=_lists(node, "where"),
        prefer={_tidy(column): value for column, value in prefer.items()},
        distinct=node.flag("distinct"),
        filled=tuple(_tidy(name) for name in node.texts("filled")),
        order=_name(node, "order"),
        is_optional=node.flag("optional"),
    )
    node.finish()
    if load.order is None and any(source.pick for source in load.columns.values()):
        remedy = 'Name the column with the date by which rows follow each other (order = "...").'
        raise node.bad(node.key("order"), "is missing", remedy)
    return load


def _points(node: Node) -> dict[str, float]:
    tree = node.take("points", dict, "a table of numbers") or {}
    inner = node.inner(tree, "points")
    found = {answer: inner.take(answer, (int, float), "a number") for answer in tree}
    for answer, points in found.items():
        if not math.isfinite(points):
            raise inner.bad(inner.key(answer), "must be a number")
    return found


def _choices(node: Node) -> Choices:
    columns = {_tidy(name): code for name, code in node.pairs("columns").items()}
    column, separator = _name(node, "column"), node.text("separator")
    options, other = node.pairs("options"), node.text("other")
    node.finish()
    if bool(columns) == bool(column):
        remedy = "Write columns = { column = item, ... }, or column, separator, options and other."
        raise node.bad(node.place, "needs either columns or a column", remedy)
    if columns:
        return Choices(columns)
    if not options or not other:
        remedy = "Name the item of every option, and under other that of whatever else was written."
        raise node.bad(node.place, "needs options and other", remedy)
    return Choices({}, column, separator or ";", options, other)


def _lists(node: Node, name: str) -> dict[str, tuple[str, ...]]:
    tree = node.take(name, dict, "a table of lists") or {}
    inner = node.inner(tree, name)
    return {_tidy(column): inner.texts(column) for column in tree}


def _instead(node: Node) -> Instead | None:
    tree = node.take("instead", dict, "a table with column and where")
    if tree is None:
        return None
    inner = node.inner(tree, "instead")
    instead = Instead(_tidy(inner.required("column")), _lists(inner, "where"))
    inner.finish()
    if not instead.where:
        remedy = "Say which rows are read from the other column."
        raise node.bad(inner.key("where"), "is missing", remedy)
    return instead


def _columns(node: Node, entity: str) -> dict[str, Source]:
    tree = node.take("columns", dict, "a table")
    if not tree:
        raise node.bad(node.key("columns"), "is missing", "Add [load.columns].")
    allowed = mappable(entity_table(entity))
    for name in tree:
        if name not in allowed:
            remedy = one_of(tuple(allowed)) + did_you_mean(name, allowed)
            place = f"{node.key('columns')}.{name}"
            raise node.bad(place, f"is not a column of {entity}", remedy)
    parent = node.inner(tree, "columns")
    return {name: _source(parent, name, column_kind(entity, name)) for name in tree}


def _source(parent: Node, name: str, kind: str) -> Source:
    tree = parent.take(name, (str, dict), "a column name or a table")
    if isinstance(tree, str):
        return Source(column=_tidy(tree))
    node = parent.inner(tree, name)
    column, value = node.text("column"), node.take("value", (str, int, float), "a text or number")
    if (column is None) == (value is None):
        remedy = "Write { column = ... } or { value = ... }."
        raise node.bad(node.place, "needs either a column or a value", remedy)
    otherwise = node.text("otherwise")
    source = Source(
        column=column and _tidy(column),
        value=None if value is None else _constant(value),
        values=node.pairs("values") if "values" in tree else None,
        otherwise="reject" if otherwise is None else otherwise,
        identifier=node.choice("identifier", IDENTIFIERS),
        unresolved=node.choice("unresolved", UNRESOLVED) or "reject",
        date_order=node.choice("date_order", DATE_ORDERS),
        time_zone=node.zone("time_zone"),
        decimal=node.choice("decimal", (".", ",")),
        cast=node.choice("as", CASTS),
        instead=_instead(node),
        followed_by=_name(node, "followed_by"),
        scale=_scale(node),
        pick=node.choice("pick", PICKS),
        is_optional=node.flag("optional"),
        is_in_file_name=node.flag("in_file_name"),
    )
    node.take("values", dict, "a table of texts")
    node.finish()
    _check_source(node, source, name, kind)
    return source


def _check_source(node: Node, source: Source, name: str, kind: str) -> None:
    """Refuse settings that do not fit the canonical column."""
    if source.identifier and (kind != "text" or not name.endswith("person_id")):
        remedy = "Identifiers resolve columns such as person_id or mentor_person_id."
        raise node.bad(node.place, "cannot have an identifier", remedy)
    if source.cast == "year" and kind != "integer":
        raise node.bad(node.place, 'as = "year" needs a whole-number column')
    if source.scale and kind != "number":
        raise node.bad(node.place, "cannot have a scale: it holds no number")
    if source.is_in_file_name and kind != "date":
        raise node.bad(node.place, "cannot come from the file name: it holds no day")


def _name(node: Node, name: str) -> str | None:
    text = node.text(name)
    return _tidy(text) if text else None


def _scale(node: Node) -> Scale | None:
    tree = node.take("scale", dict, "a table with from and to")
    if tree is None:
        return None
    inner = node.inner(tree, "scale")
    ends = [*_ends(inner, "from"), *_ends(inner, "to")]
    inner.finish()
    return Scale(*ends)


def _ends(node: Node, name: str) -> list[float]:
    value = node.take(name, list, "two numbers such as [1, 4]") or []
    numbers = [float(one) for one in value if isinstance(one, (int, float))]
    if len(value) != 2 or len(numbers) != 2 or numbers[0] >= numbers[1]:
        problem = f"must be two numbers, the lower first, not {value!r}"
        raise node.bad(node.key(name), problem, "Write it like [1, 4].")
    return numbers


def _declared(table: str) -> Any:
    def read(node: Node) -> dict[str, object]:
        types: dict[str, tuple[type | tuple[type, ...], str]] = {
            "text": (str, "a text in quotes"),
            "date": (dt.date, "a date such as 2026-03-01"),
            "flag": (bool, "true or false"),
            "number": ((int, float), "a number"),
        }
        row: dict[str, object] = {}
        for name in facts(entity_table(table)):
            kind, words = types[column_kind(table, name)]
            row[name] = node.take(name, kind, words)
        node.finish()
        for name in _declared_keys(table):
            if row[name] is None:
                raise node.bad(node.key(name), "is missing", "Add it.")
        return row

    return read


def _declared_keys(table: str) -> tuple[str, ...]:
    keys = {"survey": ("survey_id",), "wave": ("wave_id", "survey_id")}
    return keys.get(table, ("survey_id", "item_code"))


def _constant(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tidy(name: str) -> str:
    return " ".join(name.split())
