"""What a monthly snapshot says anew, written without reading what was said before it.

Most of what a snapshot says beyond the one before it is of four kinds. For each of them the rules
of :mod:`etl.history.derive` come to a few rows that can be told from the newest two snapshots
alone, so that a month costs the same however many months are stored. Let *before* be the day of the
last snapshot of the same source and *day* that of the new one, and nothing be recorded after *day*.
A person is **quiet** where

- each of the two snapshots has at most one record of the person, and since *before* nothing else
  was recorded of them (nor, earlier, a hire after *before*);
- no known exit is later than 31 days before *before*, so that none closes, dates or passes over
  anything from *before* on (rules 2 to 5);
- no spell of theirs ends after *before*.

For quiet people, a hire date in the newest records being none or not after *before* unless said
otherwise, rebuilding from all records would change this and nothing else:

moved
    In both snapshots, employed, of the same hire date and worker type, in another job. The record
    of *before* counts (nothing passes it over) and nothing closes after it, so their spell is open
    and their open stretch says what that record says. The new record belongs to the same spell and
    changes neither its begin nor its type, which the earlier one has told already: the open stretch
    ends on *day*, the next begins then.
left
    In the snapshot of *before* only, employed there, and no effective-dated record knows them. They
    vanish on *day*: no exit and no later record can say otherwise. Their open spell and stretch end
    on *day*, and there is a provisional exit of unknown reason on the day before it.
settled
    In the last snapshot before *before*, but neither in that of *before* nor in the new one, with
    an exit inferred from it that is provisional. Whether they were gone was asked of every record
    and exit before; the new snapshot adds no answer but its day.
hired
    In the new snapshot only, employed, hired after *before*, without an open spell or provisional
    exit. All that was said of them earlier ended by *before*, so that the hire date begins a spell
    whether there were others or not; and as it follows *before*, the stretch begins with it too.
    Where there are no other records and exits at all, everybody listed once is hired, on whatever
    date; the stretch then begins on *day*, or on the hire date that is after it.

Who is in both snapshots with the same words keeps the history there is; a repeated record with
status terminated repeats a closing that counts already. Everybody else, and everybody who is not
quiet, is derived anew from all their records.

Snapshots that do not speak of all columns (rule 1) are compared by those they do speak of. Where
the new one speaks of none but the one before it does too, the rest is carried on alike, and is in
the open stretch of who moved; nobody counts as hired then, who might have something to carry on,
unless no record ever spoke of more. Where it speaks of more, the two can be compared if the one
before spoke of all that was spoken of until then, so that blank was all there was to carry on
(:func:`etl.history.speech.compare_speech`). Else everybody listed is derived anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from etl.history.speech import Comparison
from etl.history.steps import DERIVED, JOB, WORKS
from etl.mapping.speech import SPOKEN
from warehouse.engine import Writer

PEOPLE = "history_person"
NEWS = "history_news"
_LINGERS = dt.timedelta(days=31)  # a snapshot may go on listing a leaver, by rule 2
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Snapshot:
    """A new snapshot and the days of the two before it; None where there are none.

    Parameters
    ----------
    speech
        How its records compare with those of the snapshot before it.
    """

    system: str
    day: dt.date
    before: dt.date | None
    earlier: dt.date | None
    speech: Comparison

    def names(self) -> dict[str, str]:
        """Return what SQL with names in braces means by them; it takes ``:system`` beside."""
        before = self.before or dt.date.min
        begins = "t.hired_on > " + _date(before) if self.before else "true"
        told = self.speech.columns
        return {
            "day": _date(self.day),
            "before": _date(before),
            "lingers": _date(before - _LINGERS if self.before else before),
            "missed": _date(before - _DAY if self.before else before),
            "since": _date(self.before or self.day),
            "begins": begins if self.speech.is_complete else "false",
            "hired": "b.hired_on" if told is not None and "hired_on" not in told else "t.hired_on",
            "differs": _differ(told, SPOKEN),
            "is_same_spell": "NOT (" + _differ(told, ("hired_on", "worker_type")) + ")",
            "both": f"{_OF_SOURCE} AND recorded_on IN ({_date(self.day)}, {_date(before)})",
            "listed": _records(self.day),
            "listed_before": _records(before),
            "listed_earlier": _records(self.earlier or dt.date.min),
        }


def _date(day: dt.date) -> str:
    return f"DATE '{day.isoformat()}'"


_OF_SOURCE = "source_system = :system AND record_kind = 'snapshot'"


def _records(day: dt.date) -> str:
    rows = f"{_OF_SOURCE} AND recorded_on = {_date(day)} AND person_id IS NOT NULL"
    return f"(SELECT * FROM worker_record WHERE {rows})"


_FACTS = ", ".join(f"t.{column}" for column in ("hired_on", "worker_type", *JOB))


def _differ(told: frozenset[str] | None, columns: Sequence[str]) -> str:
    """Return the condition of two records that differ in some columns, as far as they are told."""
    if told is None:
        return "true"
    plain = [name for name in columns if name in told and name != "status"]
    differ = [f"t.{name} IS DISTINCT FROM b.{name}" for name in plain]
    if "status" in columns and "status" in told:
        differ.append("coalesce(t.status, 'active') <> coalesce(b.status, 'active')")
    elif "status" in columns:
        differ.append("b.status IS NOT DISTINCT FROM 'terminated'")
    return " OR ".join(differ) or "false"


# A row for each two records of a person that differ, and for each that is in one snapshot only,
# with what the new one says.
_TOLD = f"""
SELECT coalesce(t.person_id, b.person_id) AS person_id,
    CASE
        WHEN b.person_id IS NULL THEN
            CASE WHEN {WORKS.format("t.")} AND {{begins}} THEN 'hired' ELSE 'other' END
        WHEN t.person_id IS NULL THEN
            CASE WHEN coalesce(b.hired_on <= {{before}}, true) THEN 'left' ELSE 'other' END
        WHEN {WORKS.format("t.")} AND {WORKS.format("b.")}
            AND {{is_same_spell}} AND coalesce({{hired}} <= {{before}}, true) THEN 'moved'
        ELSE 'other'
    END AS news, {_FACTS}
FROM {{listed}} t FULL JOIN {{listed_before}} b ON b.person_id = t.person_id
WHERE b.person_id IS NULL
    OR (t.person_id IS NULL AND ({WORKS.format("b.")} OR b.hired_on > {{before}}))
    OR (t.person_id IS NOT NULL AND ({{hired}} > {{before}} OR {{differs}}))
"""
_RESTLESS = f"""
SELECT person_id FROM worker_record WHERE recorded_on >= {{before}} AND NOT ({{both}})
UNION SELECT person_id FROM worker_record WHERE recorded_on < {{before}} AND hired_on > {{before}}
UNION SELECT person_id FROM "exit" WHERE source_system <> '{DERIVED}' AND exit_on >= {{lingers}}
UNION SELECT person_id FROM employment WHERE end_on > {{before}}
UNION SELECT person_id FROM {NEWS} WHERE news = 'hired' GROUP BY person_id HAVING count(*) > 1
UNION SELECT person_id FROM (
    SELECT person_id, recorded_on FROM worker_record
    WHERE {{both}} AND person_id IN (SELECT person_id FROM {NEWS} WHERE news IN ('left', 'moved'))
    GROUP BY person_id, recorded_on HAVING count(*) > 1
) twice
"""
_PROVISIONAL = f"source_system = '{DERIVED}' AND is_inferred AND recorded_on IS NULL"
_RETOLD = f"SELECT person_id FROM {NEWS} WHERE news ="
_IS_RESTLESS = "person_id IN (SELECT person_id FROM history_restless)"
_TO_DERIVE = f"""
{_RETOLD} 'other' OR {_IS_RESTLESS}
UNION SELECT person_id FROM {{listed}} t WHERE {_IS_RESTLESS}
UNION SELECT person_id FROM employment WHERE end_on IS NULL AND person_id IN ({_RETOLD} 'hired')
UNION SELECT person_id FROM "exit" WHERE {_PROVISIONAL} AND person_id IN ({_RETOLD} 'hired')
UNION SELECT person_id FROM worker_record
WHERE record_kind = 'effective' AND person_id IN ({_RETOLD} 'left')
UNION SELECT person_id FROM {{listed_earlier}} e
WHERE {WORKS.format("")} AND person_id IN (
    SELECT person_id FROM "exit" WHERE source_system <> '{DERIVED}' AND exit_on >= {{before}}
    UNION ALL
    SELECT person_id FROM "exit" WHERE {_PROVISIONAL} AND exit_on = {{missed}} AND {_IS_RESTLESS}
)
"""
_ABSENT = f"""
SELECT DISTINCT person_id FROM "exit" WHERE {_PROVISIONAL} AND exit_on = {{missed}}
"""
_SETTLED = f"""
SELECT person_id, 'settled' FROM history_absent
WHERE person_id IN (SELECT person_id FROM {{listed_earlier}} e WHERE {WORKS.format("")})
"""


def find_news(writer: Writer, snapshot: Snapshot) -> None:
    """Make :data:`NEWS`, people and what is new of them, and add to :data:`PEOPLE` who is left.

    Parameters
    ----------
    snapshot
        Where ``before`` is None, there are no other records and no exits.
    """
    for sql in (
        f"CREATE TEMP TABLE {NEWS} AS {_TOLD}",
        f"CREATE TEMP TABLE history_restless AS {_RESTLESS}",
        f"INSERT INTO {PEOPLE} {_TO_DERIVE}",
        f"DELETE FROM {NEWS} WHERE person_id IN (SELECT person_id FROM {PEOPLE})",
        # One by one: PostgreSQL takes people without something for one person, and joins in loops.
        f"CREATE TEMP TABLE history_absent AS {_ABSENT}",
        "DELETE FROM history_absent WHERE person_id IN (SELECT person_id FROM {listed_before} b)",
        f"DELETE FROM history_absent WHERE person_id IN (SELECT person_id FROM {PEOPLE})",
        f"INSERT INTO {NEWS} (person_id, news) {_SETTLED}",
        "DROP TABLE history_absent",
        "DROP TABLE history_restless",
    ):
        run(writer, snapshot, sql)


def run(
    writer: Writer,
    snapshot: Snapshot,
    template: str,
    names: Mapping[str, str] = MappingProxyType({}),
) -> sa.CursorResult[Any]:
    """Run SQL with names in braces about a snapshot."""
    sql = template.format(**snapshot.names(), **names)
    return writer.execute(sa.text(sql), {"system": snapshot.system})
