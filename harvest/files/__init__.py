"""Files that leave the house, one reader per format; a format without a reader fails the check.

A new format is one module here and one line in ``READERS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePath

from harvest.files import separated, workbook
from harvest.found import Found, UnknownContent

READERS: Mapping[str, Callable[[bytes], Found]] = {
    ".csv": separated.read_separated,
    ".xlsx": workbook.read_workbook,
}


def read_file(name: str, content: bytes) -> Found:
    """Return everything a file holds, files inside it included.

    Parameters
    ----------
    name : str
        Its name; the ending says the format.
    content : bytes
        The whole file.

    Raises
    ------
    UnknownContent
        Nobody can read this format, so nobody knows what it gives away.
    """
    ending = PurePath(name).suffix.lower()
    if ending not in READERS:
        raise UnknownContent(
            f"{name}: no reader for files of this kind; add one to harvest.files.READERS"
        )
    found = READERS[ending](content)
    for inner, inside in found.embedded:
        found = found.with_inner(inner, read_file(inner, inside))
    return found
