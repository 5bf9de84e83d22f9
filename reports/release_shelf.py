"""The releases that are kept: what each is, which of them is valid, and which may go.

Reading never waits for anything here: a release is taken away by renaming its folder, and whoever
is reading its file at that moment finishes; the next look opens the valid one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reports.release import (
    FILE_NAME,
    NoRelease,
    Pointer,
    Release,
    ReleaseError,
    ReleaseInfo,
    ReleaseVanished,
    folder_name,
    read_pointer,
)
from reports.release_file import is_intact
from reports.release_writer import (
    CHECKSUM,
    REMOVING,
    newest_number,
    point_at,
    publishing,
    sha256_of,
)
from warehouse.periods import quarter_of

KEEP = 10


@dataclass(frozen=True)
class Kept:
    """A release on the shelf.

    Attributes
    ----------
    release_id : int
    is_current : bool
        True for the one that pages and reports read.
    size_bytes : int
        Size of its file; 0 where it is gone.
    info : ReleaseInfo or None
        What it says about itself; None where it cannot be read.
    shown, withheld : int
        Figures with a value, and those suppressed, as the release holds them.
    problem : str
        Why it cannot be read, in words.
    """

    release_id: int
    is_current: bool
    size_bytes: int
    info: ReleaseInfo | None = None
    shown: int = 0
    withheld: int = 0
    problem: str = ""


@dataclass(frozen=True)
class Retention:
    """Which releases are kept.

    Attributes
    ----------
    newest : int
        So many of the highest numbers, at least 1.
    quarter_ends : bool
        Of every quarter the last release whose data ends in it, so that a quarter's report can be
        written again.
    """

    newest: int = KEEP
    quarter_ends: bool = True


@dataclass(frozen=True)
class Verdict:
    """What a retention policy says of one release."""

    kept: Kept
    is_removed: bool
    reason: str


def list_releases(folder: Path) -> tuple[Kept, ...]:
    """Return every kept release, the newest first.

    Raises
    ------
    NoRelease
        Nothing has been published yet.
    ReleaseVanished
        CURRENT is damaged.
    """
    pointer = read_pointer(folder)
    numbers = {int(entry.name) for entry in folder.iterdir() if entry.name.isdigit()}
    wanted = {number for number in numbers if number <= pointer.newest} | {pointer.current}
    return tuple(_look_at(folder, number, pointer) for number in sorted(wanted, reverse=True))


def open_whole(folder: Path, release_id: int) -> Release:
    """Open a release after checking that its file is exactly as it was published.

    A release of an early version has no checksum; its database is checked instead.

    Raises
    ------
    NoRelease
        It is not kept, or was never published.
    ReleaseVanished
        Its file is gone or damaged.
    """
    path = folder / folder_name(release_id) / FILE_NAME
    if release_id > newest_number(folder) or not path.parent.is_dir():
        raise NoRelease(
            f"There is no release {release_id}. 'outcomes releases list' shows those there are."
        )
    release = Release(path)
    check_whole(release)
    if release.info.release_id != release_id:
        raise _not_as_published(release, release_id)
    return release


def check_whole(release: Release) -> None:
    """Check that a release's file is exactly as it was published.

    Raises
    ------
    ReleaseVanished
        It is damaged.
    """
    checksum = release.path.parent / CHECKSUM
    is_whole = is_intact(release.path)
    if checksum.is_file():
        is_whole &= checksum.read_text(encoding="ascii").split()[:1] == [sha256_of(release.path)]
    if not is_whole:
        raise _not_as_published(release, int(release.path.parent.name))


def _not_as_published(release: Release, number: int) -> ReleaseVanished:
    return ReleaseVanished(
        f"Release {number} is damaged: its file is not as it was published ({release.path}). "
        "Choose another one, which 'outcomes releases list' shows, or run 'outcomes publish'."
    )


def use_release(folder: Path, release_id: int) -> bool:
    """Make an earlier (or later) release the valid one, in one step; False where it was already.

    Nothing is removed, and the next publish takes the number after the highest ever given.

    Raises
    ------
    NoRelease, ReleaseVanished
        It is not kept, or its file is not whole; the valid release stays the valid one.
    ReleaseBusy
        A publish is running.
    """
    with _changing(folder):
        open_whole(folder, release_id)
        if _current(folder) == release_id:
            return False
        point_at(folder, Pointer(release_id, newest_number(folder)))
        return True


def plan_prune(kept: Sequence[Kept], retention: Retention) -> tuple[Verdict, ...]:
    """Say of every release whether it would be removed, and why it is kept.

    The valid release is never removed, nor one that cannot be read: nobody knows what it is.
    """
    by_number = sorted(kept, key=lambda one: one.release_id, reverse=True)
    newest = {one.release_id for one in by_number[: max(retention.newest, 1)]}
    last_of: dict[str, int] = {}
    for one in reversed(by_number):
        if one.info is not None:
            last_of[quarter_of(one.info.data_as_of).name] = one.release_id
    quarter = {number: name for name, number in last_of.items()}
    verdicts = []
    for one in by_number:
        reason = ""
        if one.is_current:
            reason = "current"
        elif one.info is None:
            reason = "cannot be read; look at it yourself"
        elif one.release_id in newest:
            reason = f"among the newest {retention.newest}"
        elif retention.quarter_ends and one.release_id in quarter:
            reason = f"last release of {quarter[one.release_id]}"
        verdicts.append(Verdict(one, not reason, reason))
    return tuple(verdicts)


def prune_releases(folder: Path, retention: Retention) -> tuple[Verdict, ...]:
    """Remove what the policy does not keep; return the verdict on every release.

    Raises
    ------
    NoRelease, ReleaseVanished
        Nothing was published, or CURRENT is damaged; nothing is removed.
    ReleaseBusy
        A publish is running.
    """
    read_pointer(folder)
    with _changing(folder):
        verdicts = plan_prune(list_releases(folder), retention)
        for verdict in verdicts:
            if verdict.is_removed:
                _remove(folder, verdict.kept.release_id)
    return verdicts


def _look_at(folder: Path, number: int, pointer: Pointer) -> Kept:
    path = folder / folder_name(number) / FILE_NAME
    is_current = number == pointer.current
    size = path.stat().st_size if path.is_file() else 0
    try:
        release = Release(path)
        by_status = release.tally("metric_cell", "status")
    except ReleaseError as error:
        return Kept(number, is_current, size, problem=str(error))
    shown, withheld = by_status.get("shown", 0), by_status.get("suppressed", 0)
    return Kept(number, is_current, size, release.info, shown, withheld)


def _remove(folder: Path, number: int) -> None:
    """Take a release off the shelf in one step, then free its space.

    Killed in between, the rest is removed by the next publish.
    """
    name = folder_name(number)
    aside = folder / f"{REMOVING}{name}"
    (folder / name).rename(aside)
    shutil.rmtree(aside)


def _current(folder: Path) -> int | None:
    try:
        return read_pointer(folder).current
    except (NoRelease, ReleaseVanished):  # lost or damaged: choosing a release mends it
        return None


@contextmanager
def _changing(folder: Path) -> Iterator[None]:
    if not folder.is_dir():
        raise NoRelease(
            f"Nothing has been published yet (looked in {folder}). Run 'outcomes publish' first."
        )
    try:
        with publishing(folder):
            yield
    except OSError as error:
        raise ReleaseError(
            f"Cannot change the releases in {folder}: {error.strerror or error}. "
            "Ask whoever may write there, or set OUTCOMES_HOME to your own folder."
        ) from error
