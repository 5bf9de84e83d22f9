"""What the worklist for machines answers and what digests say, as records of pairs and texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harvest.found import Found, FoundRecord, FoundText, UnknownContent
from reports.digest import Digest

_WHOLE = {"release", "total", "offset", "pairs"}
_BLOCK = {"rows", "total", "counts"}


def read_worklist(answer: Mapping[str, Any]) -> Found:
    """Return every pair with every number, nested ones too, and the count of all pairs as text.

    Raises
    ------
    UnknownContent
        The answer has a part that nobody here reads.
    """
    _refuse_unread("worklist", answer, _WHOLE)
    records = tuple(
        FoundRecord(f"pair {number}", dict(_flat(pair)))
        for number, pair in enumerate(answer["pairs"], 1)
    )
    counts = FoundText("count of pairs", f"{answer['total']:,} pairs")
    release = FoundText("release", f"Release {answer['release']['id']}")
    return Found(records=records, texts=(counts, release))


def read_rows(answer: Mapping[str, Any]) -> Found:
    """Return a block of the worklist: every column of its rows, and the counts of pairs as text.

    Raises
    ------
    UnknownContent
        The answer has a part that nobody here reads.
    """
    _refuse_unread("rows", answer, _BLOCK)
    records = tuple(
        FoundRecord(f"worklist, row {n}", row) for n, row in enumerate(answer["rows"], 1)
    )
    counted = (answer["total"], *answer["counts"].values())
    return Found(
        records=records,
        texts=tuple(FoundText("count of pairs", f"{count:,} pairs") for count in counted),
    )


def read_digest(digest: Digest) -> Found:
    """Return every pair a digest tells of, and its other words; mail and chat say no more."""
    records = tuple(
        FoundRecord(f"pair {n}", {"pair_id": line.pair_id, "since": line.since, "why": line.why})
        for n, line in enumerate(digest.lines, 1)
    )
    told = [digest.subject.split(" (")[0], digest.headline, digest.day, *digest.foot]
    told += [f"{count} pairs: {words}" for words, count, _ in digest.counts]
    told += [f"{digest.more} pairs more"] if digest.more else []
    return Found(records=records, texts=tuple(FoundText("digest", words) for words in told))


def _refuse_unread(name: str, answer: Mapping[str, Any], known: set[str]) -> None:
    unknown = set(answer) - known
    if unknown:
        raise UnknownContent(f"{name}: nobody reads {', '.join(sorted(unknown))}")


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _flat(inner, f"{name}.{number}")
    else:
        yield name, value
