"""Records that tell only a part: what a record does not speak of is what was last told of it.

A system may tell a worker's story in several tables, of status here and of jobs there. Every record
knows of which columns its load speaks (``worker_record.speaks_of``, NULL where of all). The records
of a person are read in the order of their days and, within a day, of rule 1 of
:mod:`etl.history.derive`, the last word last; each takes the columns it does not speak of from the
latest before it that does. The last record of a day so has all that the day says. Blank is what no
record before speaks of, and a status nobody spoke of is active.

A status of terminated is carried on with a difference, for it says that there is nothing more to
say: a snapshot that does not speak of status still lists who is employed, and whoever is hired
after the termination works again, so both count as active. Any other record of somebody terminated
that does not speak of status says nothing about employment and is left out.

Only where the records of :func:`merged_sql` differ in what they speak of is there anything to do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from etl.history.steps import WORKS
from etl.mapping.speech import SPOKEN, Speech, told_by

_ORDER = (
    "PARTITION BY person_id ORDER BY recorded_on, record_kind DESC, seq_no NULLS FIRST, "
    'length(source_record_id), source_record_id COLLATE "C", source_system COLLATE "C" DESC'
)
_KEPT = ("person_id", "record_kind", "recorded_on", "seq_no", "source_system", "source_record_id")


@dataclass(frozen=True)
class Comparison:
    """How records of the newest snapshot compare with those of the one before it.

    Parameters
    ----------
    columns
        Columns that are compared: those both speak of, or, where nobody before spoke of others,
        those the newest speaks of; None where the two cannot be compared.
    is_complete
        True where nobody ever spoke of a column the newest does not speak of, so that its records
        say all there is.
    """

    columns: frozenset[str] | None
    is_complete: bool


def compare_speech(
    newest: Collection[Speech], before: Collection[Speech], earlier: Iterable[Speech]
) -> Comparison:
    """Return how two snapshots compare.

    Parameters
    ----------
    newest, before
        What their records speak of, each once.
    earlier
        What any record before the newest snapshot speaks of.
    """
    if len(newest) != 1 or len(before) > 1:
        return Comparison(None, is_complete=False)
    told, known = told_by(*newest), frozenset[str]().union(*map(told_by, earlier))
    told_before = told_by(*before) if before else frozenset[str]()
    if told <= told_before or known <= told_before <= told:
        return Comparison(told, is_complete=known <= told)
    return Comparison(None, is_complete=known <= told)


def merged_sql(speeches: Iterable[Speech]) -> str | None:
    """Return the query of complete records over ``history_said``; None where all speak alike.

    Parameters
    ----------
    speeches
        What the records of ``history_said`` speak of, each once.
    """
    told = {speech: told_by(speech) for speech in speeches}
    groups: dict[frozenset[Speech], list[str]] = {}
    for column in SPOKEN:
        who = frozenset(speech for speech in told if column in told[speech])
        if who and len(who) < len(told):
            groups.setdefault(who, []).append(column)
    if not groups:
        return None
    counts, values = list[str](), {name: name for name in SPOKEN}
    for number, (who, columns) in enumerate(groups.items()):
        speaks, group = _speaks(who), f"OVER (PARTITION BY person_id, told_{number})"
        counts.append(f"count(CASE WHEN {speaks} THEN 1 END) OVER in_order AS told_{number}")
        for name in columns:
            values[name] = f"max(CASE WHEN {speaks} THEN {name} END) {group} AS {name}"
        if "status" in columns:
            values["status_on"] = f"max(CASE WHEN {speaks} THEN recorded_on END) {group} AS told_on"
            values["is_own"] = f"CASE WHEN {speaks} THEN 1 ELSE 0 END AS is_own"
    return (
        f"WITH counted AS (SELECT s.*, {', '.join(counts)} FROM history_said s "
        f"WINDOW in_order AS ({_ORDER})), "
        f"filled AS (SELECT {', '.join([*_KEPT, *values.values()])} FROM counted) "
        + (_CARRIED if "is_own" in values else "SELECT * FROM filled")
    )


_CARRIED = f"""
SELECT {", ".join(_KEPT)}, {", ".join(name for name in SPOKEN if name != "status")},
    CASE WHEN is_own = 0 AND status = 'terminated' THEN 'active' ELSE status END AS status
FROM filled
WHERE is_own = 1 OR {WORKS.format("")} OR record_kind = 'snapshot' OR hired_on > told_on
"""


def _speaks(who: Collection[Speech]) -> str:
    """Return the condition of records that speak of what these do."""
    named = ", ".join(f"'{speech}'" for speech in sorted(filter(None, who)))
    conditions = [f"speaks_of IN ({named})"] if named else []
    return " OR ".join([*conditions, *(["speaks_of IS NULL"] if None in who else [])])
