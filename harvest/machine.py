"""What the worklist for machines answers, as records of pairs and the release they are from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harvest.found import Found, FoundRecord, FoundText, UnknownContent

_WHOLE = {"release", "total", "offset", "pairs"}


def read_worklist(answer: Mapping[str, Any]) -> Found:
    """Return every pair with every number, nested ones too, and the count of all pairs as text.

    Raises
    ------
    UnknownContent
        The answer has a part that nobody here reads.
    """
    unknown = set(answer) - _WHOLE
    if unknown:
        raise UnknownContent(f"worklist: nobody reads {', '.join(sorted(unknown))}")
    records = tuple(
        FoundRecord(f"pair {number}", dict(_flat(pair)))
        for number, pair in enumerate(answer["pairs"], 1)
    )
    counts = FoundText("count of pairs", f"{answer['total']:,} pairs")
    release = FoundText("release", f"Release {answer['release']['id']}")
    return Found(records=records, texts=(counts, release))


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _flat(inner, f"{name}.{number}")
    else:
        yield name, value
