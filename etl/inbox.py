"""A folder whose files are loaded as they land, and leave it for ``loaded`` or ``refused``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from etl.planning import may_be_export
from etl.report import FileOutcome, LoadReport

LOADED = "loaded"
REFUSED = "refused"


@dataclass
class Inbox:
    """What lies in the folder, as seen at the last look.

    Parameters
    ----------
    folder
        The folder; mappings and corrections in it stay there and apply to what lands.
    """

    folder: Path
    _last: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def create(self) -> None:
        """Create the folder and the two that files leave it for."""
        for name in ("", LOADED, REFUSED):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def ready(self, *, at_once: bool = False) -> list[Path]:
        """Return files nobody has written to since the last look.

        Parameters
        ----------
        at_once
            True to take every file as it lies, without waiting for a second look.
        """
        states = {path: _state(path) for path in self._files()}
        ready = [path for path, state in states.items() if at_once or self._last.get(path) == state]
        self._last = states
        return ready

    def clear(self, paths: Sequence[Path], report: LoadReport, now: dt.datetime) -> None:
        """Move files that were dealt with out of the way.

        A file of which nothing was loaded goes to ``refused`` with a text beside it that says why;
        every other one to ``loaded``, where the text stands too if a part of it was refused.
        """
        for path in paths:
            parts = [one for one in report.files if _belongs(one, path)]
            refused = [one for one in parts if one.problem is not None]
            is_refused = bool(refused) and len(refused) == len(parts)
            target = _free(self.folder / (REFUSED if is_refused else LOADED), path.name, now)
            path.rename(target)
            self._last.pop(path, None)
            if refused:
                words = "\n\n".join(str(one.problem) for one in refused)
                reasons = target.with_name(f"{target.name}.problem.txt")
                reasons.write_text(f"{words}\n", encoding="utf-8")

    def _files(self) -> list[Path]:
        return sorted(p for p in self.folder.iterdir() if p.is_file() and may_be_export(p))


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _belongs(outcome: FileOutcome, path: Path) -> bool:
    """Tell whether an outcome is about a file or, for an archive, about a member of it."""
    return outcome.path == path or path in outcome.path.parents


def _free(folder: Path, name: str, now: dt.datetime) -> Path:
    """Return a name nobody has in the folder; a file of the same name may have come before."""
    target = folder / name
    if not target.exists():
        return target
    return folder / f"{now:%Y-%m-%dT%H%M%S}-{name}"
