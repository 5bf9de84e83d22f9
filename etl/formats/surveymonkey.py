"""SurveyMonkey: questions in the first header row, their options or rows in the second."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from etl.reading.grid import GRIDS, open_grid, peek_records
from etl.reading.raw_table import Hints, Layout, RawTable
from etl.reading.row_staging import tidy_name, unique_names
from etl.reading.sample import Sample
from etl.reading.survey_words import EMAIL, REFERENCE, RESPONDENT, RESPONSE, leading_roles

NAME = "surveymonkey"
CONTAINERS = GRIDS
_ID = re.compile(r"\d{6,}")
_ADDRESS = "ip address"
_WHOLE = frozenset({"response", "open-ended response", ""})  # what stands below such a question


@dataclass(frozen=True)
class _Header:
    """Header rows, unique column names, the question of each column, and what stays behind."""

    records: int
    names: tuple[str, ...]
    labels: tuple[str, ...]
    dropped: frozenset[int]

    @property
    def layout(self) -> Layout:
        return Layout(NAME, self.records, self.dropped, self.names)


def recognizes(sample: Sample) -> bool:
    """Tell whether a grid begins with SurveyMonkey's id of respondents, long numbers below it."""
    records = sample.records[:8]
    if not records or leading_roles(NAME, [tidy_name(records[0][0])]) != [RESPONSE]:
        return False
    below = records[1 + _has_second_row(records) :]
    return all(_ID.fullmatch(record[0].strip()) for record in below)


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the column names: question, or question and option."""
    header = _header(peek_records(path, hints, 2))
    return tuple(n for p, n in enumerate(header.names) if n and p not in header.dropped)


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage the responses; the IP address stays behind, and names beside an e-mail address."""
    grid = open_grid(path, hints, 2)
    header = _header(grid.header)
    table = grid.stage(staging, header.layout)
    pairs = zip(header.names, header.labels, strict=True)
    labels = {name: label for name, label in pairs if label != name and name in table.columns}
    return replace(table, labels=labels)


def _has_second_row(records: Sequence[Sequence[str]]) -> bool:
    """Tell whether the second record holds options: no respondent has a blank id."""
    return len(records) > 1 and not records[1][0].strip()


def _header(records: Sequence[Sequence[str]]) -> _Header:
    first = [tidy_name(cell) for cell in records[0]]
    second = [tidy_name(cell) for cell in records[1]] if _has_second_row(records) else []
    width = max(len(first), len(second))
    first += [""] * (width - len(first))
    second += [""] * (width - len(second))
    roles = leading_roles(NAME, first)
    questions = _carried(first)
    names = [
        question if _is_whole(first, n, part) else f"{question}: {part}"
        for n, (question, part) in enumerate(zip(questions, second, strict=True))
    ]
    is_known = bool({EMAIL, REFERENCE} & set(roles))
    dropped = {n for n, name in enumerate(first) if name.lower() == _ADDRESS}
    if is_known:
        dropped |= {n for n, role in enumerate(roles) if role == RESPONDENT}
    count = 1 + _has_second_row(records)
    return _Header(count, unique_names(names), tuple(questions), frozenset(dropped))


def _is_whole(first: Sequence[str], position: int, part: str) -> bool:
    """Tell whether a column holds all of a question, not one option or row of it."""
    is_alone = bool(first[position]) and (position + 1 == len(first) or bool(first[position + 1]))
    return is_alone or part.lower() in _WHOLE


def _carried(first: Sequence[str]) -> list[str]:
    """Return the question of every column: it stands over its first column only."""
    found, question = list[str](), ""
    for name in first:
        question = name or question
        found.append(question)
    return found
