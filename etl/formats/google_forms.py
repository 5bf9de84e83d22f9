"""Google Forms: responses as the form's own CSV or as the linked sheet writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from etl.problems import FileProblem
from etl.reading.grid import GRIDS, open_grid, peek_records
from etl.reading.raw_table import Hints, Layout, RawTable
from etl.reading.row_staging import literal, quoted, tidy_name, unique_names
from etl.reading.sample import Sample
from etl.reading.survey_words import RECORDED, leading_roles

NAME = "google_forms"
CONTAINERS = GRIDS
RESPONSE_COLUMN = "response"  # added: the export itself has no id of a response
_DAY = r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})"
_MOMENT = re.compile(
    rf"{_DAY},? \d{{1,2}}[:.]\d{{2}}[:.]\d{{2}}(\.\d+)?( [AP]M)?( [A-Z][A-Z0-9+:-]*)?"
)
_OWN = re.compile(r".*[AP]M (GMT([+-]\d{1,2}(:\d{2})?)?|[A-Z]{3,5})")  # the form's own CSV
# Abbreviations that mean one offset only; IST, CST and BST mean several and stay as they are.
_ZONES = {
    "GMT": "+00:00",
    "UTC": "+00:00",
    "WET": "+00:00",
    "WEST": "+01:00",
    "CET": "+01:00",
    "MEZ": "+01:00",
    "CEST": "+02:00",
    "MESZ": "+02:00",
    "EET": "+02:00",
    "OEZ": "+02:00",
    "EEST": "+03:00",
    "OESZ": "+03:00",
    "EST": "-05:00",
    "EDT": "-04:00",
    "CDT": "-05:00",
    "MST": "-07:00",
    "MDT": "-06:00",
    "PST": "-08:00",
    "PDT": "-07:00",
}


def recognizes(sample: Sample) -> bool:
    """Tell whether a grid begins with moments of answers and goes on with questions.

    Many a table begins with a timestamp. A form's has one in every row, to the second, and the
    form's own way of writing it, a column of respondents, or questions beside it.
    """
    header = [tidy_name(cell) for cell in sample.records[0]] if sample.records else []
    roles = leading_roles(NAME, header)
    if roles[:1] != [RECORDED] or len(header) < 2:
        return False
    cells = [record[0].strip() for record in sample.records[1:] if any(map(str.strip, record))]
    moments = [" ".join(cell.split()) for cell in cells]
    if not all(map(_MOMENT.fullmatch, moments)):
        return False
    is_own = bool(moments) and all(map(_OWN.fullmatch, moments))
    return is_own or len(roles) > 1 or any(map(_is_question, header[1:]))


def read_header(path: Path, hints: Hints) -> tuple[str, ...]:
    """Return the column names, that of the added response id last."""
    names = _names(peek_records(path, hints, 1)[0])
    return (*(name for name in names if name), RESPONSE_COLUMN)


def read(path: Path, staging: Any, hints: Hints) -> RawTable:
    """Stage the responses.

    Empty rows are no rows. Moments with a zone become ISO text with an offset. A column is added
    that tells responses apart: the moment as written, with a number behind it where several came
    in the same second.

    Raises
    ------
    FileProblem
        missing_header.
    """
    grid = open_grid(path, hints, 1)
    names = _names(grid.header[0])
    if not names[0]:
        remedy = "Export the responses again, or correct the format in the mapping."
        problem = "The first column, that of the moments of answers, has no name."
        raise FileProblem("missing_header", path, problem, remedy, row=1)
    table = grid.stage(staging, Layout(NAME, 1, names=names))
    moment, cells = quoted(names[0]), ", ".join(map(quoted, table.columns))
    number = f"row_number() OVER (PARTITION BY {moment} ORDER BY source_row)"
    relation = staging.view(
        f"SELECT * REPLACE ({_iso_sql(moment)} AS {moment}), "
        f"{moment} || CASE WHEN {number} > 1 THEN ' (' || {number} || ')' ELSE '' END "
        f"AS {RESPONSE_COLUMN} FROM {table.relation} WHERE coalesce({cells}) IS NOT NULL",
        "google",
    )
    return replace(table, relation=relation, columns=(*table.columns, RESPONSE_COLUMN))


def _names(header: Sequence[str]) -> tuple[str, ...]:
    """Return unique names; a question of the added column's name gives way."""
    tidy = [tidy_name(cell) for cell in header]
    return unique_names([RESPONSE_COLUMN, *tidy])[1:]


def _is_question(name: str) -> bool:
    return "?" in name or "[" in name or len(name.split()) > 3


def _iso_sql(moment: str) -> str:
    """Return the moment as ISO text where it names its zone, otherwise with colons in its clock."""
    pattern = r"^\s*([0-9/]+) ([0-9:]+)[ \x{202F}]([AP]M) (\S+)\s*$"
    parts = [f"regexp_extract({moment}, '{pattern}', {n})" for n in range(1, 5)]
    clock = f"try_strptime({parts[0]} || ' ' || {parts[1]} || ' ' || {parts[2]}, "
    clock += "'%Y/%m/%d %I:%M:%S %p')"
    known = " ".join(f"WHEN {literal(z)} THEN {literal(o)}" for z, o in _ZONES.items())
    hours = f"lpad(regexp_extract({parts[3]}, '^GMT[+-](\\d+)', 1), 2, '0')"
    minutes = f"coalesce(nullif(regexp_extract({parts[3]}, ':(\\d+)$', 1), ''), '00')"
    offset = (
        f"CASE WHEN regexp_matches({parts[3]}, '^GMT[+-]\\d{{1,2}}(:\\d{{2}})?$') "
        f"THEN substr({parts[3]}, 4, 1) || {hours} || ':' || {minutes} "
        f"ELSE CASE {parts[3]} {known} END END"
    )
    dotted = f"regexp_replace({moment}, '( \\d{{1,2}})[.](\\d{{2}})[.](\\d{{2}})$', '\\1:\\2:\\3')"
    return f"coalesce(strftime({clock}, '%Y-%m-%d %H:%M:%S') || {offset}, {dotted})"
