"""What one look at all cells of a file that are dates or numbers tells about their columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from etl.mapping.mapping import Mapping, column_kind
from etl.reading.raw_table import RawTable
from etl.reading.row_staging import quoted
from etl.rows.parsing import Days, is_digits

# What a column can be asked; {0} is its name.
_DAY = "-".join("[0-9]" * length for length in (4, 2, 2))
_ARE_DAYS = f"bool_and(regexp_full_match({{0}}, '{_DAY}'))"
_SPAN = f"{_ARE_DAYS}, min({{0}}), max({{0}})"
_MARKED = "bool_or({0} LIKE '%,%' OR {0} LIKE '%.%')"
_DIGITS = f"{_MARKED}, bool_and(coalesce({is_digits('{0}')}, {{0}} IS NULL))"


@dataclass(frozen=True)
class Seen:
    """What a look at all cells that are dates or numbers told.

    Parameters
    ----------
    days, digits
        As in :class:`etl.rows.parsing.Conventions`.
    marked
        Columns of numbers that have a comma or a point, where the mapping does not say what it
        means.
    """

    days: dict[str, Days]
    digits: frozenset[str]
    marked: list[str]


def look(staging: Any, table: RawTable, mapping: Mapping) -> Seen:
    """Look cheaply at all cells that are dates or numbers."""
    days = present(table, _columns(mapping, ("date",)))
    moments = [name for name in present(table, date_columns(mapping)) if name not in days]
    integers = [n for n in present(table, _columns(mapping, ("integer",))) if n not in days]
    numbers = [] if mapping.decimal else present(table, number_columns(mapping))
    others = [name for name in numbers if name not in integers]
    few = dict.fromkeys(days, _SPAN) | dict.fromkeys(integers, _DIGITS)
    many = dict.fromkeys(moments, _ARE_DAYS) | dict.fromkeys(others, _MARKED)
    rows = table.relation
    # The same days and levels come again and again; moments hardly do, and are not worth gathering.
    of_different = {
        name: f"(SELECT {_row(name, asked)} FROM (SELECT DISTINCT {quoted(name)} FROM {rows}))"
        for name, asked in few.items()
    }
    of_all = {name: _row(name, asked) for name, asked in many.items()}
    told = _answers(staging, of_different) | _answers(staging, of_all, f"FROM {rows}")
    spans = {name: (told[name][1], told[name][2]) for name in days if told[name][0]}
    spans |= {name: (None, None) for name in moments if told[name][0]}
    return Seen(
        spans,
        frozenset(name for name in integers if told[name][1]),
        [name for name in numbers if told[name][0]],
    )


def _row(name: str, asked: str) -> str:
    """Return what is asked of a column as one value."""
    return f"row({asked.format(quoted(name))})"


def _answers(staging: Any, asked: dict[str, str], of: str = "") -> dict[str, tuple[Any, ...]]:
    """Return the answers to one question per column."""
    if not asked:
        return {}
    found = staging.rows(f"SELECT {', '.join(asked.values())} {of}")[0]
    return dict(zip(asked, found, strict=True))


def present(table: RawTable, columns: Sequence[str]) -> list[str]:
    """Return those of some columns that the file has."""
    return [column for column in columns if column in table.columns]


def date_columns(mapping: Mapping) -> list[str]:
    """Return the columns read as dates whose order the mapping leaves open."""
    return _columns(mapping, ("date", "moment"))


def number_columns(mapping: Mapping) -> list[str]:
    """Return the columns read as numbers whose decimal sign the mapping leaves open."""
    items = (column for load in mapping.loads for column in load.items)
    return list(dict.fromkeys([*_columns(mapping, ("number", "integer")), *items]))


def _columns(mapping: Mapping, kinds: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for load in mapping.loads:
        for name, source in load.columns.items():
            kind = "date" if source.cast == "year" else column_kind(load.entity, name)
            is_settled = source.date_order if kind in ("date", "moment") else source.decimal
            if source.column and kind in kinds and not is_settled:
                found[source.column] = None
                if source.instead:
                    found[source.instead.column] = None
    return list(found)
