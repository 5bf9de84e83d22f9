"""Files broken at random, and what must hold of every reader whatever it is given."""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from etl.formats import Hints, RawTable, read, read_header
from etl.planning import exports_in, may_be_export
from etl.problems import FileProblem
from etl.reading.archives import Archives
from etl.reading.csv_text import split_leniently
from etl.reading.text_traits import decoded, read_traits
from etl.report import FileOutcome
from warehouse.engine import Staging, open_staging

_TOKENS = (
    *(b'"', b'""', b"'", b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\n\n", b"\x00", b" "),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x1a"),
    *(b"{", b"}", b"[", b"]", b":", b"null", b"NaN", b"\\", b"\\u0000", b"\\ud800"),
    *(b"<", b">", b"&", b"&a;", b"</", b"/>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<!--", b"]]>"),
    *(b"=1+1", b"@", b"-1", b"0", b"1e999", b"99999999999999999999", b"2026-02-30", b"9999-12-31"),
    *(b"sep=;\n", b"METADATA|", b"BEGIN:VEVENT\r\n", b"RRULE:FREQ=SECONDLY\r\n", b"GMT+99:99"),
    *("\u2028".encode(), "\u00a0".encode(), "\U0001f600".encode(), "\u0130".encode()),
)
_ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-be", "cp1252", "utf-32")


@dataclass(frozen=True)
class Finding:
    """A reader broke a promise.

    Parameters
    ----------
    what
        The promise or the exception, without what differs from file to file.
    """

    what: str


def mutate(seed: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Return a file broken in one to six places; packed ones also within a member."""
    if seed.startswith(b"PK") and chance.random() < 0.7:
        return _mutated_member(seed, others, chance)
    for _ in range(chance.randint(1, 6)):
        seed = chance.choice(_WAYS)(seed, others, chance)
    return seed[: 1 << 20]


def judge(path: Path, hints: Hints) -> tuple[str, Finding | None]:
    """Read a file and return how it was taken, in words that are alike for like files."""
    try:
        with Archives(may_be_export) as archives:
            exports = list(exports_in([path], archives))
            taken = [_judge_one(one, hints) for one in exports]
    except TimeoutError:
        raise
    except Exception as error:
        return "broke", Finding(_shape(f"{type(error).__name__} at {_place(error)}: {error}"))
    findings = [finding for _, finding in taken if finding]
    return " ".join(sorted({said for said, _ in taken})), findings[0] if findings else None


def _judge_one(export: object, hints: Hints) -> tuple[str, Finding | None]:
    if isinstance(export, FileOutcome):
        assert export.problem is not None
        return f"refused {export.problem.code}", None
    path: Path = export.path  # type: ignore[attr-defined]
    try:
        with open_staging() as staging:
            header = read_header(path, hints)[1]
            table = read(path, staging, hints)
            return _said(table), _broken_promise(path, header, table, staging)
    except FileProblem as problem:
        said = f"refused {problem.code} {_shape(problem.problem)}"
        is_sentence = problem.remedy.endswith((".", path.name)) and str(path) in str(problem)
        return said, None if is_sentence else Finding(f"a remedy that is no sentence: {said}")


def _said(table: RawTable) -> str:
    rules = sorted({row.rule for row in table.broken})
    return f"read {table.format} {sorted(table.details)} {table.details.get('path')} {rules}"


def _broken_promise(
    path: Path, header: tuple[str, ...], table: RawTable, staging: Staging
) -> Finding | None:
    rows = staging.rows(f"SELECT * FROM {table.relation}")
    numbers = [row[0] for row in rows]
    names = [name.lower() for name in table.columns]
    is_text = all(cell is None or isinstance(cell, str) for row in rows for cell in row[1:])
    held = len(rows) + len(table.broken)
    promises = {
        "rows are numbered once": len({*numbers}) == len(numbers) and None not in numbers,
        "broken rows are no rows": not {one.source_row for one in table.broken} & {*numbers},
        "columns are unique": len({*names}) == len(names) and all(names),
        "the header names what is staged": {*header} <= {*table.columns},
        "every row has every column": all(len(row) > len(names) for row in rows),
        "cells are text or nothing": is_text,
        "empty cells are NULL": all(cell != "" for row in rows for cell in row[1:]),
        "no cell has a NUL": not any("\0" in (cell or "") for row in rows for cell in row[1:]),
        "every row is accounted for": _expected(path, table) in (None, held),
    }
    broken = [promise for promise, is_kept in promises.items() if not is_kept]
    return Finding(f"{table.format}: not so: {broken[0]}") if broken else None


def _expected(path: Path, table: RawTable) -> int | None:
    """Count rows by another way than the reader's, where a format allows it."""
    if table.format not in ("delimited", "json_lines"):
        return None
    text = "".join(decoded(path, read_traits(path)))
    if table.format == "json_lines":
        is_lines = text.lstrip().startswith("{")
        return sum(bool(line.strip(" \t\r")) for line in text.split("\n")) if is_lines else None
    text = re.sub(r"\Asep=.\r?\n", "", text, flags=re.IGNORECASE)
    _, *records = [one for one in split_leniently(text, table.details["delimiter"]) if one]
    return sum(record != ["\x1a"] for record in records)


def _shape(words: str) -> str:
    """Leave out what differs from file to file."""
    words = re.sub(r'"[^"]*"|\([^)]*\)', "..", words.split("\n", 1)[0])
    return re.sub(r"[0-9]+", "9", re.sub(r"/\S+", "..", words))[:160]


def _place(error: BaseException) -> str:
    trace, place = error.__traceback__, ""
    while trace:
        if "/etl/" in trace.tb_frame.f_code.co_filename:
            place = (
                f"{Path(trace.tb_frame.f_code.co_filename).name} {trace.tb_frame.f_code.co_name}"
            )
        trace = trace.tb_next
    return place


def _mutated_member(seed: bytes, others: list[bytes], chance: random.Random) -> bytes:
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(seed)) as old:
            members = [(name, old.read(name)) for name in old.namelist()]
        broken = chance.choice(members)[0]
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name, content in members:
                if name != broken:
                    new.writestr(name, content)
                elif chance.random() > 0.1:
                    new.writestr(name, mutate(content, others, chance))
    except (
        zipfile.BadZipFile,
        ValueError,
        LookupError,
        RuntimeError,
        zlib.error,
        OSError,
        EOFError,
    ):
        return _flip(seed, others, chance)
    return out.getvalue()


def _span(seed: bytes, chance: random.Random, longest: int = 64) -> tuple[int, int]:
    start = chance.randrange(len(seed) + 1)
    return start, min(len(seed), start + chance.randint(1, longest))


def _flip(seed: bytes, _: list[bytes], chance: random.Random) -> bytes:
    start, end = _span(seed, chance, 4)
    return seed[:start] + chance.randbytes(end - start) + seed[end:]


def _cut(seed: bytes, _: list[bytes], chance: random.Random) -> bytes:
    start, end = _span(seed, chance)
    return seed[:start] + seed[end:]


def _cut_off(seed: bytes, _: list[bytes], chance: random.Random) -> bytes:
    return seed[: chance.randrange(len(seed) + 1)]


def _repeat(seed: bytes, _: list[bytes], chance: random.Random) -> bytes:
    start, end = _span(seed, chance)
    times = chance.choice((1, 2, 50, 2000))
    return seed[:end] + seed[start:end] * times + seed[end:]


def _insert(seed: bytes, _: list[bytes], chance: random.Random) -> bytes:
    start = chance.randrange(len(seed) + 1)
    token = chance.choice(_TOKENS)
    wide = seed.startswith((b"\xff\xfe", b"\xfe\xff")) and token.isascii()
    return seed[:start] + (token.decode().encode("utf-16-le") if wide else token) + seed[start:]


def _replace(seed: bytes, _: list[bytes], chance: random.Random) -> bytes:
    start, end = _span(seed, chance, 12)
    return seed[:start] + chance.choice(_TOKENS) + seed[end:]


def _splice(seed: bytes, others: list[bytes], chance: random.Random) -> bytes:
    other = chance.choice(others)
    start, end = _span(other, chance, 400)
    place = chance.randrange(len(seed) + 1)
    return seed[:place] + other[start:end] + seed[place:]


def _recode(seed: bytes, _: list[bytes], chance: random.Random) -> bytes:
    text = seed.decode("utf-16" if seed.startswith(b"\xff\xfe") else "utf-8", errors="replace")
    return text.encode(chance.choice(_ENCODINGS), errors="replace")


def _shuffle_lines(seed: bytes, _: list[bytes], chance: random.Random) -> bytes:
    lines = seed.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines)


_WAYS = (
    _flip,
    _cut,
    _cut_off,
    _repeat,
    _insert,
    _insert,
    _replace,
    _splice,
    _recode,
    _shuffle_lines,
)
