"""People nobody could place: a list with suggestions, answered by a human in a file.

Rows that name somebody nobody knows wait in ``rejected_row``. The list has one line for each
unknown identifier. Whoever knows writes the id of the person into the column ``is_person`` and
loads the file: the identifier becomes one of ``person_identifier`` with source system ``review``,
and the files whose rows waited are read again with the next load. Nothing merges by name alone.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from etl.formats.identity_review import BY, COLUMNS, IDENTIFIER, KIND, ON, PERSON
from etl.mapping.file import parse_mapping
from etl.mapping.mapping import Load, Mapping, Source, entity_table
from etl.people.identity import ADDRESSES, REVIEW, Provenance
from etl.people.suggestions import MOST, Known, Suggestion, Unknown, suggest
from etl.reading.raw_table import RawTable
from etl.reading.row_staging import quoted
from warehouse.engine import Warehouse, Writer
from warehouse.rejected_sheet import safe_cell
from warehouse.tables import (
    correction_applied,
    file_reading,
    person,
    person_identifier,
    rejected_row,
)

RULE = "unknown_person"
_NAME = re.compile(r"name|teilnehmer|attendee|participant", re.IGNORECASE)
_NO_NAME = re.compile(r"user|file|company|program|loop|department|meeting|title", re.IGNORECASE)
_NAMES = 3  # different names beside one identifier that are compared
# An identifier in use is not unknown: a human has to say since when it belongs to whom.
_SEVERAL = "belongs to several people: give each its days in person_identifiers.csv"


@dataclass(frozen=True)
class ReviewRow:
    """An unknown identifier and who may be meant.

    Parameters
    ----------
    kind
        email, upn, hr_id, platform or survey.
    program_id
        Program in which the identifier is valid; None where everywhere.
    rows
        Rows that wait for it.
    waiting_in
        File and entity of those rows, most rows first.
    suggestions
        Up to three people, best first.
    names
        Their names, "" where unknown.
    note
        Why it resolves to nobody where it is known after all.
    """

    identifier: str
    kind: str
    program_id: str | None
    rows: int
    waiting_in: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]
    names: tuple[str, ...]
    note: str = ""


@dataclass
class _Waiting:
    places: Counter[str] = field(default_factory=Counter)
    names: dict[str, None] = field(default_factory=dict)


_Key = tuple[str, str, str | None]


def review_list(warehouse: Warehouse) -> list[ReviewRow]:
    """Return the identifiers that rows wait for, those with most rows first."""
    waiting = _read_waiting(warehouse)
    if not waiting:
        return []
    p, i = person.c, person_identifier.c
    people = _tuples(warehouse, sa.select(p.person_id, p.display_name).order_by(p.person_id))
    given = _tuples(warehouse, sa.select(i.person_id, i.id_type, i.value))
    names = {one: name or "" for one, name in people}
    owners = Counter((kind, value) for _, kind, value in set(given))
    keys = sorted(waiting, key=lambda key: (-waiting[key].places.total(), key[0], key[1]))
    unknown = [Unknown(key[0], key[1], tuple(waiting[key].names)[:_NAMES]) for key in keys]
    found = suggest(unknown, Known.read(people, given))
    return [
        ReviewRow(
            value,
            kind,
            scope,
            waiting[kind, value, scope].places.total(),
            tuple(place for place, _ in waiting[kind, value, scope].places.most_common()),
            tuple(suggestions),
            tuple(names.get(one.person_id, "") for one in suggestions),
            _SEVERAL if owners[kind, value] > 1 else "",
        )
        for (kind, value, scope), suggestions in zip(keys, found, strict=True)
    ]


def write_review(warehouse: Warehouse, path: Path) -> int:
    """Write the list as a sheet a human fills in.

    Parameters
    ----------
    path
        File to write (UTF-8 with BOM, so that spreadsheets read it right).

    Returns
    -------
    int
        Identifiers written.
    """
    rows = review_list(warehouse)
    places = range(1, MOST + 1)
    offered = [f"{what}_{n}" for n in places for what in ("suggestion", "name", "why", "alike")]
    header = [*COLUMNS[:3], "waiting_rows", "waiting_in", "note", *offered, PERSON, BY, ON]
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        sheet = csv.writer(out)
        sheet.writerow(header)
        for row in rows:
            cells = [row.identifier, row.kind, row.program_id, row.rows]
            cells += ["; ".join(row.waiting_in), row.note]
            for one, name in zip(row.suggestions, row.names, strict=True):
                cells += [one.person_id, name, one.reason, one.score]
            cells += [""] * (len(header) - len(cells))
            sheet.writerow(map(safe_cell, cells))
    return len(rows)


def note_confirmed(writer: Writer, raw: RawTable, provenance: Provenance) -> None:
    """Write down who confirmed which identifier and when, as the returned list says it."""
    staging = writer.staging
    said = [
        f"nullif(trim({quoted(name)}), '')" if name in raw.columns else "NULL" for name in (BY, ON)
    ]
    rows = staging.rows(
        f"SELECT source_row, {quoted(KIND)}, {quoted(IDENTIFIER)}, {quoted(PERSON)}, {said[0]}, "
        f"{said[1]} FROM {raw.relation} WHERE trim({quoted(PERSON)}) IN "
        f"(SELECT person_id FROM {staging.reference(person)}) ORDER BY source_row"
    )
    noted = [
        {
            "batch_id": provenance.batch_id,
            "file_sha256": provenance.file_sha256,
            "source_row": row,
            "column_name": kind,
            "old_value": value,
            "new_value": who.strip(),
            "reason": f"confirmed by {by or 'somebody who left no name'}"
            + (f" on {on}" if on else ""),
        }
        for row, kind, value, who, by, on in rows
    ]
    if noted:
        writer.execute(sa.insert(correction_applied), noted)


def _read_waiting(warehouse: Warehouse) -> dict[_Key, _Waiting]:
    """Return the unknown identifiers of rows that wait, and where these are."""
    r = rejected_row.c
    columns = (r.file_name, r.file_sha256, r.entity, r.column_name, r.value, r.row_json)
    query = sa.select(*columns).where(
        r.rule == RULE,
        r.returned_in.is_(None),
        r.value.is_not(None),
        r.source_system != REVIEW,
    )
    mappings = _read_mappings(warehouse)
    waiting: dict[_Key, _Waiting] = {}
    for file, sha256, entity, column, value, text in _tuples(warehouse, query):
        row = json.loads(text)
        load, source = _source(mappings.get(sha256), entity, column)
        key = _identifier(load, source, row, value)
        if key is None:
            continue
        one = waiting.setdefault(key, _Waiting())
        one.places[f"{file} ({entity})"] += 1
        one.names |= dict.fromkeys(_names(row, column))
    return waiting


def _read_mappings(warehouse: Warehouse) -> dict[str, Mapping]:
    f, r = file_reading.c, rejected_row.c
    asked = sa.select(r.file_sha256).where(r.rule == RULE)
    query = sa.select(f.file_sha256, f.mapping_toml, f.mapping_name)
    found = _tuples(warehouse, query.where(f.file_sha256.in_(asked)))
    parsed = {text: parse_mapping(text, name) for _, text, name in found}
    return {sha256: parsed[text] for sha256, text, _ in found}


def _source(mapping: Mapping | None, entity: str, column: str) -> tuple[Load | None, Source | None]:
    """Return by which load and as what a column of a file was read."""
    for load in mapping.loads if mapping else ():
        if entity_table(load.entity).name == entity:
            for source in load.columns.values():
                if source.column == column and (source.identifier or column == "person_id"):
                    return load, source
    return None, None


def _identifier(
    load: Load | None, source: Source | None, row: dict[str, Any], value: str
) -> _Key | None:
    """Return kind, value and program of an unknown identifier, as they would be looked up.

    None where the file gives a name only: whoever has the same name would be taken for the person.
    """
    kind = (source.identifier if source else None) or ("email" if "@" in value else None)
    if kind == "name":
        return None
    kind = kind or ("hr_id" if source else "platform")  # meeting reports: a name somebody confirms
    value = value.strip()
    if source and source.followed_by:
        value = f"{value} {str(row.get(source.followed_by) or '').strip()}".strip()
    if source and source.cast == "integer_text":
        value = re.sub(r"^([+-]?[0-9]+)[.,]0+$", r"\1", value)
    if kind in ADDRESSES or (source and source.cast == "lower"):
        value = value.lower()
    scope = load.columns.get("program_id") if load and kind == "platform" else None
    return kind, value, _constant_or_cell(scope, row)


def _constant_or_cell(source: Source | None, row: dict[str, Any]) -> str | None:
    if source is None:
        return None
    text = source.value if source.column is None else str(row.get(source.column) or "").strip()
    if source.values is not None and text is not None:
        return source.values.get(text)
    return text or None


def _names(row: dict[str, Any], but: str) -> Iterable[str]:
    """Return the cells of a row that look like the name of whoever is meant."""
    for column, cell in row.items():
        if column != but and cell and _NAME.search(column) and not _NO_NAME.search(column):
            yield str(cell)


def _tuples(warehouse: Warehouse, query: sa.Select[Any]) -> list[tuple[Any, ...]]:
    frame = warehouse.read(query).astype(object)
    rows = frame.where(frame.notna(), None).itertuples(index=False)
    return [tuple(row) for row in rows]
