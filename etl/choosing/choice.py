"""Which mapping applies to a file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path

from etl.choosing.survey_mapping import SURVEY_FORMATS, choose_survey_mapping
from etl.formats import read_header
from etl.mapping.file import read_mapping
from etl.mapping.fit import day_columns, fit_mapping
from etl.mapping.mapping import ENTITIES, SURVEY_RESPONSE, Load, Mapping, Source, entity_table
from etl.problems import FileProblem, did_you_mean
from etl.reading.raw_table import Hints, RawTable
from etl.sessions.meetings import ADDED
from warehouse.tables import PROVENANCE, mappable

SHIPPED = Path(__file__).parent.parent / "mappings"
_PLAIN_SYSTEM = "plain"
_SHOWN = 5  # missing columns named in a message
# What identifies a row of a plain file: columns it must have, and columns that count if present.
_KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "person": (("person_id",), ()),
    "person_identifier": (("id_type", "value"), ("program_id", "valid_from")),
    "department": (("department_id",), ("valid_from",)),
    "worker_record": (("person_id", "recorded_on"), ("seq_no",)),
    "exit": (("person_id", "exit_on"), ()),
    "program": (("program_id",), ()),
    "cohort": (("cohort_id",), ()),
    "participant": (("participant_id",), ()),
    "pair": (("pair_id",), ()),
    "pair_status_change": (("pair_id", "changed_on"), ()),
    "needs_form": (("person_id", "direction", "skill"), ("program_id", "answered_on")),
    "session": (("session_id",), ()),
    "session_topic": (("session_id", "topic"), ()),
    "session_attendance": (("session_id", "person_id"), ()),
    "session_feedback": (("session_id", "person_id"), ()),
    "goal": (("goal_id",), ()),
    "milestone": (("pair_id", "milestone"), ()),
    "action_item": (("action_id",), ()),
    "ground_rules": (("pair_id",), ()),
    "recognition": (("recognition_id",), ()),
    "training": (("person_id", "course"), ("program_id", "completed_on")),
    "event_attendance": (("person_id", "event_id"), ()),
    "success_story": (("story_id",), ()),
    "survey": (("survey_id",), ()),
    "wave": (("wave_id",), ()),
    "item": (("survey_id", "item_code"), ()),
    "invitation": (("wave_id", "person_id"), ()),
    "response": (("response_id",), ()),
    "answer": (("response_id", "item_code"), ()),
}


def choose_mapping(
    path: Path,
    explicit: Path | None = None,
    map_survey: Callable[[Path], Mapping] = choose_survey_mapping,
) -> Mapping:
    """Return the mapping that applies to a file.

    The one the user named; else the ``*.mapping.toml`` beside the file whose pattern fits; else
    the shipped one whose pattern fits and whose columns are all there; else, for the export of a
    survey tool, the one found by looking at all of it; else the canonical columns themselves, where
    the file's name says which entity it holds.

    Parameters
    ----------
    path
        The file.
    explicit
        The mapping the user named.
    map_survey
        Finds the mapping of a survey tool's export.

    Raises
    ------
    FileProblem
        no_mapping, missing_column, bad_mapping, or what :func:`etl.formats.read_header` and
        :func:`etl.choosing.survey_mapping.choose_survey_mapping` find.
    """
    if explicit is not None:
        return read_mapping(explicit)
    beside = [m for m in _mappings(path.parent, "*.mapping.toml") if _fits(m, path)]
    if len(beside) > 1:
        names = " and ".join(mapping.name for mapping in beside)
        remedy = "Make their files patterns exclude one another, or name one with --mapping."
        raise FileProblem("no_mapping", path, f"Several mappings claim it: {names}.", remedy)
    if beside:
        return beside[0]
    form, columns = read_header(path, Hints())
    fitting = fitting_mappings(path, form, columns)
    if fitting:
        return max(fitting, key=lambda mapping: len(mapping.source_columns()))
    if form in SURVEY_FORMATS:
        return map_survey(path)
    plain = _plain_mapping(path, columns)
    if plain is not None:
        return plain
    raise _nothing_fits(path, form, columns, _mappings(SHIPPED, "*.toml"))


def fitting_mappings(path: Path, form: str, columns: Sequence[str]) -> list[Mapping]:
    """Return the shipped mappings by whose pattern, format and columns a file can be loaded."""
    return [
        mapping
        for mapping in _mappings(SHIPPED, "*.toml")
        if mapping.format in (None, form)
        and _fits(mapping, path)
        and not _lacks_plainly(mapping, columns)
        and not _missing(mapping, columns)
        and not _is_other(mapping, columns)
    ]


def check_columns(path: Path, mapping: Mapping, raw: RawTable) -> None:
    """Refuse a file that lacks a column its mapping reads.

    Raises
    ------
    FileProblem
        missing_column, with the nearest names that exist.
    """
    missing = _missing(mapping, raw.columns)
    if not missing:
        return
    more = f" (and {len(missing) - 1} more: {', '.join(missing[1:])})" if missing[1:] else ""
    hint = did_you_mean(missing[0], raw.columns)
    raise FileProblem(
        "missing_column",
        path,
        f"The mapping {mapping.name} reads a column the file does not have{more}.{hint}",
        "Correct the name in the mapping or in the export, or draft a mapping with outcomes "
        "inspect.",
        column=missing[0],
    )


def plain_entity(path: Path) -> str | None:
    """Return the entity a file's name speaks of: sessions.csv, session_2026.xlsx."""
    stem = re.sub(r"[^a-z0-9]+", "_", path.name.split(".")[0].lower()).strip("_")
    found = [
        entity
        for entity in ENTITIES
        if entity != SURVEY_RESPONSE
        for name in (entity, f"{entity}s", f"{entity}es", re.sub("y$", "ies", entity))
        if stem == name or stem.startswith(f"{name}_")
    ]
    if stem == "people" or stem.startswith("people_"):
        found.append("person")
    return max(found, key=len, default=None)


def _plain_mapping(path: Path, columns: Sequence[str]) -> Mapping | None:
    """Return the mapping of a file that uses the canonical columns, None where it does not."""
    entity = plain_entity(path)
    if entity is None:
        return None
    required, optional = _KEYS[entity]
    if not set(required) <= set(columns):
        return None
    known = mappable(entity_table(entity))
    for column in columns:
        if column not in known and column not in PROVENANCE:
            remedy = f"Rename or remove it, or write a mapping.{did_you_mean(column, known)}"
            problem = f"It looks like a plain file of {entity}, which has no such column."
            raise FileProblem("unknown_column", path, problem, remedy, row=1, column=column)
    used = [column for column in columns if column in known]
    load = Load(
        entity=entity,
        key=tuple(column for column in (*required, *optional) if column in columns),
        columns={column: Source(column=column) for column in used},
    )
    name = f"canonical columns of {entity}"
    digest = hashlib.sha256(f"{name}: {used}".encode()).hexdigest()
    return Mapping(name, digest, _PLAIN_SYSTEM, (load,))


def _mappings(folder: Path, pattern: str) -> list[Mapping]:
    files = sorted(folder.glob(pattern))
    return [_read_once(file, file.stat().st_mtime_ns, file.stat().st_size) for file in files]


@lru_cache(maxsize=256)
def _read_once(path: Path, _changed_at: int, _size: int) -> Mapping:
    """Read a mapping again only when it changed: every file beside it asks for it."""
    return read_mapping(path)


def _fits(mapping: Mapping, path: Path) -> bool:
    return any(fnmatch(path.name.lower(), pattern.lower()) for pattern in mapping.files)


def _missing(mapping: Mapping, columns: Sequence[str]) -> list[str]:
    known = [*columns, *ADDED.get(mapping.format or "", ())]
    fitted = fit_mapping(mapping, known)
    known += day_columns(fitted, known)
    return [column for column in fitted.source_columns() if column not in known]


def _lacks_plainly(mapping: Mapping, columns: Sequence[str]) -> bool:
    """Tell cheaply that a mapping cannot fit: no key of its first load is there by any name.

    Fitting a mapping renames all of it, and every file is held against every shipped mapping.
    """
    first = next((load for load in mapping.loads if not load.is_optional), None)
    if first is None or mapping.format is not None:
        return False
    own = {column.lower() for column in columns}
    names = {name: (name, *mapping.aliases.get(name, ())) for name in first.key}
    dated = set(day_columns(mapping, ()))
    return not all(
        key in dated or any(name.lower() in own for name in known) for key, known in names.items()
    )


def _is_other(mapping: Mapping, columns: Sequence[str]) -> bool:
    """Tell whether a column gives the file away as one of another kind."""
    return not {name.lower() for name in mapping.without}.isdisjoint(map(str.lower, columns))


def _distance(mapping: Mapping, path: Path, columns: Sequence[str]) -> tuple[bool, float, int]:
    """Return how far a mapping is from a file.

    By its name, by the share of needed columns it lacks, and by those it calls otherwise.
    """
    is_named = _fits(mapping, path) and "*" not in mapping.files
    fitted = fit_mapping(mapping, columns)
    needed = set(fitted.source_columns()) - set(day_columns(fitted, columns))
    renamed = needed - set(mapping.source_columns())
    return not is_named, len(needed - set(columns)) / len(needed), len(renamed)


def _nothing_fits(
    path: Path, form: str, columns: Sequence[str], shipped: list[Mapping]
) -> FileProblem:
    entity = plain_entity(path)
    if entity is not None:
        missing = [column for column in _KEYS[entity][0] if column not in columns]
        return FileProblem(
            "no_mapping",
            path,
            f"By its name it holds {entity} rows, but the column {missing[0]} is missing."
            f"{did_you_mean(missing[0], columns)}",
            f'Rename the column, or draft a mapping with: outcomes inspect "{path.name}"',
            column=missing[0],
        )
    problem = "No mapping says what its columns mean."
    alike = [m for m in shipped if m.format in (None, form) and not _is_other(m, columns)]
    nearest = min(alike, key=lambda m: _distance(m, path, columns), default=None)
    if nearest is not None and _distance(nearest, path, columns) < (True, 1.0, 0):
        what = f" ({nearest.description})" if nearest.description else ""
        lacking = _listed(_missing(nearest, columns))
        problem += f" The nearest is {nearest.name}{what}, which misses: {lacking}."
    remedy = (
        f'Draft one with: outcomes inspect "{path.name}". If it is not meant to be loaded, take it '
        "out of the folder."
    )
    return FileProblem("no_mapping", path, problem, remedy)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
