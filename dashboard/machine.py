"""The worklist for machines: JSON under the rights of whoever asks, and its OpenAPI description.

One list of fields makes both, so that the description cannot say other than what is answered.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import dash
from flask import Response, request

from dashboard.as_json import as_json
from dashboard.content.board import in_state
from dashboard.data import View
from dashboard.desk import Desk
from reports import codes
from reports.release import ReleaseError

WORKLIST, DESCRIPTION = "/api/v1/worklist", "/api/v1/openapi.json"
MOST, USUAL = 1_000, 100
_PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Field:
    """One field of a pair: its JSON schema, its meaning, and where it is read."""

    name: str
    schema: Mapping[str, Any]
    meaning: str
    read: Callable[[SimpleNamespace], Any]


class BadQuestion(ValueError):
    """A parameter that cannot be meant; the message says which and what is possible."""


def _plain(name: str) -> Callable[[SimpleNamespace], Any]:
    return lambda row: getattr(row, name)


def _day(name: str) -> Callable[[SimpleNamespace], str | None]:
    def read(row: SimpleNamespace) -> str | None:
        day: dt.date | None = getattr(row, name)
        return None if day is None else f"{day:%Y-%m-%d}"

    return read


def _whole(name: str) -> Callable[[SimpleNamespace], int | None]:
    def read(row: SimpleNamespace) -> int | None:
        value = getattr(row, name)
        return None if value is None else int(value)

    return read


_TEXT, _OPTIONAL_TEXT = {"type": "string"}, {"type": ["string", "null"]}
_DATE = {"type": ["string", "null"], "format": "date"}
_COUNT = {"type": ["integer", "null"]}
_STATE = {"type": "string", "enum": list(codes.STATES)}
_REASONS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["code"],
        "properties": {"code": _TEXT},
        "additionalProperties": {"type": ["number", "string"]},
    },
}
FIELDS = (
    Field("pair_id", _TEXT, "The pair; stable across releases", _plain("pair_id")),
    Field("program", _TEXT, "Program", _plain("program")),
    Field("cohort", _OPTIONAL_TEXT, "Cohort", _plain("cohort")),
    Field("mentor_name", _TEXT, "The junior, who mentors", _plain("mentor_name")),
    Field("mentee_name", _TEXT, "The senior", _plain("mentee_name")),
    Field("mentor_department", _OPTIONAL_TEXT, "Of the mentor", _plain("mentor_department")),
    Field("mentee_department", _OPTIONAL_TEXT, "Of the senior", _plain("mentee_department")),
    Field("state", _STATE, "State relative to the pair's own agreed cadence", _plain("state")),
    Field(
        "needs_attention",
        {"type": "boolean"},
        "Whether somebody should call",
        lambda row: bool(row.needs_attention),
    ),
    Field("need_rank", _COUNT, "1 is first to call", _whole("need_rank")),
    Field(
        "reasons",
        _REASONS,
        "Why, as codes with the numbers behind them",
        lambda row: json.loads(row.reasons or "[]"),
    ),
    Field(
        "why", _TEXT, "The reasons in words", lambda row: codes.reason_words(row.reasons or "[]")
    ),
    Field("matched_on", _DATE, "Day of the match", _day("matched_on")),
    Field(
        "agreed_cadence_days",
        {"type": ["number", "null"]},
        "Days agreed between two sessions",
        _plain("agreed_cadence_days"),
    ),
    Field("last_held_on", _DATE, "Day of the last session held", _day("last_held_on")),
    Field("next_planned_on", _DATE, "Day of the next session booked", _day("next_planned_on")),
    Field(
        "days_since_last",
        _COUNT,
        "Days since the last session, since the match where none was held",
        _whole("days_since_last"),
    ),
    Field("sessions_held", _COUNT, "Sessions held", _whole("sessions_held")),
    Field(
        "sessions_cancelled_by_mentee",
        _COUNT,
        "Sessions that the senior cancelled",
        _whole("sessions_cancelled_by_mentee"),
    ),
)
_CHOICES = ("needing", "all", *codes.STATES)
PARAMETERS = (
    ("program", _TEXT, "Only this program"),
    ("cohort", _TEXT, "Only this cohort"),
    ("department", _TEXT, "Only seniors of this department"),
    ("state", {"type": "string", "enum": list(_CHOICES), "default": "needing"}, "Which pairs"),
    ("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}, "At most"),
    ("offset", {"type": "integer", "minimum": 0, "default": 0}, "Leave out so many first"),
)


def add_api(app: dash.Dash, desk: Desk) -> None:
    """Add the worklist for machines and its description."""

    def worklist() -> Response:
        """Answer with the pairs that the asking viewer may see, most in need first."""
        try:
            view = desk.view(request.args)
            granted = view.rights("pair_board")
            if not granted.allowed:
                return _problem(403, "Not part of your role", granted.reason)
            return as_json(200, read_worklist(view, request.args))
        except BadQuestion as error:
            return _problem(400, "This cannot be meant", str(error))
        except ReleaseError as error:
            return _problem(503, "No release", str(error))

    def description() -> Response:
        """Answer with what can be asked and what comes back."""
        return as_json(200, describe())

    app.server.add_url_rule(WORKLIST, view_func=worklist)
    app.server.add_url_rule(DESCRIPTION, view_func=description)


def read_worklist(view: View, asked: Mapping[str, str]) -> dict[str, Any]:
    """Return the worklist of a viewer.

    Parameters
    ----------
    view : View
        With the filters of the question.
    asked : mapping of str to str
        Its parameters.

    Raises
    ------
    BadQuestion
        A parameter is not one of :data:`PARAMETERS` or out of its limits, or a filter names
        something that this viewer has not.
    """
    unknown = set(asked) - {name for name, *_ in PARAMETERS}
    if unknown:
        names = ", ".join(name for name, *_ in PARAMETERS)
        raise BadQuestion(f"There is no parameter {sorted(unknown)[0]}; there are {names}.")
    if view.notices:
        raise BadQuestion(view.notices[0])
    state = asked.get("state", "needing")
    if state not in _CHOICES:
        raise BadQuestion(f"state is one of {', '.join(_CHOICES)}, not {state}.")
    limit, offset = _number(asked, "limit", USUAL, 1, MOST), _number(asked, "offset", 0, 0, None)
    found = in_state(view, state)
    info = view.info
    return {
        "release": {
            "id": info.release_id,
            "built_at": f"{info.built_at:%Y-%m-%dT%H:%M:%SZ}",
            "data_as_of": f"{info.data_as_of:%Y-%m-%d}",
            "is_sample": bool(info.is_sample),
        },
        "total": len(found),
        "offset": offset,
        "pairs": [
            {field.name: field.read(row) for field in FIELDS}
            for row in found[offset : offset + limit]
        ],
    }


def describe() -> dict[str, Any]:
    """Return the OpenAPI 3.1 description of what is answered."""
    properties = {field.name: {**field.schema, "description": field.meaning} for field in FIELDS}
    pair = {"type": "object", "required": list(properties), "properties": properties}
    release = {
        "type": "object",
        "required": ["id", "built_at", "data_as_of", "is_sample"],
        "properties": {
            "id": {"type": "integer"},
            "built_at": {"type": "string", "format": "date-time"},
            "data_as_of": {"type": "string", "format": "date"},
            "is_sample": {"type": "boolean"},
        },
    }
    answer = {
        "type": "object",
        "required": ["release", "total", "offset", "pairs"],
        "properties": {
            "release": release,
            "total": {"type": "integer", "description": "Pairs in all, before limit and offset"},
            "offset": {"type": "integer"},
            "pairs": {"type": "array", "items": {"$ref": "#/components/schemas/Pair"}},
        },
    }
    problem = {
        "type": "object",
        "required": ["title", "status", "detail"],
        "properties": {"title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT},
    }
    reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
    refused = {
        code: {"description": words, "content": {_PROBLEM: reference}}
        for code, words in (
            ("400", "A parameter cannot be meant"),
            ("403", "Named pairs are not part of the role"),
            ("503", "Nothing is published yet"),
        )
    }
    given = {"schema": {"$ref": "#/components/schemas/Worklist"}}
    operation = {
        "summary": "Pairs that need someone, most in need first",
        "description": "Read-only. Only pairs of programs that the asking person manages.",
        "operationId": "worklist",
        "parameters": [
            {"name": name, "in": "query", "schema": schema, "description": meaning}
            for name, schema, meaning in PARAMETERS
        ],
        "responses": {
            "200": {"description": "The worklist", "content": {"application/json": given}},
            **refused,
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Program Outcomes", "version": "1"},
        "paths": {WORKLIST: {"get": operation}},
        "components": {"schemas": {"Pair": pair, "Worklist": answer, "Problem": problem}},
    }


def _number(asked: Mapping[str, str], name: str, usual: int, least: int, most: int | None) -> int:
    text = asked.get(name)
    if text is None:
        return usual
    is_whole = text.isascii() and text.isdigit() and len(text) < 10
    if not is_whole or int(text) < least or (most is not None and int(text) > most):
        until = f"at most {most:,}" if most is not None else "any size"
        raise BadQuestion(f"{name} is a whole number of at least {least}, {until}; not {text}.")
    return int(text)


def _problem(status: int, title: str, detail: str) -> Response:
    told = {"title": title, "status": status, "detail": detail}
    return as_json(status, told, mimetype=_PROBLEM)
