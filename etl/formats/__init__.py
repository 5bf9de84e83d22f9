"""From bytes to rows of text: one reader per format, recognized by content."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

from etl.file_bytes import read_container
from etl.formats import delimited, parquet, qualtrics, teams_attendance, workbook
from etl.problems import FileProblem
from etl.raw_table import BrokenRow, Hints, RawTable
from etl.text_traits import peek

__all__ = ["FORMATS", "BrokenRow", "Hints", "RawTable", "read", "read_header", "recognize"]

_READERS: dict[str, ModuleType] = {
    module.NAME: module for module in (delimited, workbook, parquet, qualtrics, teams_attendance)
}
FORMATS = tuple(_READERS)


def recognize(path: Path, hints: Hints | None = None) -> str:
    """Return the format of a file, by its bytes and content.

    Older generations of a known format are recognized as that format; reading them then says what
    they are.

    Raises
    ------
    FileProblem
        file_not_found, is_directory, empty_file, wrong_file, unreadable_bytes (where already the
        beginning cannot be read).
    """
    hints = hints or Hints()
    container = read_container(path)
    if hints.format is not None:
        _check_container(path, container, hints.format)
        return hints.format
    if container != "text":
        return container
    head = peek(path, hints.encoding)
    if teams_attendance.is_teams(head):
        return teams_attendance.NAME
    if qualtrics.is_qualtrics(head):
        return qualtrics.NAME
    return delimited.NAME


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
        What the mapping declares; see :attr:`etl.mapping.Mapping.hints`.

    Raises
    ------
    FileProblem
        The file as a whole cannot be read; nothing is staged that the loader would see.
    """
    hints = hints or Hints()
    table: RawTable = _READERS[recognize(path, hints)].read(path, staging, hints)
    return table


def _check_container(path: Path, container: str, declared: str) -> None:
    expected = declared if declared in ("workbook", "parquet") else "text"
    if container != expected:
        raise FileProblem(
            "wrong_file",
            path,
            f"The mapping expects the format {declared}, but this is a {container} file.",
            "Load the export the mapping was written for, or correct its format.",
        )
