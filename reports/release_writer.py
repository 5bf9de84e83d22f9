"""Publish a release: written beside the valid one, switched in one step that survives a power cut.

A publish killed at any moment leaves the release before it in place. What it left behind (folders
"building-", numbers above the newest in CURRENT) was never readable and is removed by the next.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from reports import release_tables
from reports.answers_record import HASH_NAME, Entry, remove_unpublished, write_entry
from reports.release import (
    CURRENT,
    FILE_NAME,
    NoRelease,
    Pointer,
    ReleaseBusy,
    ReleaseError,
    ReleaseVanished,
    folder_name,
    read_pointer,
)
from reports.release_file import write_file

CHECKSUM = f"{FILE_NAME}.sha256"  # as sha256sum writes it, so that it can be checked by hand
REMOVING = "removing-"
_LOCK = "publish.lock"
_BUILDING = "building-"
_SWAPPING = "current-"


def write_release(
    folder: Path, tables: Mapping[str, pd.DataFrame], *, entry: Entry | None = None
) -> int:
    """Publish tables as the next release and make it the valid one.

    Parameters
    ----------
    folder : Path
        The releases folder; made when missing.
    tables : mapping of table name to DataFrame
        One frame for each table of ``reports.release_tables`` with that table's columns. The
        frame ``release`` has one row, its ``release_id`` is filled in here.
    entry : Entry, optional
        What it adds to the record of figures about answers.

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
        with publishing(folder):
            return _write_locked(folder, tables, entry)
    except OSError as error:
        raise ReleaseError(
            f"Cannot write a release into {folder}: {error.strerror or error}. The release before "
            "it, if any, stays valid. Free space, or set OUTCOMES_HOME to a folder you may "
            "write to, and run 'outcomes publish' again."
        ) from error


def _write_locked(folder: Path, tables: Mapping[str, pd.DataFrame], entry: Entry | None) -> int:
    newest = newest_number(folder)
    if entry is not None and entry.after != newest:
        raise ReleaseBusy(
            "Another release was published meanwhile, so figures about answers have to be judged "
            "again. Run the command again; nothing was changed."
        )
    _remove_leftovers(folder, newest)
    remove_unpublished(folder, newest)
    release_id = newest + 1
    building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=folder))
    try:
        path = building / FILE_NAME
        write_file(path, tables, release_id)
        _write_checksum(path)
        if entry is not None:
            (building / HASH_NAME).write_text(f"{entry.sha256}\n", encoding="ascii")
        for written in building.iterdir():
            written.chmod(0o444)
            _sync(written)
        building.chmod(0o755)
        _sync_folder(building)
        if entry is not None:  # before the release can count as published, even without CURRENT
            write_entry(folder, release_id, entry)
            _sync_folder(folder)
        building.rename(folder / folder_name(release_id))
        _sync_folder(folder)
        point_at(folder, Pointer(release_id, release_id))
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return release_id


def newest_number(folder: Path) -> int:
    """Return the highest number ever published, 0 for none.

    Where CURRENT was lost or damaged, every numbered folder counts as published: none of them is
    removed, and no number is given twice.
    """
    try:
        return read_pointer(folder).newest
    except (NoRelease, ReleaseVanished):
        names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        return max((int(name) for name in names if name.isdigit()), default=0)


def point_at(folder: Path, pointer: Pointer) -> None:
    """Replace CURRENT in one step that survives a power cut."""
    numbers = dict.fromkeys((pointer.current, pointer.newest))
    handle, name = tempfile.mkstemp(prefix=_SWAPPING, dir=folder)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.writelines(f"{folder_name(number)}\n" for number in numbers)
        out.flush()
        os.fsync(out.fileno())
    Path(name).chmod(0o644)
    Path(name).replace(folder / CURRENT)
    _sync_folder(folder)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_checksum(path: Path) -> None:
    line = f"{sha256_of(path)}  {path.name}\n"
    (path.parent / CHECKSUM).write_text(line, encoding="ascii")


def _remove_leftovers(folder: Path, newest: int) -> None:
    """Remove what killed commands left: nothing of it was readable, or any more."""
    for entry in folder.iterdir():
        is_unfinished = entry.name.startswith((_BUILDING, _SWAPPING, REMOVING))
        is_never_valid = entry.name.isdigit() and int(entry.name) > newest
        if is_unfinished or is_never_valid:
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()


@contextmanager
def publishing(folder: Path) -> Iterator[None]:
    """Hold the right to publish, switch and remove; given back when the process dies.

    Raises
    ------
    ReleaseBusy
        Another process holds it.
    """
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


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(path: Path) -> None:
    if os.name == "posix":  # elsewhere a folder cannot be opened, and a rename needs no help
        _sync(path)
