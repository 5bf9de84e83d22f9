"""How a text is encoded and cut into lines, from its bytes."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from etl.problems import FileProblem
from etl.reading.file_bytes import read_head

HEAD = 1 << 16  # bytes by which a text is recognized
_BLOCK = 1 << 22
_FEED = 10
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class TextTraits:
    """How a text file is written.

    Parameters
    ----------
    encoding
        Python name of the encoding.
    bom_length
        Bytes of the byte order mark.
    nul_bytes
        NUL characters in UTF-8 or single-byte text; no table holds them, they are dropped.
    inner_marks
        Byte order marks within UTF-8 text, left where files were joined; they are dropped, or the
        cell behind one would be another than it looks.
    lines
        Physical lines, by line feeds; the last needs none.
    has_bare_return
        True where a carriage return stands without line feed.
    has_tab
        False where no tab is in it.
    is_ascii
        True where every byte is a character of ASCII.
    """

    encoding: str
    bom_length: int = 0
    nul_bytes: int = 0
    inner_marks: int = 0
    lines: int = 0
    has_bare_return: bool = False
    has_tab: bool = True
    is_ascii: bool = False


@dataclass
class _Lines:
    """Counts line ends block by block; the fast reader needs to know what to expect."""

    feeds: int = 0
    returns: int = 0
    pairs: int = 0
    last: bytes = b"\n"

    def add(self, block: bytes) -> None:
        if block:
            self.feeds += int(np.count_nonzero(np.frombuffer(block, np.uint8) == _FEED))
            self.pairs += self.last == b"\r" and block.startswith(b"\n")
            if b"\r" in block:
                self.returns += block.count(b"\r")
                self.pairs += block.count(b"\r\n")
            self.last = block[-1:]


def read_traits(path: Path, encoding: str | None = None) -> TextTraits:
    """Read the whole file once and return how its text is written.

    Parameters
    ----------
    path
        A file :func:`etl.reading.file_bytes.read_container` calls text.
    encoding
        Declared encoding; None to find it out from byte order mark, UTF-16 pattern, validity as
        UTF-8, and else Windows-1252.

    Raises
    ------
    FileProblem
        unreadable_bytes, with the position of the first byte that fits no encoding.
    """
    head = read_head(path)
    bom, found = next(((b, e) for b, e in _BOMS if head.startswith(b)), (b"", None))
    if bom:
        return _checked(path, found or "utf-8", len(bom))
    if encoding is not None:
        return _checked(path, codecs.lookup(encoding).name, 0)
    wide = _wide_encoding(head)
    if wide:
        return _checked(path, wide, 0)
    try:
        return _checked(path, "utf-8", 0)
    except FileProblem as problem:
        _check_mixed(path, problem)
        return _checked(path, "cp1252", 0)


def peek(path: Path, encoding: str | None = None, length: int = HEAD) -> str:
    """Return the beginning of a text, enough to recognize it by; the rest is not looked at."""
    head = read_head(path, length)
    bom, found = next(((b, e) for b, e in _BOMS if head.startswith(b)), (b"", None))
    name = found or encoding or _wide_encoding(head[:HEAD])
    if name is None:
        try:
            is_whole = path.stat().st_size <= length
            return _kept(codecs.getincrementaldecoder("utf-8")().decode(head, final=is_whole))
        except UnicodeDecodeError:
            name = "cp1252"
    return _kept(head[len(bom) :].decode(name, errors="replace"))


def decoded(path: Path, traits: TextTraits, block_size: int = _BLOCK) -> Iterator[str]:
    """Yield the text in blocks, without byte order marks and NUL characters."""
    decoder = codecs.getincrementaldecoder(traits.encoding)("strict")
    with path.open("rb") as source:
        source.seek(traits.bom_length)
        while block := source.read(block_size):
            yield _kept(decoder.decode(block))
    yield decoder.decode(b"", final=True)


def _kept(text: str) -> str:
    """Leave out what no table holds and nobody sees: NUL characters and byte order marks."""
    return text.replace("\x00", "").replace("\ufeff", "")


def _wide_encoding(head: bytes) -> str | None:
    """Guess UTF-16 without a byte order mark: Latin text has a NUL in every other byte."""
    pairs = len(head) // 2
    if pairs < 2:
        return None
    even, odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if odd > 0.4 * pairs and even < 0.1 * pairs:
        return "utf-16-le"
    if even > 0.4 * pairs and odd < 0.1 * pairs:
        return "utf-16-be"
    return None


def _checked(path: Path, encoding: str, bom_length: int) -> TextTraits:
    """Decode the whole file once and count its lines."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    is_wide = encoding.startswith(("utf-16", "utf-32"))
    position, nul_bytes, marks, tail, lines = bom_length, 0, 0, b"", _Lines()
    has_tab, is_ascii = False, True
    with path.open("rb") as source:
        source.seek(bom_length)
        while block := source.read(_BLOCK):
            is_plain = block.isascii()
            has_tab, is_ascii = has_tab or b"\t" in block, is_ascii and is_plain
            if encoding != "utf-8" or not is_plain or decoder.getstate()[0]:
                _decode(path, decoder, block, position, encoding)
            if encoding == "utf-8" and not is_plain:
                marks += (tail + block).count(codecs.BOM_UTF8)
            if not is_wide and b"\x00" in block:  # told five times faster than counted
                nul_bytes += block.count(0)
            tail = block[-2:]
            lines.add(block)
            position += len(block)
        _decode(path, decoder, b"", position, encoding)
    _check_text(path, encoding, nul_bytes, position)
    count = lines.feeds + (lines.last != b"\n")
    is_bare = lines.returns > lines.pairs
    is_ascii = is_ascii and not is_wide
    return TextTraits(
        encoding, bom_length, nul_bytes, marks, count, is_bare, has_tab=has_tab, is_ascii=is_ascii
    )


def _decode(
    path: Path, decoder: codecs.IncrementalDecoder, block: bytes, position: int, encoding: str
) -> None:
    """Decode a block, only to see whether it can be."""
    pending = decoder.getstate()[0]
    try:
        decoder.decode(block, final=not block)
    except UnicodeDecodeError as error:
        raise _unreadable(path, encoding, position - len(pending) + error.start) from error


def _check_text(path: Path, encoding: str, nul_bytes: int, size: int) -> None:
    """Refuse bytes that decode but are no text: any byte string is valid Windows-1252, almost."""
    if encoding.startswith(("utf-16", "utf-32")):
        return
    head = read_head(path)
    odd = sum(head.count(code) for code in range(1, 32) if code not in (9, 10, 12, 13, 26, 27))
    if odd > max(16, 0.02 * len(head)) or nul_bytes > max(4, 0.1 * size):
        codes = [i for i, byte in enumerate(head) if byte < 32 and byte not in (9, 10, 12, 13)]
        raise _unreadable(path, "text", codes[0] if codes else 0)


def _check_mixed(path: Path, problem: FileProblem) -> None:
    """Refuse UTF-8 with a broken byte: read as Windows-1252, every umlaut would turn to noise."""
    valid = broken = 0
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            text = block.decode("utf-8", errors="surrogateescape")
            escaped = sum("\udc80" <= character <= "\udcff" for character in text)
            broken += escaped
            valid += sum(character > "\x7f" for character in text) - escaped
    if valid > broken:
        raise problem


def _unreadable(path: Path, encoding: str, position: int) -> FileProblem:
    with path.open("rb") as source:
        lines = source.read(position).count(b"\n")
    what = "text" if encoding == "text" else f"{encoding.upper()} text"
    return FileProblem(
        "unreadable_bytes",
        path,
        f"Byte {position + 1} (line {lines + 1}) cannot be read as {what}.",
        'Export the file again as CSV (UTF-8), or name its encoding in the mapping (encoding = "")'
        ".",
    )
