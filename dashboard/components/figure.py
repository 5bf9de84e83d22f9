"""What a figure is before it is drawn: its words, its numbers, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from dashboard.cell import Cell
from reports import wording


@dataclass(frozen=True)
class Value:
    """One cell of a table: how it reads, and the plain number a spreadsheet wants.

    Attributes
    ----------
    text : str
        As shown; for a withheld figure the dash with its reason.
    raw : float, int, str, or None
        As downloaded; None where there is no number, the text then stands for it.
    """

    text: str
    raw: float | int | str | None = None


@dataclass(frozen=True)
class Column:
    """A column of a table; ``is_number`` aligns it right, ``is_long`` lets it wrap."""

    label: str
    is_number: bool = False
    is_long: bool = False


@dataclass(frozen=True)
class Table:
    """The same numbers as the picture, row by row; the first column names the row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class Figure:
    """A figure's words and table twin.

    Attributes
    ----------
    figure_id : str
        Its anchor on the page and its name as a download.
    title : str
        What it found, in a sentence.
    subtitle : str
        Unit and population.
    table : Table
        The twin.
    metric_id : str
        Definition it points to; empty for none.
    notes : tuple of str
        Interval, n, and whatever a careful reader should know.
    """

    figure_id: str
    title: str
    subtitle: str
    table: Table
    metric_id: str = ""
    notes: tuple[str, ...] = ()


def metric_name(metric: SimpleNamespace) -> str:
    """Return how a metric is called inside a sentence: "Pairs: on track" as "Pairs on track"."""
    return str(metric.label).replace(": ", " ", 1)


def text_value(text: str) -> Value:
    """Return a value that is words only."""
    return Value(text, text)


def number_value(number: float | None, unit: str = "count") -> Value:
    """Return a plain number in a unit; percent carry one decimal in the download."""
    if number is None:
        return Value(wording.MISSING)
    return Value(wording.format_value(number, unit), _plain(number, unit))


def cell_value(cell: Cell, unit: str) -> Value:
    """Return a published figure, or the dash with its reason."""
    if not cell.is_shown:
        return Value(f"{wording.MISSING} ({cell.reason})")
    words = wording.format_bounded(cell.value, unit, cell.bound)
    return Value(words, words if cell.bound else _plain(cell.value, unit))


def interval_values(cell: Cell, unit: str) -> tuple[Value, Value, Value]:
    """Return lower end, upper end, and n of a figure; empty where it is not shown."""
    if not cell.is_shown:
        return Value(""), Value(""), Value("")
    ends = [
        Value("") if end is None else Value(wording.format_value(end, unit), _plain(end, unit))
        for end in (cell.lower, cell.upper)
    ]
    count = Value("") if cell.n is None else Value(wording.format_number(cell.n), cell.n)
    return ends[0], ends[1], count


def unit_title(unit: str) -> str:
    """Return how a column of this unit is headed."""
    return wording.UNIT_TITLES.get(unit, unit)


def _plain(number: float | None, unit: str) -> float | int | None:
    """Return the number as published to one decimal: percent, not fractions, in downloads."""
    if number is None:
        return None
    if unit == "count" and number == int(number):
        return int(number)
    return round(number * 100, 1) if unit == "fraction" else round(number, 2)
