"""What became of the rows of a load, counted file by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from etl.ledger import EntityCounts
from etl.rows.bundle import Bundle, Entangled, merged_by_file
from warehouse.engine import MergeCounts, Staging


@dataclass(frozen=True)
class Share:
    """What became of the rows of one file.

    Parameters
    ----------
    rows
        Rows that were merged.
    unresolved
        Column of the file to those of them in which it names somebody nobody knows.
    """

    counts: EntityCounts
    rows: int = 0
    unresolved: dict[str, int] = field(default_factory=dict)


@dataclass
class Tally:
    """Rows of a load by the place of their file in the bundle.

    Parameters
    ----------
    total, faulty
        All rows, and those that break a rule by themselves.
    between, same, doubled
        Of the others, those that contradict further rows, repeat one, or contradict its repeat.
    may_repeat
        False where no key can be there twice among rows without a fault.
    broken
        Numbers of the rules that rows break by themselves.
    """

    total: Counter[int] = field(default_factory=Counter)
    faulty: Counter[int] = field(default_factory=Counter)
    between: Counter[int] = field(default_factory=Counter)
    same: Counter[int] = field(default_factory=Counter)
    doubled: Counter[int] = field(default_factory=Counter)
    may_repeat: bool = False
    broken: set[int] = field(default_factory=set)

    def shares(
        self, entity: str, merged: MergeCounts, unresolved: Sequence[dict[str, int]]
    ) -> tuple[Share, ...]:
        """Return what became of the rows of each file, given what a merge did of those kept.

        Raises
        ------
        Entangled
            The merge did not do the same with all rows.
        """
        files = range(len(unresolved))
        rejected = [self.faulty[n] + self.between[n] + self.doubled[n] for n in files]
        kept = [self.total[n] - rejected[n] - self.same[n] for n in files]
        return tuple(
            Share(
                EntityCounts(
                    entity,
                    rows_read=self.total[n],
                    rows_inserted=one.inserted,
                    rows_updated=one.updated,
                    rows_unchanged=one.unchanged + self.same[n],
                    rows_rejected=rejected[n],
                ),
                one.rows,
                unresolved[n],
            )
            for n, one in enumerate(merged_by_file(merged, kept))
        )


def tally_rows(staging: Staging, bundle: Bundle, rows: str) -> Tally:
    """Count checked rows, and those of them with a fault, file by file.

    Raises
    ------
    Entangled
        Two files have rows of one key: the later one stands.
    """
    file = bundle.file_sql()
    found = staging.rows(
        f"SELECT {file}, count(*), count(problem), "
        "count(DISTINCT source_record_id) FILTER (WHERE problem IS NULL), "
        f"list(DISTINCT problem) FILTER (WHERE problem IS NOT NULL) FROM {rows} GROUP BY 1"
    )
    if len(found) > 1:
        shared = (
            f"SELECT 1 FROM {rows} GROUP BY source_record_id "
            f"HAVING min({file}) < max({file}) LIMIT 1"
        )
        if staging.rows(shared):
            raise Entangled
    tally = Tally()
    for number, total, faulty, keys, broken in found:
        tally.total[number], tally.faulty[number] = total, faulty
        tally.may_repeat |= keys < total - faulty
        tally.broken.update(broken or ())
    return tally
