"""A mapping as it stands for one file: with the names the file uses, without what it lacks.

Reports of one system differ from company to company: columns are renamed or left out. A mapping
says which other names a column goes by (``aliases``) and what it can do without (``optional``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from etl.mapping import mapping as m
from etl.problems import FileProblem
from etl.reading.raw_table import RawTable
from etl.reading.row_staging import literal, quoted

_DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?([0-3]\d)(?!\d)")
_Rename = Callable[[str], str]


def fit_mapping(mapping: m.Mapping, columns: Sequence[str]) -> m.Mapping:
    """Return the mapping with the file's own names, and without optional parts it lacks."""
    rename = _renaming(mapping.aliases, columns)
    loads = [_fit_load(load, rename, columns) for load in mapping.loads]
    kept = [load for load in loads if not (load.is_optional and _lacks(load, columns))]
    return replace(mapping, loads=tuple(kept))


def day_columns(mapping: m.Mapping, columns: Sequence[str]) -> list[str]:
    """Return the columns the file lacks but whose day may stand in its name."""
    sources = [source for load in mapping.loads for source in load.columns.values()]
    found = [source.column for source in sources if source.is_in_file_name and source.column]
    return [column for column in dict.fromkeys(found) if column not in columns]


def add_day(staging: Any, raw: RawTable, mapping: m.Mapping, path: Path) -> RawTable:
    """Add the day in the file's name as the column that should have said it.

    Parameters
    ----------
    mapping
        As :func:`fit_mapping` returns it.

    Raises
    ------
    FileProblem
        missing_date: neither a column nor the name of the file says the day.
    """
    lacking = day_columns(mapping, raw.columns)
    if not lacking:
        return raw
    day = literal(_day(path).isoformat())
    added = ", ".join(f"{day} AS {quoted(column)}" for column in lacking)
    relation = staging.view(f"SELECT *, {added} FROM {raw.relation}", "dated")
    return replace(raw, relation=relation, columns=(*raw.columns, *lacking))


def _renaming(aliases: Mapping[str, Sequence[str]], columns: Sequence[str]) -> _Rename:
    """Return how a column the mapping names is called in the file; capitals do not matter."""
    own = {column.lower(): column for column in columns}

    def rename(name: str) -> str:
        candidates = (name, *aliases.get(name, ()))
        return next((own[one.lower()] for one in candidates if one.lower() in own), name)

    return rename


def _fit_load(load: m.Load, rename: _Rename, columns: Sequence[str]) -> m.Load:
    sources = {name: _fit_source(source, rename) for name, source in load.columns.items()}
    kept = {
        name: _without_extras(source, columns)
        for name, source in sources.items()
        if not (source.is_optional and source.column and source.column not in columns)
    }
    return replace(
        load,
        key=tuple(map(rename, load.key)),
        columns=kept,
        items={rename(column): code for column, code in load.items.items()},
        choices=tuple(_fit_choices(one, rename) for one in load.choices),
        where={rename(column): values for column, values in load.where.items()},
        prefer={rename(column): value for column, value in load.prefer.items()},
        filled=tuple(map(rename, load.filled)),
        order=load.order and rename(load.order),
    )


def _fit_choices(choices: m.Choices, rename: _Rename) -> m.Choices:
    columns = {rename(column): code for column, code in choices.columns.items()}
    return replace(choices, columns=columns, column=choices.column and rename(choices.column))


def _fit_source(source: m.Source, rename: _Rename) -> m.Source:
    instead = source.instead
    if instead:
        where = {rename(column): values for column, values in instead.where.items()}
        instead = m.Instead(rename(instead.column), where)
    return replace(
        source,
        column=source.column and rename(source.column),
        followed_by=source.followed_by and rename(source.followed_by),
        instead=instead,
    )


def _without_extras(source: m.Source, columns: Sequence[str]) -> m.Source:
    """Drop the further columns of an optional source that the file lacks."""
    if not source.is_optional:
        return source
    followed_by = source.followed_by if source.followed_by in columns else None
    instead = source.instead
    if instead and not {instead.column, *instead.where} <= set(columns):
        instead = None
    return replace(source, followed_by=followed_by, instead=instead)


def _lacks(load: m.Load, columns: Sequence[str]) -> bool:
    return not set(load.source_columns()) <= set(columns)


def _day(path: Path) -> dt.date:
    for match in _DAY.finditer(path.stem):
        try:
            return dt.date(*map(int, match.groups()))
        except ValueError:
            continue
    raise FileProblem(
        "missing_date",
        path,
        "Nothing says on which day its rows were true: no column, and no day in its name.",
        "Add the day of the report to its name, such as "
        f'"{path.stem} 2026-03-31{path.suffix}", or a column for it to the report.',
    )
