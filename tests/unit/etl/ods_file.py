"""OpenDocument spreadsheets written by hand, for tests."""

from __future__ import annotations

import io
import zipfile

_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)


def ods(*sheets: str, manifest: str = "", prolog: str = "") -> bytes:
    """Return a spreadsheet of sheets given as XML."""
    content = (
        f"{prolog}<office:document-content {_NAMES}><office:body><office:spreadsheet>"
        f"{''.join(sheets)}</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        if manifest:
            archive.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


def sheet(*rows: str, name: str = "One") -> str:
    """Return a sheet of rows given as XML."""
    return f'<table:table table:name="{name}">{"".join(rows)}</table:table>'


def row(*cells: str, repeated: int = 1) -> str:
    """Return a row; a cell that does not begin with < is a text."""
    inner = "".join(cell if cell.startswith("<") else text(cell) for cell in cells)
    return f'<table:table-row table:number-rows-repeated="{repeated}">{inner}</table:table-row>'


def text(words: str, repeated: int = 1) -> str:
    """Return a cell with a text, given as XML."""
    return (
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{repeated}">'
        f"<text:p>{words}</text:p></table:table-cell>"
    )


def value(kind: str, stored: str, shown: str = "", attribute: str = "value") -> str:
    """Return a cell with a typed value."""
    return (
        f'<table:table-cell office:value-type="{kind}" office:{attribute}="{stored}">'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


def blank(repeated: int = 1) -> str:
    """Return an empty cell."""
    return f'<table:table-cell table:number-columns-repeated="{repeated}"/>'
