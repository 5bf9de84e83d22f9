"""Known errors of a source, declared once in ``*.corrections.toml`` and mended at every load.

A correction says which rows it is about, what changes, why, and who said so. It works on the file's
own columns, before the mapping, so that the same export loads the same way each time and nobody
has to edit exports by hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

from etl.mapping.toml_node import Node, read_toml
from etl.people.identity import Provenance
from etl.problems import FileProblem, did_you_mean
from etl.reading.raw_table import SPACES, RawTable
from etl.reading.row_staging import literal, quoted, tidy_name
from warehouse.engine import Staging, Writer
from warehouse.tables import correction_applied

PATTERN = "*.corrections.toml"


@dataclass(frozen=True)
class Correction:
    """A known error of a source.

    Parameters
    ----------
    files
        Patterns of file names it applies to.
    match
        Column of the file to the values of rows it is about; the empty text means blank.
    change
        Column of the file to the value it should have; the empty text makes it blank.
    reason, said_by
        Why, and who vouches for it; both stand in the ledger with every row changed.
    place
        File and number of the correction, for messages.
    """

    files: tuple[str, ...]
    match: dict[str, tuple[str, ...]]
    change: dict[str, str]
    reason: str
    said_by: str
    place: str

    def fits(self, file_name: str) -> bool:
        """Tell whether it is about a file of this name."""
        return any(fnmatch(file_name.lower(), pattern.lower()) for pattern in self.files)


@dataclass(frozen=True)
class Corrections:
    """The corrections of one file, in the order in which they apply."""

    listed: tuple[Correction, ...] = ()

    @property
    def sha256(self) -> str:
        """Identifies what they say; blank where there are none."""
        if not self.listed:
            return ""
        return hashlib.sha256(repr(self.listed).encode()).hexdigest()


NO_CORRECTIONS = Corrections()


def read_corrections(path: Path) -> tuple[Correction, ...]:
    """Read a file of corrections.

    Raises
    ------
    FileProblem
        ``bad_corrections``, naming the key and what is allowed; ``file_not_found``.
    """
    node, _ = read_toml(path, "corrections")
    found = tuple(
        _correction(one, f"{path.name}, correction {number}")
        for number, one in enumerate(node.nodes("correction"), 1)
    )
    node.finish()
    if not found:
        raise node.bad("correction", "is missing", "Add at least one [[correction]].")
    return found


def corrections_for(path: Path, name: str, folders: Iterable[Path]) -> Corrections:
    """Return the corrections that apply to a file: those beside it, then those of other folders.

    Parameters
    ----------
    path
        The file as the user finds it; for a member of an archive the archive's folder counts.
    name
        What the ledger calls it; patterns are compared with its last part.
    folders
        Folders with corrections for all files; a folder that does not exist holds none.

    Raises
    ------
    FileProblem
        A file of corrections is wrong in itself.
    """
    beside = next((one for one in path.parents if one.is_dir()), path.parent)
    places = dict.fromkeys([beside, *folders])
    files = [file for folder in places for file in sorted(folder.glob(PATTERN))]
    last = name.rsplit("/", 1)[-1]
    found = (one for file in files for one in read_corrections(file))
    return Corrections(tuple(one for one in found if one.fits(last)))


def apply_corrections(
    writer: Writer, raw: RawTable, given: Corrections, path: Path, provenance: Provenance
) -> RawTable:
    """Return the file with its known errors mended, and write every change into the ledger.

    A correction that matches nothing is no error: the source may have mended it.

    Raises
    ------
    FileProblem
        ``bad_corrections`` where a correction names a column the file does not have.
    """
    for one in given.listed:
        raw = _apply(writer, raw, one, path, provenance)
    return raw


def _apply(
    writer: Writer, raw: RawTable, one: Correction, path: Path, provenance: Provenance
) -> RawTable:
    staging = writer.staging
    _check_columns(raw, one, path)
    condition = " AND ".join(_matches(column, values) for column, values in one.match.items())
    changed = staging.fresh("corrected")
    old = ", ".join(
        f"{{'column_name': {literal(column)}, 'old_value': {quoted(column)}, "
        f"'new_value': {_value(value)}}}"
        for column, value in one.change.items()
    )
    staging.run(
        f"CREATE TEMP TABLE {changed} AS SELECT source_row, unnest([{old}], recursive := true) "
        f"FROM {raw.relation} WHERE {condition}"
    )
    staging.run(f"DELETE FROM {changed} WHERE old_value IS NOT DISTINCT FROM new_value")
    if not staging.rows(f"SELECT 1 FROM {changed} LIMIT 1"):
        return raw
    reason = literal(f"{one.reason} (said by {one.said_by}; {one.place})")
    writer.append(
        correction_applied,
        staging.view(
            f"SELECT {literal(provenance.batch_id)} AS batch_id, "
            f"{literal(provenance.file_sha256)} AS file_sha256, source_row, column_name, "
            f"old_value, new_value, {reason} AS reason FROM {changed} ORDER BY source_row",
            "corrections",
        ),
    )
    return replace(raw, relation=_mended(staging, raw, one, condition), spaces=SPACES)


def _mended(staging: Staging, raw: RawTable, one: Correction, condition: str) -> str:
    cells = [
        f"CASE WHEN {condition} THEN {_value(one.change[column])} ELSE {quoted(column)} END "
        f"AS {quoted(column)}"
        if column in one.change
        else quoted(column)
        for column in raw.columns
    ]
    return staging.view(f"SELECT source_row, {', '.join(cells)} FROM {raw.relation}", "mended")


def _matches(column: str, values: Sequence[str]) -> str:
    cell = f"coalesce(trim({quoted(column)}), '')"
    return f"{cell} IN ({', '.join(literal(value.strip()) for value in values)})"


def _value(text: str) -> str:
    return literal(text) if text else "NULL::VARCHAR"


def _check_columns(raw: RawTable, one: Correction, path: Path) -> None:
    for column in (*one.match, *one.change):
        if column not in raw.columns:
            raise FileProblem(
                "bad_corrections",
                path,
                f"{one.place} speaks of a column the file does not have."
                f"{did_you_mean(column, raw.columns)}",
                "Correct the name of the column, or narrow files to the exports it is about.",
                column=column,
            )


def _correction(node: Node, place: str) -> Correction:
    match = node.take("match", dict, "a table of columns and values") or {}
    inner = node.inner(match, "match")
    change = {tidy_name(column): value for column, value in node.pairs("change").items()}
    found = Correction(
        files=node.texts("files") or ("*",),
        match={tidy_name(column): inner.texts(column) for column in match},
        change=change,
        reason=node.required("reason"),
        said_by=node.required("said_by"),
        place=place,
    )
    node.finish()
    if not found.match:
        raise node.bad(node.key("match"), "is missing", "Say which rows it is about.")
    if not found.change:
        raise node.bad(node.key("change"), "is missing", "Say which columns change to what.")
    return found
