"""Numbered, immutable releases: written beside the old one, switched in one step, only read after.

A release is a folder of its own with one SQLite file, ``releases/000001/release.sqlite``; the small
file ``releases/CURRENT`` names the one that is valid. It is replaced last and atomically, so a
publish killed at any moment leaves the release before it in place; numbers above CURRENT are
leftovers, cannot be opened and are removed by the next publish.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from reports import release_tables
from reports.release_file import reading_engine, to_frame, write_file

FILE_NAME = "release.sqlite"
_CURRENT = "CURRENT"
_LOCK = "publish.lock"
_BUILDING = "building-"
_SWAPPING = "current-"


class ReleaseError(Exception):
    """A release cannot be written or read; the message says what to do."""


class NoRelease(ReleaseError):
    """Nothing has been published yet, or not under this number."""


class ReleaseVanished(ReleaseError):
    """A published release is no longer where it was, or cannot be read any more."""


class ReleaseBusy(ReleaseError):
    """Another process is publishing."""


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
    a server starts its worker processes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = reading_engine(path)
        self.info = self._read_info()

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
        statement = sa.select(table).order_by(sa.literal_column("rowid"))
        for name, wanted in equals.items():
            column = table.columns[name]
            if isinstance(wanted, list | tuple | set | frozenset):
                statement = statement.where(column.in_(list(wanted)))
            else:
                statement = statement.where(
                    column.is_(None) if wanted is None else column == wanted
                )
        try:
            with self._engine.connect() as connection:
                rows = list(connection.execute(statement).all())
        except DatabaseError as error:
            raise _vanished(self.path) from error
        return to_frame(table, rows)

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
    try:
        text = (folder / _CURRENT).read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        raise NoRelease(
            f"Nothing has been published yet (looked in {folder}). Load exports with "
            "'outcomes load FOLDER', then run 'outcomes publish'."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ReleaseVanished(
            f"{folder / _CURRENT} cannot be read ({error}). Run 'outcomes publish' again."
        ) from error
    if not text.isdigit():
        raise ReleaseVanished(
            f"{folder / _CURRENT} does not name a release. Run 'outcomes publish' again."
        )
    return int(text)


def open_release(folder: Path, release_id: int | None = None) -> Release:
    """Open the valid release, or an earlier one by its number.

    Raises
    ------
    NoRelease
        Nothing has been published yet, or not under this number.
    ReleaseVanished
        The release was published but its file is gone or unreadable.
    """
    current = current_release_id(folder)
    wanted = current if release_id is None else release_id
    if not 1 <= wanted <= current:
        raise NoRelease(
            f"There is no release {wanted}; the releases published so far are 1 to {current}."
        )
    return Release(folder / _name(wanted) / FILE_NAME)


def write_release(folder: Path, tables: Mapping[str, pd.DataFrame]) -> int:
    """Publish tables as the next release and make it the valid one.

    Parameters
    ----------
    folder : Path
        The releases folder; made when missing.
    tables : mapping of table name to DataFrame
        One frame for each table of ``reports.release_tables`` with that table's columns. The
        frame ``release`` has one row, its ``release_id`` is filled in here.

    Returns
    -------
    int
        The number of the new release.

    Raises
    ------
    ReleaseBusy
        Another process is publishing into the same folder.
    ReleaseError
        The folder cannot be written.
    ValueError
        A table or column is missing, or unknown, or a value does not fit its column.
    """
    _check_tables(tables)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _publishing(folder):
            return _write_locked(folder, tables)
    except OSError as error:
        raise ReleaseError(
            f"Cannot write a release into {folder}: {error.strerror or error}. The release before "
            "it, if any, stays valid. Free space, or set OUTCOMES_HOME to a folder you may "
            "write to, and run 'outcomes publish' again."
        ) from error


def _write_locked(folder: Path, tables: Mapping[str, pd.DataFrame]) -> int:
    try:
        current = current_release_id(folder)
    except NoRelease:
        current = 0
    _remove_leftovers(folder, current)
    release_id = current + 1
    building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=folder))
    try:
        path = building / FILE_NAME
        write_file(path, tables, release_id)
        path.chmod(0o444)
        _sync(path)
        building.chmod(0o755)
        _sync_folder(building)
        building.rename(folder / _name(release_id))
        _sync_folder(folder)
        _switch(folder, release_id)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return release_id


def _switch(folder: Path, release_id: int) -> None:
    """Replace CURRENT in one step that survives a power cut."""
    handle, name = tempfile.mkstemp(prefix=_SWAPPING, dir=folder)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(f"{_name(release_id)}\n")
        out.flush()
        os.fsync(out.fileno())
    Path(name).chmod(0o644)
    Path(name).replace(folder / _CURRENT)
    _sync_folder(folder)


def _remove_leftovers(folder: Path, current: int) -> None:
    """Remove what killed publishes left: nothing of it was ever readable."""
    for entry in folder.iterdir():
        is_unfinished = entry.name.startswith((_BUILDING, _SWAPPING))
        is_never_valid = entry.name.isdigit() and int(entry.name) > current
        if is_unfinished or is_never_valid:
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()


@contextmanager
def _publishing(folder: Path) -> Iterator[None]:
    """Hold the right to publish; the operating system gives it back when the process dies."""
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(folder / _LOCK)),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": 0},
    )
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
            yield
            connection.exec_driver_sql("ROLLBACK")
    except OperationalError as error:
        if "locked" not in str(error.orig):
            raise OSError(str(error.orig)) from error
        raise ReleaseBusy(
            "Another publish is running. Wait until it has finished and run the command again; "
            "nothing was changed."
        ) from error


def _check_tables(tables: Mapping[str, pd.DataFrame]) -> None:
    declared = release_tables.metadata.tables
    if set(tables) != set(declared):
        wrong = sorted(set(tables) ^ set(declared))
        raise ValueError(f"Tables missing from the release, or unknown to it: {', '.join(wrong)}")
    for name, table in declared.items():
        wanted = {column.name for column in table.columns} - {"release_id"}
        if wanted != set(tables[name].columns) - {"release_id"}:
            wrong = sorted(wanted ^ (set(tables[name].columns) - {"release_id"}))
            raise ValueError(f"Columns of {name} missing or unknown: {', '.join(wrong)}")
    if len(tables["release"]) != 1:
        raise ValueError(f"The release table has {len(tables['release'])} rows instead of one")


def _vanished(path: Path) -> ReleaseVanished:
    what = "can no longer be read" if path.exists() else "is no longer there"
    return ReleaseVanished(
        f"Release {path.parent.name.lstrip('0')} {what} ({path}). "
        "Run 'outcomes publish' to make a new one; an open dashboard takes it by itself."
    )


def _name(release_id: int) -> str:
    return f"{release_id:06d}"


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(path: Path) -> None:
    if os.name == "posix":  # elsewhere a folder cannot be opened, and a rename needs no help
        _sync(path)
