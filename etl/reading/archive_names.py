"""Names of archive members that no packer of plain files would write."""

from __future__ import annotations

import re

_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_LONGEST = 200  # bytes; file systems allow 255, the temporary folder's path needs its share


def unsafe_name(name: str) -> str:
    """Say what is wrong with a member's name, to follow "The member"; blank where nothing is.

    Members are never written where their names say. The rule keeps out archives made to reach
    outside of a folder, which nobody should unpack by other means either.

    Parameters
    ----------
    name
        Path within the archive, with slashes.
    """
    parts = name.split("/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "has an absolute path"
    if ".." in parts:
        return "points outside of the archive (..)"
    if any(_DEVICE.fullmatch(part.strip()) for part in parts):
        return "is named like a device"
    if any(ord(character) < 32 or character == ":" for character in name):
        return "has a name with characters no file has"
    if any(len(part.encode(errors="replace")) > _LONGEST for part in parts):
        return "has a name that is too long"
    return ""
