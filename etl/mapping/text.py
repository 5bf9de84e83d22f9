"""A mapping as the text of a mapping file; :func:`etl.mapping.file.read_mapping` reads it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from etl.mapping.mapping import Choices, Load, Scale, Source
from etl.mapping.mapping import Mapping as FileMapping

_Row = Mapping[str, object]


def mapping_toml(mapping: FileMapping, remarks: Mapping[str, str] | None = None) -> str:
    """Return a mapping as TOML.

    Parameters
    ----------
    mapping
        The mapping; its name and hash are those of the file it will be.
    remarks
        Place to what a person has to decide there, as a comment: ``date_order``, ``decimal``,
        ``load.columns.person_id``, ``load.items``, or blank for the top.
    """
    places = dict(remarks or {})
    lines = [*_remark(places, ""), *_settings(mapping, places)]
    for load in mapping.loads:
        lines += ["", *_load(load, places)]
    for table, rows in mapping.declared.items():
        for row in rows:
            lines += ["", f"[[{table}]]", *_pairs(row)]
    return "\n".join(lines) + "\n"


def _settings(mapping: FileMapping, places: Mapping[str, str]) -> Iterator[str]:
    named: _Row = {
        "source_system": mapping.source_system,
        "description": mapping.description or None,
        "files": list(mapping.files) or None,
        "format": mapping.format,
        "date_order": mapping.date_order,
        "time_zone": mapping.time_zone,
        "decimal": mapping.decimal,
        "encoding": mapping.encoding,
        "sheet": mapping.sheet,
        "nulls": list(mapping.nulls) or None,
        "aliases": {column: list(names) for column, names in mapping.aliases.items()} or None,
        "without": list(mapping.without) or None,
        "rest": None if mapping.rest == "set_aside" else mapping.rest,
    }
    yield from _pairs(named)
    for place in ("date_order", "decimal"):
        yield from _remark(places, place)


def _load(load: Load, places: Mapping[str, str]) -> Iterator[str]:
    named: _Row = {
        "entity": load.entity,
        "key": list(load.key),
        "where": {column: list(values) for column, values in load.where.items()} or None,
        "prefer": load.prefer or None,
        "distinct": load.distinct or None,
        "filled": list(load.filled) or None,
        "order": load.order,
        "optional": load.is_optional or None,
    }
    yield "[[load]]"
    yield from _pairs(named)
    yield "[load.columns]"
    yield from _pairs({name: _source(source) for name, source in load.columns.items()})
    yield from _remark(places, "load.columns.person_id")
    if load.items or "load.items" in places:
        yield "[load.items]"
        yield from _remark(places, "load.items")
        yield from _pairs(load.items)
    if load.points:
        yield "[load.points]"
        yield from _pairs(load.points)
    for choices in load.choices:
        yield "[[load.choices]]"
        yield from _pairs(_choices(choices))


def _source(source: Source) -> object:
    instead = source.instead
    if instead:
        where = {column: list(values) for column, values in instead.where.items()}
    named = {
        "column": source.column,
        "value": source.value,
        "values": source.values,
        "otherwise": None if source.otherwise == "reject" else source.otherwise,
        "identifier": source.identifier,
        "unresolved": None if source.unresolved == "reject" else source.unresolved,
        "date_order": source.date_order,
        "time_zone": source.time_zone,
        "decimal": source.decimal,
        "as": source.cast,
        "instead": {"column": instead.column, "where": where} if instead else None,
        "followed_by": source.followed_by,
        "scale": _scale(source.scale) if source.scale else None,
        "pick": source.pick,
        "optional": source.is_optional or None,
        "in_file_name": source.is_in_file_name or None,
    }
    said = {name: value for name, value in named.items() if value is not None}
    return source.column if list(said) == ["column"] else said


def _scale(scale: Scale) -> dict[str, list[float]]:
    ends = {"from": [scale.lowest, scale.highest]}
    return ends | {"to": [scale.new_lowest, scale.new_highest]}


def _choices(choices: Choices) -> _Row:
    if choices.column is None:
        return {"columns": choices.columns}
    return {
        "column": choices.column,
        "separator": choices.separator,
        "options": choices.options,
        "other": choices.other,
    }


def _remark(places: Mapping[str, str], place: str) -> Iterator[str]:
    """Yield comments; what stands in them cannot end them."""
    for line in places.get(place, "").splitlines():
        yield f"# {''.join(c if c.isprintable() else ' ' for c in line)}".rstrip()


def _pairs(row: _Row) -> Iterator[str]:
    for key, value in row.items():
        if value is not None:
            yield f"{_key(key)} = {_value(value)}"


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if is_bare else _text(name)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(_escaped(character) for character in escaped) + '"'


def _escaped(character: str) -> str:
    is_control = ord(character) < 32 or ord(character) == 127
    return f"\\u{ord(character):04x}" if is_control else character
