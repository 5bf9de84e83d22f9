"""What a file is by its content, and what tells cheaply that somebody wrote to it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from etl.problems import FileProblem


@dataclass(frozen=True)
class Fingerprint:
    """Hash of a file's bytes, its time of change in nanoseconds, and its size in bytes."""

    sha256: str
    changed_at: int
    size: int


def fingerprint(path: Path) -> Fingerprint:
    """Read a file once and return its fingerprint.

    Raises
    ------
    FileProblem
        file_not_found.
    """
    try:
        with path.open("rb") as content:
            state = path.stat()
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise FileProblem(
            "file_not_found",
            path,
            f"The file cannot be read: {error.strerror}.",
            "Check its name and that you may read it.",
        ) from error
    return Fingerprint(sha256, state.st_mtime_ns, state.st_size)


def check_unchanged(path: Path, before: Fingerprint) -> None:
    """Refuse a file that was written to since its fingerprint was taken.

    Raises
    ------
    FileProblem
        file_changed.
    """
    after = path.stat()
    if (before.changed_at, before.size) != (after.st_mtime_ns, after.st_size):
        raise FileProblem(
            "file_changed",
            path,
            "The file changed while it was being read.",
            "Wait until the export has finished writing it, and load it again.",
        )
