"""The beginning of a file, by which formats tell whether it is theirs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from etl.reading.csv_staging import records_in
from etl.reading.file_bytes import read_container
from etl.reading.grid import GRIDS, peek_records
from etl.reading.raw_table import Hints
from etl.reading.text_traits import HEAD, peek

_RECORDS = 12


@dataclass(frozen=True)
class Sample:
    """What a file begins with.

    Parameters
    ----------
    container
        What its bytes are: see :func:`etl.reading.file_bytes.read_container`.
    """

    path: Path
    hints: Hints
    container: str

    @cached_property
    def text(self) -> str:
        """The beginning of a text; empty for other containers."""
        return peek(self.path, self.hints.encoding) if self.container == "text" else ""

    @cached_property
    def records(self) -> list[list[str]]:
        """The first records of a grid (a dozen at most); none for other containers."""
        if self.container not in GRIDS:
            return []
        if self.container == "text":
            is_whole = self.path.stat().st_size <= HEAD
            return records_in(self.text, _RECORDS, is_whole=is_whole)
        return peek_records(self.path, self.hints, _RECORDS)


def take_sample(path: Path, hints: Hints) -> Sample:
    """Look at the beginning of a file.

    Raises
    ------
    FileProblem
        What :func:`etl.reading.file_bytes.read_container` raises.
    """
    return Sample(path, hints, read_container(path))
