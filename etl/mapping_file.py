"""Read mapping files (TOML) and check them.

A mapping that can be read is right in itself: entities and canonical columns exist, required keys
are there, types fit. Whether it fits a file is :mod:`etl.mapping_choice`'s question.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from etl.formats import FORMATS
from etl.mapping import (
    CASTS,
    DATE_ORDERS,
    ENTITIES,
    IDENTIFIERS,
    SURVEY_RESPONSE,
    Instead,
    Load,
    Mapping,
    Source,
    column_kind,
    entity_table,
    is_zone,
)
from etl.problems import FileProblem, did_you_mean
from warehouse.tables import facts

_DECLARED = ("survey", "wave", "item")


def read_mapping(path: Path) -> Mapping:
    """Read and check a mapping file.

    Raises
    ------
    FileProblem
        ``bad_mapping``, naming the key and what is allowed; ``file_not_found``.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileProblem(
            "file_not_found",
            path,
            f"The mapping cannot be read: {error.strerror}.",
            "Check the name of the mapping file.",
        ) from error
    try:
        tree = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _bad(path, "", f"byte {error.start + 1} is not UTF-8", "Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise _bad(path, "", f"it is not valid TOML: {error}", "Correct that place.") from error
    digest = hashlib.sha256(content).hexdigest()
    return _mapping(_Node(tree, path, ""), path.name, digest)


class _Node:
    """A TOML table being read: every key is asked for by type, what is left over is an error."""

    def __init__(self, tree: dict[str, Any], path: Path, place: str) -> None:
        self.tree, self.path, self.place = tree, path, place
        self._asked: list[str] = []

    def key(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name

    def take(self, name: str, kind: type | tuple[type, ...], words: str) -> Any:
        self._asked.append(name)
        value = self.tree.get(name)
        if value is not None and (not isinstance(value, kind) or _is_stray(value, kind)):
            raise _bad(self.path, self.key(name), f"must be {words}, not {value!r}")
        return value

    def text(self, name: str) -> str | None:
        value: str | None = self.take(name, str, "a text in quotes")
        return value

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise _bad(self.path, self.key(name), "is missing or blank", "Add it.")
        return value

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        value = self.text(name)
        if value is not None and value not in allowed:
            hint = did_you_mean(value, allowed)
            raise _bad(self.path, self.key(name), f'cannot be "{value}"', _one_of(allowed) + hint)
        return value

    def zone(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and not is_zone(value):
            hint = did_you_mean(value, available_timezones())
            remedy = f"Use an IANA name such as Europe/Berlin.{hint}"
            raise _bad(self.path, self.key(name), f'"{value}" is no time zone', remedy)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.take(name, (list, str), "a list of texts")
        found = [value] if isinstance(value, str) else (value or [])
        if not all(isinstance(one, str) for one in found):
            raise _bad(self.path, self.key(name), "must hold texts in quotes only")
        return tuple(found)

    def pairs(self, name: str) -> dict[str, str]:
        value = self.take(name, dict, "a table of texts") or {}
        for key, one in value.items():
            if not isinstance(one, str):
                raise _bad(self.path, f'{self.key(name)}."{key}"', "must be a text in quotes")
        return dict(value)

    def nodes(self, name: str) -> Iterator[_Node]:
        value = self.take(name, list, f"written as [[{name}]]") or []
        for number, tree in enumerate(value, 1):
            if not isinstance(tree, dict):
                raise _bad(self.path, self.key(name), f"must be written as [[{name}]]")
            yield _Node(tree, self.path, f"{self.key(name)}[{number}]")

    def finish(self) -> None:
        for name in self.tree:
            if name not in self._asked:
                hint = did_you_mean(name, self._asked)
                remedy = _one_of(tuple(self._asked)) + hint
                raise _bad(self.path, self.key(name), "is not a key known here", remedy)


def _mapping(node: _Node, name: str, digest: str) -> Mapping:
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
        loads=tuple(_load(one) for one in node.nodes("load")),
        declared={table: tuple(map(_declared(table), node.nodes(table))) for table in _DECLARED},
    )
    node.finish()
    if not mapping.loads and not any(mapping.declared.values()):
        raise _bad(node.path, "load", "is missing", "Add at least one [[load]].")
    return mapping


def _encoding(node: _Node) -> str | None:
    name = node.text("encoding")
    try:
        b"".decode(name or "utf-8")
    except LookupError as error:
        remedy = "Use utf-8, cp1252, utf-16, or another name Python knows."
        raise _bad(node.path, "encoding", f'"{name}" is no text encoding', remedy) from error
    return name


def _load(node: _Node) -> Load:
    entity = node.choice("entity", ENTITIES)
    if entity is None:
        raise _bad(node.path, node.key("entity"), "is missing", _one_of(ENTITIES))
    key = tuple(_tidy(name) for name in node.texts("key"))
    if not key:
        remedy = "Name the columns whose values identify a row in its source."
        raise _bad(node.path, node.key("key"), "is missing", remedy)
    prefer = node.pairs("prefer")
    items = node.pairs("items")
    if items and entity != SURVEY_RESPONSE:
        remedy = f'They belong to entity = "{SURVEY_RESPONSE}".'
        raise _bad(node.path, node.key("items"), f"are not for {entity}", remedy)
    load = Load(
        entity=entity,
        key=key,
        columns=_columns(node, entity),
        items={_tidy(column): code for column, code in items.items()},
        where=_where(node),
        prefer={_tidy(column): value for column, value in prefer.items()},
        distinct=bool(node.take("distinct", bool, "true or false")),
    )
    node.finish()
    return load


def _where(node: _Node) -> dict[str, tuple[str, ...]]:
    tree = node.take("where", dict, "a table of lists") or {}
    inner = _Node(tree, node.path, node.key("where"))
    return {_tidy(column): inner.texts(column) for column in tree}


def _instead(node: _Node) -> Instead | None:
    tree = node.take("instead", dict, "a table with column and where")
    if tree is None:
        return None
    inner = _Node(tree, node.path, node.key("instead"))
    instead = Instead(_tidy(inner.required("column")), _where(inner))
    inner.finish()
    if not instead.where:
        remedy = "Say which rows are read from the other column."
        raise _bad(node.path, inner.key("where"), "is missing", remedy)
    return instead


def _columns(node: _Node, entity: str) -> dict[str, Source]:
    tree = node.take("columns", dict, "a table")
    if not tree:
        raise _bad(node.path, node.key("columns"), "is missing", "Add [load.columns].")
    allowed = facts(entity_table(entity))
    for name in tree:
        if name not in allowed:
            remedy = _one_of(tuple(allowed)) + did_you_mean(name, allowed)
            place = f"{node.key('columns')}.{name}"
            raise _bad(node.path, place, f"is not a column of {entity}", remedy)
    parent = _Node(tree, node.path, node.key("columns"))
    return {name: _source(parent, name, column_kind(entity, name)) for name in tree}


def _source(parent: _Node, name: str, kind: str) -> Source:
    tree = parent.take(name, (str, dict), "a column name or a table")
    if isinstance(tree, str):
        return Source(column=_tidy(tree))
    node = _Node(tree, parent.path, parent.key(name))
    column, value = node.text("column"), node.take("value", (str, int, float), "a text or number")
    if (column is None) == (value is None):
        remedy = "Write { column = ... } or { value = ... }."
        raise _bad(node.path, node.place, "needs either a column or a value", remedy)
    source = Source(
        column=column and _tidy(column),
        value=None if value is None else _constant(value),
        values=node.pairs("values") if "values" in tree else None,
        otherwise=node.text("otherwise") or "reject",
        identifier=node.choice("identifier", IDENTIFIERS),
        date_order=node.choice("date_order", DATE_ORDERS),
        time_zone=node.zone("time_zone"),
        decimal=node.choice("decimal", (".", ",")),
        cast=node.choice("as", CASTS),
        instead=_instead(node),
    )
    node.take("values", dict, "a table of texts")
    node.finish()
    if source.identifier and (kind != "text" or not name.endswith("person_id")):
        remedy = "Identifiers resolve columns such as person_id or mentor_person_id."
        raise _bad(node.path, node.place, "cannot have an identifier", remedy)
    if source.cast == "year" and kind != "integer":
        raise _bad(node.path, node.place, 'as = "year" needs a whole-number column')
    return source


def _declared(table: str) -> Any:
    def read(node: _Node) -> dict[str, object]:
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
                raise _bad(node.path, node.key(name), "is missing", "Add it.")
        return row

    return read


def _declared_keys(table: str) -> tuple[str, ...]:
    keys = {"survey": ("survey_id",), "wave": ("wave_id", "survey_id")}
    return keys.get(table, ("survey_id", "item_code"))


def _is_stray(value: object, kind: type | tuple[type, ...]) -> bool:
    """Tell whether Python calls a value an instance of a kind that TOML keeps apart."""
    is_flag = isinstance(value, bool) and kind is not bool
    return is_flag or (isinstance(value, dt.datetime) and kind is dt.date)


def _constant(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _one_of(allowed: tuple[str, ...]) -> str:
    return f"Use one of: {', '.join(allowed)}."


def _bad(path: Path, key: str, problem: str, remedy: str = "Correct it.") -> FileProblem:
    place = f'"{key}" ' if key else ""
    return FileProblem("bad_mapping", path, f"In the mapping, {place}{problem}.", remedy)
