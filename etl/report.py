"""What a load did, file by file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from etl.ledger import EntityCounts
from etl.problems import FileProblem


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file.

    Parameters
    ----------
    path
        The file, as the user finds it.
    name
        What the ledger calls it: its file name, for a member of an archive surveys.zip/answers.csv.
    format, mapping_name
        What it was recognized as and the mapping that applied; empty where it was refused before.
    counts
        One entry per entity its rows were meant for; each adds up.
    rejected
        Rejected rows by (entity, rule).
    unresolved
        Column of the file to the rows in which it names somebody nobody knows, where the mapping
        leaves that blank (a manager given by name only).
    is_known
        True where the same bytes had been loaded before and were not read again.
    problem
        Why the file was refused as a whole; None where it was loaded.
    """

    path: Path
    name: str
    format: str = ""
    mapping_name: str = ""
    counts: tuple[EntityCounts, ...] = ()
    rejected: dict[tuple[str, str], int] = field(default_factory=dict)
    is_known: bool = False
    problem: FileProblem | None = None
    unresolved: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class LoadReport:
    """What one run of the loader did; files in the order in which they were loaded."""

    batch_id: str
    files: tuple[FileOutcome, ...]

    @property
    def refused(self) -> tuple[FileOutcome, ...]:
        """Files of which nothing was loaded."""
        return tuple(outcome for outcome in self.files if outcome.problem is not None)

    @property
    def rejected_by_rule(self) -> dict[str, int]:
        """Rejected rows by rule, most frequent first."""
        found: Counter[str] = Counter()
        for outcome in self.files:
            for (_, rule), count in outcome.rejected.items():
                found[rule] += count
        return dict(found.most_common())

    @property
    def rows_read(self) -> int:
        """Rows read, added up over files and entities."""
        return sum(one.rows_read for outcome in self.files for one in outcome.counts)

    @property
    def rows_changed(self) -> int:
        """Rows that were new or replaced an earlier version."""
        return sum(one.changed for outcome in self.files for one in outcome.counts)

    @property
    def rows_rejected(self) -> int:
        """Rows set aside."""
        return sum(one.rows_rejected for outcome in self.files for one in outcome.counts)

    @property
    def is_complete(self) -> bool:
        """True where no file was refused; a command answers with exit code 0 then."""
        return not self.refused
