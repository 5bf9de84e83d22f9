"""JSON text as flat objects, every value as the text the file has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from etl.problems import FileProblem
from etl.reading.text_traits import TextTraits, decoded, peek

_SPACE = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(
    r"null|true|false|NaN|-?Infinity|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![\w.+-])"
)
_LONGEST_FIRST = 1 << 24  # bytes in which the first object must end to be taken for a row
_BLOCK = 1 << 20
_decode = json.JSONDecoder(strict=False).raw_decode


class NotAnObject(ValueError):
    """A text that should be one JSON object with every key once and is not."""


@dataclass(frozen=True)
class JsonRow:
    """An object of the file.

    Parameters
    ----------
    number
        Line of JSON lines, counted from 1; position in an array, counted from 2.
    cells
        Key to value; None where it is null. Numbers, true and false as they are written, objects
        and arrays as their JSON text.
    text
        The line itself where it is no object; blank otherwise.
    """

    number: int
    cells: dict[str, str | None]
    text: str = ""


def read_object(text: str, start: int = 0) -> tuple[dict[str, str | None], int]:
    """Return the object that begins at a position, and where it ends.

    Raises
    ------
    NotAnObject
        There is no object, it is cut off, or it has a key twice.
    """
    if not text.startswith("{", start):
        raise NotAnObject("no object")
    cells: dict[str, str | None] = {}
    position = _after_space(text, start + 1)
    if text.startswith("}", position):
        return cells, position + 1
    while True:
        key, position = _string(text, position)
        position = _after_space(text, position)
        if key in cells or not text.startswith(":", position):
            raise NotAnObject("a key twice" if key in cells else "no value")
        cells[key], position = _value(text, _after_space(text, position + 1))
        position = _after_space(text, position)
        if text.startswith("}", position):
            return cells, position + 1
        if not text.startswith(",", position):
            raise NotAnObject("no comma")
        position = _after_space(text, position + 1)


def listing(path: Path, encoding: str | None, text: str) -> str:
    """Return how a JSON text lists objects: "lines", "array", or "" where it is something else.

    Parameters
    ----------
    text
        The beginning of the file.
    """
    text = text.lstrip("\ufeff \t\r\n")
    if text.startswith("["):
        return "array" if text.startswith(("{", "]"), _after_space(text, 1)) else ""
    if not text.startswith("{"):
        return ""
    if "\n" not in text:
        text = peek(path, encoding, _LONGEST_FIRST).lstrip("\ufeff \t\r\n")
    line, _, rest = text.partition("\n")
    try:
        cells = _object(line.rstrip(" \t\r"))
    except NotAnObject:
        return ""
    holds_rows = any(_is_list_of_objects(value) for value in cells.values())
    return "" if holds_rows and not rest.strip() else "lines"


def rows_of_lines(path: Path, traits: TextTraits) -> Iterator[JsonRow]:
    """Yield every line that is not blank; one that is no object has no cells but its text."""
    for number, line in enumerate(_lines(path, traits), 1):
        text = line.strip(" \t\r\ufeff")
        if not text:
            continue
        try:
            yield JsonRow(number, _object(text))
        except NotAnObject:
            yield JsonRow(number, {}, text)


def rows_of_array(path: Path, traits: TextTraits) -> Iterator[JsonRow]:
    """Yield the objects of an array as they come; only a block of them is held.

    Raises
    ------
    FileProblem
        unreadable_bytes, with the object that cannot be read.
    """
    blocks = decoded(path, traits, _BLOCK)
    text = next(blocks, "").lstrip("\ufeff \t\r\n")
    position, number = 1, 2  # behind the bracket
    while True:
        position = _after_space(text, position)
        if text.startswith("]", position):
            if text[position + 1 :].strip() or any(block.strip() for block in blocks):
                raise _damaged(path, number, "Something follows the list")
            return
        try:
            cells, end = read_object(text, position)
            end = _after_space(text, end)
            if not text.startswith((",", "]"), end):
                raise NotAnObject("no comma")
        except NotAnObject as error:
            more = _more(blocks, len(text) - position)
            if not more:
                raise _damaged(path, number, "No object can be read") from error
            text, position = text[position:] + more, 0
            continue
        yield JsonRow(number, cells)
        position, number = end + text.startswith(",", end), number + 1


def _object(text: str) -> dict[str, str | None]:
    cells, end = read_object(text)
    if end != len(text):
        raise NotAnObject("something follows")
    return cells


def _string(text: str, position: int) -> tuple[str, int]:
    if not text.startswith('"', position):
        raise NotAnObject("no text")
    try:
        value, end = _decode(text, position)
    except ValueError as error:
        raise NotAnObject("a text without end") from error
    return str(value), end


def _value(text: str, position: int) -> tuple[str | None, int]:
    if text.startswith('"', position):
        return _string(text, position)
    if text.startswith(("{", "["), position):
        try:
            end = _decode(text, position)[1]
        except (ValueError, RecursionError) as error:
            raise NotAnObject("an inner value that is none") from error
        return text[position:end], end
    match = _SCALAR.match(text, position)
    if match is None:
        raise NotAnObject("no value")
    return (None if match[0] == "null" else match[0]), match.end()


def _is_list_of_objects(value: str | None) -> bool:
    return value is not None and re.match(r"\[\s*[{\]]", value) is not None


def _after_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _lines(path: Path, traits: TextTraits) -> Iterator[str]:
    """Yield lines by line feed alone: other line ends may stand inside a JSON text."""
    kept: list[str] = []
    for block in decoded(path, traits, _BLOCK):
        *lines, last = block.split("\n")
        if lines:
            yield "".join([*kept, lines[0]])
            yield from lines[1:]
            kept = []
        kept.append(last)
    yield "".join(kept)


def _more(blocks: Iterator[str], length: int) -> str:
    """Read on by as much as is held, so that a long object is not looked at too often."""
    found: list[str] = []
    for block in blocks:
        found.append(block)
        length -= len(block)
        if length <= 0:
            break
    return "".join(found)


def _damaged(path: Path, number: int, problem: str) -> FileProblem:
    return FileProblem(
        "unreadable_bytes",
        path,
        f"{problem} where object {number - 1} of the list should stand.",
        "The file is cut off or damaged: export it again.",
        row=number,
    )
