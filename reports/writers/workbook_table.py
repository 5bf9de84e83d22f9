"""One table of a report on a sheet: heads, values by unit, widths that fit."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from reports.content import Column, Table, Value, Withheld
from reports.wording import MISSING, format_value
from reports.writers.workbook_style import DAY, HEAT, Styles, number_format

_LINE = 13.5  # points of one line of text
_CHARACTER = 0.95  # of a letter of running text, in widths of a digit
_NARROW, _WIDE, _WIDEST = 9.0, 34.0, 60.0


class TableWriter:
    """Writes one table."""

    def __init__(self, styles: Styles, sheet: Any, table: Table, widths: list[float]) -> None:
        self._styles, self._sheet, self._table, self._widths = styles, sheet, table, widths
        self.height = 0.0  # points of the rows written

    def write(self, head_row: int) -> int:
        """Write heads and rows from ``head_row`` on; return the last row written."""
        lines = 1
        for i, column in enumerate(self._table.columns):
            style = self._styles.head(is_text=is_text(column), is_first=i == 0)
            self._sheet.write_string(head_row, i, column.title, style)
            lines = max(lines, _lines(column.title, self._widths[i] - 1))
        self._sheet.set_row(head_row, 4 + lines * 14)
        row = head_row
        for row, values in enumerate(self._table.rows, head_row + 1):
            unit = self._unit(row - head_row - 1)
            for i, (column, value) in enumerate(zip(self._table.columns, values, strict=True)):
                self._write(row, i, value, column, unit)
            self._sheet.set_row(row, self._height(values))
            self.height += self._height(values)
        if self._table.is_heat and self._table.rows:
            last = len(self._table.columns) - 1
            scale = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": HEAT}
            self._sheet.conditional_format(head_row + 1, 1, row, last, scale)
        return row

    def _unit(self, index: int) -> str:
        return self._table.row_units[index] if self._table.row_units else "number"

    def _write(self, row: int, i: int, value: Value, column: Column, row_unit: str) -> None:
        styles, sheet = self._styles, self._sheet
        if value is None:
            sheet.write_blank(row, i, None, styles.words(is_first=False))
        elif isinstance(value, Withheld):
            sheet.write_string(row, i, MISSING, styles.withheld())
        elif isinstance(value, str):
            sheet.write_string(row, i, value, styles.words(is_first=i == 0))
        elif isinstance(value, dt.date):
            moment = dt.datetime(value.year, value.month, value.day)
            sheet.write_datetime(row, i, moment, styles.number(DAY))
        else:
            unit = row_unit if column.unit == "row" else column.unit
            pattern = number_format(column, unit)
            style = styles.number(pattern, align="left" if i == 0 else "right")
            sheet.write_number(row, i, value, style)

    def _height(self, values: tuple[Value, ...]) -> float:
        texts = [
            _lines(value, self._widths[i])
            for i, value in enumerate(values)
            if isinstance(value, str)
        ]
        return max(texts, default=1) * _LINE + 5


def column_widths(table: Table) -> list[float]:
    """Return widths in characters that fit the values; long words wrap."""
    return [_width(table, i, column) for i, column in enumerate(table.columns)]


def row_height(text: str, width: float) -> float:
    """Return the height in points that a wrapped text needs at a width in characters."""
    return _lines(text, width) * _LINE + 3


def is_text(column: Column) -> bool:
    """Return whether a column holds words, set left, rather than numbers, set right."""
    return column.unit == "text"


def _width(table: Table, i: int, column: Column) -> float:
    longest_word = max((len(word) for word in column.title.split()), default=0) + 3
    if not is_text(column):
        unit = "fraction" if column.unit in ("fraction", "row") else "count"
        numbers = [len(format_value(number, unit)) for number in table.numbers(column.name)]
        return min(max(_NARROW, longest_word * 1.05, max(numbers, default=0) + 3), 16.0)
    texts = [value for value in (row[i] for row in table.rows) if isinstance(value, str)]
    lengths = sorted(len(text) for text in texts) or [0]
    longest = lengths[-1]
    if longest <= _WIDE:
        return max(longest + 2.5, longest_word, _NARROW)
    is_prose = lengths[len(lengths) // 2] > 45
    return _WIDEST if is_prose else _WIDE


def _lines(text: str, width: float) -> int:
    """Return how many lines a text takes when it breaks between words."""
    lines, used = 1, 0.0
    for word in text.split(" "):
        need = len(word) * _CHARACTER
        if used and used + 1 + need > width:
            lines, used = lines + 1, need
        else:
            used += need + (1 if used else 0)
        lines += math.floor(need / max(width, 1.0)) if need > width else 0
    return lines
