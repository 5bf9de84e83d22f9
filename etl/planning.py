"""Which files to load, by which mapping, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from etl.mapping import Mapping, entity_table
from etl.mapping_choice import choose_mapping
from etl.problems import FileProblem
from etl.report import FileOutcome
from etl.sources import ORDER, RULES
from warehouse.tables import department, person, person_identifier

# What lies beside exports without being one.
_BESIDE = (".md", ".toml", ".json", ".html", ".pdf", ".py", ".ics", ".docx", ".pptx", ".log")


@dataclass(frozen=True)
class Planned:
    """A file to load and the mapping that applies to it."""

    path: Path
    mapping: Mapping

    @property
    def entities(self) -> frozenset[str]:
        """Tables the file fills, those a mapping declares rows of included."""
        found = {str(entity_table(load.entity).name) for load in self.mapping.loads}
        if any(load.items for load in self.mapping.loads):
            found.add("answer")
        return frozenset(found | {name for name, rows in self.mapping.declared.items() if rows})

    @property
    def needs(self) -> frozenset[str]:
        """Tables that must be filled before, so that references can be found."""
        found = set()
        for load in self.mapping.loads:
            rules = RULES[str(entity_table(load.entity).name)]
            found |= {str(reference.table.name) for reference in rules.references}
            if rules.people:
                found.add(str(person.name))
            if any(source.identifier for source in load.columns.values()):
                found |= {str(person.name), str(person_identifier.name)}
            if rules.table is person_identifier:
                found.add(str(person.name))
            if load.items:
                found |= {"item", "wave"}
        return frozenset(found) - {str(department.name)} | (
            {str(department.name)} if "worker_record" in self.entities else set()
        )


def plan_files(
    paths: Iterable[Path], mapping: Path | None = None
) -> tuple[list[Planned], list[FileOutcome]]:
    """Find the files, choose a mapping for each, and put them in order.

    Returns
    -------
    tuple
        Files to load in order, and outcomes of those for which there is no mapping.
    """
    planned, refused = list[Planned](), list[FileOutcome]()
    for given in paths:
        try:
            for path in _files_in(Path(given)):
                try:
                    planned.append(Planned(path, choose_mapping(path, mapping)))
                except FileProblem as problem:
                    refused.append(FileOutcome(path, problem=problem))
        except FileProblem as problem:
            refused.append(FileOutcome(Path(given), problem=problem))
    return in_order(planned), refused


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
    """Tell whether another waiting file fills a table this one needs and does not fill itself."""
    missing = one.needs - one.entities
    return any(other is not one and other.entities & missing for other in waiting)


def _rank(one: Planned) -> tuple[int, str]:
    return min(ORDER.index(entity) for entity in one.entities), str(one.path)


def _files_in(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    try:
        found = sorted(one for one in path.rglob("*") if one.is_file() and _may_be_export(one))
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


def _may_be_export(path: Path) -> bool:
    if path.name.startswith((".", "~$")) or path.name.upper().startswith("LICENSE"):
        return False
    return path.suffix.lower() not in _BESIDE
