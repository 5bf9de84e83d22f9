"""Native charts of a workbook: lines and bars with intervals, drawn from the sheet's own cells."""

from __future__ import annotations

import math
from typing import Any

from reports.content import Chart, Series, Table
from reports.writers.workbook_style import ACCENT, FAINT, FONT, INK, MUTED, number_format

_WIDTH, _HEIGHT = 860, 360
_SMALL = {"name": FONT, "size": 9, "color": MUTED}
_GRID = {"visible": True, "line": {"color": FAINT}}


def draw_chart(workbook: Any, place: tuple[str, int], table: Table, chart: Chart) -> Any | None:
    """Return a table's chart, ready to be inserted; None where there is too little to draw.

    Parameters
    ----------
    workbook
        The workbook of XlsxWriter.
    place : (str, int)
        Sheet the table is written on, and the row of its first values.
    table : Table
    chart : Chart
        Of this table.
    """
    return {"line": _line, "interval": _interval}[chart.kind](workbook, place, table, chart)


def _line(workbook: Any, place: tuple[str, int], table: Table, chart: Chart) -> Any | None:
    numbers = [number for series in chart.series for number in table.numbers(series.column)]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers) or len(table.rows) < 2:  # a dash would be drawn as zero
        return None
    drawn = workbook.add_chart({"type": "line"})
    for series in chart.series:
        drawn.add_series(
            {
                "name": series.title,
                "categories": _cells(place, table, chart.category),
                "values": _cells(place, table, series.column),
                "values_data": table.numbers(series.column),
                "line": _stroke(series),
                "marker": {"type": "none"},
            }
        )
    # where the axis below lies at zero, its words would stand among lines that go below
    axis = {"label_position": "low"} | {
        "num_font": _SMALL,
        "line": {"color": FAINT},
        "major_tick_mark": "none",
    }
    if chart.category_title:
        font = {"name": FONT, "size": 10, "bold": False, "color": MUTED}
        axis |= {"name": chart.category_title, "name_font": font}
    if len(table.rows) > 14:
        axis |= {"interval_unit": 3, "interval_tick": 3}
    drawn.set_x_axis(axis)
    drawn.set_y_axis(_line_axis(table, chart, known))
    drawn.set_legend({"position": "top", "font": {"name": FONT, "size": 10, "color": INK}})
    return _framed(drawn, chart, _HEIGHT)


def _line_axis(table: Table, chart: Chart, known: list[float]) -> dict[str, Any]:
    """Return the axis of values: shares end at 100 %, other units where the program ends them."""
    column = table.columns[table.position(chart.series[0].column)]
    if column.unit != "fraction" or column.is_change:
        return _value_axis() | {"num_format": number_format(column, column.unit)}
    floor = math.floor(min(known) * 10) / 10 if min(known) > 0.5 else 0.0
    return _value_axis() | {"min": floor, "max": 1.0}


def _interval(workbook: Any, place: tuple[str, int], table: Table, chart: Chart) -> Any | None:
    """Bars from zero in three tones: to the interval's lower end, the figure, the upper end.

    Drawn from the cells that are shown, because whiskers would need differences that are not.
    """
    series = chart.series[0]
    if not any(number is not None for number in table.numbers(series.column)):
        return None
    drawn = workbook.add_chart({"type": "bar"})
    tones = (
        (series.upper, "at most (95 %)", "#CFE5E3"),
        (series.column, series.title, "#6FB0AD"),
        (series.lower, "at least (95 %)", ACCENT),
    )
    for column, title, color in tones:
        if column is not None:
            drawn.add_series(
                {
                    "name": title,
                    "categories": _cells(place, table, chart.category),
                    "values": _cells(place, table, column),
                    "values_data": table.numbers(column),  # else a dash is remembered as zero
                    "fill": {"color": color},
                    "gap": 45,
                    "overlap": 100,
                }
            )
    # of a bar chart the library calls the horizontal axis of values x
    limits = {"min": 0, "max": _top(table, series), "label_position": "high"}
    drawn.set_x_axis(_value_axis() | limits)
    quiet = {"num_font": _SMALL, "line": {"color": FAINT}, "major_tick_mark": "none"}
    drawn.set_y_axis(quiet | {"reverse": True})
    drawn.set_legend({"position": "top", "font": {"name": FONT, "size": 9, "color": INK}})
    return _framed(drawn, chart, 110 + 19 * len(table.rows))


def _cells(place: tuple[str, int], table: Table, name: str) -> list[Any]:
    """Return a column of the table as a range of the sheet."""
    sheet_name, first = place
    column = table.position(name)
    return [sheet_name, first, column, first + len(table.rows) - 1, column]


def _stroke(series: Series) -> dict[str, Any]:
    if series.is_reference:
        return {"color": MUTED, "width": 1.5, "dash_type": "dash"}
    return {"color": ACCENT, "width": 2.5}


def _top(table: Table, series: Series) -> float:
    known = [n for n in table.numbers(series.upper or series.column) if n is not None]
    return math.ceil(max(known, default=1.0) * 10) / 10


def _value_axis() -> dict[str, Any]:
    return {"num_font": _SMALL, "num_format": "0%", "line": {"none": True},
            "major_gridlines": _GRID}  # fmt: skip


def _framed(drawn: Any, chart: Chart, height: int) -> Any:
    font = {"name": FONT, "size": 11, "bold": True, "color": INK}
    drawn.set_title({"name": chart.title, "name_font": font, "overlay": False})
    drawn.set_size({"width": _WIDTH, "height": height})
    drawn.set_chartarea({"border": {"none": True}})
    return drawn
