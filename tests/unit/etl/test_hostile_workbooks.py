"""Workbooks made to break a reader, or carrying what is no data."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from etl.formats import read, recognize
from etl.problems import FileProblem
from etl.reading import archive_limits
from warehouse.engine import Staging

Write = Callable[..., Path]
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


def workbook() -> dict[str, bytes]:
    """Return the parts of a workbook with a header and one row."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["a", "b"])
    sheet.write_row(1, 0, ["x", 1])
    book.close()
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def rows(staging: Staging, path: Path) -> list[tuple[object, ...]]:
    return staging.rows(f"SELECT * FROM {read(path, staging).relation}")


def refusal(staging: Staging, path: Path) -> str:
    with pytest.raises(FileProblem) as found:
        read(path, staging)
    return found.value.code


def test_the_workbook_these_tests_break_is_sound(staging: Staging, file: Write) -> None:
    assert rows(staging, file(packed(workbook()))) == [(2, "x", "1")]


@pytest.mark.parametrize("part", [SHEET, STRINGS, "xl/workbook.xml", "xl/styles.xml"])
@pytest.mark.parametrize(
    "prolog",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    ],
    ids=["entity bomb", "outside entity"],
)
def test_entities_are_never_resolved(
    staging: Staging, file: Write, part: str, prolog: bytes
) -> None:
    parts = workbook()
    head, _, rest = parts[part].rpartition(b"?>")
    parts[part] = (head + b"?>" if head else b"") + prolog + rest
    assert refusal(staging, file(packed(parts))) == "unreadable_bytes"


def test_a_bomb_of_shared_texts_is_refused(
    staging: Staging, file: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = workbook()
    parts[STRINGS] = parts[STRINGS].replace(b"<t>x</t>", b"<t>" + b"x" * 200_000 + b"</t>")
    path = file(packed(parts))
    assert rows(staging, path)[0][0] == 2
    monkeypatch.setattr(archive_limits, "MAX_HELD", 100_000)
    assert refusal(staging, path) == "too_large"


def test_a_workbook_that_unpacks_to_a_thousand_times_its_size_is_refused(
    staging: Staging, file: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_limits, "HARMLESS", 1 << 20)
    parts = workbook() | {"xl/worksheets/sheet2.xml": b" " * (20 << 20)}
    assert refusal(staging, file(packed(parts))) == "too_large"


def test_a_declared_size_is_not_believed(staging: Staging, file: Write) -> None:
    parts = workbook()
    parts[SHEET] = parts[SHEET].replace(b"A1:B2", b"A1:XFD1048576")
    assert rows(staging, file(packed(parts))) == [(2, "x", "1")]


def test_a_row_far_below_the_last_of_a_worksheet_is_refused_not_waited_for(
    staging: Staging, file: Write
) -> None:
    parts = workbook()
    parts[SHEET] = parts[SHEET].replace(b'<row r="2"', b'<row r="99999999999"')
    assert refusal(staging, file(packed(parts))) == "too_large"


def test_a_column_beyond_the_last_of_a_worksheet_is_refused(staging: Staging, file: Write) -> None:
    parts = workbook()
    parts[SHEET] = parts[SHEET].replace(b'r="B2"', b'r="ZZZ2"')
    assert refusal(staging, file(packed(parts))) in ("too_large", "unreadable_bytes")


def test_macros_and_links_to_other_workbooks_are_not_looked_at(
    staging: Staging, file: Write
) -> None:
    parts = workbook() | {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 macro"}
    types = parts["[Content_Types].xml"]
    parts["[Content_Types].xml"] = types.replace(
        b"vnd.openxmlformats-officedocument.spreadsheetml.sheet.main",
        b"vnd.ms-excel.sheet.macroEnabled.main",
    )
    parts["xl/externalLinks/externalLink1.xml"] = b'<externalLink r:id="rId1"/>'
    path = file(packed(parts), "people.xlsm")
    assert recognize(path) == "workbook" and rows(staging, path) == [(2, "x", "1")]


def test_a_workbook_behind_a_password_is_named_with_the_remedy(
    staging: Staging, file: Write
) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16")
    with pytest.raises(FileProblem, match="password") as found:
        read(file(content, "people.xlsx"), staging)
    assert found.value.code == "wrong_file"


def test_a_formula_gives_the_value_last_calculated_and_text_like_one_stays_text(
    staging: Staging, file: Write
) -> None:
    parts = workbook()
    parts[SHEET] = parts[SHEET].replace(b'"B2"><v>1<', b'"B2"><f>1+41</f><v>42<')
    parts[STRINGS] = parts[STRINGS].replace(b"<t>x</t>", b"<t>=1+1</t>")
    assert rows(staging, file(packed(parts))) == [(2, "=1+1", "42")]
