"""What a file is by its bytes; names and extensions are not asked."""

from __future__ import annotations

import codecs
import zipfile
from pathlib import Path

from etl.problems import FileProblem

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
_MARKUP = (
    (b"<!doctype html", "a web page, often a sign-in page saved instead of the export"),
    (b"<html", "a web page, often a sign-in page saved instead of the export"),
    (b"<?xml", "an XML document"),
    (b"begin:v", "a calendar file or business card"),
    (b'{"', "a JSON document"),
    (b"[{", "a JSON document"),
)


def read_container(path: Path) -> str:
    """Return parquet, workbook or text.

    Raises
    ------
    FileProblem
        file_not_found, is_directory, empty_file, wrong_file or unreadable_bytes.
    """
    head = read_head(path)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK"):
        _check_workbook(path)
        return "workbook"
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
    start = read_head(path).removeprefix(codecs.BOM_UTF8).lstrip()[:200].lower()
    for signature, what in _MARKUP:
        if start.startswith(signature):
            raise _wrong(path, what, _NOT_DATA)


def read_head(path: Path) -> bytes:
    """Return the first bytes of a file that can be opened and is not empty."""
    if path.is_dir():
        raise FileProblem(
            "is_directory", path, "This is a folder, not a file.", "Name a file inside it."
        )
    try:
        with path.open("rb") as source:
            head = source.read(1 << 16)
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


def _check_workbook(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype").decode() if "mimetype" in names else ""
    except (zipfile.BadZipFile, OSError, UnicodeDecodeError) as error:
        raise FileProblem(
            "unreadable_bytes",
            path,
            "It begins like an Excel workbook or ZIP archive but is damaged or cut off.",
            "Export or copy it again.",
        ) from error
    if "xl/workbook.xml" in names:
        return
    if "opendocument" in kind:
        raise _wrong(path, "an OpenDocument file (ODS), whatever its name says", _SAVE_AS_CSV)
    if "xl/workbook.bin" in names:
        raise _wrong(path, "a binary Excel workbook (XLSB)", _SAVE_AS_CSV)
    raise _wrong(path, "a ZIP archive", "Unpack it and load what is inside.")


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
