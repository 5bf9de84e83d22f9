"""Stage files, and join those that are alike to one table, so that they are loaded as one.

Files share a table only where nothing that becomes of one can depend on another: where it could,
they are loaded one after the other, which comes to the same and takes longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from etl import formats
from etl.choosing.choice import check_columns
from etl.mapping.fit import add_day, fit_mapping
from etl.mapping.mapping import Mapping, entity_table
from etl.people.identity import Provenance
from etl.planning import Planned
from etl.reading.raw_table import SPACES, RawTable
from etl.reading.row_staging import quoted
from etl.rows.bundle import MOST_ROWS, Bundle
from etl.rows.corrections import apply_corrections
from etl.rows.returned import settle_returned
from etl.sessions.meetings import ADDED
from etl.shrink import ANSWERED, STATES
from etl.sources import RULES
from warehouse.engine import Staging, Writer
from warehouse.tables import session

_TELLING = ("delimiter", "decimal", "time_zone")  # details by which cells are read


@dataclass(frozen=True)
class Staged:
    """A file that is staged but not checked, and the mapping as it stands for it."""

    planned: Planned
    provenance: Provenance
    raw: RawTable
    mapping: Mapping


def stage(writer: Writer, planned: Planned, provenance: Provenance) -> Staged:
    """Stage a file and mend its known errors.

    Raises
    ------
    FileProblem
        The file cannot be read, lacks a column, or is corrected by mistake.
    """
    hints = replace(planned.mapping.hints, load_day=provenance.now.date())
    raw = formats.read(planned.path, writer.staging, hints)
    settle_returned(writer, raw, provenance)
    check_columns(planned.path, planned.mapping, raw)
    raw = apply_corrections(writer, raw, planned.corrections, planned.path, provenance)
    mapping = fit_mapping(planned.mapping, raw.columns)
    raw = add_day(writer.staging, raw, mapping, planned.path)
    return Staged(planned, provenance, raw, mapping)


def may_join(before: Sequence[Staged], after: Staged) -> bool:
    """Tell whether a staged file may share a table with those before it."""
    if not before:
        return True
    last = before[-1]
    return (
        after.planned.mapping.sha256 == last.planned.mapping.sha256
        and after.raw.format == last.raw.format
        and after.raw.columns == last.raw.columns
        and all(after.raw.details.get(one) == last.raw.details.get(one) for one in _TELLING)
        and _is_sociable(after.planned)
        and _is_sociable(last.planned)
    )


def _is_sociable(planned: Planned) -> bool:
    """Tell whether rows of a file are judged without those of others like it.

    They are not where the file lists all there is, where rules compare rows with one another, where
    rows refer to rows of their own export, where the file's name is read, or where it settles what
    was set aside before.
    """
    mapping = planned.mapping
    filled = {str(entity_table(load.entity).name) for load in mapping.loads}
    # The loader itself says which session a meeting is, and sees to it that files are apart.
    own = {str(session.name)} if mapping.format in ADDED else set[str]()
    refers = planned.needs & filled - own
    compares = any(RULES[name].set_checks for name in filled)
    is_told_apart = mapping.reads_file_name or planned.corrections.listed
    is_answer = mapping.format in ANSWERED
    return not (filled & STATES or refers or compares or is_told_apart or is_answer)


def count_rows(staging: Staging, staged: Sequence[Staged]) -> tuple[list[int], bool]:
    """Count the rows of each file, those that do not fit its header included.

    Returns
    -------
    tuple
        The counts, and whether the rows of all files can be numbered in one table.
    """
    last_row = "max(source_row)" if len(staged) > 1 else "0"
    counts = " UNION ALL ".join(
        f"SELECT {number}, count(*), {last_row} FROM {one.raw.relation}"
        for number, one in enumerate(staged)
    )
    found = {number: (rows, last) for number, rows, last in staging.rows(counts)}
    rows = [found[number][0] + len(one.raw.broken) for number, one in enumerate(staged)]
    return rows, max(last or 0 for _, last in found.values()) < MOST_ROWS


def join(staging: Staging, staged: Sequence[Staged], bundle: Bundle) -> RawTable:
    """Return the rows of all files as one table; those of a file alone stay where they are."""
    first = staged[0].raw
    if len(staged) == 1:
        return first
    columns = ", ".join(map(quoted, first.columns))
    parts = [
        f"SELECT (source_row + {bundle.first_row(number)})::INTEGER AS source_row, {columns} "
        f"FROM {one.raw.relation}"
        for number, one in enumerate(staged)
    ]
    relation = staging.fresh("joined")
    staging.run(f"CREATE TEMP TABLE {relation} AS {' UNION ALL '.join(parts)}")
    broken = tuple(
        replace(row, source_row=row.source_row + bundle.first_row(number))
        for number, one in enumerate(staged)
        for row in one.raw.broken
    )
    spaces = "".join(space for space in SPACES if any(space in one.raw.spaces for one in staged))
    return replace(first, relation=relation, broken=broken, spaces=spaces)
