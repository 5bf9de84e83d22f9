"""Whose row it is: identifiers resolve to people through ``person_identifier``, never names.

Every person has an identifier of type ``hr_id`` from the first day; e-mail addresses, logins and
ids of platforms come in through mappings, or are confirmed by a human (:mod:`etl.people.review`).
An identifier that only ever belonged to one person is that person's, whatever day a row speaks of:
exports write today's addresses beside the dates of old events. One that went from hand to hand
belongs to whoever had it on the day of the row. An identifier that belongs to nobody, or on that
day to more than one person, resolves to nobody.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from etl.reading.row_staging import literal
from warehouse.engine import Staging, Writer
from warehouse.tables import person_identifier, program

WORDS = {
    "hr_id": "personnel number",
    "email": "e-mail address",
    "upn": "login",
    "platform": "platform id",
    "survey": "survey id",
    "name": "name, and a name alone never tells who is meant",
}
REVIEW = "review"  # source system of identifiers a human confirmed
ADDRESSES = ("email", "upn")
# The day a row speaks of, by entity; elsewhere only what belongs to one person alone resolves.
ROW_DAYS = {
    "worker_record": "recorded_on",
    "exit": "exit_on",
    "participant": "coalesce(enrolled_on, applied_on)",
    "needs_form": "answered_on",
    "pair": "matched_on",
    "session_attendance": "coalesce(joined_at, left_at)",
    "recognition": "given_on",
    "training": "completed_on",
    "event_attendance": "held_on",
    "invitation": "invited_on",
    "response": "recorded_at",
}
_NO_DAY, _FIRST, _LAST = "DATE '0001-01-01'", "DATE '0001-01-02'", "DATE '9999-12-31'"


@dataclass(frozen=True)
class Provenance:
    """What every row written from one file has in common."""

    source_system: str
    file_sha256: str
    batch_id: str
    now: dt.datetime

    def columns(self, record_id: str, source_row: str) -> str:
        """Return the provenance columns as SQL, given the two that differ by row."""
        return provenance_sql(self, record_id, literal(self.file_sha256), source_row)


def provenance_sql(given: Provenance, record_id: str, content: str, source_row: str) -> str:
    """Return the provenance columns as SQL, given those that differ by row or by file."""
    return (
        f"{literal(given.source_system)} AS source_system, {record_id} AS source_record_id, "
        f"{content} AS source_file_sha256, "
        f"({source_row})::INTEGER AS source_row, "
        f"{literal(given.batch_id)} AS batch_id, "
        f"TIMESTAMP '{given.now.isoformat(sep=' ')}' AS loaded_at"
    )


def people_sql(staging: Staging, identifier: str, *, is_scoped: bool = False) -> str:
    """Return a query of ``id`` (unique) and ``person_id`` for one kind of identifier.

    Parameters
    ----------
    identifier
        Kind of identifier.
    is_scoped
        True to get ``program_id`` as well, unique together with ``id``: identifiers valid in all
        programs stand once for each of them, those of one program for that, and all of them for
        rows without a program.
    """
    known = staging.reference(person_identifier)
    if is_scoped:
        programs = f"SELECT program_id FROM {staging.reference(program)} UNION SELECT NULL"
        return (
            f"SELECT i.value AS id, p.program_id, min(i.person_id) AS person_id FROM {known} i "
            f"JOIN ({programs}) p ON p.program_id IS NULL OR i.program_id IS NULL "
            "OR i.program_id = p.program_id "
            f"WHERE i.id_type = '{identifier}' GROUP BY i.value, p.program_id "
            "HAVING min(i.person_id) = max(i.person_id)"
        )
    return (
        f"SELECT value AS id, min(person_id) AS person_id FROM {known} "
        f"WHERE id_type = '{identifier}' GROUP BY value HAVING min(person_id) = max(person_id)"
    )


def is_dated(staging: Staging, identifier: str) -> bool:
    """Tell whether identifiers of a kind are known to be valid on some days only."""
    known = staging.reference(person_identifier)
    return bool(
        staging.rows(
            f"SELECT 1 FROM {known} WHERE id_type = '{identifier}' "
            "AND (valid_from IS NOT NULL OR valid_to IS NOT NULL) LIMIT 1"
        )
    )


def dated_people_sql(staging: Staging, identifier: str, *, is_scoped: bool = False) -> str:
    """Return a query like :func:`people_sql` with the days ``[from_on, to_on)`` it holds for.

    Pieces of one identifier never overlap. :func:`row_day_sql` gives the day to look up by.
    """
    known, programs = staging.reference(person_identifier), staging.reference(program)
    scope = (
        f"JOIN (SELECT program_id FROM {programs} UNION SELECT NULL) p "
        "ON p.program_id IS NULL OR i.program_id IS NULL OR i.program_id = p.program_id"
    )
    within = f"i.value, {'p.program_id' if is_scoped else 'NULL::VARCHAR'} AS program_id"
    same = "k.id = p.id AND k.program_id IS NOT DISTINCT FROM p.program_id"
    return (
        f"WITH owner AS (SELECT DISTINCT {within.replace('i.value', 'i.value AS id')}, "
        f"i.person_id, coalesce(i.valid_from, {_FIRST}) AS since, "
        f"coalesce(i.valid_to, {_LAST}) AS until FROM {known} i {scope if is_scoped else ''} "
        f"WHERE i.id_type = '{identifier}'), "
        "shared AS (SELECT id, program_id, count(DISTINCT person_id) AS owners, "
        "min(person_id) AS person_id FROM owner GROUP BY id, program_id), "
        "several AS (SELECT k.* FROM owner k JOIN shared p ON "
        f"{same} WHERE p.owners > 1), "
        "edge AS (SELECT id, program_id, since AS on_day FROM several "
        "UNION SELECT id, program_id, until FROM several), "
        "piece AS (SELECT id, program_id, on_day AS from_on, lead(on_day) OVER "
        "(PARTITION BY id, program_id ORDER BY on_day) AS to_on FROM edge) "
        f"SELECT id, program_id, {_NO_DAY} AS from_on, {_LAST} AS to_on, person_id "
        "FROM shared WHERE owners = 1 UNION ALL "
        "SELECT p.id, p.program_id, p.from_on, p.to_on, min(k.person_id) FROM piece p "
        f"JOIN several k ON {same} AND k.since <= p.from_on AND p.to_on <= k.until "
        "GROUP BY p.id, p.program_id, p.from_on, p.to_on HAVING min(k.person_id) = max(k.person_id)"
    )


def row_day_sql(entity: str, row: str) -> str:
    """Return the day a row speaks of, as :func:`dated_people_sql` compares it."""
    day = ROW_DAYS.get(entity)
    if day is None:
        return _NO_DAY
    own = re.sub(r"\b([a-z]+_(?:on|at))\b", rf"{row}.\1", day)
    return f"coalesce(({own})::DATE, {_NO_DAY})"


def lookup_sql(text: str, identifier: str | None) -> str:
    """Return the text as ``person_identifier`` stores it."""
    return f"lower({text})" if identifier in ADDRESSES else text


def merge_hr_ids(writer: Writer, people: str, provenance: Provenance) -> None:
    """Give every person of a staged relation an identifier of type ``hr_id``."""
    relation = writer.staging.view(
        "SELECT person_id, 'hr_id' AS id_type, person_id AS value, NULL::VARCHAR AS program_id, "
        "NULL::DATE AS valid_from, NULL::DATE AS valid_to, "
        + provenance.columns("'hr_id|' || person_id", "min(source_row)")
        + f" FROM {people} GROUP BY person_id",
        "hr_id",
    )
    writer.merge(person_identifier, relation)
