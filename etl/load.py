"""Load exported files into the warehouse, each whole or not at all."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from etl.choosing.choice import choose_mapping
from etl.choosing.remembered import survey_mapping
from etl.file_load import HISTORY_INPUTS, LoadedFile, Run, derive, load_files
from etl.formats import recognize, returned_rows
from etl.ledger import Seen, begin_batch
from etl.mapping.mapping import Mapping
from etl.planning import Planned, may_be_export, plan_files, refusal
from etl.problems import FileProblem
from etl.reading.archives import Archives
from etl.reading.fingerprint import check_unchanged, fingerprint
from etl.report import FileOutcome, LoadReport
from etl.rows.bundle import Entangled
from etl.rows.returned import mapping_of_returned
from etl.shrink import LARGEST_SHRINK
from warehouse.engine import StagingError, Warehouse, Writer, not_written
from warehouse.tables import refused_file

_TOGETHER = 100  # files in one transaction at most
_SMALL = 1 << 19  # bytes of a file that may share one
_LIGHT = 1 << 22  # bytes of files for which further threads cost more than they do
Progress = Callable[[int, int, str], None]
Transaction = Callable[[], AbstractContextManager[Writer]]


@dataclass(frozen=True)
class LoadOptions:
    """What a load may be told beside its files.

    Parameters
    ----------
    corrections
        Folders with corrections of known errors, besides those that lie beside a file.
    largest_shrink
        Share of rows a source may lose from one export to the next; 1 lets anything pass.
    dry_run
        True to find out what would happen and keep nothing.
    """

    corrections: tuple[Path, ...] = ()
    largest_shrink: float = LARGEST_SHRINK
    dry_run: bool = False


DEFAULTS = LoadOptions()


def load_paths(
    warehouse: Warehouse,
    paths: Iterable[Path],
    *,
    mapping: Path | None = None,
    now: dt.datetime,
    progress: Progress | None = None,
    options: LoadOptions = DEFAULTS,
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
    run = Run(batch_id, now, Seen.read(warehouse), options.largest_shrink)
    with Archives(may_be_export) as archives, _transactions(warehouse, options) as transaction:
        choose = partial(_choose, warehouse, run, mapping)
        planned, refused = plan_files(paths, archives, choose, options.corrections)
        outcomes = list(refused)
        done = 0
        groups = _groups(planned, 1 if options.dry_run else _TOGETHER)
        for is_light, some in groupby(groups, _is_light):
            with warehouse.sparingly() if is_light else nullcontext():
                for group in some:
                    if progress:
                        progress(done, len(planned), group[0].export.name)
                    outcomes += _load_group(transaction, group, run)
                    done += len(group)
        if not options.dry_run:
            _note_refused(warehouse, outcomes, run)
    if progress:
        progress(len(planned), len(planned), "")
    return LoadReport(run.batch_id, tuple(outcomes))


def _choose(warehouse: Warehouse, run: Run, mapping: Path | None, path: Path) -> Mapping:
    """Return the mapping of a file; what was read before may decide it."""
    if recognize(path) == returned_rows.NAME:
        return mapping_of_returned(warehouse, path)
    return choose_mapping(path, mapping, partial(survey_mapping, warehouse, run.seen))


@contextmanager
def _transactions(warehouse: Warehouse, options: LoadOptions) -> Iterator[Transaction]:
    """Yield what opens the transaction of a file: one each, or one for a trial that undoes all."""
    if not options.dry_run:
        yield warehouse.writing
        return
    with warehouse.writing(keep=False) as writer:
        yield lambda: nullcontext(writer)


def _groups(planned: Sequence[Planned], largest: int) -> Iterator[list[Planned]]:
    """Yield files that follow each other and may share a transaction.

    Opening a transaction and deriving what follows costs more than loading a list of ten rows.
    """
    group: list[Planned] = []
    for one in planned:
        if group and not (len(group) < largest and _may_share(group, one)):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _may_share(group: Sequence[Planned], one: Planned) -> bool:
    """Tell whether a file may join a group: a small one of its mapping, or one more of HR.

    From files of HR together history is derived once. Of one mapping they stay apart: what a
    snapshot says anew is told cheaply only when it comes by itself.
    """
    if _is_of_hr(one) != _is_of_hr(group[0]):
        return False
    if _is_of_hr(one):
        known = {each.mapping.sha256 for each in group}
        return one.mapping.sha256 not in known and _is_light([*group, one])
    is_alike = one.mapping.sha256 == group[0].mapping.sha256
    return is_alike and _size(one) <= _SMALL and _size(group[0]) <= _SMALL


def _is_of_hr(planned: Planned) -> bool:
    """Tell whether history is derived from a file."""
    return bool(planned.entities & HISTORY_INPUTS)


def _is_light(group: Sequence[Planned]) -> bool:
    return sum(map(_size, group)) <= _LIGHT


def _size(planned: Planned) -> float:
    try:
        return planned.path.stat().st_size
    except OSError:
        return math.inf


def _load_group(transaction: Transaction, group: Sequence[Planned], run: Run) -> list[FileOutcome]:
    """Load files in one transaction; where one of them is refused, each in its own."""
    try:
        try:
            loaded = _commit(transaction, group, run)
        except Entangled:
            loaded = _commit(transaction, group, run, apart=True)
    except FileProblem as problem:
        if len(group) == 1:
            return [refusal(group[0].export, problem)]
        return [outcome for one in group for outcome in _load_group(transaction, [one], run)]
    return [one.outcome for one in loaded]


def _commit(
    transaction: Transaction, group: Sequence[Planned], run: Run, *, apart: bool = False
) -> list[LoadedFile]:
    """Load files in one transaction and note them once it is committed."""
    name = group[0].export.name + (f" (with {len(group) - 1} like it)" if group[1:] else "")
    try:
        with transaction() as writer:
            prints = [fingerprint(one.path) for one in group]
            files = [(one, found.sha256) for one, found in zip(group, prints, strict=True)]
            loaded = load_files(writer, files, run.copy(), apart=apart)
            derive(writer, loaded)
            for one, before in zip(group, prints, strict=True):
                check_unchanged(one.path, before)
    except (DBAPIError, StagingError, OSError) as error:
        raise not_written(name, error) from error
    for file in loaded:
        run.note(file)
    return loaded


def _note_refused(warehouse: Warehouse, outcomes: Sequence[FileOutcome], run: Run) -> None:
    """Write down which files were refused and why, so that pages can show it."""
    refused = [(one, one.problem) for one in outcomes if one.problem is not None]
    if not refused:
        return
    rows = [
        {
            "batch_id": run.batch_id,
            "file_name": one.name,
            "code": problem.code,
            "problem": problem.problem,
            "remedy": problem.remedy,
            "refused_at": run.now,
        }
        for one, problem in refused
    ]
    with warehouse.writing() as writer:
        if not run.is_begun:
            begin_batch(writer, run.batch_id, run.now)
        writer.execute(sa.insert(refused_file), rows)
