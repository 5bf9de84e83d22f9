"""Zip archives of exports: unpacked into a folder of our own for as long as a load needs them."""

from __future__ import annotations

import shutil
import stat
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from etl.problems import FileProblem
from etl.reading.archive_limits import check_size, check_unpacked
from etl.reading.archive_names import unsafe_name
from etl.reading.file_bytes import ARCHIVE, read_container

_BLOCK = 1 << 20
_MAPPINGS = "*.mapping.toml"
_DAMAGE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError)


@dataclass(frozen=True)
class Export:
    """A file that may be an export.

    Parameters
    ----------
    path
        Where its bytes are.
    shown
        Where the user finds it: exports/surveys.zip/responses.csv.
    name
        What the ledger calls it: its file name, for a member surveys.zip/responses.csv.
    """

    path: Path
    shown: Path
    name: str

    @classmethod
    def loose(cls, path: Path) -> Export:
        """Return a file that lies in no archive."""
        return cls(path, path, path.name)

    def member(self, name: str, path: Path) -> Export:
        """Return a member of this archive, unpacked to ``path``."""
        return Export(path, self.shown / name, f"{self.name}/{name}")


@dataclass
class Unpacked:
    """What an archive holds: files that may be exports, and members that were refused."""

    exports: list[Export] = field(default_factory=list)
    refused: list[tuple[Export, FileProblem]] = field(default_factory=list)


@dataclass
class _Budget:
    """Bytes written for an archive, those of archives within it included."""

    archive: Path
    packed: int
    written: int = 0

    def spend(self, count: int) -> None:
        self.written += count
        check_unpacked(self.archive, self.written, self.packed)


class Archives:
    """Unpacks archives into a temporary folder, which is gone when the block ends."""

    def __init__(self, may_be_export: Callable[[Path], bool]) -> None:
        self._may_be_export = may_be_export
        self._stack = ExitStack()
        self._folders = 0
        self._root: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def unpack(self, archive: Export) -> Unpacked:
        """Unpack an archive and the archives in it, which may hold none themselves.

        Mappings that lie beside the archive, or in the folder of a member, apply to its members.

        Raises
        ------
        FileProblem
            too_large, unreadable_bytes, empty_archive, no_room.
        """
        budget = _Budget(archive.shown, archive.path.stat().st_size)
        found = self._unpack(archive, budget, is_inner=False)
        if not found.exports and not found.refused:
            raise FileProblem(
                "empty_archive",
                archive.shown,
                "The archive holds no files to load.",
                "Put the exports into it as CSV, XLSX, ODS, JSON or Parquet.",
            )
        return found

    def _unpack(self, archive: Export, budget: _Budget, *, is_inner: bool) -> Unpacked:
        found = Unpacked()
        try:
            with zipfile.ZipFile(archive.path) as content:
                check_size(archive.path, content)
                self._check_room(archive, content)
                for member in self._extract(archive, content, budget, found):
                    try:
                        self._take(member, budget, found, is_inner=is_inner)
                    except FileProblem as problem:
                        problem.file = member.shown
                        found.refused.append((member, problem))
        except FileProblem as problem:
            problem.file = archive.shown
            raise
        except OSError as error:
            raise _no_room(archive, str(error.strerror)) from error
        except _DAMAGE as error:
            raise _damaged(archive) from error
        return found

    def _take(self, member: Export, budget: _Budget, found: Unpacked, *, is_inner: bool) -> None:
        """Note an unpacked member, or what is in it where it is an archive itself."""
        if not is_archive(member.path):
            found.exports.append(member)
        elif is_inner:
            raise _too_deep(member)
        else:
            inner = self._unpack(member, budget, is_inner=True)
            found.exports += inner.exports
            found.refused += inner.refused

    def _extract(
        self, archive: Export, content: zipfile.ZipFile, budget: _Budget, found: Unpacked
    ) -> list[Export]:
        """Write the members that may be exports; what is refused goes to ``found``."""
        members = {one.filename: one for one in content.infolist() if not one.is_dir()}
        wanted = [one for one in content.infolist() if self._is_wanted(one)]
        times = Counter(_plain(one.filename).casefold() for one in wanted)
        folders: dict[Path, Path] = {}
        written = []
        for one in wanted:
            name = _plain(one.filename)
            shown = archive.member(name, archive.path)
            problem = _why_refused(one, shown, times[name.casefold()])
            if problem is not None:
                found.refused.append((shown, problem))
                continue
            within = Path(name).parent
            if within not in folders:
                folders[within] = self._folder(archive, content, members, within)
            target = folders[within] / Path(name).name
            try:
                _write(content, one, target, budget)
            except _DAMAGE:
                found.refused.append((shown, _damaged(shown)))
                continue
            written.append(archive.member(name, target))
        return written

    def _is_wanted(self, member: zipfile.ZipInfo) -> bool:
        if member.is_dir() or "__MACOSX" in member.filename.split("/"):
            return False
        return self._may_be_export(Path(_plain(member.filename)))

    def _folder(
        self,
        archive: Export,
        content: zipfile.ZipFile,
        members: dict[str, zipfile.ZipInfo],
        within: Path,
    ) -> Path:
        """Make a folder for the members of one folder, with the mappings that apply there."""
        if self._root is None:
            self._root = Path(
                self._stack.enter_context(tempfile.TemporaryDirectory(prefix="outcomes-"))
            )
        self._folders += 1
        folder = self._root / str(self._folders)
        folder.mkdir()
        for mapping in archive.path.parent.glob(_MAPPINGS):
            shutil.copyfile(mapping, folder / mapping.name)
        for name, member in members.items():
            place = Path(_plain(name))
            if place.parent == within and place.match(_MAPPINGS) and not unsafe_name(name):
                budget = _Budget(archive.shown, member.compress_size)
                _write(content, member, folder / place.name, budget)
        return folder

    def _check_room(self, archive: Export, content: zipfile.ZipFile) -> None:
        needed = sum(one.file_size for one in content.infolist())
        if shutil.disk_usage(tempfile.gettempdir()).free < needed:
            raise _no_room(archive, f"{needed >> 20:,} MB are needed")


def is_archive(path: Path) -> bool:
    """Tell whether a file is a zip archive and none of the formats that are zips inside.

    Raises
    ------
    FileProblem
        It begins like one but cannot be read.
    """
    try:
        with path.open("rb") as content:
            begins = content.read(2) == b"PK"
    except OSError:
        return False
    return begins and read_container(path) == ARCHIVE


def _write(
    content: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, budget: _Budget
) -> None:
    with content.open(member) as source, target.open("wb") as out:
        while block := source.read(_BLOCK):
            budget.spend(len(block))
            out.write(block)


def _plain(name: str) -> str:
    """Return a member's name with slashes; some programs write backslashes."""
    return name.replace("\\", "/")


def _why_refused(member: zipfile.ZipInfo, shown: Export, times: int) -> FileProblem | None:
    reason = unsafe_name(_plain(member.filename))
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        reason = "is a link or device, no file"
    if reason:
        remedy = "Pack the archive again from plain files."
        return FileProblem("unsafe_name", shown.shown, f"The member {reason}.", remedy)
    if times > 1:
        problem = f"The archive holds {times} files of this name, so it is unclear which is meant."
        return FileProblem("doubled_name", shown.shown, problem, "Pack each file once.")
    if member.flag_bits & 1:
        problem = "The member is protected by a password."
        remedy = "Unpack the archive with the password and load what is inside."
        return FileProblem("protected_file", shown.shown, problem, remedy)
    return None


def _too_deep(member: Export) -> FileProblem:
    problem = "It is an archive within an archive within an archive."
    return FileProblem("wrong_file", member.shown, problem, "Unpack it and load what is inside.")


def _damaged(export: Export) -> FileProblem:
    return FileProblem(
        "unreadable_bytes",
        export.shown,
        "It cannot be unpacked: it is damaged, cut off, or packed in an unusual way.",
        "Pack or download it again, or unpack it yourself and load what is inside.",
    )


def _no_room(archive: Export, why: str) -> FileProblem:
    return FileProblem(
        "no_room",
        archive.shown,
        f"It cannot be unpacked into the temporary folder: {why}.",
        "Make room there, or name another folder in TMPDIR.",
    )
