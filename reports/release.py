"""Numbered, immutable releases and how they are read.

A release is a folder of its own with one SQLite file, ``releases/000001/release.sqlite``; the small
file ``releases/CURRENT`` names the one that is valid. ``reports.release_writer`` replaces it last
and atomically. While an earlier release is the valid one, CURRENT has a second line with the
highest number ever published, so that no number is given twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from reports import packed_cells, release_tables
from reports.release_file import columns_held, reading_engine, to_frame

FILE_NAME = "release.sqlite"
CURRENT = "CURRENT"


class ReleaseError(Exception):
    """A release cannot be written or read; the message says what to do."""


class NoRelease(ReleaseError):
    """Nothing has been published yet, or not under this number."""


class ReleaseVanished(ReleaseError):
    """A published release is no longer where it was, or cannot be read any more."""


class ReleaseBusy(ReleaseError):
    """Another process is publishing."""


@dataclass(frozen=True)
class Pointer:
    """What CURRENT says.

    Attributes
    ----------
    current : int
        Number of the valid release.
    newest : int
        Highest number ever published; releases above it were never valid.
    """

    current: int
    newest: int


@dataclass(frozen=True)
class ReleaseInfo:
    """What a release says about itself.

    Attributes
    ----------
    release_id : int
        Its number, counted from 1.
    built_at : datetime
        When it was published (UTC), the only moment in a release.
    data_as_of : date
        Last day the data speaks about.
    code_version : str
        Version of the program that published it.
    metric_versions_sha256 : str
        One hash over every metric's declaration.
    disclosure_policy : str
        The rules by which figures were withheld, in words.
    minimum_group : int
        People below which a figure is withheld.
    is_sample : bool
        True when it was built from the invented sample.
    """

    release_id: int
    built_at: dt.datetime
    data_as_of: dt.date
    code_version: str
    metric_versions_sha256: str
    disclosure_policy: str
    minimum_group: int
    is_sample: bool


class Release:
    """One published release, open for reading. Create with :func:`open_release`.

    Safe to share between threads; holds no file open between calls, so it can also be made before
    a server starts its worker processes. What a release of an earlier version did not hold yet
    reads as empty: a table without rows, a column without values.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = reading_engine(path)
        with self._reading() as connection:
            self._held = columns_held(connection)
        self.info = self._read_info()

    def holds(self, table_name: str, column_name: str | None = None) -> bool:
        """Tell whether a table, or a column of it, existed when this release was published."""
        columns = self._held.get(table_name, frozenset())
        return bool(columns) if column_name is None else column_name in columns

    def count(self, table_name: str) -> int:
        """Return how many rows a table has."""
        if not self.holds(table_name):
            return 0
        table = release_tables.metadata.tables[table_name]
        with self._reading() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)

    def tally(self, table_name: str, column_name: str) -> dict[str, int]:
        """Return how many rows a table has by the values of a text column."""
        table = release_tables.metadata.tables[table_name]
        if not self.holds(table_name, column_name):
            return {}
        column = table.columns[column_name]
        query = sa.select(column, sa.func.count()).group_by(column).order_by(column)
        with self._reading() as connection:
            return {str(value): int(count) for value, count in connection.execute(query)}

    def frame(self, table_name: str, /, **equals: object) -> pd.DataFrame:
        """Return rows of one table, in published order.

        Parameters
        ----------
        table_name : str
            A table of ``reports.release_tables``.
        **equals : value, list of values, or None per column
            Only rows whose column equals the value, is one of the list, or (None) has no value.

        Returns
        -------
        DataFrame
            Days and moments as datetime64, integers as int64 (float64 where values are missing),
            fractions as float64, flags as bool (object where missing), text as str.

        Raises
        ------
        ReleaseVanished
            The file is gone or cannot be read.
        KeyError
            No such table or column.
        """
        table = release_tables.metadata.tables[table_name]
        columns = {column.name: self._column(column) for column in table.columns}
        statement = sa.select(*columns.values()).select_from(table)
        statement = statement.order_by(*self._order(table_name))
        for name, wanted in equals.items():
            column = columns[name]
            if isinstance(wanted, list | tuple | set | frozenset):
                statement = statement.where(column.in_(list(wanted)))
            else:
                statement = statement.where(
                    column.is_(None) if wanted is None else column == wanted
                )
        if not self.holds(table_name):
            return to_frame(table, [])
        with self._reading() as connection:
            rows = list(connection.execute(statement).all())
        return to_frame(table, rows)

    def figures(self, *, metric_ids: Sequence[str], periods: Sequence[str]) -> pd.DataFrame:
        """Return many rows of ``metric_cell`` fast, texts as objects.

        Raises
        ------
        ReleaseVanished
            The file is gone or cannot be read.
        """
        if not self.holds(packed_cells.cell.name):
            return self.frame("metric_cell", metric_id=list(metric_ids), period=list(periods))
        with self._reading() as connection:
            return packed_cells.unpack(connection, metric_ids=metric_ids, periods=periods)

    def _order(self, table_name: str) -> list[sa.ColumnClause[Any]]:
        """Return what rows of a table are read in the order of; a view has no rows of its own."""
        is_packed = self.holds(table_name, packed_cells.ORDER[0].name)
        return packed_cells.ORDER if is_packed else [sa.literal_column("rowid")]

    def _column(self, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        if self.holds(column.table.name, column.name):
            return column
        return sa.literal(None, column.type).label(column.name)

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except DatabaseError as error:
            raise _vanished(self.path) from error

    def _read_info(self) -> ReleaseInfo:
        found = self.frame("release")
        if len(found) != 1:
            raise _vanished(self.path)
        row = found.iloc[0]
        values = {field.name: row[field.name] for field in fields(ReleaseInfo)}
        values["release_id"] = int(values["release_id"])
        values["minimum_group"] = int(values["minimum_group"])
        values["is_sample"] = bool(values["is_sample"])
        values["built_at"] = values["built_at"].to_pydatetime()
        values["data_as_of"] = values["data_as_of"].date()
        return ReleaseInfo(**values)


def current_release_id(folder: Path) -> int:
    """Return the number of the valid release; cheap enough to ask at every request.

    Raises
    ------
    NoRelease
        Nothing has been published into ``folder``.
    ReleaseVanished
        CURRENT is there but does not hold a number.
    """
    return read_pointer(folder).current


def read_pointer(folder: Path) -> Pointer:
    """Return what CURRENT says; raises as :func:`current_release_id` does."""
    try:
        words = (folder / CURRENT).read_text(encoding="ascii").split()
    except (FileNotFoundError, NotADirectoryError):
        raise NoRelease(
            f"Nothing has been published yet (looked in {folder}). Load exports with "
            "'outcomes load FOLDER', then run 'outcomes publish'."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ReleaseVanished(
            f"{folder / CURRENT} cannot be read ({error}). Run 'outcomes publish' again."
        ) from error
    numbers = [int(word) for word in words if word.isdigit()]
    if not 1 <= len(words) <= 2 or len(numbers) != len(words) or numbers[-1] < numbers[0]:
        raise ReleaseVanished(
            f"{folder / CURRENT} does not name a release. Run 'outcomes publish' again."
        )
    return Pointer(numbers[0], numbers[-1])


def open_release(folder: Path, release_id: int | None = None) -> Release:
    """Open the valid release, or another one by its number.

    Raises
    ------
    NoRelease
        Nothing has been published yet, or not under this number, or it was removed since.
    ReleaseVanished
        The release was published but its file is gone or unreadable.
    """
    pointer = read_pointer(folder)
    wanted = pointer.current if release_id is None else release_id
    if not 1 <= wanted <= pointer.newest:
        raise NoRelease(
            f"There is no release {wanted}; the releases published so far are 1 to "
            f"{pointer.newest}."
        )
    path = folder / folder_name(wanted) / FILE_NAME
    if wanted != pointer.current and not path.parent.exists():
        raise NoRelease(
            f"Release {wanted} is no longer kept. 'outcomes releases list' shows which are."
        )
    return Release(path)


def folder_name(release_id: int) -> str:
    """Return the name of a release's folder: "000001"."""
    return f"{release_id:06d}"


def _vanished(path: Path) -> ReleaseVanished:
    what = "can no longer be read" if path.exists() else "is no longer there"
    return ReleaseVanished(
        f"Release {path.parent.name.lstrip('0')} {what} ({path}). "
        "Run 'outcomes publish' to make a new one; an open dashboard takes it by itself."
    )
