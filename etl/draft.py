"""A mapping drafted from what a file looks like, for a person to complete."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from etl.choosing.choice import plain_entity
from etl.choosing.survey_mapping import SURVEY_FORMATS, draft_survey_mapping
from etl.mapping.mapping import ENTITIES, SURVEY_RESPONSE, entity_table
from etl.mapping.text import mapping_toml
from etl.problems import nearest
from warehouse.tables import facts, mappable

if TYPE_CHECKING:
    from etl.inspect import Inspection

# Words of foreign systems, lower case without punctuation, and the column they often mean.
_SYNONYMS = {
    "employee": "person_id",
    "employeeid": "person_id",
    "employeenumber": "person_id",
    "workerid": "person_id",
    "personnelnumber": "person_id",
    "userid": "person_id",
    "iid": "person_id",
    "email": "person_id",
    "externalreference": "person_id",
    "hiredate": "hired_on",
    "startdate": "hired_on",
    "originalhiredate": "hired_on",
    "effectivedate": "recorded_on",
    "recorddate": "recorded_on",
    "snapshotdate": "recorded_on",
    "department": "department_id",
    "departmentname": "department_id",
    "organization": "department_id",
    "managerid": "manager_person_id",
    "manager": "manager_person_id",
    "supervisor": "manager_person_id",
    "grade": "level",
    "leveldesignation": "level",
    "jobtitle": "function_type",
    "jobfamily": "function_type",
    "functiontype": "function_type",
    "city": "location",
    "site": "location",
    "terminationdate": "exit_on",
    "exitdate": "exit_on",
    "departuredate": "exit_on",
    "lastday": "exit_on",
    "terminationreason": "reason_source",
    "reason": "reason_source",
    "mentor": "mentor_person_id",
    "mentorid": "mentor_person_id",
    "mentoremail": "mentor_person_id",
    "mentee": "mentee_person_id",
    "menteeid": "mentee_person_id",
    "menteeemail": "mentee_person_id",
    "matchid": "pair_id",
    "match": "pair_id",
    "matchdate": "matched_on",
    "meetingid": "session_id",
    "meetingdate": "planned_start_at",
    "scheduledstart": "planned_start_at",
    "duration": "actual_minutes",
    "durationminutes": "actual_minutes",
    "enrollmentdate": "enrolled_on",
    "joindate": "enrolled_on",
    "responseid": "response_id",
    "recordeddate": "recorded_at",
    "finished": "is_finished",
}


def draft_mapping(inspection: Inspection) -> str:
    """Return the text of a mapping file; comments stand where a person must decide."""
    if inspection.format in SURVEY_FORMATS:
        return _survey_draft(inspection)
    columns = [column.name for column in inspection.columns]
    entity = _entity(inspection, columns)
    guesses = _guesses(entity, columns)
    lines = [
        'source_system = "name of the system"  # decide: short name, the same for all its files',
        f"description = {_text('What this export is')}",
        f"files = [{_text(_pattern(inspection.path.name))}]",
        f"format = {_text(inspection.format)}",
        *_convention_lines(inspection),
        "",
        "[[load]]",
        f"entity = {_text(entity)}  # decide: {', '.join(_alternatives(entity, columns))}",
        f"key = [{_text(_key(entity, guesses, columns))}]  # decide: what tells rows apart",
        "[load.columns]",
        *_column_lines(inspection, entity, guesses),
    ]
    return "\n".join(lines) + "\n"


def _survey_draft(inspection: Inspection) -> str:
    """Return the mapping found for a survey export, asking at the places that are ambiguous."""
    draft = draft_survey_mapping(inspection.path)
    suggestions = {
        "date_order": 'date_order = "dmy"  # or "mdy"',
        "decimal": 'decimal = ","  # or "."',
        "load.columns.person_id": 'person_id = { column = "...", identifier = "email" }  # or '
        '"hr_id"; without it the answers are anonymous',
        "load.items": '"column of a closed question" = "its item code"',
    }
    remarks = {
        place: f"decide: {problem.problem}\n{suggestions[place]}"
        for place, problem in draft.doubts.items()
    }
    notes = [f"Not imported: {', '.join(draft.unread)}"] if draft.unread else []
    notes.append("For a later export of the survey, give wave_id, the wave, and files new values.")
    if "date_order" in draft.doubts:
        notes.append("decide: opens_on and closes_on of the wave, once the dates can be read")
    remarks[""] = "\n".join(notes)
    return mapping_toml(draft.mapping, remarks)


def _entity(inspection: Inspection, columns: Sequence[str]) -> str:
    return plain_entity(inspection.path) or _alternatives("", columns)[0]


def _alternatives(entity: str, columns: Sequence[str]) -> list[str]:
    scores = {name: len(_guesses(name, columns)) for name in ENTITIES if name != SURVEY_RESPONSE}
    best = sorted(scores, key=lambda name: -scores[name])[:4]
    return [entity, *(name for name in best if name != entity)][:4] if entity else best


def _guesses(entity: str, columns: Sequence[str]) -> dict[str, str]:
    """Return canonical column to column of the file, the surest guess of each."""
    allowed = mappable(entity_table(entity))
    found: dict[str, str] = {}
    for column in columns:
        plain = re.sub(r"[^a-z0-9]", "", column.lower())
        synonym = _SYNONYMS.get(plain)
        close = [synonym] if synonym in allowed else nearest(column, allowed, limit=1)
        is_sure = close and (synonym in allowed or _is_near(plain, str(close[0])))
        if is_sure and close[0] not in found:
            found[str(close[0])] = column
    return found


def _is_near(plain: str, canonical: str) -> bool:
    words = canonical.replace("_", "")
    stem = re.sub(r"_(id|on|at)$", "", canonical).replace("_", "")
    return plain in (words, stem, f"{stem}date", f"{stem}id", f"{stem}s")


def _key(entity: str, guesses: dict[str, str], columns: Sequence[str]) -> str:
    return guesses.get(f"{entity}_id") or next(
        iter(guesses.values()), columns[0] if columns else ""
    )


def _convention_lines(inspection: Inspection) -> list[str]:
    lines = []
    if inspection.dates.order is None:
        example = inspection.dates.example
        lines.append(f'# date_order = "dmy"  # decide: "{example}" reads both ways; dmy or mdy')
    if inspection.details.get("decimal") == ",":
        lines.append('decimal = ","')
    if "time_zone" not in inspection.details:
        lines.append(
            '# time_zone = "Europe/Berlin"  # decide: zone of times without one; UTC if not'
        )
    return lines


def _column_lines(inspection: Inspection, entity: str, guesses: dict[str, str]) -> list[str]:
    lines = []
    taken = set(guesses.values())
    for target, column in guesses.items():
        lines.append(f"{target} = {_source(entity, target, column)}")
    if not guesses and inspection.columns:
        first, column = facts(entity_table(entity))[0], inspection.columns[0].name
        taken.add(column)
        lines.append(f"{first} = {_text(column)}  # decide: no column could be guessed")
    for column_view in inspection.columns:
        if column_view.name not in taken:
            lines.append(f"# ? = {_text(column_view.name)}  # decide, or leave out")
    open_targets = [name for name in mappable(entity_table(entity)) if name not in guesses]
    lines.append(f"# Columns of {entity} not filled yet: {', '.join(open_targets)}")
    return lines


def _source(entity: str, target: str, column: str) -> str:
    if target.endswith("person_id") and entity != "person":
        kind = "email" if "mail" in column.lower() else "hr_id"
        return f'{{ column = {_text(column)}, identifier = "{kind}" }}  # decide: kind of id'
    if target in ("status", "mode", "role", "kind", "voluntary", "reason_group"):
        return f"{_text(column)}  # decide: add values = {{ ... }} where its words differ from ours"
    return _text(column)


def _pattern(name: str) -> str:
    return re.sub(r"\d[\d_-]*", "*", name)


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
