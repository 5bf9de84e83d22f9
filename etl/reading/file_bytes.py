"""What a file is by its bytes; names and extensions are not asked."""

from __future__ import annotations

import codecs
import re
import zipfile
import zlib
from pathlib import Path

from etl.problems import FileProblem
from etl.reading.archive_limits import check_held, check_size

ARCHIVE = "zip"  # the one container that is no file of rows itself
_BLOCK = 1 << 22
_SAVE_AS_CSV = "Open it in the program that wrote it and save it as CSV (UTF-8) or XLSX."
_NOT_DATA = "Export the data as CSV or XLSX and load that file."
_SIGNATURES = (
    (b"%PDF", "a PDF document", _NOT_DATA),
    (b"\x89PNG", "a picture (PNG)", _NOT_DATA),
    (b"\xff\xd8\xff", "a picture (JPEG)", _NOT_DATA),
    (b"GIF8", "a picture (GIF)", _NOT_DATA),
    (b"\x1f\x8b", "a compressed file (gzip)", "Unpack it and load what is inside."),
    (b"7z\xbc\xaf", "a compressed file (7-Zip)", "Unpack it and load what is inside."),
    (b"Rar!", "a compressed file (RAR)", "Unpack it and load what is inside."),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Excel workbook (XLS) or one protected by a password",
        "Open it in Excel and save it as XLSX without a password.",
    ),
    (b"SQLite format 3", "a database (SQLite)", _NOT_DATA),
    (b"{\\rtf", "a text document (RTF)", _NOT_DATA),
)
# What zipfile raises for members it cannot open (encrypted, compressed in an unknown way).
_UNREADABLE = (NotImplementedError, RuntimeError, EOFError, ValueError)
_PAGE = "a web page, often a sign-in page saved instead of the export"
_MARKUP = (  # beginning of a text in lower case; the first that fits names it
    (r"<.*urn:schemas-microsoft-com:office:spreadsheet", "an Excel 2003 workbook (XML)"),
    (
        r"(<!doctype html|<html|<head|<meta|<style|<table).*<t[dh]\b",
        "a web page with a table (HTML)",
    ),
    (r"<!doctype html|<html|<head|<meta|<style|<table", _PAGE),
    (r"mime-version:", "a web page in one file (MHTML)"),
    (r"<\?xml|<\w+[^>]*\bxmlns", "an XML document"),
    (r"begin:v", "a calendar file or business card"),
    (r'[{\[]\s*["{\[]', "a JSON document"),
)
_OPENED_BY_EXCEL = ("an Excel 2003 workbook (XML)", "a web page with a table (HTML)")
# Packages by a member only they have; OpenDocument says what it is in its first member.
_PACKAGES = (
    ("xl/workbook.bin", "a binary Excel workbook (XLSB)", _SAVE_AS_CSV),
    ("word/document.xml", "a text document (Word)", _NOT_DATA),
    ("ppt/presentation.xml", "a presentation (PowerPoint)", _NOT_DATA),
    ("AndroidManifest.xml", "a program (APK)", _NOT_DATA),
)


def read_container(path: Path) -> str:
    """Return parquet, workbook, ods, zip or text.

    Raises
    ------
    FileProblem
        file_not_found, is_directory, empty_file, wrong_file, too_large or unreadable_bytes.
    """
    head = read_head(path)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _package(path)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    for signature, what, remedy in _SIGNATURES:
        if head.startswith(signature):
            raise _wrong(path, what, remedy)
    if not start.strip(b"\x00"):
        _check_not_blank(path)
    return "text"


def refuse_markup(path: Path) -> None:
    """Refuse a text that is marked up for something else than rows, in words.

    Raises
    ------
    FileProblem
        wrong_file.
    """
    start = read_head(path).removeprefix(codecs.BOM_UTF8).lstrip().lower()
    text = start.decode("utf-8", errors="replace")
    for pattern, what in _MARKUP:
        if re.match(pattern, text, re.DOTALL):
            raise _wrong(path, what, _SAVE_AS_CSV if what in _OPENED_BY_EXCEL else _NOT_DATA)


def refuse_archive(path: Path) -> None:
    """Refuse an archive where one table is wanted.

    Raises
    ------
    FileProblem
        wrong_file.
    """
    raise _wrong(path, "a ZIP archive", "Load the archive, or unpack it and name a file in it.")


def read_head(path: Path, length: int = 1 << 16) -> bytes:
    """Return the first bytes of a file that can be opened and is not empty."""
    if path.is_dir():
        raise FileProblem(
            "is_directory", path, "This is a folder, not a file.", "Name a file inside it."
        )
    try:
        with path.open("rb") as source:
            head = source.read(length)
    except FileNotFoundError as error:
        remedy = "Check the name and the folder."
        raise FileProblem("file_not_found", path, "There is no such file.", remedy) from error
    except OSError as error:
        problem = f"The file cannot be read: {error.strerror}."
        raise FileProblem(
            "file_not_found", path, problem, "Check that you may read it and that it is closed."
        ) from error
    if not head:
        raise _empty(path)
    return head


def _package(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            check_size(path, archive)
            names = set(archive.namelist())
            kind = ""
            if "mimetype" in names:
                with archive.open("mimetype") as content:
                    kind = content.read(200).decode(errors="replace")
            if "xl/workbook.xml" in names:
                check_held(path, archive.infolist())
                return "workbook"
    except (zipfile.BadZipFile, zlib.error, OSError, *_UNREADABLE) as error:
        raise FileProblem(
            "unreadable_bytes",
            path,
            "It begins like an Excel workbook or ZIP archive but is damaged or cut off.",
            "Export or copy it again.",
        ) from error
    if kind.startswith("application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    if "opendocument" in kind:
        raise _wrong(path, "an OpenDocument file but no spreadsheet", _NOT_DATA)
    for member, what, remedy in _PACKAGES:
        if member in names:
            raise _wrong(path, what, remedy)
    return ARCHIVE


def _check_not_blank(path: Path) -> None:
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            if block.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
                return
    raise _empty(path)


def _wrong(path: Path, what: str, remedy: str) -> FileProblem:
    return FileProblem("wrong_file", path, f"This is {what}, not a table of rows.", remedy)


def _empty(path: Path) -> FileProblem:
    return FileProblem(
        "empty_file", path, "The file is empty.", "Export it again and check that it has rows."
    )
