"""Whose row it is: identifiers resolve to people through ``person_identifier``, never names.

Every person has an identifier of type ``hr_id`` from the first day; e-mail addresses, logins and
ids of platforms come in through mappings. An identifier that belongs to nobody, or to more than
one person, resolves to nobody.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from etl.row_staging import literal
from warehouse.engine import Staging, Writer
from warehouse.tables import person, person_identifier, program

WORDS = {
    "hr_id": "personnel number",
    "email": "e-mail address",
    "upn": "login",
    "platform": "platform id",
    "survey": "survey id",
    "name": "name, and a name alone never tells who is meant",
}
_ADDRESSES = ("email", "upn")


@dataclass(frozen=True)
class Provenance:
    """What every row written from one file has in common."""

    source_system: str
    file_sha256: str
    batch_id: str
    now: dt.datetime

    def columns(self, record_id: str, source_row: str) -> str:
        """Return the provenance columns as SQL, given the two that differ by row."""
        return (
            f"{literal(self.source_system)} AS source_system, {record_id} AS source_record_id, "
            f"{literal(self.file_sha256)} AS source_file_sha256, "
            f"({source_row})::INTEGER AS source_row, "
            f"{literal(self.batch_id)} AS batch_id, "
            f"TIMESTAMP '{self.now.isoformat(sep=' ')}' AS loaded_at"
        )


def people_sql(staging: Staging, identifier: str | None, *, is_scoped: bool = False) -> str:
    """Return a query of ``id`` (unique) and ``person_id`` for one kind of identifier.

    Parameters
    ----------
    identifier
        Kind of identifier; None where the value is a person's id itself.
    is_scoped
        True to get ``program_id`` as well, unique together with ``id``: identifiers valid in all
        programs stand once for each of them, those of one program for that, and all of them for
        rows without a program.
    """
    if identifier is None:
        return f"SELECT DISTINCT person_id AS id, person_id FROM {staging.reference(person)}"
    known = staging.reference(person_identifier)
    if is_scoped:
        programs = f"SELECT program_id FROM {staging.reference(program)} UNION SELECT NULL"
        return (
            f"SELECT i.value AS id, p.program_id, min(i.person_id) AS person_id FROM {known} i "
            f"JOIN ({programs}) p ON p.program_id IS NULL OR i.program_id IS NULL "
            "OR i.program_id = p.program_id "
            f"WHERE i.id_type = '{identifier}' GROUP BY i.value, p.program_id "
            "HAVING count(DISTINCT i.person_id) = 1"
        )
    return (
        f"SELECT value AS id, min(person_id) AS person_id FROM {known} "
        f"WHERE id_type = '{identifier}' GROUP BY value HAVING count(DISTINCT person_id) = 1"
    )


def lookup_sql(text: str, identifier: str | None) -> str:
    """Return the text as ``person_identifier`` stores it."""
    return f"lower({text})" if identifier in _ADDRESSES else text


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
