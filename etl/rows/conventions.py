"""How a file writes its dates and numbers, decided once from all of its rows, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.mapping.mapping import Mapping
from etl.problems import FileProblem
from etl.reading.raw_table import RawTable
from etl.reading.row_staging import literal, quoted
from etl.reading.time_zones import is_zone
from etl.rows.look import date_columns, look, number_columns, present
from etl.rows.parsing import Conventions

_ALONE = "0"  # place of a file that is read alone
_SHARE = 99  # so many times more rows must speak for a decision than against it
_DAY_PARTS = "^[ \t]*([0-9]{1,2})[./-]([0-9]{1,2})[./-][0-9]{4}"
_SIGN = "^[ \t]*[+-]?"
_ONE_COMMA_GROUP = f"{_SIGN}[1-9][0-9]{{0,2}},[0-9]{{3}}[ \t]*$"
_ONE_POINT_GROUP = f"{_SIGN}[1-9][0-9]{{0,2}}[.][0-9]{{3}}[ \t]*$"
_COMMA_DECIMAL = (
    f"{_SIGN}([0-9]+|[0-9]{{1,3}}([.][0-9]{{3}})+),[0-9]+[ \t]*$"
    f"|{_SIGN}[1-9][0-9]{{0,2}}([.][0-9]{{3}}){{2,}}[ \t]*$"
)
_POINT_DECIMAL = (
    f"{_SIGN}([0-9]+|[0-9]{{1,3}}(,[0-9]{{3}})+)[.][0-9]+[ \t]*$"
    f"|{_SIGN}[1-9][0-9]{{0,2}}(,[0-9]{{3}}){{2,}}[ \t]*$"
)


@dataclass(frozen=True)
class DateEvidence:
    """What the rows of a file say about the order of day and month.

    Parameters
    ----------
    day_first, month_first
        Dates that can only be read one way.
    either
        Dates that could be read both ways, with different results.
    example
        One of those that could be read both ways, or one that cannot.
    """

    day_first: int = 0
    month_first: int = 0
    either: int = 0
    example: str | None = None

    @property
    def order(self) -> str | None:
        """The order that follows; None where it does not follow."""
        if max(self.day_first, self.month_first) == 0:
            return None if self.either else "ymd"
        return _winner("dmy", self.day_first, "mdy", self.month_first)


def decide_conventions(staging: Any, table: RawTable, mapping: Mapping, path: Path) -> Conventions:
    """Return how a file writes dates and numbers; what the mapping declares is not questioned.

    Raises
    ------
    FileProblem
        ambiguous_dates or ambiguous_numbers, asking for ``date_order`` or ``decimal``.
    """
    return decide_by_file(staging, table, mapping, [path])[0]


def decide_by_file(
    staging: Any, table: RawTable, mapping: Mapping, paths: Sequence[Path], file: str = _ALONE
) -> list[Conventions]:
    """Return how each of several files staged as one table writes dates and numbers.

    Parameters
    ----------
    paths
        Where the files are, in their order.
    file
        SQL of the place of a row's file in that order.

    Raises
    ------
    FileProblem
        As for a file alone, for the first of which it is true.
    """
    seen = look(staging, table, mapping)
    files = range(len(paths))
    orders = dict.fromkeys(files, mapping.date_order or "ymd")
    is_open = mapping.date_order is None
    others = [name for name in date_columns(mapping) if name not in seen.days] if is_open else []
    foreign = _foreign(staging, table, others)
    if foreign:
        evidence = _evidence_by_file(staging, table, foreign, mapping.nulls, file)
        for number, one in evidence.items():
            if one.order is None:
                raise _ambiguous_dates(paths[number], one)
            orders[number] = one.order
    usual = "." if present(table, number_columns(mapping)) else table.details.get("decimal", ".")
    decimals = dict.fromkeys(files, mapping.decimal or usual)
    if seen.marked:
        decimals |= _decimals(staging, table, seen.marked, paths, file)
    zone = mapping.time_zone or table.details.get("time_zone") or "UTC"
    zone = zone if is_zone(zone) else "UTC"
    return [
        Conventions(orders[n], decimals[n], zone, seen.days, seen.digits, table.spaces)
        for n in files
    ]


def date_evidence(
    staging: Any, table: RawTable, columns: Sequence[str], nulls: Sequence[str] = ()
) -> DateEvidence:
    """Count over all rows of a file which order of day and month the dates allow."""
    unclear = _foreign(staging, table, columns)
    if not unclear:
        return DateEvidence()
    return _evidence_by_file(staging, table, unclear, nulls, _ALONE).get(0, DateEvidence())


def _foreign(staging: Any, table: RawTable, columns: Sequence[str]) -> list[str]:
    """Return the columns with dates that do not begin with a year; only those are taken apart.

    Told at a glance: 9/13/2026 has a slash where ISO has one, too, but also before it.
    """
    names, marks = present(table, columns), "'-', '/'"
    if not names:
        return []
    asked = [
        f"count({n}) FILTER (substr({n}, 5, 1) NOT IN ({marks}) "
        f"OR substr({n}, 2, 1) IN ({marks}) OR substr({n}, 3, 1) IN ({marks}))"
        for n in map(quoted, names)
    ]
    counts = staging.rows(f"SELECT {', '.join(asked)} FROM {table.relation}")[0]
    return [name for name, count in zip(names, counts, strict=True) if count]


def _evidence_by_file(
    staging: Any, table: RawTable, columns: Sequence[str], nulls: Sequence[str], file: str
) -> dict[int, DateEvidence]:
    """Return what the dates say by place of their file; files without any are left out."""
    words = ", ".join(literal(word) for word in (*nulls, ""))
    parts = [f"try_cast(regexp_extract(cell, '{_DAY_PARTS}', {n}) AS INTEGER)" for n in (1, 2)]
    either = "first <= 12 AND second <= 12 AND first <> second"
    found = staging.rows(
        f"SELECT file, count(*) FILTER (first > 12 AND second <= 12), "
        f"count(*) FILTER (second > 12 AND first <= 12), count(*) FILTER ({either}), "
        f"coalesce(min(cell) FILTER ({either}), min(cell)) "
        f"FROM (SELECT file, cell, {parts[0]} AS first, {parts[1]} AS second "
        f"FROM ({_cells_sql(table, columns, file)}) "
        f"WHERE cell IS NOT NULL AND cell NOT IN ({words})) GROUP BY file ORDER BY file"
    )
    return {number: DateEvidence(*said) for number, *said in found}


def _cells_sql(table: RawTable, columns: Sequence[str], file: str) -> str:
    return " UNION ALL ".join(
        f"SELECT {file} AS file, {quoted(name)} AS cell FROM {table.relation}" for name in columns
    )


def _decimals(
    staging: Any, table: RawTable, columns: Sequence[str], paths: Sequence[Path], file: str
) -> dict[int, str]:
    """Return the decimal sign by place of the file; files without numbers are left out."""
    one_comma, one_point, comma, point = (
        f"regexp_matches(cell, '{pattern}')"
        for pattern in (_ONE_COMMA_GROUP, _ONE_POINT_GROUP, _COMMA_DECIMAL, _POINT_DECIMAL)
    )
    found = staging.rows(
        f"SELECT file, count(*) FILTER ({comma} AND NOT {one_comma}), "
        f"count(*) FILTER ({point} AND NOT {one_point}), count(*) FILTER ({one_comma}), "
        f"count(*) FILTER ({one_point}), min(cell) FILTER ({one_comma} OR {one_point}) "
        f"FROM ({_cells_sql(table, columns, file)}) GROUP BY file ORDER BY file"
    )
    is_semicolon = table.details.get("delimiter") == ";"
    return {
        number: _decimal(paths[number], counts, example, is_semicolon)
        for number, *counts, example in found
    }


def _decimal(path: Path, counts: Sequence[int], example: str | None, is_semicolon: bool) -> str:
    """Return the decimal sign a file's numbers speak for."""
    commas, points, comma_groups, point_groups = counts
    if commas or points:
        winner = _winner(",", commas, ".", points)
    else:
        is_open = comma_groups or (point_groups and is_semicolon)
        winner = None if is_open else "."
    if winner is None:
        raise FileProblem(
            "ambiguous_numbers",
            path,
            "Decimal sign and thousands mark cannot be told apart in its numbers.",
            'Say which is the decimal sign in the mapping: decimal = "," or decimal = ".".',
            value=example,
        )
    return winner


def _winner(first: str, for_first: int, second: str, for_second: int) -> str | None:
    """Return what nearly all rows say; single faulty rows must not hold up a file."""
    if for_first >= _SHARE * for_second:
        return first
    return second if for_second >= _SHARE * for_first else None


def _ambiguous_dates(path: Path, evidence: DateEvidence) -> FileProblem:
    if evidence.day_first or evidence.month_first:
        problem = (
            f"{evidence.day_first} dates can only be day first and {evidence.month_first} only "
            "month first, so the order of the others is open."
        )
    else:
        problem = "Day and month cannot be told apart in any of its dates."
    remedy = 'Say which comes first in the mapping: date_order = "dmy" or date_order = "mdy".'
    return FileProblem("ambiguous_dates", path, problem, remedy, value=evidence.example)
