"""What is wrong with a file as a whole, said so that a non-programmer can act on it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(eq=False)
class FileProblem(Exception):
    """A file that cannot be loaded; nothing of it was.

    Parameters
    ----------
    code
        Stable name of the problem: file_not_found, is_directory, empty_file, wrong_file,
        unreadable_bytes, too_large, missing_header, doubled_column, missing_column,
        ambiguous_dates, ambiguous_numbers, missing_date, no_mapping, bad_mapping,
        unsupported_generation, unsafe_content.
    file
        The file, as the user named it.
    problem, remedy
        What is wrong and what to do about it; one sentence each.
    row
        Row as a spreadsheet numbers it, header = 1.
    column, value
        The column and the value that broke it, as the file has them.
    """

    code: str
    file: str | Path
    problem: str
    remedy: str
    row: int | None = None
    column: str | None = None
    value: str | None = None

    def __post_init__(self) -> None:
        super().__init__(self.code, self.file, self.problem, self.remedy, self.row, self.column)

    def __str__(self) -> str:
        places = [str(self.file)]
        if self.row is not None:
            places.append(f"row {self.row}")
        if self.column is not None:
            places.append(f'column "{self.column}"')
        if self.value is not None:
            places.append(f'value "{self.value}"')
        return f"{', '.join(places)}: {self.problem} {self.remedy}"


def nearest(name: str, allowed: Iterable[str], limit: int = 3) -> list[str]:
    """Return the names of ``allowed`` that look most like ``name``, best first."""
    by_plain = {_plain(candidate): candidate for candidate in allowed}
    found = difflib.get_close_matches(_plain(name), list(by_plain), n=limit, cutoff=0.5)
    return [by_plain[plain] for plain in found]


def did_you_mean(name: str, allowed: Iterable[str]) -> str:
    """Return a sentence such as ``Did you mean "Pair ID" or "Pair"?``, or nothing."""
    found = [f'"{candidate}"' for candidate in nearest(name, allowed)]
    return f" Did you mean {' or '.join(found)}?" if found else ""


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
