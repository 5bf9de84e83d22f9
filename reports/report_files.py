"""The files a report is written to: one line per format, so that whoever checks them sees all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reports.content import Quarterly
from reports.writers.tidy import write_tidy
from reports.writers.workbook import write_workbook

WRITERS: tuple[tuple[str, Callable[[Quarterly, Path], None]], ...] = (
    (".xlsx", write_workbook),
    (".csv", write_tidy),
)


def write_files(content: Quarterly, folder: Path) -> list[Path]:
    """Write a quarter's report in every format; existing files are replaced.

    Parameters
    ----------
    content : Quarterly
        From :func:`reports.quarterly.build_quarter`.
    folder : Path
        Made if it is not there.

    Returns
    -------
    list of Path

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"program-outcomes-{content.quarter}"
    paths = []
    for ending, write in WRITERS:
        path = stem.with_suffix(ending)
        write(content, path)
        paths.append(path)
    return paths
