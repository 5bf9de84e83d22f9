"""A report as a workbook: contents, one sheet per table, native charts, fit to be sent."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from reports.content import Quarterly, Section, Sentence, Table
from reports.writers.workbook_chart import draw_chart
from reports.writers.workbook_style import Styles
from reports.writers.workbook_table import TableWriter, column_widths, row_height

CONTENTS = "Contents"
PROVENANCE = "Provenance"
_TEXT_WIDTH = 100  # characters a line of running text may have
_BACK = "← Contents"
_CHARACTER, _DEFAULT_COLUMN, _DEFAULT_ROW = 7, 64, 20  # pixels
_LONG = 14  # rows of a table beside which a chart fits better than below
_POINTS_A_PIXEL, _PAGE_WIDTH = 0.75, 740.0  # points of a landscape A4 page between its margins
_TALLEST_PAGE = 0.85  # height to width up to which a sheet is shrunk to one page rather than cut


@dataclass(frozen=True)
class _Book:
    workbook: Any
    styles: Styles
    content: Quarterly
    sheets: dict[str, str]  # table name -> sheet name


def write_workbook(content: Quarterly, path: Path) -> None:
    """Write a quarter's report as XLSX; the same content gives the same bytes.

    Parameters
    ----------
    content : Quarterly
        From :func:`reports.quarterly.build_quarter`.
    path : Path
        The file to write; an existing one is replaced.
    """
    workbook = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    )
    workbook.set_properties(
        {
            "title": content.title,
            "subject": content.subtitle,
            "author": "Program Outcomes",
            "comments": f"Release {content.release_id}",
            "created": content.built_at.replace(tzinfo=dt.UTC),
        }
    )
    workbook.set_size(2400, 1600)
    book = _Book(workbook, Styles(workbook), content, _sheet_names(content))
    _contents(book)
    for section in content.sections:
        for position, table in enumerate(section.tables):
            _table_sheet(book, section, table, is_first=position == 0)
    _provenance(book)
    try:
        workbook.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(str(error)) from error


def _contents(book: _Book) -> None:
    sheet = book.workbook.add_worksheet(CONTENTS)
    _page(book, sheet, is_landscape=False)
    sheet.set_column(0, 0, 20, book.styles.plain)
    sheet.set_column(1, 1, 78, book.styles.plain)
    sheet.merge_range(0, 0, 0, 1, book.content.title, book.styles.title)
    sheet.merge_range(1, 0, 1, 1, book.content.subtitle, book.styles.subtitle)
    sheet.set_row(0, 30)
    row = 3
    for section in book.content.sections:
        sheet.write_string(row, 0, section.title, book.styles.section)
        sheet.write_string(row, 1, "", book.styles.section)
        sheet.set_row(row, 21)
        row += 1
        for table in section.tables:
            name = book.sheets[table.name]
            sheet.write_url(row, 0, f"internal:'{name}'!A1", book.styles.link, name)
            sheet.write_string(row, 1, table.title, book.styles.wrapped)
            sheet.set_row(row, row_height(table.title, 78))
            row += 1
        row += 1
    sheet.write_string(row, 0, "About", book.styles.section)
    sheet.write_string(row, 1, "", book.styles.section)
    sheet.write_url(row + 1, 0, f"internal:'{PROVENANCE}'!A1", book.styles.link, PROVENANCE)
    sheet.write_string(row + 1, 1, "Release, data, filters and disclosure", book.styles.wrapped)
    sheet.print_area(0, 0, row + 1, 1)


def _table_sheet(book: _Book, section: Section, table: Table, *, is_first: bool) -> None:
    sheet = book.workbook.add_worksheet(book.sheets[table.name])
    _page(book, sheet)
    widths = column_widths(table)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width, book.styles.plain)
    row = _head(book, sheet, table, section.sentences if is_first else (), widths)
    writer = TableWriter(book.styles, sheet, table, widths)
    head_row = row
    last_row = writer.write(head_row)
    sheet.repeat_rows(head_row)
    sheet.freeze_panes(head_row + 1, 1)
    if table.rows:
        sheet.autofilter(head_row, 0, last_row, len(table.columns) - 1)
    row, last_column = last_row + 2, len(widths) - 1
    if table.chart is not None:
        drawn = draw_chart(book.workbook, (sheet.name, head_row + 1), table, table.chart)
        if drawn is not None:
            row, last_column = _place_chart(sheet, table, drawn, (head_row, row), widths)
    for note in table.notes:
        row = _text(book, sheet, row, note, book.styles.note, widths)
    sheet.print_area(0, 0, max(row, last_row), last_column)
    below_head = writer.height + (row - last_row) * _DEFAULT_ROW * _POINTS_A_PIXEL
    across = sum(widths) * _CHARACTER * _POINTS_A_PIXEL
    sheet.fit_to_pages(1, 1 if below_head <= _TALLEST_PAGE * max(across, _PAGE_WIDTH) else 0)


def _place_chart(
    sheet: Any, table: Table, drawn: Any, rows: tuple[int, int], widths: list[float]
) -> tuple[int, int]:
    """Insert a chart below its table, or beside a long narrow one.

    Returns the next free row and the last column to print.
    """
    head_row, free_row = rows
    assert table.chart is not None  # noqa: S101 - tells the type checker what the caller made sure
    alternative = {"description": table.chart.title, "object_position": 3}
    table_pixels = sum(width * _CHARACTER + 5 for width in widths)
    last_column = len(widths) - 1
    is_beside = len(table.rows) > _LONG and table_pixels < drawn.width
    if is_beside:
        sheet.insert_chart(head_row, last_column + 1, drawn, alternative | {"x_offset": 24})
        return free_row, last_column + 1 + math.ceil((drawn.width + 24) / _DEFAULT_COLUMN)
    sheet.insert_chart(free_row, 0, drawn, alternative | {"x_offset": 4})
    while table_pixels < drawn.width:
        last_column, table_pixels = last_column + 1, table_pixels + _DEFAULT_COLUMN
    return free_row + math.ceil(drawn.height / _DEFAULT_ROW) + 1, last_column


def _head(
    book: _Book,
    sheet: Any,
    table: Table,
    sentences: tuple[str | Sentence, ...],
    widths: list[float],
) -> int:
    """Write what stands above a table; return the row of the table's own head."""
    sheet.write_url(0, 0, f"internal:'{CONTENTS}'!A1", book.styles.back, _BACK)
    row = _text(book, sheet, 1, table.title, book.styles.title, widths)
    row = _text(book, sheet, row, table.subtitle, book.styles.subtitle, widths)
    for sentence in sentences:
        row = _sentence(book, sheet, row, sentence, widths)
    return row + 1


def _sentence(book: _Book, sheet: Any, row: int, said: str | Sentence, widths: list[float]) -> int:
    """Write a sentence across the sheet, the words that carry the finding in bold."""
    styles = book.styles
    if isinstance(said, str) or not said.before:
        return _text(book, sheet, row, str(said), styles.sentence, widths)
    row_after = _text(book, sheet, row, "", styles.sentence, widths)
    _set_text_height(book, sheet, row, str(said), styles.sentence, widths)
    parts = [styles.sentence_part, said.before, styles.strong, said.strong]
    if said.after:
        parts += [styles.sentence_part, said.after]
    sheet.write_rich_string(row, 0, *parts, styles.sentence)
    return row_after


def _text(book: _Book, sheet: Any, row: int, text: str, style: Any, widths: list[float]) -> int:
    """Write running text over as many columns as a readable line needs; return the next row."""
    last = _last_column_of_text(widths)
    if last:
        sheet.merge_range(row, 0, row, last, text, style)
    else:
        sheet.write_string(row, 0, text, style)
    _set_text_height(book, sheet, row, text, style, widths)
    return row + 1


def _set_text_height(
    book: _Book, sheet: Any, row: int, text: str, style: Any, widths: list[float]
) -> None:
    """Make a row high enough for running text in its style's size of type."""
    size = style.font_size / book.styles.plain.font_size
    width = sum(widths[: _last_column_of_text(widths) + 1])
    sheet.set_row(row, row_height(text, width / size) * max(size, 1.0))


def _last_column_of_text(widths: list[float]) -> int:
    """Return the column up to which running text is merged, for lines of readable length."""
    last, width = 0, widths[0]
    while last + 1 < len(widths) and width < _TEXT_WIDTH:
        last += 1
        width += widths[last]
    return last


def _provenance(book: _Book) -> None:
    sheet = book.workbook.add_worksheet(PROVENANCE)
    _page(book, sheet)
    sheet.set_column(0, 0, 26, book.styles.plain)
    sheet.set_column(1, 1, 96, book.styles.plain)
    sheet.write_url(0, 0, f"internal:'{CONTENTS}'!A1", book.styles.back, _BACK)
    sheet.merge_range(1, 0, 1, 1, "Where this report comes from", book.styles.title)
    sheet.set_row(1, 26)
    for row, (name, words) in enumerate(book.content.provenance, 3):
        sheet.write_string(row, 0, name, book.styles.label)
        sheet.write_string(row, 1, words, book.styles.wrapped)
        sheet.set_row(row, row_height(words, 96))
    sheet.print_area(0, 0, 3 + len(book.content.provenance), 1)


def _page(book: _Book, sheet: Any, *, is_landscape: bool = True) -> None:
    """Set up screen and print: one page wide, with title and release on every page."""
    sheet.hide_gridlines(2)
    if is_landscape:
        sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    words = book.content.subtitle.replace("&", "&&")
    sheet.set_footer(f"&L&8&K5B6478{words}&R&8&K5B6478&A · &P of &N")


def _sheet_names(content: Quarterly) -> dict[str, str]:
    """Return a unique name of at most 31 allowed characters for every table."""
    found: dict[str, str] = {}
    for table in content.tables:
        name = re.sub(r"[\[\]:*?/\\']", " ", table.name)[:31].strip()
        number = 2
        while name in found.values() or name in (CONTENTS, PROVENANCE):
            name = f"{name[:28]} {number}"
            number += 1
        found[table.name] = name
    return found
