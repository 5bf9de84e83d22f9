"""Delimited text into a staging table: the fast way where it is clean, the careful way where not.

The fast way is the engine's own parallel CSV reader in its strictest setting. Whenever it declines
a file, or could number rows wrongly (blank lines), the careful way reads the file record by record
and keeps what does not fit as broken rows. Both yield the same table for the same file.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.problems import FileProblem
from etl.reading.csv_text import Dialect, first_records, sniff, split_leniently, split_strictly
from etl.reading.raw_table import SPACES, BrokenRow, Layout, RawTable
from etl.reading.row_staging import (
    RowBuffer,
    called_by_place,
    literal,
    name_columns,
    tidy_header,
)
from etl.reading.text_traits import TextTraits, decoded, peek, read_traits

_ADDRESS = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b|\b[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}){3,7}\b")
_SAMPLES = (1 << 18, 1 << 24)  # characters; the longer where the header is not over by then
_LONGEST = 4  # bytes of a character


@dataclass(frozen=True)
class CsvText:
    """A delimited text that has been looked at but not staged.

    Parameters
    ----------
    header
        The first records, as many as were asked for; fewer when the text ends before.
    """

    path: Path
    traits: TextTraits
    dialect: Dialect
    header: tuple[tuple[str, ...], ...]

    def stage(self, staging: Any, layout: Layout) -> RawTable:
        """Stage all records below the header; columns are named by its first record."""
        return stage(self, staging, layout)


def look_at(path: Path, encoding: str | None, header_records: int) -> CsvText:
    """Find out encoding, delimiter and header of a text file; reads all of it.

    Raises
    ------
    FileProblem
        unreadable_bytes, empty_file.
    """
    traits = read_traits(path, encoding)
    for length in _SAMPLES:
        sample, is_whole = _sample(path, traits, length)
        dialect = sniff(sample, is_whole)
        found = first_records(sample[dialect.skip :], dialect.delimiter, header_records + 1)
        if is_whole or len(found) > header_records:
            break
    header = found[:header_records]
    if not header:
        raise _without_header(path)
    return CsvText(path, traits, dialect, tuple(map(tuple, header)))


def peek_header(path: Path, encoding: str | None, header_records: int) -> list[list[str]]:
    """Return the first records, seen from the beginning of the file alone.

    It is the beginning that :func:`look_at` goes by, so that both find the same.

    Raises
    ------
    FileProblem
        empty_file.
    """
    for length in _SAMPLES:
        head = peek(path, encoding, _LONGEST * length)
        is_whole = path.stat().st_size <= _LONGEST * length and len(head) < length
        found = records_in(head[:length], header_records + 1, is_whole=is_whole)
        if len(found) > header_records or is_whole:
            break
    if not found:
        raise _without_header(path)
    return found[:header_records]


def records_in(head: str, count: int, *, is_whole: bool) -> list[list[str]]:
    """Return the first records of a text of which the beginning is known, or all of it."""
    dialect = sniff(head, is_whole)
    return first_records(head[dialect.skip :], dialect.delimiter, count)


def _without_header(path: Path) -> FileProblem:
    remedy = "Export it again and check that it has rows."
    return FileProblem("empty_file", path, "The file has no header and no rows.", remedy)


def stage(text: CsvText, staging: Any, layout: Layout) -> RawTable:
    """Stage all records below the header; columns are named by its first record."""
    names = _column_names(text, layout)
    details = {
        "encoding": text.traits.encoding,
        "delimiter": text.dialect.delimiter,
        "decimal": text.dialect.decimal,
        "header_rows": str(layout.header_records),
    }
    if text.traits.nul_bytes:
        details["nul_bytes"] = str(text.traits.nul_bytes)
    broken: tuple[BrokenRow, ...] = ()
    with tempfile.TemporaryDirectory(prefix="outcomes-") as folder:
        plain, traits = _plain_utf8(text, Path(folder))
        fast = None
        if not traits.has_bare_return:
            fast = _stage_fast(plain, traits, text, staging, layout)
        details["path"] = "careful" if fast is None else "fast"
        if fast is None:
            table, broken = _stage_carefully(plain, text, staging, layout)
            spaces = SPACES
        else:
            table, spaces = fast
    relation, columns = name_columns(staging, table, names, layout.dropped)
    return RawTable(relation, columns, layout.format, details, {}, broken, spaces=spaces)


def _column_names(text: CsvText, layout: Layout) -> list[str]:
    names = layout.names or ()
    return list(names) if any(names) else tidy_header(text.path, text.header[0])


def _sample(path: Path, traits: TextTraits, length: int) -> tuple[str, bool]:
    text = ""
    for block in decoded(path, traits, _SAMPLES[0]):
        text += block
        if len(text) >= length:
            return text[:length], False
    return text, True


def _plain_utf8(text: CsvText, folder: Path) -> tuple[Path, TextTraits]:
    """Return a UTF-8 file without NUL, inner marks and separator line, and how it is written."""
    traits, skip = text.traits, text.dialect.skip
    if traits.encoding == "utf-8" and not (traits.nul_bytes or traits.inner_marks or skip):
        return unglobbed(text.path, folder), traits
    plain = folder / "plain.csv"
    with plain.open("w", encoding="utf-8", newline="") as out:
        for block in decoded(text.path, traits):
            out.write(block[skip:])
            skip = max(0, skip - len(block))
    try:
        return plain, read_traits(plain, "utf-8")
    except FileProblem as problem:
        problem.file = text.path
        raise


def unglobbed(path: Path, folder: Path) -> Path:
    """Return the file under a name the engine takes literally, copied if need be."""
    if not re.search(r"[*?\[\]{}]", str(path)):
        return path
    return Path(shutil.copyfile(path, folder / "copy"))


def _stage_fast(
    plain: Path, traits: TextTraits, text: CsvText, staging: Any, layout: Layout
) -> tuple[str, str] | None:
    """Stage by the engine's reader; None where it declines or lines are not all accounted for.

    Returns
    -------
    tuple
        The staged table, and the white space that may stand at an end of its cells.
    """
    width = len(_column_names(text, layout))
    columns = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(width))
    # The header is read as a row: skipping it, the reader can skip all rows without a word when
    # the first line end in the file is not the one that ends records.
    source = (
        f"read_csv({literal(str(plain))}, auto_detect = false, header = false, "
        f"compression = 'none', delim = {literal(text.dialect.delimiter)}, quote = '\"', "
        f"escape = '\"', nullstr = '', columns = {{{columns}}}, strict_mode = true, "
        "null_padding = false)"
    )
    kept = ", ".join(f"c{n}" for n in range(width) if n not in layout.dropped)
    stored = staging.attempt(f"SELECT {kept} FROM {source}", "raw")
    if stored is None:
        return None
    first = "c0" if width == 1 else "*"
    records, filled = staging.rows(f"SELECT count(*), count({first}) FROM {stored}")[0]
    if width == 1 and filled < records:  # a blank line is a record only to the engine
        return None
    if records != traits.lines and not _is_complete(staging, stored, kept, traits.lines - records):
        return None
    sql = f"SELECT (rowid + 1)::INTEGER AS source_row, {kept} FROM {stored} "
    name: str = staging.view(f"{sql} WHERE rowid >= {layout.header_records}", "raw")
    return name, _spaces(traits, has_line_ends=records != traits.lines)


def _is_complete(staging: Any, stored: str, cells: str, missing: int) -> bool:
    """Tell whether the line ends within cells account for the lines that are no records."""
    if missing < 0:
        return False
    joined = f"concat_ws('', {cells})"
    within = f"sum(length({joined}) - length(replace({joined}, chr(10), '')))"
    return bool(staging.rows(f"SELECT {within} = {missing} FROM {stored}")[0][0])


def _spaces(traits: TextTraits, *, has_line_ends: bool) -> str:
    """Return the white space that may stand at an end of a cell: what is in the text at all."""
    gone = "" if traits.has_tab else "\t"
    gone += "" if has_line_ends else "\n\r"
    return "".join(
        space for space in SPACES if space not in gone and (space.isascii() or not traits.is_ascii)
    )


def _stage_carefully(
    plain: Path, text: CsvText, staging: Any, layout: Layout
) -> tuple[str, tuple[BrokenRow, ...]]:
    delimiter = text.dialect.delimiter
    try:
        with plain.open(encoding="utf-8-sig", newline="") as lines:
            rows, broken = _collect(split_strictly(lines, delimiter), text, layout)
    except csv.Error:
        whole = plain.read_bytes().decode("utf-8-sig")
        rows, broken = _collect(split_leniently(whole, delimiter), text, layout)
    return rows.store(staging), tuple(broken)


def _collect(
    records: Iterator[list[str]], text: CsvText, layout: Layout
) -> tuple[RowBuffer, list[BrokenRow]]:
    names = _column_names(text, layout)
    needed = max(n for n, name in enumerate(names) if name.strip()) + 1
    rows, broken = RowBuffer(len(names)), list[BrokenRow]()
    headers_left = layout.header_records
    for number, record in enumerate(records, 1):
        if not record or record == ["\x1a"]:  # a blank line, or the end mark of old systems
            continue
        if headers_left:
            headers_left -= 1
            continue
        cells = _fit(record, len(names), needed)
        if cells is None:
            broken.append(_broken(record, number, names, layout))
        else:
            rows.add(number, ["" if n in layout.dropped else c for n, c in enumerate(cells)])
    return rows, broken


def _fit(record: list[str], width: int, needed: int) -> list[str] | None:
    """Cut or pad a record to the header's width where no content is at stake."""
    if len(record) == width:
        return record
    if len(record) < needed or any(cell.strip() for cell in record[width:]):
        return None
    return record[:width] + [""] * (width - len(record))


def _broken(record: list[str], number: int, header: list[str], layout: Layout) -> BrokenRow:
    labels = called_by_place(header)
    cells = [_ADDRESS.sub("(dropped)", c) if layout.dropped else c for c in record]
    row: dict[str, object] = {
        label: cell
        for n, (label, cell) in enumerate(zip(labels, cells, strict=False))
        if n not in layout.dropped
    }
    is_short = len(record) < len(header)
    if not is_short:
        row["(surplus)"] = cells[len(header) :]
    cause = (
        "A line break in a cell without quotes cuts rows like this."
        if is_short
        else "A delimiter in a cell without quotes splits rows like this."
    )
    message = (
        f"The row has {len(record)} cells, the header {len(header)}. {cause} "
        "Correct it in the source, or put the cell in quotes."
    )
    rule = "too_few_cells" if is_short else "too_many_cells"
    return BrokenRow(number, rule, message, json.dumps(row, ensure_ascii=False))
