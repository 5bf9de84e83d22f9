r"""Oracle HCM Data Loader files (HDL, ``Worker.dat``): several business objects in one text.

``METADATA|Worker|...`` names the attributes of an object, ``MERGE|Worker|...`` and
``DELETE|Worker|...`` give its values. ``\|`` is a bar within a value, ``\\`` the escape itself and
``\n`` a line break; ``SET FILE_DELIMITER`` and ``SET FILE_ESCAPE`` choose others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from etl.problems import FileProblem
from etl.reading.raw_table import BrokenRow, Hints, RawTable
from etl.reading.row_staging import RowBuffer, check_width, name_columns, tidy_header
from etl.reading.sample import Sample
from etl.reading.text_traits import decoded, read_traits

NAME = "oracle_hdl"
CONTAINERS = frozenset({"text"})
INSTRUCTION, OBJECT = "Instruction", "Object"
_FIXED = (INSTRUCTION, OBJECT)
_DATA = ("MERGE", "DELETE")
_NO_VALUE = "#NULL"  # clears a value that was there before
_BEGIN = re.compile(r"\s*((?:(?:COMMENT|SET)\b[^\n]*\n\s*)*)METADATA(\S)[A-Za-z]\w*\2")
_SETTING = re.compile(r"SET[ \t]+(FILE_DELIMITER|FILE_ESCAPE)[ \t]+(\S)")


@dataclass
class _Reader:
    """The file while it is read: how cells are cut, what objects have, what was found."""

    path: Path
    delimiter: str = "|"
    escape: str = "\\"
    attributes: dict[str, list[str]] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=lambda: {n.lower(): n for n in _FIXED})
    broken: list[BrokenRow] = field(default_factory=list)

    def rows(self, lines: Iterator[str]) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield line number and cells of every data line; lines that fit no object are kept."""
        for number, line in enumerate(lines, 1):
            setting = _SETTING.match(line)
            if setting and setting[1] == "FILE_DELIMITER":
                self.delimiter = setting[2]
            elif setting:
                self.escape = setting[2]
            elif line.strip() and not line.startswith(("COMMENT", "SET ")):
                row = self._row(number, self._cells(line))
                if row:
                    yield number, row

    def _row(self, number: int, cells: list[str]) -> dict[str, str] | None:
        instruction, name = cells[0].strip(), cells[1].strip() if len(cells) > 1 else ""
        values = cells[2:]
        if instruction == "METADATA" and name:
            self._declare(number, name, [value.strip() for value in values])
            return None
        attributes = self.attributes.get(name)
        if instruction not in _DATA or attributes is None:
            self._reject(number, cells, *_UNKNOWN)
            return None
        if len(values) != len(attributes):
            rule = "too_many_cells" if len(values) > len(attributes) else "too_few_cells"
            message = (
                f"The line has {len(values)} values, but the METADATA line of {name} names "
                f"{len(attributes)} attributes. A bar within a value must be written \\|."
            )
            self._reject(number, cells, rule, message)
            return None
        told = ("" if value.strip() == _NO_VALUE else value for value in values)
        return {INSTRUCTION: instruction, OBJECT: name, **dict(zip(attributes, told, strict=True))}

    def _declare(self, number: int, name: str, attributes: list[str]) -> None:
        """Note the attributes of an object; objects share the columns of equal names."""
        plain = [attribute.lower() for attribute in attributes]
        doubled = next(
            (a for a, one in zip(attributes, plain, strict=True) if plain.count(one) > 1), None
        )
        if doubled or not all(plain):
            problem = f"The METADATA line of {name} names an attribute twice or leaves one blank."
            remedy = "Export it again, or correct that line."
            raise FileProblem("doubled_column", self.path, problem, remedy, number, doubled)
        for attribute, one in zip(attributes, plain, strict=True):
            self.columns.setdefault(one, attribute)
        check_width(self.path, len(self.columns))
        self.attributes[name] = [self.columns[one] for one in plain]

    def _cells(self, line: str) -> list[str]:
        if self.escape not in line:
            return line.split(self.delimiter)
        cells, marks = [""], iter(line)
        for mark in marks:
            if mark == self.delimiter:
                cells.append("")
            elif mark == self.escape:
                cells[-1] += self._escaped(next(marks, ""))
            else:
                cells[-1] += mark
        return cells

    def _escaped(self, mark: str) -> str:
        if mark == "n":
            return "\n"
        return mark if mark in (self.delimiter, self.escape) else self.escape + mark

    def _reject(self, number: int, cells: list[str], rule: str, message: str) -> None:
        row = json.dumps({"cells": cells}, ensure_ascii=False)
        self.broken.append(BrokenRow(number, rule, message, row))


_UNKNOWN = (
    "unknown_instruction",
    "The line is neither MERGE nor DELETE of an object that a METADATA line above it names. Put "
    "the METADATA line first, or correct the instruction.",
)


def recognizes(sample: Sample) -> bool:
    """Tell whether a text begins with the METADATA line of an object, comments before it aside."""
    begin = _BEGIN.match(sample.text.lstrip("\ufeff"))
    return begin is not None and (begin[2] == "|" or "FILE_DELIMITER" in begin[1])


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return instruction, object, and the attributes of all objects in the file.

    Raises
    ------
    FileProblem
        wrong_file, doubled_column, too_large, unreadable_bytes.
    """
    reader = _Reader(path)
    for _ in reader.rows(_lines(path, hints)):
        pass
    return tuple(tidy_header(path, _checked(reader)))


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage the lines of all objects; ``Object`` and ``Instruction`` tell them apart.

    An attribute the object does not have is NULL, and so is ``#NULL``. ``source_row`` is the line.

    Raises
    ------
    FileProblem
        wrong_file, doubled_column, too_large, unreadable_bytes.
    """
    reader, buffer = _Reader(path), RowBuffer(len(_FIXED))
    for number, row in reader.rows(_lines(path, hints)):
        buffer.widen(len(reader.columns))
        buffer.add(number, [row.get(column) for column in reader.columns.values()])
    names = tidy_header(path, _checked(reader))
    buffer.widen(len(names))
    relation, columns = name_columns(staging, buffer.store(staging), names)
    traits = read_traits(path, hints.encoding)
    details = {"encoding": traits.encoding, "delimiter": reader.delimiter, **buffer.details}
    details |= {"decimal": ".", "objects": ", ".join(reader.attributes)}
    return RawTable(relation, columns, NAME, details, {}, tuple(reader.broken))


def _checked(reader: _Reader) -> list[str]:
    if not reader.attributes:
        problem = "This is no HCM Data Loader file: it has no METADATA line."
        remedy = "Load the .dat file as HCM Data Loader or an HCM extract wrote it."
        raise FileProblem("wrong_file", reader.path, problem, remedy)
    return list(reader.columns.values())


def _lines(path: Path, hints: Hints) -> Iterator[str]:
    """Yield the lines without their ends; only a block of the text is held."""
    rest = ""
    for block in decoded(path, read_traits(path, hints.encoding)):
        *lines, rest = (rest + block).split("\n")
        yield from (line.rstrip("\r") for line in lines)
    yield rest.rstrip("\r")
