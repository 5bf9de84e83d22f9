"""Load exported files into the warehouse, each in a transaction of its own."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from etl.archives import Archives
from etl.file_load import Run, load_file
from etl.ledger import Seen
from etl.planning import Planned, may_be_export, plan_files, refusal
from etl.problems import FileProblem
from etl.report import FileOutcome, LoadReport
from warehouse.engine import StagingError, Warehouse, WarehouseError

Progress = Callable[[int, int, str], None]


def load_paths(
    warehouse: Warehouse,
    paths: Iterable[Path],
    *,
    mapping: Path | None = None,
    now: dt.datetime,
    progress: Progress | None = None,
) -> LoadReport:
    """Load files and folders of files, in the order in which their entities depend.

    Each file is loaded whole or not at all, with its rejected rows, its ledger lines, and what is
    derived from it. A file that is refused does not keep others from being loaded.

    Parameters
    ----------
    warehouse
        An open warehouse.
    paths
        Files, and folders to walk through.
    mapping
        Mapping for all files; found by name and content otherwise.
    now
        Moment of the load, UTC without zone.
    progress
        Called before each file and at the end with files done, files in all, and file name.

    Raises
    ------
    WarehouseError
        The warehouse cannot be written (busy, no permission, disk full); the file being loaded
        left nothing behind.
    """
    batch_id = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    run = Run(batch_id, now, Seen.read(warehouse))
    with Archives(may_be_export) as archives:
        planned, refused = plan_files(paths, archives, mapping)
        outcomes = list(refused)
        for done, one in enumerate(planned):
            if progress:
                progress(done, len(planned), one.export.name)
            outcomes.append(_load_one(warehouse, one, run))
    if progress:
        progress(len(planned), len(planned), "")
    return LoadReport(run.batch_id, tuple(outcomes))


def _load_one(warehouse: Warehouse, planned: Planned, run: Run) -> FileOutcome:
    """Load a file in a transaction of its own and tell what became of it."""
    try:
        before = _fingerprint(planned.path)
        with warehouse.writing() as writer:
            outcome = load_file(writer, planned, before.sha256, run)
            _check_unchanged(planned.path, before)
    except FileProblem as problem:
        return refusal(planned.export, problem)
    except (DBAPIError, StagingError, OSError) as error:
        raise _explain(planned.export.name, error) from error
    run.note(outcome, planned.mapping, before.sha256)
    return outcome


@dataclass(frozen=True)
class _Fingerprint:
    """Content of a file, and what tells cheaply that it was written to."""

    sha256: str
    changed_at: int
    size: int


def _fingerprint(path: Path) -> _Fingerprint:
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
    return _Fingerprint(sha256, state.st_mtime_ns, state.st_size)


def _check_unchanged(path: Path, before: _Fingerprint) -> None:
    """Refuse a file that was written to while it was read."""
    after = path.stat()
    if (before.changed_at, before.size) != (after.st_mtime_ns, after.st_size):
        raise FileProblem(
            "file_changed",
            path,
            "The file changed while it was being read.",
            "Wait until the export has finished writing it, and load it again.",
        )


def _explain(name: str, error: Exception) -> WarehouseError:
    """Say in words that the warehouse could not be written."""
    cause = str(getattr(error, "orig", error)).strip().split("\n", 1)[0]
    return WarehouseError(
        f"{name} was not loaded and left nothing behind: {cause}. Check that there is room on "
        "the disk and that you may write to the warehouse, then load it again."
    )
