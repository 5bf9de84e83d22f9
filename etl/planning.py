"""Which files to load, by which mapping, and in which order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from etl.mapping.mapping import IDENTIFIERS, Mapping, Source, entity_table
from etl.problems import FileProblem
from etl.reading.archives import Archives, Export, is_archive
from etl.report import FileOutcome
from etl.rows.corrections import NO_CORRECTIONS, Corrections, corrections_for
from etl.sessions.meetings import ADDED
from etl.sources import ORDER, RULES
from warehouse.tables import pair, person, person_identifier

Choose = Callable[[Path], Mapping]
# What lies beside exports without being one.
_BESIDE = (
    *(".md", ".toml", ".html", ".pdf", ".py", ".docx", ".pptx", ".log"),
    *(".png", ".jpg", ".jpeg", ".gif", ".svg"),
)


@dataclass(frozen=True)
class Planned:
    """A file to load, and the mapping and the corrections that apply to it."""

    export: Export
    mapping: Mapping
    corrections: Corrections = NO_CORRECTIONS

    @property
    def path(self) -> Path:
        """Where the bytes are."""
        return self.export.path

    @property
    def reading_sha256(self) -> str:
        """Identifies how the file is read: by which mapping, corrections, and day in its name."""
        dated_name = self.export.name if self.mapping.reads_file_name else ""
        if not self.corrections.listed and not dated_name:
            return self.mapping.sha256
        together = self.mapping.sha256 + self.corrections.sha256 + dated_name
        return hashlib.sha256(together.encode()).hexdigest()

    @property
    def entities(self) -> frozenset[str]:
        """Tables the file fills, those a mapping declares rows of included."""
        found = {str(entity_table(load.entity).name) for load in self.mapping.loads}
        if any(load.answer_columns() for load in self.mapping.loads):
            found.add("answer")
        return frozenset(found | {name for name, rows in self.mapping.declared.items() if rows})

    @property
    def needs(self) -> frozenset[str]:
        """Tables that must be filled before, so that references can be found."""
        found = set()
        for load in self.mapping.loads:
            rules = RULES[str(entity_table(load.entity).name)]
            # A load that says nothing about a reference need not wait for what it refers to.
            found |= {str(r.table.name) for r in rules.references if r.column in load.columns}
            if rules.people:
                found.add(str(person.name))
            if any(source.identifier for source in load.columns.values()):
                found |= {str(person.name), str(person_identifier.name)}
            if rules.table is person_identifier:
                found.add(str(person.name))
            if load.answer_columns():
                found |= {"item", "wave"}
        if self.mapping.format in ADDED:
            found |= {str(pair.name), str(person_identifier.name)}
        return frozenset(found)

    @property
    def identifiers_asked(self) -> frozenset[str]:
        """Kinds of identifiers by which the file names people."""
        sources = (source for load in self.mapping.loads for source in load.columns.values())
        return frozenset(source.identifier for source in sources if source.identifier)

    @property
    def identifiers_given(self) -> frozenset[str]:
        """Kinds of identifiers the file tells of people; all of them where a column says which."""
        loads = [load for load in self.mapping.loads if load.entity == person_identifier.name]
        kinds = [load.columns.get("id_type", Source()) for load in loads]
        if any(kind.column for kind in kinds):
            return frozenset(IDENTIFIERS)
        return frozenset(kind.value for kind in kinds if kind.value)


def plan_files(
    paths: Iterable[Path],
    archives: Archives,
    choose: Choose,
    corrections: Sequence[Path] = (),
) -> tuple[list[Planned], list[FileOutcome]]:
    """Find the files, those in zip archives included, choose a mapping for each, and order them.

    Parameters
    ----------
    archives
        Unpacks archives; what is planned can be read until it is closed.
    choose
        Returns the mapping that applies to a file.
    corrections
        Folders with corrections for all files, besides those that lie beside a file.

    Returns
    -------
    tuple
        Files to load in order, and outcomes of those that cannot be.
    """
    planned, refused = list[Planned](), list[FileOutcome]()
    for found in exports_in(paths, archives):
        if isinstance(found, FileOutcome):
            refused.append(found)
            continue
        try:
            chosen = choose(found.path)
            known = corrections_for(found.shown, found.name, corrections)
            planned.append(Planned(found, chosen, known))
        except FileProblem as problem:
            refused.append(refusal(found, problem))
    return in_order(planned), refused


def exports_in(paths: Iterable[Path], archives: Archives) -> Iterator[Export | FileOutcome]:
    """Yield the files that may be exports, and an outcome for each that is refused unread."""
    for given in paths:
        try:
            files = _files_in(Path(given))
        except FileProblem as problem:
            yield refusal(Export.loose(Path(given)), problem)
            continue
        for path in files:
            yield from _unpacked(Export.loose(path), archives)


def refusal(export: Export, problem: FileProblem) -> FileOutcome:
    """Return the outcome of a file of which nothing was loaded, named as the user knows it."""
    problem.file = export.shown
    return FileOutcome(export.shown, export.name, problem=problem)


def _unpacked(export: Export, archives: Archives) -> Iterator[Export | FileOutcome]:
    try:
        if not is_archive(export.path):
            yield export
            return
        unpacked = archives.unpack(export)
    except FileProblem as problem:
        yield refusal(export, problem)
        return
    yield from unpacked.exports
    yield from (refusal(member, problem) for member, problem in unpacked.refused)


def in_order(planned: Sequence[Planned]) -> list[Planned]:
    """Put files behind those that fill what they refer to; by entity and name otherwise."""
    waiting = sorted(planned, key=_rank)
    found: list[Planned] = []
    while waiting:
        ready = next((one for one in waiting if not _waits(one, waiting)), waiting[0])
        found.append(ready)
        waiting.remove(ready)
    return found


def _waits(one: Planned, waiting: Sequence[Planned]) -> bool:
    """Tell whether another waiting file fills a table this one needs and does not fill itself.

    A platform's list both looks people up by their addresses and brings ids of its own: it waits
    for the addresses.
    """
    missing = one.needs - one.entities
    asked = one.identifiers_asked - one.identifiers_given
    return any(
        other is not one and (other.entities & missing or other.identifiers_given & asked)
        for other in waiting
    )


def _rank(one: Planned) -> tuple[int, str]:
    # Addresses told besides do not move a platform's list before what HR says of exits.
    told = one.entities - {str(person_identifier.name)} or one.entities
    return min(ORDER.index(entity) for entity in told), str(one.export.shown)


def _files_in(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    try:
        found = sorted(one for one in path.rglob("*") if one.is_file() and may_be_export(one))
    except OSError as error:
        raise FileProblem(
            "file_not_found",
            path,
            f"The folder cannot be read: {error.strerror}.",
            "Check that you may read it.",
        ) from error
    if not found:
        raise FileProblem(
            "empty_folder",
            path,
            "The folder holds no files to load.",
            "Put the exports into it, or name the folder they are in.",
        )
    return found


def may_be_export(path: Path) -> bool:
    """Tell by its name whether a file may be an export, not something that lies beside one."""
    if path.name.startswith((".", "~$")) or path.name.upper().startswith(("LICENSE", "README")):
        return False
    return path.suffix.lower() not in _BESIDE
