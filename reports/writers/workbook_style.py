"""The look of a workbook: one face, one accent color, numbers by unit."""

from __future__ import annotations

from typing import Any

from reports.content import Column
from reports.wording import THIN

FONT = "Arial"  # every desktop has it or a face of the same widths
INK, MUTED, FAINT, ACCENT, HEAT = "#1B2230", "#5B6478", "#D5DAE3", "#0B6E6B", "#8FC4C1"

_NUMBERS = {
    "fraction": f'0.0"{THIN}"%',
    "count": "#,##0",
    "days": "#,##0.0",
    "hours": "#,##0",
    "months": "0.0",
    "points": "0.0",
    "grades": "0.0",
    "bits": "0.0",
    "ratio": "0.00",
    "number": "#,##0.00",
}
_CHANGES = {
    "fraction": f'+0.0"{THIN}"%;−0.0"{THIN}"%;0.0"{THIN}"%',
    "count": "+#,##0;−#,##0;0",
    "hours": "+#,##0;−#,##0;0",
    "days": "+0.0;−0.0;0.0",
    "months": "+0.00;−0.00;0.00",
    "points": "+0.0;−0.0;0.0",
    "grades": "+0.0;−0.0;0.0",
    "bits": "+0.0;−0.0;0.0",
    "ratio": "+0.00;−0.00;0.00",
    "number": "+0.00;−0.00;0.00",
}
DAY = "d mmm yyyy"
_RULED = {"bottom": 1, "bottom_color": FAINT, "valign": "vcenter"}


def number_format(column: Column, unit: str) -> str:
    """Return the spreadsheet's format for numbers of a unit; levels below zero get a true minus."""
    if column.decimals is not None:
        digits = "#,##0." + "0" * column.decimals if column.decimals else "#,##0"
        return f"+{digits};−{digits};{digits}" if column.is_change else f"{digits};−{digits}"
    if column.is_change:
        return _CHANGES.get(unit, _CHANGES["number"])
    pattern = _NUMBERS.get(unit, _NUMBERS["number"])
    return f"{pattern};−{pattern}"


class Styles:
    """Cell formats of one workbook, made once each."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}
        workbook.formats[0].set_font_name(FONT)
        workbook.formats[0].set_font_color(INK)
        self.plain = self.make()
        self.title = self.make(font_size=16, bold=True, text_wrap=True, valign="vcenter")
        self.subtitle = self.make(font_color=MUTED, text_wrap=True, valign="top")
        self.sentence = self.make(font_size=11, text_wrap=True, valign="vcenter")
        self.sentence_part = self.make(font_size=11)
        self.strong = self.make(font_size=11, bold=True, font_color=ACCENT)
        self.note = self.make(font_size=9, font_color=MUTED, text_wrap=True, valign="top")
        self.section = self.make(bold=True, bottom=1, bottom_color=FAINT, valign="bottom")
        self.link = self.make(font_color=ACCENT, underline=1, valign="top")
        self.back = self.make(font_color=ACCENT, font_size=9)
        self.label = self.make(bold=True, valign="top")
        self.wrapped = self.make(text_wrap=True, valign="top")

    def make(self, **given: Any) -> Any:
        """Return the format with these properties."""
        properties = {"font_name": FONT, "font_color": INK, "font_size": 10} | given
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(properties)
        return self._made[key]

    def head(self, *, is_text: bool, is_first: bool) -> Any:
        """Return the format of a column's head."""
        return self.make(
            bold=True, font_size=9, font_color=MUTED, text_wrap=True, valign="bottom",
            bottom=2, bottom_color=ACCENT, align="left" if is_text else "right",
            indent=1 if is_text and not is_first else 0,
        )  # fmt: skip

    def number(self, pattern: str, *, align: str = "right") -> Any:
        """Return the format of a number or a day."""
        return self.make(**_RULED, num_format=pattern, align=align)

    def words(self, *, is_first: bool) -> Any:
        """Return the format of text in a table; set in from the numbers before it."""
        return self.make(**_RULED, text_wrap=True, bold=is_first, indent=0 if is_first else 1)

    def withheld(self) -> Any:
        """Return the format of a dash in place of a number."""
        return self.make(**_RULED, align="right", font_color=MUTED)
