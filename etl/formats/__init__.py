"""From bytes to rows of text: one reader per format, recognized by content.

A format is a module with ``NAME``, the ``CONTAINERS`` it can lie in (see
:func:`etl.reading.file_bytes.read_container`), and the functions ``recognizes(sample)``,
``read_header(path, hints)`` and ``read(path, staging, hints)``.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from etl.formats import (
    calendar_file,
    delimited,
    google_forms,
    identity_review,
    json_lines,
    microsoft_forms,
    ods,
    oracle_hdl,
    parquet,
    qualtrics,
    returned_rows,
    successfactors,
    surveymonkey,
    teams_attendance,
    workbook,
    workday_xml,
    zoom,
)
from etl.problems import FileProblem
from etl.reading.file_bytes import ARCHIVE, refuse_archive, refuse_markup
from etl.reading.raw_table import BrokenRow, Hints, RawTable
from etl.reading.sample import Sample, take_sample

__all__ = ["FORMATS", "BrokenRow", "Hints", "RawTable", "read", "read_header", "recognize"]

# Asked in this order; what no system's format knows is a plain file of its container.
_SYSTEMS = (
    returned_rows,
    identity_review,
    teams_attendance,
    zoom,
    calendar_file,
    qualtrics,
    workday_xml,
    oracle_hdl,
    successfactors,
    microsoft_forms,
    surveymonkey,
    google_forms,
)
_PLAIN = (parquet, workbook, ods, json_lines, delimited)
_READERS: dict[str, ModuleType] = {module.NAME: module for module in (*_PLAIN, *_SYSTEMS)}
FORMATS = tuple(_READERS)


def recognize(path: Path, hints: Hints | None = None) -> str:
    """Return the format of a file, by its bytes and content.

    Raises
    ------
    FileProblem
        file_not_found, is_directory, empty_file, wrong_file, unreadable_bytes (where already the
        beginning cannot be read).
    """
    # Of the hints only these decide what a file is; with others the same file was looked at again.
    known = hints or Hints()
    asked = Hints(known.format, known.encoding, known.sheet)
    try:
        file = path.stat()
    except OSError:  # looking into the file says which of the many reasons it is
        return _look(path, asked)
    return _look_once(path, asked, (file.st_ino, file.st_mtime_ns, file.st_size))


@lru_cache(maxsize=4096)
def _look_once(path: Path, hints: Hints, _state: tuple[int, ...]) -> str:
    """Look into a file again only when it changed: planning, choosing and reading ask for it."""
    return _look(path, hints)


def _look(path: Path, hints: Hints) -> str:
    sample = take_sample(path, hints)
    if hints.format is not None:
        _check_container(sample, hints.format)
        return hints.format
    for module in _SYSTEMS:
        if sample.container in module.CONTAINERS and module.recognizes(sample):
            return str(module.NAME)
    if sample.container == ARCHIVE:
        refuse_archive(path)
    plain = next(module for module in _PLAIN if module.recognizes(sample))
    if plain is delimited:
        refuse_markup(path)
    return str(plain.NAME)


def read_header(path: Path, hints: Hints | None = None) -> tuple[str, tuple[str, ...]]:
    """Return format and column names without staging anything."""
    hints = hints or Hints()
    name = recognize(path, hints)
    return name, _READERS[name].read_header(path, hints)


def read(path: Path, staging: Any, hints: Hints | None = None) -> RawTable:
    """Stage a file as text.

    Parameters
    ----------
    path
        The file.
    staging
        The :class:`warehouse.engine.Staging` to stage it in.
    hints
        What the mapping declares; see :attr:`etl.mapping.mapping.Mapping.hints`.

    Raises
    ------
    FileProblem
        The file as a whole cannot be read; nothing is staged that the loader would see.
    """
    hints = hints or Hints()
    table: RawTable = _READERS[recognize(path, hints)].read(path, staging, hints)
    return table


def _check_container(sample: Sample, declared: str) -> None:
    if sample.container not in _READERS[declared].CONTAINERS:
        raise FileProblem(
            "wrong_file",
            sample.path,
            f"The mapping expects the format {declared}, but this is a {sample.container} file.",
            "Load the export the mapping was written for, or correct its format.",
        )
