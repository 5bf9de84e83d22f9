"""Write what a snapshot says anew: the few rows that :mod:`etl.history.news` says it comes to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from etl.history.news import NEWS, Snapshot, run
from etl.history.steps import DERIVED, JOB
from warehouse.engine import Writer
from warehouse.tables import employment, exit_, job_history


@dataclass(frozen=True)
class Written:
    """Provenance of derived rows: the load that wrote them, and when (UTC without zone)."""

    batch_id: str
    now: dt.datetime

    @property
    def values(self) -> str:
        """The last four columns of a derived row: no file, no row of it, load, moment."""
        return f"CAST(NULL AS VARCHAR), CAST(NULL AS INTEGER), {self._batch}, {self._moment}"

    @property
    def changes(self) -> str:
        """Assignments for a derived row that is written again."""
        return f"batch_id = {self._batch}, loaded_at = {self._moment}"

    @property
    def _batch(self) -> str:
        return f"'{self.batch_id}'"

    @property
    def _moment(self) -> str:
        return f"CAST('{self.now.isoformat(sep=' ')}' AS TIMESTAMP)"


_WHO = f"SELECT person_id FROM {NEWS} WHERE news IN"
# Each with the kinds of news it is about, in an order in which none undoes what another reads.
_CHANGES = (
    (
        {"left"},
        f"""
INSERT INTO "exit" ({{exit}})
SELECT person_id, {{day}} - 1, CAST(NULL AS DATE), CAST(NULL AS DATE), CAST(NULL AS VARCHAR),
    'unknown', 'unknown', 'unknown', true, '{DERIVED}', person_id || '|' || spell_no, {{values}}
FROM employment WHERE end_on IS NULL AND person_id IN ({_WHO} ('left'))
""",
    ),
    (
        {"left"},
        f"""
UPDATE employment SET end_on = {{day}}, {{changes}}
WHERE end_on IS NULL AND person_id IN ({_WHO} ('left'))
""",
    ),
    (
        {"left", "moved"},
        f"""
UPDATE job_history SET valid_to = {{day}}, {{changes}}
WHERE valid_to IS NULL AND person_id IN ({_WHO} ('left', 'moved'))
""",
    ),
    (
        {"settled"},
        f"""
UPDATE "exit" SET recorded_on = {{day}}, {{changes}}
WHERE source_system = '{DERIVED}' AND is_inferred AND recorded_on IS NULL AND exit_on = {{missed}}
    AND person_id IN ({_WHO} ('settled'))
""",
    ),
    (
        {"hired", "moved"},
        f"""
INSERT INTO job_history ({{job_history}})
SELECT n.person_id, begins_on, CAST(NULL AS DATE), 1, {{job}}, true, '{DERIVED}',
    n.person_id || '|' || begins_on, {{values}}
FROM (
    SELECT {NEWS}.*, CASE WHEN news = 'hired' AND hired_on > {{since}} THEN hired_on ELSE {{day}}
        END AS begins_on
    FROM {NEWS} WHERE news IN ('hired', 'moved')
) n {{ended}}
""",
    ),
    (
        {"hired"},
        f"""
INSERT INTO employment ({{employment}})
SELECT person_id, spell_no, hired_on, CAST(NULL AS DATE), worker_type, '{DERIVED}',
    person_id || '|' || spell_no, {{values}}
FROM (
    SELECT n.*, coalesce(e.spells, 0) + 1 AS spell_no
    FROM {NEWS} n
    LEFT JOIN (
        SELECT person_id, max(spell_no) AS spells FROM employment
        WHERE person_id IN ({_WHO} ('hired')) GROUP BY person_id
    ) e ON e.person_id = n.person_id
    WHERE n.news = 'hired'
) told
""",
    ),
)
_TABLES = (employment, job_history, exit_)


def _job(snapshot: Snapshot) -> dict[str, str]:
    """Return what a new stretch says: what nobody speaks of now is as in the stretch that ended."""
    told, is_complete = snapshot.speech.columns, snapshot.speech.is_complete
    if told is None or is_complete:
        told = frozenset(JOB)
    job = [f"{'n' if name in told else 'j'}.{name}" for name in JOB]
    on = f"j.person_id = n.person_id AND j.valid_to = {snapshot.names()['day']}"
    return {
        "job": ", ".join([*job[:-1], f"coalesce({job[-1]}, 'active')"]),
        "ended": "" if is_complete else f"LEFT JOIN job_history j ON {on}",
    }


def write_news(writer: Writer, snapshot: Snapshot, written: Written) -> None:
    """Write what is new of the people that :func:`etl.history.news.find_news` found."""
    told = {row[0] for row in writer.execute(sa.text(f"SELECT DISTINCT news FROM {NEWS}"))}
    names = {table.name: ", ".join(c.name for c in table.columns) for table in _TABLES}
    names |= {"values": written.values, "changes": written.changes} | _job(snapshot)
    for kinds, template in _CHANGES:
        if told & kinds:
            run(writer, snapshot, template, names)
    for table in _TABLES:
        writer.staging.forget(table)
