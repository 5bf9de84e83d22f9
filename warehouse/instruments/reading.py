"""Read instrument files (TOML) and check them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from warehouse.instruments.instrument import (
    ENPS,
    ENPS_SCALE,
    MOST_ITEMS,
    ROLES,
    Instrument,
    InstrumentError,
    ListedItem,
)

DEFAULT_FILE = Path(__file__).parent / "default.toml"
_DIRECTIONS = {"higher": True, "lower": False}
_REQUIRED = ("construct", "label", "role", "direction", "scale")
_KEYS = (*_REQUIRED, "minimum_items", "items", "reversed", "part_of")


def read_instruments(own: Path | None = None) -> tuple[Instrument, ...]:
    """Return the shipped instruments, each replaced by the user's own where there is one.

    Parameters
    ----------
    own : Path, optional
        The user's file; one that does not exist changes nothing.

    Raises
    ------
    InstrumentError
        A file cannot be read or says something that cannot be meant.
    """
    found = {one.construct: one for one in _read(DEFAULT_FILE)}
    if own is not None and own.exists():
        for one in _read(own):
            if one.construct not in found:
                raise _bad(one, "construct", f'"{one.construct}" is not known', _one_of(found))
            if one.higher_is_better != found[one.construct].higher_is_better:
                problem = "is not that of the metric"
                raise _bad(one, "direction", problem, "Reverse the items instead.")
            found[one.construct] = one
    _check_parts(found)
    return tuple(found.values())


def _read(path: Path) -> list[Instrument]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        remedy = "Save it as UTF-8 text in the form of the shipped default.toml."
        raise InstrumentError(path.name, "file", f"cannot be read ({error})", remedy) from error
    tables = content.pop("instrument", [])
    if content or not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        wrong = next(iter(content), "instrument")
        remedy = "Write one [[instrument]] table per construct and nothing else."
        raise InstrumentError(path.name, f'"{wrong}"', "does not belong here", remedy)
    found = [_instrument(_Table(path.name, number, t)) for number, t in enumerate(tables, 1)]
    _check_twice(found)
    return found


class _Table:
    """One [[instrument]] table that says where it stands when something is wrong with it."""

    def __init__(self, file: str, number: int, given: Mapping[str, Any]) -> None:
        self.file, self._given = file, given
        self._place = f"instrument {number}"
        if isinstance(given.get("construct"), str):
            self._place = f'instrument "{given["construct"]}"'
        for key in given:
            if key not in _KEYS:
                raise self.bad(key, "is not a key of an instrument", _one_of(_KEYS))
        for key in _REQUIRED:
            if key not in given:
                raise self.bad(key, "is missing", "Every instrument needs it.")

    def bad(self, key: str, problem: str, remedy: str) -> InstrumentError:
        return InstrumentError(self.file, f"{self._place}, {key}", problem, remedy)

    def text(self, key: str) -> str:
        value = self._given.get(key, "")
        if not isinstance(value, str) or (key in _REQUIRED and not value.strip()):
            raise self.bad(key, f"{value!r} is no text", "Write it in quotes.")
        return value.strip()

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in allowed:
            raise self.bad(key, f'"{value}" is not allowed', _one_of(allowed))
        return value

    def scale(self) -> tuple[int, int]:
        value = self._given["scale"]
        is_pair = isinstance(value, list) and len(value) == 2 and all(map(_is_whole, value))
        if not is_pair or value[0] >= value[1]:
            remedy = "Write the lowest and the highest answer as whole numbers, such as [1, 5]."
            raise self.bad("scale", f"{value!r} is no scale", remedy)
        return value[0], value[1]

    def minimum(self) -> int | None:
        value = self._given.get("minimum_items")
        if value is not None and (not _is_whole(value) or not 1 <= value <= MOST_ITEMS):
            remedy = f"Write a whole number from 1 to {MOST_ITEMS}, or leave it out."
            raise self.bad("minimum_items", f"{value!r} is no number of items", remedy)
        return value

    def listed(self, key: str) -> Iterator[tuple[str, str | None]]:
        """Yield code and survey of each item under a key."""
        values = self._given.get(key, [])
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, str) and value.strip():
                yield value.strip(), None
                continue
            is_named = isinstance(value, dict) and set(value) == {"code", "survey"}
            if not is_named or not all(isinstance(v, str) and v.strip() for v in value.values()):
                remedy = 'List codes: ["ENG1", { code = "Q1", survey = "pulse" }].'
                raise self.bad(key, f"{value!r} is no item", remedy)
            yield value["code"].strip(), value["survey"].strip()


def _instrument(table: _Table) -> Instrument:
    found = Instrument(
        construct=table.text("construct"),
        label=table.text("label"),
        role=table.choice("role", ROLES),
        higher_is_better=_DIRECTIONS[table.choice("direction", tuple(_DIRECTIONS))],
        scale=table.scale(),
        minimum_items=table.minimum(),
        items=_items(table),
        part_of=table.text("part_of"),
        file=table.file,
    )
    if found.construct == ENPS and found.scale != ENPS_SCALE:
        raise table.bad(
            "scale", f"{list(found.scale)} is not 0 to 10", "Ask for eNPS on 0 to 10 points."
        )
    if found.items and found.minimum_items and found.minimum_items > len(found.items):
        problem = f"{found.minimum_items} answers are needed of {len(found.items)} items"
        raise table.bad("minimum_items", problem, "Ask for fewer answers, or list all items.")
    return found


def _items(table: _Table) -> tuple[ListedItem, ...]:
    items, turned = list(table.listed("items")), list(table.listed("reversed"))
    for named in turned:
        if named not in items:
            remedy = "List it under items too; where items are left out, the mapping reverses."
            raise table.bad("reversed", f'"{named[0]}" is not among the items', remedy)
    for named in items:
        if items.count(named) > 1:
            raise table.bad("items", f'"{named[0]}" is listed twice', "List every item once.")
    return tuple(ListedItem(code, survey, (code, survey) in turned) for code, survey in items)


def _check_twice(instruments: list[Instrument]) -> None:
    """Refuse two tables of one construct, and an item that two constructs list."""
    constructs: set[str] = set()
    listed: dict[tuple[str, str | None], str] = {}
    for one in instruments:
        if one.construct in constructs:
            raise _bad(one, "construct", "is given twice", "Keep one table per construct.")
        constructs.add(one.construct)
        for item in one.items:
            other = listed.setdefault((item.code, item.survey), one.construct)
            if other != one.construct:
                problem = f'"{item.code}" already belongs to "{other}"'
                raise _bad(one, "items", problem, "Give every item to one construct.")


def _check_parts(found: Mapping[str, Instrument]) -> None:
    for one in found.values():
        whole = found.get(one.part_of)
        if one.part_of and (whole is None or whole.part_of or whole is one):
            raise _bad(one, "part_of", f'"{one.part_of}" cannot hold it', _one_of(found))
        if whole and whole.scale != one.scale:
            problem = f'{list(one.scale)} is not the scale of "{whole.construct}"'
            raise _bad(one, "scale", problem, f"Use {list(whole.scale)} for both, or another one.")


def _bad(one: Instrument, key: str, problem: str, remedy: str) -> InstrumentError:
    return InstrumentError(one.file, f'instrument "{one.construct}", {key}', problem, remedy)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _one_of(allowed: Any) -> str:
    return f"Use one of: {', '.join(allowed)}."
