"""Rows read in Python into a staging table, and the names a header gives to columns."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.problems import FileProblem

MAX_COLUMNS = 16_384  # as many as a worksheet has; the engine takes seconds for a table of more
_BATCH = 50_000
_RESERVED = "source_row"
_SURROGATE = re.compile("[\ud800-\udfff]")


class RowBuffer:
    """Collects rows of text of one width and stores them under ``source_row, c0, c1, ...``."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._rows: list[Sequence[str | None]] = []
        self._numbers: list[int] = []
        self._batches: list[pa.Table] = []
        self.nul_bytes = 0
        self.lone_surrogates = 0

    @property
    def details(self) -> dict[str, str]:
        """Characters no table holds and how many of them were met, as in :class:`RawTable`."""
        found = {"nul_bytes": self.nul_bytes, "lone_surrogates": self.lone_surrogates}
        return {name: str(count) for name, count in found.items() if count}

    def widen(self, width: int) -> None:
        """Make room for longer rows; those before are NULL there."""
        if width > self.width:
            self._flush()
            self.width = width

    def add(self, source_row: int, cells: Sequence[str | None]) -> None:
        """Take a row; empty cells become NULL."""
        self._rows.append([cell or None for cell in cells])
        self._numbers.append(source_row)
        if len(self._rows) == _BATCH:
            self._flush()

    def store(self, staging: Any) -> str:
        """Stage what was collected; returns the table's name."""
        self._flush()
        whole = pa.concat_tables(self._batches, promote_options="default")
        name: str = staging.load(whole, "raw")
        return name

    def _flush(self) -> None:
        columns = list(zip(*self._rows, strict=True)) or [()] * self.width
        arrays = [pa.array(self._numbers, pa.int32())]
        arrays += [self._array(column) for column in columns]
        labels = [_RESERVED, *(f"c{n}" for n in range(self.width))]
        self._batches.append(pa.table(arrays, names=labels))
        self._rows, self._numbers = [], []

    def _array(self, cells: Sequence[str | None]) -> pa.Array:
        """Store texts; NUL is dropped and half a surrogate pair replaced, both are counted."""
        try:
            array = pa.array(cells, pa.string())
        except UnicodeEncodeError:
            whole = [cell and _SURROGATE.sub("\ufffd", cell) for cell in cells]
            self.lone_surrogates += sum(len(_SURROGATE.findall(cell or "")) for cell in cells)
            array = pa.array(whole, pa.string())
        if not pc.any(pc.match_substring(array, "\0")).as_py():
            return array
        self.nul_bytes += pc.sum(pc.count_substring(array, "\0")).as_py()
        array = pc.replace_substring(array, "\0", "")
        return pc.if_else(pc.equal(array, ""), None, array)


def tidy_name(cell: str) -> str:
    """Return a header cell as a name can be: no outer white space, single spaces inside, no NUL."""
    name = " ".join(cell.replace("\ufeff", "").replace("\0", "").split())
    return f"{name} (file)" if name.lower() == _RESERVED else name


def tidy_header(path: Path, cells: Sequence[str]) -> list[str]:
    """Return header names; blank cells stay blank.

    Raises
    ------
    FileProblem
        doubled_column (names that differ only in case count as doubled), missing_header, too_large.
    """
    check_width(path, len(cells))
    names = [tidy_name(cell) for cell in cells]
    first: dict[str, int] = {}
    for position, name in enumerate(names, 1):
        if name and name.lower() in first:
            raise FileProblem(
                "doubled_column",
                path,
                f"Two columns have the same name: columns {first[name.lower()]} and {position}.",
                "Rename or remove one of them in the export.",
                row=1,
                column=name,
            )
        first.setdefault(name.lower(), position)
    if not any(names):
        remedy = "The first row must name the columns."
        raise FileProblem("missing_header", path, "The header is blank.", remedy, row=1)
    return names


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return names of which no two are equal in any case: a repeated one gets its number behind it.

    Blank names stay blank.
    """
    found: list[str] = []
    free = {name.lower() for name in names}
    taken: set[str] = set()
    last: dict[str, int] = {}
    for name in names:
        unique, key = name, name.lower()
        while (name and unique.lower() in taken) or (unique != name and unique.lower() in free):
            last[key] = last.get(key, 1) + 1
            unique = f"{name} ({last[key]})"
        free.discard(key)
        taken.add(unique.lower())
        found.append(unique)
    return tuple(found)


def called_by_place(names: Sequence[str]) -> tuple[str, ...]:
    """Return names of which blank ones say their place, by a name no other column has."""
    own = {name.lower() for name in names}
    found = []
    for place, name in enumerate(names, 1):
        label = name or f"column_{place}"
        while not name and label in own:
            label += " (no name)"
        found.append(label)
    return tuple(found)


def check_width(path: Path, columns: int) -> None:
    """Refuse a table of more columns than any export has.

    Raises
    ------
    FileProblem
        too_large.
    """
    if columns > MAX_COLUMNS:
        raise FileProblem(
            "too_large",
            path,
            f"It has more than {MAX_COLUMNS:,} columns.",
            "Check that it is a table with one row per record, and export fewer columns.",
        )


def name_columns(
    staging: Any, table: str, names: Sequence[str], dropped: Collection[int] = ()
) -> tuple[str, tuple[str, ...]]:
    """Give the columns ``c0, c1, ...`` of a staged table the header's names.

    Columns without a name are called ``column_<n>`` where they hold anything and left out where
    not.

    Returns
    -------
    tuple
        The name of the relation and its columns, ``source_row`` left out.
    """
    kept = [n for n in range(len(names)) if n not in dropped]
    unnamed = [n for n in kept if not names[n]]
    filled: set[int] = set()
    if unnamed:
        counts = ", ".join(f"count(c{n})" for n in unnamed)
        found = staging.rows(f"SELECT {counts} FROM {table}")[0]
        filled = {n for n, count in zip(unnamed, found, strict=True) if count}
    called = called_by_place(names)
    labels = {n: called[n] for n in kept if names[n] or n in filled}
    pairs = [f"c{n} AS {quoted(label)}" for n, label in labels.items()]
    relation = staging.view(f"SELECT {', '.join([_RESERVED, *pairs])} FROM {table}", "rows")
    return relation, tuple(labels.values())


def quoted(name: str) -> str:
    """Return a column name as an SQL identifier."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
