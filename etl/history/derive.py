"""Employment spells, job stretches and inferred exits, derived from worker records and exits.

The rules, in the order they are applied:

1. Of several records of one person and day the last counts: an effective-dated one before a
   snapshot, then the highest ``seq_no``, then the highest record id. Where a row stood in its
   file says nothing, so files may come in any order and in any parts. A record says only what its
   load maps; of everything else it says what the latest record before it does that speaks of it,
   so that the last of a day has all that the day says (:mod:`etl.history.speech`). What it speaks
   of and leaves blank is blank, and a status nobody spoke of so far is active.
2. A snapshot taken within 31 days after a known exit that claims no newer hire date still lists
   the leaver and is passed over. So is one that expects a hire by the day of a later snapshot,
   which knows better.
3. A record with status terminated says that the person is no longer employed on its
   ``recorded_on``: in effective-dated sources that is the first day no longer employed, in
   snapshots the person left before that day. Where an exit was recorded on the same day, the
   exit itself says when the spell closes, so a termination in the future of its record changes
   nothing before it happens.
4. A person whom the next snapshot of the same source no longer lists left before that snapshot,
   unless effective-dated records know the person by then. The snapshot after it settles the
   matter: who is back in it without a newer hire date, or is recorded as employed by another
   source meanwhile, was never gone; whose exit was entered or took place before it left on the
   day of that exit. Until that snapshot has come the inferred exit is provisional; it has no
   ``recorded_on``, a settled one has the day of the snapshot that settled it.
5. A spell closes on the earliest day that anything closes it: the day after a known exit, a
   terminated record, the snapshot that misses the person. An exit on the very day of a terminated
   record counts before it. The latter two become rows of ``exit`` with source system ``derived``;
   their reasons are those of the next known exit before another spell, unknown without one.
   ``employment.end_on`` is the day after exactly one day of exit, so however many lists tell of a
   departure, it counts once.
6. The first record after a closing begins the next spell, and so does a record of another worker
   type. The first spell begins on the first hire date stated in it that is not after the first day
   the person was seen employed, without one before the records (NULL). A later spell begins on the
   hire date its first record states, or on the day of that record where it states none since the
   previous spell ended.
7. A stretch of ``job_history`` runs from a record to the next that says something else, or to
   the end of the spell; leave is a stretch like any other. Where a snapshot is the first word
   about a spell and says that it began since the previous snapshot, the stretch reaches back to
   the hire date.
8. Spells and stretches of no length vanish: nothing that is counted by days could see them, and
   the records they come from are kept.

So nothing dated after a day changes what was before it, but for an absence that is still
provisional, and for what somebody first seen later says about the own past (a hire date).

Everything is one portable SQL text per step (:mod:`etl.history.steps`), run inside the warehouse.
What a monthly snapshot says anew is mostly written without them (:mod:`etl.history.news`), to the
same effect.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from etl.history.news import NEWS, PEOPLE
from etl.history.news_rows import Written, write_news
from etl.history.people import Merged, find_people
from etl.history.speech import merged_sql
from etl.history.steps import DERIVED, JOB, STEPS
from warehouse.engine import Writer
from warehouse.tables import employment, exit_, facts, job_history, worker_record

INPUTS = (worker_record, exit_)


def derive_history(writer: Writer, files: Sequence[Merged]) -> None:
    """Bring history up to date with files just merged, in one go."""
    changed = find_people(writer, files)
    batch = files[-1].provenance
    written = Written(batch.batch_id, batch.now)
    if changed.is_everybody:
        _rebuild(writer, written, whose=None)
        return
    if changed.snapshot:
        write_news(writer, changed.snapshot, written)
        writer.execute(sa.text(f"DROP TABLE {NEWS}"))
    if writer.execute(sa.text(f"SELECT 1 FROM {PEOPLE} LIMIT 1")).first():
        _rebuild(writer, written, whose=f"person_id IN (SELECT person_id FROM {PEOPLE})")
    writer.execute(sa.text(f"DROP TABLE {PEOPLE}"))


def rebuild_history(writer: Writer, *, batch_id: str, now: dt.datetime) -> None:
    """Derive ``employment``, ``job_history`` and inferred exits of everybody afresh.

    Parameters
    ----------
    writer
        The open transaction; nothing is visible to others before it commits.
    batch_id, now
        Provenance of the derived rows; ``now`` in UTC without zone.
    """
    _rebuild(writer, Written(batch_id, now), whose=None)


def _rebuild(writer: Writer, written: Written, *, whose: str | None) -> None:
    """Derive the history of some people, or everybody, from all their records and known exits."""
    made = _select_evidence(writer, whose)
    for name, query in STEPS:
        made.append(_make(writer, "TABLE", name, query))
    _write(writer, whose, written.values)
    for name in reversed(made):
        writer.execute(sa.text(f"DROP {name}"))


def _make(writer: Writer, kind: str, name: str, query: str) -> str:
    writer.execute(sa.text(f"CREATE TEMP {kind} {name} AS {query}"))
    return f"{kind} {name}"


def _select_evidence(writer: Writer, whose: str | None) -> list[str]:
    """Name the records and known exits to derive from; those of some people are copied once.

    Returns
    -------
    list
        What was made, as DROP names it.
    """
    kind, scope = ("TABLE", f" AND {whose}") if whose else ("VIEW", "")
    columns = ", ".join([*facts(worker_record), "source_system", "source_record_id"])
    said = f"SELECT {columns} FROM worker_record WHERE person_id IS NOT NULL{scope}"
    exits = f"SELECT * FROM \"exit\" WHERE source_system <> '{DERIVED}'{scope}"
    made = [
        _make(writer, kind, "history_said", said),
        _make(writer, kind, "history_exit", exits),
    ]
    speeches = writer.execute(sa.text("SELECT DISTINCT speaks_of FROM history_said"))
    merged = merged_sql(speeches.scalars().all())
    if merged:
        return [*made, _make(writer, "TABLE", "history_record", merged)]
    return [*made, _make(writer, "VIEW", "history_record", "SELECT * FROM history_said")]


def _write(writer: Writer, whose: str | None, written: str) -> None:
    writer.replace(
        employment,
        "SELECT person_id, spell_no, hired_on, end_on, worker_type, 'derived', "
        f"person_id || '|' || spell_no, {written} FROM history_spell",
        where=whose,
    )
    job = ", ".join(JOB[:-1])
    writer.replace(
        job_history,
        f"SELECT person_id, valid_from, closes_on, 1, {job}, status, "
        f"record_kind = 'snapshot', 'derived', person_id || '|' || valid_from, {written} "
        "FROM history_stretch",
        where=whose,
    )
    mine = f"source_system = '{DERIVED}'" + (f" AND {whose}" if whose else "")
    writer.replace(
        exit_,
        "SELECT s.person_id, s.end_on - 1, CAST(NULL AS DATE), "
        "CASE s.ended_by WHEN 'absent' THEN v.settled_on END, x.reason_source, "
        "coalesce(x.reason_group, 'unknown'), coalesce(x.voluntary, 'unknown'), "
        "coalesce(x.regretted, 'unknown'), s.ended_by = 'absent', "
        f"'derived', s.person_id || '|' || s.spell_no, {written} FROM history_spell s "
        "LEFT JOIN history_vanished v ON v.person_id = s.person_id AND v.day = s.end_on "
        "LEFT JOIN history_same_exit x "
        "ON x.person_id = s.person_id AND x.exit_on + 1 = s.exited_on "
        "WHERE s.ended_by IN ('terminated', 'absent')",
        where=mine,
    )
