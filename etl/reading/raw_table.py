"""What every format reader returns: a staged table of text, and the rows that would not fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

SPACES = " \t\n\r\u00a0\u202f"  # white space that is no part of what a cell says


@dataclass(frozen=True)
class Hints:
    """What a mapping declares about the bytes; None where they speak for themselves.

    Parameters
    ----------
    format
        One of :data:`etl.formats.FORMATS`.
    encoding
        Python name of the text encoding.
    sheet
        Name of the worksheet to read.
    date_order
        ymd, dmy or mdy; used by formats that turn their moments into ISO text themselves.
    time_zone
        IANA name of the zone of moments that name none; calendars ask for it where they need it.
    load_day
        Day of the load, up to which a series without end is expanded; not a mapping's to say.
    """

    format: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    date_order: str | None = None
    time_zone: str | None = None
    load_day: dt.date | None = None


@dataclass(frozen=True)
class BrokenRow:
    """A row that cannot be split into the header's columns; the loader rejects it, whole.

    Parameters
    ----------
    source_row
        Row as a spreadsheet numbers it, header = 1.
    rule
        too_many_cells or too_few_cells.
    message
        What is wrong and what to do, in words.
    row_json
        The cells as a JSON object; surplus cells stand under ``"(surplus)"`` as a list.
    """

    source_row: int
    rule: str
    message: str
    row_json: str


@dataclass(frozen=True)
class RawTable:
    """A file staged as text, one row per record.

    Parameters
    ----------
    relation
        Staging table: ``source_row`` INTEGER, then one VARCHAR column per name in ``columns``.
        Empty cells are NULL; other text is as the file has it, spaces included.
    columns
        Header names, stripped, runs of white space inside them one space; unique without regard
        to case.
    format
        What the bytes were recognized as.
    details
        What was found out on the way, for inspection and messages: encoding, delimiter,
        header_rows, sheet, time_zone, nul_bytes, path (fast or careful), ... as text.
    labels
        Column name to the longer text the file gives for it (a question), where it gives one.
    broken
        Rows that are in the file but not in ``relation``.
    open_columns
        Columns the file itself says are no closed question: metadata, embedded data, free text.
    spaces
        Those of :data:`SPACES` that may stand at an end of a cell; fewer where the reader saw that
        others are not in the file.
    """

    relation: str
    columns: tuple[str, ...]
    format: str
    details: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    broken: tuple[BrokenRow, ...] = ()
    open_columns: tuple[str, ...] = ()
    spaces: str = SPACES


@dataclass(frozen=True)
class Layout:
    """How the records of a grid are to be taken.

    Parameters
    ----------
    format
        Name of the format that reads it.
    header_records
        Records above the first row; the first of them names the columns unless ``names`` does.
    dropped
        Positions of columns that must not come in, counted from 0.
    names
        Column names, unique, where the first record alone does not give them.
    """

    format: str
    header_records: int = 1
    dropped: frozenset[int] = frozenset()
    names: tuple[str, ...] | None = None
