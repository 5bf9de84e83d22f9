"""What a surface holds before anybody judges it: tables, texts, charts, and loose numbers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple


class UnknownContent(Exception):
    """Something that nobody here can read, and that could hold anything."""


class FoundCell(NamedTuple):
    """One cell of a table.

    Attributes
    ----------
    text : str
        As shown.
    number : float or None
        The number stored, where the surface stores one rather than text.
    more : tuple of str
        Tooltips, labels for screen readers, comments.
    is_drawn : bool
        Whether a mark or a shade is drawn for it.
    """

    text: str
    number: float | None = None
    more: tuple[str, ...] = ()
    is_drawn: bool = False


@dataclass(frozen=True)
class FoundTable:
    """A table with one row of heads.

    Attributes
    ----------
    name : str
        Card, sheet or file it is on.
    words : tuple of str
        Title and subtitle: they say what is not in heads and rows.
    heads : tuple of str
    rows : tuple of tuple of FoundCell
    metric_id : str
        Definition the table points to; empty for none.
    """

    name: str
    words: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[FoundCell, ...], ...]
    metric_id: str = ""


@dataclass(frozen=True)
class FoundText:
    """Running text, a label, or a tooltip outside tables."""

    place: str
    text: str


@dataclass(frozen=True)
class FoundChart:
    """A drawn chart: every point with its place along the axis and its numbers.

    Attributes
    ----------
    name : str
        Card it is on; its numbers are those of the table there.
    points : tuple of (place, key, numbers)
        ``key`` is the category or number along the axis, as in the first column of the table.
    moved : tuple of (place, key, number)
        Positions of labels, which may stand a little beside what they name.
    """

    name: str
    points: tuple[tuple[str, str, tuple[float, ...]], ...]
    moved: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True)
class FoundRecord:
    """A row of a grid: every column of its data, also those not shown."""

    place: str
    values: dict[str, Any] = field(hash=False)


@dataclass(frozen=True)
class Loose:
    """A number that stands where no figure belongs, or a copy that differs from its original."""

    place: str
    number: str
    problem: str


@dataclass(frozen=True)
class Course:
    """A line of past values without numbers: the label beside it, and heights from the top."""

    place: str
    label: str
    heights: tuple[float | None, ...]


@dataclass(frozen=True)
class Found:
    """Everything one surface holds."""

    tables: tuple[FoundTable, ...] = ()
    texts: tuple[FoundText, ...] = ()
    charts: tuple[FoundChart, ...] = ()
    records: tuple[FoundRecord, ...] = ()
    loose: tuple[Loose, ...] = ()
    courses: tuple[Course, ...] = ()
    copies: int = 0  # numbers that repeat a cell and were compared with it
    embedded: tuple[tuple[str, bytes], ...] = ()

    def with_inner(self, name: str, inner: Found) -> Found:
        """Return this with what a file inside it holds."""
        texts = (FoundText(f"{name}: {text.place}", text.text) for text in inner.texts)
        tables = (replace(table, name=f"{name}: {table.name}") for table in inner.tables)
        loose = (replace(one, place=f"{name}: {one.place}") for one in inner.loose)
        return replace(
            self,
            tables=(*self.tables, *tables),
            texts=(*self.texts, *texts),
            loose=(*self.loose, *loose),
            copies=self.copies + inner.copies,
        )
