"""Answers of an OData service in JSON as flat rows of text."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from etl.problems import FileProblem
from etl.reading.text_traits import decoded, read_traits

_BEGIN = re.compile(r'\s*\{\s*"d"\s*:\s*[\[{]')
_MOMENT = re.compile(r"/Date\((-?\d{1,17})([+-]\d{1,4})?\)/")
_FIRST = dt.datetime(1970, 1, 1)
_ABOUT = ("__metadata", "__deferred", "__next", "__count")  # of the service, not of the row


def looks_like_odata(text: str) -> bool:
    """Tell whether a text begins like an OData answer (version 2) in JSON."""
    return _BEGIN.match(text.lstrip("\ufeff")) is not None


def read_odata(path: Path, encoding: str | None) -> tuple[list[dict[str, str | None]], bool]:
    """Return the rows of an answer, and whether it says that further pages follow.

    What an expanded reference leads to is named by both (``emplStatusNav/externalCode``); lists
    stay JSON text. ``/Date(...)/`` becomes ISO text: a day where it is midnight without an offset,
    else a moment, with its offset where it has one.

    Raises
    ------
    FileProblem
        unreadable_bytes, wrong_file, empty_file.
    """
    text = "".join(decoded(path, read_traits(path, encoding)))
    try:
        tree = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise FileProblem(
            "unreadable_bytes",
            path,
            "The JSON is damaged or cut off" + (f" at line {line}." if line else "."),
            "Call the service again and save the whole answer.",
        ) from error
    body = tree.get("d") if isinstance(tree, dict) else None
    has_more = isinstance(body, dict) and "__next" in body
    found = body.get("results", [body]) if isinstance(body, dict) else body
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        problem = "This JSON is no answer of an OData service: it has no list of results."
        remedy = "Save the answer of the query itself, with $format=json."
        raise FileProblem("wrong_file", path, problem, remedy)
    if not found:
        remedy = "Check the filter and the permissions of the query, and run it again."
        raise FileProblem("empty_file", path, "The answer has no results.", remedy)
    return [dict(_flat(one, "")) for one in found], has_more


def iso_moment(text: str) -> str:
    """Return ``/Date(milliseconds)/`` as ISO text; other text as it is."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return text
    offset = dt.timedelta(minutes=int(match[2] or 0))
    try:
        moment = _FIRST + dt.timedelta(milliseconds=int(match[1])) + offset
        if match[2]:
            return moment.replace(tzinfo=dt.timezone(offset)).isoformat(" ")
    except (OverflowError, ValueError):
        return text
    is_day = moment.time() == dt.time()
    return moment.date().isoformat() if is_day else moment.isoformat(" ")


def _flat(tree: dict[str, Any], prefix: str) -> Iterator[tuple[str, str | None]]:
    for key, value in tree.items():
        if key in _ABOUT:
            continue
        if isinstance(value, dict) and "results" not in value:
            yield from _flat(value, f"{prefix}{key}/")
        else:
            yield f"{prefix}{key}", _text(value)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return iso_moment(value) if value else None
    return json.dumps(value, ensure_ascii=False)
