"""How much an archive may hold before it is taken for one made to fill disk or memory."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from etl.problems import FileProblem

# Thirty million monthly worker rows, the largest load the product is meant for, are 3 GB of CSV.
MAX_UNPACKED = 16 << 30
# A year of attendance lists of a large program is some ten thousand files.
MAX_MEMBERS = 20_000
# Real exports shrink to a tenth, columns of blanks to a hundredth; deflate ends at a thousandth.
MAX_RATIO = 300
# Below this an archive does no harm whatever its ratio.
HARMLESS = 64 << 20
# Texts, styles and relations of a workbook are held in memory while its sheets are read.
MAX_HELD = 512 << 20

_REMEDY = "If it is meant to be so large, unpack it yourself and load what is inside in parts."


def check_size(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse an archive that says it unpacks to more than an export would.

    Raises
    ------
    FileProblem
        too_large.
    """
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        problem = f"The archive holds {len(members):,} files, more than the {MAX_MEMBERS:,} allowed"
        raise FileProblem("too_large", path, f"{problem}.", _REMEDY)
    declared = sum(member.file_size for member in members)
    check_unpacked(path, declared, path.stat().st_size)


def check_unpacked(path: Path, unpacked: int, packed: int) -> None:
    """Refuse what unpacks to too many bytes, or to too many for its packed size.

    Raises
    ------
    FileProblem
        too_large.
    """
    if unpacked > MAX_UNPACKED:
        problem = f"It unpacks to more than {MAX_UNPACKED >> 30} GB"
    elif unpacked > HARMLESS and unpacked > MAX_RATIO * packed:
        problem = f"It unpacks to more than {MAX_RATIO} times its size, as no export does"
    else:
        return
    raise FileProblem("too_large", path, f"{problem}.", _REMEDY)


def check_held(path: Path, members: Iterable[zipfile.ZipInfo]) -> None:
    """Refuse a workbook whose parts beside the sheets would fill the memory.

    Raises
    ------
    FileProblem
        too_large.
    """
    held = sum(
        member.file_size
        for member in members
        if member.filename.endswith((".xml", ".rels"))
        and not member.filename.startswith("xl/worksheets/sheet")
    )
    if held > MAX_HELD:
        problem = f"Its texts and styles are larger than {MAX_HELD >> 20} MB."
        raise FileProblem("too_large", path, problem, "Save the sheet as CSV (UTF-8) and load it.")
