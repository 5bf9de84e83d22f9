"""What a file is and how it would be understood, without loading anything."""

from __future__ import annotations

import re
from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl import formats
from etl.choosing.choice import check_columns, choose_mapping
from etl.draft import draft_mapping
from etl.mapping.fit import add_day, fit_mapping
from etl.mapping.mapping import Mapping
from etl.problems import FileProblem
from etl.reading.raw_table import Hints, RawTable
from etl.reading.row_staging import quoted
from etl.rows.conventions import DateEvidence, date_evidence
from etl.rows.look import date_columns
from warehouse.engine import open_staging

__all__ = ["ColumnView", "Inspection", "describe", "draft_mapping", "inspect_file"]

_EXAMPLES = 3
_LONGEST = 40  # characters; longer cells are free text, which may say who wrote it
_PERSONAL = re.compile(
    r"name|mail|upn|organi[sz]er|login|phone|address|ip\b|latitude|longitude", re.I
)
_IMPERSONAL = re.compile(
    r"(department|city|store|program|cohort|survey|company|site|team|topic|course|file)[ _]?name",
    re.I,
)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# What a mapping can settle: the file can be looked at nevertheless.
_OPEN = (
    *("no_mapping", "unknown_column", "no_questions"),
    *("ambiguous_dates", "ambiguous_numbers", "ambiguous_person"),
)
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ,].*)?([+-]\d\d:?\d\d|Z)?")
_NUMBER = re.compile(r"[-+]?\d[\d.,' ]*")


@dataclass(frozen=True)
class ColumnView:
    """A column as the file has it.

    Parameters
    ----------
    label
        Longer text the file gives for it; blank where none.
    filled
        Rows in which it is not blank.
    kind
        date, number or text, by its first values.
    examples
        Up to three values; those that look personal are masked, long ones only counted.
    targets
        Where its values go under the mapping that applies: "session.session_id", ...
    """

    name: str
    label: str
    filled: int
    kind: str
    examples: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Inspection:
    """What was found in a file.

    Parameters
    ----------
    details
        encoding, delimiter, decimal, header_rows, sheet, ... where they apply.
    rows, broken_rows
        Rows below the header, and how many of them do not fit it.
    dates
        What all rows say about the order of day and month.
    mapping_name
        Mapping that applies; None where there is none.
    problem
        Why no mapping applies or what keeps the file from being loaded; blank if nothing.
    unmapped
        Columns the mapping does not read; they are not imported.
    """

    path: Path
    format: str
    details: ReadOnly[str, str]
    rows: int
    broken_rows: int
    columns: tuple[ColumnView, ...]
    dates: DateEvidence
    mapping_name: str | None
    problem: str
    unmapped: tuple[str, ...]


def inspect_file(path: Path, *, mapping: Path | None = None) -> Inspection:
    """Read a file and find out how it would be understood.

    Parameters
    ----------
    path
        The file.
    mapping
        Mapping to use; found by name and content otherwise.

    Raises
    ------
    FileProblem
        The file cannot be read, or the mapping named is wrong in itself.
    """
    chosen, problem = None, ""
    try:
        chosen = choose_mapping(path, mapping)
    except FileProblem as found:
        if found.code not in _OPEN:
            raise
        problem = str(found)
    with open_staging() as staging:
        raw = formats.read(path, staging, chosen.hints if chosen else Hints())
        if chosen:
            try:
                check_columns(path, chosen, raw)
                chosen = fit_mapping(chosen, raw.columns)
                raw = add_day(staging, raw, chosen, path)
            except FileProblem as found:
                problem = str(found)
        return _inspection(staging, raw, path, chosen, problem)


def describe(inspection: Inspection) -> str:
    """Return the inspection in words, for a terminal."""
    details = ", ".join(f"{key} {_shown(value)}" for key, value in inspection.details.items())
    lines = [
        f"{inspection.path.name}: {inspection.format}" + (f" ({details})" if details else ""),
        f"{inspection.rows + inspection.broken_rows:,} rows, {len(inspection.columns)} columns"
        + (f"; {inspection.broken_rows} rows do not fit it" if inspection.broken_rows else ""),
        f"Dates: {_dates_in_words(inspection.dates)}",
        f"Mapping: {inspection.mapping_name or 'none'}",
    ]
    if inspection.problem:
        lines.append(inspection.problem)
    lines.append("")
    width = max((len(column.name) for column in inspection.columns), default=0)
    for column in inspection.columns:
        targets = ", ".join(column.targets) or ("not read" if inspection.mapping_name else "?")
        examples = " | ".join(column.examples)
        lines.append(f"  {column.name:<{width}}  {column.kind:<6}  {targets}  [{examples}]")
    if inspection.mapping_name and inspection.unmapped:
        lines += ["", f"Not imported: {', '.join(inspection.unmapped)}"]
    return "\n".join(lines)


def mask(value: str) -> str:
    """Return the shape of a value: letters become x, digits 9."""
    return re.sub(r"\d", "9", re.sub(r"[^\W\d_]", "x", value))


def _inspection(
    staging: Any, raw: RawTable, path: Path, mapping: Mapping | None, problem: str
) -> Inspection:
    rows = int(staging.rows(f"SELECT count(*) FROM {raw.relation}")[0][0])
    targets = _targets(mapping, raw.columns)
    columns = tuple(_view(staging, raw, name, targets[name]) for name in raw.columns)
    asked = date_columns(mapping) if mapping else [c.name for c in columns if c.kind == "date"]
    return Inspection(
        path=path,
        format=raw.format,
        details=raw.details,
        rows=rows,
        broken_rows=len(raw.broken),
        columns=columns,
        dates=date_evidence(staging, raw, asked, mapping.nulls if mapping else ()),
        mapping_name=mapping.name if mapping else None,
        problem=problem,
        unmapped=tuple(name for name in raw.columns if mapping and not targets[name]),
    )


def _targets(mapping: Mapping | None, columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {name: [] for name in columns}
    for load in mapping.loads if mapping else ():
        for target, source in load.columns.items():
            for name in source.file_columns():
                found.get(name, []).append(f"{load.entity}.{target}")
        for name, code in load.items.items():
            found.get(name, []).append(f"item {code}")
        for choices in load.choices:
            for name in choices.file_columns():
                codes = [choices.columns[name]] if choices.columns else choices.item_codes()
                found.get(name, []).extend(f"item {code}" for code in codes)
        for name in (*load.key, *load.where, *load.prefer):
            if not found.get(name, ["unknown"]):
                found[name].append(f"{load.entity} (key or condition)")
    return {name: tuple(dict.fromkeys(targets)) for name, targets in found.items()}


def _view(staging: Any, raw: RawTable, name: str, targets: tuple[str, ...]) -> ColumnView:
    column = quoted(name)
    filled = int(staging.rows(f"SELECT count({column}) FROM {raw.relation}")[0][0])
    values = staging.rows(
        f"SELECT cell FROM (SELECT {column} AS cell, min(source_row) AS first "
        f"FROM {raw.relation} WHERE {column} IS NOT NULL GROUP BY 1) ORDER BY first LIMIT 50"
    )
    cells = [str(value).strip() for (value,) in values if str(value).strip()]
    is_personal = bool(_PERSONAL.search(name)) and not _IMPERSONAL.search(name)
    examples = tuple(_example(cell, is_personal) for cell in cells[:_EXAMPLES])
    return ColumnView(name, raw.labels.get(name, ""), filled, _kind(cells), examples, targets)


def _kind(cells: Sequence[str]) -> str:
    for kind, pattern in (("date", _DATE), ("number", _NUMBER)):
        if cells and sum(pattern.fullmatch(cell) is not None for cell in cells) > 0.8 * len(cells):
            return kind
    return "text"


def _example(cell: str, is_personal: bool) -> str:
    if len(cell) > _LONGEST:
        return f"({len(cell)} characters)"
    return mask(cell) if is_personal or _MAIL.search(cell) else cell


def _dates_in_words(dates: DateEvidence) -> str:
    words = {"ymd": "year first", "dmy": "day first", "mdy": "month first"}
    if dates.order is None:
        return f'open: say date_order in the mapping (e.g. "{dates.example}" reads both ways)'
    against = min(dates.day_first, dates.month_first)
    sure = max(dates.day_first, dates.month_first)
    if dates.order == "ymd" and not sure:
        return words["ymd"]
    doubt = f", {against} speak against it" if against else ""
    return f"{words[dates.order]} ({sure:,} dates can be read no other way{doubt})"


def _shown(value: str) -> str:
    return {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar", ".": "point"}.get(value, value)
