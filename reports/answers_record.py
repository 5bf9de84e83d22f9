"""What was ever published about answers: the publisher's own memory, one file per release.

Figures about answers are append-only, and a year's audit needs the sums as they were when its
quarters were published. Both are kept here, apart from the releases, so that removing a release,
or going back to an earlier one, forgets nothing. Nothing but publishing and its audit reads these
files; they are closed to other users of the machine.

A file belongs to the release of its number and is written before that release becomes valid. One
above the newest number was left by a publish that was killed: it is not read, and the next publish
removes it. Each file holds a hash over those before it, and each release one over all of its own,
so that a missing or changed file is noticed, and then nothing is published.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from reports.release import ReleaseError, folder_name

FOLDER = "answers"
CELL_KEYS = ["metric_id", "cohort", "department", "population", "period_kind", "period"]
CELLS = [
    *CELL_KEYS, "value", "lower", "upper", "bound", "n", "status", "reason", "metric_version",
]  # fmt: skip
ATOMS = [
    "metric_id", "department", "cohort", "population", "quarter", "n", "people", "total", "low",
    "high", "units_per_point",
]  # fmt: skip
BLOCKS = [
    "metric_id", "block", "figures", "shown", "few_answers", "worked_out", "respondents",
    "respondents_hidden", "groups", "tightest_range", "numbers", "targets", "tightest_attack",
]  # fmt: skip
HASH_NAME = "answers.sha256"  # beside a release: what the record's hash was with it
_BUILDING = "building-"


class RecordLost(ReleaseError):
    """What earlier releases showed about answers is not known any more."""


def _empty(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=columns)


@dataclass(frozen=True)
class Record:
    """What releases showed about answers.

    Attributes
    ----------
    cells : DataFrame
        Figures shown and hidden, as published: CELLS.
    atoms : DataFrame
        Sums of answers behind them, as they were then: ``warehouse.voice.surveys.COLUMNS``.
    blocks : DataFrame
        What each audit and attack counted, by metric and block (a quarter, or a closed year with
        its quarters): BLOCKS.
    minimum_group : int or None
        Rule they were published under; None where there are none.
    crosses_at_year_end : bool
    newest : int
        Highest number published when this was read.
    sha256 : str
        Over all files read, "" for none.
    """

    cells: pd.DataFrame = field(default_factory=lambda: _empty(CELLS))
    atoms: pd.DataFrame = field(default_factory=lambda: _empty(ATOMS))
    blocks: pd.DataFrame = field(default_factory=lambda: _empty(BLOCKS))
    minimum_group: int | None = None
    crosses_at_year_end: bool = False
    newest: int = 0
    sha256: str = ""


@dataclass(frozen=True)
class Entry:
    """What one release adds to the record.

    Attributes
    ----------
    text : str
        The file; "" where the release adds nothing.
    after : int
        Highest number published when the record was read; nothing may have come in between.
    sha256 : str
        Over the record with this entry.
    """

    text: str
    after: int
    sha256: str


def read_record(folder: Path, newest: int) -> Record:
    """Return everything published up to a release, whether it is still kept or not.

    Parameters
    ----------
    folder : Path
        The releases folder.
    newest : int
        Highest number ever published; where its release is still kept and was published with a
        record, the record must be the same.

    Raises
    ------
    RecordLost
        A file is missing, changed or cannot be read.
    """
    parts, sha256 = [], ""
    for path in _files(folder):
        if int(path.stem) <= newest:
            text = _read(path)
            content = _parsed(path, text)
            if content.get("before") != sha256:
                raise _lost(path)
            sha256 = _chained(sha256, text)
            parts.append(content)
    beside = folder / folder_name(newest) / HASH_NAME
    if beside.is_file() and _read(beside).strip() != sha256:
        raise _lost(folder / FOLDER)
    if not parts:
        return Record(newest=newest)
    return Record(
        cells=_together(parts, "cells", CELLS),
        atoms=_together(parts, "atoms", ATOMS),
        blocks=_together(parts, "blocks", BLOCKS),
        minimum_group=int(parts[-1]["minimum_group"]),
        crosses_at_year_end=bool(parts[-1]["crosses_at_year_end"]),
        newest=newest,
        sha256=sha256,
    )


def entry_after(record: Record, added: Record) -> Entry:
    """Return what a release adds; ``added`` holds the rules it is published under."""
    if added.blocks.empty:
        return Entry("", record.newest, record.sha256)
    content: dict[str, object] = {
        "before": record.sha256,
        "minimum_group": added.minimum_group,
        "crosses_at_year_end": added.crosses_at_year_end,
    }
    for name in ("cells", "atoms", "blocks"):
        table = getattr(added, name)
        content[name] = json.loads(table.to_json(orient="split", index=False, double_precision=15))
    text = json.dumps(content, separators=(",", ":")) + "\n"
    return Entry(text, record.newest, _chained(record.sha256, text))


def write_entry(folder: Path, number: int, entry: Entry) -> None:
    """Store an entry, safe on the disk when this returns; it counts once the release is valid."""
    if not entry.text:
        return
    inside = folder / FOLDER
    inside.mkdir(mode=0o700, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=_BUILDING, dir=inside)  # readable by its owner only
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(entry.text)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(inside / f"{folder_name(number)}.json")


def remove_unpublished(folder: Path, newest: int) -> None:
    """Remove what killed publishes left: nothing of it was ever read."""
    inside = folder / FOLDER
    for path in inside.iterdir() if inside.is_dir() else ():
        if path.name.startswith(_BUILDING) or (path.stem.isdigit() and int(path.stem) > newest):
            path.unlink()


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(p for p in (folder / FOLDER).glob("*.json") if p.stem.isdigit())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _lost(path) from error


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise _lost(path) from error
    return content


def _together(parts: list[dict[str, Any]], name: str, columns: list[str]) -> pd.DataFrame:
    frames = [pd.DataFrame(part[name]["data"], columns=part[name]["columns"]) for part in parts]
    filled = [frame[columns] for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else _empty(columns)


def _chained(before: str, text: str) -> str:
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


def _lost(path: Path) -> RecordLost:
    return RecordLost(
        f"The record of what releases showed about survey answers is missing or was changed "
        f"({path}). Without it nobody can say what figures give away together, so nothing is "
        "published. Put the file back from a backup; the current release stays valid."
    )
