"""A source that suddenly holds far fewer rows than last time: an export cut short, most often."""

from __future__ import annotations

import re
from collections.abc import Sequence

from etl.formats import identity_review, returned_rows
from etl.ledger import Seen, SeenLine
from etl.planning import Planned
from etl.problems import FileProblem
from warehouse.tables import (
    answer,
    department,
    pair,
    participant,
    person,
    person_identifier,
    response,
    worker_record,
)

LARGEST_SHRINK = 0.3
ANSWERED = frozenset({returned_rows.NAME, identity_review.NAME})  # shorter with every answer
_FEW = 20  # rows below which a loss says nothing
# Lists of all there is. Of others (answers, attendance) the next export is about other things.
STATES = frozenset(
    str(table.name)
    for table in (person, person_identifier, department, worker_record, participant, pair)
)


def check_shrink(seen: Seen, planned: Planned, rows: int, largest: float) -> None:
    """Refuse a file that holds far fewer rows than the last export of the same source.

    The last export is the one of the same name; of lists of all there is (workers, participants,
    pairs, ...) also one whose name differs in digits only, as those of monthly exports do.

    Parameters
    ----------
    rows
        Rows of the file.
    largest
        Share of rows that may be lost; 1 to let anything pass.

    Raises
    ------
    FileProblem
        shrunk_source.
    """
    if largest >= 1 or planned.mapping.format in ANSWERED:
        return
    last = _last_export(seen, planned)
    if last is None or last[1] < _FEW or rows >= last[1] * (1 - largest):
        return
    name, before = last
    raise FileProblem(
        "shrunk_source",
        planned.path,
        f"It has {rows:,} rows; the last export of this source ({name}) had {before:,}, so "
        f"{1 - rows / before:.0%} are missing.",
        "Check that the export is complete. If people or rows really went, load it with "
        "--allow-shrink.",
    )


def _last_export(seen: Seen, planned: Planned) -> tuple[str, int] | None:
    """Return name and rows of the last export of the same source."""
    pattern = _without_digits(planned.export.name)
    own = [line for line in seen.lines if line.source_system == planned.mapping.source_system]
    names = [
        line.file_name
        for line in own
        if line.file_name == planned.export.name
        or (line.entity in STATES and _without_digits(line.file_name) == pattern)
    ]
    if not names or not planned.entities & {line.entity for line in own}:
        return None
    name = names[-1]
    return name, _rows_of_last(own, name)


def _rows_of_last(lines: Sequence[SeenLine], name: str) -> int:
    """Return the most rows any entity took of the file's last load; of answers, their responses."""
    last: dict[str, int] = {}
    for line in lines:
        if line.file_name == name:
            last[line.entity] = line.rows_read
    if response.name in last:  # a row of a survey is many answers
        last.pop(answer.name, None)
    return max(last.values())


def _without_digits(name: str) -> str:
    return re.sub(r"[0-9]+", "#", name)
