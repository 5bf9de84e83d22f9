"""Files read together as one table: the number of a row says in which of them it stands.

Checking and merging ten rows costs nearly what a thousand cost, so lists of one kind are checked
and merged at once. A row is called by its number in the table until it is stored; what is written
down about it is its file and its row there. A file alone is a bundle of one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from etl.ledger import NotReconciled
from etl.people.identity import Provenance, provenance_sql
from etl.reading.row_staging import literal
from warehouse.engine import MergeCounts

_BITS = 21  # more rows than a worksheet has; a thousand files fit a whole number of the engine
MOST_ROWS = 1 << _BITS


class Entangled(Exception):
    """What becomes of the rows of one file depends on another: they must be loaded in turn."""


@dataclass(frozen=True)
class Bundle:
    """Files of one source whose rows are checked and merged together, in their order."""

    files: tuple[Provenance, ...]

    def __len__(self) -> int:
        return len(self.files)

    @property
    def source_system(self) -> str:
        """Source of all of them."""
        return self.files[0].source_system

    @property
    def batch_id(self) -> str:
        """Batch in which they are loaded."""
        return self.files[0].batch_id

    @property
    def now(self) -> dt.datetime:
        """Moment of the load."""
        return self.files[0].now

    def first_row(self, file: int) -> int:
        """Return what is added to the rows of a file to number them within the bundle."""
        return file * MOST_ROWS

    def file_of(self, row: int) -> int:
        """Return the place of a row's file in the bundle, counted from 0."""
        return row // MOST_ROWS if len(self) > 1 else 0

    def file_sql(self, row: str = "source_row") -> str:
        """Return the same as SQL."""
        return f"({row} >> {_BITS})" if len(self) > 1 else "0"

    def row_sql(self, row: str = "source_row") -> str:
        """Return a row's number in its file."""
        return f"({row} & {MOST_ROWS - 1})" if len(self) > 1 else row

    def text_sql(self, texts: Sequence[str], row: str = "source_row") -> str:
        """Return the text of a row's file, given one per file."""
        if len(self) == 1:
            return literal(texts[0])
        return f"[{', '.join(map(literal, texts))}][{self.file_sql(row)} + 1]"

    def columns(self, record_id: str, source_row: str) -> str:
        """Return the provenance columns as SQL, given the two that differ by row."""
        content = self.text_sql([one.file_sha256 for one in self.files], source_row)
        return provenance_sql(self.files[0], record_id, content, self.row_sql(source_row))


def merged_by_file(merged: MergeCounts, kept: Sequence[int]) -> list[MergeCounts]:
    """Return what a merge did, file by file, given how many rows of each it took.

    Raises
    ------
    Entangled
        Some rows were new and others not, so that it cannot be said of which files.
    """
    if len(kept) == 1:
        return [merged]
    if sum(kept) != merged.rows:
        raise NotReconciled(f"{sum(kept)} rows of {len(kept)} files were merged, but {merged}")
    if merged.inserted == merged.rows:
        return [MergeCounts(rows, 0, 0) for rows in kept]
    if merged.updated == merged.rows:
        return [MergeCounts(0, rows, 0) for rows in kept]
    if merged.unchanged == merged.rows:
        return [MergeCounts(0, 0, rows) for rows in kept]
    raise Entangled
