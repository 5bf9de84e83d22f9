"""A mapping for a survey export, found by looking at all of it.

Survey tools write columns of their own beside the questions, always the same: so the response, its
moment, and the respondent are known, and what is left are questions. A mapping is made only of
what the file leaves no doubt about. Where it leaves some, loading stops and asks.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

from etl import formats
from etl.choosing.survey_items import Question, SurveyItems, find_items
from etl.choosing.survey_names import survey_id, survey_name
from etl.choosing.survey_profile import ColumnProfile, answers_sql, profile_columns
from etl.choosing.survey_respondent import Respondent, find_respondent
from etl.mapping.mapping import SURVEY_RESPONSE, Load, Mapping, Source, entity_table
from etl.mapping.text import mapping_toml
from etl.problems import FileProblem
from etl.reading.raw_table import Hints, RawTable
from etl.reading.survey_words import (
    FINISHED,
    KIND,
    RECORDED,
    RESPONSE,
    SURVEY_FORMATS,
    columns_by_role,
)
from etl.rows.conventions import decide_conventions
from etl.rows.parsing import Conventions, cell_sql, typed_sql
from warehouse.engine import open_staging
from warehouse.tables import facts

__all__ = ["SURVEY_FORMATS", "SurveyDraft", "choose_survey_mapping", "draft_survey_mapping"]

_SEPARATORS = {"microsoft_forms": ";", "google_forms": ", ", "qualtrics": ","}
# Tools that count responses from 1 in every form, or give them no id: unique in one wave only.
_COUNTED = frozenset({"microsoft_forms", "google_forms"})
_TESTS = frozenset(  # Qualtrics' status of previews and generated responses, as code and in words
    {
        *("1", "2", "9", "17"),
        *("survey preview", "survey test", "survey preview spam", "offline survey preview"),
    }
)


@dataclass(frozen=True)
class SurveyDraft:
    """A mapping and what keeps it from being sure.

    Parameters
    ----------
    mapping
        What could be found out.
    unread
        Columns that are not imported.
    doubts
        Place in the mapping file to the problem there; empty where nothing is ambiguous.
    """

    mapping: Mapping
    unread: tuple[str, ...]
    doubts: dict[str, FileProblem]


@dataclass(frozen=True)
class _Export:
    """A staged export: its rows, its columns by role, and what every question holds."""

    path: Path
    raw: RawTable
    roles: dict[str, list[str]]
    profiles: dict[str, ColumnProfile]

    def first(self, role: str) -> str | None:
        """Return the preferred column of a role that is not empty."""
        names = self.roles.get(role, [])
        return next((name for name in names if self.profiles[name].filled), None)

    @property
    def response(self) -> str:
        """The column that tells responses apart; Google Forms has none, the reader adds one."""
        return self.roles[RESPONSE][0] if RESPONSE in self.roles else self.raw.columns[-1]


def choose_survey_mapping(path: Path) -> Mapping:
    """Return the mapping of a survey export that leaves nothing open.

    Raises
    ------
    FileProblem
        ambiguous_dates, ambiguous_person, no_questions, or what keeps the file from being read.
    """
    draft = draft_survey_mapping(path)
    for problem in draft.doubts.values():
        raise problem
    return draft.mapping


def draft_survey_mapping(path: Path) -> SurveyDraft:
    """Look at all of a survey export and return what its mapping is as far as can be told.

    Raises
    ------
    FileProblem
        What keeps the file from being read.
    """
    with open_staging() as staging:
        raw = formats.read(path, staging, Hints())
        roles = columns_by_role(raw.format, raw.columns)
        labels = {name: raw.labels.get(name, "") for name in raw.columns}
        separator = _SEPARATORS.get(raw.format)
        profiles = profile_columns(staging, raw.relation, labels, separator)
        export = _Export(path, raw, roles, profiles)
        respondent = find_respondent(path, roles, [profiles[name] for name in raw.columns])
        beside = {name for names in roles.values() for name in names} | set(raw.open_columns)
        beside |= {export.response, *respondent.columns}
        asked = [name for name in raw.columns if name not in beside]
        found = find_items(_questions(staging, export, asked), separator)
        return _draft(staging, export, respondent, found)


def _draft(
    staging: Any, export: _Export, respondent: Respondent, found: SurveyItems
) -> SurveyDraft:
    doubts = dict(respondent.doubts)
    if not found.items and not found.choices:
        doubts["load.items"] = _no_questions(export.path)
    mapping = _mapping(export, respondent, found)
    conventions, days = None, None
    try:
        conventions = decide_conventions(staging, export.raw, mapping, export.path)
        days = _days(staging, export, conventions)
    except FileProblem as problem:
        doubts["decimal" if problem.code == "ambiguous_numbers" else "date_order"] = problem
    mapping = _fielded(mapping, export, conventions, days)
    read = set(mapping.source_columns())
    unread = tuple(name for name in export.raw.columns if name not in read)
    return SurveyDraft(mapping, unread, doubts)


def _mapping(export: _Export, respondent: Respondent, found: SurveyItems) -> Mapping:
    """Return the mapping but for its survey and wave."""
    columns: dict[str, Source] = {"response_id": Source(export.response)}
    if respondent.source:
        columns["person_id"] = respondent.source
    recorded, finished = export.first(RECORDED), export.first(FINISHED)
    if recorded:
        columns["recorded_at"] = Source(recorded)
    if finished:
        columns["is_finished"] = Source(finished)
    load = Load(
        SURVEY_RESPONSE,
        (export.response,),
        columns,
        items=found.items,
        choices=found.choices,
        where=_real_responses(export),
    )
    codes = [*found.items.values(), *(c for one in found.choices for c in one.item_codes())]
    items = [_item(code, found.scales.get(code)) for code in codes]
    return Mapping(
        name=f"recognized {export.raw.format} survey",
        sha256="",
        source_system=export.raw.format,
        loads=(load,),
        format=export.raw.format,
        nulls=respondent.nulls,
        declared={"survey": (), "wave": (), "item": tuple(items)},
    )


def _item(code: str, scale: tuple[int, int] | None) -> dict[str, object]:
    lowest, highest = scale or (None, None)
    return _row("item", item_code=code, scale_min=lowest, scale_max=highest)


def _row(table: str, **values: object) -> dict[str, object]:
    """Return a declared row with all columns of its table, as a mapping file gives it."""
    return {name: values.get(name) for name in facts(entity_table(table))}


def _fielded(
    mapping: Mapping,
    export: _Export,
    conventions: Conventions | None,
    days: tuple[dt.date, dt.date] | None,
) -> Mapping:
    """Return the mapping with its survey and wave, which is known by its first day."""
    name = survey_name(export.path)
    survey = survey_id(name)
    wave = f"{survey}-{days[0].isoformat()}" if days else survey
    opens, closes = days or (None, None)
    title = f"{name or survey}{f', {opens:%Y-%m-%d}' if opens else ''}"
    declared = {
        "survey": (_row("survey", survey_id=survey, name=name or survey),),
        "wave": (
            _row(
                "wave", wave_id=wave, survey_id=survey, name=title, opens_on=opens, closes_on=closes
            ),
        ),
        "item": tuple(row | {"survey_id": survey} for row in mapping.declared["item"]),
    }
    (load,) = mapping.loads
    columns = load.columns | {"wave_id": Source(value=wave)}
    system = mapping.source_system
    if export.raw.format in _COUNTED:
        columns["response_id"] = Source(value=wave, followed_by=export.response)
        system = f"{system}/{wave}"
    order = conventions.date_order if conventions else None
    found = replace(
        mapping,
        source_system=system,
        description=f"{name or survey}, as {export.raw.format} exports it",
        files=(_pattern(export.path),),
        date_order=None if order == "ymd" else order,
        loads=(replace(load, columns=columns),),
        declared=declared,
    )
    return replace(found, sha256=sha256(mapping_toml(found).encode()).hexdigest())


def _pattern(path: Path) -> str:
    """Return a pattern that fits this file's name only: the next export is another wave."""
    return re.sub(r"[\[\]*]", "?", path.name)


def _real_responses(export: _Export) -> dict[str, tuple[str, ...]]:
    """Return which responses count: previews and tests do not, unless there is nothing else.

    A file of tests alone is loaded as it is: somebody tries out the import.
    """
    status = export.first(KIND)
    if status is None:
        return {}
    values = [value for value, _ in export.profiles[status].values]
    real = tuple(value for value in values if value.casefold() not in _TESTS)
    return {status: (*real, "")} if real and len(real) < len(values) else {}


def _days(
    staging: Any, export: _Export, conventions: Conventions
) -> tuple[dt.date, dt.date] | None:
    """Return the first and the last day of a response, None where there are no days."""
    column = export.first(RECORDED)
    if column is None:
        return None
    source = Source(column)
    day = typed_sql("cell", source, "date", conventions)
    first, last = staging.rows(
        f"SELECT min({day}), max({day}) FROM "
        f"(SELECT {cell_sql(source, 'date')} AS cell FROM {export.raw.relation})"
    )[0]
    return (first, last) if first else None


def _questions(staging: Any, export: _Export, columns: Sequence[str]) -> list[Question]:
    """Group neighboring columns that belong to one question."""
    found = []
    for _, group in groupby(columns, lambda name: _stem(export, name)):
        names = list(group)
        profiles = tuple(export.profiles[name] for name in names)
        gaps = len(names) > 1 and _has_gaps(staging, export.raw.relation, names)
        found.append(Question(profiles, gaps))
    return found


def _stem(export: _Export, name: str) -> str:
    """Return what the columns of one question have in common."""
    form, label = export.raw.format, export.raw.labels.get(name)
    if form == "surveymonkey":
        return label or name
    if form == "qualtrics":
        return re.sub(r"_[^_]+$", "", name.partition(" (")[0])
    if form == "google_forms":
        return re.sub(r" \[[^\]]+\]$", "", name)
    return name.rsplit(".", 1)[0] if re.search(r"\.\S", name) else name


def _has_gaps(staging: Any, relation: str, columns: Sequence[str]) -> bool:
    """Tell whether some row answers a part of the columns only."""
    cells = [f"nullif({answers_sql(name)}, '0')" for name in columns]
    filled = " + ".join(f"({cell} IS NOT NULL)::INTEGER" for cell in cells)
    sql = f"SELECT count(*) FROM {relation} WHERE ({filled}) BETWEEN 1 AND {len(cells) - 1}"
    return bool(staging.rows(sql)[0][0])


def _no_questions(path: Path) -> FileProblem:
    return FileProblem(
        "no_questions",
        path,
        "It is a survey export, but none of its questions is clearly a closed one.",
        "If some are, name them in a mapping: outcomes inspect drafts one.",
    )
